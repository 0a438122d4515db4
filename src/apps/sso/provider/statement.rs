//! What goes out signed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::json;

use super::super::rules::{Claims, Client, IdToken, Subject, TOKEN_LIFETIME, half_hash};
use crate::access::App;
use crate::db::Rows;
use crate::error::Error;

/// What a statement is made of besides its subject.
pub struct About<'a> {
    pub client: &'a Client,
    pub scope: &'a str,
    pub nonce: Option<String>,
    pub auth_at: i64,
    pub access_token: Option<&'a str>,
}

pub async fn assertion(app: &App, subject: Subject, about: About<'_>) -> Result<String, Error> {
    let token = IdToken {
        iss: app.config().origin.clone(),
        aud: about.client.id.clone(),
        iat: app.now(),
        exp: app.now() + TOKEN_LIFETIME,
        auth_time: about.auth_at,
        nonce: about.nonce,
        at_hash: about.access_token.map(half_hash),
        about: Claims::of(subject, about.scope),
    };
    rs256(app, &token).await
}

/// The one row of a batch that says whom it is about.
pub fn subject(rows: Option<Rows>) -> Result<Subject, Error> {
    let found: Vec<Subject> = rows.map(Rows::decode).transpose()?.unwrap_or_default();
    found.into_iter().next().ok_or(Error::Ours("a sign-on was let through and is about nobody"))
}

/// JWS compact serialisation (RFC 7515). `jwt-compact` signs at once and the platform later, so these lines are ours.
async fn rs256(app: &App, claims: &impl Serialize) -> Result<String, Error> {
    let key = app.secrets().signing.as_ref().and_then(|it| it.current()).ok_or(Error::NotFound)?;
    let header = json!({ "alg": "RS256", "typ": "JWT", "kid": key.kid });
    let claims = serde_json::to_vec(claims).map_err(|_| Error::Ours("claims that are no JSON"))?;
    let encode = |it: &[u8]| URL_SAFE_NO_PAD.encode(it);
    let text = format!("{}.{}", encode(header.to_string().as_bytes()), encode(&claims));
    let signature = app.signer().sign(key.reveal(), text.clone().into_bytes()).await;
    let signature = signature.map_err(|why| {
        app.log(&json!({ "request_id": app.caller().request, "error": why.to_string() }));
        Error::Ours("the signing key does not sign")
    })?;
    Ok(format!("{text}.{}", encode(&signature)))
}
