//! Domain 4.3 and 4.4: another mail, and the end of a contact.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::fixtures::{Answer, NED_JOINS, NOW, Portal, cookie, keys, signed};
use crate::samples::VIC_JOINS;

const PAGE: &str = "/o/acme/contacts";
const API: &str = "/api/v1/organisations/acme/contacts";
const VIC: &str = "/api/v1/organisations/acme/contacts/c-vic/verification";

fn with_vic() -> Portal {
    let lasting = "update session set last_seen_at = last_seen_at + 400000, expires_at = expires_at + 400000";
    Portal::after(&format!("delete from contact where id = 'c-sue'; {VIC_JOINS} {lasting} where id = 'ann';"))
}

/// By a session that lasts as long as the test needs it.
fn sent_at(portal: &Portal, at: i64) -> Answer {
    portal.now.set(NOW + at);
    portal.send("POST", VIC, &signed("ann", "ann", 0, NOW + 400_000, &keys()), "")
}

#[test]
fn another_mail_voids_the_older_link() {
    let portal = with_vic();
    assert_eq!(sent_at(&portal, 0).status, StatusCode::ACCEPTED);
    assert_eq!(sent_at(&portal, 60).status, StatusCode::ACCEPTED);
    let links = portal.rows("select created_at, voided_at from link order by created_at");
    let expected = [
        json!({ "created_at": NOW, "voided_at": NOW + 60 }),
        json!({ "created_at": NOW + 60, "voided_at": null }),
    ];
    assert_eq!(links, expected);
    assert_eq!(portal.number("select count(*) as n from outbox where contact_id = 'c-vic'"), 2);
    assert_eq!(portal.queue.0.lock().unwrap().len(), 2);
}

#[test]
fn a_minute_between_two_mails() {
    let portal = with_vic();
    sent_at(&portal, 0);
    for (at, wait) in [(0, "60"), (1, "59"), (59, "1")] {
        let before = portal.contents();
        let answer = sent_at(&portal, at);
        assert_eq!((answer.status, answer.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, wait));
        assert_eq!(answer.json()["type"], "/problems/slow-down");
        assert_eq!(portal.contents(), before);
    }
    let page = portal.post(&format!("{PAGE}/c-vic/verification"), "ann", "");
    assert_eq!((page.status, page.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "1"));
    assert!(page.body.contains("A mail went out a moment ago") && page.body.contains("Vic Acme-canary"));
    assert_eq!(sent_at(&portal, 60).status, StatusCode::ACCEPTED);
}

/// The first and five more within any 24 hours; what the answer promises comes true to the second.
#[test]
fn six_mails_a_day() {
    let portal = with_vic();
    for hour in [0, 4, 8, 12, 16, 20] {
        assert_eq!(sent_at(&portal, hour * 3600).status, StatusCode::ACCEPTED);
    }
    let refused = sent_at(&portal, 21 * 3600);
    assert_eq!((refused.status, refused.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "10800"));
    assert!(refused.body.contains("in 3 hours"), "{}", refused.body);
    assert_eq!(sent_at(&portal, 24 * 3600 - 1).header("retry-after"), "1");
    assert_eq!(sent_at(&portal, 24 * 3600).status, StatusCode::ACCEPTED);
    assert_eq!(sent_at(&portal, 24 * 3600 + 60).header("retry-after"), (4 * 3600 - 60).to_string());
}

/// Of several presses at once, one sends; the database says so.
#[test]
fn a_race_for_the_same_mail_is_lost_with_the_same_words() {
    for (meanwhile, status, code) in [
        (
            "insert into link (id, hash, purpose, person_id, contact_id, created_at, expires_at)
             values ('l', 'h', 'verify', 'vic', 'c-vic', 1795327680, 1795400000)",
            StatusCode::TOO_MANY_REQUESTS,
            "slow-down",
        ),
        ("update contact set verified_at = 5 where id = 'c-vic'", StatusCode::CONFLICT, "already-verified"),
        ("delete from contact where id = 'c-vic'", StatusCode::NOT_FOUND, "not-found"),
    ] {
        let portal = with_vic();
        portal.db.meanwhile(meanwhile);
        let answer = sent_at(&portal, 0);
        assert_eq!((answer.status, &answer.json()["type"]), (status, &json!(format!("/problems/{code}"))));
        assert_eq!(portal.number("select count(*) as n from outbox"), 0);
        assert!(portal.tokens.kept.lock().unwrap().is_empty() && portal.queue.0.lock().unwrap().is_empty());
    }
}

#[test]
fn who_is_verified_needs_no_mail() {
    let answer = Portal::new().post(&format!("{API}/c-bob/verification"), "ann", "");
    assert_eq!(
        (answer.status, &answer.json()["type"]),
        (StatusCode::CONFLICT, &json!("/problems/already-verified"))
    );
    let page = Portal::new().post(&format!("{PAGE}/c-bob/verification"), "ann", "");
    assert!(page.status == StatusCode::CONFLICT && page.body.contains("verified already"), "{}", page.body);
}

#[test]
fn the_question_says_what_falls_vacant() {
    let vic = with_vic();
    let question = |portal: &Portal, id: &str| portal.get(&format!("{PAGE}/{id}/removal"), "ann").body;
    for (id, said) in [
        ("c-bob", "nobody will be able to record payments or ask for licence extensions until you assign it"),
        ("c-tom", "The Technical role falls vacant"),
        ("c-vic", "Vic Acme-canary can no longer see Acme-canary from this moment on"),
    ] {
        let body = question(&vic, id);
        assert!(body.contains(said) && body.contains("starts with a new verification mail"), "{body}");
    }
    assert!(question(&Portal::new(), "c-sue").contains("nobody will reach the help desk"));
    assert!(!question(&vic, "c-vic").contains("falls vacant"));
    let both = Portal::after("update role set contact_id = 'c-bob' where role = 'technical'");
    assert_eq!(question(&both, "c-bob").matches("role falls vacant").count(), 2);
}

#[test]
fn the_primary_cannot_be_deleted() {
    let told = "Hand the Primary role to another contact first";
    for (method, path) in
        [("GET", "/o/acme/contacts/c-ann/removal"), ("POST", "/o/acme/contacts/c-ann/removal")]
    {
        let answer = Portal::new().send(method, path, &cookie("ann"), "");
        assert!(
            answer.status == StatusCode::CONFLICT && answer.body.contains(told),
            "{method} {}",
            answer.body
        );
    }
    let answer = Portal::new().send("DELETE", &format!("{API}/c-ann"), &cookie("ann"), "");
    assert_eq!(
        (answer.status, &answer.json()["type"]),
        (StatusCode::CONFLICT, &json!("/problems/primary-cannot-be-deleted"))
    );
    // Bob became Primary after the page was read: Ann may no longer do it, nor could anybody.
    let portal =
        Portal::after("update role set contact_id = 'c-ann' where role = 'billing' and org_id = 'acme'");
    portal.db.meanwhile("update role set contact_id = 'c-bob' where role = 'primary' and org_id = 'acme'");
    let answer = portal.send("DELETE", &format!("{API}/c-bob"), &cookie("ann"), "");
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[test]
fn with_a_contact_go_its_roles_and_links_and_its_sight_of_the_organisation() {
    let portal = Portal::after(NED_JOINS);
    let before = portal.number("select roles_version as n from organisation where id = 'acme'");
    assert_eq!(portal.get("/o/acme", "bob").status, StatusCode::OK);
    let answer = portal.send("DELETE", &format!("{API}/c-bob"), &cookie("ann"), "");
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::NO_CONTENT, ""));
    assert_eq!(portal.get("/o/acme", "bob").status, StatusCode::NOT_FOUND);
    assert_eq!(portal.number("select count(*) as n from role where org_id = 'acme'"), 3);
    assert_eq!(portal.number("select roles_version as n from organisation where id = 'acme'"), before + 1);
    assert_eq!(
        portal.send("DELETE", &format!("{API}/c-bob"), &cookie("ann"), "").status,
        StatusCode::NOT_FOUND
    );
    // Ned held no role, so whoever has the roles open is not disturbed; he lives on at Globex.
    let answer = portal.post(&format!("{PAGE}/c-ned2/removal"), "ann", "");
    assert_eq!(answer.header("location"), format!("{PAGE}?done=contact-deleted"));
    assert_eq!(portal.number("select roles_version as n from organisation where id = 'acme'"), before + 1);
    assert_eq!(portal.get("/o/acme", "ned").status, StatusCode::NOT_FOUND);
    assert_eq!(portal.get("/o/globex", "ned").status, StatusCode::OK);
}

#[test]
fn only_who_had_agreed_to_be_a_contact_is_told_that_it_is_over() {
    let portal = with_vic();
    sent_at(&portal, 0);
    assert_eq!(portal.number("select count(*) as n from link"), 1);
    portal.send("DELETE", &format!("{API}/c-vic"), &cookie("ann"), "");
    assert_eq!(portal.number("select count(*) as n from link"), 0, "the link dies with the contact");
    assert_eq!(portal.number("select count(*) as n from outbox where kind = 'contacts.deleted'"), 0);
    portal.send("DELETE", &format!("{API}/c-bob"), &cookie("ann"), "");
    let told = portal.rows("select recipient from outbox where kind = 'contacts.deleted'");
    assert_eq!(told, [json!({ "recipient": "bob@acme-canary.example" })]);
}

#[test]
fn who_comes_back_starts_unverified() {
    let portal = Portal::new();
    portal.send("DELETE", &format!("{API}/c-bob"), &cookie("ann"), "");
    let again = r#"{"display_name": "Robert", "email": "bob@acme-canary.example"}"#;
    let added = portal.post(API, "ann", again);
    assert_eq!((added.status, &added.json()["status"]), (StatusCode::CREATED, &json!("unverified")));
    assert_eq!(added.json()["roles"], Value::Array(vec![]));
    assert_eq!(portal.get("/o/acme", "bob").status, StatusCode::NOT_FOUND);
    assert_eq!(
        portal
            .number("select count(*) as n from person where id = 'bob' and display_name = 'Bob Acme-canary'"),
        1
    );
}
