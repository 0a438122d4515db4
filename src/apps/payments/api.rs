//! What programs read of payments.

use serde::Serialize;

use super::records::{Document, Effect, Happened, Record, RecordCursor, Step};
use super::rules::{Method, Status};
use crate::kernel::{Day, Money, PaymentEventId, PaymentId, rfc3339};

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = PaymentRecordList))]
pub struct RecordPage {
    /// Newest first.
    pub items: Vec<RecordFacts>,
    /// The cursor of the next page; null on the last one.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub next: Option<String>,
}

/// What a customer says that it has paid, and how that stands.
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = PaymentRecord))]
pub struct RecordFacts {
    pub id: PaymentId,
    /// RFC 3339 in UTC.
    #[cfg_attr(not(target_arch = "wasm32"), schema(format = DateTime))]
    pub at: String,
    pub recorded_on: Day,
    pub invoice_number: String,
    pub amount: Money,
    /// Withheld as tax at source.
    pub tax_deducted: Money,
    pub paid_on: Day,
    pub method: Method,
    /// Of the bank: UTR, cheque or transaction number.
    pub reference: String,
    pub note: String,
    pub status: Status,
    /// Explains the status.
    pub message: String,
    /// The name of the contact who recorded it.
    pub by: String,
    /// What it did to each licence at submission.
    pub licences: Vec<Effect>,
    pub documents: Vec<Document>,
    /// Oldest first. Only where one record is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeline: Option<Vec<StepFacts>>,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = PaymentEvent))]
pub struct StepFacts {
    pub id: PaymentEventId,
    /// RFC 3339 in UTC.
    #[cfg_attr(not(target_arch = "wasm32"), schema(format = DateTime))]
    pub at: String,
    pub event: Happened,
    /// The name of a contact, `System`, or the vendor's team.
    pub by: String,
    pub message: String,
}

impl RecordPage {
    #[must_use]
    pub fn of(records: &[Record], next: Option<&RecordCursor>) -> Self {
        Self { items: records.iter().map(RecordFacts::of).collect(), next: next.map(RecordCursor::text) }
    }
}

impl RecordFacts {
    #[must_use]
    pub fn of(it: &Record) -> Self {
        Self {
            id: it.id.clone(),
            at: rfc3339(it.at),
            recorded_on: it.recorded_on,
            invoice_number: it.invoice_number.clone(),
            amount: it.amount,
            tax_deducted: it.tax_deducted,
            paid_on: it.paid_on,
            method: it.method,
            reference: it.reference.clone(),
            note: it.note.clone(),
            status: it.status,
            message: it.message.clone(),
            by: it.by_name.clone(),
            licences: it.effects.clone(),
            documents: it.documents.clone(),
            timeline: None,
        }
    }

    #[must_use]
    pub fn in_full(record: &Record, timeline: &[Step], vendor: &str) -> Self {
        let step = |it: &Step| StepFacts {
            id: it.id.clone(),
            at: rfc3339(it.at),
            event: it.event,
            by: it.by(vendor),
            message: it.message.clone(),
        };
        Self { timeline: Some(timeline.iter().map(step).collect()), ..Self::of(record) }
    }
}
