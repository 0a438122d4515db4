//! OpenID Connect Core, the code flow with PKCE; RFC 6749, 7636, 8414 and 9207. Whoever asks is a stranger until the
//! client and the address to lead back to have been found together.

mod answers;
mod authorize;
mod discovery;
mod sql;
mod statement;
mod token;
mod userinfo;

use axum::http::{HeaderValue, Method};
use axum::routing::{get, post};

use super::rules::{AUTHORIZE, Parameters, origin_of};
use crate::access::{Doorstep, Routes, form_may_lead_to};

#[must_use]
pub fn routes() -> Routes {
    Routes::default()
        .anyone(&Method::GET, "/.well-known/openid-configuration", get(discovery::configuration))
        .anyone(&Method::GET, "/.well-known/oauth-authorization-server", get(discovery::configuration))
        .anyone(&Method::GET, discovery::JWKS, get(discovery::jwks))
        .anyone(&Method::GET, AUTHORIZE, get(authorize::authorize))
        .anyone(&Method::POST, token::PATH, post(token::exchange))
        .anyone(&Method::GET, userinfo::PATH, get(userinfo::show))
        .anyone(&Method::POST, userinfo::PATH, post(userinfo::show_posted))
}

/// The policy of a sign-in page that leads on to `to`: when that is a sign-on whose client and address are known, the
/// form may end there.
pub async fn form_policy(door: &Doorstep, to: &str) -> Option<HeaderValue> {
    let query = to.strip_prefix(AUTHORIZE)?.strip_prefix('?')?;
    let asked = Parameters::of(query);
    let client = door.read(sql::client(door.scope(), &asked.client()?)).await.ok()??;
    let back = client.redirect_uri(asked.one("redirect_uri"))?;
    form_may_lead_to(&[origin_of(back)?])
}
