//! What is in force and what was ordered (domain 5). Customers only look; the vendor books.

use serde::{Deserialize, Deserializer, Serialize};

use crate::kernel::{Cursor, Day, Flag, OrderId, PageOf, ProductId, Search, SubscriptionId};

#[derive(Debug, Clone, Deserialize)]
pub struct Subscription {
    pub id: SubscriptionId,
    pub product_id: ProductId,
    pub product: String,
    pub sku: String,
    pub description: String,
    /// None: metered.
    pub quantity: Option<i64>,
    pub unit: String,
    pub starts_on: Day,
    /// The last day.
    pub valid_till: Day,
    pub agreement: Agreement,
    pub is_trial: Flag,
    pub cancelled_on: Option<Day>,
    /// When the period that takes its place begins.
    pub renewed_on: Option<Day>,
    pub order_id: Option<OrderId>,
    pub order_number: Option<String>,
}

/// Follows from the dates alone (domain 5.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = SubscriptionState))]
#[serde(rename_all = "snake_case")]
pub enum State {
    Upcoming,
    Trial,
    Active,
    Expired,
    Renewed,
    Cancelled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = PaymentAgreement))]
#[serde(rename_all = "snake_case")]
pub enum Agreement {
    Contract,
    PpuPrepaid,
    PpuPostpaid,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = OrderKind))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    New,
    Renewal,
    TopUp,
    Cancellation,
}

/// What became of an order; its own dates do not say it (domain 5.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = OrderState))]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Booked,
    Amended,
    Cancelled,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Order {
    pub id: OrderId,
    pub number: String,
    pub ordered_on: Day,
    pub po_number: Option<String>,
    pub po_on: Option<Day>,
    /// None: ordered directly.
    pub partner: Option<String>,
    pub agreement: Agreement,
    pub kind: Kind,
    pub state: Standing,
    pub cancelled_on: Option<Day>,
    pub cancellation_note: String,
    #[serde(deserialize_with = "from_json")]
    pub lines: Vec<Line>,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = OrderLine))]
pub struct Line {
    #[serde(rename = "line")]
    pub number: i64,
    pub product_id: ProductId,
    pub product: String,
    pub sku: String,
    pub description: String,
    /// Null: metered.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub quantity: Option<i64>,
    pub unit: String,
    pub valid_from: Day,
    pub valid_till: Day,
}

/// A product that this organisation has ordered: what the filter offers.
#[derive(Debug, Clone, Deserialize)]
pub struct Product {
    pub id: ProductId,
    pub name: String,
}

/// Of Order History: newest first, so the place is a day and the order on it.
#[derive(Debug)]
pub struct Wanted {
    pub product: Option<ProductId>,
    pub from: Option<Day>,
    pub to: Option<Day>,
    pub q: Option<Search>,
    pub page: PageOf<Day, OrderId>,
}

/// Of Current Subscription: by product, and what ends first stands first.
#[derive(Debug)]
pub struct WantedNow {
    pub product: Option<ProductId>,
    pub past_too: bool,
    pub page: PageOf<(ProductId, Day), SubscriptionId>,
}

/// The one word that `show` knows.
#[derive(Debug)]
pub struct PastToo;

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("Write \"all\" to see what is over, too, or leave it out.")]
pub struct BadShow;

impl Subscription {
    /// In the order of the rules: what was cancelled stays cancelled; a period that runs is not over before the next
    /// one begins, even when that one is booked already.
    #[must_use]
    pub fn state(&self, today: Day) -> State {
        if self.cancelled_on.is_some_and(|it| it <= today) {
            State::Cancelled
        } else if self.starts_on > today {
            State::Upcoming
        } else if self.renewed_on.is_some_and(|it| it <= today || self.valid_till < today) {
            State::Renewed
        } else if self.valid_till < today {
            State::Expired
        } else if self.is_trial.0 {
            State::Trial
        } else {
            State::Active
        }
    }

    #[must_use]
    pub fn place(&self) -> Cursor<(ProductId, Day), SubscriptionId> {
        Cursor { key: (self.product_id.clone(), self.valid_till), id: self.id.clone() }
    }
}

impl Order {
    #[must_use]
    pub fn place(&self) -> Cursor<Day, OrderId> {
        Cursor { key: self.ordered_on, id: self.id.clone() }
    }
}

impl State {
    pub const ALL: [Self; 6] =
        [Self::Upcoming, Self::Trial, Self::Active, Self::Expired, Self::Renewed, Self::Cancelled];

    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Upcoming => "Upcoming",
            Self::Trial => "Trial",
            Self::Active => "Active",
            Self::Expired => "Expired",
            Self::Renewed => "Renewed",
            Self::Cancelled => "Cancelled",
        }
    }

    /// Whether it belongs on the list of what there is; `sql::subscriptions` says the same.
    #[must_use]
    pub fn is_current(self) -> bool {
        match self {
            Self::Upcoming | Self::Trial | Self::Active | Self::Expired => true,
            Self::Renewed | Self::Cancelled => false,
        }
    }
}

impl Agreement {
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Contract => "Contract",
            Self::PpuPrepaid => "PPU-Prepaid",
            Self::PpuPostpaid => "PPU-Postpaid",
        }
    }
}

impl Kind {
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::New => "New",
            Self::Renewal => "Renewal",
            Self::TopUp => "Top-up",
            Self::Cancellation => "Cancellation",
        }
    }
}

impl Standing {
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Booked => "Booked",
            Self::Amended => "Amended",
            Self::Cancelled => "Cancelled",
        }
    }
}

impl TryFrom<String> for PastToo {
    type Error = BadShow;

    fn try_from(text: String) -> Result<Self, BadShow> {
        if text == "all" { Ok(Self) } else { Err(BadShow) }
    }
}

fn from_json<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Line>, D::Error> {
    serde_json::from_str(&String::deserialize(from)?).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::try_from(format!("2026-{text}")).unwrap()
    }

    /// 22 November, seen from a period that starts, ends, is cancelled and renewed on these days.
    #[track_caller]
    fn check(starts: &str, ends: &str, cancelled: &str, renewed: &str, trial: bool, expected: State) {
        let maybe = |it: &str| (!it.is_empty()).then(|| day(it));
        let subscription = Subscription {
            id: SubscriptionId::try_from("s".to_owned()).unwrap(),
            product_id: ProductId::try_from("p".to_owned()).unwrap(),
            product: String::new(),
            sku: String::new(),
            description: String::new(),
            quantity: None,
            unit: String::new(),
            starts_on: day(starts),
            valid_till: day(ends),
            agreement: Agreement::Contract,
            is_trial: Flag(trial),
            cancelled_on: maybe(cancelled),
            renewed_on: maybe(renewed),
            order_id: None,
            order_number: None,
        };
        assert_eq!(subscription.state(day("11-22")), expected);
    }

    #[test]
    fn the_state_follows_from_the_dates() {
        check("11-23", "12-31", "", "", false, State::Upcoming);
        check("11-22", "12-31", "", "", false, State::Active);
        check("01-01", "11-22", "", "", false, State::Active);
        check("01-01", "11-21", "", "", false, State::Expired);
        check("11-22", "11-22", "", "", true, State::Trial);
        check("01-01", "11-21", "", "", true, State::Expired);
        check("11-23", "12-31", "", "", true, State::Upcoming);
        // The next period is booked: this one runs to its end, or until that one begins.
        check("01-01", "11-22", "", "11-23", false, State::Active);
        check("01-01", "11-21", "", "11-22", false, State::Renewed);
        check("01-01", "12-31", "", "11-22", false, State::Renewed);
        check("01-01", "11-20", "", "12-01", false, State::Renewed);
        check("01-01", "12-31", "", "11-23", true, State::Trial);
        // Cancelled when the day has come, whatever else there is.
        check("01-01", "12-31", "11-23", "", false, State::Active);
        check("01-01", "12-31", "11-22", "", false, State::Cancelled);
        check("12-01", "12-31", "11-22", "", false, State::Cancelled);
        check("01-01", "11-21", "11-22", "11-22", true, State::Cancelled);
    }
}
