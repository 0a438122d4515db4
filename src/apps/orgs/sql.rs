use super::rules::{Holder, NewName, NextEnd, Organisation};
use crate::access::{Deed, OrgScope, Query, Scope};
use crate::kernel::Day;
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

/// Which subscription in force ends first; what was renewed goes on in another.
pub fn next_end(org: &OrgScope, today: Day) -> Query<Option<NextEnd>> {
    org.query(sql!(
        "select product.name as product, subscription.valid_till from subscription
           join product on product.id = subscription.product_id
          where subscription.org_id = ?1 and subscription.cancelled_on is null and subscription.renewed_by is null
            and subscription.valid_till >= ?2
          order by subscription.valid_till, product.name limit 1",
        today.to_string(),
    ))
}
