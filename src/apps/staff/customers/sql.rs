use super::rules::{Contact, Customer, Known, Listed, Needle, Partner, Place};
use crate::access::{Anyone, OrgScope, Query, Scope};
use crate::kernel::{Email, OrgId, PageOf, PartnerId};
use crate::sql;

macro_rules! listed {
    () => {
        "select organisation.id, organisation.name, organisation.channel, organisation.partner_id,
                organisation.partner_name as partner, organisation.customer_domains as domains, organisation.created_at,
                person.display_name as primary_name, person.email as primary_email,
                (select min(valid_till) from licence
                  where licence.org_id = organisation.id and licence.cancelled_on is null) as ends_on "
    };
}

macro_rules! with_primary {
    () => {
        " left join role on role.org_id = organisation.id and role.role = 'primary'
          left join contact on contact.id = role.contact_id
          left join person on person.id = contact.person_id "
    };
}

/// All of them, by name.
pub fn all(scope: &Anyone, page: &PageOf<String, OrgId>) -> Query<Vec<Listed>> {
    let (name, id) = after(page.after.as_ref());
    scope.query(sql!(
        concat!(
            listed!(),
            "from organisation",
            with_primary!(),
            "where organisation.name collate nocase >= ?1 and (organisation.name collate nocase > ?1 or organisation.id > ?2)
              order by organisation.name collate nocase, organisation.id limit ?3"
        ),
        name,
        id,
        page.wanted(),
    ))
}

/// Those that are found by what they begin with, by name. Each way of finding ends after 200, so that two letters never
/// go through everything.
pub fn found(scope: &Anyone, needle: &Needle, page: &PageOf<String, OrgId>) -> Query<Vec<Listed>> {
    let ((from, to), (upper, upper_to)) = (needle.lower(), needle.upper());
    let (name, id) = after(page.after.as_ref());
    scope.query(sql!(
        concat!(
            "with hit (org_id) as (
               select org_id from (select org_id from organisation_word where word >= ?1 and word < ?2 limit 200)
               union
               select org_id from (select contact.org_id from person join contact on contact.person_id = person.id
                                    where person.email >= ?1 and person.email < ?2 limit 200)
               union
               select org_id from (select org_id from sales_order
                                    where number >= ?1 collate nocase and number < ?2 collate nocase limit 200)
               union
               select org_id from (select org_id from payment_record
                                    where invoice_key >= ?3 and invoice_key < ?4 limit 200)) ",
            listed!(),
            "from hit join organisation on organisation.id = hit.org_id",
            with_primary!(),
            "where organisation.name collate nocase >= ?5 and (organisation.name collate nocase > ?5 or organisation.id > ?6)
              order by organisation.name collate nocase, organisation.id limit ?7"
        ),
        from,
        to,
        upper,
        upper_to,
        name,
        id,
        page.wanted(),
    ))
}

/// Of one partner, by name.
#[must_use]
pub fn of_partner(scope: &Anyone, partner: &PartnerId, page: &PageOf<String, OrgId>) -> Query<Vec<Listed>> {
    let (name, id) = after(page.after.as_ref());
    scope.query(sql!(
        concat!(
            listed!(),
            "from organisation",
            with_primary!(),
            "where organisation.partner_id = ?1
               and organisation.name collate nocase >= ?2 and (organisation.name collate nocase > ?2 or organisation.id > ?3)
              order by organisation.name collate nocase, organisation.id limit ?4"
        ),
        partner.as_str(),
        name,
        id,
        page.wanted(),
    ))
}

fn after(place: Option<&Place>) -> (&str, &str) {
    place.map_or(("", ""), |it| (it.key.as_str(), it.id.as_str()))
}

pub fn customer(org: &OrgScope) -> Query<Option<Customer>> {
    org.query(sql!(
        "select id, name, channel, partner_id, partner_name as partner, customer_domains as domains, partner_domains,
                version, created_at
           from organisation where id = ?1"
    ))
}

/// Five at most, by the law of contacts.
pub fn contacts(org: &OrgScope) -> Query<Vec<Contact>> {
    org.query(sql!(
        "select contact.id, person.id as person, person.email, contact.verified_at,
                case when contact.verified_at is null then contact.name else person.display_name end as name,
                person.password is not null as has_password,
                (select max(created_at) from session where session.person_id = person.id) as signed_in_at,
                (select json_group_array(role) from role
                  where role.org_id = contact.org_id and role.contact_id = contact.id) as roles
           from contact join person on person.id = contact.person_id
          where contact.org_id = ?1
          order by contact.created_at, contact.id"
    ))
}

pub fn partner(scope: &Anyone, id: Option<&PartnerId>) -> Query<Option<Partner>> {
    scope.query(sql!("select id, name, domains from partner where id = ?1", id.map(PartnerId::as_str)))
}

/// To choose from; an installation with more partners has the API.
pub fn partners(scope: &Anyone) -> Query<Vec<Partner>> {
    scope.query(sql!("select id, name, domains from partner where name > '' collate nocase order by name collate nocase limit 500"))
}

pub fn known(scope: &Anyone, email: Option<&Email>) -> Query<Option<Known>> {
    scope.query(sql!(
        "select id, display_name as name, password is not null as has_password from person where email = ?1",
        email.map(Email::as_str),
    ))
}
