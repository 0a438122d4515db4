use serde::Deserialize;

use super::rules::{ApiKey, WARN_BEFORE};
use crate::access::{Anyone, Deed, Query, Scope};
use crate::kernel::{ApiKeyId, DisplayName, Email, PersonId};
use crate::sql;

macro_rules! keys {
    () => {
        "select api_key.id, api_key.prefix, api_key.name, api_key.scopes, api_key.made_by,
                person.display_name as made_by_name, api_key.created_at, api_key.expires_at, api_key.last_used_at,
                api_key.revoked_at,
                exists (select 1 from api_key as next where next.follows = api_key.id) as is_followed
           from api_key join person on person.id = api_key.made_by "
    };
}

/// Newest first.
pub fn keys(scope: &Anyone) -> Query<Vec<ApiKey>> {
    scope.query(sql!(concat!(keys!(), "order by api_key.created_at desc, api_key.id desc limit 200")))
}

pub fn key(scope: &Anyone, id: &ApiKeyId) -> Query<Option<ApiKey>> {
    scope.query(sql!(concat!(keys!(), "where api_key.id = ?1"), id.as_str()))
}

/// Those that still work: what to ask about when their maker leaves the staff.
#[must_use]
pub fn of_maker(scope: &Anyone, maker: &PersonId, now: i64) -> Query<Vec<ApiKey>> {
    scope.query(sql!(
        concat!(
            keys!(),
            "where api_key.made_by = ?1 and api_key.revoked_at is null and api_key.expires_at > ?2
              order by api_key.created_at desc limit 200"
        ),
        maker.as_str(),
        now,
    ))
}

/// What is kept of a new key.
pub struct Kept<'a> {
    pub id: &'a ApiKeyId,
    pub hash: &'a str,
    pub prefix: &'a str,
    pub name: &'a str,
    /// JSON.
    pub scopes: &'a str,
    pub made_by: &'a PersonId,
    pub expires_at: i64,
    pub follows: Option<&'a ApiKeyId>,
}

pub fn insert(scope: &Anyone, key: &Kept, now: i64) -> Deed {
    scope.deed(sql!(
        "insert into api_key (id, hash, prefix, name, scopes, made_by, created_at, expires_at, follows)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        key.id.as_str(),
        key.hash,
        key.prefix,
        key.name,
        key.scopes,
        key.made_by.as_str(),
        now,
        key.expires_at,
        key.follows.map(ApiKeyId::as_str),
    ))
}

/// Two programs with one name could not be told apart in the log.
pub fn name_is_free(scope: &Anyone, name: &str, now: i64) -> Deed {
    scope.deed(sql!(
        "select case when exists (select 1 from api_key
                                   where name = ?1 collate nocase and revoked_at is null and expires_at > ?2)
                then json_extract('{}', 'key-exists') else 1 end",
        name,
        now,
    ))
}

pub fn still_works(scope: &Anyone, id: &ApiKeyId, now: i64) -> Deed {
    scope.deed(sql!(
        "select case when exists (select 1 from api_key where id = ?1 and revoked_at is null and expires_at > ?2)
                then 1 else json_extract('{}', 'key-ended') end",
        id.as_str(),
        now,
    ))
}

pub fn has_no_successor(scope: &Anyone, id: &ApiKeyId) -> Deed {
    scope.deed(sql!(
        "select case when exists (select 1 from api_key where follows = ?1)
                then json_extract('{}', 'key-rotated') else 1 end",
        id.as_str(),
    ))
}

/// Never later than it would have ended anyway.
pub fn end_by(scope: &Anyone, id: &ApiKeyId, at: i64) -> Deed {
    scope.deed(sql!(
        "update api_key set expires_at = max(created_at + 1, min(expires_at, ?2)) where id = ?1",
        id.as_str(),
        at,
    ))
}

pub fn revoke(scope: &Anyone, id: &ApiKeyId, now: i64) -> Deed {
    scope.deed(sql!("update api_key set revoked_at = ?2 where id = ?1", id.as_str(), now))
}

/// A key that ends soon, and whom to tell: whoever made it, as long as they are of the staff, and every Admin.
#[derive(Debug, Deserialize)]
pub struct Ending {
    pub id: ApiKeyId,
    pub name: String,
    pub prefix: String,
    pub expires_at: i64,
    pub last_used_at: Option<i64>,
    pub person: PersonId,
    pub person_name: DisplayName,
    pub email: Email,
}

pub fn ending(scope: &Anyone, now: i64) -> Query<Vec<Ending>> {
    scope.query(sql!(
        "select soon.id, soon.name, soon.prefix, soon.expires_at, soon.last_used_at, person.id as person,
                person.display_name as person_name, person.email
           from (select * from api_key
                  where revoked_at is null and warned_at is null and expires_at between ?1 and ?2
                    and not exists (select 1 from api_key as next where next.follows = api_key.id)
                  order by expires_at limit 20) as soon
          cross join staff on staff.person_id = soon.made_by or staff.role = 'admin'
          cross join person on person.id = staff.person_id
          order by soon.expires_at, soon.id, person.id",
        now,
        now + WARN_BEFORE,
    ))
}

/// Of two crons at the same moment one warns.
pub fn warned(scope: &Anyone, id: &ApiKeyId, now: i64) -> [Deed; 2] {
    [
        scope.deed(sql!(
            "select case when exists (select 1 from api_key where id = ?1 and warned_at is null)
                    then 1 else json_extract('{}', 'stale') end",
            id.as_str(),
        )),
        scope.deed(sql!("update api_key set warned_at = ?2 where id = ?1", id.as_str(), now)),
    ]
}
