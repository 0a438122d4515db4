//! Demo data of payments: every status there is, in rupees and in dollars. Days count from today, the vendor's.

use serde_json::{Value, json};

use crate::db::{Arg, Stmt};
use crate::kernel::Day;

/// Organisation, days ago, invoice, currency, amount and tax deducted in minor units, method, note, status, message.
type Row = (
    &'static str,
    u64,
    &'static str,
    &'static str,
    i64,
    i64,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const RECORDS: [Row; 8] = [
    ("201", 400, "MER/0312", "INR", 41_300_000, 3_500_000, "rtgs", "First year", "reconciled", ""),
    ("201", 95, "MER/0388", "USD", 120_000, 0, "wire", "Top-up", "reconciled", "Received, with thanks."),
    ("201", 40, "MER/0401", "INR", 9_440_000, 800_000, "neft", "", "withdrawn", ""),
    (
        "201",
        39,
        "MER/0402",
        "INR",
        9_440_000,
        800_000,
        "neft",
        "The right invoice this time",
        "reconciled",
        "",
    ),
    ("202", 1, "MER/0419", "INR", 19_824_000, 1_680_000, "neft", "Renewal", "submitted", ""),
    ("203", 120, "MER/0377", "INR", 5_900_000, 0, "cheque", "", "rejected", "The bank returned the cheque."),
    (
        "203",
        8,
        "MER/0410",
        "INR",
        5_900_000,
        500_000,
        "upi",
        "",
        "information_needed",
        "Which account was it paid from?",
    ),
    ("203", 3, "MER/0415", "INR", 29_500_000, 2_500_000, "imps", "", "under_review", ""),
];

/// A file of the demo data, to be put into the store before its row is written.
pub struct Proof {
    pub key: String,
    pub bytes: Vec<u8>,
}

/// One for each record that somebody may want to look at.
#[must_use]
pub fn proofs() -> Vec<Proof> {
    let proof = |(at, row): (usize, &Row)| Proof {
        key: key(at),
        bytes: pdf(&[
            "Payment advice (demo)",
            &format!("Invoice {}", row.2),
            &format!("{} {}.{:02}", row.3, row.4 / 100, row.4 % 100),
            &format!("Reference {}", reference(at)),
        ]),
    };
    RECORDS.iter().enumerate().map(proof).collect()
}

fn key(at: usize) -> String {
    format!("payments/demo/{at:032}")
}

fn reference(at: usize) -> String {
    format!("N{:07}", 4_120_377 + 7919 * at)
}

/// A page with these lines on it; whole, so that every reader opens it.
fn pdf(lines: &[&str]) -> Vec<u8> {
    let text = lines.iter().map(|it| format!("({it}) Tj 0 -28 Td ")).collect::<Vec<_>>().concat();
    let page = format!("BT /F 16 Tf 36 200 Td {text}ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 260] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{page}\nendstream", page.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut file = "%PDF-1.4\n".to_owned();
    let mut places = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        places.push(format!("{:010} 00000 n \n", file.len()));
        file = [file, format!("{} 0 obj\n{object}\nendobj\n", at + 1)].concat();
    }
    let (xref, places) = (file.len(), places.concat());
    let end = "trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n";
    let tail = format!("xref\n0 6\n0000000000 65535 f \n{places}{end}{xref}\n%%EOF\n");
    [file, tail].concat().into_bytes()
}

#[must_use]
pub fn fill(today: Day, now: i64) -> Vec<Stmt> {
    let sizes: Vec<usize> = proofs().iter().map(|it| it.bytes.len()).collect();
    let record = |(at, row): (usize, &Row)| {
        let (org, ago, invoice, currency, amount, tax, method, note, status, message) = *row;
        let seconds = i64::try_from(ago).unwrap_or(0) * 86_400 + 5400;
        json!({
            "id": format!("01938a00-0000-7000-8000-000b{at:08x}"),
            "org": format!("01938a00-0000-7000-8000-000000000{org}"),
            "at": now - seconds, "on": today.minus(ago).to_string(), "paid": today.minus(ago + 1).to_string(),
            "invoice": invoice, "currency": currency, "amount": amount, "tax": tax, "method": method,
            "reference": reference(at), "note": note, "object": key(at), "size": sizes.get(at), "status": status, "message": message,
        })
    };
    let records: Vec<Value> = RECORDS.iter().enumerate().map(record).collect();
    let records = json!(records).to_string();
    let mut all: Vec<Stmt> = [FILL_RECORDS, FILL_DOCUMENTS, FILL_FIRST_STEPS, FILL_LATER_STEPS, MOVE_ON]
        .map(|sql| Stmt { sql, args: vec![Arg::from(records.clone())] })
        .into();
    all.push(Stmt { sql: FILL_ATTEMPTS, args: vec![now.into()] });
    all
}

/// The Billing contact of Acme has once let the page at the gateway run out, and once waits for the bank.
const FILL_ATTEMPTS: &str =
    "insert into payment_session (id, org_id, gateway, url, invoice_number, currency, amount, payer_name, payer_email,
                                  by_person, by_name, started_at, status, status_at)
     select '01938a00-0000-7000-8000-00000f00000' || (value ->> 'id'), role.org_id, 'stripe', 'https://gateway.vendor.example/',
            value ->> 'invoice', 'INR', value ->> 'amount', person.display_name, person.email, person.id,
            person.display_name, ?1 - (value ->> 'ago'), value ->> 'status', ?1 - (value ->> 'ago') + 600
       from json_each('[{\"id\": 1, \"invoice\": \"MER/0431\", \"amount\": 11800000, \"ago\": 183000, \"status\": \"expired\"},
                        {\"id\": 2, \"invoice\": \"MER/0431\", \"amount\": 11800000, \"ago\": 91000, \"status\": \"pending\"}]')
       join role on role.org_id = '01938a00-0000-7000-8000-000000000201' and role.role = 'billing'
       join contact on contact.id = role.contact_id
       join person on person.id = contact.person_id";

const FILL_RECORDS: &str =
    "insert into payment_record (id, org_id, at, recorded_on, invoice_number, invoice_key, currency, amount, tax_deducted,
                                 paid_on, method, reference, reference_key, note, status_on, by_person, by_name)
     select value ->> 'id', value ->> 'org', value ->> 'at', value ->> 'on', value ->> 'invoice', value ->> 'invoice',
            value ->> 'currency', value ->> 'amount', value ->> 'tax', value ->> 'paid', value ->> 'method',
            value ->> 'reference', value ->> 'reference', value ->> 'note', value ->> 'on', person.id,
            person.display_name
       from json_each(?1)
       join role on role.org_id = value ->> 'org' and role.role = 'billing'
       join contact on contact.id = role.contact_id
       join person on person.id = contact.person_id";

const FILL_DOCUMENTS: &str =
    "insert into payment_document (id, org_id, record_id, name, kind, size, object, uploaded_at)
     select replace(record.id, '-000b', '-000e'), record.org_id, record.id,
            'advice-' || replace(lower(record.invoice_number), '/', '-') || '.pdf', 'application/pdf', value ->> 'size',
            value ->> 'object', record.at
       from json_each(?1)
       join payment_record as record on record.id = value ->> 'id'";

const FILL_FIRST_STEPS: &str =
    "insert into payment_event (id, org_id, record_id, at, event, by_kind, by_name)
     select replace(record.id, '-000b', '-000c'), record.org_id, record.id, record.at, 'submit', 'contact', record.by_name
       from json_each(?1)
       join payment_record as record on record.id = value ->> 'id'";

const FILL_LATER_STEPS: &str =
    "insert into payment_event (id, org_id, record_id, at, event, by_kind, by_name, message)
     select replace(record.id, '-000b', '-000d'), record.org_id, record.id, record.at + 3600,
            case value ->> 'status' when 'reconciled' then 'match' when 'rejected' then 'refuse'
                 when 'withdrawn' then 'withdraw' when 'under_review' then 'take_up' else 'ask' end,
            iif(value ->> 'status' = 'withdrawn', 'contact', 'vendor'),
            iif(value ->> 'status' = 'withdrawn', record.by_name, null), value ->> 'message'
       from json_each(?1)
       join payment_record as record on record.id = value ->> 'id'
      where value ->> 'status' <> 'submitted'";

const MOVE_ON: &str = "update payment_record set status = value ->> 'status', message = value ->> 'message'
       from json_each(?1) where payment_record.id = value ->> 'id'";
