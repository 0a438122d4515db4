use serde::Serialize;

use super::rules::{Partner, Place};
use crate::kernel::{Domain, OrgName, PartnerId, rfc3339};

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = PartnerList))]
pub struct PartnerPage {
    /// By name.
    pub items: Vec<PartnerFacts>,
    /// The cursor of the next page; null on the last one.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub next: Option<String>,
}

/// Through whom customers order.
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = Partner))]
pub struct PartnerFacts {
    pub id: PartnerId,
    pub name: OrgName,
    pub domains: Vec<Domain>,
    /// How many order through it.
    pub customers: i64,
    /// RFC 3339 in UTC.
    #[cfg_attr(not(target_arch = "wasm32"), schema(format = DateTime))]
    pub created_at: String,
}

impl PartnerPage {
    #[must_use]
    pub fn of(partners: &[Partner], next: Option<&Place>) -> Self {
        Self { items: partners.iter().map(PartnerFacts::of).collect(), next: next.map(Place::text) }
    }
}

impl PartnerFacts {
    #[must_use]
    pub fn of(it: &Partner) -> Self {
        Self {
            id: it.id.clone(),
            name: it.name.clone(),
            domains: it.domains.clone(),
            customers: it.customers,
            created_at: rfc3339(it.created_at),
        }
    }
}
