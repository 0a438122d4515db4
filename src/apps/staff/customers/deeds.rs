//! What changes a customer. The rules stand in `rules` as sentences.

use super::rules::{Customer, NewCustomer, Partner, Terms};
use crate::access::{Deed, OrgScope, Scope};
use crate::kernel::{ContactId, DisplayName, Domain, Email, PersonId};
use crate::sql;

pub fn create(
    org: &OrgScope,
    new: &NewCustomer,
    domains: &[Domain],
    partner: Option<&Partner>,
    now: i64,
) -> Deed {
    org.deed(sql!(
        "insert into organisation (id, name, channel, customer_domains, partner_id, partner_name, partner_domains,
                                   created_at)
         values (?1, ?2, ?3, ?4, ?5, ?6, coalesce(?7, '[]'), ?8)",
        new.name.as_str(),
        new.channel.code(),
        json(domains),
        partner.map(|it| it.id.as_str()),
        partner.map(|it| it.name.as_str()),
        partner.map(|it| it.domains.as_str()),
        now,
    ))
}

/// A person is one, however many organisations know the address. Who has signed up with the vendor counts as verified.
pub fn add_contact(
    org: &OrgScope,
    (person, contact): (&PersonId, &ContactId),
    email: &Email,
    name: &DisplayName,
    now: i64,
) -> Vec<Deed> {
    vec![
        org.deed(sql!(
            "insert into person (id, email, display_name, created_at)
             select ?2, ?3, ?4, ?5 from organisation where organisation.id = ?1
                 on conflict (email) do nothing",
            person.as_str(),
            email.as_str(),
            name.as_str(),
            now,
        )),
        org.deed(sql!(
            "insert into contact (id, org_id, person_id, name, verified_at, created_at)
             select ?2, ?1, person.id, ?4, ?5, ?5 from person where person.email = ?3",
            contact.as_str(),
            email.as_str(),
            name.as_str(),
            now,
        )),
    ]
}

/// Whom the vendor has spoken to needs no mail to be verified.
pub fn verify(org: &OrgScope, contact: &ContactId, now: i64) -> Deed {
    org.deed(sql!(
        "update contact set verified_at = ?3 where org_id = ?1 and id = ?2 and verified_at is null",
        contact.as_str(),
        now,
    ))
}

/// The first holder of both roles.
pub fn first_roles(org: &OrgScope, contact: &ContactId) -> Deed {
    org.deed(sql!(
        "insert into role (org_id, role, contact_id) values (?1, 'primary', ?2), (?1, 'support', ?2)",
        contact.as_str(),
    ))
}

/// Nothing of the batch happens when somebody changed the customer after it was read.
pub fn unless_changed(org: &OrgScope, version: i64) -> Deed {
    org.deed(sql!(
        "select case when (select version from organisation where id = ?1) = ?2
                then 1 else json_extract('{}', 'stale') end",
        version,
    ))
}

pub fn change(org: &OrgScope, now: &Customer, terms: &Terms, partner: Option<&Partner>) -> Vec<Deed> {
    let update = org.deed(sql!(
        "update organisation
            set name = ?2, channel = ?3, customer_domains = ?4, partner_id = ?5, partner_name = ?6,
                partner_domains = coalesce(?7, '[]'), version = version + 1
          where id = ?1",
        terms.name.as_str(),
        terms.channel.code(),
        json(&terms.domains),
        partner.map(|it| it.id.as_str()),
        partner.map(|it| it.name.as_str()),
        partner.map(|it| it.domains.as_str()),
    ));
    vec![unless_changed(org, now.version), update]
}

/// Whoever holds the role now must be who was read to hold it.
pub fn hand_over(org: &OrgScope, from: &ContactId, to: &ContactId) -> Vec<Deed> {
    vec![
        org.deed(sql!(
            "select case when (select contact_id from role where org_id = ?1 and role = 'primary') = ?2
                    then 1 else json_extract('{}', 'stale') end",
            from.as_str(),
        )),
        org.deed(
            sql!("update role set contact_id = ?2 where org_id = ?1 and role = 'primary'", to.as_str(),),
        ),
        org.deed(sql!("update organisation set roles_version = roles_version + 1 where id = ?1")),
    ]
}

/// Roles go with the contact.
pub fn remove(org: &OrgScope, contact: &ContactId) -> Deed {
    org.deed(sql!("delete from contact where org_id = ?1 and id = ?2", contact.as_str()))
}

fn json(domains: &[Domain]) -> String {
    serde_json::json!(domains).to_string()
}
