use crate::access::{Claim, Deed, PersonScope, Query, SESSION_LIFETIME, SESSION_SILENCE, Scope};
use crate::apps::sign_in::Named;
use serde::Deserialize;

use super::rules::Session;
use crate::kernel::{DisplayName, SessionId};
use crate::sql;

/// Those that may still be alive: D1 learns late when a session was last seen, so it cannot say for certain.
pub fn sessions(scope: &PersonScope, now: i64) -> Query<Vec<Session>> {
    scope.query(sql!(
        "select id, device, address, created_at, last_seen_at from session
          where person_id = ?1 and ended_at is null and expires_at > ?2 and last_seen_at > ?3
          order by created_at desc, id desc
          limit 100",
        now,
        now - SESSION_SILENCE,
    ))
}

/// Stops the batch when it is not a session of this person, or no longer one.
pub fn is_mine(scope: &PersonScope, session: &SessionId, now: i64) -> Deed {
    scope.deed(sql!(
        "select case when exists (select 1 from session where person_id = ?1 and id = ?2 and ended_at is null
                                     and expires_at > ?3)
                then 1 else json_extract('{}', 'not-found') end",
        session.as_str(),
        now,
    ))
}

pub fn end(scope: &PersonScope, session: &SessionId, now: i64) -> Deed {
    scope.deed(sql!(
        "update session set ended_at = ?3 where person_id = ?1 and id = ?2 and ended_at is null",
        session.as_str(),
        now,
    ))
}

pub fn end_all(scope: &PersonScope, now: i64) -> Deed {
    scope.deed(sql!("update session set ended_at = ?2 where person_id = ?1 and ended_at is null", now))
}

pub fn start(scope: &PersonScope, claim: &Claim, device: &str, address: &str, now: i64) -> Deed {
    scope.deed(sql!(
        "insert into session (id, person_id, device, address, created_at, last_seen_at, expires_at)
         values (?2, ?1, ?3, ?4, ?5, ?5, ?6)",
        claim.id.as_str(),
        device,
        address,
        now,
        now + SESSION_LIFETIME,
    ))
}

/// Stops the batch when somebody else was quicker.
pub fn unless_changed(scope: &PersonScope, version: i64) -> Deed {
    scope.deed(sql!(
        "select case when exists (select 1 from person where id = ?1 and version = ?2)
                then 1 else json_extract('{}', 'stale') end",
        version,
    ))
}

pub fn rename(scope: &PersonScope, name: &DisplayName) -> Deed {
    scope
        .deed(sql!("update person set display_name = ?2, version = version + 1 where id = ?1", name.as_str()))
}

#[derive(Deserialize)]
pub struct Stored {
    pub password: Option<String>,
}

pub fn stored(scope: &PersonScope) -> Query<Option<Stored>> {
    scope.query(sql!("select password from person where id = ?1"))
}

pub fn organisations(scope: &PersonScope) -> Query<Vec<Named>> {
    scope.query(sql!(
        "select organisation.name from contact join organisation on organisation.id = contact.org_id
          where contact.person_id = ?1"
    ))
}

/// The epoch ends every session of the person, this one too.
pub fn set_password(scope: &PersonScope, phc: &str) -> Deed {
    scope.deed(sql!("update person set password = ?2, session_epoch = session_epoch + 1 where id = ?1", phc))
}

/// Links on their way that would choose another one.
pub fn void_links(scope: &PersonScope, now: i64) -> Deed {
    scope.deed(sql!(
        "update link set voided_at = ?2
          where person_id = ?1 and purpose in ('first_password', 'reset') and used_at is null and voided_at is null",
        now,
    ))
}
