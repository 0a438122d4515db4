//! The invariants (docs/faults.md), asked by name after everything that was disturbed. Those that rows can tell stand
//! in `tests/fixtures/invariants.sql`, which the edge asks, too; those that take a request or a file are asked here.
//! INV-9 and INV-10 are about answers: `crash_points` compares them.

use axum::http::StatusCode;
use futures_executor::block_on;
use portal::db::{Arg, Stmt};
use serde::Deserialize;

use crate::audit_chain::unchained;
use crate::cookies::signed;
use crate::fixtures::{NOW, Portal, keys, run};

const QUESTIONS: &str = include_str!("../fixtures/invariants.sql");

#[derive(Deserialize)]
struct Broken {
    broken: Option<String>,
}

/// Name and question.
fn questions() -> impl Iterator<Item = (&'static str, &'static str)> {
    QUESTIONS.split("\n-- INV").skip(1).map(|it| it.split_once('\n').unwrap())
}

/// What is broken, each with its name; the story began at `NOW`.
pub fn broken(portal: &Portal) -> Vec<String> {
    let mut found = Vec::new();
    for (name, sql) in questions() {
        let sql = sql.trim().trim_end_matches(';');
        let args = if sql.contains("?1") { vec![Arg::from(NOW)] } else { vec![] };
        let rows = block_on(portal.db.read(vec![Stmt { sql, args }])).unwrap().remove(0);
        let rows: Vec<Broken> = rows.decode().unwrap();
        found.extend(rows.iter().map(|it| format!("INV{name}: {}", it.broken.as_deref().unwrap_or("null"))));
    }
    found.extend(unchained(portal).map(|it| format!("INV-3 the chain holds: {it}")));
    found.extend(entered(portal));
    let kept = portal.files.keys();
    for document in portal.rows(
        "select object from payment_document union all select object from report where made_at is not null",
    ) {
        let object = document["object"].as_str().unwrap();
        if !kept.iter().any(|it| it == object) {
            found.push(format!("INV-7 what is recorded is kept in R2: {object}"));
        }
    }
    found
}

#[track_caller]
pub fn assert_sound(portal: &Portal) {
    let broken = broken(portal);
    assert!(broken.is_empty(), "{broken:#?}");
}

/// Who gets in although the database says that they are out. KV is told that they were here a moment ago.
fn entered(portal: &Portal) -> Vec<String> {
    let over = portal.rows(
        "select session.id, person_id, session_epoch - (ended_at is null) as epoch from session
           join person on person.id = person_id where ended_at is not null or session_epoch > 0",
    );
    let now = portal.now.get();
    let mut found = Vec::new();
    for it in over {
        let (id, person) = (it["id"].as_str().unwrap(), it["person_id"].as_str().unwrap());
        let (before, record) = (portal.sessions.kept.lock().unwrap().clone(), format!("session:{id}"));
        portal.sessions.keep(&record, &format!(r#"{{"last_seen_at":{now},"last_org":null}}"#));
        let cookie = signed(id, person, it["epoch"].as_i64().unwrap(), now + 3600, &keys());
        let answer = portal.send("GET", "/api/v1/me", &cookie, "");
        *portal.sessions.kept.lock().unwrap() = before;
        if answer.status != StatusCode::UNAUTHORIZED && answer.status != StatusCode::SERVICE_UNAVAILABLE {
            found.push(format!("INV-6 who is out stays out: {id} of {person} got {}", answer.status));
        }
    }
    found
}

#[test]
fn all_are_asked_for_by_name() {
    let mut named: Vec<&str> = questions().map(|it| it.0.split(' ').next().unwrap()).collect();
    named.dedup();
    assert_eq!(named, ["-1", "-2", "-3", "-4", "-5", "-6", "-7", "-8", "-9", "-11"]);
    let text = include_str!("crash_points.rs");
    assert!(text.contains("INV-9") && text.contains("INV-10"), "those are about answers");
}

#[test]
fn the_cast_is_sound() {
    assert_sound(&Portal::new());
}

/// A checker that finds nothing finds nothing wrong either. Each is broken by hand, with the law out of the way that
/// usually forbids it.
#[test]
fn each_is_seen_when_it_is_broken() {
    let broken_by: &[(&str, &str)] = &[
        ("INV-1 no organisation", "drop trigger contact_limit; insert into contact (id, org_id, person_id, name, verified_at, created_at)
            select 'six-' || id, 'acme', id, 'Name', 1, 1 from person where id in ('una', 'eve', 'gus')"),
        ("INV-2 each organisation", "drop trigger primary_is_never_vacant; delete from role where org_id = 'acme' and role = 'primary'"),
        ("INV-2 whoever holds", "drop trigger role_needs_verified_contact; insert into role values ('globex', 'billing', 'c-una')"),
        ("INV-3 the lines", "insert into audit (id, at, actor_name, action, target, address, request_id, digest, seq, hash)
            values ('a', 1, 'x', 'x', 'x', 'x', 'x', 'x', 2, 'x')"),
        ("INV-3 the chain", "insert into audit (id, at, actor_name, action, target, address, request_id, digest, seq, hash)
            values ('a', 1, 'x', 'x', 'x', 'x', 'x', 'x', 1, 'x')"),
        ("INV-3 each chain", "drop trigger audit_moves_its_head; insert into audit (id, at, actor_name, action, target, address, request_id, digest, seq, hash)
            values ('a', 1, 'x', 'x', 'x', 'x', 'x', 'x', 1, 'x'); insert into audit_head (chain, seq, hash) values ('', 7, 'y')"),
        ("INV-3 a line", "insert into audit (id, at, actor_name, action, target, address, request_id, digest, seq, hash)
            values ('a', 1795327680, 'x', 'contact.added', 'nobody', 'x', 'x', 'x', 1, 'x')"),
        ("INV-3 an effect has its line of the log, and one:", "insert into payment_record select 'p-2', org_id, 1795327680, recorded_on, 'X-1', 'X-1', currency, amount, tax_deducted, paid_on, method,
            reference, reference_key, note, status, status_on, message, by_person, by_name, overdue_on, decided_by, decided_at from payment_record where id = 'p-acme'"),
        ("INV-3 an effect has its line of the log, and one: what", "insert into session (id, person_id, device, address, created_at, last_seen_at, expires_at)
            values ('s', 'ann', 'x', 'x', 1795327680, 1795327680, 1795400000)"),
        ("INV-4 no mail", "insert into outbox (id, kind, payload, created_at, state_at) values ('m', 'x', '{}', 1795327680, 1)"),
        ("INV-4 what counts", "insert into outbox (id, kind, payload, state, created_at, state_at) values ('m', 'x', '{}', 'sent', 1795327680, 1)"),
        ("INV-4 a link", "insert into link (id, hash, purpose, person_id, created_at, expires_at) values ('l', 'h', 'reset', 'ann', 1795327680, 1795400000)"),
        ("INV-5 each link", "insert into link (id, hash, purpose, person_id, created_at, expires_at, used_at) values ('l', 'h', 'reset', 'ann', 1, 1795400000, 1795327680)"),
        ("INV-5 a password", "insert into audit (id, at, actor_name, action, target, address, request_id, digest, seq, hash)
            values ('a', 1795327680, 'x', 'password.reset', 'ann', 'x', 'x', 'x', 1, 'x')"),
        ("INV-5 of the links", "insert into link (id, hash, purpose, person_id, created_at, expires_at) values
            ('l', 'h', 'reset', 'ann', 1795327680, 1795400000), ('k', 'g', 'reset', 'ann', 1795327680, 1795400000)"),
        ("INV-6 what the log", "insert into audit (id, at, actor_name, action, target, address, request_id, digest, seq, hash)
            values ('a', 1795327680, 'x', 'session.ended', 'ann', 'x', 'x', 'x', 1, 'x')"),
        ("INV-6 nobody has", "insert into calendar_feed values ('f', 'h', 'ann', 'acme', 1, null), ('g', 'i', 'ann', 'acme', 1, null)"),
        ("INV-7 what is recorded", "update report set object = 'payments/nowhere' where id = 'r-acme'"),
        ("INV-8 a granted", "insert into extension_request (id, org_id, licence_id, product_id, at, requested_on, reason, description, by_person, by_name, status, code, message, valid_till)
            values ('x', 'acme', 'l-acme', 'skyconnect', 1795327680, '2026-11-22', 'payment_overdue', 'on its way', 'ann', 'Ann', 'granted', 'GRANTED', '', '2026-12-31')"),
        ("INV-8 not more", "drop trigger extension_limit; insert into extension_request (id, org_id, licence_id, product_id, at, requested_on, reason, description, by_person, by_name, status, code, message, valid_till)
            select value, 'acme', 'l-acme', 'skyconnect', 1, '2026-11-22', 'payment_overdue', 'on its way', 'ann', 'Ann', 'granted', 'GRANTED', '', '2026-12-31' from json_each('[\"x\",\"y\",\"z\"]')"),
        ("INV-8 a licence", "insert into licence_event values ('e', 'acme', 'l-acme', 'skyconnect', 1795327680, null, '2027-12-31', 'vendor', 'vendor', null, '')"),
        ("INV-8 a payment is decided", "insert into payment_event (id, org_id, record_id, at, event, by_kind) values ('e', 'acme', 'p-acme', 1, 'match', 'vendor'), ('f', 'acme', 'p-acme', 1, 'refuse', 'vendor')"),
        ("INV-11 what is kept of a meter", "insert into sub_product values ('skyconnect', 'mailboxes', 'Mailboxes', 'users');
            insert into usage_sample values ('acme', 'skyconnect', 'mailboxes', '2026-11-20', 52, 1); update usage_meter set last_used = 53"),
        ("INV-11 what is kept of the reach of an announcement is what the contacts say: of acme", "drop trigger reach_sees_role_vacant; delete from role where contact_id = 'c-bob'"),
        ("INV-11 what is kept of the reach of an announcement is what the contacts say: of all", "update reach set contacts = contacts + 1 where roles = 1"),
    ];
    let unseen = broken_by.iter().filter_map(|(name, script)| {
        let found = broken(&Portal::after(script));
        (!found.iter().any(|it| it.starts_with(name))).then(|| format!("{name}: {found:?}"))
    });
    assert_eq!(unseen.collect::<Vec<_>>(), Vec::<String>::new());
    let portal = Portal::new();
    run(&portal.db, "update session set ended_at = 5 where id = 'ann'").unwrap();
    assert_eq!(broken(&portal), Vec::<String>::new(), "who is out is kept out");
}
