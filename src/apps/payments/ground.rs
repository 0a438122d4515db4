//! What a decision about the five days rests on.

use serde::Deserialize;

use super::rules::InvoiceNumber;
use super::rules::bridge::{Effect, Facts, Licence, Moved};
use crate::kernel::Day;

/// As the database said it, and as facts.
#[derive(Deserialize)]
#[serde(try_from = "Columns")]
pub struct Ground {
    /// For comparison when the decision is written down.
    pub said: String,
    told: Told,
}

#[derive(Deserialize)]
struct Columns {
    said: String,
}

#[derive(Deserialize)]
struct Told {
    licences: Vec<Licence>,
    moved: Vec<Moved>,
    rejected_on: Option<Day>,
}

impl Ground {
    /// What a record of this invoice does to each licence.
    #[must_use]
    pub fn effects(&self, invoice: &InvoiceNumber, today: Day) -> Vec<(&Licence, Effect)> {
        let Told { licences, moved, rejected_on } = &self.told;
        let facts = Facts { invoice, moved, rejected_on: *rejected_on, today };
        licences.iter().map(|it| (it, facts.effect(it))).collect()
    }
}

impl Ground {
    /// The product, its last day, and what a record of an invoice that nobody has seen yet would do.
    #[must_use]
    pub fn preview(&self, today: Day) -> Vec<(String, Day, Effect)> {
        let Told { licences, moved, rejected_on } = &self.told;
        let unseen: Vec<Moved> = moved.iter().filter(|it| it.status.is_open()).cloned().collect();
        let Ok(invoice) = InvoiceNumber::try_from("an unseen one".to_owned()) else { return Vec::new() };
        let facts = Facts { invoice: &invoice, moved: &unseen, rejected_on: *rejected_on, today };
        licences.iter().map(|it| (it.product.clone(), it.valid_till, facts.effect(it))).collect()
    }
}

impl TryFrom<Columns> for Ground {
    type Error = serde_json::Error;

    fn try_from(it: Columns) -> Result<Self, serde_json::Error> {
        Ok(Self { told: serde_json::from_str(&it.said)?, said: it.said })
    }
}
