//! The chain of the audit log: the hash that the database computes is SHA-256, and no deed waits for another.

use futures_executor::block_on;
use portal::access::{System, digest};
use portal::jobs::anchor_audit;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::fixtures::{MIGRATIONS, PASSWORD, Portal, ask, run};
use crate::samples::sample;

const CONTENT: [&str; 11] = [
    "id",
    "org_id",
    "at",
    "actor_id",
    "actor_name",
    "action",
    "target",
    "before",
    "after",
    "address",
    "request_id",
];

fn lines(portal: &Portal) -> Vec<Value> {
    portal.rows("select * from audit order by org_id, seq")
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

/// The first line that does not hold to the one before it, by other code than what wrote it.
pub fn unchained(portal: &Portal) -> Option<String> {
    let (mut chain, mut seq, mut hash) = (Value::Null, 0, "0".repeat(64));
    for line in lines(portal) {
        if line["org_id"] != chain || seq == 0 {
            (chain, seq, hash) = (line["org_id"].clone(), 0, "0".repeat(64));
        }
        seq += 1;
        let content: Vec<Value> = CONTENT.iter().map(|it| line[*it].clone()).collect();
        let own = digest(&json!(content));
        let follows = || format!("{:x}", Sha256::digest([bytes(&hash), bytes(&own)].concat()));
        if line["seq"] != seq || line["digest"] != own || line["hash"] != follows() {
            return Some(line.to_string());
        }
        hash = follows();
    }
    let ends = "select count(*) as n from audit_head join audit
      on ifnull(audit.org_id, '') = chain and audit.seq = audit_head.seq and audit.hash = audit_head.hash";
    let chains = portal.number("select count(distinct ifnull(org_id, '')) as n from audit");
    (portal.number(ends) != chains).then(|| "it does not end where its head says".to_owned())
}

/// Answers how many lines there are.
#[track_caller]
pub fn assert_chained(portal: &Portal) -> usize {
    assert_eq!(unchained(portal), None);
    lines(portal).len()
}

#[test]
fn each_line_is_chained_to_the_one_before_it() {
    let portal = Portal::new();
    portal.get("/o/acme/contacts", "bob");
    portal.get("/o/globex/contacts", "ned");
    portal.post("/me/name", "ann", "version=1&display_name=Ann+A.");
    for name in ["Zoe", "Zoë \u{1}\"\\\u{2028}", "ज़ोई"] {
        let body = json!({ "display_name": name, "email": format!("z{}@acme.example", name.len()) });
        portal.post("/api/v1/organisations/acme/contacts", "ann", &body.to_string());
        portal.get("/o/acme/contacts", "sue");
    }
    assert!(assert_chained(&portal) >= 6);
}

#[test]
fn forty_deeds_at_once_leave_forty_lines() {
    let portal = Portal::new();
    let bodies: Vec<String> = (0..40).map(|it| format!(r#"{{"display_name": "Ann {it}"}}"#)).collect();
    let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
    portal.post_at_once("/api/v1/organisations/acme/contacts", "bob", &bodies);
    assert_eq!(assert_chained(&portal), 40);
}

/// A chain that was empty, one that was not, and a hundred of random content: each is SHA-256.
#[test]
fn the_database_computes_sha_256() {
    let portal = Portal::new();
    for round in 0..100 {
        portal.get("/o/acme/contacts", if round % 3 == 0 { "bob" } else { "tom" });
    }
    assert_eq!(assert_chained(&portal), 100);
}

#[test]
fn older_lines_are_numbered_and_stay_as_they_are() {
    let before = "insert into audit (id, org_id, at, actor_name, action, target, address, request_id) values
        ('b', 'acme', 2, 'x', 'x', 'x', 'x', 'x'), ('a', 'acme', 1, 'x', 'x', 'x', 'x', 'x'),
        ('c', null, 1, 'x', 'x', 'x', 'x', 'x');";
    let (last, earlier) = MIGRATIONS.split_last().unwrap();
    let at = MIGRATIONS.iter().position(|it| it.contains("create table audit_head")).unwrap();
    assert!(earlier.len() >= at && !last.is_empty());
    let scripts = [&MIGRATIONS[..at], &[before], &MIGRATIONS[at..]].concat();
    let db = portal::db::Db::open(&scripts).unwrap();
    let rows: Vec<Value> =
        ask(&db, portal::sql!("select id, seq, hash from audit order by org_id, seq")).unwrap();
    let row = |id: &str, seq: i64| json!({ "id": id, "seq": seq, "hash": null });
    assert_eq!(rows, [row("c", 1), row("a", 1), row("b", 2)]);
    assert!(run(&db, "update audit set at = 9").unwrap_err().names("audit_is_append_only"));
}

#[test]
fn a_line_without_its_link_is_refused() {
    let portal = Portal::new();
    let bare = "insert into audit (id, at, actor_name, action, target, address, request_id)
                values ('a', 1, 'x', 'x', 'x', 'x', 'x')";
    assert!(run(&portal.db, bare).unwrap_err().names("audit_is_chained"));
}

#[test]
fn the_ends_of_the_chains_are_written_down_elsewhere() {
    let portal = Portal::new();
    portal.get("/o/acme/contacts", "bob");
    portal.post("/me/name", "ann", "version=1&display_name=Ann+A.");
    let anchor = || block_on(anchor_audit(&System::new(portal.app()))).unwrap();
    assert_eq!(anchor(), json!({ "anchored": 2, "more": false }));
    assert_eq!(anchor(), json!({ "anchored": 0, "more": false }));
    let mut files = portal.files.keys();
    files.retain(|it| !it.starts_with("payments/"));
    assert!(files.len() == 1 && files[0].starts_with("audit/anchors/"), "{files:?}");
    let file: Value = serde_json::from_slice(&portal.files.kept.lock().unwrap()[&files[0]].0).unwrap();
    let ends = portal.rows("select ifnull(org_id, '') as chain, seq, hash from audit order by 1");
    assert_eq!(file["heads"], json!(ends));
    portal.get("/o/acme/contacts", "bob");
    portal.files.down.store(true, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(anchor()["more"], true);
    portal.files.down.store(false, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(anchor()["anchored"], 1, "what could not be written down is written down the next time");
}

/// Every deed of the portal is done once with secrets that one would recognise. None of them is in the log, nor
/// what is kept of them.
#[test]
fn no_secret_stands_in_the_log() {
    let (mut seen, mut secrets) =
        (0, vec![PASSWORD.to_owned(), "another good phrase".to_owned(), "AAAAAAAAAA".to_owned()]);
    for url in portal::routes::all().index.iter().filter(|it| it.method != "GET") {
        let sample = sample(url);
        let portal = Portal::after(sample.after);
        let answer = sample.send(&portal, url.method.as_str());
        let kept = "select hash as it from link union all select hash from api_key union all select password from person
          where password is not null union all select hash from calendar_feed";
        secrets.extend(portal.rows(kept).iter().map(|it| it["it"].as_str().unwrap().to_owned()));
        secrets.push(answer.cookie("__Host-session").replace("__Host-session=", ""));
        secrets.extend(answer.body.split('"').filter(|it| it.starts_with("portal_")).map(str::to_owned));
        // A name of the cast is no secret, though it is the id of its session, nor is a role, though it stands for a hash.
        secrets.retain(|it| it.len() > 9 && !it.contains("-canary"));
        for line in portal.rows("select action, target, before, after, actor_name, address from audit") {
            let text = line.to_string();
            let leak = secrets.iter().find(|it| text.contains(it.as_str()));
            assert!(leak.is_none(), "{} {}: {leak:?} in {text}", url.method, url.path);
            seen += 1;
        }
    }
    assert!(seen >= 10, "the test saw {seen} lines");
}
