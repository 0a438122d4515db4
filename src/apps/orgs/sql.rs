use super::rules::{Holder, NewName, Organisation};
use crate::access::{Deed, OrgScope, Query, Scope};
use crate::sql;

pub fn organisation(org: &OrgScope) -> Query<Option<Organisation>> {
    org.query(sql!("select id, name, version from organisation where id = ?1"))
}

pub fn holders(org: &OrgScope) -> Query<Vec<Holder>> {
    org.query(sql!(
        "select role.role, person.display_name as name from role
           join contact on contact.org_id = role.org_id and contact.id = role.contact_id
           join person on person.id = contact.person_id
          where role.org_id = ?1"
    ))
}

/// Only the name that was on the screen is replaced.
pub fn rename(org: &OrgScope, version: i64, new: &NewName) -> Vec<Deed> {
    vec![
        org.deed(sql!(
            "select case when (select version from organisation where id = ?1) = ?2
                    then 1 else json_extract('{}', 'stale') end",
            version,
        )),
        org.deed(sql!(
            "update organisation set name = ?2, version = version + 1 where id = ?1",
            new.name.as_str(),
        )),
    ]
}
