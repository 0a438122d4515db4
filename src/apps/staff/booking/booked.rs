//! Orders that were booked before, as rows.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::rules::{Kind as Booking, NewOrder};
use crate::apps::orders::{Agreement, Kind, Standing};
use crate::kernel::{Cursor, Day, OrderId, OrgId};

/// An order of the same number, for whoever sends it again.
#[derive(Debug, Clone, Deserialize)]
pub struct Known {
    pub id: OrderId,
    pub org_id: OrgId,
    pub number: String,
    ordered_on: Day,
    po_number: Option<String>,
    po_on: Option<Day>,
    partner: Option<String>,
    agreement: Agreement,
    kind: Kind,
    #[serde(deserialize_with = "from_json")]
    lines: Vec<Line>,
}

/// Product, SKU, description, quantity, unit, first and last day.
type Line = (String, String, String, Option<i64>, String, Day, Day);

/// A line of the list of what was booked last.
#[derive(Debug, Deserialize)]
pub struct Recent {
    pub id: OrderId,
    pub org_id: OrgId,
    pub organisation: String,
    pub number: String,
    pub ordered_on: Day,
    pub kind: Kind,
    pub state: Standing,
    pub partner: Option<String>,
    pub created_at: i64,
    pub skus: Option<String>,
}

pub type RecentCursor = Cursor<i64, OrderId>;

impl Known {
    /// Whether it says the same as the order that was sent.
    #[must_use]
    pub fn is(&self, order: &NewOrder) -> bool {
        let text = |it: Option<&str>| it.map(str::to_owned);
        self.ordered_on == order.ordered_on
            && self.po_number == text(order.po_number.as_ref().map(crate::kernel::Line::as_str))
            && self.po_on == order.po_on
            && self.partner == text(order.partner.as_ref().map(crate::kernel::Line::as_str))
            && self.agreement == order.agreement
            && matches!(
                (self.kind, order.kind),
                (Kind::New, Booking::New) | (Kind::Renewal, Booking::Renewal) | (Kind::TopUp, Booking::TopUp)
            )
            && self.lines.len() == order.lines.len()
            && self.lines.iter().zip(&order.lines).all(|(old, new)| {
                let (product, sku, description, quantity, unit, from, till) = old;
                product == new.product_id.as_str()
                    && sku == new.sku.as_str()
                    && description == new.description.as_str()
                    && *quantity == new.quantity
                    && unit == new.unit.as_str()
                    && (*from, *till) == (new.valid_from, new.valid_till)
            })
    }
}

impl Recent {
    #[must_use]
    pub fn place(&self) -> RecentCursor {
        Cursor { key: self.created_at, id: self.id.clone() }
    }
}

fn from_json<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Line>, D::Error> {
    serde_json::from_str(&String::deserialize(from)?).map_err(D::Error::custom)
}
