//! What programs send and read of licences on the vendor's side.

use serde::Serialize;

use super::rules::{Licence, LicenceCursor};
use crate::apps::licences::Kind;
use crate::kernel::{Day, LicenceId, OrgId, ProductId};

/// Either `valid_till` or `cancelled_on`; a `cancelled_on` of null takes a cancellation back.
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = LicenceChange))]
pub struct ChangeBody {
    pub valid_till: Option<Day>,
    pub cancelled_on: Option<Day>,
    /// The customer reads it; 3 to 500 characters.
    pub note: String,
    /// Needed where `valid_till` is shortened into the past.
    pub confirm: Option<bool>,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = StaffLicenceList))]
pub struct LicencePage {
    /// What ends first stands first.
    pub items: Vec<LicenceFacts>,
    /// The cursor of the next page; null on the last one.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub next: Option<String>,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = StaffLicence))]
pub struct LicenceFacts {
    pub id: LicenceId,
    pub organisation_id: OrgId,
    pub organisation: String,
    pub product_id: ProductId,
    /// Its name.
    pub product: String,
    pub kind: Kind,
    pub valid_from: Day,
    /// The last day.
    pub valid_till: Day,
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub cancelled_on: Option<Day>,
    /// 0 on the last day, negative afterwards.
    pub days_left: i64,
}

impl LicenceFacts {
    #[must_use]
    pub fn of(it: &Licence, today: Day) -> Self {
        Self {
            id: it.id.clone(),
            organisation_id: it.org_id.clone(),
            organisation: it.organisation.clone(),
            product_id: it.product_id.clone(),
            product: it.product.clone(),
            kind: it.kind,
            valid_from: it.valid_from,
            valid_till: it.valid_till,
            cancelled_on: it.cancelled_on,
            days_left: it.valid_till.since(today),
        }
    }
}

impl LicencePage {
    #[must_use]
    pub fn of(items: &[Licence], next: Option<&LicenceCursor>, today: Day) -> Self {
        let items = items.iter().map(|it| LicenceFacts::of(it, today)).collect();
        Self { items, next: next.map(LicenceCursor::text) }
    }
}
