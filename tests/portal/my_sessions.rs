//! Where a person is signed in, and how one of these sessions ends.

use axum::http::StatusCode;
use serde_json::json;

use crate::fixtures::{PASSWORD, Portal, cookie};
use crate::me::enter;

#[test]
fn sessions_are_listed_and_ended() {
    let portal = Portal::after(
        "insert into session (id, person_id, device, address, created_at, last_seen_at, expires_at) values
           ('silent', 'ann', 'Safari on iPad', '192.0.2.9', 1795300000, 1795322879, 1795400000),
           ('expired', 'ann', 'Safari on iPad', '192.0.2.9', 1795200000, 1795327600, 1795327680),
           ('phone', 'ann', 'Safari on iPhone', '192.0.2.8', 1795327100, 1795327600, 1795400000);
         delete from session where id = 'asleep';",
    );
    let list = portal.get("/api/v1/me/sessions", "ann").json();
    assert_eq!(
        list,
        json!({
            "items": [
                { "id": "phone", "device": "Safari on iPhone", "address": "192.0.2.8", "current": false,
                  "created_at": "2026-11-22T05:58:20Z", "last_seen_at": "2026-11-22T06:06:40Z" },
                { "id": "ann", "device": "Firefox on Linux", "address": "192.0.2.1", "current": true,
                  "created_at": "2026-11-22T05:56:40Z", "last_seen_at": "2026-11-22T06:06:40Z" },
            ],
            "next": null,
        })
    );
    let end =
        |id: &str| portal.send("DELETE", &format!("/api/v1/me/sessions/{id}"), &cookie("ann"), "").status;
    for not_hers in ["bob", "nothing", "ended", "expired", "a%20b", &"x".repeat(50)] {
        assert_eq!(end(not_hers), StatusCode::NOT_FOUND, "{not_hers}");
    }
    assert_eq!(portal.number("select count(*) as n from session where ended_at is not null"), 1);
    assert_eq!((end("phone"), end("phone")), (StatusCode::NO_CONTENT, StatusCode::NOT_FOUND));
    assert_eq!(
        portal.number("select count(*) as n from audit where action = 'session.ended' and target = 'phone'"),
        1
    );
    let answer = portal.post("/me/sessions/bob/end", "ann", "");
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(portal.get("/api/v1/me", "bob").status, StatusCode::OK);
}

#[test]
fn ending_ones_own_session_signs_out() {
    let portal = Portal::new();
    let answer = portal.post("/me/sessions/ann/end", "ann", "");
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(answer.header("set-cookie").starts_with("__Host-session=;"));
    assert_eq!(portal.get("/api/v1/me", "ann").status, StatusCode::UNAUTHORIZED);
}

#[test]
fn ids_of_sessions_are_not_the_cookies() {
    let portal = Portal::new();
    let session = enter(&portal, "ann@acme-canary.example", PASSWORD).cookie("__Host-session");
    let list = portal.send("GET", "/api/v1/me/sessions", &session, "").json();
    let id = list["items"].as_array().unwrap().iter().find(|it| it["current"] == true).unwrap()["id"].clone();
    let posed = format!("__Host-session={}", id.as_str().unwrap());
    assert_eq!(portal.send("GET", "/api/v1/me", &posed, "").status, StatusCode::UNAUTHORIZED);
}
