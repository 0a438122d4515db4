use axum::http::Method;
use serde_json::{Value, json};

use super::call::Call;
use crate::apps::licences::NewRequest;
use crate::apps::licences::api::{DecisionFacts, EventPage, LicencePage, RequestPage};

const LICENCES: &str = "/api/v1/organisations/{org}/licences";
const LICENCES_CSV: &str = "/api/v1/organisations/{org}/licences.csv";
const EVENTS: &str = "/api/v1/organisations/{org}/licence-events";
const EVENTS_CSV: &str = "/api/v1/organisations/{org}/licence-events.csv";
const REQUESTS: &str = "/api/v1/organisations/{org}/extension-requests";
const REQUESTS_CSV: &str = "/api/v1/organisations/{org}/extension-requests.csv";
const TAG: &str = "licences";

const LICENCE: &str = "0193c1e6-77d1-7a39-9d07-1b6c6a0a8c55";
const CURSOR: &str = "WzE3OTUzMjc2ODAsIjAxIl0";

pub fn calls() -> Vec<Call> {
    vec![
        Call::new(Method::GET, LICENCES, TAG, "listLicences", "List the licences")
            .about("For the Billing contact, as everything about licences.")
            .pages()
            .gives::<LicencePage>(200, "A page", json!({ "items": [licence()], "next": null })),
        Call::new(Method::GET, LICENCES_CSV, TAG, "exportLicences", "The licences as a spreadsheet")
            .gives_sheet("All of them", "product,licence_type,valid_from,valid_till,status,cancelled_on"),
        of_events(Call::new(Method::GET, EVENTS, TAG, "listLicenceEvents", "List every change of a licence"))
            .pages()
            .gives::<EventPage>(200, "A page", json!({ "items": [event()], "next": CURSOR })),
        of_events(Call::new(Method::GET, EVENTS_CSV, TAG, "exportLicenceEvents", "The changes as a spreadsheet"))
            .gives_sheet("The newest 10,000", "at,product,old_valid_till,new_valid_till,cause,by,note"),
        of_requests(Call::new(Method::GET, REQUESTS, TAG, "listExtensionRequests", "List the requests to extend a licence"))
            .about("Granted and rejected alike.")
            .pages()
            .gives::<RequestPage>(200, "A page", json!({ "items": [request()], "next": null })),
        of_requests(Call::new(Method::GET, REQUESTS_CSV, TAG, "exportExtensionRequests", "The requests as a spreadsheet"))
            .gives_sheet("The newest 10,000", "product,requested_on,at,reason,description,by,status,message"),
        Call::new(Method::POST, REQUESTS, TAG, "requestExtension", "Ask for an extension of a licence")
            .about("Decided at once. A rejection is stored and answered with 201, too; it says when the same request would be granted.")
            .once()
            .sends::<NewRequest>(json!({
                "licence_id": LICENCE, "reason": "renewal_delayed", "description": "The order is on its way to you.",
            }))
            .gives::<DecisionFacts>(201, "The decision", decision()),
    ]
}

fn of_events(call: Call) -> Call {
    call.asks("product", "Only of the product with this id or name.", "skyconnect")
        .asks("cause", "Only with this cause.", "extension_request")
        .asks("from", "On this day or later.", "2026-01-01")
        .asks("to", "On this day or earlier.", "2026-12-31")
        .asks("q", "Part of a note or of a product's name; at most 48 letters.", "goodwill")
}

fn of_requests(call: Call) -> Call {
    call.asks("product", "Only of the product with this id or name.", "skyconnect")
        .asks("status", "`granted` or `rejected`.", "granted")
        .asks("from", "On this day or later.", "2026-01-01")
        .asks("to", "On this day or earlier.", "2026-12-31")
}

fn licence() -> Value {
    json!({
        "id": LICENCE,
        "product_id": "skyconnect",
        "product": "SkyConnect",
        "kind": "subscription",
        "valid_from": "2025-11-21",
        "valid_till": "2026-11-20",
        "cancelled_on": null,
        "status": "expired",
        "days_left": -2,
    })
}

fn event() -> Value {
    json!({
        "id": "0193c1e6-9b02-7c44-8a51-53f0c2f8a7d1",
        "at": "2026-11-22T06:08:00Z",
        "licence_id": LICENCE,
        "product": "SkyConnect",
        "old_valid_till": "2026-11-20",
        "new_valid_till": "2026-11-23",
        "cause": "extension_request",
        "by": "Asha Rao",
        "note": "The renewal is delayed: The order is on its way to you.",
    })
}

fn request() -> Value {
    json!({
        "id": "0193c1e6-9b02-7c44-8a51-53f0c2f8a7d1",
        "licence_id": LICENCE,
        "product": "SkyConnect",
        "at": "2026-11-22T06:08:00Z",
        "requested_on": "2026-11-22",
        "reason": "renewal_delayed",
        "description": "The order is on its way to you.",
        "by": "Asha Rao",
        "status": "granted",
        "code": "GRANTED",
        "message": "Licence extended by 1 day, valid till 23 Nov 2026. Product screens will show it within 2 hours.",
        "valid_till": "2026-11-23",
        "next_possible_on": null,
    })
}

fn decision() -> Value {
    json!({
        "id": "0193c1e6-9b02-7c44-8a51-53f0c2f8a7d1",
        "status": "rejected",
        "code": "NOT_EXPIRED",
        "message": "The licence is valid till 31 Dec 2026 and has not expired. Next possible on 1 Jan 2027.",
        "licence": { "id": LICENCE, "valid_till": "2026-12-31" },
        "next_possible_on": "2027-01-01",
    })
}
