use super::rules::{Dated, Feed};
use crate::access::{Deed, OrgScope, Query, Scope};
use crate::kernel::{FeedId, LicenceId, PersonId, TokenHash};
use crate::sql;

pub fn licence(org: &OrgScope, id: &LicenceId) -> Query<Option<Dated>> {
    org.query(sql!(
        "select licence.id, licence.product_id, product.name as product, licence.kind, licence.valid_till,
                licence.cancelled_on, licence.version
           from licence
           join product on product.id = licence.product_id
          where licence.org_id = ?1 and licence.id = ?2",
        id.as_str(),
    ))
}

pub fn feed(org: &OrgScope, person: &PersonId) -> Query<Option<Feed>> {
    org.query(sql!(
        "select id, created_at from calendar_feed
          where org_id = ?1 and person_id = ?2 and revoked_at is null
          order by created_at desc limit 1",
        person.as_str(),
    ))
}

/// A new address, and the end of the one before.
pub fn create(org: &OrgScope, person: &PersonId, id: &FeedId, hash: &TokenHash, now: i64) -> Vec<Deed> {
    vec![
        revoke(org, person, now),
        org.deed(sql!(
            "insert into calendar_feed (org_id, person_id, id, hash, created_at)
             select ?1, ?2, ?3, ?4, ?5",
            person.as_str(),
            id.as_str(),
            hash.as_str(),
            now,
        )),
    ]
}

pub fn revoke(org: &OrgScope, person: &PersonId, now: i64) -> Deed {
    org.deed(sql!(
        "update calendar_feed set revoked_at = ?3
          where org_id = ?1 and person_id = ?2 and revoked_at is null",
        person.as_str(),
        now,
    ))
}
