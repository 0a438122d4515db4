//! The log as the Primary and the staff read it.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::fixtures::{Portal, cookie};

const LOG: &str = "/api/v1/organisations/acme/audit";

fn lived() -> Portal {
    let portal = Portal::new();
    let tag = &[("if-match", "\"1\"")];
    let roles = r#"{"primary": "c-ann", "billing": "c-tom", "support": null, "technical": "c-tom"}"#;
    portal.send_with("PUT", "/api/v1/organisations/acme/roles", &cookie("ann"), roles, tag);
    portal.now.set(portal.now.get() + 60);
    portal.post(
        "/api/v1/organisations/acme/contacts",
        "ann",
        r#"{"display_name": "Zoe", "email": "zoe@acme.example"}"#,
    );
    portal.get("/o/acme/payments", "tom");
    portal.get("/o/acme/contacts", "bob");
    portal.get("/o/globex/contacts", "ned");
    portal
}

fn said(portal: &Portal, path: &str, person: &str) -> Vec<String> {
    let answer = portal.get(path, person);
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
    let items = answer.json()["items"].clone();
    items.as_array().unwrap().iter().map(|it| it["said"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_primary_reads_what_happened_in_words() {
    let portal = lived();
    let lines = said(&portal, LOG, "ann");
    assert_eq!(
        lines,
        [
            "Bob Acme-canary was refused /o/acme/contacts",
            "Ann Acme-canary added Zoe as a contact",
            "Ann Acme-canary assigned Billing to Tom Acme-canary, took Support from Sue Acme-canary",
        ]
    );
    let page = portal.get("/o/acme/audit", "ann").body;
    assert!(lines.iter().all(|it| page.contains(it)), "{page}");
    let line = &portal.get(LOG, "ann").json()["items"][1];
    assert_eq!(line["after"], json!({ "display_name": "Zoe", "email": "zoe@acme.example" }));
    assert_eq!((&line["actor_id"], &line["address"]), (&json!("ann"), &json!("local")));
}

#[test]
fn the_log_is_filtered() {
    let portal = lived();
    for (query, count) in [
        ("actor=ann", 2),
        ("actor=Bob+Acme-canary", 1),
        ("actor=BOB%40acme-canary.example", 1),
        ("actor=gus", 0),
        ("action=roles.assigned", 1),
        ("action=contact.deleted", 0),
        ("from=2026-11-22&to=2026-11-22", 3),
        ("to=2026-11-21", 0),
        ("limit=1", 1),
    ] {
        assert_eq!(said(&portal, &format!("{LOG}?{query}"), "ann").len(), count, "{query}");
        let staff = format!("/api/v1/staff/audit?organisation=acme&{query}");
        assert_eq!(said(&portal, &staff, "st-support").len(), count, "{staff}");
    }
    for query in
        ["action=nonsense", "from=2026-13-01", "from=2026-11-22&to=2026-11-21", "cursor=x", "limit=0"]
    {
        for path in [LOG, "/api/v1/staff/audit", "/o/acme/audit", "/staff/audit", "/staff/audit.csv"] {
            let person = if path.contains("staff") { "st-admin" } else { "ann" };
            let answer = portal.get(&format!("{path}?{query}"), person);
            let ignores =
                path.ends_with("csv") && (query.starts_with("cursor") || query.starts_with("limit"));
            let expected = if ignores { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
            assert_eq!(answer.status, expected, "{path} {query}: {}", answer.body);
        }
    }
}

#[test]
fn the_log_goes_on_page_by_page() {
    let portal = lived();
    let mut seen: Vec<Value> = Vec::new();
    let mut path = format!("{LOG}?limit=1");
    loop {
        let answer = portal.get(&path, "ann").json();
        seen.extend(answer["items"].as_array().unwrap().iter().map(|it| it["id"].clone()));
        let Some(next) = answer["next"].as_str() else { break };
        path = format!("{LOG}?limit=1&cursor={next}");
    }
    let all: Vec<Value> = portal.get(LOG, "ann").json()["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["id"].clone())
        .collect();
    assert_eq!((seen.len(), &seen), (3, &all));
}

#[test]
fn staff_read_all_of_it_and_each_question_goes_by_its_index() {
    let portal = lived();
    for (query, count, index) in [
        ("", 4, "audit_latest"),
        ("organisation=globex", 1, "audit_org"),
        ("actor=ann%40acme-canary.example", 2, "audit_actor"),
        ("actor=Ned", 1, "audit_name"),
        ("action=access.refused", 2, "audit_action"),
        ("action=access.refused&actor=Ned", 1, "audit_name"),
    ] {
        let path = format!("/api/v1/staff/audit?{query}");
        let lines = said(&portal, &path, "st-support");
        assert_eq!(lines.len(), count, "{query}: {lines:?}");
        let asked =
            portal.db.history().into_iter().rev().find(|it| it.stmt.sql.contains("from audit indexed"));
        assert!(asked.unwrap().stmt.sql.contains(index), "{query}");
    }
    let page = portal.get("/staff/audit", "st-admin").body;
    assert!(page.contains("Acme-canary") && page.contains("Globex-canary"), "{page}");
}

/// Whoever takes a list out of the portal is written down, too.
#[test]
fn a_list_that_is_exported_leaves_a_line() {
    let portal = Portal::new();
    for (path, person) in [
        ("/o/acme/orders/history.csv", "ann"),
        ("/api/v1/organisations/acme/payment-records.csv", "bob"),
        ("/o/acme/licences/history.csv", "bob"),
        ("/o/acme/audit.csv", "ann"),
        ("/staff/audit.csv", "st-support"),
    ] {
        let answer = portal.get(path, person);
        assert_eq!(answer.status, StatusCode::OK, "{path} {}", answer.body);
        assert!(answer.header("content-type").starts_with("text/csv"), "{path}");
        let newest = portal.rows("select action, target, actor_id from audit order by rowid desc limit 1");
        assert_eq!(newest[0], json!({ "action": "list.exported", "target": path, "actor_id": person }));
    }
    assert_eq!(
        portal.get("/o/acme/orders/history.csv?from=x", "ann").status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(portal.number("select count(*) as n from audit"), 5, "a refused one is no export");
    let sheet = portal.get("/o/acme/audit.csv?action=list.exported", "ann").body;
    assert_eq!(sheet.lines().count(), 5, "{sheet}");
    assert!(sheet.contains("Bob Acme-canary took /o/acme/licences/history.csv as a file"), "{sheet}");
}

/// Each action that a deed writes has its words.
#[test]
fn every_action_has_words() {
    let mut missing = Vec::new();
    crate::tidy::each_source(|name, text| {
        for at in text.match_indices("action").map(|it| it.0) {
            let rest = &text[at..text[at..].find([';', ')', '\n']).map_or(text.len(), |it| at + it)];
            for word in rest.split('"').skip(1).step_by(2) {
                let is_action = word.split_once('.').is_some_and(|(thing, verb)| {
                    let plain =
                        |it: &str| !it.is_empty() && it.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
                    plain(thing) && plain(verb)
                });
                let known = portal::apps::audit::words::WORDS.iter().any(|it| it.action == word);
                if is_action && !known && !name.contains("openapi") && !name.contains("words") {
                    missing.push(format!("{name}: {word}"));
                }
            }
        }
    });
    assert!(missing.is_empty(), "{missing:?}");
}
