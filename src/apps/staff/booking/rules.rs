//! What may be booked, and what an order does to subscriptions and licences (domain 5.4 and 6.4).

mod cancellation;
mod ledger;

use serde::{Deserialize, Serialize};

pub use cancellation::{Affected, Cancellation, Cancelled, Effect, of_order, of_subscription};
pub use ledger::{Booked, Ids, Ledger, Move};

use crate::apps::licences::Kind as LicenceKind;
use crate::apps::orders::Agreement;
use crate::kernel::{Day, Flag, LicenceId, Line, OrderId, OrgId, ProductId, SubscriptionId};

pub const MOST_LINES: usize = 50;
/// Units of one line; more is a slip of the keyboard.
pub const MOST_QUANTITY: i64 = 1_000_000_000;

pub type OrderNumber = Line<1, 40>;

/// What can be booked; a cancellation is a deed of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = BookedKind))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    New,
    Renewal,
    TopUp,
}

/// An order to be booked.
#[derive(Debug, Clone, PartialEq)]
pub struct NewOrder {
    pub number: OrderNumber,
    pub ordered_on: Day,
    pub kind: Kind,
    pub agreement: Agreement,
    /// None: ordered directly.
    pub partner: Option<Line<1, 120>>,
    pub po_number: Option<Line<1, 60>>,
    pub po_on: Option<Day>,
    pub is_trial: bool,
    pub lines: Vec<NewLine>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct NewLine {
    /// Where it stood in what was sent: errors name it.
    pub place: usize,
    pub product_id: ProductId,
    pub sku: Line<1, 60>,
    pub description: Line<1, 200>,
    /// None: metered.
    pub quantity: Option<i64>,
    pub unit: Line<1, 30>,
    pub valid_from: Day,
    /// The last day.
    pub valid_till: Day,
    /// The period that this one follows, where product and SKU do not tell.
    pub renews: Option<SubscriptionId>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Product {
    pub id: ProductId,
    pub name: String,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Customer {
    pub id: OrgId,
    pub name: String,
    pub partner_name: Option<String>,
}

/// A licence as it stands.
#[derive(Debug, Clone, Deserialize)]
pub struct Held {
    pub id: LicenceId,
    pub org_id: OrgId,
    pub product_id: ProductId,
    pub kind: LicenceKind,
    pub valid_from: Day,
    pub valid_till: Day,
    pub cancelled_on: Option<Day>,
    pub version: i64,
}

/// A subscription as it stands.
#[derive(Debug, Clone, Deserialize)]
pub struct Period {
    pub id: SubscriptionId,
    pub org_id: OrgId,
    pub order_id: Option<OrderId>,
    pub order_number: Option<String>,
    pub product_id: ProductId,
    pub product: String,
    pub sku: String,
    pub description: String,
    pub quantity: Option<i64>,
    pub unit: String,
    pub agreement: Agreement,
    pub starts_on: Day,
    pub valid_till: Day,
    pub is_trial: Flag,
    pub cancelled_on: Option<Day>,
    pub renewed_by: Option<SubscriptionId>,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::New, Self::Renewal, Self::TopUp];

    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Renewal => "renewal",
            Self::TopUp => "top_up",
        }
    }

    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::New => "New",
            Self::Renewal => "Renewal",
            Self::TopUp => "Top-up",
        }
    }
}

impl Period {
    /// The last day on which it runs, if it runs at all.
    #[must_use]
    pub fn last_day(&self) -> Option<Day> {
        let last = self.cancelled_on.map_or(self.valid_till, |on| self.valid_till.min(on.minus(1)));
        (last >= self.starts_on).then_some(last)
    }

    #[must_use]
    pub fn runs_within(&self, from: Day, till: Day) -> bool {
        self.starts_on <= till && self.last_day().is_some_and(|it| it >= from)
    }

    /// Nothing has followed it yet, and it was not cancelled.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.renewed_by.is_none() && self.cancelled_on.is_none()
    }

    /// Another one of the same kind after it, as long as it was: what a renewal begins with.
    #[must_use]
    pub fn next(&self) -> (Day, Day) {
        let days = self.valid_till.since(self.starts_on).unsigned_abs();
        let from = self.valid_till.plus(1);
        // A year has 365 or 366 days; whoever bought one wants one again.
        let till = if (363..=366).contains(&days) { from.a_year_on().minus(1) } else { from.plus(days) };
        (from, till)
    }
}
