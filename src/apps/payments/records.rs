//! What was recorded, and what became of it, as rows.

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::rules::proof::Kind;
use super::rules::{Method, Status};
use crate::kernel::{
    Currency, Cursor, Day, LicenceId, Money, PaymentDocumentId, PaymentEventId, PaymentId, Search, rfc3339,
};

/// What a customer says that it has paid, and how that stands: as a row, and as programs read it.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = PaymentRecord))]
#[serde(try_from = "Columns")]
pub struct Record {
    pub id: PaymentId,
    /// RFC 3339 in UTC.
    #[serde(serialize_with = "instant")]
    #[cfg_attr(not(target_arch = "wasm32"), schema(value_type = String, format = DateTime))]
    pub at: i64,
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
    #[serde(rename = "by")]
    pub by_name: String,
    /// What it did to each licence at submission.
    #[serde(rename = "licences")]
    pub effects: Vec<Effect>,
    pub documents: Vec<Document>,
    /// Oldest first. Only where one record is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeline: Option<Vec<StepFacts>>,
}

/// A line of the timeline, as programs read it.
#[derive(Debug, Serialize)]
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

/// What the record did to a licence, or why it did nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = PaymentEffect))]
pub struct Effect {
    pub licence_id: LicenceId,
    /// Its name.
    pub product: String,
    pub old_valid_till: Day,
    /// The same as the old one where nothing was moved.
    pub new_valid_till: Day,
    /// `extended`, or why not: `cancelled`, `trial`, `time_left`, `same_invoice`, `still_open`, `rejected_lately`.
    pub code: String,
    /// The same in words.
    pub message: String,
}

/// Another record of the same invoice.
#[derive(Deserialize)]
pub struct Sibling {
    pub id: PaymentId,
    pub recorded_on: Day,
    pub status: Status,
}

/// Where a proof lies, and as what it is saved.
#[derive(Deserialize)]
pub struct Stored {
    pub name: String,
    pub kind: Kind,
    pub object: String,
}

/// A proof of the payment.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = PaymentDocument))]
pub struct Document {
    pub id: PaymentDocumentId,
    pub name: String,
    /// Its media type.
    pub kind: Kind,
    /// In bytes.
    pub size: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = PaymentEventKind))]
#[serde(rename_all = "snake_case")]
pub enum Happened {
    Submit,
    TakeUp,
    Ask,
    Answer,
    Match,
    Refuse,
    Withdraw,
    Note,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ByKind {
    Contact,
    System,
    Vendor,
}

/// A line of the timeline.
#[derive(Debug, Deserialize)]
pub struct Step {
    pub id: PaymentEventId,
    pub at: i64,
    pub event: Happened,
    pub by_kind: ByKind,
    pub by_name: Option<String>,
    pub message: String,
}

#[derive(Debug, Default)]
pub struct Filter {
    pub status: Option<Status>,
    pub currency: Option<Currency>,
    /// Recorded on this day or later, and on this day or earlier.
    pub from: Option<Day>,
    pub to: Option<Day>,
    pub q: Option<Search>,
}

pub type RecordCursor = Cursor<i64, PaymentId>;

#[derive(Deserialize)]
struct Columns {
    id: PaymentId,
    at: i64,
    recorded_on: Day,
    invoice_number: String,
    currency: Currency,
    amount: i64,
    tax_deducted: i64,
    paid_on: Day,
    method: Method,
    reference: String,
    note: String,
    status: Status,
    message: String,
    by_name: String,
    #[serde(deserialize_with = "from_json")]
    effects: Vec<Effect>,
    #[serde(deserialize_with = "from_json")]
    documents: Vec<Document>,
}

impl Record {
    #[must_use]
    pub fn place(&self) -> RecordCursor {
        Cursor { key: self.at, id: self.id.clone() }
    }

    /// The licences that it has moved.
    pub fn extended(&self) -> impl Iterator<Item = &Effect> {
        self.effects.iter().filter(|it| it.has_moved())
    }
}

impl Record {
    /// With everything that happened to it.
    #[must_use]
    pub fn in_full(self, timeline: &[Step], vendor: &str) -> Self {
        let step = |it: &Step| StepFacts {
            id: it.id.clone(),
            at: rfc3339(it.at),
            event: it.event,
            by: it.by(vendor),
            message: it.message.clone(),
        };
        Self { timeline: Some(timeline.iter().map(step).collect()), ..self }
    }
}

impl Effect {
    #[must_use]
    pub fn has_moved(&self) -> bool {
        self.new_valid_till > self.old_valid_till
    }
}

impl ByKind {
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::System => "system",
            Self::Vendor => "vendor",
        }
    }
}

impl Happened {
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::TakeUp => "take_up",
            Self::Ask => "ask",
            Self::Answer => "answer",
            Self::Match => "match",
            Self::Refuse => "refuse",
            Self::Withdraw => "withdraw",
            Self::Note => "note",
        }
    }

    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Submit => "Recorded",
            Self::TakeUp => "Taken up for review",
            Self::Ask => "Question",
            Self::Answer => "Answer",
            Self::Match => "Reconciled",
            Self::Refuse => "Rejected",
            Self::Withdraw => "Withdrawn",
            Self::Note => "Note",
        }
    }
}

impl Step {
    #[must_use]
    pub fn by(&self, vendor: &str) -> String {
        match self.by_kind {
            ByKind::Contact => self.by_name.clone().unwrap_or_default(),
            ByKind::System => "System".to_owned(),
            ByKind::Vendor => format!("{vendor} team"),
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("{0} is no amount of a payment")]
pub struct NoAmount(pub i64);

impl TryFrom<Columns> for Record {
    type Error = NoAmount;

    fn try_from(it: Columns) -> Result<Self, NoAmount> {
        let money = |minor| Money::of_minor(minor, it.currency).ok_or(NoAmount(minor));
        Ok(Self {
            amount: money(it.amount)?,
            tax_deducted: money(it.tax_deducted)?,
            id: it.id,
            at: it.at,
            recorded_on: it.recorded_on,
            invoice_number: it.invoice_number,
            paid_on: it.paid_on,
            method: it.method,
            reference: it.reference,
            note: it.note,
            status: it.status,
            message: it.message,
            by_name: it.by_name,
            effects: it.effects,
            documents: it.documents,
            timeline: None,
        })
    }
}

#[cfg_attr(
    not(target_arch = "wasm32"),
    expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")
)]
fn instant<S: Serializer>(at: &i64, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&rfc3339(*at))
}

fn from_json<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<Vec<T>, D::Error> {
    serde_json::from_str(&String::deserialize(from)?).map_err(D::Error::custom)
}
