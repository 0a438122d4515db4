//! Which samples of usage can be (domain 9).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::kernel::{Day, FieldError, Line, OrgId, ProductId};

/// Samples of one call.
pub const MOST_SAMPLES: usize = 1000;
const MOST_USED: f64 = 1e15;

/// What was in use at the end of a day.
#[derive(Debug, Clone, Serialize)]
pub struct Sample {
    pub org: OrgId,
    pub product: ProductId,
    pub sub_product: Line<1, 36>,
    pub used_on: Day,
    pub used: f64,
}

pub struct Import {
    pub rows: Vec<(usize, Result<Sample, Vec<FieldError>>)>,
}

/// What there is of what samples name.
pub struct Known {
    pub orgs: BTreeSet<String>,
    pub meters: BTreeSet<(String, String)>,
}

/// A meter of the catalogue.
#[derive(Debug, Deserialize)]
pub struct Meter {
    pub product_id: String,
    pub id: String,
}

impl Sample {
    /// One of a series on one day.
    #[must_use]
    pub fn key(&self) -> (String, String, String, Day) {
        let text = |it: &str| it.to_owned();
        (text(self.org.as_str()), text(self.product.as_str()), text(self.sub_product.as_str()), self.used_on)
    }

    #[must_use]
    pub fn flaws(&self, known: &Known, today: Day) -> Vec<FieldError> {
        let mut flaws = Vec::new();
        let mut flaw = |field, code, said: String| flaws.push(FieldError::new(field, code, said));
        if !known.orgs.contains(self.org.as_str()) {
            flaw("organisation_id", "unknown-organisation", "There is no such customer.".to_owned());
        }
        let meter = (self.product.as_str().to_owned(), self.sub_product.as_str().to_owned());
        if !known.meters.contains(&meter) {
            let said = format!("The product {} has no sub-product {}.", meter.0, meter.1);
            flaw("sub_product", "unknown-sub-product", said);
        }
        if self.used_on > today {
            let said = format!("This day is still to come. Today is {}.", today.words());
            flaw("date", "in-the-future", said);
        }
        if !(0.0..=MOST_USED).contains(&self.used) {
            flaw("used", "out-of-range", "Write a number from 0 to 1,000,000,000,000,000.".to_owned());
        }
        flaws
    }
}
