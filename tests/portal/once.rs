//! A deed that creates is done once, however often it is sent (contract, conventions).

use axum::http::StatusCode;
use serde_json::json;

use crate::fixtures::{Answer, NOW, Portal, cookie, keys, run, signed};

const PAGE: &str = "/o/acme/contacts";
const API: &str = "/api/v1/organisations/acme/contacts";
const ZOE: &str = r#"{"display_name": "Zoe", "email": "zoe@acme.example"}"#;

fn add(portal: &Portal, body: &str, key: &str) -> Answer {
    portal.send_with("POST", API, &cookie("ann"), body, &[("idempotency-key", key)])
}

fn zoes(portal: &Portal) -> i64 {
    portal.number("select count(*) as n from contact where name = 'Zoe'")
}

#[test]
fn the_same_key_and_body_get_the_first_answer_again() {
    let portal = Portal::new();
    let first = add(&portal, ZOE, "k-1");
    let contents = portal.contents();
    portal.now.set(NOW + 3500);
    let again = add(&portal, ZOE, "k-1");
    assert_eq!((again.status, again.json()), (StatusCode::CREATED, first.json()));
    assert_eq!(portal.contents(), contents);
    assert_eq!(portal.queue.0.lock().unwrap().len(), 1);
    // Without a key, and with another one, it is another deed.
    assert_eq!(add(&portal, ZOE, "k-2").status, StatusCode::CONFLICT);
    assert_eq!(portal.post(API, "ann", ZOE).status, StatusCode::CONFLICT);
}

#[test]
fn a_double_click_adds_one_contact_and_leads_to_the_same_page() {
    for (tick, done) in [("&send_verification=on", "contact-added"), ("", "contact-added-quietly")] {
        let portal = Portal::new();
        let body = format!("idempotency_key=k1&display_name=Zoe&email=zoe%40acme.example{tick}");
        for _ in 0..2 {
            let answer = portal.post(PAGE, "ann", &body);
            assert_eq!(answer.header("location"), format!("{PAGE}?done={done}"), "{}", answer.body);
        }
        assert_eq!(zoes(&portal), 1);
    }
    let key = |portal: &Portal| {
        let page = portal.get(PAGE, "ann").body;
        page.split("name=\"idempotency_key\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    let portal = Portal::new();
    assert_ne!(key(&portal), key(&portal), "each form has a key of its own");
}

#[test]
fn the_same_key_with_another_request_is_refused() {
    let portal = Portal::new();
    add(&portal, ZOE, "k-1");
    let contents = portal.contents();
    for body in [ZOE.replace("Zoe", "Zoë"), ZOE.replace(' ', ""), String::new()] {
        let answer = add(&portal, &body, "k-1");
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert_eq!(answer.json()["type"], "/problems/idempotency-key-reused", "{body}");
        assert!(answer.body.contains("Take a new key"), "{}", answer.body);
    }
    assert_eq!(portal.contents(), contents);
}

/// Of two at the same moment the second finds the key taken by what the first has made, and answers the same.
#[test]
fn two_at_the_same_moment_get_one_answer() {
    let first = Portal::new();
    let answer = add(&first, ZOE, "k-1");
    let kept = &first.rows("select request, answer from idempotency")[0];
    let text = |name: &str| kept[name].as_str().unwrap().replace('\'', "''");
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    let quicker = format!(
        "insert into person (id, email, display_name, created_at) values ('zoe', 'zoe@acme.example', 'Zoe', 1);
         insert into contact (id, org_id, person_id, name, created_at) values ('{id}', 'acme', 'zoe', 'Zoe', 1);
         insert into idempotency values ('ann', 'k-1', '{}', 201, '{}', {NOW})",
        text("request"),
        text("answer"),
    );
    let second = Portal::new();
    second.db.meanwhile(&quicker);
    let found = add(&second, ZOE, "k-1");
    assert_eq!((found.status, found.json()), (StatusCode::CREATED, answer.json()));
    assert_eq!(second.contents(), Portal::after(&quicker).contents());
    // The key was taken meanwhile by something else.
    let other = Portal::new();
    other.db.meanwhile(&quicker.replace(&text("request"), "of something else"));
    assert_eq!(add(&other, ZOE, "k-1").json()["type"], "/problems/idempotency-key-reused");
}

#[test]
fn a_refused_deed_leaves_its_key_free() {
    let portal = Portal::new();
    assert_eq!(add(&portal, r#"{"display_name": "Zoe"}"#, "k-1").status, StatusCode::UNPROCESSABLE_ENTITY);
    let bob = r#"{"display_name": "Bob", "email": "bob@acme-canary.example"}"#;
    assert_eq!(add(&portal, bob, "k-1").status, StatusCode::CONFLICT);
    assert_eq!(portal.number("select count(*) as n from idempotency"), 0);
    assert_eq!(add(&portal, ZOE, "k-1").status, StatusCode::CREATED);
}

#[test]
fn a_key_is_forgotten_after_a_day_and_belongs_to_one_person() {
    let portal = Portal::after(
        "update session set last_seen_at = last_seen_at + 90000, expires_at = expires_at + 90000;
         update role set contact_id = 'c-ned' where org_id = 'globex'",
    );
    let add = |at: i64| {
        portal.now.set(NOW + at);
        let ann = signed("ann", "ann", 0, NOW + 400_000, &keys());
        portal.send_with("POST", API, &ann, ZOE, &[("idempotency-key", "k-1")])
    };
    assert_eq!(add(0).status, StatusCode::CREATED);
    assert_eq!(add(86_399).status, StatusCode::CREATED);
    assert_eq!(add(86_400).status, StatusCode::CONFLICT);
    run(&portal.db, "delete from contact where name = 'Zoe'").unwrap();
    let again = add(86_400);
    assert_eq!(again.status, StatusCode::CREATED, "{}", again.body);
    let kept = portal.rows("select key, created_at from idempotency");
    assert_eq!(kept, [json!({ "key": "k-1", "created_at": NOW + 86_400 })]);
    portal.now.set(NOW);
    let other = portal.send_with(
        "POST",
        &API.replace("acme", "globex"),
        &cookie("ned"),
        ZOE,
        &[("idempotency-key", "k-1")],
    );
    assert_eq!(other.status, StatusCode::CREATED, "{}", other.body);
}

#[test]
fn a_key_that_is_none_is_refused_and_not_ignored() {
    let long = "k".repeat(101);
    for headers in [
        vec![("idempotency-key", "")],
        vec![("idempotency-key", "a b")],
        vec![("idempotency-key", "caf\u{e9}")],
        vec![("idempotency-key", long.as_str())],
        vec![("idempotency-key", "k-1"), ("idempotency-key", "k-1")],
    ] {
        let portal = Portal::new();
        let before = portal.contents();
        let answer = portal.send_with("POST", API, &cookie("ann"), ZOE, &headers);
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{headers:?}: {}", answer.body);
        assert!(answer.body.contains("Idempotency-Key"), "{}", answer.body);
        assert_eq!(portal.contents(), before);
    }
    let page =
        Portal::new().post(PAGE, "ann", "idempotency_key=%00&display_name=Zoe&email=zoe%40acme.example");
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(add(&Portal::new(), ZOE, &long[1..]).status, StatusCode::CREATED);
}
