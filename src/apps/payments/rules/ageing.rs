//! How long a record may wait for the vendor (domain 7.4).

use super::Status;
use crate::kernel::Day;

/// Working days within which a record is to be reconciled.
pub const WORKING_DAYS: u32 = 3;

/// Saturdays, Sundays and the holidays of the installation are no working days.
#[derive(Debug, Clone, Default)]
pub struct WorkingDays {
    holidays: Vec<Day>,
}

impl WorkingDays {
    #[must_use]
    pub fn without(holidays: Vec<Day>) -> Self {
        Self { holidays }
    }

    #[must_use]
    pub fn works_on(&self, day: Day) -> bool {
        !day.is_weekend() && !self.holidays.contains(&day)
    }

    /// The last day on which a record of this day is in time: the third working day after it.
    #[must_use]
    pub fn due_on(&self, recorded_on: Day) -> Day {
        let (mut day, mut left) = (recorded_on, WORKING_DAYS);
        // There are only so many holidays, so among so many days enough are left over.
        let most = 7 * (u64::from(WORKING_DAYS) + 1) + 7 * u64::try_from(self.holidays.len()).unwrap_or(0);
        for _ in 0..most {
            day = day.plus(1);
            left -= u32::from(self.works_on(day));
            if left == 0 {
                break;
            }
        }
        day
    }

    /// What was recorded on this day or earlier, and still waits, has waited too long.
    #[must_use]
    pub fn late_until(&self, today: Day) -> Day {
        let most = 7 * (u64::from(WORKING_DAYS) + 1) + 7 * u64::try_from(self.holidays.len()).unwrap_or(0);
        let days = (1..=most).map(|it| today.minus(it));
        days.into_iter().find(|it| today > self.due_on(*it)).unwrap_or_else(|| today.minus(most))
    }

    /// The vendor has let it wait. While the customer is asked, it is the customer's turn.
    #[must_use]
    pub fn is_late(&self, recorded_on: Day, status: Status, today: Day) -> bool {
        let waits = match status {
            Status::Submitted | Status::UnderReview => true,
            Status::InformationNeeded | Status::Reconciled | Status::Rejected | Status::Withdrawn => false,
        };
        waits && today > self.due_on(recorded_on)
    }
}

/// The page "Rules" (domain 7.4).
#[must_use]
pub fn sentence() -> String {
    format!(
        "The billing team reconciles a record within {WORKING_DAYS} working days; Saturdays, Sundays and holidays do not count."
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Day {
        Day::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn weekends_and_holidays_do_not_count() {
        let plain = WorkingDays::default();
        // 22 November 2026 is a Sunday.
        for (recorded_on, due_on) in [
            ("2026-11-16", "2026-11-19"),
            ("2026-11-18", "2026-11-23"),
            ("2026-11-20", "2026-11-25"),
            ("2026-11-21", "2026-11-25"),
            ("2026-11-22", "2026-11-25"),
        ] {
            assert_eq!(plain.due_on(day(recorded_on)), day(due_on), "{recorded_on}");
        }
        let feast = WorkingDays::without(vec![day("2026-11-23"), day("2026-11-24"), day("2026-11-28")]);
        assert_eq!(feast.due_on(day("2026-11-20")), day("2026-11-27"));
        let late = |status, today: &str| plain.is_late(day("2026-11-16"), status, day(today));
        assert!(!late(Status::Submitted, "2026-11-19") && late(Status::Submitted, "2026-11-20"));
        assert!(late(Status::UnderReview, "2026-11-20"));
        for status in [Status::InformationNeeded, Status::Reconciled, Status::Rejected, Status::Withdrawn] {
            assert!(!late(status, "2027-11-20"), "{status:?}");
        }
    }

    proptest! {
        #[test]
        fn three_working_days_lie_between(
            ahead in 0_u64..4000,
            holidays in prop::collection::vec(0_u64..4020, 0..30),
        ) {
            let first = day("2026-01-01");
            let calendar = WorkingDays::without(holidays.into_iter().map(|it| first.plus(it)).collect());
            let recorded_on = first.plus(ahead);
            let due_on = calendar.due_on(recorded_on);
            let between = (1..=due_on.since(recorded_on).unsigned_abs()).map(|it| recorded_on.plus(it));
            prop_assert_eq!(between.filter(|it| calendar.works_on(*it)).count(), 3);
            prop_assert!(calendar.works_on(due_on));
            let today = first.plus(ahead + 40);
            let until = calendar.late_until(today);
            prop_assert!(calendar.is_late(until, Status::Submitted, today));
            prop_assert!(!calendar.is_late(until.plus(1), Status::Submitted, today));
        }
    }
}
