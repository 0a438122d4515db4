//! What was recorded, and what became of it, as rows.

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize};

use super::rules::{Method, Status};
use crate::kernel::{
    Currency, Cursor, Day, LicenceId, Money, PaymentDocumentId, PaymentEventId, PaymentId, Search,
};

/// A payment as it was declared, with how it stands.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Columns")]
pub struct Record {
    pub id: PaymentId,
    pub at: i64,
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
    pub by_name: String,
    pub effects: Vec<Effect>,
    pub documents: Vec<Document>,
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

/// A proof of the payment.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = PaymentDocument))]
pub struct Document {
    pub id: PaymentDocumentId,
    pub name: String,
    /// Its media type.
    pub kind: String,
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
        self.effects.iter().filter(|it| it.new_valid_till > it.old_valid_till)
    }
}

impl Happened {
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
struct NoAmount(i64);

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
        })
    }
}

fn from_json<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<Vec<T>, D::Error> {
    serde_json::from_str(&String::deserialize(from)?).map_err(D::Error::custom)
}
