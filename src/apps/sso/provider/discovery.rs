use serde_json::json;

use super::super::rules::{AUTHORIZE, SCOPES};
use super::{answers, token, userinfo};
use crate::access::Doorstep;
use crate::answer::Answer;
use crate::error::Error;

pub const JWKS: &str = "/sso/jwks";

/// OpenID Connect Discovery, and RFC 8414 at its own address.
pub async fn configuration(door: Doorstep) -> Result<Answer, Error> {
    door.app().secrets().signing.as_ref().ok_or(Error::NotFound)?;
    let origin = &door.app().config().origin;
    Ok(answers::published(json!({
        "issuer": origin,
        "authorization_endpoint": format!("{origin}{AUTHORIZE}"),
        "token_endpoint": format!("{origin}{}", token::PATH),
        "userinfo_endpoint": format!("{origin}{}", userinfo::PATH),
        "jwks_uri": format!("{origin}{JWKS}"),
        "scopes_supported": SCOPES,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "code_challenge_methods_supported": ["S256"],
        "claims_supported": [
            "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "name", "given_name", "family_name",
            "email", "email_verified", "org_id", "org_name", "roles",
        ],
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "authorization_response_iss_parameter_supported": true,
        "prompt_values_supported": ["none", "login", "select_account"],
    })))
}

pub async fn jwks(door: Doorstep) -> Result<Answer, Error> {
    let keys = door.app().secrets().signing.as_ref().ok_or(Error::NotFound)?;
    Ok(answers::published(keys.jwks()))
}
