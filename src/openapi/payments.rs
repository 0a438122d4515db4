use axum::http::Method;
use serde_json::{Value, json};

use super::call::Call;
use crate::apps::payments::api::{NewRecord, NewReply, RecordPage, Recorded, Standing};
use crate::apps::payments::records::Record;

const RECORDS: &str = "/api/v1/organisations/{org}/payment-records";
const RECORDS_CSV: &str = "/api/v1/organisations/{org}/payment-records.csv";
const RECORD: &str = "/api/v1/organisations/{org}/payment-records/{payment}";
const REPLIES: &str = "/api/v1/organisations/{org}/payment-records/{payment}/replies";
const WITHDRAWAL: &str = "/api/v1/organisations/{org}/payment-records/{payment}/withdrawal";
const DOCUMENT: &str = "/api/v1/organisations/{org}/payment-records/{payment}/documents/{document}";
const TAG: &str = "payments";

const CURSOR: &str = "WzE3OTUzMjc2ODAsIjAxIl0";

pub fn calls() -> Vec<Call> {
    vec![
        of_records(Call::new(
            Method::GET,
            RECORDS,
            TAG,
            "listPaymentRecords",
            "List the payments that were recorded",
        ))
        .about("For the Billing contact. A record is what the customer says that it has paid, not the payment itself.")
        .pages()
        .gives::<RecordPage>(200, "A page", json!({ "items": [record()], "next": CURSOR })),
        of_records(Call::new(
            Method::GET,
            RECORDS_CSV,
            TAG,
            "exportPaymentRecords",
            "The payments as a spreadsheet",
        ))
        .gives_sheet("At most 5,000 rows", "Recorded on,Invoice number,Currency,Amount paid,Tax deducted"),
        Call::new(Method::GET, RECORD, TAG, "getPaymentRecord", "Read a payment with its timeline")
            .gives::<Record>(200, "The record", in_full()),
        Call::new(Method::POST, RECORDS, TAG, "recordPayment", "Record a payment with its proof")
            .about("Licences that end within 5 days, or have ended, move by 5 days at once; the answer says which did and why the others did not.")
            .once()
            .sends_files::<NewRecord>(new_record())
            .refuses(&["duplicate-payment"])
            .gives::<Recorded>(201, "Recorded", recorded()),
        Call::new(Method::POST, REPLIES, TAG, "replyToPayment", "Answer a question about a payment")
            .about("Words, files, or both. Only while information is needed; afterwards the record is under review again.")
            .once()
            .sends_files::<NewReply>(json!({ "note": "It was paid from the account of our Pune office.", "proof": [] }))
            .refuses(&["not-in-this-state"])
            .gives::<Standing>(200, "Answered", standing("under_review")),
        Call::new(Method::POST, WITHDRAWAL, TAG, "withdrawPayment", "Withdraw a payment record")
            .about("Only before the vendor's team has taken it up. The days that a licence has got by it stay.")
            .refuses(&["not-in-this-state"])
            .gives::<Standing>(200, "Withdrawn", standing("withdrawn")),
        Call::new(Method::GET, DOCUMENT, TAG, "getPaymentDocument", "Download a proof of payment")
            .about("As an attachment; it is never shown in the origin of the portal.")
            .gives_file("The file", &["application/pdf", "image/png", "image/jpeg"]),
    ]
}

fn of_records(call: Call) -> Call {
    call.asks(
        "status",
        "Only with this status: `submitted`, `under_review`, `information_needed`, `reconciled`, `rejected` or `withdrawn`.",
        "submitted",
    )
    .asks("currency", "`INR` or `USD`.", "INR")
    .asks("from", "Recorded on this day or later.", "2026-01-01")
    .asks("to", "Recorded on this day or earlier.", "2026-12-31")
    .asks("q", "Part of an invoice number, a reference or a note; at most 48 letters.", "MER/2026")
}

fn record() -> Value {
    json!({
        "id": "0193c1e6-9b02-7c44-8a51-53f0c2f8a7d1",
        "at": "2026-11-22T06:08:00Z",
        "recorded_on": "2026-11-22",
        "invoice_number": "MER/2026/0041",
        "amount": { "amount_minor": 19_824_000, "currency": "INR" },
        "tax_deducted": { "amount_minor": 1_680_000, "currency": "INR" },
        "paid_on": "2026-11-20",
        "method": "neft",
        "reference": "HDFCN52026112012345",
        "note": "Renewal for the next year",
        "status": "submitted",
        "message": "",
        "by": "Asha Rao",
        "licences": [{
            "licence_id": "0193c1e6-77d1-7a39-9d07-1b6c6a0a8c55",
            "product": "SkyConnect",
            "old_valid_till": "2026-11-24",
            "new_valid_till": "2026-11-29",
            "code": "extended",
            "message": "Extended by 5 days.",
        }],
        "documents": [{
            "id": "0193c1e6-5a11-7f02-9c33-2d4e5f6a7b8c",
            "name": "advice.pdf",
            "kind": "application/pdf",
            "size": 48_213,
        }],
    })
}

fn standing(status: &str) -> Value {
    json!({ "id": "0193c1e6-9b02-7c44-8a51-53f0c2f8a7d1", "status": status })
}

fn new_record() -> Value {
    json!({
        "invoice_number": "MER/2026/0041",
        "currency": "INR",
        "amount": "1,81,440.00",
        "tax_deducted": "16800",
        "paid_on": "2026-11-20",
        "method": "neft",
        "reference": "HDFCN52026112012345",
        "note": "Renewal for the next year",
        "proof": ["%PDF-1.7 …"],
    })
}

fn recorded() -> Value {
    json!({
        "id": "0193c1e6-9b02-7c44-8a51-53f0c2f8a7d1",
        "status": "submitted",
        "extended": [{
            "licence_id": "0193c1e6-77d1-7a39-9d07-1b6c6a0a8c55",
            "product": "SkyConnect",
            "old_valid_till": "2026-11-24",
            "new_valid_till": "2026-11-29",
        }],
        "licences": record().get("licences"),
        "same_invoice": [],
    })
}

fn in_full() -> Value {
    let mut record = record();
    record.as_object_mut().map(|it| {
        let timeline = json!([{
            "id": "0193c1e6-9b02-7c44-8a51-53f0c2f8a7d2",
            "at": "2026-11-22T06:08:00Z",
            "event": "submit",
            "by": "Asha Rao",
            "message": "",
        }]);
        it.insert("timeline".to_owned(), timeline)
    });
    record
}
