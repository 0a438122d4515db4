//! Pages from a copy of the database that lags as far as it may: whoever did something sees it, nobody enters on the
//! strength of what the copy still believes, and deeds and programs never meet it.

use axum::http::StatusCode;
use portal::access::{Endpoint, Guard};
use portal::routes::all;
use serde_json::json;

use crate::crash_points::deeds::GETS;
use crate::fixtures::{Answer, NOW, Portal, cookie, keys, logged, run};
use crate::samples::sample;

const MARK: &str = "__Host-mark";

/// The copy stands where everything began.
fn copied(after: &str) -> Portal {
    let portal = Portal::configured_after(after, &[("PAGES_FROM", "nearest")]);
    portal.db.is_copied().unwrap();
    portal
}

fn with(person: &str, mark: &str) -> String {
    format!("{}; {mark}", cookie(person))
}

fn contacts(portal: &Portal, cookie: &str) -> Answer {
    portal.send("GET", "/o/acme/contacts", cookie, "")
}

/// The GETs that write something down are none (`crash_points::deeds`).
fn is_page(url: &Endpoint) -> bool {
    let is_deed = GETS.contains(&format!("{} {}", url.method, url.path).as_str());
    url.method == "GET" && url.guard != Guard::Anyone && !url.path.starts_with("/api/") && !is_deed
}

#[test]
fn who_did_something_sees_it_and_others_see_it_later() {
    let portal = copied("delete from contact where id = 'c-sue'");
    let added = portal.post("/o/acme/contacts", "ann", "display_name=Nina+New&email=nina%40acme.example");
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.body);
    let mark = added.cookie(MARK);
    assert!(mark.len() > MARK.len() + 1, "{:?}", added.headers);
    let cookies = added.header("set-cookie");
    assert!(
        cookies.contains("Secure; HttpOnly; SameSite=Lax") && cookies.contains("Max-Age=600"),
        "{cookies}"
    );
    let before = portal.db.asked_of_the_copy();
    assert!(!contacts(&portal, &cookie("ann")).body.contains("Nina New"), "the copy does not lag");
    assert!(contacts(&portal, &with("ann", &mark)).body.contains("Nina New"));
    assert!(contacts(&portal, &cookie("ann")).body.contains("Nina New"), "the copy goes back in time");
    assert_eq!(portal.db.asked_of_the_copy() - before, 3);
}

#[test]
fn a_bookmark_that_is_older_than_the_last_deed_shows_that_one_and_no_later() {
    let portal = copied("delete from contact where id in ('c-sue', 'c-new')");
    let first = portal.post("/o/acme/contacts", "ann", "display_name=Nina+New&email=nina%40acme.example");
    let second = portal.post("/o/acme/contacts", "ann", "display_name=Otto+Next&email=otto%40acme.example");
    assert_eq!(
        (first.status, second.status),
        (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER),
        "{}",
        second.body
    );
    let then = contacts(&portal, &with("ann", &first.cookie(MARK))).body;
    assert!(then.contains("Nina New") && !then.contains("Otto Next"));
    assert!(contacts(&portal, &with("ann", &second.cookie(MARK))).body.contains("Otto Next"));
}

#[test]
fn the_gate_is_asked_of_the_primary() {
    let portal = copied("");
    assert_eq!(contacts(&portal, &cookie("ann")).status, StatusCode::OK);
    run(&portal.db, "update session set ended_at = 1 where person_id = 'ann'").unwrap();
    assert_eq!(contacts(&portal, &cookie("ann")).status, StatusCode::SEE_OTHER);
    run(&portal.db, "delete from role where contact_id = 'c-bob'").unwrap();
    assert_eq!(portal.get("/o/acme/licences", "bob").status, StatusCode::FORBIDDEN);
    run(&portal.db, "delete from contact where id = 'c-bob'").unwrap();
    assert_eq!(portal.get("/o/acme", "bob").status, StatusCode::NOT_FOUND);
}

#[test]
fn every_page_may_come_from_the_copy_and_no_call_of_the_api_does() {
    for url in all().index.iter().filter(|it| it.method == "GET" && it.guard != Guard::Anyone) {
        let sample = sample(url);
        let portal = copied(sample.after);
        let usual = Portal::after(sample.after);
        let trips = portal.db.round_trips();
        let (answer, other) = (sample.send(&portal, "GET"), sample.send(&usual, "GET"));
        let trips = portal.db.round_trips() - trips;
        assert_eq!((answer.status, answer.body.len()), (other.status, other.body.len()), "{}", url.path);
        let asked = portal.db.asked_of_the_copy();
        assert!(asked <= 1 && trips <= 2, "{} asks the copy {asked} times", url.path);
        assert!(is_page(url) || asked == 0, "{} is read from the copy", url.path);
        assert_eq!(answer.cookie(MARK), "", "{}", url.path);
    }
}

#[test]
fn every_deed_leaves_the_bookmark_and_asks_no_copy() {
    let mut marked = 0;
    for url in all().index.iter().filter(|it| it.method != "GET" && it.guard != Guard::Anyone) {
        let sample = sample(url);
        let room = if sample.after.is_empty() { "" } else { "delete from contact where id = 'c-sue';" };
        let portal = copied(&format!("{room}{}", sample.after));
        let before = portal.contents();
        let answer = sample.send(&portal, url.method.as_str());
        let said = format!("{} {}: {} {}", url.method, url.path, answer.status, answer.body);
        assert_eq!(portal.db.asked_of_the_copy(), 0, "{said}");
        assert!(answer.status.is_success() || answer.status == StatusCode::SEE_OTHER, "{said}");
        assert!(portal.contents() != before, "{said}");
        assert_ne!(answer.cookie(MARK), "", "{said}");
        marked += 1;
    }
    assert!(marked > 80, "{marked}");
}

#[test]
fn a_cookie_that_is_worth_nothing_and_an_unheard_deed_lead_to_the_primary() {
    let portal = copied("delete from contact where id = 'c-sue'");
    let mark = portal
        .post("/o/acme/contacts", "ann", "display_name=Nina+New&email=nina%40acme.example")
        .cookie(MARK);
    let signed = |seen: serde_json::Value| {
        format!("{MARK}={}", keys().sign(&json!({ "seen": seen }), NOW + 60).unwrap())
    };
    let worthless = [
        format!("{}x", &mark[..mark.len() - 4]),
        format!("{MARK}="),
        format!("{MARK}=00000000-00000000-00000000-00000000000000000000000000000000"),
        format!("{mark}; {mark}"),
        signed("first-unconstrained".into()),
        signed(serde_json::Value::Null),
    ];
    for it in worthless {
        assert!(contacts(&portal, &with("ann", &it)).body.contains("Nina New"), "{it}");
        assert_eq!(portal.db.asked_of_the_copy(), 0, "{it}");
    }
    portal.db.loses_next_answer();
    let unheard = portal.post("/o/acme/contacts", "ann", "display_name=Otto+Next&email=otto%40acme.example");
    assert_eq!(unheard.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(contacts(&portal, &with("ann", &unheard.cookie(MARK))).body.contains("Otto Next"));
    assert_eq!(portal.db.asked_of_the_copy(), 0);
}

#[test]
fn a_copy_that_cannot_answer_is_stood_in_for() {
    let portal = copied("");
    let future = json!({ "seen": format!("{0}-{0}-{0}-{0}{0}{0}{0}", "ffffffff") });
    let future = format!("{MARK}={}", keys().sign(&future, NOW + 60).unwrap());
    let answer = contacts(&portal, &with("ann", &future));
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.body.contains("Bob"), "{}", answer.body);
    assert!(logged().join("\n").contains("a bookmark of the future"));
}

#[test]
fn where_nothing_is_said_no_copy_is_asked_and_no_bookmark_left() {
    let portal = Portal::new();
    portal.db.is_copied().unwrap();
    let deed = portal.post("/o/acme/contacts", "ann", "display_name=Nina+New&email=nina%40acme.example");
    assert_eq!(deed.cookie(MARK), "");
    contacts(&portal, &cookie("ann"));
    assert_eq!(portal.db.asked_of_the_copy(), 0);
}
