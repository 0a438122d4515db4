//! What the rules say, in sentences for people. Numbers and dates come from the same values that decide.

use super::history::ByKind;
use super::rules::{Decision, Kind, Licence, Next, Policy, Reason, Rejection, Status, Why};
use crate::kernel::{Day, LimitScope};

/// From so many days before its end on, a licence is called "expiring soon".
const SOON: i64 = 30;

/// How a licence stands, for the eye: the display knows one state more than the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Active,
    ExpiringSoon,
    Expired,
    Cancelled,
}

impl Policy {
    /// The page "Rules" (domain 6.3).
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let whose = match self.scope {
            LimitScope::Licence => "for each licence",
            LimitScope::Organisation => "for all licences of the organisation together",
        };
        vec![
            "A licence can be extended once it has expired: from the day after its last valid day on.".to_owned(),
            format!(
                "Each extension makes the licence valid till the {} after the request.",
                if self.days == 1 { "day".to_owned() } else { format!("{} days", self.days) }
            ),
            format!(
                "The facility can be used {} within {} days, counted {whose}. Only granted requests count, and a \
                 request of exactly {} days ago no longer does.",
                times(self.most),
                self.window,
                self.window
            ),
            "A cancelled licence is not extended.".to_owned(),
            "Only a trial can be extended with the reason \u{201c}The trial has ended and we need more time\u{201d}."
                .to_owned(),
            "The decision is made at once. A request that is rejected stays in the list, with the reason and the \
             earliest day on which it would be granted."
                .to_owned(),
            "Product screens show a new date within 2 hours.".to_owned(),
        ]
    }
}

impl Decision {
    /// The facts used, and what to do next; stored with the request.
    #[must_use]
    pub fn message(&self, policy: &Policy) -> String {
        match self {
            Self::Granted { valid_till } => format!(
                "Licence extended by {}, valid till {}. Product screens will show it within 2 hours.",
                days(policy.days),
                valid_till.words()
            ),
            Self::Rejected(Rejection { why, next }) => {
                let next = match next {
                    Next::On(day) => format!("Next possible on {}.", day.words()),
                    Next::Never { cancelled_on } => format!(
                        "It is cancelled from {} on and cannot be extended. Write to the sales team to start again.",
                        cancelled_on.words()
                    ),
                };
                match why {
                    Why::Cancelled { on } => {
                        format!(
                            "The licence was cancelled on {}. Write to the sales team to start again.",
                            on.words()
                        )
                    }
                    Why::NotExpired { valid_till } => {
                        format!(
                            "The licence is valid till {} and has not expired. {next}",
                            valid_till.words()
                        )
                    }
                    Why::LimitReached { granted_on } => format!(
                        "This facility has been used {} in the last {} days{}, on {}. {next}",
                        times(granted_on.len()),
                        policy.window,
                        match policy.scope {
                            LimitScope::Licence => "",
                            LimitScope::Organisation => " by your organisation",
                        },
                        granted_on.iter().rev().map(|it| it.words()).collect::<Vec<_>>().join(" and ")
                    ),
                }
            }
        }
    }

    /// The same decision before anybody has asked for it.
    #[must_use]
    pub fn preview(&self) -> String {
        match self {
            Self::Granted { valid_till } => {
                format!("It would be granted: valid till {}.", valid_till.words())
            }
            Self::Rejected(Rejection { why, next }) => {
                let why = match why {
                    Why::Cancelled { .. } => "it is cancelled".to_owned(),
                    Why::NotExpired { valid_till } => format!("it is valid till {}", valid_till.words()),
                    Why::LimitReached { granted_on } => {
                        let days: Vec<String> = granted_on.iter().rev().map(|it| it.words()).collect();
                        format!("the facility was used on {}", days.join(" and "))
                    }
                };
                match next {
                    Next::On(day) => {
                        format!("It would be rejected: {why}. Next possible on {}.", day.words())
                    }
                    Next::Never { .. } => format!("It would be rejected: {why}. No later day is possible."),
                }
            }
        }
    }
}

impl Licence {
    #[must_use]
    pub fn standing(&self, today: Day) -> Standing {
        match self.status(today) {
            Status::Cancelled => Standing::Cancelled,
            Status::Expired => Standing::Expired,
            Status::Active if self.days_left(today) <= SOON => Standing::ExpiringSoon,
            Status::Active => Standing::Active,
        }
    }

    /// "Expires in 4 days", "Expired 2 days ago".
    #[must_use]
    pub fn how_long(&self, today: Day) -> String {
        if let Some(on) = self.cancelled_on.filter(|_| self.status(today) == Status::Cancelled) {
            return format!("Cancelled on {}", on.words());
        }
        match self.days_left(today) {
            0 => "Today is its last valid day".to_owned(),
            1 => "Tomorrow is its last valid day".to_owned(),
            -1 => "Expired yesterday".to_owned(),
            left if left > 0 => format!("Expires in {left} days"),
            since => format!("Expired {} days ago", since.unsigned_abs()),
        }
    }

    /// What the product does next, from its own days of grace (domain 6.4).
    #[must_use]
    pub fn what_next(&self, today: Day) -> String {
        match (self.status(today), self.kind) {
            (Status::Cancelled, _) => {
                "Its data is no longer accessible. Write to the sales team to start again.".to_owned()
            }
            (status, Kind::Trial) => self.trial_ends(status == Status::Expired, today),
            (Status::Active, Kind::Subscription) => match (self.access_till(), self.kept_till()) {
                (Some(access), Some(kept)) => format!(
                    "If it is not renewed by then, users keep access till {} and the account is kept till {}.",
                    access.words(),
                    kept.words()
                ),
                (Some(access), None) => {
                    format!("If it is not renewed by then, users keep access till {}.", access.words())
                }
                (None, Some(kept)) => {
                    format!("If it is not renewed by then, the account is kept till {}.", kept.words())
                }
                (None, None) => "If it is not renewed by then, the product stops.".to_owned(),
            },
            (Status::Expired, Kind::Subscription) => self.expired(today),
        }
    }

    fn trial_ends(&self, is_over: bool, today: Day) -> String {
        let deleted_on = self.trial_delete_days.map(|it| self.valid_till.plus(it));
        match (is_over, deleted_on) {
            (false, Some(on)) => {
                format!("Then the product stops, and the data of the trial is deleted on {}.", on.words())
            }
            (false, None) => "Then the product stops.".to_owned(),
            (true, Some(on)) if on >= today => {
                format!("The product has stopped. The data of the trial is deleted on {}.", on.words())
            }
            (true, Some(on)) => {
                format!(
                    "The product has stopped. The data of the trial was due to be deleted on {}.",
                    on.words()
                )
            }
            (true, None) => "The product has stopped.".to_owned(),
        }
    }

    fn expired(&self, today: Day) -> String {
        let access = self.access_till().map(|till| {
            if till >= today {
                format!("Users keep access till {}. ", till.words())
            } else {
                format!("Users have had no access since {}. ", till.plus(1).words())
            }
        });
        let kept = self.kept_till().map(|till| {
            if till >= today {
                format!("The account is kept till {}.", till.words())
            } else {
                format!("The account was to be kept till {}; write to us now.", till.words())
            }
        });
        match (access, kept) {
            (None, None) => "The product has stopped.".to_owned(),
            (access, kept) => (access.unwrap_or_default() + &kept.unwrap_or_default()).trim_end().to_owned(),
        }
    }

    fn access_till(&self) -> Option<Day> {
        self.access_grace_days.map(|it| self.valid_till.plus(it))
    }

    fn kept_till(&self) -> Option<Day> {
        self.suspension_days.map(|it| self.valid_till.plus(it))
    }
}

impl Standing {
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::ExpiringSoon => "Expiring soon",
            Self::Expired => "Expired",
            Self::Cancelled => "Cancelled",
        }
    }
}

impl Kind {
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Subscription => "Subscription",
            Self::Trial => "Trial",
        }
    }
}

impl Reason {
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::RenewalDelayed => "The renewal is delayed",
            Self::PaymentOverdue => "We need more time to pay overdue invoices",
            Self::TrialExtension => "The trial has ended and we need more time",
        }
    }
}

/// Who made a change, as a customer reads it (domain 6.1).
#[must_use]
pub fn who(kind: ByKind, name: Option<&str>, vendor: &str) -> String {
    match (kind, name) {
        (ByKind::Contact, Some(name)) => name.to_owned(),
        (ByKind::Contact, None) => "A contact".to_owned(),
        (ByKind::System, _) => "System".to_owned(),
        (ByKind::Vendor, _) => format!("{vendor} team"),
    }
}

fn days(count: u64) -> String {
    if count == 1 { "1 day".to_owned() } else { format!("{count} days") }
}

fn times(count: usize) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        more => format!("{more} times"),
    }
}
