//! When a report may be asked for, how long it can be had, and what stands in it (domain 3.6, Q21).

use serde::Deserialize;

use crate::kernel::{Day, DisplayName, Email, OrgName, ReportId, Role};

/// Seconds between two reports of one person.
pub const EVERY: i64 = 600;
/// So long it can be downloaded; what stands in it is old then.
pub const FRESH: i64 = 24 * 3600;
/// It takes seconds; whatever takes longer has gone wrong.
const SURELY_MADE: i64 = 3600;

/// The latest one of somebody.
#[derive(Debug, Clone, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the column's name")]
pub struct Asked {
    pub id: ReportId,
    pub asked_at: i64,
    pub made_at: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Making,
    /// Until when it can be downloaded.
    Fresh(i64),
    Old,
    /// It was never made.
    Lost,
}

impl Asked {
    #[must_use]
    pub fn standing(&self, now: i64) -> Standing {
        match self.made_at {
            Some(made_at) if now < made_at + FRESH => Standing::Fresh(made_at + FRESH),
            Some(_) => Standing::Old,
            None if now < self.asked_at + SURELY_MADE => Standing::Making,
            None => Standing::Lost,
        }
    }

    /// Seconds until the next one may be asked for; none: now.
    #[must_use]
    pub fn wait(&self, now: i64) -> Option<i64> {
        Some(self.asked_at + EVERY - now).filter(|it| *it > 0)
    }
}

/// `in 10 minutes`, rounded up.
#[must_use]
pub fn wait_words(seconds: i64) -> String {
    match (seconds + 59) / 60 {
        ..=1 => "in a minute".to_owned(),
        minutes => format!("in {minutes} minutes"),
    }
}

/// The whole report.
pub struct Book {
    pub vendor: String,
    pub reader: String,
    /// In words, with the time zone.
    pub made: String,
    pub organisations: Vec<OrganisationPart>,
    /// More than one report holds were left out.
    pub is_cut: bool,
}

pub struct OrganisationPart {
    pub name: OrgName,
    pub contacts: Vec<ContactLine>,
    pub subscriptions: Vec<SubscriptionLine>,
    pub licences: Vec<LicenceLine>,
    pub usage: Vec<UsageLine>,
}

pub struct ContactLine {
    pub name: DisplayName,
    pub email: Email,
    pub roles: Vec<Role>,
    pub is_verified: bool,
}

pub struct SubscriptionLine {
    pub product: String,
    pub sku: String,
    pub description: String,
    /// None: metered.
    pub quantity: Option<i64>,
    pub unit: String,
    pub starts_on: Day,
    pub valid_till: Day,
    pub cancelled_on: Option<Day>,
    pub agreement: &'static str,
    pub po_on: Option<Day>,
    pub state: &'static str,
}

pub struct LicenceLine {
    pub product: String,
    pub valid_from: Day,
    pub valid_till: Day,
    pub status: &'static str,
}

pub struct UsageLine {
    pub on: Day,
    pub product: String,
    pub label: String,
    pub used: String,
    pub unit: String,
    /// None: nothing with a quantity was in force.
    pub percent: Option<String>,
}

/// `Active` and `Expired` are the vendor's own words (domain 6.4).
#[must_use]
pub fn licence_status(valid_till: Day, cancelled_on: Option<Day>, today: Day) -> &'static str {
    if cancelled_on.is_some_and(|it| it <= today) {
        "Cancelled"
    } else if valid_till < today {
        "Expired"
    } else {
        "Active"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_made_fresh_and_old() {
        let report =
            |made_at| Asked { id: ReportId::try_from("r".to_owned()).unwrap(), asked_at: 1000, made_at };
        assert_eq!(report(None).standing(4599), Standing::Making);
        assert_eq!(report(None).standing(4600), Standing::Lost);
        assert_eq!(report(Some(1001)).standing(87_400), Standing::Fresh(87_401));
        assert_eq!(report(Some(1001)).standing(87_401), Standing::Old);
        assert_eq!((report(None).wait(1599), report(None).wait(1600)), (Some(1), None));
        let words = [1, 60, 61, 600].map(wait_words);
        assert_eq!(words, ["in a minute", "in a minute", "in 2 minutes", "in 10 minutes"]);
    }

    #[test]
    fn a_licence_is_active_on_its_last_day() {
        let day = |text: &str| Day::try_from(text.to_owned()).unwrap();
        let (till, today) = (day("2026-11-22"), day("2026-11-22"));
        assert_eq!(licence_status(till, None, today), "Active");
        assert_eq!(licence_status(till, None, today.plus(1)), "Expired");
        assert_eq!(licence_status(till, Some(today), today), "Cancelled");
        assert_eq!(licence_status(till, Some(today.plus(1)), today), "Active");
    }
}
