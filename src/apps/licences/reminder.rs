//! When an end is announced, and in which words (domain 12, mail 13).

use super::rules::{Kind, Licence};
use crate::kernel::Day;

/// Days from the last valid day: before, on it, after. `date(valid_till, '-30 days')` in the schema is the first.
pub const THRESHOLDS: [i64; 8] = [-30, -15, -7, -3, -1, 0, 1, 7];

/// So many days after the last threshold an end is no news any more, as with licences that are brought in from
/// elsewhere. They are flagged, so that nobody looks at them again, and nobody is written to.
const STALE_AFTER: i64 = 30;

/// What is to be done about a licence now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The latest threshold that has been crossed; it and all earlier ones are flagged.
    pub crossed: Option<i64>,
    /// Whether somebody is told about it.
    pub told: bool,
    /// When the next one is crossed.
    pub next_on: Option<Day>,
}

/// `flagged` is the latest threshold with a flag for this date. Of several that were missed only the latest is told.
#[must_use]
pub fn due(valid_till: Day, flagged: Option<i64>, today: Day) -> Due {
    let since = today.since(valid_till);
    let crossed = THRESHOLDS.into_iter().rfind(|it| *it <= since);
    let next = THRESHOLDS.into_iter().find(|it| *it > since);
    let is_new = crossed.is_some_and(|it| flagged.is_none_or(|flagged| flagged < it));
    let is_news = crossed.is_some_and(|it| since - it <= STALE_AFTER);
    Due { crossed, told: is_new && is_news, next_on: next.map(|it| moved(valid_till, it)) }
}

/// The day on which the threshold is crossed.
#[must_use]
pub fn moved(valid_till: Day, threshold: i64) -> Day {
    let days = threshold.unsigned_abs();
    if threshold < 0 { valid_till.minus(days) } else { valid_till.plus(days) }
}

/// The fact, for a subject and a title.
#[must_use]
pub fn headline(product: &str, valid_till: Day, today: Day) -> String {
    let day = valid_till.words();
    match valid_till.since(today) {
        0 => format!("{product} licence ends today, {day}"),
        left if left > 0 => format!("{product} licence ends on {day}"),
        _ => format!("{product} licence ended on {day}"),
    }
}

/// The fact in full and what the product does next.
#[must_use]
pub fn announcement(licence: &Licence, today: Day) -> Vec<String> {
    let (product, till) = (&licence.product, licence.valid_till.words());
    let fact = match licence.days_left(today) {
        0 => format!("Today, {till}, is the last day of your {product} licence."),
        1 => format!("Your {product} licence ends tomorrow, {till}."),
        -1 => format!("Your {product} licence ended yesterday, {till}."),
        left if left > 0 => format!("Your {product} licence ends in {left} days, on {till}."),
        since => format!("Your {product} licence ended {} days ago, on {till}.", since.unsigned_abs()),
    };
    vec![fact, licence.what_next(today)]
}

/// What can be done, which depends on who reads it and on whether the end has come.
#[must_use]
pub fn what_to_do(licence: &Licence, today: Day, is_billing: bool) -> String {
    let who = if is_billing { "you" } else { "your Billing contact" };
    match (licence.kind, licence.days_left(today) < 0) {
        (Kind::Subscription, false) => format!(
            "Renew before that day. Should the renewal come late, {who} can ask for an extension in the portal once \
             the licence has ended."
        ),
        (Kind::Subscription, true) => {
            format!("Renew it. Should the renewal take longer, {who} can ask for an extension in the portal.")
        }
        (Kind::Trial, false) => {
            "Order a subscription before that day to keep what you have set up.".to_owned()
        }
        (Kind::Trial, true) => {
            format!(
                "Order a subscription to go on. Should you need more time, {who} can ask for it in the portal."
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Day {
        Day::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn the_latest_threshold_counts() {
        let till = day("2026-08-14");
        let check = |today: &str, flagged: Option<i64>| {
            let Due { crossed, told, next_on } = due(till, flagged, day(today));
            (crossed, told, next_on.map(|it| it.to_string()))
        };
        assert_eq!(check("2026-07-14", None), (None, false, Some("2026-07-15".into())));
        assert_eq!(check("2026-07-15", None), (Some(-30), true, Some("2026-07-30".into())));
        assert_eq!(
            check("2026-08-12", Some(-30)),
            (Some(-3), true, Some("2026-08-13".into())),
            "two were missed"
        );
        assert_eq!(check("2026-08-12", Some(-3)), (Some(-3), false, Some("2026-08-13".into())));
        assert_eq!(check("2026-08-14", Some(-1)), (Some(0), true, Some("2026-08-15".into())));
        assert_eq!(check("2026-09-20", Some(1)), (Some(7), true, None));
        assert_eq!(check("2026-09-21", Some(1)), (Some(7), false, None), "no news any more");
    }

    #[test]
    fn words_before_at_and_after() {
        let till = day("2026-08-14");
        let said = |today: &str| headline("SkyConnect", till, day(today));
        assert_eq!(said("2026-08-07"), "SkyConnect licence ends on 14 Aug 2026");
        assert_eq!(said("2026-08-14"), "SkyConnect licence ends today, 14 Aug 2026");
        assert_eq!(said("2026-08-15"), "SkyConnect licence ended on 14 Aug 2026");
    }

    proptest! {
        /// Whatever days the job runs on, each threshold is told once at most, none that is earlier than one told
        /// before, and a job that runs every day tells them all.
        #[test]
        fn each_threshold_is_told_once(runs in proptest::collection::btree_set(-40_i64..20, 1..60), twice: bool) {
            let till = day("2028-03-01");
            let (mut flagged, mut told) = (None, Vec::new());
            for run in &runs {
                for _ in 0..=usize::from(twice) {
                    let it = due(till, flagged, moved(till, *run));
                    if it.told {
                        told.extend(it.crossed);
                    }
                    flagged = flagged.max(it.crossed);
                    prop_assert!(it.next_on.is_none_or(|it| it > moved(till, *run)));
                }
            }
            prop_assert!(told.is_sorted_by(|a, b| a < b));
            if runs.len() == 60 {
                prop_assert_eq!(told, THRESHOLDS);
            }
        }
    }
}
