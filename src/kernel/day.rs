use chrono::{Datelike, Days, Months, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use super::Zone;

/// A civil date, `yyyy-mm-dd`, in the vendor's time zone: the last day a licence is valid, the day a payment was
/// made. Years 2000 to 2199, so that arithmetic within decades never leaves the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(NaiveDate);

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("Write a date that exists as year-month-day, for example 2026-03-31.")]
pub struct BadDay;

impl Day {
    /// The day it is for the vendor.
    #[must_use]
    pub fn today(now: i64, zone: Zone) -> Option<Self> {
        zone.date(now).map(Self)
    }

    /// Saturates at the end of the calendar, which is 262,000 years away.
    #[must_use]
    pub fn plus(self, days: u64) -> Self {
        Self(self.0.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX))
    }

    #[must_use]
    pub fn minus(self, days: u64) -> Self {
        Self(self.0.checked_sub_days(Days::new(days)).unwrap_or(NaiveDate::MIN))
    }

    /// The same day of the next year; 29 February becomes the 28th.
    #[must_use]
    pub fn a_year_on(self) -> Self {
        Self(self.0.checked_add_months(Months::new(12)).unwrap_or(NaiveDate::MAX))
    }

    /// Days from `earlier` to this one; negative when it is the later one.
    #[must_use]
    pub fn since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).num_days()
    }

    /// On which its week began.
    #[must_use]
    pub fn monday(self) -> Self {
        self.minus(u64::from(self.0.weekday().num_days_from_monday()))
    }

    #[must_use]
    pub fn is_weekend(self) -> bool {
        matches!(self.0.weekday(), Weekday::Sat | Weekday::Sun)
    }

    /// The first of the month that lies so many months after this one's.
    #[must_use]
    pub fn month_after(self, months: u32) -> Self {
        let first = self.0.with_day(1).unwrap_or(self.0);
        Self(first.checked_add_months(Months::new(months)).unwrap_or(NaiveDate::MAX))
    }

    #[must_use]
    pub fn month_before(self, months: u32) -> Self {
        let first = self.0.with_day(1).unwrap_or(self.0);
        Self(first.checked_sub_months(Months::new(months)).unwrap_or(NaiveDate::MIN))
    }

    #[must_use]
    pub fn year(self) -> i32 {
        self.0.year()
    }

    /// 1 to 12.
    #[must_use]
    pub fn month(self) -> u32 {
        self.0.month()
    }

    /// 1 to 31.
    #[must_use]
    pub fn day(self) -> u32 {
        self.0.day()
    }

    /// `22 Nov 2026`.
    #[must_use]
    pub fn words(self) -> String {
        self.0.format("%-d %b %Y").to_string()
    }
}

impl TryFrom<String> for Day {
    type Error = BadDay;

    fn try_from(text: String) -> Result<Self, BadDay> {
        // A page reads a hundred of them, and `parse_from_str` reads its format anew each time.
        let plain = |part: &str, digits| {
            let is_plain = part.len() == digits && part.bytes().all(|it| it.is_ascii_digit());
            if is_plain { part.parse().map_err(|_| BadDay) } else { Err(BadDay) }
        };
        let mut parts = text.trim().split('-');
        let mut next = |digits| plain(parts.next().ok_or(BadDay)?, digits);
        let (year, month, day) = (next(4)?, next(2)?, next(2)?);
        let is_ours = parts.next().is_none() && (2000..=2199).contains(&year);
        let day = i32::try_from(year).ok().and_then(|it| NaiveDate::from_ymd_opt(it, month, day));
        day.filter(|_| is_ours).map(Self).ok_or(BadDay)
    }
}

impl From<Day> for NaiveDate {
    fn from(day: Day) -> Self {
        day.0
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "{:04}-{:02}-{:02}", self.0.year(), self.0.month(), self.0.day())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn only_dates_that_exist() {
        for text in [
            "2026-02-29",
            "2026-13-01",
            "2026-1-1",
            "26-01-01",
            "2026-01-01T00:00",
            "",
            "1999-12-31",
            "2200-01-01",
            "+2026-01-01",
        ] {
            assert_eq!(Day::try_from(text.to_owned()), Err(BadDay), "{text}");
        }
        assert_eq!(day("2028-02-29").plus(1), day("2028-03-01"));
        assert_eq!(day("2026-12-31").plus(1).words(), "1 Jan 2027");
        assert_eq!(day("2026-03-01").since(day("2026-02-01")), 28);
        assert_eq!(day("2026-03-01").minus(90), day("2025-12-01"));
        assert_eq!(day("2026-11-22").monday(), day("2026-11-16"));
        assert_eq!(day("2026-11-16").monday(), day("2026-11-16"));
        assert_eq!(day("2026-01-31").month_after(1), day("2026-02-01"));
        assert_eq!(day("2026-01-31").month_before(11), day("2025-02-01"));
    }

    #[test]
    fn the_day_turns_at_midnight_of_the_vendor() {
        let today = |now, zone: &str| Day::today(now, Zone::try_from(zone.to_owned()).unwrap()).unwrap();
        let midnight_in_kolkata = 1_795_285_800; // 2026-11-21T18:30:00Z
        assert_eq!(today(midnight_in_kolkata, "Asia/Kolkata"), day("2026-11-22"));
        assert_eq!(today(midnight_in_kolkata - 1, "Asia/Kolkata"), day("2026-11-21"));
        assert_eq!(today(midnight_in_kolkata, "America/New_York"), day("2026-11-21"));
        assert_eq!(today(midnight_in_kolkata, "Pacific/Kiritimati"), day("2026-11-22"));
    }
}
