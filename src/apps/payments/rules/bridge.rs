//! The five days that a recorded payment adds by itself, and when it adds none (domain 7.3).

use serde::Deserialize;

use super::{InvoiceNumber, Status};
use crate::kernel::{Day, LicenceId, ProductId};

/// Calendar days: both how near the end a licence must be, and how far it moves.
pub const DAYS: u64 = 5;

/// For so many days after a rejected record no licence moves by itself.
pub const DISTRUST: u64 = 90;

#[derive(Debug, Clone, Deserialize)]
pub struct Licence {
    pub id: LicenceId,
    pub product_id: ProductId,
    /// Its name.
    pub product: String,
    pub is_trial: bool,
    pub valid_till: Day,
    pub cancelled_on: Option<Day>,
}

/// A licence that an earlier record has moved.
#[derive(Debug, Clone, Deserialize)]
pub struct Moved {
    pub licence_id: LicenceId,
    #[serde(rename = "invoice_number")]
    pub invoice: InvoiceNumber,
    /// Of that record, now.
    pub status: Status,
}

pub struct Facts<'a> {
    pub invoice: &'a InvoiceNumber,
    /// Of the organisation.
    pub moved: &'a [Moved],
    /// When a record of the organisation was last rejected.
    pub rejected_on: Option<Day>,
    pub today: Day,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    Extended { from: Day, to: Day },
    Unchanged(Why),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    Cancelled,
    Trial,
    /// More than five days are left.
    TimeLeft,
    /// This invoice has moved it before.
    SameInvoice,
    /// A record that is not settled yet has moved it.
    StillOpen,
    /// A record was rejected lately; the vendor decides.
    Rejected {
        until: Day,
    },
}

impl Facts<'_> {
    /// What the record does to this licence.
    #[must_use]
    pub fn effect(&self, licence: &Licence) -> Effect {
        let today = self.today;
        if licence.cancelled_on.is_some_and(|it| it <= today) {
            return Effect::Unchanged(Why::Cancelled);
        }
        if licence.is_trial {
            return Effect::Unchanged(Why::Trial);
        }
        if licence.valid_till > today.plus(DAYS) {
            return Effect::Unchanged(Why::TimeLeft);
        }
        if let Some(until) = self.distrusted_until() {
            return Effect::Unchanged(Why::Rejected { until });
        }
        let mut moved = self.moved.iter().filter(|it| it.licence_id == licence.id);
        if moved.clone().any(|it| it.invoice.is(self.invoice)) {
            return Effect::Unchanged(Why::SameInvoice);
        }
        if moved.any(|it| it.status.is_open()) {
            return Effect::Unchanged(Why::StillOpen);
        }
        Effect::Extended { from: licence.valid_till, to: licence.valid_till.max(today).plus(DAYS) }
    }

    /// The first day on which records move licences again.
    fn distrusted_until(&self) -> Option<Day> {
        let until = self.rejected_on?.plus(DISTRUST);
        (self.today < until).then_some(until)
    }
}

impl Effect {
    /// `extended`, or why not.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Extended { .. } => "extended",
            Self::Unchanged(why) => why.code(),
        }
    }

    /// What the customer reads beside the licence.
    #[must_use]
    pub fn said(self) -> String {
        match self {
            Self::Extended { from, to } => format!(
                "Extended by {DAYS} days from {}, till {}. Product screens will show it within 2 hours.",
                if to == from.plus(DAYS) { "its last day" } else { "today" },
                to.words()
            ),
            Self::Unchanged(why) => why.said(),
        }
    }
}

/// The page "Rules" (domain 7.3).
#[must_use]
pub fn sentences() -> Vec<String> {
    vec![
        format!(
            "As soon as a payment is recorded, each licence that ends within {DAYS} days, or has ended already, moves by \
             {DAYS} calendar days: from its last day, or from today where that is later."
        ),
        format!("A licence with more than {DAYS} days left stays as it is; so do trials and cancelled licences."),
        "An invoice moves a licence once, and no licence moves again while a record that has moved it is waiting to be \
         settled."
            .to_owned(),
        format!(
            "After a record was rejected, records move nothing by themselves for {DISTRUST} days; the billing team decides."
        ),
        "Days that were given are not taken back when a record is withdrawn or rejected. They do not count as an \
         extension that you asked for."
            .to_owned(),
    ]
}

impl Why {
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::Trial => "trial",
            Self::TimeLeft => "time_left",
            Self::SameInvoice => "same_invoice",
            Self::StillOpen => "still_open",
            Self::Rejected { .. } => "rejected_lately",
        }
    }

    /// What the customer reads beside the licence.
    #[must_use]
    pub fn said(self) -> String {
        match self {
            Self::Cancelled => "Not extended: the licence is cancelled.".to_owned(),
            Self::Trial => "Not extended: a trial ends when it ends.".to_owned(),
            Self::TimeLeft => format!("Not extended: more than {DAYS} days are left."),
            Self::SameInvoice => "Not extended: this invoice has extended it before.".to_owned(),
            Self::StillOpen => {
                "Not extended: an earlier payment record that is not settled yet has extended it.".to_owned()
            }
            Self::Rejected { until } => format!(
                "Not extended by itself: a payment record was rejected lately. The billing team decides until {}.",
                until.words()
            ),
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

    fn invoice(text: &str) -> InvoiceNumber {
        InvoiceNumber::try_from(text.to_owned()).unwrap()
    }

    fn licence(valid_till: Day) -> Licence {
        let id = LicenceId::try_from("l".to_owned()).unwrap();
        let product_id = ProductId::try_from("p".to_owned()).unwrap();
        let product = "SkyConnect".to_owned();
        Licence { id, product_id, product, is_trial: false, valid_till, cancelled_on: None }
    }

    fn effect(licence: &Licence, moved: &[Moved], rejected_on: Option<&str>, today: Day) -> Effect {
        let invoice = invoice("INV-7");
        Facts { invoice: &invoice, moved, rejected_on: rejected_on.map(day), today }.effect(licence)
    }

    fn to(effect: Effect) -> Option<Day> {
        match effect {
            Effect::Extended { to, .. } => Some(to),
            Effect::Unchanged(_) => None,
        }
    }

    #[test]
    fn the_table_of_the_specification() {
        let today = day("2026-06-10");
        for (till, then) in [
            ("2026-06-20", None),
            ("2026-06-16", None),
            ("2026-06-15", Some("2026-06-20")),
            ("2026-06-12", Some("2026-06-17")),
            ("2026-06-10", Some("2026-06-15")),
            ("2026-06-09", Some("2026-06-15")),
            ("2026-06-01", Some("2026-06-15")),
        ] {
            assert_eq!(to(effect(&licence(day(till)), &[], None, today)), then.map(day), "{till}");
        }
        // Valid till 12 Jun and moved to 17 Jun; a second record for the same invoice on 11 Jun.
        for status in Status::ALL {
            let moved = [Moved { licence_id: licence(today).id, invoice: invoice("inv-7"), status }];
            let again = effect(&licence(day("2026-06-15")), &moved, None, day("2026-06-11"));
            assert_eq!(again, Effect::Unchanged(Why::SameInvoice), "{status:?}");
        }
    }

    #[test]
    fn days_do_not_stack_upon_open_records() {
        let today = day("2026-06-10");
        for status in Status::ALL {
            let of = |id: &str| Moved {
                licence_id: LicenceId::try_from(id.to_owned()).unwrap(),
                invoice: invoice("INV-6"),
                status,
            };
            let said = effect(&licence(today), &[of("l")], None, today);
            assert_eq!(said == Effect::Unchanged(Why::StillOpen), status.is_open(), "{status:?}");
            assert!(to(effect(&licence(today), &[of("another")], None, today)).is_some());
        }
    }

    #[test]
    fn trials_and_cancelled_licences_stay() {
        let today = day("2026-06-10");
        let trial = Licence { is_trial: true, ..licence(today) };
        assert_eq!(effect(&trial, &[], None, today), Effect::Unchanged(Why::Trial));
        for (on, stays) in [("2026-06-09", true), ("2026-06-10", true), ("2026-06-11", false)] {
            let cancelled = Licence { cancelled_on: Some(day(on)), ..licence(today) };
            let said = effect(&cancelled, &[], None, today);
            assert_eq!(said == Effect::Unchanged(Why::Cancelled), stays, "{on}");
        }
    }

    #[test]
    fn a_rejected_record_of_ninety_days_switches_it_off() {
        let today = day("2026-06-10");
        for (rejected_on, moves) in
            [("2026-06-10", false), ("2026-03-13", false), ("2026-03-12", true), ("2025-01-01", true)]
        {
            let said = effect(&licence(today), &[], Some(rejected_on), today);
            assert_eq!(to(said).is_some(), moves, "{rejected_on}: {said:?}");
        }
        let said = effect(&licence(today), &[], Some("2026-03-13"), today);
        assert_eq!(said, Effect::Unchanged(Why::Rejected { until: day("2026-06-11") }));
    }

    proptest! {
        #[test]
        fn a_licence_moves_forward_by_five_to_its_own_or_todays_date(left in -4000_i64..4000) {
            let today = day("2040-02-29");
            let by = left.unsigned_abs();
            let till = if left < 0 { today.minus(by) } else { today.plus(by) };
            match effect(&licence(till), &[], None, today) {
                Effect::Extended { from, to } => {
                    prop_assert!(left <= 5 && from == till);
                    prop_assert!(to > from && to.since(today) >= 5 && to.since(today) <= 10);
                    prop_assert_eq!(to.since(till.max(today)), 5);
                }
                Effect::Unchanged(why) => prop_assert!(left > 5 && why == Why::TimeLeft),
            }
        }
    }
}
