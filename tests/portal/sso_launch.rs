//! The launcher's way to the help desk.

use axum::http::StatusCode;
use chrono::Duration;
use jwt_compact::alg::{Hs256, Hs256Key};
use jwt_compact::{AlgorithmExt, TimeOptions, UntrustedToken};
use serde_json::{Value, json};

use crate::fixtures::{NOW, Portal, cookie, looks};
use crate::sso_cast::{NED_TWICE, ZENDESK_SECRET, request, said, with_desks};
use crate::view_as::{STAFF, looking};

const AT: &str = "/o/acme/helpdesk";

fn launching(id: &str, login_uri: &str) -> Portal {
    with_desks(&format!("update oidc_client set login_uri = '{login_uri}' where id = '{id}';"))
}

#[test]
fn without_sign_on_it_is_a_link() {
    assert_eq!(Portal::new().get(AT, "sue").header("location"), "https://helpdesk.vendor.example/");
    let none = Portal::configured(&[("HELPDESK_URL", "")]).get(AT, "sue");
    assert_eq!(none.status, StatusCode::OK);
    assert!(none.body.contains("mailto:support@vendor.example"));
    let front = Portal::new().get("/o/acme", "sue").body;
    assert!(front.contains("href=\"/o/acme/helpdesk\""), "the launcher leads there");
    assert!(!Portal::new().get("/o/acme", "ann").body.contains("helpdesk"));
}

#[test]
fn a_desk_that_speaks_openid_connect_is_asked_to_begin() {
    let portal = launching("desk", "https://desk.example/login?from=portal");
    let answer = portal.get(AT, "sue");
    assert!(answer.header("location").starts_with("https://desk.example/login?from=portal&"), "{answer:?}");
    assert_eq!(said(&answer, "iss").unwrap(), "http://localhost:8787");
    assert_eq!(said(&answer, "login_hint").unwrap(), "acme");
    assert_eq!(portal.db.round_trips(), 1);
    let fresh = launching("fresh", "https://fresh.example/login").get(AT, "sue");
    assert_eq!(fresh.header("location"), "https://fresh.example/login");
    let off = launching("gone", "https://gone.example/login").get(AT, "sue");
    assert_eq!(off.header("location"), "https://helpdesk.vendor.example/");
}

#[test]
fn zendesk_gets_a_statement_from_a_form_that_may_end_there() {
    let portal = launching("zen", "https://vendor.zendesk.example/access/jwt");
    let answer = portal.get(AT, "sue");
    let policy = answer.header("content-security-policy");
    let ends = "form-action 'self' https://vendor.zendesk.example https://helpdesk.vendor.example;";
    assert!(policy.contains(ends), "{policy}");
    let main = answer.body.split_once("<main").unwrap().1.split_once("<footer").unwrap().0;
    let token = main.split("name=\"jwt\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    insta::assert_snapshot!(looks(&main.replace(token, "…")));

    let untrusted = UntrustedToken::new(token).unwrap();
    assert_eq!(untrusted.header().token_type.as_deref(), Some("JWT"));
    let key = Hs256Key::new(ZENDESK_SECRET.as_bytes());
    let statement = Hs256.validator::<Value>(&key).validate(&untrusted).unwrap();
    let claims = statement.claims();
    assert_eq!(claims.issued_at.unwrap().timestamp(), NOW);
    let clock = || chrono::DateTime::from_timestamp(NOW + 59, 0).unwrap();
    claims.validate_expiration(&TimeOptions::new(Duration::zero(), clock)).unwrap();
    let said = &claims.custom;
    assert_eq!(said["email"], "sue@acme-canary.example");
    assert_eq!((&said["name"], &said["organization"]), (&json!("Sue Acme-canary"), &json!("Acme-canary")));
    assert_eq!(said["external_id"].as_str().unwrap().len(), 43);
    assert_eq!(
        portal.number("select count(*) as n from audit where action = 'sso.signed_on' and actor_id = 'sue'"),
        1
    );
    let again = portal.get(AT, "sue").body;
    assert!(!again.contains(token), "each one has a jti of its own");
    let head = portal.send("HEAD", AT, &cookie("sue"), "");
    assert_eq!((head.status, head.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "GET"));
}

#[test]
fn it_is_for_support_of_that_organisation() {
    for (person, status) in [("ann", 403), ("bob", 403), ("gus", 404), ("eve", 404)] {
        let portal = launching("zen", "https://vendor.zendesk.example/access/jwt");
        let answer = portal.get(AT, person);
        assert_eq!(answer.status.as_u16(), status, "{person}");
        assert!(!answer.body.contains("name=\"jwt\""));
    }
    let portal = launching("zen", "https://vendor.zendesk.example/access/jwt");
    portal.db.meanwhile("delete from role where org_id = 'acme' and role = 'support'");
    assert_eq!(portal.get(AT, "sue").status, StatusCode::FORBIDDEN);
    let portal = with_desks(&format!(
        "{NED_TWICE} update oidc_client set login_uri = 'https://d.example/' where id = 'desk';"
    ));
    assert_eq!(said(&portal.get("/o/globex/helpdesk", "ned"), "login_hint").unwrap(), "globex");
}

/// Whoever looks at the portal as a contact is signed on nowhere as that contact.
#[test]
fn a_view_signs_nobody_on() {
    let zendesk =
        "update oidc_client set login_uri = 'https://v.zendesk.example/access/jwt' where id = 'zen';";
    let portal = with_desks(&(looking("c-sue") + zendesk));
    assert_eq!(portal.get("/o/acme", STAFF).status, StatusCode::OK);
    let answer = portal.get(AT, STAFF);
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(!answer.body.contains("name=\"jwt\""));
    let asked = portal.get(&request(&[("org", "acme")]), STAFF);
    assert_eq!(said(&asked, "error").as_deref(), Some("access_denied"));
    assert_eq!(portal.number("select count(*) as n from oidc_code"), 0);
}
