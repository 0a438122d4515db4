//! What was used, measured against what was bought (domain 9).
//!
//! [P] A sample is a level: what was in use at the end of that day; what is consumed is reported as the running total.
//! So a month is as high as its highest day, and no month passes what was bought unless a day did.

mod period;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize, Serializer};

pub use self::period::{Grain, Period, Show, Span};
use crate::kernel::{Day, ProductId, SubProductId, grouped};

/// Shares of what was bought at which somebody is told, in percent (domain 6.4).
pub const THRESHOLDS: [i64; 3] = [80, 90, 100];

/// More subscriptions than one product of one customer ever has in a year. Beyond it nothing is said of what was
/// bought, rather than something wrong.
pub const MOST_PARTS: usize = 300;

/// A series of samples: one sub-product of an organisation.
#[derive(Debug, Clone, Deserialize)]
pub struct Meter {
    pub product_id: ProductId,
    pub product: String,
    pub sub_product: SubProductId,
    pub label: String,
    pub unit: String,
    pub first_on: Day,
    pub last_on: Day,
    pub last_used: Used,
    pub updated_at: i64,
}

/// So much of the unit. A whole number is written as one.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Deserialize)]
pub struct Used(pub f64);

#[derive(Debug, Clone, Deserialize)]
pub struct Sample {
    pub used_on: Day,
    pub used: Used,
}

/// A subscription with a quantity: what it holds of a sub-product, and when.
#[derive(Debug, Clone, Deserialize)]
pub struct Part {
    pub product_id: ProductId,
    pub sub_product: SubProductId,
    pub quantity: i64,
    pub starts_on: Day,
    pub valid_till: Day,
    pub cancelled_on: Option<Day>,
    /// When the period that takes its place begins.
    pub renewed_on: Option<Day>,
}

/// A day, or a month by its first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    pub on: Day,
    /// None: nothing was reported.
    pub used: Option<Used>,
    /// None: nothing with a quantity was in force.
    pub purchased: Option<i64>,
}

/// How near the use is to what was bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Fine,
    Nearing,
    Close,
    Full,
    Over,
}

/// A share of what was bought that was reached this month.
#[derive(Debug, Clone, Deserialize)]
pub struct Reached {
    pub product_id: ProductId,
    pub product: String,
    pub sub_product: SubProductId,
    pub label: String,
    /// The highest one, in percent.
    pub threshold: i64,
    pub crossed_on: Day,
}

impl Part {
    /// The same as a subscription's own state says: it runs from its first day to its last, unless it was cancelled
    /// or the next period has begun.
    #[must_use]
    pub fn holds_on(&self, day: Day) -> bool {
        let ended = |it: Option<Day>| it.is_some_and(|it| it <= day);
        self.starts_on <= day
            && day <= self.valid_till
            && !ended(self.cancelled_on)
            && !ended(self.renewed_on)
    }

    #[must_use]
    pub fn is_of(&self, meter: &Meter) -> bool {
        self.product_id == meter.product_id && self.sub_product == meter.sub_product
    }
}

/// The sum of what was in force on a day.
#[must_use]
pub fn purchased<'a>(parts: impl IntoIterator<Item = &'a Part>, day: Day) -> Option<i64> {
    parts.into_iter().filter(|it| it.holds_on(day)).map(|it| it.quantity).reduce(i64::saturating_add)
}

/// One point for each day or month of the span that has begun, whether anything is known of it or not.
#[must_use]
pub fn points(span: Span, samples: &[Sample], parts: &[Part], today: Day) -> Vec<Point> {
    let known = samples.iter().map(|it| it.used_on).max().map_or(today, |it| it.max(today));
    let end = span.last.min(known);
    let mut points = Vec::new();
    let mut on = span.first;
    while on <= end {
        let next = if span.grain == Grain::Daily { on.plus(1) } else { on.month_after(1) };
        let highest = samples
            .iter()
            .filter(|it| (on..next).contains(&it.used_on))
            .reduce(|a, b| if b.used.0 > a.used.0 { b } else { a });
        let measured_on = highest.map_or(next.minus(1).min(end), |it| it.used_on);
        let purchased = purchased(parts, measured_on);
        points.push(Point { on, used: highest.map(|it| it.used), purchased });
        on = next;
    }
    points
}

impl Point {
    /// Rounded down to a tenth, so that nothing is said to be full before it is.
    #[must_use]
    pub fn percent(&self) -> Option<f64> {
        percent(self.used?, self.purchased?)
    }

    #[must_use]
    pub fn level(&self) -> Option<Level> {
        Some(level(self.used?, self.purchased?))
    }
}

#[must_use]
pub fn percent(used: Used, purchased: i64) -> Option<f64> {
    (purchased > 0).then(|| (used.0 * 1000.0 / whole(purchased)).floor() / 10.0)
}

/// Whether so many percent of what was bought are in use.
#[must_use]
pub fn reaches(used: Used, purchased: i64, threshold: i64) -> bool {
    used.0 * 100.0 >= whole(purchased) * whole(threshold)
}

#[must_use]
pub fn level(used: Used, purchased: i64) -> Level {
    if used.0 > whole(purchased) {
        Level::Over
    } else if reaches(used, purchased, 100) {
        Level::Full
    } else if reaches(used, purchased, 90) {
        Level::Close
    } else if reaches(used, purchased, 80) {
        Level::Nearing
    } else {
        Level::Fine
    }
}

impl Level {
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Fine => "Fine",
            Self::Nearing => "Nearing",
            Self::Close => "Close",
            Self::Full => "Full",
            Self::Over => "Over",
        }
    }
}

impl Used {
    #[must_use]
    pub fn of(number: i64) -> Self {
        Self(whole(number))
    }

    /// `1,234.5`: at most two digits behind the point, and none where there is nothing to say.
    #[must_use]
    pub fn words(self) -> String {
        let text = format!("{:.2}", self.0);
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let fraction = fraction.trim_end_matches('0');
        let point = if fraction.is_empty() { "" } else { "." };
        format!("{}{point}{fraction}", grouped(whole))
    }

    /// For a spreadsheet, which groups by itself.
    #[must_use]
    pub fn plain(self) -> String {
        self.words().replace(',', "")
    }
}

impl Serialize for Used {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if self.0.fract() == 0.0 {
            #[expect(clippy::cast_possible_truncation, reason = "the column holds at most 1e15")]
            return to.serialize_i64(self.0 as i64);
        }
        to.serialize_f64(self.0)
    }
}

/// Exact below 2^53, which is more than anybody can buy.
#[expect(clippy::cast_precision_loss, reason = "see above")]
fn whole(number: i64) -> f64 {
    number as f64
}
