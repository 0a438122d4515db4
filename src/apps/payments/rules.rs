//! What may be recorded, and what becomes of a record (domain 7.2 and 7.4).

pub mod ageing;
pub mod answered;
pub mod bridge;
mod declared;
pub mod online;
pub mod proof;
pub mod signature;
pub mod told;
pub mod withheld;

use serde::{Deserialize, Serialize};

pub use declared::{BadInvoiceNumber, Earlier, InvoiceNumber, NewPayment, Seen, Typed};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = PaymentStatus))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Submitted,
    UnderReview,
    InformationNeeded,
    Reconciled,
    Rejected,
    Withdrawn,
}

/// What can happen to a record once it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    TakeUp,
    Ask,
    Answer,
    Match,
    Refuse,
    Withdraw,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Customer,
    Vendor,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = PaymentMethod))]
#[serde(rename_all = "snake_case")]
pub enum Method {
    Card,
    NetBanking,
    Neft,
    Rtgs,
    Imps,
    Upi,
    Cheque,
    DemandDraft,
    Wire,
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("There is no such status. Choose one of the list.")]
pub struct BadStatus;

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("Choose how it was paid from the list.")]
pub struct BadMethod;

/// The page "Rules": what a record does, and when it is settled.
#[must_use]
pub fn sentences() -> Vec<String> {
    [bridge::sentences(), vec![ageing::sentence()]].concat()
}

impl Status {
    pub const ALL: [Self; 6] = [
        Self::Submitted,
        Self::UnderReview,
        Self::InformationNeeded,
        Self::Reconciled,
        Self::Rejected,
        Self::Withdrawn,
    ];

    /// Where the event leads, or nowhere (domain 7.4).
    #[must_use]
    pub fn after(self, event: Event) -> Option<Self> {
        match (self, event) {
            (Self::Submitted, Event::TakeUp) | (Self::InformationNeeded, Event::Answer) => {
                Some(Self::UnderReview)
            }
            (Self::Submitted | Self::UnderReview, Event::Ask) => Some(Self::InformationNeeded),
            (Self::Submitted | Self::UnderReview, Event::Match) => Some(Self::Reconciled),
            (Self::Submitted | Self::UnderReview | Self::InformationNeeded, Event::Refuse) => {
                Some(Self::Rejected)
            }
            (Self::Submitted, Event::Withdraw) => Some(Self::Withdrawn),
            (
                Self::Submitted
                | Self::UnderReview
                | Self::InformationNeeded
                | Self::Reconciled
                | Self::Rejected
                | Self::Withdrawn,
                Event::TakeUp | Event::Ask | Event::Answer | Event::Match | Event::Refuse | Event::Withdraw,
            ) => None,
        }
    }

    /// Somebody still has to do something.
    #[must_use]
    pub fn is_open(self) -> bool {
        match self {
            Self::Submitted | Self::UnderReview | Self::InformationNeeded => true,
            Self::Reconciled | Self::Rejected | Self::Withdrawn => false,
        }
    }

    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::UnderReview => "under_review",
            Self::InformationNeeded => "information_needed",
            Self::Reconciled => "reconciled",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
        }
    }

    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Submitted => "Submitted",
            Self::UnderReview => "Under review",
            Self::InformationNeeded => "Information needed",
            Self::Reconciled => "Reconciled",
            Self::Rejected => "Rejected",
            Self::Withdrawn => "Withdrawn",
        }
    }
}

impl Event {
    pub const ALL: [Self; 6] =
        [Self::TakeUp, Self::Ask, Self::Answer, Self::Match, Self::Refuse, Self::Withdraw];

    /// Whose event it is.
    #[must_use]
    pub fn by(self) -> By {
        match self {
            Self::Answer | Self::Withdraw => By::Customer,
            Self::TakeUp | Self::Ask | Self::Match | Self::Refuse => By::Vendor,
        }
    }
}

impl Method {
    pub const ALL: [Self; 9] = [
        Self::Neft,
        Self::Rtgs,
        Self::Imps,
        Self::Upi,
        Self::NetBanking,
        Self::Card,
        Self::Cheque,
        Self::DemandDraft,
        Self::Wire,
    ];

    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::NetBanking => "net_banking",
            Self::Neft => "neft",
            Self::Rtgs => "rtgs",
            Self::Imps => "imps",
            Self::Upi => "upi",
            Self::Cheque => "cheque",
            Self::DemandDraft => "demand_draft",
            Self::Wire => "wire",
        }
    }

    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Card => "Card",
            Self::NetBanking => "Net banking",
            Self::Neft => "NEFT",
            Self::Rtgs => "RTGS",
            Self::Imps => "IMPS",
            Self::Upi => "UPI",
            Self::Cheque => "Cheque",
            Self::DemandDraft => "Demand draft",
            Self::Wire => "Wire transfer",
        }
    }
}

impl TryFrom<String> for Status {
    type Error = BadStatus;

    fn try_from(text: String) -> Result<Self, BadStatus> {
        Self::ALL.into_iter().find(|it| it.code() == text).ok_or(BadStatus)
    }
}

impl TryFrom<String> for Method {
    type Error = BadMethod;

    fn try_from(text: String) -> Result<Self, BadMethod> {
        Self::ALL.into_iter().find(|it| it.code() == text).ok_or(BadMethod)
    }
}

#[cfg(test)]
mod tests;
