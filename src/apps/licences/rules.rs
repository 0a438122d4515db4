//! When a licence may be extended by its own customer, and by how much (domain 6.3).

use serde::{Deserialize, Serialize};

use crate::kernel::{Day, LicenceId, LimitScope, ProductId, is_tricky};

/// The rules as numbers, from configuration; the page "Rules" and the engine both read this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Calendar days that one grant adds, counted from today.
    pub days: u64,
    /// Grants within the window.
    pub most: usize,
    /// Days; a grant of exactly that long ago no longer counts.
    pub window: u64,
    pub scope: LimitScope,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = LicenceKind))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Subscription,
    Trial,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = LicenceStatus))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Active,
    Expired,
    Cancelled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = ExtensionReason))]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    RenewalDelayed,
    PaymentOverdue,
    TrialExtension,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Licence {
    pub id: LicenceId,
    pub product_id: ProductId,
    pub product: String,
    pub kind: Kind,
    pub valid_from: Day,
    /// The last day it is valid.
    pub valid_till: Day,
    pub cancelled_on: Option<Day>,
    pub version: i64,
    /// Days of the product, counted from `valid_till` (domain 6.4). The portal says them and enforces none.
    pub access_grace_days: Option<u64>,
    pub suspension_days: Option<u64>,
    pub trial_delete_days: Option<u64>,
}

/// A grant in the past: what the limit counts.
#[derive(Debug, Clone, Deserialize)]
pub struct Grant {
    pub licence_id: LicenceId,
    pub requested_on: Day,
}

/// What a decision rests on.
pub struct Facts<'a> {
    pub licence: &'a Licence,
    /// Of the organisation, in any order.
    pub grants: &'a [Grant],
    pub today: Day,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    Granted { valid_till: Day },
    Rejected(Rejection),
}

/// Stored, listed and explained (domain 6.2).
#[derive(Debug, Clone, PartialEq)]
pub struct Rejection {
    pub why: Why,
    pub next: Next,
}

/// What becomes of the same request if nothing else happens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Next {
    /// The earliest day on which it is granted.
    On(Day),
    /// The licence is cancelled by then.
    Never { cancelled_on: Day },
}

#[derive(Debug, Clone, PartialEq)]
pub enum Why {
    Cancelled {
        on: Day,
    },
    NotExpired {
        valid_till: Day,
    },
    /// The days of the grants that count.
    LimitReached {
        granted_on: Vec<Day>,
    },
}

impl Policy {
    /// The rules of domain 6.3.
    #[must_use]
    pub const fn stated(scope: LimitScope) -> Self {
        Self { days: 1, most: 2, window: 90, scope }
    }

    /// In the order of domain 6.3: what has not expired is told so first, whatever else is wrong.
    #[must_use]
    pub fn decide(&self, facts: &Facts) -> Decision {
        let Facts { licence, today, .. } = facts;
        let granted_on = self.counted(facts);
        let why = if licence.valid_till >= *today {
            Why::NotExpired { valid_till: licence.valid_till }
        } else if granted_on.len() >= self.most {
            Why::LimitReached { granted_on }
        } else if let Some(on) = licence.cancelled_on.filter(|it| it <= today) {
            Why::Cancelled { on }
        } else {
            return Decision::Granted { valid_till: today.plus(self.days) };
        };
        Decision::Rejected(Rejection { why, next: self.next(facts) })
    }

    /// The days of the grants within the window, newest first.
    #[must_use]
    pub fn counted(&self, facts: &Facts) -> Vec<Day> {
        let from = facts.today.minus(self.window);
        let mut days: Vec<Day> = self.of_scope(facts).filter(|it| *it > from).collect();
        days.sort_unstable_by(|a, b| b.cmp(a));
        days
    }

    /// The later of: today, the day after the licence ends, and the day on which the grant that fills the limit
    /// leaves the window. Never, if the licence is cancelled by then.
    fn next(&self, facts: &Facts) -> Next {
        let mut days: Vec<Day> = self.of_scope(facts).collect();
        days.sort_unstable_by(|a, b| b.cmp(a));
        let filling = self.most.checked_sub(1).and_then(|it| days.get(it));
        let freed = filling.map_or(facts.today, |it| it.plus(self.window));
        let next = facts.today.max(facts.licence.valid_till.plus(1)).max(freed);
        match facts.licence.cancelled_on {
            Some(cancelled_on) if cancelled_on <= next => Next::Never { cancelled_on },
            _ => Next::On(next),
        }
    }

    fn of_scope<'a>(&self, facts: &'a Facts) -> impl Iterator<Item = Day> + 'a {
        let all = self.scope == LimitScope::Organisation;
        let counts = move |it: &&Grant| all || it.licence_id == facts.licence.id;
        facts.grants.iter().filter(counts).map(|it| it.requested_on)
    }
}

impl Licence {
    #[must_use]
    pub fn status(&self, today: Day) -> Status {
        match self.cancelled_on {
            Some(on) if on <= today => Status::Cancelled,
            _ if self.valid_till < today => Status::Expired,
            _ => Status::Active,
        }
    }

    /// Days that are left, the last one counted as 0; negative since it has expired.
    #[must_use]
    pub fn days_left(&self, today: Day) -> i64 {
        self.valid_till.since(today)
    }
}

/// Only a trial is extended as a trial (domain 6.3).
#[must_use]
pub fn fits(reason: Reason, licence: &Licence) -> bool {
    reason != Reason::TrialExtension || licence.kind == Kind::Trial
}

impl Decision {
    #[must_use]
    pub fn is_granted(&self) -> bool {
        matches!(self, Self::Granted { .. })
    }

    /// For programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Granted { .. } => "GRANTED",
            Self::Rejected(Rejection { why, .. }) => match why {
                Why::Cancelled { .. } => "CANCELLED",
                Why::NotExpired { .. } => "NOT_EXPIRED",
                Why::LimitReached { .. } => "LIMIT_REACHED",
            },
        }
    }

    #[must_use]
    pub fn next_possible_on(&self) -> Option<Day> {
        match self {
            Self::Rejected(Rejection { next: Next::On(day), .. }) => Some(*day),
            Self::Granted { .. } | Self::Rejected(_) => None,
        }
    }
}

/// What somebody asks for.
#[derive(Debug, Clone)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = NewExtensionRequest))]
pub struct NewRequest {
    pub licence_id: LicenceId,
    pub reason: Reason,
    pub description: Description,
}

/// Lines of text, trimmed, 10 to 500 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description(String);

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("Describe the reason in 10 to 500 characters.")]
pub struct BadDescription;

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("Choose one of the three reasons: renewal_delayed, payment_overdue or trial_extension.")]
pub struct BadReason;

impl Description {
    pub const MOST: u32 = 500;

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Description {
    type Error = BadDescription;

    /// A browser sends a line break as two characters and counts it as one, so it becomes one.
    fn try_from(text: String) -> Result<Self, BadDescription> {
        let text = text.replace("\r\n", "\n");
        let text = text.trim();
        let fits = (10..=500).contains(&text.chars().count());
        let tricky = text.chars().any(|it| is_tricky(it) && it != '\n' && it != '\t');
        if fits && !tricky { Ok(Self(text.to_owned())) } else { Err(BadDescription) }
    }
}

impl Reason {
    pub const ALL: [Self; 3] = [Self::RenewalDelayed, Self::PaymentOverdue, Self::TrialExtension];

    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::RenewalDelayed => "renewal_delayed",
            Self::PaymentOverdue => "payment_overdue",
            Self::TrialExtension => "trial_extension",
        }
    }
}

impl TryFrom<String> for Reason {
    type Error = BadReason;

    fn try_from(text: String) -> Result<Self, BadReason> {
        Self::ALL.into_iter().find(|it| it.code() == text).ok_or(BadReason)
    }
}

#[cfg(test)]
mod tests;
