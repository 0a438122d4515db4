//! What programs read of the Order Book.

use serde::Serialize;

use super::rules::{Agreement, Kind, Line, Order, Standing, State, Subscription};
use crate::kernel::{Day, OrderId, ProductId, SubscriptionId};

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = SubscriptionList))]
pub struct SubscriptionPage {
    /// By product; within one, what ends first stands first.
    pub items: Vec<SubscriptionFacts>,
    /// The cursor of the next page; null on the last one.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub next: Option<String>,
}

/// What is in force, was, or will be.
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = Subscription))]
pub struct SubscriptionFacts {
    pub id: SubscriptionId,
    pub product_id: ProductId,
    /// Its name.
    pub product: String,
    pub sku: String,
    pub description: String,
    /// Null: metered.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub quantity: Option<i64>,
    pub unit: String,
    pub starts_on: Day,
    /// The last day.
    pub valid_till: Day,
    pub agreement: Agreement,
    pub state: State,
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub cancelled_on: Option<Day>,
    /// The order it came from.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub order_id: Option<OrderId>,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = OrderList))]
pub struct OrderPage {
    /// Latest first.
    pub items: Vec<OrderFacts>,
    /// The cursor of the next page; null on the last one.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub next: Option<String>,
}

/// A purchase that the vendor has booked.
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = Order))]
pub struct OrderFacts {
    pub id: OrderId,
    pub number: String,
    pub ordered_on: Day,
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub po_number: Option<String>,
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub po_on: Option<Day>,
    /// Through whom it was ordered; null: directly.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub partner: Option<String>,
    pub agreement: Agreement,
    pub kind: Kind,
    pub state: Standing,
    /// The first day on which nothing of it runs any more.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub cancelled_on: Option<Day>,
    /// Why it was cancelled.
    pub cancellation_note: String,
    pub lines: Vec<Line>,
}

impl SubscriptionFacts {
    #[must_use]
    pub fn of(it: &Subscription, today: Day) -> Self {
        Self {
            id: it.id.clone(),
            product_id: it.product_id.clone(),
            product: it.product.clone(),
            sku: it.sku.clone(),
            description: it.description.clone(),
            quantity: it.quantity,
            unit: it.unit.clone(),
            starts_on: it.starts_on,
            valid_till: it.valid_till,
            agreement: it.agreement,
            state: it.state(today),
            cancelled_on: it.cancelled_on,
            order_id: it.order_id.clone(),
        }
    }
}

impl OrderFacts {
    #[must_use]
    pub fn of(order: &Order) -> Self {
        Self {
            id: order.id.clone(),
            number: order.number.clone(),
            ordered_on: order.ordered_on,
            po_number: order.po_number.clone(),
            po_on: order.po_on,
            partner: order.partner.clone(),
            agreement: order.agreement,
            kind: order.kind,
            state: order.state,
            cancelled_on: order.cancelled_on,
            cancellation_note: order.cancellation_note.clone(),
            lines: order.lines.clone(),
        }
    }
}
