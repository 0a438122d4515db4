//! When a licence may be extended by its own customer, and by how much (domain 6.3).

use serde::{Deserialize, Serialize};

use crate::kernel::{Day, DisplayName, ExtensionId, LicenceId, ProductId};

/// The rules as numbers, from configuration; the page "Rules" and the engine both read this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Calendar days that one grant adds, counted from today.
    pub days: u64,
    /// Grants within the window.
    pub most: usize,
    /// Days; a grant of exactly that long ago no longer counts.
    pub window: u64,
    pub scope: Scope,
}

/// What the grants are counted over (domain Q3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Licence,
    Organisation,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Subscription,
    Trial,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Active,
    Expired,
    Cancelled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    RenewalDelayed,
    PaymentOverdue,
    TrialExtension,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Licence {
    pub id: LicenceId,
    pub product_id: ProductId,
    pub product: String,
    pub kind: Kind,
    pub valid_from: Day,
    /// The last day it is valid.
    pub valid_till: Day,
    pub cancelled_on: Option<Day>,
}

/// A grant in the past: what the limit counts.
#[derive(Debug, Clone, Deserialize)]
pub struct Grant {
    pub id: ExtensionId,
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
    /// The earliest day on which the same request would be granted if nothing else happened until then.
    pub next_possible_on: Option<Day>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Why {
    Cancelled { on: Day },
    NotExpired { valid_till: Day },
    /// The days of the grants that count.
    LimitReached { granted_on: Vec<Day> },
}

impl Policy {
    /// The rules of domain 6.3.
    pub const STATED: Self = Self { days: 1, most: 2, window: 90, scope: Scope::Licence };

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
        Decision::Rejected(Rejection { why, next_possible_on: self.next_possible_on(facts) })
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
    fn next_possible_on(&self, facts: &Facts) -> Option<Day> {
        let mut days: Vec<Day> = self.of_scope(facts).collect();
        days.sort_unstable_by(|a, b| b.cmp(a));
        let filling = self.most.checked_sub(1).and_then(|it| days.get(it));
        let freed = filling.map_or(facts.today, |it| it.plus(self.window));
        let next = facts.today.max(facts.licence.valid_till.plus(1)).max(freed);
        let ends = facts.licence.cancelled_on;
        ends.is_none_or(|it| next < it).then_some(next)
    }

    fn of_scope<'a>(&self, facts: &'a Facts) -> impl Iterator<Item = Day> + 'a {
        let all = self.scope == Scope::Organisation;
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

impl Why {
    /// For programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Cancelled { .. } => "CANCELLED",
            Self::NotExpired { .. } => "NOT_EXPIRED",
            Self::LimitReached { .. } => "LIMIT_REACHED",
        }
    }
}

impl Decision {
    /// The facts used, and what to do next; stored with the request.
    #[must_use]
    pub fn message(&self, policy: &Policy) -> String {
        match self {
            Self::Granted { valid_till } => {
                let days = if policy.days == 1 { "1 day".to_owned() } else { format!("{} days", policy.days) };
                format!(
                    "Licence extended by {days}, valid till {}. Product screens will show it within 2 hours.",
                    valid_till.words()
                )
            }
            Self::Rejected(Rejection { why, next_possible_on }) => {
                let next = next_possible_on.map(|it| format!(" Next possible on {}.", it.words())).unwrap_or_default();
                match why {
                    Why::Cancelled { on } => {
                        format!("The licence was cancelled on {}. Write to the sales team to start again.", on.words())
                    }
                    Why::NotExpired { valid_till } => {
                        format!("The licence is valid till {} and has not expired.{next}", valid_till.words())
                    }
                    Why::LimitReached { granted_on } => {
                        let days: Vec<String> = granted_on.iter().rev().map(|it| it.words()).collect();
                        format!(
                            "This facility has been used {} in the last {} days, on {}.{next}",
                            times(granted_on.len()),
                            policy.window,
                            days.join(" and ")
                        )
                    }
                }
            }
        }
    }
}

fn times(count: usize) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        more => format!("{more} times"),
    }
}

/// Who made a change, as a customer reads it (domain 6.1).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", tag = "by_kind", content = "by_name")]
pub enum By {
    Contact(DisplayName),
    System,
    Vendor,
}
