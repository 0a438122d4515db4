use serde::Deserialize;

use super::{ACCOUNT, Membership};
use crate::access::{Anyone, Claim, Deed, KnownDevice, PersonScope, Query, Scope};
use crate::kernel::{
    ContactId, DisplayName, Email, Flag, OrgId, OrgName, PersonId, Role, SessionId, TokenHash,
};
use crate::sql;

/// Somebody who wants to sign in, found by address.
#[derive(Deserialize)]
pub struct Entrant {
    pub id: PersonId,
    pub email: Email,
    pub name: DisplayName,
    pub password: Option<String>,
    pub epoch: i64,
    pub is_staff: Flag,
    verified: i64,
    pub has_been_here: Flag,
}

impl Entrant {
    /// Only verified contacts and the vendor's own people may come in (domain 3.1).
    pub fn is_welcome(&self) -> bool {
        self.verified > 0 || self.is_staff.0
    }
}

pub fn entrant(scope: &Anyone, email: &str) -> Deed {
    scope.deed(sql!(
        "select person.id, person.email, person.display_name as name, person.password, person.session_epoch as epoch,
                exists (select 1 from staff where staff.person_id = person.id) as is_staff,
                (select count(*) from contact
                  where contact.person_id = person.id and contact.verified_at is not null) as verified,
                exists (select 1 from session where session.person_id = person.id)
                or exists (select 1 from audit where audit.actor_id = person.id and audit.action = 'session.started')
                as has_been_here
           from person where person.email = ?1",
        email,
    ))
}

/// Counts an attempt on an account; a browser that its owner has signed in with before is counted by itself, so
/// that nobody elsewhere can lock them out.
pub fn count_attempt(
    scope: &Anyone,
    email: &str,
    account: &str,
    device: Option<&KnownDevice>,
    now: i64,
) -> Deed {
    scope.deed(sql!(
        "insert into throttle (bucket, attempts, started_at)
         select case when exists (select 1 from person where email = ?1 and id = ?2) then ?3 else ?4 end, 1, ?5
          where true
             on conflict (bucket) do update set
                attempts = case when started_at <= ?6 then 1 else attempts + 1 end,
                started_at = case when started_at <= ?6 then ?5 else started_at end
         returning bucket, attempts, started_at",
        email,
        device.map(|it| it.person.as_str()),
        device.map(super::device_bucket),
        account,
        now,
        now - ACCOUNT.within,
    ))
}

/// Stops the batch when the password was changed after it was looked at.
pub fn unless_changed(scope: &Anyone, person: &PersonId, epoch: i64) -> Deed {
    scope.deed(sql!(
        "select case when exists (select 1 from person where id = ?1 and session_epoch = ?2)
                then 1 else json_extract('{}', 'bad-credentials') end",
        person.as_str(),
        epoch,
    ))
}

pub fn hash_again(scope: &Anyone, person: &PersonId, old: &str, new: &str) -> Deed {
    scope.deed(sql!(
        "update person set password = ?3 where id = ?1 and password = ?2",
        person.as_str(),
        old,
        new,
    ))
}

pub struct NewSession<'a> {
    pub claim: &'a Claim,
    pub device: &'a str,
    pub address: &'a str,
    pub now: i64,
    pub expires_at: i64,
}

pub fn start(scope: &Anyone, session: &NewSession) -> Deed {
    scope.deed(sql!(
        "insert into session (id, person_id, device, address, created_at, last_seen_at, expires_at)
         values (?1, ?2, ?3, ?4, ?5, ?5, ?6)",
        session.claim.id.as_str(),
        session.claim.person.as_str(),
        session.device,
        session.address,
        session.now,
        session.expires_at,
    ))
}

/// Whose session a cookie speaks of, while it has not been ended.
#[derive(Deserialize)]
pub struct Leaver {
    pub name: DisplayName,
}

pub fn leaver(scope: &Anyone, claim: &Claim) -> Query<Option<Leaver>> {
    scope.query(sql!(
        "select person.display_name as name from session
           join person on person.id = session.person_id
          where session.id = ?1 and person.id = ?2 and session.ended_at is null",
        claim.id.as_str(),
        claim.person.as_str(),
    ))
}

pub fn end(scope: &Anyone, session: &SessionId, now: i64) -> Deed {
    scope.deed(sql!(
        "update session set ended_at = ?2 where id = ?1 and ended_at is null",
        session.as_str(),
        now
    ))
}

/// The epoch makes them worthless; this makes the list of sessions say so.
pub fn end_all(scope: &Anyone, person: &PersonId, now: i64) -> Deed {
    scope.deed(sql!(
        "update session set ended_at = ?2 where person_id = ?1 and ended_at is null",
        person.as_str(),
        now,
    ))
}

/// One row for each role, or one without where there is none.
#[derive(Deserialize)]
pub struct RoleRow {
    id: OrgId,
    name: OrgName,
    role: Option<Role>,
}

impl RoleRow {
    #[must_use]
    pub fn fold(rows: Vec<Self>) -> Vec<Membership> {
        let mut all: Vec<Membership> = Vec::new();
        for row in rows {
            match all.last_mut() {
                Some(last) if last.id == row.id => last.roles.extend(row.role),
                _ => {
                    all.push(Membership {
                        id: row.id,
                        name: row.name,
                        roles: row.role.into_iter().collect(),
                    });
                }
            }
        }
        for membership in &mut all {
            membership.roles.sort();
        }
        all
    }
}

macro_rules! memberships {
    () => {
        "select organisation.id, organisation.name, role.role
           from contact
           join organisation on organisation.id = contact.org_id
           left join role on role.org_id = contact.org_id and role.contact_id = contact.id
          where contact.person_id = ?1 and contact.verified_at is not null
          order by organisation.name, organisation.id"
    };
}

/// In the batch that begins the session, so that signing in is two round trips.
pub fn memberships_of(scope: &Anyone, person: &PersonId) -> Deed {
    scope.deed(sql!(memberships!(), person.as_str()))
}

#[must_use]
pub fn memberships(scope: &PersonScope) -> Query<Vec<RoleRow>> {
    scope.query(sql!(memberships!()))
}

/// Whom a link to choose a password belongs to.
#[derive(Deserialize)]
pub struct Chooser {
    pub person: PersonId,
    pub email: Email,
    pub name: DisplayName,
    pub has_password: Flag,
}

pub fn chooser(scope: &Anyone, hash: &str, now: i64) -> Query<Option<Chooser>> {
    scope.query(sql!(
        "select person.id as person, person.email, person.display_name as name,
                person.password is not null as has_password
           from link join person on person.id = link.person_id
          where link.hash = ?1 and link.purpose in ('first_password', 'reset')
            and link.used_at is null and link.voided_at is null and link.expires_at > ?2",
        hash,
        now,
    ))
}

#[derive(Deserialize)]
pub struct Named {
    pub name: String,
}

/// Of the person behind a link; a password must not be made of them.
pub fn organisations_behind(scope: &Anyone, hash: &str) -> Query<Vec<Named>> {
    scope.query(sql!(
        "select organisation.name from link
           join contact on contact.person_id = link.person_id
           join organisation on organisation.id = contact.org_id
          where link.hash = ?1",
        hash,
    ))
}

/// The epoch ends every session of the person.
pub fn set_password(scope: &Anyone, person: &PersonId, phc: &str) -> Deed {
    scope.deed(sql!(
        "update person set password = ?2, session_epoch = session_epoch + 1 where id = ?1",
        person.as_str(),
        phc,
    ))
}

/// Other links that would choose a password for the same person.
pub fn void_links(scope: &Anyone, person: &PersonId, now: i64) -> Deed {
    scope.deed(sql!(
        "update link set voided_at = ?2
          where person_id = ?1 and purpose in ('first_password', 'reset') and used_at is null and voided_at is null",
        person.as_str(),
        now,
    ))
}

/// Whom a verification link belongs to, and for which organisation.
#[derive(Deserialize)]
pub struct Invited {
    pub contact: ContactId,
    pub org: OrgId,
    pub org_name: OrgName,
    pub person: PersonId,
    pub email: Email,
    pub name: DisplayName,
    pub has_password: Flag,
}

pub fn invited(scope: &Anyone, hash: &str, now: i64) -> Query<Option<Invited>> {
    scope.query(sql!(
        "select contact.id as contact, organisation.id as org, organisation.name as org_name, person.id as person,
                person.email, person.display_name as name, person.password is not null as has_password
           from link
           join contact on contact.id = link.contact_id
           join organisation on organisation.id = contact.org_id
           join person on person.id = contact.person_id
          where link.hash = ?1 and link.purpose = 'verify'
            and link.used_at is null and link.voided_at is null and link.expires_at > ?2",
        hash,
        now,
    ))
}

pub fn verify(scope: &Anyone, hash: &TokenHash, now: i64) -> Deed {
    scope.deed(sql!(
        "update contact set verified_at = ?2
          where id = (select contact_id from link where hash = ?1) and verified_at is null",
        hash.as_str(),
        now,
    ))
}

#[derive(Deserialize)]
pub struct Installed {
    pub installed: Flag,
}

pub fn installed(scope: &Anyone) -> Query<Option<Installed>> {
    scope.query(sql!("select exists (select 1 from installation) as installed"))
}

#[derive(Deserialize)]
pub struct Known {
    pub id: PersonId,
    pub name: DisplayName,
}

pub fn known(scope: &Anyone, email: &Email) -> Query<Option<Known>> {
    scope.query(sql!("select id, display_name as name from person where email = ?1", email.as_str()))
}

/// The primary key lets one installation through and no second one.
pub fn install(scope: &Anyone, now: i64) -> Deed {
    scope.deed(sql!("insert into installation (id, set_at) values (1, ?1)", now))
}

pub fn add_person(scope: &Anyone, id: &PersonId, email: &Email, name: &DisplayName, now: i64) -> Deed {
    scope.deed(sql!(
        "insert into person (id, email, display_name, created_at) values (?1, ?2, ?3, ?4)",
        id.as_str(),
        email.as_str(),
        name.as_str(),
        now,
    ))
}

pub fn make_admin(scope: &Anyone, person: &PersonId, now: i64) -> Deed {
    scope.deed(sql!(
        "insert into staff (person_id, role, created_at) values (?1, 'admin', ?2)
             on conflict (person_id) do update set role = 'admin'",
        person.as_str(),
        now,
    ))
}
