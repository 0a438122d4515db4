use axum::http::Method;
use serde_json::{Value, json};

use super::call::Call;
use crate::apps::orders::api::{OrderFacts, OrderPage, SubscriptionPage};

const SUBSCRIPTIONS: &str = "/api/v1/organisations/{org}/subscriptions";
const SUBSCRIPTIONS_CSV: &str = "/api/v1/organisations/{org}/subscriptions.csv";
const ORDERS: &str = "/api/v1/organisations/{org}/orders";
const ORDERS_CSV: &str = "/api/v1/organisations/{org}/orders.csv";
const ORDER: &str = "/api/v1/organisations/{org}/orders/{order}";
const TAG: &str = "order book";

const CURSOR: &str = "WyIyMDI2LTExLTIwIiwibyJd";

pub fn calls() -> Vec<Call> {
    vec![
        of_subscriptions(Call::new(
            Method::GET,
            SUBSCRIPTIONS,
            TAG,
            "listSubscriptions",
            "List what is in force",
        ))
        .about("For the Primary and Billing contacts. What was renewed or cancelled is left out unless it is asked for.")
        .pages()
        .gives::<SubscriptionPage>(200, "A page", json!({ "items": [subscription()], "next": null })),
        of_subscriptions(Call::new(
            Method::GET,
            SUBSCRIPTIONS_CSV,
            TAG,
            "exportSubscriptions",
            "What is in force as a spreadsheet",
        ))
        .gives_sheet("At most 5,000 rows", "Product,SKU,Description,Quantity,Unit,Start,Valid till"),
        of_orders(Call::new(Method::GET, ORDERS, TAG, "listOrders", "List the orders"))
            .about("For the Primary and Billing contacts. Latest first.")
            .pages()
            .gives::<OrderPage>(200, "A page", json!({ "items": [order()], "next": CURSOR })),
        of_orders(Call::new(Method::GET, ORDERS_CSV, TAG, "exportOrders", "The orders as a spreadsheet"))
            .about("One row for each line of an order.")
            .gives_sheet("At most 5,000 orders", "Order number,Order date,PO number,PO date"),
        Call::new(Method::GET, ORDER, TAG, "getOrder", "Read an order").gives::<OrderFacts>(
            200,
            "The order with its lines",
            order(),
        ),
    ]
}

fn of_subscriptions(call: Call) -> Call {
    call.asks("product", "Only of the product with this id.", "skyconnect").asks(
        "show",
        "`all`: what was renewed or cancelled, too.",
        "all",
    )
}

fn of_orders(call: Call) -> Call {
    call.asks("product", "Only with a line of the product with this id.", "skyconnect")
        .asks("from", "Ordered on this day or later.", "2026-01-01")
        .asks("to", "Ordered on this day or earlier.", "2026-12-31")
        .asks("q", "Part of an order number, a PO number or an SKU; at most 48 letters.", "SO-2026")
}

fn subscription() -> Value {
    json!({
        "id": "0193c1e6-77d1-7a39-9d07-1b6c6a0a8c55",
        "product_id": "skyconnect",
        "product": "SkyConnect",
        "sku": "SkyConnect-Business",
        "description": "Business mailboxes, 30 GB each",
        "quantity": 250,
        "unit": "users",
        "starts_on": "2026-01-01",
        "valid_till": "2026-12-31",
        "agreement": "contract",
        "state": "active",
        "cancelled_on": null,
        "order_id": "0193c1e6-9b02-7c44-8a51-53f0c2f8a7d1",
    })
}

pub fn order() -> Value {
    json!({
        "id": "0193c1e6-9b02-7c44-8a51-53f0c2f8a7d1",
        "number": "SO-2026-0019",
        "ordered_on": "2025-12-20",
        "po_number": "AT/PO/3790",
        "po_on": "2025-12-18",
        "partner": null,
        "agreement": "contract",
        "kind": "renewal",
        "state": "booked",
        "cancelled_on": null,
        "cancellation_note": "",
        "lines": [{
            "line": 1,
            "product_id": "skyconnect",
            "product": "SkyConnect",
            "sku": "SkyConnect-Business",
            "description": "Business mailboxes, 30 GB each",
            "quantity": 250,
            "unit": "users",
            "valid_from": "2026-01-01",
            "valid_till": "2026-12-31",
        }],
    })
}
