use serde::Deserialize;

use crate::kernel::{Day, DisplayName, OrgId, OrgName, Role};

#[derive(Debug, Clone, Deserialize)]
pub struct Organisation {
    pub id: OrgId,
    pub name: OrgName,
    pub version: i64,
}

/// A role and its holder's name.
#[derive(Debug, Deserialize)]
pub struct Holder {
    pub role: Role,
    pub name: DisplayName,
}

/// The subscription that ends first.
#[derive(Debug, Deserialize)]
pub struct NextEnd {
    pub product: String,
    pub valid_till: Day,
}

#[derive(Debug)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema))]
pub struct NewName {
    pub name: OrgName,
}

#[must_use]
pub fn vacant(holders: &[Holder]) -> Vec<Role> {
    Role::ALL.into_iter().filter(|role| holders.iter().all(|it| it.role != *role)).collect()
}
