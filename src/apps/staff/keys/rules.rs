use serde::Deserialize;

use crate::kernel::{ApiKeyId, Day, DisplayName, PersonId, StaffRole};

/// A key as it is kept; the key itself is kept nowhere.
#[derive(Debug, Clone, Deserialize)]
pub struct ApiKey {
    pub id: ApiKeyId,
    /// Its first characters.
    pub prefix: String,
    pub name: String,
    /// JSON.
    scopes: String,
    pub made_by: PersonId,
    pub made_by_name: String,
    pub created_at: i64,
    pub expires_at: i64,
    /// At most five minutes behind.
    pub last_used_at: Option<i64>,
    pub revoked_at: Option<i64>,
    /// A successor of it has been made.
    pub is_followed: crate::kernel::Flag,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Active,
    /// It has less than a fortnight left.
    Ending,
    Expired,
    Revoked,
}

/// One of the staff roles, as a program holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope(pub StaffRole);

#[derive(Debug)]
pub struct NewKey {
    pub name: DisplayName,
    pub scopes: Vec<Scope>,
    /// Its last day.
    pub expires_on: Day,
}

/// How long the old key goes on beside the new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlap {
    None,
    Day,
    Week,
    Month,
}

#[derive(Debug)]
pub struct Rotation {
    pub overlap: Overlap,
    pub expires_on: Day,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    NoScope,
    BeyondMaker(StaffRole),
    EndsBeforeItBegins,
    LivesTooLong,
    /// A key with this name works at the moment.
    NameTaken,
    /// It no longer works, so it can be neither rotated nor revoked.
    Ended,
    AlreadyRotated,
}

#[derive(Debug, thiserror::Error)]
#[error("There is no such scope; there are sales, billing, support, publisher and admin.")]
pub struct BadScope;

#[derive(Debug, thiserror::Error)]
#[error("Choose none, day, week or month.")]
pub struct BadOverlap;

pub const LONGEST_DAYS: u64 = 365;
/// Whoever made it and the Admins hear of its end so long before.
pub const WARN_BEFORE: i64 = 14 * 86_400;

/// A key opens at most what its maker may open, and not for longer than a year.
pub fn may_make(
    maker: &[StaffRole],
    scopes: &[StaffRole],
    expires_on: Day,
    today: Day,
) -> Result<(), Refusal> {
    if scopes.is_empty() {
        return Err(Refusal::NoScope);
    }
    let all = maker.iter().any(|it| matches!(it, StaffRole::Admin));
    if let Some(beyond) = scopes.iter().find(|it| !all && !maker.iter().any(|own| own == *it)) {
        return Err(Refusal::BeyondMaker(*beyond));
    }
    if expires_on < today {
        return Err(Refusal::EndsBeforeItBegins);
    }
    if expires_on > today.plus(LONGEST_DAYS) { Err(Refusal::LivesTooLong) } else { Ok(()) }
}

pub fn may_rotate(key: &ApiKey, now: i64) -> Result<(), Refusal> {
    match key.state(now) {
        State::Revoked | State::Expired => Err(Refusal::Ended),
        State::Active | State::Ending if key.is_followed.0 => Err(Refusal::AlreadyRotated),
        State::Active | State::Ending => Ok(()),
    }
}

impl ApiKey {
    #[must_use]
    pub fn state(&self, now: i64) -> State {
        if self.revoked_at.is_some() {
            State::Revoked
        } else if self.expires_at <= now {
            State::Expired
        } else if self.expires_at - now <= WARN_BEFORE {
            State::Ending
        } else {
            State::Active
        }
    }

    #[must_use]
    pub fn scopes(&self) -> Vec<StaffRole> {
        serde_json::from_str(&self.scopes).unwrap_or_default()
    }
}

impl NewKey {
    /// In the order of the matrix, each once.
    #[must_use]
    pub fn roles(&self) -> Vec<StaffRole> {
        StaffRole::ALL.into_iter().filter(|it| self.scopes.iter().any(|scope| scope.0 == *it)).collect()
    }
}

impl Overlap {
    pub const ALL: [Self; 4] = [Self::None, Self::Day, Self::Week, Self::Month];

    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::None => "It ends at once",
            Self::Day => "A day",
            Self::Week => "A week",
            Self::Month => "Thirty days",
        }
    }

    #[must_use]
    pub fn seconds(self) -> i64 {
        86_400
            * match self {
                Self::None => 0,
                Self::Day => 1,
                Self::Week => 7,
                Self::Month => 30,
            }
    }
}

impl TryFrom<String> for Scope {
    type Error = BadScope;

    fn try_from(text: String) -> Result<Self, BadScope> {
        StaffRole::ALL.into_iter().find(|it| it.code() == text).map(Self).ok_or(BadScope)
    }
}

impl TryFrom<String> for Overlap {
    type Error = BadOverlap;

    fn try_from(text: String) -> Result<Self, BadOverlap> {
        Self::ALL.into_iter().find(|it| it.code() == text).ok_or(BadOverlap)
    }
}

#[cfg(test)]
mod tests {
    use super::StaffRole::{Admin, Billing, Sales};
    use super::*;

    fn day(text: &str) -> Day {
        Day::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn a_key_opens_no_more_than_its_maker_and_for_a_year_at_most() {
        let today = day("2026-11-22");
        let may = |maker: &[StaffRole], scopes: &[StaffRole], until: &str| {
            may_make(maker, scopes, day(until), today)
        };
        assert_eq!(may(&[Admin], &[Sales, Billing, Admin], "2027-11-22"), Ok(()));
        assert_eq!(may(&[Sales], &[Sales], "2026-11-22"), Ok(()));
        assert_eq!(may(&[Sales], &[Sales, Billing], "2027-01-01"), Err(Refusal::BeyondMaker(Billing)));
        assert_eq!(may(&[Sales], &[Admin], "2027-01-01"), Err(Refusal::BeyondMaker(Admin)));
        assert_eq!(may(&[Admin], &[], "2027-01-01"), Err(Refusal::NoScope));
        assert_eq!(may(&[Admin], &[Sales], "2026-11-21"), Err(Refusal::EndsBeforeItBegins));
        assert_eq!(may(&[Admin], &[Sales], "2027-11-23"), Err(Refusal::LivesTooLong));
    }
}
