use serde_json::json;

use super::rules::{Change, Contact, DAY, Holding, MOST_SENT_A_DAY, NewContact, RESEND_AFTER, Terms};
use crate::access::{Deed, OrgScope, Query, Scope};
use crate::kernel::{ContactId, PersonId};
use crate::sql;

pub fn contacts(org: &OrgScope) -> Query<Vec<Contact>> {
    org.query(sql!(
        "select contact.id, contact.person_id, person.email, contact.created_at, contact.verified_at,
                case when contact.verified_at is null then contact.name else person.display_name end as display_name,
                case when contact.verified_at is not null
                     then (select max(created_at) from session where session.person_id = person.id) end as signed_in_at,
                mail.state as mail_state, mail.state_at as mail_at, mail.reason as mail_reason,
                (select max(created_at) from link where link.contact_id = contact.id) as last_link_at,
                (select created_at from link where link.contact_id = contact.id
                  order by created_at desc limit 1 offset ?2) as sixth_last_link_at
           from contact
           join person on person.id = contact.person_id
           left join outbox as mail on mail.id = (
                select id from outbox where outbox.contact_id = contact.id and outbox.kind = 'contacts.verify'
                 order by outbox.created_at desc, outbox.id desc limit 1)
          where contact.org_id = ?1
          order by contact.created_at, contact.id",
        MOST_SENT_A_DAY - 1,
    ))
}

pub fn holdings(org: &OrgScope) -> Query<Vec<Holding>> {
    org.query(sql!("select role, contact_id as contact from role where org_id = ?1"))
}

pub fn terms(org: &OrgScope) -> Query<Option<Terms>> {
    org.query(sql!(
        "select roles_version, channel, customer_domains, partner_domains
           from organisation where id = ?1"
    ))
}

/// A person is one, however many organisations know the address; the first to add it makes the row.
pub fn add(org: &OrgScope, new: &NewContact, person: &PersonId, contact: &ContactId, now: i64) -> Vec<Deed> {
    vec![
        org.deed(sql!(
            "insert into person (id, email, display_name, created_at)
             select ?2, ?3, ?4, ?5 from organisation where organisation.id = ?1
                 on conflict (email) do nothing",
            person.as_str(),
            new.email.as_str(),
            new.display_name.as_str(),
            now,
        )),
        org.deed(sql!(
            "insert into contact (id, org_id, person_id, name, created_at)
             select ?2, ?1, person.id, ?4, ?5 from person where person.email = ?3",
            contact.as_str(),
            new.email.as_str(),
            new.display_name.as_str(),
            now,
        )),
    ]
}

/// The contact is still there, or the batch stops.
pub fn still_there(org: &OrgScope, contact: &ContactId) -> Deed {
    org.deed(sql!(
        "select case when exists (select 1 from contact where org_id = ?1 and id = ?2)
                then 1 else json_extract('{}', 'not-found') end",
        contact.as_str(),
    ))
}

/// Not verified yet, and not written to too often; the numbers are those of `rules::may_verify`.
pub fn may_verify(org: &OrgScope, contact: &ContactId, now: i64) -> Deed {
    org.deed(sql!(
        "select case
           when exists (select 1 from contact where org_id = ?1 and id = ?2 and verified_at is not null)
           then json_extract('{}', 'already-verified')
           when exists (select 1 from link where contact_id = ?2 and created_at > ?3)
             or (select count(*) from link where contact_id = ?2 and created_at > ?4) >= ?5
           then json_extract('{}', 'too-soon')
           else 1 end",
        contact.as_str(),
        now - RESEND_AFTER,
        now - DAY,
        MOST_SENT_A_DAY,
    ))
}

/// Roles go with the contact, and whoever has the roles open sees a newer version.
pub fn remove(org: &OrgScope, contact: &ContactId) -> Vec<Deed> {
    vec![
        org.deed(sql!(
            "update organisation set roles_version = roles_version + 1
              where id = ?1 and exists (select 1 from role where org_id = ?1 and contact_id = ?2)",
            contact.as_str(),
        )),
        org.deed(sql!("delete from contact where org_id = ?1 and id = ?2", contact.as_str())),
    ]
}

/// All of it or nothing, and nothing when somebody assigned roles meanwhile.
pub fn assign(org: &OrgScope, version: i64, changes: &[Change]) -> Vec<Deed> {
    let (filled, vacated): (Vec<&Change>, Vec<&Change>) = changes.iter().partition(|it| it.to.is_some());
    let filled: Vec<_> = filled.iter().map(|it| json!({ "role": it.role, "contact": it.to })).collect();
    let vacated: Vec<_> = vacated.iter().map(|it| it.role).collect();
    vec![
        org.deed(sql!(
            "select case when (select roles_version from organisation where id = ?1) = ?2
                    then 1 else json_extract('{}', 'stale') end",
            version,
        )),
        org.deed(sql!(
            "insert into role (org_id, role, contact_id)
             select ?1, value ->> 'role', value ->> 'contact' from json_each(?2) where true
                 on conflict (org_id, role) do update set contact_id = excluded.contact_id",
            json!(filled).to_string(),
        )),
        org.deed(sql!(
            "delete from role where org_id = ?1 and role in (select value from json_each(?2))",
            json!(vacated).to_string(),
        )),
        org.deed(sql!("update organisation set roles_version = roles_version + 1 where id = ?1")),
    ]
}
