//! A help desk that speaks OpenID Connect, and what a client of it does by hand.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use portal::kernel::Token;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::fixtures::{Answer, Portal};
use crate::stores::Seal;

/// Two keys of the signer's twin: `new` signs, `old` has gone out of use.
pub static SIGNING_KEYS: LazyLock<String> = LazyLock::new(|| {
    let n = format!("{}pQ", "pa".repeat(170)); // 2048 bits
    format!(
        r#"[{{"kty":"RSA","kid":"new","n":"{n}","e":"AQAB","d":"private"}},{{"kty":"RSA","kid":"old","n":"{n}","e":"AQAB"}}]"#
    )
});

pub const ZENDESK_SECRET: &str = "what this installation shares with Zendesk";

pub const BACK: &str = "https://desk.example/callback";
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// Of the confidential client `desk`.
pub const SECRET: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";

/// `desk` holds a secret, `open` is a public client, `gone` was switched off; `zen` and `fresh` are the two adapters,
/// not launched. Sue is Support of Acme, and Ned of Globex.
pub fn desks() -> String {
    let hash = Token::try_from(SECRET.to_owned()).unwrap().hash();
    format!(
        "insert into oidc_client (id, name, kind, redirect_uris, login_uri, secret_hash, enabled, created_at) values
           ('desk', 'Help desk', 'oidc', '[\"{BACK}\", \"https://desk.example/other?a=b\"]', null, '{hash}', 1, 1),
           ('open', 'Open desk', 'oidc', '[\"{BACK}\"]', null, null, 1, 1),
           ('gone', 'Gone desk', 'oidc', '[\"{BACK}\"]', null, null, 0, 1),
           ('zen', 'Zendesk', 'zendesk', '[\"{BACK}\"]', null, null, 1, 1),
           ('fresh', 'Freshdesk', 'freshworks', '[\"https://fresh.example/implicit\"]', null, null, 1, 1);
         insert into role (org_id, role, contact_id) values ('globex', 'support', 'c-ned');",
        hash = hash.as_str(),
    )
}

/// Ned is Support of Acme too.
pub const NED_TWICE: &str = "insert into contact (id, org_id, person_id, name, verified_at, created_at)
     values ('c-ned2', 'acme', 'ned', 'Ned Acme-canary', 1, 5);
     update role set contact_id = 'c-ned2' where org_id = 'acme' and role = 'support';";

pub fn with_desks(more: &str) -> Portal {
    Portal::after(&(desks() + more))
}

pub fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

/// A good request, with changes; one that is left empty is left out.
pub fn request(changes: &[(&str, &str)]) -> String {
    let challenge = challenge(VERIFIER);
    let usual = [
        ("response_type", "code"),
        ("client_id", "desk"),
        ("redirect_uri", BACK),
        ("scope", "openid profile email"),
        ("state", "a state & more"),
        ("nonce", "n-1"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in usual {
        let value = changes.iter().find(|it| it.0 == name).map_or(value, |it| it.1);
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    query.extend_pairs(changes.iter().filter(|it| !usual.iter().any(|usual| usual.0 == it.0)));
    format!("/sso/authorize?{}", query.finish())
}

/// What the address says that an answer leads to.
pub fn said(answer: &Answer, name: &str) -> Option<String> {
    let query = answer.header("location").split_once('?')?.1;
    form_urlencoded::parse(query.as_bytes()).find(|it| it.0 == name).map(|it| it.1.into_owned())
}

pub fn code(portal: &Portal, person: &str, changes: &[(&str, &str)]) -> String {
    let answer = portal.get(&request(changes), person);
    said(&answer, "code").unwrap_or_else(|| panic!("{} {}", answer.header("location"), answer.body))
}

/// The form of a good exchange, with changes; one that is left empty is left out.
pub fn form(code: &str, changes: &[(&str, &str)]) -> String {
    let usual = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", BACK),
        ("code_verifier", VERIFIER),
        ("client_id", ""),
    ];
    let mut body = form_urlencoded::Serializer::new(String::new());
    for (name, value) in usual {
        let value = changes.iter().find(|it| it.0 == name).map_or(value, |it| it.1);
        if !value.is_empty() {
            body.append_pair(name, value);
        }
    }
    body.extend_pairs(changes.iter().filter(|it| !usual.iter().any(|usual| usual.0 == it.0)));
    body.finish()
}

pub fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// As `desk` itself.
pub fn exchange(portal: &Portal, code: &str, changes: &[(&str, &str)]) -> Answer {
    token(portal, &form(code, changes), Some(&basic("desk", SECRET)))
}

pub fn token(portal: &Portal, body: &str, authorization: Option<&str>) -> Answer {
    let header = authorization.map(|it| ("authorization", it));
    portal.send_with("POST", "/sso/token", "", body, header.as_slice())
}

pub fn userinfo(portal: &Portal, token: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    portal.send_with("GET", "/sso/userinfo", "", "", &[("authorization", &bearer)])
}

/// Status and `error`.
pub fn verdict(answer: &Answer) -> (u16, String) {
    let error = answer.json()["error"].as_str().unwrap_or_default().to_owned();
    (answer.status.as_u16(), error)
}

/// Header and claims of a statement that the newest key has signed.
pub fn opened(token: &str) -> (Value, Value) {
    let parts: Vec<&str> = token.split('.').collect();
    let decode = |it: &str| URL_SAFE_NO_PAD.decode(it).unwrap();
    let first: Vec<Box<serde_json::value::RawValue>> = serde_json::from_str(&SIGNING_KEYS).unwrap();
    let message = format!("{}.{}", parts[0], parts[1]);
    assert_eq!(decode(parts[2]), Seal::of(first[0].get(), message.as_bytes()), "the signature");
    let json = |it| serde_json::from_slice(&decode(it)).unwrap();
    (json(parts[0]), json(parts[1]))
}
