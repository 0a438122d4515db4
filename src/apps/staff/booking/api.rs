//! What programs send and read of orders on the vendor's side.

use serde::Serialize;
#[cfg(not(target_arch = "wasm32"))]
use utoipa::ToSchema;

use super::booked::{Recent, RecentCursor};
use super::rules::{Affected, Booked, Cancellation, Cancelled, Effect, Kind, Move};
use crate::apps::licences::Kind as LicenceKind;
use crate::apps::orders::{Agreement, Kind as AnyKind, Standing};
use crate::kernel::{Day, FieldError, LicenceId, OrderId, OrgId, ProductId, SubscriptionId, rfc3339};

/// An order to be booked.
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(ToSchema), schema(as = NewOrder))]
pub struct NewOrderBody {
    /// Unique among the orders of the customer; 1 to 40 characters.
    pub number: String,
    pub ordered_on: Day,
    pub kind: Kind,
    pub agreement: Agreement,
    /// The partner it came through; null or left out when it was ordered directly.
    pub partner: Option<String>,
    pub po_number: Option<String>,
    pub po_on: Option<Day>,
    /// A trial makes a licence to try, and gives way to the first order that is paid for.
    pub is_trial: Option<bool>,
    /// 1 to 50.
    pub lines: Vec<NewLineBody>,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(ToSchema), schema(as = NewOrderLine))]
pub struct NewLineBody {
    pub product_id: ProductId,
    pub sku: String,
    pub description: String,
    /// At least 1; null or left out under `ppu_postpaid`, which is metered.
    pub quantity: Option<i64>,
    pub unit: String,
    pub valid_from: Day,
    /// The last day.
    pub valid_till: Day,
    /// Of a renewal: the subscription that this line follows, where product and SKU do not tell.
    pub renews: Option<SubscriptionId>,
}

/// The same with the customer it belongs to.
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(ToSchema), schema(as = ImportedOrder))]
pub struct ImportRowBody {
    pub organisation_id: OrgId,
    pub number: String,
    pub ordered_on: Day,
    pub kind: Kind,
    pub agreement: Agreement,
    pub partner: Option<String>,
    pub po_number: Option<String>,
    pub po_on: Option<Day>,
    pub is_trial: Option<bool>,
    pub lines: Vec<NewLineBody>,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(ToSchema), schema(as = OrderImport))]
pub struct ImportBody {
    /// 1 to 100.
    pub items: Vec<ImportRowBody>,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(ToSchema), schema(as = NewCancellation))]
pub struct CancellationBody {
    /// The first day on which nothing runs any more.
    pub cancelled_on: Day,
    /// The customer reads it; 3 to 500 characters.
    pub note: String,
}

/// What an order has made.
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(ToSchema), schema(as = BookedOrder))]
pub struct BookedFacts {
    pub id: OrderId,
    pub number: String,
    pub kind: Kind,
    /// One for each line, in their order.
    pub subscriptions: Vec<StartedFacts>,
    /// Licences that are new or were moved.
    pub licences: Vec<MovedFacts>,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(ToSchema), schema(as = BookedSubscription))]
pub struct StartedFacts {
    pub id: SubscriptionId,
    pub product_id: ProductId,
    pub sku: String,
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub quantity: Option<i64>,
    pub valid_from: Day,
    pub valid_till: Day,
    /// The subscriptions that it takes the place of.
    pub renews: Vec<SubscriptionId>,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(ToSchema), schema(as = MovedLicence))]
pub struct MovedFacts {
    pub id: LicenceId,
    pub product_id: ProductId,
    pub kind: LicenceKind,
    /// Null: the licence is new.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub old_valid_till: Option<Day>,
    pub new_valid_till: Day,
}

/// What a cancellation has ended.
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(ToSchema), schema(as = CancelledOrder))]
pub struct CancelledFacts {
    pub cancelled_on: Day,
    pub note: String,
    pub subscriptions: Vec<SubscriptionId>,
    pub licences: Vec<AffectedFacts>,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(ToSchema), schema(as = AffectedLicence))]
pub struct AffectedFacts {
    pub id: LicenceId,
    pub product_id: ProductId,
    pub old_valid_till: Day,
    pub new_valid_till: Day,
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub cancelled_on: Option<Day>,
}

/// What became of each row.
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(ToSchema), schema(as = OrderImportResult))]
pub struct ImportFacts {
    pub booked: usize,
    pub unchanged: usize,
    pub refused: usize,
    /// In the order in which they were sent.
    pub items: Vec<RowFacts>,
}

#[derive(Serialize, Default)]
#[cfg_attr(not(target_arch = "wasm32"), derive(ToSchema), schema(as = OrderImportRow))]
pub struct RowFacts {
    /// Where it stood, counted from 0.
    pub index: usize,
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub organisation_id: Option<OrgId>,
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub number: Option<String>,
    pub status: RowStatus,
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub order_id: Option<OrderId>,
    pub errors: Vec<FieldError>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Default)]
#[cfg_attr(not(target_arch = "wasm32"), derive(ToSchema), schema(as = OrderImportStatus))]
#[serde(rename_all = "snake_case")]
pub enum RowStatus {
    Booked,
    /// It is there already, word for word.
    Unchanged,
    #[default]
    Refused,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(ToSchema), schema(as = RecentOrderList))]
pub struct RecentPage {
    /// Booked last, first.
    pub items: Vec<RecentFacts>,
    /// The cursor of the next page; null on the last one.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub next: Option<String>,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(ToSchema), schema(as = RecentOrder))]
pub struct RecentFacts {
    pub id: OrderId,
    pub organisation_id: OrgId,
    pub organisation: String,
    pub number: String,
    pub ordered_on: Day,
    pub kind: AnyKind,
    pub state: Standing,
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub partner: Option<String>,
    /// RFC 3339 in UTC.
    #[cfg_attr(not(target_arch = "wasm32"), schema(format = DateTime))]
    pub booked_at: String,
}

impl BookedFacts {
    #[must_use]
    pub fn of(it: &Booked) -> Self {
        let started = it.order.lines.iter().zip(&it.started).map(|(line, started)| StartedFacts {
            id: started.id.clone(),
            product_id: line.product_id.clone(),
            sku: line.sku.as_str().to_owned(),
            quantity: line.quantity,
            valid_from: line.valid_from,
            valid_till: line.valid_till,
            renews: started.renews.clone(),
        });
        let moved = |it: &Move| MovedFacts {
            id: it.licence.clone(),
            product_id: it.product_id.clone(),
            kind: it.kind,
            old_valid_till: it.old_valid_till,
            new_valid_till: it.new_valid_till,
        };
        Self {
            id: it.id.clone(),
            number: it.order.number.as_str().to_owned(),
            kind: it.order.kind,
            subscriptions: started.collect(),
            licences: it.moves.iter().map(moved).collect(),
        }
    }
}

impl CancelledFacts {
    #[must_use]
    pub fn of(gone: &Cancelled, asked: &Cancellation) -> Self {
        let affected = |it: &Affected| {
            let (new_valid_till, cancelled_on) = match it.effect {
                Effect::Cancelled { on } => (it.old_valid_till, Some(on)),
                Effect::Shortened { till } => (till, None),
            };
            AffectedFacts {
                id: it.licence.clone(),
                product_id: it.product_id.clone(),
                old_valid_till: it.old_valid_till,
                new_valid_till,
                cancelled_on,
            }
        };
        Self {
            cancelled_on: asked.cancelled_on,
            note: asked.note.as_str().to_owned(),
            subscriptions: gone.subscriptions.clone(),
            licences: gone.licences.iter().map(affected).collect(),
        }
    }
}

impl ImportFacts {
    #[must_use]
    pub fn of(items: Vec<RowFacts>) -> Self {
        let count = |status| items.iter().filter(|it| it.status == status).count();
        Self {
            booked: count(RowStatus::Booked),
            unchanged: count(RowStatus::Unchanged),
            refused: count(RowStatus::Refused),
            items,
        }
    }
}

impl RecentPage {
    #[must_use]
    pub fn of(items: &[Recent], next: Option<&RecentCursor>) -> Self {
        let facts = |it: &Recent| RecentFacts {
            id: it.id.clone(),
            organisation_id: it.org_id.clone(),
            organisation: it.organisation.clone(),
            number: it.number.clone(),
            ordered_on: it.ordered_on,
            kind: it.kind,
            state: it.state,
            partner: it.partner.clone(),
            booked_at: rfc3339(it.created_at),
        };
        Self { items: items.iter().map(facts).collect(), next: next.map(RecentCursor::text) }
    }
}
