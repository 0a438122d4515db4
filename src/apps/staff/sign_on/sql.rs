use super::rules::{Client, NewClient};
use crate::access::{Anyone, Deed, Query, Scope};
use crate::kernel::{ClientId, TokenHash};
use crate::sql;

pub fn clients(scope: &Anyone) -> Query<Vec<Client>> {
    scope.query(sql!(
        "select id, name, kind, redirect_uris, login_uri, secret_hash is not null as has_secret, enabled, version,
                created_at
           from oidc_client where created_at > 0 order by created_at desc, id desc limit 100"
    ))
}

pub fn client(scope: &Anyone, id: &ClientId) -> Query<Option<Client>> {
    scope.query(sql!(
        "select id, name, kind, redirect_uris, login_uri, secret_hash is not null as has_secret, enabled, version,
                created_at
           from oidc_client where id = ?1",
        id.as_str(),
    ))
}

pub fn add(
    scope: &Anyone,
    id: &ClientId,
    new: &NewClient,
    uris: &[String],
    secret: Option<&TokenHash>,
    now: i64,
) -> Deed {
    scope.deed(sql!(
        "insert into oidc_client (id, name, kind, redirect_uris, login_uri, secret_hash, created_at)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        id.as_str(),
        new.name.as_str(),
        new.kind.code(),
        serde_json::json!(uris).to_string(),
        new.login_uri.as_deref(),
        secret.map(TokenHash::as_str),
        now,
    ))
}

/// Two of one name could not be told apart, and a form that is sent twice makes one.
pub fn name_is_free(scope: &Anyone, name: &str) -> Deed {
    scope.deed(sql!(
        "select case when exists (select 1 from oidc_client where name = ?1 collate nocase)
                then json_extract('{}', 'client-exists') else 1 end",
        name,
    ))
}

/// Stops the batch when somebody else was quicker.
pub fn unless_changed(scope: &Anyone, client: &Client) -> Deed {
    scope.deed(sql!(
        "select case when exists (select 1 from oidc_client where id = ?1 and version = ?2)
                then 1 else json_extract('{}', 'stale') end",
        client.id.as_str(),
        client.version,
    ))
}

pub fn renew(scope: &Anyone, id: &ClientId, secret: &TokenHash) -> Deed {
    scope.deed(sql!(
        "update oidc_client set secret_hash = ?2, version = version + 1 where id = ?1",
        id.as_str(),
        secret.as_str(),
    ))
}

pub fn switch(scope: &Anyone, id: &ClientId, on: bool) -> Deed {
    scope.deed(sql!(
        "update oidc_client set enabled = ?2, version = version + 1 where id = ?1",
        id.as_str(),
        on,
    ))
}
