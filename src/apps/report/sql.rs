use serde::Deserialize;

use super::rules::{Asked, FRESH};
use crate::access::{Deed, OrgScope, Query, Scope};
use crate::kernel::{OrgName, PersonId, ReportId};
use crate::sql;

/// An organisation that the report would cover.
#[derive(Debug, Deserialize)]
pub struct Covered {
    pub name: OrgName,
}

/// Where the file lies.
#[derive(Debug, Deserialize)]
pub struct Kept {
    pub object: String,
}

/// A report belongs to a person and not to an organisation: where it was asked for does not matter.
pub fn latest(org: &OrgScope, person: &PersonId) -> Query<Option<Asked>> {
    org.query(sql!(
        "select id, asked_at, made_at, size from report
          where ?1 is not null and person_id = ?2 order by asked_at desc limit 1",
        person.as_str(),
    ))
}

pub fn covered(org: &OrgScope, person: &PersonId) -> Query<Vec<Covered>> {
    org.query(sql!(
        "select organisation.name from contact
           join role on role.org_id = contact.org_id and role.contact_id = contact.id and role.role = 'primary'
           join organisation on organisation.id = contact.org_id
          where ?1 is not null and contact.person_id = ?2
          order by organisation.name limit 50",
        person.as_str(),
    ))
}

/// As long as it is fresh, and its reader is still Primary of everything that stands in it.
pub fn kept(org: &OrgScope, person: &PersonId, id: &ReportId, now: i64) -> Query<Option<Kept>> {
    org.query(sql!(
        "select object from report
          where ?1 is not null and id = ?3 and person_id = ?2 and made_at > ?4
            and not exists (
                select 1 from json_each(report.covers) as part
                 where not exists (
                       select 1 from role
                         join contact on contact.org_id = role.org_id and contact.id = role.contact_id
                        where role.org_id = part.value and role.role = 'primary' and contact.person_id = ?2))",
        person.as_str(),
        id.as_str(),
        now - FRESH,
    ))
}

/// A trigger refuses the second one within ten minutes.
pub fn ask(org: &OrgScope, id: &ReportId, person: &PersonId, object: &str, now: i64) -> Deed {
    org.deed(sql!(
        "insert into report (id, org_id, person_id, asked_at, object) select ?2, ?1, ?3, ?4, ?5 where ?1 is not null",
        id.as_str(),
        person.as_str(),
        now,
        object,
    ))
}
