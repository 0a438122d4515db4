use axum::http::Method;
use serde_json::{Value, json};

use super::call::Call;
use crate::apps::staff::reconciling::api::{
    DecidedFacts, DecisionBody, NoteBody, NotedFacts, QueuePage, RecordFacts,
};

const RECORDS: &str = "/api/v1/staff/payment-records";
const RECORD: &str = "/api/v1/staff/payment-records/{payment}";
const DECISIONS: &str = "/api/v1/staff/payment-records/{payment}/decisions";
const NOTES: &str = "/api/v1/staff/payment-records/{payment}/notes";
const DOCUMENT: &str = "/api/v1/staff/payment-records/{payment}/documents/{document}";
const TAG: &str = "staff: payments";

const ID: &str = "0193c1e6-77d1-7a39-9d07-1b6c6a0a8c55";

pub fn calls() -> Vec<Call> {
    vec![
        Call::new(Method::GET, RECORDS, TAG, "listPaymentQueue", "List payments, the oldest first")
            .about("Without a status: those that wait for the vendor, which are submitted or under review.")
            .asks("status", "Only those that stand so.", "submitted")
            .asks("q", "Part of a customer's name, an invoice number or a reference; at most 48 letters.", "INV-")
            .pages()
            .gives::<QueuePage>(200, "A page", json!({ "items": [record()], "next": null })),
        Call::new(Method::GET, RECORD, TAG, "getPaymentOfCustomer", "Read a payment with its timeline")
            .gives::<RecordFacts>(200, "The payment", in_full()),
        Call::new(Method::POST, DECISIONS, TAG, "decidePayment", "Decide a payment")
            .about(
                "`take_up` from submitted; `ask` and `reconcile` from submitted or under review; `reject` from all that \
                 is open. Of two decisions at the same moment one is made, and the other learns who made it. New dates \
                 move the licences in the same batch. Billing gets a mail, and Primary, too, when licences move.",
            )
            .once()
            .sends::<DecisionBody>(json!({
                "action": "reconcile",
                "message": "Received, with thanks.",
                "licences": [{ "id": ID, "valid_till": "2027-12-31" }],
            }))
            .gives::<DecidedFacts>(200, "What was decided", decided())
            .refuses(&[
                "not-in-this-state",
                "required",
                "only-when-reconciled",
                "unknown-licence",
                "twice",
                "licence-cancelled",
                "earlier-than-now",
            ]),
        Call::new(Method::GET, DOCUMENT, TAG, "getProofOfPayment", "Download a proof of payment")
            .about("As an attachment; it is never shown in the origin of the portal.")
            .gives_file("The file", &["application/pdf", "image/png", "image/jpeg"]),
        Call::new(Method::POST, NOTES, TAG, "notePayment", "Add a note to a payment")
            .about("For colleagues, unless it is public.")
            .once()
            .sends::<NoteBody>(json!({ "text": "The bank statement of Monday has it.", "public": false }))
            .gives::<NotedFacts>(201, "The note", json!({ "id": ID })),
    ]
}

fn record() -> Value {
    json!({
        "id": ID,
        "organisation_id": "0193c1e6-9b02-7c44-8a51-53f0c2f8a7d1",
        "organisation": "Acme Textiles",
        "at": "2026-11-20T08:15:30Z",
        "recorded_on": "2026-11-20",
        "invoice_number": "MER/0419",
        "amount": { "amount_minor": 19_824_000, "currency": "INR" },
        "tax_deducted": { "amount_minor": 1_680_000, "currency": "INR" },
        "paid_on": "2026-11-19",
        "method": "neft",
        "reference": "N326261184",
        "note": "",
        "status": "under_review",
        "message": "",
        "by": "Rahul Deshmukh",
        "decided_by": "Meera of Billing",
        "documents": [{
            "id": ID, "name": "advice.pdf", "kind": "application/pdf", "size": 48_213,
        }],
    })
}

fn in_full() -> Value {
    let mut record = record();
    if let Some(record) = record.as_object_mut() {
        let step = json!({
            "id": ID, "at": "2026-11-20T08:15:30Z", "event": "submit", "by": "Rahul Deshmukh", "message": "",
            "public": true,
        });
        record.insert("timeline".to_owned(), json!([step]));
    }
    record
}

fn decided() -> Value {
    json!({
        "id": ID,
        "status": "reconciled",
        "message": "Received, with thanks.\nThe SkyConnect licence is valid till 31 Dec 2027.",
        "licences": [{
            "id": ID, "product": "SkyConnect", "old_valid_till": "2026-12-31", "new_valid_till": "2027-12-31",
        }],
    })
}
