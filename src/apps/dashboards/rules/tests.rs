use super::period::BadPeriod;
use super::*;

fn day(text: &str) -> Day {
    Day::try_from(text.to_owned()).unwrap()
}

fn period(text: &str) -> Period {
    Period::try_from(text.to_owned()).unwrap()
}

fn part(quantity: i64, starts: &str, till: &str, cancelled: &str, renewed: &str) -> Part {
    let maybe = |it: &str| (!it.is_empty()).then(|| day(it));
    Part {
        product_id: ProductId::try_from("p".to_owned()).unwrap(),
        sub_product: SubProductId::try_from("s".to_owned()).unwrap(),
        quantity,
        starts_on: day(starts),
        valid_till: day(till),
        cancelled_on: maybe(cancelled),
        renewed_on: maybe(renewed),
    }
}

fn sample(on: &str, used: f64) -> Sample {
    Sample { used_on: day(on), used: Used(used) }
}

#[test]
fn a_period_is_a_month_a_year_or_a_financial_year() {
    let words = |text: &str, grain| {
        let span = period(text).span(grain);
        format!("{} {}", span.first, span.last)
    };
    assert_eq!(words("2028-02", Grain::Daily), "2028-02-01 2028-02-29");
    assert_eq!(words("2026-10", Grain::Monthly), "2025-11-01 2026-10-31");
    assert_eq!(words("2026", Grain::Daily), "2026-01-01 2026-12-31");
    assert_eq!(words("fy2026", Grain::Monthly), "2026-04-01 2027-03-31");
    assert_eq!(words(" FY2026 ", Grain::Monthly), "2026-04-01 2027-03-31");
    assert_eq!(period("2026-10").span(Grain::Daily).words(), "Oct 2026");
    assert_eq!(period("fy2026").span(Grain::Daily).words(), "Apr 2026 to Mar 2027");
    for text in ["", "26", "2026-13", "2026-1", "2026-10-01", "fy", "fy26", "1999", "2200-01", "october"] {
        assert_eq!(Period::try_from(text.to_owned()), Err(BadPeriod), "{text}");
    }
    for text in ["2026-10", "2026", "fy2026"] {
        assert_eq!(period(text).text(), text);
        for grain in [Grain::Daily, Grain::Monthly] {
            let (before, after) = period(text).neighbours(grain);
            assert_eq!(before.span(grain).last.plus(1), period(text).span(grain).first, "{text}");
            assert_eq!(after.span(grain).first.minus(1), period(text).span(grain).last, "{text}");
        }
    }
    for (on, expected) in [("2026-03-31", "fy2025"), ("2026-04-01", "fy2026"), ("2026-12-31", "fy2026")] {
        assert_eq!(Period::financial(day(on)).text(), expected);
        assert_eq!(Period::year(day(on)).text(), "2026");
    }
}

#[test]
fn what_was_bought_is_what_was_in_force_on_that_day() {
    let parts = [
        part(100, "2026-01-01", "2026-12-31", "", "2026-07-01"),
        part(120, "2026-07-01", "2027-06-30", "", ""),
        part(10, "2026-03-10", "2026-12-31", "2026-05-01", ""),
    ];
    for (on, expected) in [
        ("2025-12-31", None),
        ("2026-01-01", Some(100)),
        ("2026-03-10", Some(110)),
        ("2026-04-30", Some(110)),
        ("2026-05-01", Some(100)),
        ("2026-06-30", Some(100)),
        ("2026-07-01", Some(120)),
        ("2027-06-30", Some(120)),
        ("2027-07-01", None),
    ] {
        assert_eq!(purchased(&parts, day(on)), expected, "{on}");
    }
}

#[test]
fn a_month_is_as_high_as_its_highest_day() {
    let samples = [sample("2026-09-03", 50.0), sample("2026-09-20", 95.0), sample("2026-11-02", 120.5)];
    let parts =
        [part(100, "2026-01-01", "2026-09-25", "", ""), part(110, "2026-10-01", "2026-12-31", "", "")];
    let found = points(period("2026-12").span(Grain::Monthly), &samples, &parts, day("2026-11-22"));
    let tail: Vec<_> = found.iter().skip(8).map(|it| (it.on.to_string(), it.used, it.purchased)).collect();
    assert_eq!(
        tail,
        [
            ("2026-09-01".to_owned(), Some(Used(95.0)), Some(100)),
            ("2026-10-01".to_owned(), None, Some(110)),
            ("2026-11-01".to_owned(), Some(Used(120.5)), Some(110)),
        ]
    );
    assert_eq!(found[8].percent(), Some(95.0));
    assert_eq!(found[10].percent(), Some(109.5));
    assert_eq!(found[9].percent(), None);
}

#[test]
fn days_without_a_report_are_there_and_days_to_come_are_not() {
    let samples = [sample("2026-11-01", 1.0), sample("2026-11-03", 0.0)];
    let found = points(period("2026-11").span(Grain::Daily), &samples, &[], day("2026-11-04"));
    let used: Vec<_> = found.iter().map(|it| it.used.map(|it| it.0)).collect();
    assert_eq!(used, [Some(1.0), None, Some(0.0), None]);
    let leap = points(period("2028").span(Grain::Daily), &[], &[], day("2029-01-01"));
    assert_eq!(leap.len(), 366);
    assert!(points(period("2027").span(Grain::Daily), &[], &[], day("2026-11-04")).is_empty());
}

#[test]
fn a_share_is_rounded_down_and_its_word_is_exact() {
    for (used, purchased, share, word) in [
        (0.0, 100, 0.0, Level::Fine),
        (79.999, 100, 79.9, Level::Fine),
        (80.0, 100, 80.0, Level::Nearing),
        (89.99, 100, 89.9, Level::Nearing),
        (90.0, 100, 90.0, Level::Close),
        (99.999, 100, 99.9, Level::Close),
        (100.0, 100, 100.0, Level::Full),
        (100.001, 100, 100.0, Level::Over),
        (3.0, 3, 100.0, Level::Full),
        (1e15, 1, 1e17, Level::Over),
    ] {
        assert_eq!(percent(Used(used), purchased), Some(share), "{used} of {purchased}");
        assert_eq!(level(Used(used), purchased), word, "{used} of {purchased}");
    }
    assert_eq!(percent(Used(1.0), 0), None);
}

#[test]
fn numbers_are_grouped_and_no_longer_than_they_must_be() {
    for (number, expected) in [
        (0.0, "0"),
        (12.0, "12"),
        (999.0, "999"),
        (1000.0, "1,000"),
        (1_234_567.5, "1,234,567.5"),
        (0.125, "0.12"),
        (1e15, "1,000,000,000,000,000"),
    ] {
        assert_eq!(Used(number).words(), expected);
    }
    assert_eq!(serde_json::json!([Used(12.0), Used(12.5)]).to_string(), "[12,12.5]");
}
