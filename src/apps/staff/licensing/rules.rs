//! How the vendor's team may change a licence by hand (domain 6.4 and 11).

use serde::Deserialize;

use crate::apps::licences::Kind;
use crate::kernel::{Cursor, Day, FieldError, LicenceId, Note, OrgId, ProductId};

/// A licence with its customer.
#[derive(Debug, Clone, Deserialize)]
pub struct Licence {
    pub id: LicenceId,
    pub org_id: OrgId,
    pub organisation: String,
    pub product_id: ProductId,
    pub product: String,
    pub kind: Kind,
    pub valid_from: Day,
    pub valid_till: Day,
    pub cancelled_on: Option<Day>,
    pub version: i64,
}

/// A line of its history, as the customer reads it.
#[derive(Debug, Deserialize)]
pub struct Event {
    pub at: i64,
    pub old_valid_till: Option<Day>,
    pub new_valid_till: Day,
    pub cause: crate::apps::licences::Cause,
    pub by_kind: String,
    pub by_name: Option<String>,
    pub note: String,
}

pub type LicenceCursor = Cursor<Day, LicenceId>;

/// What is wanted of it.
#[derive(Debug, Clone)]
pub struct Change {
    pub wish: Wish,
    /// The customer reads it.
    pub note: Note<3, 500>,
    /// That it shall end in the past is meant.
    pub confirm: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Wish {
    ValidTill(Day),
    CancelledOn(Day),
    /// The cancellation is taken back.
    Revived,
}

/// How it will stand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct After {
    pub valid_till: Day,
    pub cancelled_on: Option<Day>,
}

impl Licence {
    #[must_use]
    pub fn place(&self) -> LicenceCursor {
        Cursor { key: self.valid_till, id: self.id.clone() }
    }

    /// A date in the past ends it at once, so that is asked for twice.
    pub fn after(&self, change: &Change, today: Day) -> Result<After, FieldError> {
        let flaw = |field, code, said: String| Err(FieldError::new(field, code, said));
        match change.wish {
            Wish::ValidTill(_) if self.cancelled_on.is_some() => {
                let said = "This licence is cancelled. Take the cancellation back first, or book an order.";
                flaw("valid_till", "licence-cancelled", said.to_owned())
            }
            Wish::ValidTill(day) if day < self.valid_from => {
                let said =
                    format!("It began on {}. Choose that day or a later one.", self.valid_from.words());
                flaw("valid_till", "end-before-start", said)
            }
            Wish::ValidTill(day) if day == self.valid_till => {
                let said = format!("It is valid till {} already.", day.words());
                flaw("valid_till", "nothing-changes", said)
            }
            Wish::ValidTill(day) if day < today && day < self.valid_till && !change.confirm => {
                let said = format!(
                    "{} has passed: the licence would end at once. Confirm that this is meant.",
                    day.words()
                );
                flaw("confirm", "confirmation-needed", said)
            }
            Wish::ValidTill(day) => Ok(After { valid_till: day, cancelled_on: None }),
            Wish::CancelledOn(day) if self.cancelled_on == Some(day) => flaw(
                "cancelled_on",
                "nothing-changes",
                format!("It is cancelled on {} already.", day.words()),
            ),
            Wish::CancelledOn(day) => Ok(After { valid_till: self.valid_till, cancelled_on: Some(day) }),
            Wish::Revived if self.cancelled_on.is_none() => {
                flaw("cancelled_on", "nothing-changes", "It is not cancelled.".to_owned())
            }
            Wish::Revived => Ok(After { valid_till: self.valid_till, cancelled_on: None }),
        }
    }
}

impl Wish {
    /// What the customer is told, such as `is now valid till 31 Dec 2027`.
    #[must_use]
    pub fn words(self, old: Day) -> String {
        match self {
            Self::ValidTill(day) => {
                format!("is now valid till {}; before, it was valid till {}", day.words(), old.words())
            }
            Self::CancelledOn(day) => format!("is cancelled on {}", day.words()),
            Self::Revived => format!("is no longer cancelled and is valid till {}", old.words()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::try_from(format!("2026-{text}")).unwrap()
    }

    /// A licence of 1 January to 31 December, seen on 22 November.
    #[track_caller]
    fn check(
        cancelled: Option<&str>,
        wish: Wish,
        confirm: bool,
        expected: Result<(&str, Option<&str>), &str>,
    ) {
        let id = |text: &str| text.to_owned();
        let licence = Licence {
            id: LicenceId::try_from(id("l")).unwrap(),
            org_id: OrgId::try_from(id("o")).unwrap(),
            organisation: String::new(),
            product_id: ProductId::try_from(id("p")).unwrap(),
            product: String::new(),
            kind: Kind::Subscription,
            valid_from: day("01-01"),
            valid_till: day("12-31"),
            cancelled_on: cancelled.map(day),
            version: 1,
        };
        let change = Change { wish, note: Note::try_from(id("as agreed")).unwrap(), confirm };
        let after = licence.after(&change, day("11-22"));
        let expected = expected.map(|it| After { valid_till: day(it.0), cancelled_on: it.1.map(day) });
        assert_eq!(after.map_err(|it| it.code), expected);
    }

    #[test]
    fn a_licence_moves_and_ends_as_it_is_told() {
        check(None, Wish::ValidTill(day("12-30")), false, Ok(("12-30", None)));
        check(None, Wish::ValidTill(day("11-22")), false, Ok(("11-22", None)));
        check(None, Wish::ValidTill(day("11-21")), false, Err("confirmation-needed"));
        check(None, Wish::ValidTill(day("11-21")), true, Ok(("11-21", None)));
        check(None, Wish::ValidTill(day("12-31")), true, Err("nothing-changes"));
        check(None, Wish::ValidTill(day("01-01").minus(1)), true, Err("end-before-start"));
        check(Some("11-30"), Wish::ValidTill(day("12-30")), true, Err("licence-cancelled"));
        check(None, Wish::CancelledOn(day("11-01")), false, Ok(("12-31", Some("11-01"))));
        check(Some("11-30"), Wish::CancelledOn(day("11-30")), false, Err("nothing-changes"));
        check(Some("11-30"), Wish::CancelledOn(day("12-01")), false, Ok(("12-31", Some("12-01"))));
        check(Some("11-30"), Wish::Revived, false, Ok(("12-31", None)));
        check(None, Wish::Revived, false, Err("nothing-changes"));
    }
}
