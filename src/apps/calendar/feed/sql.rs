use super::Found;
use crate::access::{Anyone, Query, Scope};
use crate::kernel::{Role, TokenHash};
use crate::sql;

/// No row at all when the address was revoked, or when its owner is no verified contact with one of these roles.
pub fn licences(scope: &Anyone, hash: &TokenHash, roles: &[Role]) -> Query<Vec<Found>> {
    scope.query(sql!(
        "select organisation.id as org_id, organisation.name as org_name, licence.id, licence.product_id,
                product.name as product, licence.kind, licence.valid_till, licence.cancelled_on, licence.version
           from calendar_feed
           join organisation on organisation.id = calendar_feed.org_id
           join contact on contact.org_id = calendar_feed.org_id and contact.person_id = calendar_feed.person_id
                       and contact.verified_at is not null
           left join licence on licence.org_id = calendar_feed.org_id
           left join product on product.id = licence.product_id
          where calendar_feed.hash = ?1 and calendar_feed.revoked_at is null
            and exists (select 1 from role where role.org_id = contact.org_id and role.contact_id = contact.id
                                             and role.role in (select value from json_each(?2)))
          order by licence.id",
        hash.as_str(),
        serde_json::json!(roles).to_string(),
    ))
}
