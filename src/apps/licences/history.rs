//! Every change of a licence, and every request to extend one, as lists that can be filtered.

use serde::{Deserialize, Serialize};

use super::rules::Reason;
use crate::kernel::{Cursor, Day, EventId, ExtensionId, LicenceId, PlainText, ProductId, Search};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = LicenceEventCause))]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    Order,
    Renewal,
    ExtensionRequest,
    PaymentRecord,
    Vendor,
    Cancellation,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ByKind {
    Contact,
    System,
    Vendor,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = ExtensionOutcome))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Granted,
    Rejected,
}

/// A change as it was written down.
#[derive(Debug, Deserialize)]
pub struct Event {
    pub id: EventId,
    pub at: i64,
    pub licence_id: LicenceId,
    pub product: String,
    /// None of the first one.
    pub old_valid_till: Option<Day>,
    pub new_valid_till: Day,
    pub cause: Cause,
    pub by_kind: ByKind,
    pub by_name: Option<String>,
    pub note: String,
}

/// The last change of a licence.
#[derive(Debug, Deserialize)]
pub struct Change {
    pub licence_id: LicenceId,
    pub at: i64,
    pub cause: Cause,
    pub by_kind: ByKind,
    pub by_name: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct Product {
    pub id: ProductId,
    pub name: String,
}

/// A request with what became of it (domain 6.2).
#[derive(Debug, Deserialize)]
pub struct Request {
    pub id: ExtensionId,
    pub at: i64,
    pub requested_on: Day,
    pub licence_id: LicenceId,
    pub product: String,
    pub reason: Reason,
    pub description: String,
    pub by_name: String,
    pub status: Outcome,
    pub code: String,
    pub message: String,
    /// After the decision.
    pub valid_till: Day,
    pub next_possible_on: Option<Day>,
}

#[derive(Debug, Default)]
pub struct EventFilter {
    /// Id or name.
    pub product: Option<PlainText>,
    pub cause: Option<Cause>,
    pub days: Days,
    pub q: Option<Search>,
}

#[derive(Debug, Default)]
pub struct RequestFilter {
    /// Id or name.
    pub product: Option<PlainText>,
    pub status: Option<Outcome>,
    pub days: Days,
}

/// Both ends belong to it.
#[derive(Debug, Default, Clone, Copy)]
pub struct Days {
    pub from: Option<Day>,
    pub to: Option<Day>,
}

pub type EventCursor = Cursor<i64, EventId>;
pub type LicenceCursor = Cursor<Day, LicenceId>;
pub type RequestCursor = Cursor<i64, ExtensionId>;

#[derive(Debug, thiserror::Error)]
#[error("There is no such cause. Choose one of the list.")]
pub struct BadCause;

#[derive(Debug, thiserror::Error)]
#[error("There is no such status; it is granted or rejected.")]
pub struct BadOutcome;

impl Event {
    #[must_use]
    pub fn place(&self) -> EventCursor {
        Cursor { key: self.at, id: self.id.clone() }
    }
}

impl Request {
    #[must_use]
    pub fn place(&self) -> RequestCursor {
        Cursor { key: self.at, id: self.id.clone() }
    }
}

impl Cause {
    pub const ALL: [Self; 6] = [
        Self::Order,
        Self::Renewal,
        Self::ExtensionRequest,
        Self::PaymentRecord,
        Self::Vendor,
        Self::Cancellation,
    ];

    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Renewal => "renewal",
            Self::ExtensionRequest => "extension_request",
            Self::PaymentRecord => "payment_record",
            Self::Vendor => "vendor",
            Self::Cancellation => "cancellation",
        }
    }

    #[must_use]
    pub fn label(self, vendor: &str) -> String {
        match self {
            Self::Order => "Order".to_owned(),
            Self::Renewal => "Renewal".to_owned(),
            Self::ExtensionRequest => "Extension request".to_owned(),
            Self::PaymentRecord => "Payment record".to_owned(),
            Self::Vendor => format!("{vendor} team"),
            Self::Cancellation => "Cancellation".to_owned(),
        }
    }
}

impl Outcome {
    pub const ALL: [Self; 2] = [Self::Granted, Self::Rejected];

    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Rejected => "rejected",
        }
    }

    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Granted => "Granted",
            Self::Rejected => "Rejected",
        }
    }
}

impl TryFrom<String> for Cause {
    type Error = BadCause;

    fn try_from(text: String) -> Result<Self, BadCause> {
        Self::ALL.into_iter().find(|it| it.code() == text).ok_or(BadCause)
    }
}

impl TryFrom<String> for Outcome {
    type Error = BadOutcome;

    fn try_from(text: String) -> Result<Self, BadOutcome> {
        Self::ALL.into_iter().find(|it| it.code() == text).ok_or(BadOutcome)
    }
}
