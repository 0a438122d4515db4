use super::rules::{Running, Seen};
use crate::access::{Anyone, Deed, OrgScope, Query, Scope};
use crate::kernel::{ContactId, NotificationId, PersonId, Reason, SessionId, ViewAsId};
use crate::sql;

/// Whoever has not verified sees nothing that could be looked at.
pub fn seen(org: &OrgScope, contact: &ContactId) -> Query<Option<Seen>> {
    org.query(sql!(
        "select organisation.id as org, organisation.name as org_name, contact.id as contact,
                person.display_name as name, person.email
           from contact
           join organisation on organisation.id = contact.org_id
           join person on person.id = contact.person_id
          where contact.org_id = ?1 and contact.id = ?2 and contact.verified_at is not null",
        contact.as_str(),
    ))
}

pub fn still_verified(org: &OrgScope, contact: &ContactId) -> Deed {
    org.deed(sql!(
        "select case when exists (select 1 from contact where org_id = ?1 and id = ?2 and verified_at is not null)
                then 1 else json_extract('{}', 'not-found') end",
        contact.as_str(),
    ))
}

pub struct NewView<'a> {
    pub id: ViewAsId,
    pub session: &'a SessionId,
    pub person: &'a PersonId,
    pub contact: &'a ContactId,
    pub reason: &'a Reason,
    pub now: i64,
    pub ends_at: i64,
}

pub fn start(org: &OrgScope, new: &NewView) -> Deed {
    org.deed(sql!(
        "insert into view_as (id, session_id, person_id, org_id, contact_id, reason, started_at, ends_at)
         values (?2, ?3, ?4, ?1, ?5, ?6, ?7, ?8)",
        new.id.as_str(),
        new.session.as_str(),
        new.person.as_str(),
        new.contact.as_str(),
        new.reason.as_str(),
        new.now,
        new.ends_at,
    ))
}

pub fn running(scope: &Anyone, session: &SessionId) -> Query<Option<Running>> {
    scope.query(sql!(
        "select org_id as org, contact_id as contact from view_as where session_id = ?1 and ended_at is null",
        session.as_str(),
    ))
}

pub fn end(scope: &Anyone, session: &SessionId, now: i64) -> Deed {
    scope.deed(sql!(
        "update view_as set ended_at = ?2 where session_id = ?1 and ended_at is null",
        session.as_str(),
        now,
    ))
}

/// For the Primary alone.
pub fn notify_primary(
    org: &OrgScope,
    id: &NotificationId,
    (title, body): &(String, String),
    now: i64,
) -> Deed {
    org.deed(sql!(
        "insert into notification (id, org_id, roles, category, title, body, source, published_at, created_at)
         values (?2, ?1, '[\"primary\"]', 'security', ?3, ?4, 'system', ?5, ?5)",
        id.as_str(),
        title.as_str(),
        body.as_str(),
        now,
    ))
}
