//! What programs of the vendor read of customers.

use serde::Serialize;

use super::rules::{Contact, Customer, Listed, Partner, Place, Terms};
use crate::apps::contacts::Channel;
use crate::kernel::{ContactId, DisplayName, Domain, Email, OrgId, OrgName, PartnerId, Role, rfc3339};

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = CustomerList))]
pub struct CustomerPage {
    /// By name.
    pub items: Vec<ListedFacts>,
    /// The cursor of the next page; null on the last one.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub next: Option<String>,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = ListedCustomer))]
pub struct ListedFacts {
    pub id: OrgId,
    pub name: OrgName,
    pub channel: Channel,
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub partner_id: Option<PartnerId>,
    /// The partner's name.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub partner: Option<String>,
    pub domains: Vec<Domain>,
    /// RFC 3339 in UTC.
    #[cfg_attr(not(target_arch = "wasm32"), schema(format = DateTime))]
    pub created_at: String,
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub primary: Option<PrimaryFacts>,
}

/// A customer as the vendor's side knows it.
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = Customer))]
pub struct CustomerFacts {
    pub id: OrgId,
    pub name: OrgName,
    pub channel: Channel,
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub partner_id: Option<PartnerId>,
    /// The partner's name.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub partner: Option<String>,
    pub domains: Vec<Domain>,
    /// RFC 3339 in UTC.
    #[cfg_attr(not(target_arch = "wasm32"), schema(format = DateTime))]
    pub created_at: String,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = PrimaryContact))]
pub struct PrimaryFacts {
    pub email: Email,
    pub display_name: DisplayName,
}

/// A customer with its contacts.
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = CustomerInFull))]
pub struct InFull {
    pub id: OrgId,
    pub name: OrgName,
    pub channel: Channel,
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub partner_id: Option<PartnerId>,
    /// The partner's name.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub partner: Option<String>,
    pub domains: Vec<Domain>,
    /// RFC 3339 in UTC.
    #[cfg_attr(not(target_arch = "wasm32"), schema(format = DateTime))]
    pub created_at: String,
    pub contacts: Vec<ContactOf>,
    /// Roles whose holder has an address of another domain than expected: a question to ask, no refusal.
    pub off_domain: Vec<Role>,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = CustomerContact))]
pub struct ContactOf {
    pub id: ContactId,
    pub email: Email,
    pub display_name: DisplayName,
    pub roles: Vec<Role>,
    pub verified: bool,
}

impl CustomerPage {
    #[must_use]
    pub fn of(customers: &[Listed], next: Option<&Place>) -> Self {
        Self { items: customers.iter().map(ListedFacts::of).collect(), next: next.map(Place::text) }
    }
}

impl ListedFacts {
    fn of(it: &Listed) -> Self {
        let primary = it.primary_email.clone().zip(it.primary_name.clone());
        Self {
            id: it.id.clone(),
            name: it.name.clone(),
            channel: it.channel,
            partner_id: it.partner_id.clone(),
            partner: it.partner.clone(),
            domains: it.domains.clone(),
            created_at: rfc3339(it.created_at),
            primary: primary.map(|(email, display_name)| PrimaryFacts { email, display_name }),
        }
    }
}

impl CustomerFacts {
    #[must_use]
    pub fn of_new(id: &OrgId, terms: &Terms, partner: Option<&Partner>, created_at: i64) -> Self {
        Self {
            id: id.clone(),
            name: terms.name.clone(),
            channel: terms.channel,
            partner_id: terms.partner_id.clone(),
            partner: partner.map(|it| it.name.as_str().to_owned()),
            domains: terms.domains.clone(),
            created_at: rfc3339(created_at),
        }
    }
}

impl InFull {
    #[must_use]
    pub fn of(customer: &Customer, contacts: &[Contact]) -> Self {
        let contact = |it: &Contact| ContactOf {
            id: it.id.clone(),
            email: it.email.clone(),
            display_name: it.name.clone(),
            roles: it.roles.clone(),
            verified: it.verified_at.is_some(),
        };
        Self {
            off_domain: customer.off_domain(contacts).into_iter().map(|it| it.0).collect(),
            contacts: contacts.iter().map(contact).collect(),
            id: customer.id.clone(),
            name: customer.name.clone(),
            channel: customer.channel,
            partner_id: customer.partner_id.clone(),
            partner: customer.partner.clone(),
            domains: customer.domains.clone(),
            created_at: rfc3339(customer.created_at),
        }
    }
}
