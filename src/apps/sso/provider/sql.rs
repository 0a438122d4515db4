use serde::Deserialize;

use super::super::rules::{CODE_LIFETIME, Client, Desk, Presented, Request, Subject, TOKEN_LIFETIME};
use crate::access::{Anyone, Deed, PersonScope, Query, Scope};
use crate::kernel::{ClientId, OrgId, PersonId, Role, SessionId, TokenHash};
use crate::sql;
use crate::throttle::Limit;

pub const NOT_SUPPORT: &str = "not-support";
pub const SPENT: &str = "code-spent";

pub fn client(scope: &Anyone, id: &ClientId) -> Query<Option<Client>> {
    scope.query(sql!(
        "select id, name, kind, redirect_uris, secret_hash from oidc_client where id = ?1 and enabled = 1",
        id.as_str(),
    ))
}

/// The same, in the batch of somebody who is signed in.
pub fn client_for(scope: &PersonScope, id: &ClientId) -> Query<Option<Client>> {
    scope.query(sql!(
        "select id, name, kind, redirect_uris, secret_hash from oidc_client
          where ?1 is not null and id = ?2 and enabled = 1",
        id.as_str(),
    ))
}

/// The organisations whose help desk this person may reach.
pub fn desks(scope: &PersonScope, openers: &[Role]) -> Query<Vec<Desk>> {
    scope.query(sql!(
        "select organisation.id, organisation.name from contact
           join organisation on organisation.id = contact.org_id
          where contact.person_id = ?1 and contact.verified_at is not null
            and exists (select 1 from role where role.org_id = contact.org_id and role.contact_id = contact.id
                                             and role.role in (select value from json_each(?2)))
          order by organisation.name, organisation.id limit 100",
        serde_json::json!(openers).to_string(),
    ))
}

#[derive(Deserialize)]
pub struct Began {
    pub created_at: i64,
}

pub fn session(scope: &PersonScope, id: &SessionId) -> Query<Option<Began>> {
    scope.query(sql!("select created_at from session where person_id = ?1 and id = ?2", id.as_str()))
}

/// Stops the batch when the role has gone meanwhile.
pub fn still_support(scope: &PersonScope, org: &OrgId, openers: &[Role]) -> Deed {
    scope.deed(sql!(
        "select case when exists (
           select 1 from contact join role on role.org_id = contact.org_id and role.contact_id = contact.id
            where contact.org_id = ?2 and contact.person_id = ?1 and contact.verified_at is not null
              and role.role in (select value from json_each(?3)))
         then 1 else json_extract('{}', 'not-support') end",
        org.as_str(),
        serde_json::json!(openers).to_string(),
    ))
}

pub struct NewCode<'a> {
    pub hash: TokenHash,
    pub client: &'a ClientId,
    pub org: &'a OrgId,
    pub redirect_uri: &'a str,
    pub request: &'a Request,
    pub challenge: &'a str,
    pub auth_at: i64,
    pub now: i64,
}

pub fn mint(scope: &PersonScope, new: &NewCode) -> Deed {
    scope.deed(sql!(
        "insert into oidc_code (hash, client_id, person_id, org_id, redirect_uri, scope, nonce, code_challenge, auth_at,
                                created_at, expires_at)
         values (?2, ?3, ?1, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        new.hash.as_str(),
        new.client.as_str(),
        new.org.as_str(),
        new.redirect_uri,
        new.request.scope.as_str(),
        new.request.nonce.as_deref(),
        new.challenge,
        new.auth_at,
        new.now,
        new.now + CODE_LIFETIME,
    ))
}

/// Whom a statement is about that is handed over without a code.
pub fn about(scope: &PersonScope, org: &OrgId) -> Deed {
    scope.deed(sql!(
        "select person.id as person, person.display_name as name, person.email, organisation.id as org_id,
                organisation.name as org_name,
                (select json_group_array(role.role) from role
                  where role.org_id = contact.org_id and role.contact_id = contact.id) as roles
           from contact join person on person.id = contact.person_id
           join organisation on organisation.id = contact.org_id
          where contact.org_id = ?2 and contact.person_id = ?1",
        org.as_str(),
    ))
}

/// Of a client from one network, so that no stranger elsewhere can use up what a help desk needs. What is no client
/// has one bucket for all names it tries.
pub fn count_attempt(scope: &Anyone, client: &ClientId, network: &str, limit: Limit, now: i64) -> Deed {
    scope.deed(sql!(
        "insert into throttle (bucket, attempts, started_at)
         select 'sso:' || coalesce((select id from oidc_client where id = ?1), '') || ':' || ?2, 1, ?3
          where true
             on conflict (bucket) do update set
                attempts = case when started_at <= ?4 then 1 else attempts + 1 end,
                started_at = case when started_at <= ?4 then ?3 else started_at end
         returning bucket, attempts, started_at",
        client.as_str(),
        network,
        now,
        now - limit.within,
    ))
}

pub fn presented(scope: &Anyone, by: &Presented) -> Deed {
    scope.deed(sql!(
        "select id, name, kind, redirect_uris, secret_hash from oidc_client
          where id = ?1 and enabled = 1 and kind = 'oidc'",
        by.client.as_str(),
    ))
}

/// A code as it was handed out.
#[derive(Deserialize)]
pub struct Code {
    pub client_id: ClientId,
    pub person_id: PersonId,
    pub org_id: OrgId,
    pub redirect_uri: String,
    pub scope: String,
    pub nonce: Option<String>,
    pub challenge: String,
    pub auth_at: i64,
    pub expires_at: i64,
    pub used_at: Option<i64>,
}

pub fn code(scope: &Anyone, hash: &TokenHash) -> Deed {
    scope.deed(sql!(
        "select client_id, person_id, org_id, redirect_uri, scope, nonce, code_challenge as challenge, auth_at, expires_at, used_at
           from oidc_code where hash = ?1",
        hash.as_str(),
    ))
}

/// Uses the code up for a token, or stops the batch: the code is spent, or its person may no longer enter. The last
/// statement answers whom the token is about.
pub fn exchange(
    scope: &Anyone,
    code: &TokenHash,
    token: &TokenHash,
    openers: &[Role],
    now: i64,
) -> [Deed; 5] {
    let openers = serde_json::json!(openers).to_string();
    [
        scope.deed(sql!(
            "select case when exists (select 1 from oidc_code join oidc_client on oidc_client.id = oidc_code.client_id
                                       where oidc_code.hash = ?1 and used_at is null and expires_at > ?2
                                         and oidc_client.enabled = 1)
                    then 1 else json_extract('{}', 'code-spent') end",
            code.as_str(),
            now,
        )),
        scope.deed(sql!(
            "select case when exists (
               select 1 from oidc_code
                 join contact on contact.org_id = oidc_code.org_id and contact.person_id = oidc_code.person_id
                 join role on role.org_id = contact.org_id and role.contact_id = contact.id
                where oidc_code.hash = ?1 and contact.verified_at is not null
                  and role.role in (select value from json_each(?2)))
             then 1 else json_extract('{}', 'not-support') end",
            code.as_str(),
            openers,
        )),
        scope.deed(sql!("update oidc_code set used_at = ?2 where hash = ?1", code.as_str(), now)),
        scope.deed(sql!(
            "insert into oidc_token (hash, code_hash, created_at, expires_at) values (?1, ?2, ?3, ?4)",
            token.as_str(),
            code.as_str(),
            now,
            now + TOKEN_LIFETIME,
        )),
        scope.deed(sql!(
            "select person.id as person, person.display_name as name, person.email, organisation.id as org_id,
                    organisation.name as org_name,
                    (select json_group_array(role.role) from role
                      where role.org_id = contact.org_id and role.contact_id = contact.id) as roles
               from oidc_code
               join person on person.id = oidc_code.person_id
               join organisation on organisation.id = oidc_code.org_id
               join contact on contact.org_id = oidc_code.org_id and contact.person_id = oidc_code.person_id
              where oidc_code.hash = ?1",
            code.as_str(),
        )),
    ]
}

/// A code that comes a second time has been in two hands (RFC 6749, 4.1.2).
pub fn revoke(scope: &Anyone, code: &TokenHash, now: i64) -> Deed {
    scope.deed(sql!(
        "update oidc_token set revoked_at = ?2 where code_hash = ?1 and revoked_at is null",
        code.as_str(),
        now,
    ))
}

#[derive(Deserialize)]
pub struct Opened {
    #[serde(flatten)]
    pub subject: Subject,
    pub scope: String,
}

/// No row when the token is spent or revoked, its client disabled, or its person no longer let into the help desk.
pub fn opened(scope: &Anyone, token: &TokenHash, openers: &[Role], now: i64) -> Query<Option<Opened>> {
    scope.query(sql!(
        "select person.id as person, person.display_name as name, person.email, organisation.id as org_id,
                organisation.name as org_name, oidc_code.scope,
                (select json_group_array(role.role) from role
                  where role.org_id = contact.org_id and role.contact_id = contact.id) as roles
           from oidc_token
           join oidc_code on oidc_code.hash = oidc_token.code_hash
           join oidc_client on oidc_client.id = oidc_code.client_id and oidc_client.enabled = 1
           join person on person.id = oidc_code.person_id
           join organisation on organisation.id = oidc_code.org_id
           join contact on contact.org_id = oidc_code.org_id and contact.person_id = oidc_code.person_id
                       and contact.verified_at is not null
          where oidc_token.hash = ?1 and oidc_token.revoked_at is null and oidc_token.expires_at > ?2
            and exists (select 1 from role where role.org_id = contact.org_id and role.contact_id = contact.id
                                             and role.role in (select value from json_each(?3)))",
        token.as_str(),
        now,
        serde_json::json!(openers).to_string(),
    ))
}
