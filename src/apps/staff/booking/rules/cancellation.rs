//! What goes with an order or a subscription that is cancelled.

use super::{Held, Period};
use crate::kernel::{Day, FieldError, LicenceId, Note, ProductId, SubscriptionId};

/// As it is asked for.
#[derive(Debug, Clone)]
pub struct Cancellation {
    /// The first day on which nothing runs any more.
    pub cancelled_on: Day,
    /// The customer reads it.
    pub note: Note<3, 500>,
}

/// All that a cancellation does.
#[derive(Debug)]
pub struct Cancelled {
    pub subscriptions: Vec<SubscriptionId>,
    pub licences: Vec<Affected>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Affected {
    pub licence: LicenceId,
    pub product_id: ProductId,
    pub product: String,
    pub version: i64,
    pub old_valid_till: Day,
    pub effect: Effect,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Effect {
    /// Nothing else runs on it.
    Cancelled { on: Day },
    /// It reached this far because of what was cancelled; what is left ends earlier.
    Shortened { till: Day },
}

impl Effect {
    #[must_use]
    pub fn words(self, product: &str) -> String {
        match self {
            Self::Cancelled { on } => format!("The {product} licence is cancelled on {}.", on.words()),
            Self::Shortened { till } => {
                format!("The {product} licence goes back to {}, as what is left says.", till.words())
            }
        }
    }
}

/// An order with all its periods that still run.
pub fn of_order(
    of_order: &[&Period],
    all: &[Period],
    held: &[Held],
    on: Day,
) -> Result<Cancelled, FieldError> {
    let running: Vec<&Period> =
        of_order.iter().filter(|it| it.cancelled_on.is_none() && it.valid_till >= on).copied().collect();
    if running.is_empty() && of_order.iter().any(|it| it.cancelled_on.is_none()) {
        return Err(too_late(of_order.iter().map(|it| it.valid_till).max()));
    }
    Ok(cancelled(&running, all, held, on))
}

pub fn of_subscription(
    one: &Period,
    all: &[Period],
    held: &[Held],
    on: Day,
) -> Result<Cancelled, FieldError> {
    if one.valid_till < on {
        return Err(too_late(Some(one.valid_till)));
    }
    Ok(cancelled(&[one], all, held, on))
}

fn too_late(last: Option<Day>) -> FieldError {
    let last = last.map(|it| format!(" on {}", it.words())).unwrap_or_default();
    let said = format!("By then it has ended by itself{last}. Choose an earlier day, or leave it as it is.");
    FieldError::new("cancelled_on", "after-the-end", said)
}

fn cancelled(gone: &[&Period], all: &[Period], held: &[Held], on: Day) -> Cancelled {
    let is_gone = |it: &Period| gone.iter().any(|one| one.id == it.id);
    let mut licences: Vec<Affected> = Vec::new();
    for one in gone {
        let Some(licence) =
            held.iter().find(|it| it.product_id == one.product_id && it.cancelled_on.is_none())
        else {
            continue;
        };
        if licences.iter().any(|it| it.licence == licence.id) {
            continue;
        }
        let left = all.iter().filter(|it| {
            it.product_id == one.product_id
                && it.cancelled_on.is_none()
                && !is_gone(it)
                && it.valid_till >= on
        });
        let caused = gone.iter().filter(|it| it.product_id == one.product_id).map(|it| it.valid_till).max();
        let effect = match left.map(|it| it.valid_till).max() {
            None => Effect::Cancelled { on },
            Some(till) if till < licence.valid_till && caused >= Some(licence.valid_till) => {
                Effect::Shortened { till: till.max(licence.valid_from) }
            }
            Some(_) => continue,
        };
        licences.push(Affected {
            licence: licence.id.clone(),
            product_id: licence.product_id.clone(),
            product: one.product.clone(),
            version: licence.version,
            old_valid_till: licence.valid_till,
            effect,
        });
    }
    Cancelled { subscriptions: gone.iter().map(|it| it.id.clone()).collect(), licences }
}
