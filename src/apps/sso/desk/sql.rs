use super::Launched;
use crate::access::{OrgScope, Query, Scope};
use crate::sql;

/// Clients are the vendor's and belong to no organisation.
pub fn launched(org: &OrgScope) -> Query<Option<Launched>> {
    org.query(sql!(
        "select id, name, kind, login_uri from oidc_client
          where ?1 is not null and enabled = 1 and login_uri is not null
          order by created_at desc limit 1"
    ))
}
