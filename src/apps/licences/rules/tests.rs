use proptest::prelude::*;

use super::*;

fn day(text: &str) -> Day {
    Day::try_from(text.to_owned()).unwrap()
}

fn licence(valid_till: Day) -> Licence {
    Licence {
        id: LicenceId::try_from("l-1".to_owned()).unwrap(),
        product_id: ProductId::try_from("p-1".to_owned()).unwrap(),
        product: "SkyConnect".into(),
        kind: Kind::Subscription,
        valid_from: day("2024-01-01"),
        valid_till,
        cancelled_on: None,
        version: 1,
        access_grace_days: Some(14),
        suspension_days: Some(30),
        trial_delete_days: None,
    }
}

fn grant(licence: &str, on: Day) -> Grant {
    Grant { licence_id: LicenceId::try_from(licence.to_owned()).unwrap(), requested_on: on }
}

const POLICY: Policy = Policy::stated(LimitScope::Licence);
const WIDER: Policy = Policy::stated(LimitScope::Organisation);

/// `valid_till`, today, the days of earlier grants; then the message.
#[track_caller]
fn check(valid_till: &str, today: &str, granted: &[&str], message: &str) {
    let licence = licence(day(valid_till));
    let grants: Vec<Grant> = granted.iter().map(|it| grant("l-1", day(it))).collect();
    let decision = POLICY.decide(&Facts { licence: &licence, grants: &grants, today: day(today) });
    assert_eq!(decision.message(&POLICY), message);
}

/// The table of domain 6.3, in its order.
#[test]
fn worked_examples() {
    check(
        "2026-06-10",
        "2026-06-10",
        &[],
        "The licence is valid till 10 Jun 2026 and has not expired. Next possible on 11 Jun 2026.",
    );
    let granted = |till: &str| {
        format!("Licence extended by 1 day, valid till {till}. Product screens will show it within 2 hours.")
    };
    check("2026-06-10", "2026-06-11", &[], &granted("12 Jun 2026"));
    check("2026-06-10", "2026-06-25", &["2026-04-12"], &granted("26 Jun 2026"));
    check(
        "2026-06-26",
        "2026-06-27",
        &["2026-04-12", "2026-06-25"],
        "This facility has been used twice in the last 90 days, on 12 Apr 2026 and 25 Jun 2026. \
         Next possible on 11 Jul 2026.",
    );
    check("2026-06-26", "2026-07-11", &["2026-04-12", "2026-06-25"], &granted("12 Jul 2026"));
    check(
        "2026-06-26",
        "2026-07-10",
        &["2026-04-12", "2026-06-25"],
        "This facility has been used twice in the last 90 days, on 12 Apr 2026 and 25 Jun 2026. \
         Next possible on 11 Jul 2026.",
    );
}

#[test]
fn what_has_not_expired_is_told_so_first_and_knows_the_later_day() {
    check(
        "2026-06-30",
        "2026-06-27",
        &["2026-05-01", "2026-06-25"],
        "The licence is valid till 30 Jun 2026 and has not expired. Next possible on 30 Jul 2026.",
    );
}

#[test]
fn the_calendar_has_leap_days_and_year_ends() {
    let granted = |till: &str| {
        format!("Licence extended by 1 day, valid till {till}. Product screens will show it within 2 hours.")
    };
    check("2028-02-28", "2028-02-29", &[], &granted("1 Mar 2028"));
    check("2026-12-30", "2026-12-31", &[], &granted("1 Jan 2027"));
    // Ninety days after 30 Nov 2027 is the day before a leap day.
    check("2028-01-01", "2028-02-28", &["2027-11-30", "2027-11-30"], &granted("29 Feb 2028"));
    check(
        "2028-01-01",
        "2028-02-27",
        &["2027-11-30", "2027-11-30"],
        "This facility has been used twice in the last 90 days, on 30 Nov 2027 and 30 Nov 2027. \
         Next possible on 28 Feb 2028.",
    );
}

#[test]
fn a_cancelled_licence_is_not_extended() {
    let on = day("2026-06-15");
    let licence = Licence { cancelled_on: Some(on), ..licence(day("2026-06-10")) };
    let decide = |today| POLICY.decide(&Facts { licence: &licence, grants: &[], today: day(today) });
    assert!(decide("2026-06-14").is_granted(), "until the day has come");
    assert_eq!(decide("2026-06-15").code(), "CANCELLED");
    assert_eq!(decide("2026-06-15").next_possible_on(), None);
    let early = decide("2026-06-10");
    assert_eq!((early.code(), early.next_possible_on()), ("NOT_EXPIRED", Some(day("2026-06-11"))));
    let cancelled_first = Licence { cancelled_on: Some(day("2026-06-01")), ..licence.clone() };
    let decision = POLICY.decide(&Facts { licence: &cancelled_first, grants: &[], today: day("2026-06-05") });
    assert_eq!(
        decision.message(&POLICY),
        "The licence is valid till 10 Jun 2026 and has not expired. It is cancelled from 1 Jun 2026 on and cannot \
         be extended. Write to the sales team to start again."
    );
}

#[test]
fn the_scope_says_whose_grants_count() {
    let licence = licence(day("2026-06-10"));
    let grants = [grant("l-2", day("2026-06-01")), grant("l-3", day("2026-06-02"))];
    let facts = Facts { licence: &licence, grants: &grants, today: day("2026-06-11") };
    assert!(POLICY.decide(&facts).is_granted());
    assert_eq!(
        WIDER.decide(&facts).message(&WIDER),
        "This facility has been used twice in the last 90 days by your organisation, on 1 Jun 2026 and 2 Jun 2026. \
         Next possible on 30 Aug 2026."
    );
}

#[test]
fn only_a_trial_is_extended_as_a_trial() {
    let paid = licence(day("2026-06-10"));
    let trial = Licence { kind: Kind::Trial, ..paid.clone() };
    assert!(!fits(Reason::TrialExtension, &paid) && fits(Reason::TrialExtension, &trial));
    assert!(fits(Reason::PaymentOverdue, &trial) && fits(Reason::RenewalDelayed, &paid));
}

#[test]
fn a_description_has_ten_to_five_hundred_characters() {
    let description = |text: &str| Description::try_from(text.to_owned()).map(|it| it.0);
    assert_eq!(description("  ten letter  "), Ok("ten letter".into()));
    assert_eq!(description("a line\r\nand one"), Ok("a line\nand one".into()));
    assert!(description(&"é".repeat(500)).is_ok());
    for text in ["", "         ", "nine lett", &"é".repeat(501), "a\u{0}bcdefghijkl", "abcdefghij\u{202e}k"]
    {
        assert_eq!(description(text), Err(BadDescription), "{text:?}");
    }
}

#[test]
fn the_page_rules_speaks_of_the_numbers_that_decide() {
    let all = Policy { days: 3, most: 4, window: 30, scope: LimitScope::Organisation }.sentences().join(" ");
    for word in
        ["3 days after the request", "4 times within 30 days", "organisation together", "exactly 30 days"]
    {
        assert!(all.contains(word), "{word}: {all}");
    }
    assert!(POLICY.sentences().join(" ").contains("twice within 90 days, counted for each licence"));
}

/// Days around leap days and year ends as well as plain ones.
fn days() -> impl Strategy<Value = Day> {
    prop_oneof![
        (0_u64..3700).prop_map(|it| day("2024-01-01").plus(it)),
        (0_u64..6).prop_map(|it| day("2028-02-26").plus(it)),
        (0_u64..6).prop_map(|it| day("2026-12-29").plus(it)),
    ]
}

proptest! {
    /// The same request asked again on each day, nothing else happening: rejected until the day that was named, and
    /// granted on it. Grants lie up to 100 days back, many of them at the edge of the window.
    #[test]
    fn the_next_possible_day_is_exact(
        today in days(),
        till in -120_i64..120,
        ends in proptest::option::of(-30_i64..150),
        granted in proptest::collection::vec((prop_oneof![0_u64..101, 88_u64..92], 0..3_u8), 0..6),
        wider: bool,
    ) {
        let moved = |by: i64| if by < 0 { today.minus(by.unsigned_abs()) } else { today.plus(by.unsigned_abs()) };
        let licence = Licence { cancelled_on: ends.map(moved), ..licence(moved(till)) };
        let grants: Vec<Grant> =
            granted.iter().map(|it| grant(&format!("l-{}", it.1), today.minus(it.0))).collect();
        let policy = if wider { WIDER } else { POLICY };
        let decide = |today| policy.decide(&Facts { licence: &licence, grants: &grants, today });
        let now = decide(today);
        if let Decision::Granted { valid_till } = now {
            prop_assert_eq!(valid_till, today.plus(1));
            return Ok(());
        }
        let first = (0..300).map(|it| today.plus(it)).find(|it| decide(*it).is_granted());
        prop_assert_eq!(now.next_possible_on(), first);
    }

    /// Three grants within any 90 days never happen, however often it is asked.
    #[test]
    fn never_a_third_within_the_window(today in days(), asked in proptest::collection::vec(0_u64..12, 1..60), wider: bool) {
        let policy = if wider { WIDER } else { POLICY };
        let (mut now, mut grants) = (today, Vec::new());
        let mut licences = [licence(today.minus(1)), Licence { id: LicenceId::try_from("l-2".to_owned()).unwrap(), ..licence(today.minus(3)) }];
        for (turn, wait) in asked.into_iter().enumerate() {
            now = now.plus(wait);
            let licence = &mut licences[turn % 2];
            let decision = policy.decide(&Facts { licence, grants: &grants, today: now });
            if let Decision::Granted { valid_till } = decision {
                licence.valid_till = valid_till;
                grants.push(grant(licence.id.as_str(), now));
            }
        }
        for third in &grants {
            let within = grants.iter().filter(|it| {
                (wider || it.licence_id == third.licence_id)
                    && (0..90).contains(&third.requested_on.since(it.requested_on))
            });
            prop_assert!(within.count() <= 2);
        }
    }
}
