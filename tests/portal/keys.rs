//! Keys of the vendor's programs, from the first day to the last.

use axum::http::StatusCode;
use futures_executor::block_on;
use portal::access::{System, key_hash};
use portal::apps::staff::keys::warn_of_expiry;
use serde_json::{Value, json};

use crate::fixtures::{Answer, NOW, PASSWORD, Portal, run};

const KEYS: &str = "/api/v1/staff/api-keys";
const NEW: &str = r#"{"name": "ERP", "scopes": ["sales", "billing"], "expires_on": "2027-01-31"}"#;

fn with(portal: &Portal, key: &str, method: &str, path: &str, body: &str) -> Answer {
    portal.send_with(method, path, "", body, &[("authorization", &format!("Bearer {key}"))])
}

fn made(portal: &Portal, body: &str) -> Value {
    let answer = portal.post(KEYS, "st-admin", body);
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    answer.json()
}

#[test]
fn a_key_is_shown_once_and_kept_nowhere() {
    let portal = Portal::new();
    let key = made(&portal, NEW);
    let secret = key["key"].as_str().unwrap();
    assert!(secret.starts_with("portal_") && secret.len() == 50, "{secret}");
    assert_eq!(key["scopes"], json!(["sales", "billing"]));
    let row = &portal.rows("select hash, prefix, expires_at, made_by from api_key where name = 'ERP'")[0];
    assert_eq!(row["hash"], key_hash(secret));
    assert_eq!((&row["prefix"], &row["made_by"]), (&json!(secret[..12]), &json!("st-admin")));
    assert_eq!(row["expires_at"], 1_801_420_200, "the end of 31 January in India");
    assert!(!String::from_utf8_lossy(&portal.db.image().unwrap()).contains(&secret[12..]), "kept somewhere");
    let list = portal.get(KEYS, "st-admin").body + &portal.get("/staff/keys", "st-admin").body;
    assert!(list.contains(&secret[..12]) && !list.contains(secret));
    let page = Portal::new().post("/staff/keys", "st-admin", "name=ERP&scope_sales=on&expires_on=2027-01-31");
    assert!(page.status == StatusCode::OK && page.body.matches("portal_").count() >= 2, "{}", page.body);
}

#[test]
fn a_key_opens_what_its_scopes_say_and_is_named_in_the_log() {
    let portal = Portal::new();
    let body = r#"{"name": "Archive", "scopes": ["support"], "expires_on": "2027-01-31"}"#;
    let secret = made(&portal, body)["key"].as_str().unwrap().to_owned();
    assert_eq!(with(&portal, &secret, "GET", "/api/v1/staff/audit", "").status, StatusCode::OK);
    let refused = with(&portal, &secret, "GET", KEYS, "");
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(
        refused.json()["detail"].as_str().unwrap().contains("lacks the scope: admin"),
        "{}",
        refused.body
    );
    let log = portal.get("/api/v1/staff/audit?actor=Key+Archive", "st-admin").json();
    assert_eq!(log["items"][0]["said"], "Key Archive was refused /api/v1/staff/api-keys");
    let used = portal.get(KEYS, "st-admin").json();
    let used = used["items"].as_array().unwrap().iter().find(|it| it["name"] == "Archive").unwrap().clone();
    assert_eq!(used["last_used_at"], "2026-11-22T06:08:00Z");
    for key in [secret.to_uppercase(), format!("{secret}x"), String::new(), key_hash(&secret)] {
        assert_eq!(with(&portal, &key, "GET", "/api/v1/staff/audit", "").status, StatusCode::UNAUTHORIZED);
    }
}

#[test]
fn what_is_wrong_with_a_key_is_said_at_the_field() {
    let portal = Portal::new();
    made(&portal, NEW);
    let before = portal.contents();
    for (body, status, field, code) in [
        (r#"{"name": "erp", "scopes": ["sales"], "expires_on": "2027-01-31"}"#, 409, "name", "key-exists"),
        (r#"{"name": "A", "scopes": [], "expires_on": "2027-01-31"}"#, 422, "scopes", "required"),
        (r#"{"name": "A", "scopes": ["root"], "expires_on": "2027-01-31"}"#, 422, "scopes", "malformed"),
        (r#"{"name": "A", "scopes": "sales", "expires_on": "2027-01-31"}"#, 422, "scopes", "not-a-list"),
        (r#"{"name": "A", "scopes": ["sales"], "expires_on": "2026-11-21"}"#, 422, "expires_on", "past"),
        (r#"{"name": "A", "scopes": ["sales"], "expires_on": "2027-11-23"}"#, 422, "expires_on", "too-far"),
        (r#"{"name": "", "scopes": ["sales"], "expires_on": "2027-01-31"}"#, 422, "name", "malformed"),
        (r#"{"scopes": ["sales"], "expires_on": "2027-01-31"}"#, 422, "name", "required"),
        (
            r#"{"name": "A", "scopes": ["sales"], "expires_on": "2027-01-31", "key": "x"}"#,
            422,
            "key",
            "unknown",
        ),
    ] {
        let answer = portal.post(KEYS, "st-admin", body);
        assert_eq!(answer.status.as_u16(), status, "{body}: {}", answer.body);
        let error = &answer.json()["errors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!(field), &json!(code)), "{body}");
    }
    let page = portal.post(
        "/staff/keys",
        "st-admin",
        "name=A%20key&expires_on=2027-01-31&scope_sales=on&scope_x=on",
    );
    assert!(
        page.body.contains("value=\"A key\"") && page.body.contains("There is no such field"),
        "{}",
        page.body
    );
    assert_eq!(portal.contents(), before);
}

#[test]
fn a_key_is_rotated_with_an_overlap() {
    for (overlap, seconds) in [("none", 0), ("day", 86_400), ("week", 7 * 86_400), ("month", 30 * 86_400)] {
        let portal = Portal::new();
        let old = made(&portal, &NEW.replace("sales", "support"));
        portal.now.set(NOW + 60);
        let path = format!("{KEYS}/{}/rotation", old["id"].as_str().unwrap());
        let wish = format!(r#"{{"overlap": "{overlap}", "expires_on": "2027-11-22"}}"#);
        let answer = portal.post(&path, "st-admin", &wish);
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        let new = answer.json();
        assert_eq!((&new["name"], &new["scopes"]), (&old["name"], &old["scopes"]));
        let works = |key: &Value| {
            with(&portal, key["key"].as_str().unwrap(), "GET", "/api/v1/staff/audit", "").status
                == StatusCode::OK
        };
        if seconds > 0 {
            portal.now.set(NOW + 60 + seconds - 1);
            assert_eq!((works(&old), works(&new)), (true, true), "{overlap}");
        }
        portal.now.set(NOW + 60 + seconds);
        assert_eq!((works(&old), works(&new)), (false, true), "{overlap}");
        portal.now.set(NOW + 61);
        let again = portal.post(&path, "st-admin", &wish);
        assert_eq!(
            (again.status, again.json()["type"].as_str().unwrap()),
            (StatusCode::CONFLICT, "/problems/key-ended")
        );
    }
}

#[test]
fn of_two_rotations_at_once_one_is_done() {
    let portal = Portal::new();
    let wish = r#"{"overlap": "week", "expires_on": "2027-11-22"}"#;
    let answers = portal.post_at_once(&format!("{KEYS}/k-sales/rotation"), "st-admin", &[wish; 5]);
    assert_eq!(answers.iter().filter(|it| it.status == StatusCode::CREATED).count(), 1);
    assert!(answers.iter().all(|it| [201, 409].contains(&it.status.as_u16())));
    let answers = portal.post_at_once(KEYS, "st-admin", &[NEW; 5]);
    assert_eq!(answers.iter().filter(|it| it.status == StatusCode::CREATED).count(), 1);
}

#[test]
fn a_revoked_key_is_dead_at_once_and_for_good() {
    let portal = Portal::new();
    let key = made(&portal, NEW);
    let (secret, path) = (key["key"].as_str().unwrap(), format!("{KEYS}/{}", key["id"].as_str().unwrap()));
    for _ in 0..2 {
        assert_eq!(
            portal.send("DELETE", &path, &crate::fixtures::cookie("st-admin"), "").status,
            StatusCode::NO_CONTENT
        );
        let orders = with(&portal, secret, "GET", "/api/v1/staff/audit", "");
        assert_eq!(orders.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(portal.number("select count(*) as n from audit where action = 'key.revoked'"), 1);
    let wish = r#"{"overlap": "week", "expires_on": "2027-11-22"}"#;
    assert_eq!(portal.post(&format!("{path}/rotation"), "st-admin", wish).status, StatusCode::CONFLICT);
    made(&portal, NEW); // its name is free again
    let nobody = portal.post(&format!("{KEYS}/no-such-key/rotation"), "st-admin", wish);
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
}

#[test]
fn its_end_is_announced_once_to_the_maker_and_the_admins() {
    let portal = Portal::new();
    run(
        &portal.db,
        "insert into api_key (id, hash, prefix, name, scopes, made_by, created_at, expires_at, revoked_at) values
           ('k-1', '1', 'portal_1', 'Ends soon', '[\"sales\"]', 'st-sales', 1, 1795327680 + 14 * 86400, null),
           ('k-2', '2', 'portal_2', 'Ends later', '[\"sales\"]', 'st-sales', 1, 1795327681 + 14 * 86400, null),
           ('k-3', '3', 'portal_3', 'Ended', '[\"sales\"]', 'st-sales', 1, 1795327679, null),
           ('k-4', '4', 'portal_4', 'Revoked', '[\"sales\"]', 'st-sales', 1, 1795327680 + 86400, 5),
           ('k-5', '5', 'portal_5', 'Maker left', '[\"sales\"]', 'eve', 1, 1795327680 + 86400, null)",
    )
    .unwrap();
    let warn = || block_on(warn_of_expiry(&System::new(portal.app()))).unwrap();
    assert_eq!(warn(), json!({ "keys": 2, "mails": 3 }));
    assert_eq!(warn(), json!({ "keys": 0, "mails": 0 }));
    let mails = portal.rows("select recipient, payload ->> 'name' as name from outbox order by 2, 1");
    let mail = |to: &str, name: &str| json!({ "recipient": format!("{to}@vendor.example"), "name": name });
    assert_eq!(mails, [mail("admin", "Ends soon"), mail("sales", "Ends soon"), mail("admin", "Maker left")]);
    let mailing = portal.rows("select payload from outbox limit 1");
    assert!(!mailing[0].to_string().contains(PASSWORD));
}
