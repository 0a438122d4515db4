//! What programs send and read of payments on the vendor's side.

use serde::Serialize;

use super::rules::{Action, Document, Record, RecordCursor, Step};
use crate::apps::payments::rules::{Method, Status};
use crate::kernel::{Day, LicenceId, Money, OrgId, PaymentEventId, PaymentId, rfc3339};

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = NewPaymentDecision))]
pub struct DecisionBody {
    pub action: Action,
    /// The customer reads it. A question or a reason has 3 to 1000 characters; otherwise it may be left out.
    pub message: Option<String>,
    /// Only when it is reconciled: the new last day of licences.
    pub licences: Option<Vec<NewDateBody>>,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = NewLicenceDate))]
pub struct NewDateBody {
    pub id: LicenceId,
    pub valid_till: Day,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = NewPaymentNote))]
pub struct NoteBody {
    /// 3 to 1000 characters.
    pub text: String,
    /// Whether the customer may read it, too.
    pub public: Option<bool>,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = DecidedPayment))]
pub struct DecidedFacts {
    pub id: PaymentId,
    pub status: Status,
    /// As the customer reads it.
    pub message: String,
    pub licences: Vec<MovedFacts>,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = LicenceOfPayment))]
pub struct MovedFacts {
    pub id: LicenceId,
    /// Its name.
    pub product: String,
    pub old_valid_till: Day,
    pub new_valid_till: Day,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = PaymentNoted))]
pub struct NotedFacts {
    pub id: PaymentEventId,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = PaymentQueue))]
pub struct QueuePage {
    /// The oldest first.
    pub items: Vec<RecordFacts>,
    /// The cursor of the next page; null on the last one.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub next: Option<String>,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = StaffPayment))]
pub struct RecordFacts {
    pub id: PaymentId,
    pub organisation_id: OrgId,
    pub organisation: String,
    /// RFC 3339 in UTC.
    #[cfg_attr(not(target_arch = "wasm32"), schema(format = DateTime))]
    pub at: String,
    pub recorded_on: Day,
    pub invoice_number: String,
    pub amount: Money,
    pub tax_deducted: Money,
    pub paid_on: Day,
    pub method: Method,
    pub reference: String,
    pub note: String,
    pub status: Status,
    pub message: String,
    /// The name of the contact who recorded it.
    pub by: String,
    /// The colleague who decided last.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub decided_by: Option<String>,
    pub documents: Vec<Document>,
    /// Oldest first, internal notes included. Only where one record is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeline: Option<Vec<StepFacts>>,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = StaffPaymentEvent))]
pub struct StepFacts {
    pub id: PaymentEventId,
    /// RFC 3339 in UTC.
    #[cfg_attr(not(target_arch = "wasm32"), schema(format = DateTime))]
    pub at: String,
    /// `submit`, `take_up`, `ask`, `answer`, `match`, `refuse`, `withdraw` or `note`.
    pub event: String,
    /// A contact, a colleague, or `System`.
    pub by: String,
    pub message: String,
    /// Whether the customer reads it.
    pub public: bool,
}

impl RecordFacts {
    #[must_use]
    pub fn of(it: &Record) -> Self {
        Self {
            id: it.id.clone(),
            organisation_id: it.org_id.clone(),
            organisation: it.organisation.clone(),
            at: rfc3339(it.at),
            recorded_on: it.recorded_on,
            invoice_number: it.invoice_number.clone(),
            amount: it.paid(),
            tax_deducted: it.tax(),
            paid_on: it.paid_on,
            method: it.method,
            reference: it.reference.clone(),
            note: it.note.clone(),
            status: it.status,
            message: it.message.clone(),
            by: it.by_name.clone(),
            decided_by: it.decided_by.clone(),
            documents: it.documents.clone(),
            timeline: None,
        }
    }

    #[must_use]
    pub fn in_full(record: &Record, timeline: &[Step]) -> Self {
        let step = |it: &Step| StepFacts {
            id: it.id.clone(),
            at: rfc3339(it.at),
            event: it.event.clone(),
            by: it.by().to_owned(),
            message: it.message.clone(),
            public: it.is_public.0,
        };
        Self { timeline: Some(timeline.iter().map(step).collect()), ..Self::of(record) }
    }
}

impl QueuePage {
    #[must_use]
    pub fn of(items: &[Record], next: Option<&RecordCursor>) -> Self {
        Self { items: items.iter().map(RecordFacts::of).collect(), next: next.map(RecordCursor::text) }
    }
}

impl Step {
    #[must_use]
    pub fn by(&self) -> &str {
        self.colleague.as_deref().or(self.by_name.as_deref()).unwrap_or(match self.by_kind.as_str() {
            "system" => "System",
            _ => "A colleague",
        })
    }
}
