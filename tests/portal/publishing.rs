//! Announcements: from the draft to what each customer sees of it.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::fixtures::{Answer, Portal, cookie, run};
use crate::samples::{A_DRAFT, A_NOTICE};

const API: &str = "/api/v1/staff/notifications";

fn written(portal: &Portal, body: &Value) -> Value {
    let answer = portal.post(API, "st-publisher", &body.to_string());
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    answer.json()
}

fn patched(portal: &Portal, id: &Value, version: &str, body: &str) -> Answer {
    let path = format!("{API}/{}", id.as_str().unwrap());
    portal.send_with("PATCH", &path, &cookie("st-publisher"), body, &[("if-match", version)])
}

fn notice(more: &Value) -> Value {
    let mut all =
        json!({ "title": "Downtime", "body": "On **Sunday**", "category": "downtime", "publish": true });
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    all
}

/// Who of the cast sees it, as `person@organisation`.
fn seen_by(portal: &Portal) -> Vec<String> {
    let cast = [("acme", ["ann", "bob", "sue", "tom"].as_slice()), ("globex", ["gus", "ned"].as_slice())];
    let mut seen = Vec::new();
    for (org, people) in cast {
        for person in people {
            let answer = portal.get(&format!("/api/v1/organisations/{org}/notifications?q=Downtime"), person);
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
            if !answer.json()["items"].as_array().unwrap().is_empty() {
                seen.push(format!("{person}@{org}"));
            }
        }
    }
    seen
}

#[test]
fn the_preview_counts_who_then_sees_it() {
    let everybody = ["ann@acme", "bob@acme", "sue@acme", "tom@acme", "gus@globex", "ned@globex"];
    for (audience, seen) in [
        (json!({}), &everybody[..]),
        (json!({ "organisations": ["acme"] }), &everybody[..4]),
        (json!({ "organisations": ["acme", "globex"] }), &everybody[..]),
        (json!({ "roles": ["primary"] }), &["ann@acme", "gus@globex"][..]),
        (
            json!({ "roles": ["billing", "technical"], "organisations": ["acme"] }),
            &["bob@acme", "tom@acme"][..],
        ),
        (json!({ "category": "billing" }), &["ann@acme", "bob@acme", "gus@globex"][..]),
        (json!({ "product": "vaultastic" }), &["gus@globex", "ned@globex"][..]),
        (json!({ "product": "vaultastic", "organisations": ["acme"] }), &[][..]),
    ] {
        let portal = Portal::new();
        run(&portal.db, "update licence set product_id = 'vaultastic' where org_id = 'globex'").unwrap();
        run(&portal.db, "update subscription set product_id = 'vaultastic' where org_id = 'globex'").unwrap();
        let draft = written(&portal, &notice(&json!({ "publish": false })));
        assert!(seen_by(&portal).is_empty(), "a draft is seen by nobody");
        let mut change = audience.clone();
        change["title"] = "Downtime".into();
        let changed = patched(&portal, &draft["id"], "\"1\"", &change.to_string());
        assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
        let orgs: std::collections::BTreeSet<&str> =
            seen.iter().map(|it| it.split_once('@').unwrap().1).collect();
        let expected = json!({ "contacts": seen.len(), "organisations": orgs.len() });
        assert_eq!(changed.json()["reaches"], expected, "{audience}");
        let published = patched(&portal, &draft["id"], changed.header("etag"), r#"{"state": "published"}"#);
        assert_eq!(published.json()["state"], "published", "{}", published.body);
        assert_eq!(seen_by(&portal), seen, "{audience}");
        let page =
            portal.get(&format!("/staff/notifications/{}", draft["id"].as_str().unwrap()), "st-publisher");
        let contacts =
            if seen.len() == 1 { "1 contact".to_owned() } else { format!("{} contacts", seen.len()) };
        assert!(
            page.body.contains(&contacts) && page.body.contains("<strong>Sunday</strong>"),
            "{}",
            page.body
        );
    }
}

/// Whatever is published is mailed by the job that goes through the contacts.
#[test]
fn what_is_published_is_waiting_to_be_mailed() {
    let portal = Portal::new();
    written(&portal, &notice(&json!({ "organisations": ["acme", "globex"] })));
    assert_eq!(portal.number("select count(*) as n from notification_mailing"), 2);
    let draft = written(&portal, &notice(&json!({ "publish": false })));
    assert_eq!(portal.number("select count(*) as n from notification_mailing"), 2);
    let path = format!("/staff/notifications/{}/publication", draft["id"].as_str().unwrap());
    assert_eq!(portal.post(&path, "st-publisher", "version=1").status, StatusCode::SEE_OTHER);
    assert_eq!(portal.number("select count(*) as n from notification_mailing"), 3);
    let again = portal.post(&path, "st-publisher", "version=2");
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.body);
    assert_eq!(portal.number("select count(*) as n from notification_mailing"), 3);
}

#[test]
fn it_is_pinned_changed_and_withdrawn_for_everybody_at_once() {
    let portal = Portal::new();
    let made = written(&portal, &notice(&json!({ "organisations": ["acme", "globex"] })));
    let of = |org: &str, person: &str| {
        portal.get(&format!("/api/v1/organisations/{org}/notifications?q=Downtime"), person).json()["items"]
            .clone()
    };
    let pinned =
        patched(&portal, &made["id"], "\"2\"", r#"{"pinned_until": "2026-12-01", "body": "On Monday"}"#);
    assert_eq!(pinned.status, StatusCode::OK, "{}", pinned.body);
    assert_eq!(pinned.json()["pinned_until"], "2026-12-01T18:30:00Z");
    for (org, person) in [("acme", "tom"), ("globex", "gus")] {
        assert_eq!(
            (&of(org, person)[0]["pinned"], &of(org, person)[0]["body"]),
            (&json!(true), &json!("On Monday"))
        );
    }
    let audience = patched(&portal, &made["id"], "\"3\"", r#"{"roles": ["primary"]}"#);
    assert_eq!(
        (audience.status, audience.json()["type"].clone()),
        (StatusCode::CONFLICT, json!("/problems/not-in-this-state"))
    );
    let both = patched(&portal, &made["id"], "\"3\"", r#"{"state": "withdrawn", "title": "x"}"#);
    assert_eq!(both.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        patched(&portal, &made["id"], "\"2\"", r#"{"state": "withdrawn"}"#).status,
        StatusCode::PRECONDITION_FAILED
    );
    let gone = patched(&portal, &made["id"], "\"3\"", r#"{"state": "withdrawn"}"#);
    assert_eq!(gone.json()["state"], "withdrawn", "{}", gone.body);
    assert!(seen_by(&portal).is_empty());
    for body in [r#"{"title": "x"}"#, r#"{"state": "withdrawn"}"#, r#"{"state": "published"}"#] {
        let answer = patched(&portal, &made["id"], "*", body);
        assert!(
            answer.status == StatusCode::CONFLICT || body.contains("withdrawn"),
            "{body}: {}",
            answer.body
        );
    }
    let said: Vec<Value> = portal.get("/api/v1/staff/audit?actor=The+publisher+colleague", "st-admin").json()
        ["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["action"].clone())
        .collect();
    assert_eq!(said, ["notice.withdrawn", "notice.changed", "notice.published", "notice.drafted"]);
}

#[test]
fn what_is_wrong_is_said_at_its_field() {
    let portal = Portal::new();
    let before = portal.contents();
    for (more, field, code) in [
        (json!({ "title": "" }), "title", "malformed"),
        (json!({ "title": "x".repeat(121) }), "title", "malformed"),
        (json!({ "body": "  " }), "body", "malformed"),
        (json!({ "body": "x".repeat(5001) }), "body", "malformed"),
        (json!({ "category": "gossip" }), "category", "malformed"),
        (json!({ "link": "https://evil.example" }), "link", "malformed"),
        (json!({ "organisations": ["nobody"] }), "organisations", "no-such-organisation"),
        (json!({ "organisations": ["acme", "nobody"] }), "organisations", "no-such-organisation"),
        (json!({ "organisations": "acme" }), "organisations", "not-a-list"),
        (json!({ "product": "nothing" }), "product", "no-such-product"),
        (json!({ "roles": ["boss"] }), "roles", "malformed"),
        (json!({ "expires_on": "2026-11-21" }), "expires_on", "past"),
        (json!({ "expires_on": "2026-12-01", "pinned_until": "2026-12-02" }), "pinned_until", "after-end"),
        (json!({ "state": "published" }), "state", "unknown"),
    ] {
        let answer = portal.post(API, "st-publisher", &notice(&more).to_string());
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{more}: {}", answer.body);
        let error = &answer.json()["errors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!(field), &json!(code)), "{more}");
    }
    for (typed, said) in [
        ("Nobody+Ltd", "There is no organisation called Nobody Ltd"),
        ("acme%0AGlobex-CANARY%0Ax", "called x"),
    ] {
        let form = format!("title=My+title&body=x&category=general&organisations={typed}");
        let page = portal.post("/staff/notifications", "st-publisher", &form);
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.body.contains(said) && page.body.contains("My title"), "{}", page.body);
    }
    assert_eq!(portal.contents(), before);
}

#[test]
fn an_announcement_is_written_once() {
    let portal = Portal::new();
    let body = notice(&json!({})).to_string();
    let once =
        || portal.send_with("POST", API, &cookie("st-publisher"), &body, &[("idempotency-key", "the-same")]);
    assert_eq!(once().json(), once().json());
    assert_eq!(portal.number("select count(*) as n from announcement"), 1);
    let form = "title=Downtime&body=x&category=general&organisations=Acme-canary%0Aglobex&role_primary=on&idempotency_key=k";
    let first = portal.post("/staff/notifications", "st-publisher", form);
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.body);
    let row = &portal.rows("select org_ids, roles, state from announcement order by rowid desc limit 1")[0];
    assert_eq!(
        row,
        &json!({ "org_ids": "[\"acme\",\"globex\"]", "roles": "[\"primary\"]", "state": "draft" })
    );
}

#[test]
fn of_two_who_change_it_the_second_is_told() {
    for (script, path, body) in [
        (A_DRAFT, "/staff/notifications/n-1/publication", "version=1"),
        (A_NOTICE, "/staff/notifications/n-1/withdrawal", "version=1"),
        (A_NOTICE, "/staff/notifications/n-1/pin", "version=1&pinned_until="),
    ] {
        let portal = Portal::after(script);
        portal.db.meanwhile("update announcement set version = 2");
        assert_eq!(portal.post(path, "st-publisher", body).status, StatusCode::PRECONDITION_FAILED, "{path}");
    }
    let page = Portal::after(A_NOTICE).get("/staff/notifications/n-1/withdrawal", "st-publisher").body;
    assert!(page.contains("6 contacts in 2 organisations no longer see it"), "{page}");
}
