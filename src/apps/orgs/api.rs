//! What programs read of an organisation.

use serde::Serialize;

use crate::access::matrix::Application;
use crate::kernel::{OrgId, OrgName, Role};

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = Organisation))]
pub struct Facts {
    pub id: OrgId,
    pub name: OrgName,
    /// That you hold here.
    pub roles: Vec<Role>,
    /// What they open, by the names of the access matrix.
    pub applications: Vec<Application>,
}
