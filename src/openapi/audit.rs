use axum::http::Method;
use serde_json::{Value, json};

use super::call::Call;
use crate::apps::audit::api::LogPage;

const LOG: &str = "/api/v1/organisations/{org}/audit";
const LOG_CSV: &str = "/api/v1/organisations/{org}/audit.csv";
const WHOLE: &str = "/api/v1/staff/audit";
const WHOLE_CSV: &str = "/api/v1/staff/audit.csv";
const TAG: &str = "audit";
const STAFF: &str = "staff: audit";

pub fn calls() -> Vec<Call> {
    vec![
        asks(Call::new(Method::GET, LOG, TAG, "listAuditLines", "Read the organisation's audit log"))
            .about("For the Primary contact. Newest first; nothing in it can be changed or deleted.")
            .pages()
            .gives::<LogPage>(200, "A page", json!({ "items": [line()], "next": null })),
        asks(Call::new(
            Method::GET,
            LOG_CSV,
            TAG,
            "exportAuditLines",
            "The organisation's audit log as a spreadsheet",
        ))
        .gives_sheet("At most 5,000 rows", SHEET),
        of_all(asks(Call::new(Method::GET, WHOLE, STAFF, "listAllAuditLines", "Read the whole audit log")))
            .about("For staff, and for keys with the scope `support` or `admin`.")
            .pages()
            .gives::<LogPage>(200, "A page", json!({ "items": [line()], "next": null })),
        of_all(asks(Call::new(
            Method::GET,
            WHOLE_CSV,
            STAFF,
            "exportAllAuditLines",
            "The whole audit log as a spreadsheet",
        )))
        .gives_sheet("At most 5,000 rows", SHEET),
    ]
}

const SHEET: &str = "At,Organisation,Who,Who (id),Action,What happened,Target,Before,After,Address,Request";

fn asks(call: Call) -> Call {
    call.asks(
        "actor",
        "Id, address or whole name of whoever did it; `Key ` and its name for a program.",
        "ann@acme.example",
    )
    .asks("action", "Thing and verb.", "contact.added")
    .asks("from", "On this day or later.", "2026-11-01")
    .asks("to", "On this day or earlier.", "2026-11-30")
}

fn of_all(call: Call) -> Call {
    call.asks("organisation", "Only of this organisation.", "0193c1e6-9b02-7c44-8a51-53f0c2f8a7d1")
}

fn line() -> Value {
    json!({
        "id": "0193c1e6-77d1-7a39-9d07-1b6c6a0a8c55",
        "at": "2026-11-22T06:08:00Z",
        "organisation_id": "0193c1e6-9b02-7c44-8a51-53f0c2f8a7d1",
        "actor_id": "0193c1e6-1b6c-7a39-8a51-77d153f0c2f8",
        "actor": "Ann Fernandes",
        "action": "contact.added",
        "said": "Ann Fernandes added Tom D'Souza as a contact",
        "target": "0193c1e6-53f0-7c44-9d07-9b02c2f8a7d1",
        "before": null,
        "after": { "display_name": "Tom D'Souza", "email": "tom@acme.example" },
        "address": "203.0.113.9",
        "request_id": "0193c1e6-c2f8-7a39-8a51-1b6c6a0a8c55",
    })
}
