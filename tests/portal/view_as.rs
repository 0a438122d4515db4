//! Somebody of the staff sees what a contact sees, and can do nothing there.

use axum::http::StatusCode;
use portal::access::{Endpoint, Guard};
use serde_json::json;

use crate::fixtures::{NED_JOINS, NOW, Portal, cookie, run};
use crate::samples::sample;

pub const STAFF: &str = "st-support";

/// `STAFF` looks at Acme as this contact.
pub fn looking(contact: &str) -> String {
    format!(
        "insert into view_as (id, session_id, person_id, org_id, contact_id, reason, started_at, ends_at)
           values ('v', '{STAFF}', '{STAFF}', 'acme', '{contact}', 'Ticket 4711, a blank page', {NOW} - 60, {NOW} + 1740);"
    )
}

fn routes() -> impl Iterator<Item = Endpoint> {
    portal::routes::all().index.into_iter().filter(|it| matches!(it.guard, Guard::Contact(_)))
}

/// Each URL of customers as each of Acme's contacts: what is read is what the contact reads, and nothing else happens.
#[test]
fn every_url_is_for_reading_and_as_the_contact_reads_it() {
    let mut seen = 0;
    for url in routes() {
        for (contact, person) in
            [("c-ann", "ann"), ("c-bob", "bob"), ("c-sue", "sue"), ("c-tom", "tom"), ("c-ned2", "ned")]
        {
            let sample = sample(&url);
            // Five places: where the sample brings a contact of its own, it takes Ned's.
            let room = if sample.after.contains("into contact") { "" } else { NED_JOINS };
            if contact == "c-ned2" && room.is_empty() {
                continue;
            }
            let script = format!("{room}{}", sample.after);
            let portal = Portal::after(&(script.clone() + &looking(contact)));
            let before = portal.contents();
            let answer = sample.send_as(&portal, url.method.as_str(), &cookie(STAFF));
            let said = format!("{person} {} {}: {} {}", url.method, url.path, answer.status, answer.body);
            assert_eq!(portal.contents(), before, "{said}");
            if url.method == "GET" {
                let own = sample.send_as(&Portal::after(&script), "GET", &cookie(person));
                let is_file = url.path.contains("/documents/") || url.path.contains("/report/");
                let expected = if is_file { StatusCode::FORBIDDEN } else { own.status };
                assert_eq!(answer.status, expected, "{said}");
                if answer.status.is_success() && url.path.starts_with("/api/") {
                    assert_eq!(answer.body, own.body, "{said}");
                }
            } else {
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{said}");
                assert!(answer.body.contains("End the view"), "{said}");
            }
            if url.path.starts_with("/o/")
                && answer.status.is_success()
                && answer.header("content-type").starts_with("text/html")
                && url.method == "GET"
            {
                assert!(answer.body.contains("/staff/view-as/end"), "{said}");
            }
            seen += 1;
        }
    }
    assert!(seen > 150, "{seen}");
}

/// What is kept for a person (read or not, the badge, the calendar, what is mailed) is the contact's and not the viewer's.
#[test]
fn what_is_kept_for_a_person_is_the_contacts() {
    const NEWS: &str = "
        delete from notification; delete from notification_read; delete from notification_mark;
        insert into notification (id, org_id, roles, category, title, body, source, published_at, created_at) values
          ('n-1', 'acme', null, 'general', 'For all', 'x', 'system', 1795300000, 1795300000),
          ('n-2', 'acme', '[\"billing\"]', 'billing', 'For Billing', 'x', 'system', 1795300001, 1795300001),
          ('n-3', 'acme', '[\"technical\"]', 'general', 'For Technical', 'x', 'system', 1795300002, 1795300002);
        insert into notification_read (org_id, person_id, notification_id, read_at) values ('acme', 'bob', 'n-1', 1795300005);
        insert into notification_preference (org_id, person_id, category, mail, changed_at)
          values ('acme', 'bob', 'general', 'weekly', 1), ('acme', 'st-support', 'general', 'off', 1);
        insert into calendar_feed (id, org_id, person_id, hash, created_at) values ('feed', 'acme', 'bob', 'x', 1795300000);";
    let portal = Portal::after(&(NEWS.to_owned() + &looking("c-bob")));
    let body = |path: &str, person: &str| portal.get(path, person).body;
    let main = |path: &str, person: &str| {
        let text = body(path, person);
        text.split_once("<main").unwrap_or_else(|| panic!("{path} as {person}: {text}")).1.to_owned()
    };
    let list = "/api/v1/organisations/acme/notifications";
    let said = body(list, STAFF);
    assert!(said.contains("For Billing") && !said.contains("For Technical"), "{said}");
    assert_eq!(said, body(list, "bob"));
    assert_eq!(body(&format!("{list}?unread=true"), STAFF), body(&format!("{list}?unread=true"), "bob"));
    for path in ["", "/notifications", "/notifications/n-2", "/notifications/preferences", "/calendar"] {
        let path = format!("/o/acme{path}");
        let without_flash = |person| main(&path, person);
        assert_eq!(without_flash(STAFF), without_flash("bob"), "{path}");
    }
    let badge = |person: &str| {
        let home = body("/o/acme", person);
        let nav = home.split_once("href=\"/o/acme/notifications\"").unwrap().1;
        nav.split_once("</a>").unwrap().0.to_owned()
    };
    assert_eq!(badge(STAFF), badge("bob"));
    assert!(badge("bob").contains('1'), "{}", badge("bob"));
}

/// The own account stays the own account, and says that a view goes on elsewhere.
#[test]
fn the_own_account_says_that_a_view_goes_on() {
    let portal = Portal::after(&looking("c-bob"));
    for path in ["/me", "/organisations"] {
        let page = portal.get(path, STAFF);
        let said = format!("{path}: {} {}", page.status, page.body);
        assert!(page.status.is_success(), "{said}");
        assert!(
            page.body.contains("This is your own account") && page.body.contains("/staff/view-as/end"),
            "{said}"
        );
    }
    assert_eq!(portal.get("/api/v1/me", STAFF).json()["id"], STAFF);
    for over in ["update view_as set ended_at = 1", "delete from staff where person_id = 'st-support'"] {
        let portal = Portal::after(&(looking("c-bob") + over));
        assert!(!portal.get("/me", STAFF).body.contains("This is your own account"), "{over}");
    }
}

/// Half an hour is the law of the table, whoever writes.
#[test]
fn no_view_is_longer_than_half_an_hour() {
    let portal = Portal::after(&looking("c-bob"));
    let wish = |end: &str| {
        looking("c-ann").replace("'v', 'st-support'", "'w', 'st-admin'").replace("+ 1740", end).leak()
    };
    for sql in [
        wish("+ 1741"),
        "update view_as set ends_at = ends_at + 1",
        "update view_as set started_at = started_at + 1",
        "update view_as set contact_id = 'c-ann'",
        "update view_as set session_id = 'st-admin'",
    ] {
        assert!(run(&portal.db, sql).is_err(), "{sql}");
    }
    run(&portal.db, wish("+ 1740")).unwrap();
}

/// Elsewhere, later, in another session, or without the role, it is as if there were no view.
#[test]
fn a_view_has_its_place_its_time_its_session_and_its_role() {
    let status = |script: &str, path: &str, person: &str| {
        Portal::after(&(looking("c-bob") + script)).get(path, person).status
    };
    let home = "/api/v1/organisations/acme";
    assert_eq!(status("", home, STAFF), StatusCode::OK);
    assert_eq!(status("", "/api/v1/organisations/globex", STAFF), StatusCode::NOT_FOUND);
    assert_eq!(status("", home, "st-admin"), StatusCode::NOT_FOUND);
    for over in [
        "update view_as set ended_at = 1",
        "update view_as set ends_at = 1795327680",
        "update staff set role = 'sales' where person_id = 'st-support'",
        "delete from staff where person_id = 'st-support'",
        "update contact set verified_at = null where id = 'c-ned'; delete from role where contact_id = 'c-bob'; delete from contact where id = 'c-bob'",
    ] {
        let over = over.replace("update contact set verified_at = null where id = 'c-ned'; ", "");
        assert_eq!(status(&over, home, STAFF), StatusCode::NOT_FOUND, "{over}");
    }
}

/// Somebody of the staff may be a contact of a customer, too.
#[test]
fn the_own_contact_comes_back_when_the_view_ends() {
    let both = "insert into contact (id, org_id, person_id, name, verified_at, created_at)
                  values ('c-own', 'acme', 'st-support', 'Own', 1, 9);";
    let roles = |script: &str| {
        Portal::after(&(both.to_owned() + script)).get("/api/v1/organisations/acme", STAFF).json()["roles"]
            .clone()
    };
    assert_eq!(roles(""), json!([]));
    assert_eq!(roles(&looking("c-bob")), json!(["billing"]));
    assert_eq!(roles(&(looking("c-bob") + "update view_as set ended_at = 1")), json!([]));
    let portal = Portal::after(&(both.to_owned() + &looking("c-ann")));
    let before = portal.contents();
    let deed = portal.post("/o/acme/name", STAFF, "version=1&name=Mine");
    assert!(deed.status == StatusCode::FORBIDDEN && portal.contents() == before);
}

/// The view began between reading and writing: the guard of the batch says no.
#[test]
fn the_guard_of_a_deed_knows_no_stand_in() {
    let portal = Portal::new();
    let script = looking("c-bob").replace("st-support", "ann");
    portal.db.meanwhile(&script);
    let answer = portal.send_with(
        "PATCH",
        "/api/v1/organisations/acme",
        &cookie("ann"),
        r#"{"name": "Acme Mills"}"#,
        &[("if-match", "*")],
    );
    assert_eq!(
        (answer.status, &answer.json()["type"]),
        (StatusCode::FORBIDDEN, &json!("/problems/view-as-reads-only"))
    );
    assert_eq!(portal.number("select version as n from organisation where id = 'acme'"), 1);
}

#[test]
fn a_view_begins_with_a_reason_and_the_customer_reads_of_it() {
    let portal = Portal::new();
    let at = "/staff/organisations/acme/contacts/c-bob/view-as";
    for bad in ["", "reason=", "reason=short"] {
        let answer = portal.post(at, STAFF, bad);
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
    }
    let started = portal.post(at, STAFF, "reason=Ticket+4711%2C%0Ablank+page");
    assert_eq!(started.header("location"), "/o/acme", "{}", started.body);
    let page = portal.get("/o/acme/payments", STAFF).body;
    assert!(page.contains("You see Acme-canary as Bob Acme-canary (Billing) does."), "{page}");
    assert!(page.contains("until 12:08") && page.contains("The support colleague"), "{page}");
    let record = portal.sessions.kept.lock().unwrap().get("session:st-support").cloned().unwrap_or_default();
    assert!(!record.contains("acme"), "no trace in the session: {record}");
    // Another contact: the first view ends.
    portal.post(&at.replace("c-bob", "c-tom"), STAFF, "reason=Ticket+4712+after+that");
    assert_eq!(portal.get("/o/acme/payments", STAFF).status, StatusCode::FORBIDDEN);
    assert_eq!(portal.number("select count(*) as n from view_as where ended_at is null"), 1);
    let ended = portal.post("/staff/view-as/end", STAFF, "");
    assert_eq!(ended.header("location"), "/staff/organisations/acme?done=view-ended");
    assert_eq!(portal.get("/o/acme", STAFF).status, StatusCode::NOT_FOUND);
    assert_eq!(portal.post("/staff/view-as/end", STAFF, "").header("location"), "/staff");
    let log = portal.rows("select action, after ->> 'reason' as reason from audit where org_id = 'acme' and action like 'view_as.%' order by rowid");
    assert_eq!(log.len(), 3);
    assert_eq!(log[0]["reason"], "Ticket 4711, blank page");
    assert_eq!(
        portal.number(
            "select count(*) as n from notification where category = 'security' and roles = '[\"primary\"]'"
        ),
        2
    );
}

#[test]
fn who_sees_nothing_cannot_be_looked_through() {
    let at = |org: &str, contact: &str| format!("/staff/organisations/{org}/contacts/{contact}/view-as");
    for (org, contact) in [("globex", "c-una"), ("acme", "c-gus"), ("acme", "nobody"), ("nowhere", "c-bob")] {
        let portal = Portal::new();
        assert_eq!(portal.get(&at(org, contact), STAFF).status, StatusCode::NOT_FOUND, "{contact}");
        let answer = portal.post(&at(org, contact), STAFF, "reason=Ticket+4711+blank");
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{contact}");
    }
    let race = Portal::new();
    race.db.meanwhile("delete from role where contact_id = 'c-bob'; delete from contact where id = 'c-bob'");
    assert_eq!(
        race.post(&at("acme", "c-bob"), STAFF, "reason=Ticket+4711+blank").status,
        StatusCode::NOT_FOUND
    );
    assert!(
        run(
            &race.db,
            "insert into view_as values ('x', 's', 'st-admin', 'acme', 'c-gus', 'a long reason', 1, 2, null)"
        )
        .is_err()
    );
}

/// Whoever looks and is refused leaves a line in the own name.
#[test]
fn a_refusal_in_a_view_names_the_staff() {
    let portal = Portal::after(&looking("c-tom"));
    portal.get("/o/acme/contacts", STAFF);
    let lines = portal.rows("select actor_id, actor_name from audit where action = 'access.refused'");
    assert_eq!(lines, [json!({ "actor_id": STAFF, "actor_name": "The support colleague" })]);
}
