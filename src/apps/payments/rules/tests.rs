use proptest::prelude::*;

use super::*;
use crate::kernel::{Currency, Day, Money, PaymentId};

fn day(text: &str) -> Day {
    Day::try_from(text.to_owned()).unwrap()
}

fn typed() -> Typed {
    Typed {
        invoice_number: " mer/2026/0041 ".to_owned(),
        currency: "INR".to_owned(),
        amount: "1,98,240.00".to_owned(),
        tax_deducted: String::new(),
        paid_on: "2026-11-20".to_owned(),
        method: "neft".to_owned(),
        reference: " UTR 123 ".to_owned(),
        note: "Part one\r\nof two".to_owned(),
    }
}

fn check(change: impl Fn(&mut Typed)) -> Result<NewPayment, Vec<(String, &'static str)>> {
    let mut typed = typed();
    change(&mut typed);
    let flaws = NewPayment::check(&typed, day("2026-11-22"));
    flaws.map_err(|it| it.into_iter().map(|it| (it.field, it.code)).collect())
}

/// The table of the specification, and nothing besides it.
#[test]
fn every_event_in_every_state() {
    use Event::{Answer, Ask, Match, Refuse, TakeUp, Withdraw};
    use Status::{InformationNeeded, Reconciled, Rejected, Submitted, UnderReview, Withdrawn};
    let table = [
        (Submitted, TakeUp, UnderReview),
        (Submitted, Ask, InformationNeeded),
        (UnderReview, Ask, InformationNeeded),
        (InformationNeeded, Answer, UnderReview),
        (Submitted, Match, Reconciled),
        (UnderReview, Match, Reconciled),
        (Submitted, Refuse, Rejected),
        (UnderReview, Refuse, Rejected),
        (InformationNeeded, Refuse, Rejected),
        (Submitted, Withdraw, Withdrawn),
    ];
    for from in Status::ALL {
        for event in Event::ALL {
            let to = table.iter().find(|it| it.0 == from && it.1 == event).map(|it| it.2);
            assert_eq!(from.after(event), to, "{from:?} {event:?}");
        }
        let is_final = Event::ALL.iter().all(|it| from.after(*it).is_none());
        assert_eq!(from.is_open(), !is_final, "{from:?}");
        assert_eq!(Status::try_from(from.code().to_owned()), Ok(from));
        assert_eq!(serde_json::to_value(from).unwrap(), from.code());
    }
    let ours: Vec<Event> = Event::ALL.into_iter().filter(|it| it.by() == By::Customer).collect();
    assert_eq!(ours, [Answer, Withdraw]);
    for method in Method::ALL {
        assert_eq!(Method::try_from(method.code().to_owned()), Ok(method));
        assert_eq!(serde_json::to_value(method).unwrap(), method.code());
    }
}

#[test]
fn a_good_form() {
    let payment = check(|_| {}).unwrap();
    assert_eq!(payment.invoice.as_str(), "mer/2026/0041");
    assert_eq!(payment.invoice.key(), "MER/2026/0041");
    assert_eq!(payment.amount.minor(), 19_824_000);
    assert_eq!(payment.tax_deducted, Money::none(Currency::Inr));
    assert_eq!((payment.reference.as_str(), payment.note.as_str()), ("UTR 123", "Part one\nof two"));
    let withheld = check(|it| it.tax_deducted = "16,800".to_owned()).unwrap();
    assert_eq!(withheld.tax_deducted.minor(), 1_680_000);
    let dollars =
        |tax: &str| check(|it| (it.currency, it.tax_deducted) = ("USD".to_owned(), tax.to_owned())).is_ok();
    assert!(dollars("") && dollars("0.00"));
}

#[test]
fn each_flaw_stands_at_its_field() {
    type Change = fn(&mut Typed, String);
    let cases: [(&str, Change, Vec<String>); 8] = [
        (
            "invoice_number",
            |it, text| it.invoice_number = text,
            vec![String::new(), " ab ".into(), "x".repeat(41), "a\nb c".into(), "abc\u{202e}".into()],
        ),
        ("currency", |it, text| it.currency = text, vec![String::new(), "EUR".into(), "inr".into()]),
        (
            "amount",
            |it, text| it.amount = text,
            vec![
                String::new(),
                "0".into(),
                "-1".into(),
                "1.234".into(),
                "NaN".into(),
                "1e309".into(),
                "١٢".into(),
            ],
        ),
        (
            "tax_deducted",
            |it, text| it.tax_deducted = text,
            vec!["-1".into(), "198240.01".into(), "x".into(), "1.234".into()],
        ),
        (
            "paid_on",
            |it, text| it.paid_on = text,
            vec![
                String::new(),
                "2026-11-23".into(),
                "2025-11-21".into(),
                "2026-02-30".into(),
                "20/11/2026".into(),
            ],
        ),
        ("method", |it, text| it.method = text, vec![String::new(), "cash".into(), "NEFT".into()]),
        ("reference", |it, text| it.reference = text, vec![" ".into(), "x".repeat(61), "a\nb".into()]),
        ("note", |it, text| it.note = text, vec!["x".repeat(1001), "a\u{202e}b".into(), "a\0".into()]),
    ];
    for (field, change, texts) in cases {
        for text in texts {
            let flaws = check(|it| change(it, text.clone())).expect_err(&format!("{field} {text:?}"));
            assert_eq!(flaws.iter().map(|it| it.0.as_str()).collect::<Vec<_>>(), [field], "{text:?}");
        }
    }
    let dollars = check(|it| (it.currency, it.tax_deducted) = ("USD".to_owned(), "1".to_owned()));
    assert_eq!(dollars, Err(vec![("tax_deducted".to_owned(), "inr-only")]));
    assert_eq!(NewPayment::check(&Typed::default(), day("2026-11-22")).unwrap_err().len(), 6);
    assert!(check(|it| it.paid_on = "2025-11-22".to_owned()).is_ok(), "exactly 365 days ago");
    assert!(check(|it| it.paid_on = "2026-11-22".to_owned()).is_ok(), "today");
    assert!(check(|it| it.note = "ä".repeat(1000)).is_ok());
}

#[test]
fn the_same_payment_is_recorded_once() {
    let new = check(|_| {}).unwrap();
    let earlier = |number: &str, amount: &str, reference: &str, status| Earlier {
        id: PaymentId::try_from("p-1".to_owned()).unwrap(),
        invoice: InvoiceNumber::try_from(number.to_owned()).unwrap(),
        amount: Money::typed(amount, Currency::Inr).unwrap(),
        reference: reference.to_owned(),
        status,
    };
    for status in Status::ALL {
        let same = [earlier("MER/2026/0041", "198240", "utr 123", status)];
        let expected = if status == Status::Rejected { Seen::Never } else { Seen::Twice(&same[0].id) };
        assert_eq!(new.seen(&same), expected, "{status:?}");
    }
    for (number, amount, reference, warns) in [
        ("MER/2026/0041", "198240", "UTR 124", true),
        ("MER/2026/0041", "198240.01", "UTR 123", true),
        ("MER/2026/0042", "198240", "UTR 123", false),
    ] {
        let others = [earlier(number, amount, reference, Status::Submitted)];
        let expected = if warns { Seen::SameInvoice(vec![&others[0].id]) } else { Seen::Never };
        assert_eq!(new.seen(&others), expected);
    }
    let mut dollars = earlier("MER/2026/0041", "198240", "UTR 123", Status::Submitted);
    dollars.amount = Money::typed("198240", Currency::Usd).unwrap();
    assert!(matches!(new.seen(&[dollars]), Seen::SameInvoice(_)), "another currency is another amount");
}

proptest! {
    #[test]
    fn a_day_is_taken_from_a_year_ago_until_today(back in -800_i64..800) {
        let today = day("2026-11-22");
        let by = back.unsigned_abs();
        let on = if back < 0 { today.plus(by) } else { today.minus(by) };
        let taken = check(|it| it.paid_on = on.to_string()).is_ok();
        prop_assert_eq!(taken, (0..=365).contains(&back));
    }
}
