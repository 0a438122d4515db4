//! What the billing team may decide of a payment, and what goes with it (domain 7.4).

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::apps::licences::Kind as LicenceKind;
use crate::apps::payments::rules::{Event, Method, Status};
use crate::kernel::{
    Currency, Cursor, Day, FieldError, LicenceId, Money, Note, OrgId, PaymentDocumentId, PaymentEventId,
    PaymentId,
};

/// Licences that one decision may move.
pub const MOST_LICENCES: usize = 100;
const LEAST_MESSAGE: usize = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = PaymentDecision))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    TakeUp,
    Ask,
    Reconcile,
    Reject,
}

/// As it is asked for.
#[derive(Debug, Clone)]
pub struct Decision {
    pub action: Action,
    /// The customer reads it.
    pub message: Note<0, 1000>,
    /// With the place at which each stood.
    pub licences: Vec<(usize, LicenceId, Day)>,
}

/// A word among colleagues, or one that the customer may read, too.
#[derive(Debug, Clone)]
pub struct Remark {
    pub text: Note<3, 1000>,
    pub public: bool,
}

/// A payment with its customer.
#[derive(Debug, Deserialize)]
pub struct Record {
    pub id: PaymentId,
    pub org_id: OrgId,
    pub organisation: String,
    pub at: i64,
    pub recorded_on: Day,
    pub invoice_number: String,
    pub currency: Currency,
    pub amount: i64,
    pub tax_deducted: i64,
    pub paid_on: Day,
    pub method: Method,
    pub reference: String,
    pub note: String,
    pub status: Status,
    pub status_on: Day,
    pub message: String,
    pub by_name: String,
    pub decided_by: Option<String>,
    pub decided_at: Option<i64>,
    #[serde(deserialize_with = "from_json")]
    pub documents: Vec<Document>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = StaffPaymentDocument))]
pub struct Document {
    pub id: PaymentDocumentId,
    pub name: String,
    /// Its media type.
    pub kind: String,
    /// In bytes.
    pub size: i64,
}

/// Where a proof lies.
#[derive(Debug, Deserialize)]
pub struct Stored {
    pub name: String,
    pub kind: crate::apps::payments::rules::proof::Kind,
    pub object: String,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Licence {
    pub id: LicenceId,
    pub product_id: crate::kernel::ProductId,
    pub product: String,
    pub kind: LicenceKind,
    pub valid_till: Day,
    pub cancelled_on: Option<Day>,
    pub version: i64,
}

/// A line of the timeline, internal ones included.
#[derive(Debug, Deserialize)]
pub struct Step {
    pub id: PaymentEventId,
    pub at: i64,
    pub event: String,
    pub by_kind: String,
    pub by_name: Option<String>,
    pub colleague: Option<String>,
    pub message: String,
    pub is_public: crate::kernel::Flag,
}

pub type RecordCursor = Cursor<i64, PaymentId>;

/// A licence that a decision moves.
#[derive(Debug, Clone)]
pub struct Moved<'a> {
    pub licence: &'a Licence,
    pub till: Day,
}

/// Why a decision cannot be made.
pub enum Refusal {
    /// Somebody has decided before.
    State(String),
    Fields(Vec<FieldError>),
}

impl Action {
    pub const ALL: [Self; 4] = [Self::TakeUp, Self::Ask, Self::Reconcile, Self::Reject];

    #[must_use]
    pub fn event(self) -> Event {
        match self {
            Self::TakeUp => Event::TakeUp,
            Self::Ask => Event::Ask,
            Self::Reconcile => Event::Match,
            Self::Reject => Event::Refuse,
        }
    }

    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::TakeUp => "take_up",
            Self::Ask => "ask",
            Self::Reconcile => "reconcile",
            Self::Reject => "reject",
        }
    }

    /// As the timeline has it.
    #[must_use]
    pub fn event_code(self) -> &'static str {
        match self {
            Self::TakeUp => "take_up",
            Self::Ask => "ask",
            Self::Reconcile => "match",
            Self::Reject => "refuse",
        }
    }

    /// A question, or a reason, must be said.
    #[must_use]
    pub fn needs_message(self) -> bool {
        match self {
            Self::Ask | Self::Reject => true,
            Self::TakeUp | Self::Reconcile => false,
        }
    }

    #[must_use]
    pub fn is_open_to(self, status: Status) -> bool {
        status.after(self.event()).is_some()
    }
}

impl Record {
    #[must_use]
    pub fn place(&self) -> RecordCursor {
        Cursor { key: self.at, id: self.id.clone() }
    }

    #[must_use]
    pub fn paid(&self) -> Money {
        Money::of_minor(self.amount, self.currency).unwrap_or_else(|| Money::none(self.currency))
    }

    #[must_use]
    pub fn tax(&self) -> Money {
        Money::of_minor(self.tax_deducted, self.currency).unwrap_or_else(|| Money::none(self.currency))
    }

    /// `It is Rejected since 22 Nov 2026, decided by Meera.`
    #[must_use]
    pub fn standing(&self) -> String {
        let by = self.decided_by.as_ref().map(|it| format!(", decided by {it}")).unwrap_or_default();
        format!("It is {} since {}{by}.", self.status.label(), self.status_on.words())
    }

    /// Where it leads, and what it moves.
    pub fn decide<'a>(
        &self,
        decision: &Decision,
        licences: &'a [Licence],
    ) -> Result<(Status, Vec<Moved<'a>>), Refusal> {
        let Some(next) = self.status.after(decision.action.event()) else {
            let said = format!("This cannot be done any more. {} Look at it again.", self.standing());
            return Err(Refusal::State(said));
        };
        let mut errors = Vec::new();
        let message = decision.message.as_str();
        if decision.action.needs_message() && message.chars().count() < LEAST_MESSAGE {
            let said = if decision.action == Action::Ask {
                "Write what the customer shall answer."
            } else {
                "Write why; the customer reads it."
            };
            errors.push(FieldError::new("message", "required", said));
        }
        if decision.action != Action::Reconcile && !decision.licences.is_empty() {
            let said = "Only a payment that is reconciled moves licences. Leave the dates as they are.";
            errors.push(FieldError::new("licences", "only-when-reconciled", said));
        }
        let mut moved: Vec<Moved<'a>> = Vec::new();
        for (place, id, till) in &decision.licences {
            let mut flaw = |field: &str, code, said: String| {
                errors.push(FieldError::new(&format!("licences.{place}.{field}"), code, said));
            };
            let Some(licence) = licences.iter().find(|it| it.id == *id) else {
                flaw("id", "unknown-licence", "This customer has no such licence.".to_owned());
                continue;
            };
            if moved.iter().any(|it| it.licence.id == *id) {
                flaw("id", "twice", "This licence is named twice.".to_owned());
            } else if licence.cancelled_on.is_some() && *till != licence.valid_till {
                let said = "This licence is cancelled. Take the cancellation back on its own page first.";
                flaw("valid_till", "licence-cancelled", said.to_owned());
            } else if *till < licence.valid_till {
                let said = format!(
                    "It is valid till {} already. A payment does not shorten it; its own page does.",
                    licence.valid_till.words()
                );
                flaw("valid_till", "earlier-than-now", said);
            } else if *till > licence.valid_till {
                moved.push(Moved { licence, till: *till });
            }
        }
        if errors.is_empty() { Ok((next, moved)) } else { Err(Refusal::Fields(errors)) }
    }
}

fn from_json<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Document>, D::Error> {
    serde_json::from_str(&String::deserialize(from)?).map_err(D::Error::custom)
}
