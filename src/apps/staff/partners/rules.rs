use serde::Deserialize;

use crate::apps::staff::customers::{from_json, sorted};
use crate::kernel::{Cursor, Domain, FieldError, OrgName, PartnerId};

/// Through whom customers order.
#[derive(Debug, Clone, Deserialize)]
pub struct Partner {
    pub id: PartnerId,
    pub name: OrgName,
    #[serde(deserialize_with = "from_json")]
    pub domains: Vec<Domain>,
    pub version: i64,
    pub created_at: i64,
    pub customers: i64,
}

pub type Place = Cursor<String, PartnerId>;

#[derive(Debug)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema))]
pub struct NewPartner {
    /// Of its own among partners.
    pub name: OrgName,
    /// Where Primary and Billing of its customers are expected.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = false))]
    pub domains: Vec<Domain>,
}

/// What is left out stays as it is.
#[derive(Debug, Default)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = PartnerChange))]
pub struct Change {
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = false, value_type = OrgName))]
    pub name: Option<OrgName>,
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = false, value_type = Vec<Domain>))]
    pub domains: Option<Vec<Domain>>,
}

impl Partner {
    #[must_use]
    pub fn place(&self) -> Place {
        Cursor { key: self.name.as_str().to_owned(), id: self.id.clone() }
    }

    #[must_use]
    pub fn changed(&self, change: Change) -> Self {
        let Change { name, domains } = change;
        Self {
            name: name.unwrap_or_else(|| self.name.clone()),
            domains: domains.map_or_else(|| self.domains.clone(), sorted),
            ..self.clone()
        }
    }
}

/// The database alone can say so: two of one name would be taken for one another.
#[must_use]
pub fn name_taken() -> FieldError {
    let said =
        "There is a partner of this name already. Look for it in the list, or tell them apart by the name.";
    FieldError::new("name", "partner-exists", said)
}
