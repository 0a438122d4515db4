//! How a session begins and ends.

use argon2::password_hash::{PasswordHasher, SaltString};
use argon2::{Algorithm, Argon2, KeyId, ParamsBuilder, Version};
use axum::http::StatusCode;
use serde_json::json;

use super::{ann, enter, enter_with, outbox};
use crate::fixtures::{NOW, PASSWORD, Portal, cookie};

#[test]
fn a_planted_cookie_is_never_taken_over() {
    let portal = Portal::new();
    let planted = cookie("bob");
    let answer = enter_with(&portal, "ann@acme-canary.example", PASSWORD, &planted);
    let fresh = answer.cookie("__Host-session");
    assert!(answer.status == StatusCode::OK && fresh != planted);
    assert_eq!(
        portal.send("GET", "/api/v1/me", &planted, "").status,
        StatusCode::UNAUTHORIZED,
        "it has ended"
    );
    assert_eq!(portal.send("GET", "/api/v1/me", &fresh, "").json()["id"], "ann");
    for (what, worthless) in crate::fixtures::worthless_cookies() {
        if what == "planted twice" {
            continue;
        }
        let fresh =
            enter_with(&portal, "ann@acme-canary.example", PASSWORD, &worthless).cookie("__Host-session");
        assert_eq!(portal.send("GET", "/api/v1/me", &fresh, "").status, StatusCode::OK, "{what}");
    }
    let many: std::collections::BTreeSet<String> =
        (0..20).map(|_| ann(&portal).cookie("__Host-session")).collect();
    assert_eq!(many.len(), 20);
}

#[test]
fn a_password_that_changes_meanwhile_opens_nothing() {
    let portal = Portal::new();
    portal.db.meanwhile_after(1, "update person set session_epoch = 1 where id = 'ann'");
    let before = portal.contents();
    let answer = ann(&portal);
    assert_eq!(
        (answer.status, &answer.json()["type"]),
        (StatusCode::UNAUTHORIZED, &json!("/problems/bad-credentials"))
    );
    assert!(!answer.headers.contains_key("set-cookie"));
    assert_eq!(portal.contents().len(), before.len());
}

/// As an earlier version of the portal would have stored it.
fn old_hash(password: &str) -> String {
    let mut params = ParamsBuilder::new();
    params.m_cost(8192).t_cost(1).p_cost(1).output_len(32).keyid(KeyId::new(b"p1").unwrap());
    let secret = b"0123456789abcdef0123456789abcdef";
    let argon2 =
        Argon2::new_with_secret(secret, Algorithm::Argon2id, Version::V0x13, params.build().unwrap())
            .unwrap();
    let salt = SaltString::encode_b64(&[9; 16]).unwrap();
    argon2.hash_password(password.as_bytes(), &salt).unwrap().to_string()
}

#[test]
fn an_old_hash_is_made_anew() {
    let portal =
        Portal::after(&format!("update person set password = '{}' where id = 'ann';", old_hash(PASSWORD)));
    let current = "select count(*) as n from person where id = 'ann' and password like '$argon2id$v=19$m=19456,t=2,p=1,%'";
    assert_eq!((portal.number(current), ann(&portal).status), (0, StatusCode::OK));
    assert_eq!((portal.number(current), ann(&portal).status), (1, StatusCode::OK));
}

#[test]
fn a_new_browser_is_announced_except_the_first() {
    let portal = Portal::after("delete from session where person_id = 'gus'");
    let device = enter(&portal, "gus@globex-canary.example", PASSWORD).cookie("__Host-device");
    assert!(outbox(&portal).is_empty(), "the first one is expected");
    enter_with(&portal, "gus@globex-canary.example", PASSWORD, &device);
    assert!(outbox(&portal).is_empty(), "a known one too");
    enter_with(&portal, "gus@globex-canary.example", PASSWORD, &ann(&portal).cookie("__Host-device"));
    let kinds: Vec<(String, Option<String>)> =
        outbox(&portal).into_iter().map(|it| (it.kind, it.recipient)).collect();
    let new = "sign_in.new_device".to_owned();
    assert_eq!(
        kinds,
        [
            (new.clone(), Some("ann@acme-canary.example".to_owned())),
            (new, Some("gus@globex-canary.example".to_owned()))
        ]
    );
    assert_eq!(portal.queue.0.lock().unwrap().len(), 2);
}

#[test]
fn signing_out_is_for_good() {
    for (method, path) in [("POST", "/sign-out"), ("DELETE", "/api/v1/session")] {
        let portal = Portal::new();
        let session = ann(&portal).cookie("__Host-session");
        let answer = portal.send(method, path, &session, "");
        let expected = if method == "POST" { StatusCode::SEE_OTHER } else { StatusCode::NO_CONTENT };
        assert_eq!(answer.status, expected, "{path}");
        assert_eq!(answer.header("clear-site-data"), "\"cache\", \"storage\"");
        assert!(answer.header("set-cookie").starts_with("__Host-session=; Path=/; Max-Age=0;"));
        assert_eq!(portal.send("GET", "/api/v1/me", &session, "").status, StatusCode::UNAUTHORIZED);
        assert_eq!(portal.number("select count(*) as n from audit where action = 'session.ended'"), 1);
        let again = portal.send(method, path, &session, "");
        let expected = if method == "POST" { StatusCode::SEE_OTHER } else { StatusCode::UNAUTHORIZED };
        assert_eq!(again.status, expected, "{path} again");
        assert_eq!(portal.number("select count(*) as n from audit where action = 'session.ended'"), 1);
    }
    let answer = Portal::new().send("POST", "/sign-out", "", "");
    assert_eq!(
        (answer.status, answer.header("location")),
        (StatusCode::SEE_OTHER, "/sign-in?done=signed-out")
    );
}

#[test]
fn another_site_signs_nobody_in_or_out() {
    let portal = Portal::new();
    let before = portal.contents();
    for (path, body) in
        [("/sign-in", "email=a&password=b"), ("/sign-out", ""), ("/forgot-password", "email=a%40b.example")]
    {
        for header in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
        ] {
            let answer = portal.send_with("POST", path, &cookie("ann"), body, &[header]);
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        }
    }
    assert_eq!(portal.contents(), before);
}

#[test]
fn idle_and_absolute_limits() {
    let portal = Portal::new();
    let session = ann(&portal).cookie("__Host-session");
    let me = |portal: &Portal| portal.send("GET", "/api/v1/me", &session, "").status;
    for minute in (0..24 * 60).step_by(50) {
        portal.now.set(NOW + minute * 60);
        assert_eq!(me(&portal), StatusCode::OK, "minute {minute}");
    }
    portal.now.set(NOW + 24 * 3600 - 1);
    assert_eq!(me(&portal), StatusCode::OK);
    portal.now.set(NOW + 24 * 3600);
    assert_eq!(me(&portal), StatusCode::UNAUTHORIZED, "activity never extends the day");
    let portal = Portal::new();
    let session = ann(&portal).cookie("__Host-session");
    portal.now.set(NOW + 3600);
    assert_eq!(portal.send("GET", "/api/v1/me", &session, "").status, StatusCode::OK);
    portal.now.set(NOW + 7201);
    assert_eq!(portal.send("GET", "/api/v1/me", &session, "").status, StatusCode::UNAUTHORIZED);
}
