use axum::http::Method;
use serde_json::{Value, json};

use super::call::Call;
use crate::apps::orders::api::OrderFacts;
use crate::apps::staff::booking::api::{
    BookedFacts, CancellationBody, CancelledFacts, ImportBody, ImportFacts, NewOrderBody, RecentPage,
};

const ORDERS: &str = "/api/v1/staff/orders";
const OF_CUSTOMER: &str = "/api/v1/staff/organisations/{org}/orders";
const ORDER: &str = "/api/v1/staff/organisations/{org}/orders/{order}";
const CANCEL_ORDER: &str = "/api/v1/staff/organisations/{org}/orders/{order}/cancellation";
const CANCEL_PERIOD: &str = "/api/v1/staff/organisations/{org}/subscriptions/{subscription}/cancellation";
const TAG: &str = "staff: orders";

const ORG: &str = "0193c1e6-77d1-7a39-9d07-1b6c6a0a8c55";
const ID: &str = "0193c1e6-9b02-7c44-8a51-53f0c2f8a7d1";

pub fn calls() -> Vec<Call> {
    vec![
        Call::new(Method::POST, OF_CUSTOMER, TAG, "bookOrder", "Book an order")
            .about(
                "Makes a subscription of each line. A renewal follows the earlier periods of the same product and SKU, \
                 or the one that a line names. The licence of each product is made, or reaches as far as its lines say. \
                 Primary and Billing of the customer get a mail, unless every line has ended already.",
            )
            .once()
            .sends::<NewOrderBody>(new_order())
            .gives::<BookedFacts>(201, "What was made", booked())
            .refuses(REFUSES)
            .refuses(&["order-exists"]),
        Call::new(Method::POST, ORDERS, TAG, "importOrders", "Book up to 100 orders")
            .about(
                "Each row is booked whole or not at all, in their order. A row whose customer and number are there \
                 already, word for word, is `unchanged`, so a call may be repeated. At most 1 MB.",
            )
            .once()
            .sends::<ImportBody>(json!({ "items": [row()] }))
            .gives::<ImportFacts>(200, "What became of each row", imported()),
        Call::new(Method::GET, ORDERS, TAG, "listRecentOrders", "List what was booked last")
            .asks("q", "Part of an order number, a PO number or a customer's name; at most 48 letters.", "SO-2026")
            .pages()
            .gives::<RecentPage>(200, "A page", json!({ "items": [recent()], "next": null })),
        Call::new(Method::GET, ORDER, TAG, "getCustomerOrder", "Read an order of a customer")
            .gives::<OrderFacts>(200, "The order", super::orders::order()),
        Call::new(Method::POST, CANCEL_ORDER, TAG, "cancelOrder", "Cancel an order")
            .about(
                "Ends its subscriptions. A licence on which nothing else runs is cancelled on the same day; one that \
                 reached so far because of this order goes back to what is left.",
            )
            .sends::<CancellationBody>(cancellation())
            .gives::<CancelledFacts>(200, "What has ended", cancelled())
            .refuses(&["after-the-end", "not-in-this-state"]),
        Call::new(Method::POST, CANCEL_PERIOD, TAG, "cancelSubscription", "Cancel a subscription")
            .sends::<CancellationBody>(cancellation())
            .gives::<CancelledFacts>(200, "What has ended", cancelled())
            .refuses(&["after-the-end", "not-in-this-state"]),
    ]
}

/// What a line, or an order as a whole, can be refused with.
const REFUSES: &[&str] = &[
    "in-the-future",
    "trial-is-new",
    "unknown-product",
    "not-above-zero",
    "too-many",
    "metered",
    "required",
    "end-before-start",
    "overlaps",
    "has-licence",
    "no-renewal",
    "cannot-be-renewed",
    "nothing-to-renew",
    "nothing-to-top-up",
];

fn line() -> Value {
    json!({
        "product_id": "skyconnect",
        "sku": "SkyConnect-Business",
        "description": "Business mailboxes, 30 GB each",
        "quantity": 250,
        "unit": "users",
        "valid_from": "2027-01-01",
        "valid_till": "2027-12-31",
        "renews": null,
    })
}

fn new_order() -> Value {
    json!({
        "number": "SO-2026-0107",
        "ordered_on": "2026-11-20",
        "kind": "renewal",
        "agreement": "contract",
        "partner": null,
        "po_number": "AT/PO/3901",
        "po_on": "2026-11-18",
        "is_trial": false,
        "lines": [line()],
    })
}

fn row() -> Value {
    let mut row = new_order();
    if let Some(row) = row.as_object_mut() {
        row.insert("organisation_id".to_owned(), json!(ORG));
    }
    row
}

fn booked() -> Value {
    json!({
        "id": ID,
        "number": "SO-2026-0107",
        "kind": "renewal",
        "subscriptions": [{
            "id": "0193c1e6-9b02-7c44-8a51-53f0c2f8a7d2",
            "product_id": "skyconnect",
            "sku": "SkyConnect-Business",
            "quantity": 250,
            "valid_from": "2027-01-01",
            "valid_till": "2027-12-31",
            "renews": ["0193c1e6-9b02-7c44-8a51-53f0c2f8a7d3"],
        }],
        "licences": [{
            "id": "0193c1e6-9b02-7c44-8a51-53f0c2f8a7d4",
            "product_id": "skyconnect",
            "kind": "subscription",
            "old_valid_till": "2026-12-31",
            "new_valid_till": "2027-12-31",
        }],
    })
}

fn imported() -> Value {
    json!({
        "booked": 1,
        "unchanged": 0,
        "refused": 1,
        "items": [
            { "index": 0, "organisation_id": ORG, "number": "SO-2026-0107", "status": "booked", "order_id": ID, "errors": [] },
            { "index": 1, "organisation_id": ORG, "number": "SO-2026-0108", "status": "refused", "order_id": null, "errors": [
                { "field": "lines.0.quantity", "code": "not-above-zero", "message": "Write a quantity of at least 1." },
            ] },
        ],
    })
}

fn recent() -> Value {
    json!({
        "id": ID,
        "organisation_id": ORG,
        "organisation": "Acme Textiles",
        "number": "SO-2026-0107",
        "ordered_on": "2026-11-20",
        "kind": "renewal",
        "state": "booked",
        "partner": null,
        "booked_at": "2026-11-20T08:15:30Z",
    })
}

fn cancellation() -> Value {
    json!({ "cancelled_on": "2026-12-01", "note": "Cancelled as agreed in your mail of 20 November." })
}

fn cancelled() -> Value {
    json!({
        "cancelled_on": "2026-12-01",
        "note": "Cancelled as agreed in your mail of 20 November.",
        "subscriptions": ["0193c1e6-9b02-7c44-8a51-53f0c2f8a7d2"],
        "licences": [{
            "id": "0193c1e6-9b02-7c44-8a51-53f0c2f8a7d4",
            "product_id": "skyconnect",
            "old_valid_till": "2027-12-31",
            "new_valid_till": "2027-12-31",
            "cancelled_on": "2026-12-01",
        }],
    })
}
