use std::collections::BTreeSet;

use portal::access::Verdict;
use portal::db::schema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::fixtures::{NOW, Portal, TWO_ORGS, ask, run};

const DEMO: &str = include_str!("../../src/apps/dev/demo.json");

fn seed(portal: &Portal) {
    let answer = portal.send("POST", "/dev/seed", "", "");
    assert_eq!((answer.status.as_u16(), answer.json()), (200, json!({ "status": "seeded" })));
}

#[derive(Debug, Deserialize, PartialEq)]
struct Line {
    line: String,
}

/// Everything that the demo data decides; hashes and times of day are new each time.
fn everything(portal: &Portal) -> Vec<String> {
    let mut all = portal.contents();
    all.retain(|it| !it.starts_with("[\"person\""));
    let more = portal::sql!(
        "select json_array(id, email, display_name, password is null, created_at) as line from person
         union all select json_array(type, name, sql) from sqlite_schema
         union all select json_array(id, state, attempts, lease_until, created_at, error) from outbox
         union all select json_array(id, channel, partner_name, customer_domains, partner_domains, created_at) from organisation"
    );
    all.extend(ask::<Line>(&portal.db, more).unwrap().into_iter().map(|it| it.line));
    all.sort();
    all
}

#[test]
fn seeding_starts_from_scratch_whatever_was_there() {
    let fresh = Portal::new();
    for table in ["audit", "session", "role", "contact", "organisation", "person"] {
        assert!(TWO_ORGS.contains(table) || table == "audit");
    }
    run(
        &fresh.db,
        "insert into audit (id, at, actor_name, action, target, address, request_id, digest, seq, hash)
         values ('a', 1, 'x', 'x', 'x', 'x', 'x', 'x', 1, 'x')",
    )
    .unwrap();
    run(&fresh.db, "insert into staff values ('ann', 'admin', 1)").unwrap();
    run(&fresh.db, "insert into job_run values ('x', 1, '{}')").unwrap();
    seed(&fresh);
    let first = everything(&fresh);
    let canaries: Vec<_> = first.iter().filter(|it| it.contains("canary")).collect();
    assert!(canaries.is_empty(), "{canaries:?}");
    assert_eq!(fresh.number("select count(*) as n from audit where address <> '203.0.113.24'"), 0);
    assert_eq!(fresh.number("select count(*) as n from session"), 0);
    assert_eq!(fresh.number("select count(*) as n from job_run"), 0);

    seed(&fresh);
    assert_eq!(everything(&fresh), first, "a second time");
    fresh.now.set(NOW + 10);
    run(&fresh.db, "delete from contact where name = 'Grace Okafor'").unwrap();
    seed(&fresh);
    assert_eq!(everything(&fresh).len(), first.len());
}

/// A table that is not emptied would keep the rows of yesterday, or stop the batch.
#[test]
fn every_table_is_emptied() {
    let portal = Portal::new();
    let tables: BTreeSet<&str> =
        schema::names().filter(|it| !it.contains("_is_") && !it.contains("_needs_")).collect();
    let source = include_str!("../../src/apps/dev/seed.rs");
    let is_table = |name: &str| {
        let count =
            portal::sql!("select name as line from sqlite_schema where type = 'table' and name = ?1", name);
        !ask::<Line>(&portal.db, count).unwrap().is_empty()
    };
    let mut seen = 0;
    for table in tables.into_iter().filter(|it| is_table(it)) {
        assert!(source.contains(&format!("\"delete from {table}\"")), "{table} is not emptied");
        seen += 1;
    }
    assert!(seen >= 14, "{seen} tables");
}

#[test]
fn the_laws_hold_again_afterwards() {
    let portal = Portal::new();
    let laws = portal::sql!(
        "select json_array(name, sql) as line from sqlite_schema where type = 'trigger' order by name"
    );
    let before: Vec<Line> = ask(&portal.db, laws.clone()).unwrap();
    seed(&portal);
    let words = |lines: Vec<Line>| -> Vec<String> {
        lines.iter().map(|it| it.line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
    };
    assert_eq!(words(ask(&portal.db, laws).unwrap()), words(before));
    for (sql, name) in [
        ("delete from role where role = 'primary'", "primary_is_never_vacant"),
        (
            "delete from contact where id in (select contact_id from role where role = 'primary')",
            "primary_cannot_be_deleted",
        ),
    ] {
        assert!(run(&portal.db, sql).unwrap_err().names(name), "{sql}");
    }
    run(
        &portal.db,
        "insert into audit (id, at, actor_name, action, target, address, request_id, digest, seq, hash)
         values ('a', 1, 'x', 'x', 'x', 'x', 'x', 'x', 999, 'x')",
    )
    .unwrap();
    assert!(run(&portal.db, "delete from audit").unwrap_err().names("audit_is_append_only"));
}

#[test]
fn a_seed_that_fails_changes_nothing() {
    let portal = Portal::new();
    run(&portal.db, "create trigger stop before insert on staff begin select raise(abort, 'no'); end")
        .unwrap();
    let before = everything(&portal);
    assert_eq!(portal.send("POST", "/dev/seed", "", "").status, 500);
    assert_eq!(everything(&portal), before);
}

#[test]
fn the_demo_data_is_that_of_the_contract() {
    let portal = Portal::new();
    seed(&portal);
    let roles = portal::sql!(
        "select json_array(person.email, organisation.name, role.role) as line
           from contact join person on person.id = contact.person_id
           join organisation on organisation.id = contact.org_id
           left join role on role.org_id = contact.org_id and role.contact_id = contact.id
          where organisation.name = 'Acme Textiles' order by contact.created_at"
    );
    let roles: Vec<Value> = ask::<Line>(&portal.db, roles)
        .unwrap()
        .iter()
        .map(|it| serde_json::from_str(&it.line).unwrap())
        .collect();
    let acme = |who: &str, role: Value| json!([format!("{who}@acme.example"), "Acme Textiles", role]);
    let expected = [
        acme("primary", json!("primary")),
        acme("billing", json!("billing")),
        acme("support", json!("support")),
        acme("technical", json!("technical")),
        acme("guest", Value::Null),
    ];
    assert_eq!(roles, expected);
    for (sql, n) in [
        ("select count(*) as n from organisation", 4),
        ("select count(*) as n from organisation where channel = 'partner' and partner_domains <> '[]'", 1),
        ("select count(*) as n from contact where verified_at is null", 2),
        ("select count(*) as n from outbox where state = 'failed' and error is not null", 1),
        ("select count(*) as n from outbox where state = 'queued'", 1),
        (
            "select count(*) as n from staff join person on person.id = person_id where email = 'admin@vendor.example' and role = 'admin'",
            1,
        ),
        ("select count(distinct password) as n from person", 1),
        (
            "select count(*) as n from person where password is null and id not in (select person_id from contact where verified_at is null)",
            0,
        ),
        (
            "select max(n) as n from (select count(distinct role.role) as n from contact join role on role.contact_id = contact.id group by person_id having count(distinct contact.org_id) = 3)",
            3,
        ),
    ] {
        assert_eq!(portal.number(sql), n, "{sql}");
    }
    let hash = portal::sql!("select password as line from person where email = 'guest@acme.example'");
    let hash = ask::<Line>(&portal.db, hash).unwrap().remove(0).line;
    let app = portal.app();
    let verdict = app.secrets().pepper.verify("demo password, not for production", Some(&hash));
    assert_eq!(verdict, Verdict::Right);
}

/// Tests and documents name these.
#[test]
fn ids_of_the_demo_data_look_like_ours() {
    let demo: Value = serde_json::from_str(DEMO).unwrap();
    let lists = demo.as_object().unwrap().values().flat_map(|it| it.as_array().unwrap());
    for entry in lists {
        for (key, id) in entry.as_object().unwrap().iter().filter(|it| it.0 == "id" || it.0.ends_with("_id"))
        {
            let id = uuid::Uuid::try_parse(id.as_str().unwrap()).unwrap();
            assert_eq!((id.get_version_num(), id.get_variant()), (7, uuid::Variant::RFC4122), "{key}");
        }
    }
}

/// What waits for its next attempt must not be swept up and sent at once.
#[test]
fn the_sweep_leaves_the_demo_data_alone() {
    let portal = Portal::new();
    seed(&portal);
    let report = futures_executor::block_on(portal::jobs::resend(&portal::access::System::new(portal.app())));
    assert_eq!(report.unwrap()["found"], 0);
}

#[test]
fn a_browser_is_led_back() {
    let portal = Portal::new();
    let answer =
        portal.send_with("POST", "/dev/seed", "", "", &[("accept", "text/html,application/xhtml+xml")]);
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/dev/mail?done=seeded"));
    assert!(portal.send("GET", "/dev/mail?done=seeded", "", "").body.contains("The demo data is loaded."));
}

#[test]
fn another_site_cannot_seed() {
    let portal = Portal::new();
    let answer = portal.send_with("POST", "/dev/seed", "", "", &[("sec-fetch-site", "cross-site")]);
    assert_eq!(answer.status, 403);
}

#[test]
fn none_of_it_is_there_in_production() {
    let portal = Portal::configured(&[
        ("ENVIRONMENT", "production"),
        ("PORTAL_ORIGIN", "https://portal.vendor.example"),
    ]);
    run(&portal.db, "insert into mailbox (id, recipient, subject, body_text, body_html, sent_at) values ('m', 'x', 'x', 'x', 'x', 1)")
        .unwrap();
    let before = portal.contents();
    let ask = |method, path| portal.send(method, &format!("https://portal.vendor.example{path}"), "", "");
    for (method, path) in [
        ("GET", "/dev/mail"),
        ("GET", "/dev/mail?format=json"),
        ("GET", "/dev/mail/m/html"),
        ("POST", "/dev/seed"),
    ] {
        let answer = ask(method, path);
        assert_eq!(answer.status, 404, "{method} {path}");
        assert_eq!(answer.body, ask(method, "/nowhere").body, "{method} {path}");
    }
    assert_eq!(portal.contents(), before);
}

fn with_mail() -> Portal {
    Portal::after(
        "insert into mailbox (id, recipient, subject, body_text, body_html, sent_at) values
          ('m1', 'ann@acme.example', 'First', 'Hello', '<p>Hello</p>', 1795327680),
          ('m2', 'bob@acme.example', 'Second <b>', 'Press:
http://localhost:8787/verify#abc
http://localhost:8787.evil.example/x', '<p>Press</p>', 1795327681);",
    )
}

#[test]
fn the_mailbox_as_json() {
    let items = with_mail().send("GET", "/dev/mail?format=json", "", "").json();
    let first = json!({
        "id": "m1", "to": "ann@acme.example", "subject": "First", "text": "Hello", "html": "<p>Hello</p>",
        "attachments": [], "at": "2026-11-22T06:08:00Z",
    });
    assert_eq!(items["items"][1], first);
    assert_eq!((items["items"][0]["id"].as_str(), items["items"].as_array().unwrap().len()), (Some("m2"), 2));
    assert_eq!(Portal::new().send("GET", "/dev/mail?format=json", "", "").json(), json!({ "items": [] }));
}

#[test]
fn the_mailbox_as_a_page() {
    let page = with_mail().send("GET", "/dev/mail", "", "").body;
    assert!(page.find("Second &lt;b&gt;").unwrap() < page.find("First").unwrap());
    assert!(page.contains("<a href=\"http://localhost:8787/verify#abc\">"));
    assert!(!page.contains("href=\"http://localhost:8787.evil.example"));
    assert!(Portal::new().send("GET", "/dev/mail", "", "").body.contains("No mail yet"));
}

#[test]
fn the_html_part_may_do_nothing() {
    let portal = with_mail();
    let answer = portal.send("GET", "/dev/mail/m1/html", "", "");
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, "<p>Hello</p>"));
    assert_eq!(
        answer.header("content-security-policy"),
        "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    );
    for path in ["/dev/mail/m3/html", "/dev/mail/%00/html"] {
        assert_eq!(portal.send("GET", path, "", "").status, 404, "{path}");
    }
}

#[test]
fn the_demo_has_every_state_of_a_licence_and_a_long_history() {
    let portal = Portal::new();
    seed(&portal);
    let states = portal::sql!(
        "select distinct kind || ' ' || case when cancelled_on <= '2026-11-22' then 'cancelled'
                when valid_till < '2026-11-22' then 'expired' when valid_till <= '2026-12-22' then 'expiring'
                else 'active' end as line from licence order by 1"
    );
    let states: Vec<String> =
        ask::<Line>(&portal.db, states).unwrap().into_iter().map(|it| it.line).collect();
    let expected = [
        "subscription active",
        "subscription cancelled",
        "subscription expired",
        "subscription expiring",
        "trial expired",
        "trial expiring",
    ];
    assert_eq!(states, expected);
    let most = "select max(n) as n from (select count(*) as n from licence_event group by org_id)";
    assert_eq!(portal.number(most), 400);
    assert_eq!(
        portal.number("select count(*) as n from licence where valid_till = '2026-12-04'"),
        2,
        "in 12 days"
    );
    let wrong =
        "select count(*) as n from licence_event where old_valid_till >= new_valid_till or at > 1795327680";
    assert_eq!(portal.number(wrong), 0);
    assert_eq!(portal.number("select count(*) as n from extension_request"), 3);
}
