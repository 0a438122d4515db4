use futures_executor::block_on;
use portal::access::System;
use portal::db::{Db, Stmt};
use portal::jobs::{Mailbox, left_lying, on_schedule, outdated, resend, retain};
use serde::Deserialize;
use serde_json::json;

use crate::fixtures::{MIGRATIONS, NOW, Portal, ask, run};
use crate::jobs::{at, deliver, id, mails, put};

#[test]
fn the_sweep_brings_back_what_was_lost_and_nothing_else() {
    let portal = Portal::new();
    for (mail, change) in [
        ("lost", "state_at = state_at - 120"),
        ("fresh", "state_at = state_at - 119"),
        ("waiting", "state_at = state_at - 500, lease_until = state_at + 1"),
        ("due", "state_at = state_at - 500, lease_until = state_at - 1"),
        ("on-its-way", "state = 'sending', state_at = state_at - 120, lease_until = state_at"),
        ("orphaned", "state = 'sending', state_at = state_at - 121, lease_until = state_at - 1"),
        ("sent", "state = 'sent', state_at = 1"),
        ("failed", "state = 'failed', state_at = 1"),
        ("dropped", "state = 'dropped', state_at = 1"),
    ] {
        put(&portal.db, mail, change);
    }
    let report = block_on(resend(&System::new(portal.app()))).unwrap();
    assert_eq!(report, json!({ "found": 3, "sent": 3 }));
    let mut found: Vec<String> = portal.queue.0.lock().unwrap().drain(..).map(String::from).collect();
    found.sort();
    assert_eq!(found, ["due", "lost", "orphaned"]);
    // And the consumer can do something with each of them.
    for mail in &found {
        deliver(portal.app(), &Mailbox, mail);
    }
    assert_eq!(mails(&portal), 3);
}

#[test]
fn the_sweep_takes_five_hundred_at_most_oldest_first() {
    let portal = Portal::new();
    run(
        &portal.db,
        "insert into outbox (id, kind, payload, created_at, state_at)
         with recursive n(i) as (select 1 union all select i + 1 from n where i < 620)
         select 'm' || i, 'x.y', '{}', 1, 100000 - i from n",
    )
    .unwrap();
    assert_eq!(block_on(resend(&System::new(portal.app()))).unwrap(), json!({ "found": 500, "sent": 500 }));
    let queue = portal.queue.0.lock().unwrap();
    assert!(queue.len() == 500 && queue.contains(&id("m620")) && !queue.contains(&id("m120")));
}

#[test]
fn every_cron_of_the_configuration_runs_a_job_and_leaves_a_heartbeat() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Run {
        job: String,
        ran_at: i64,
        report: String,
    }

    let configured = include_str!("../../wrangler.toml");
    let crons = configured.split_once("crons = [").unwrap().1.split_once(']').unwrap().0;
    let crons: Vec<&str> = crons.split('"').skip(1).step_by(2).collect();
    assert_eq!(crons.len(), 2);
    let portal = Portal::new();
    for seconds in [0, 300] {
        for cron in &crons {
            block_on(on_schedule(at(&portal, seconds), cron));
        }
    }
    block_on(on_schedule(portal.app(), "0 0 1 1 *"));
    let runs: Vec<Run> =
        ask(&portal.db, portal::sql!("select job, ran_at, report from job_run order by job")).unwrap();
    let run = |job: &str, report: &str| Run { job: job.into(), ran_at: NOW + 300, report: report.into() };
    let deleted = r#"{"digest":0,"idempotency":0,"link":0,"mailbox":0,"oidc_code":0,"outbox":0,"session":0,"throttle":0,"view_as":0}"#;
    let told = r#"{"looked_at":0,"mails":0,"more":false,"told":0}"#;
    let watched = r#"{"crossed":0,"looked_at":0,"mails":0,"more":false}"#;
    let expected = [
        run("age_payments", r#"{"more":false,"noted":0}"#),
        run("anchor_audit", r#"{"anchored":0,"more":false}"#),
        run("announce", r#"{"done":0,"looked_at":0,"mails":0,"more":false}"#),
        run("digest", r#"{"week":null}"#),
        run("expire_licences", told),
        run("resend", r#"{"found":0,"sent":0}"#),
        run("retain", deleted),
        run("sweep_proofs", r#"{"deleted":0,"looked_at":2,"next":null}"#),
        run("sweep_reports", r#"{"deleted":0,"more":false}"#),
        run("warn_of_keys", r#"{"keys":0,"mails":0}"#),
        run("watch_usage", watched),
    ];
    assert_eq!(runs, expected);
}

#[test]
fn a_cron_that_finds_no_database_leaves_no_heartbeat() {
    let portal = Portal::new();
    portal.db.breaks(Some("Network connection lost"));
    for cron in ["*/5 * * * *", "17 2 * * *"] {
        block_on(on_schedule(portal.app(), cron));
    }
    portal.db.breaks(None);
    assert_eq!(portal.number("select count(*) as n from job_run"), 0);
}

#[test]
fn each_table_keeps_its_rows_as_long_as_it_says() {
    const AT: &str = "insert into throttle values ('old', 1, 1795241279), ('new', 1, 1795241280);
        insert into link (id, hash, purpose, person_id, created_at, expires_at) values
          ('old', 'o', 'reset', 'ann', 1, 1792735679), ('new', 'n', 'reset', 'ann', 1, 1792735680);
        delete from session;
        insert into session (id, person_id, device, address, created_at, last_seen_at, expires_at) values
          ('old', 'ann', 'x', 'x', 1, 1, 1792735679), ('new', 'ann', 'x', 'x', 1, 1, 1792735680);
        insert into idempotency values ('ann', 'old', 'x', 200, '', 1795241279), ('ann', 'new', 'x', 200, '', 1795241280);
        insert into mailbox (id, recipient, subject, body_text, body_html, sent_at) values
          ('old', 'x', 'x', 'x', 'x', 1792735679), ('new', 'x', 'x', 'x', 'x', 1792735680);
        insert into outbox (id, kind, payload, state, created_at, state_at) values
          ('old-1', 'x.y', '{}', 'sent', 1779775679, 1), ('old-2', 'x.y', '{}', 'dropped', 1779775679, 1),
          ('old-3', 'x.y', '{}', 'failed', 1779775679, 1), ('new', 'x.y', '{}', 'sent', 1779775680, 1),
          ('new-1', 'x.y', '{}', 'queued', 1, 1), ('new-2', 'x.y', '{}', 'sending', 1, 1);
        insert into digest values ('2026-09-22', 'acme', 'ann', 'old'), ('2026-09-23', 'acme', 'ann', 'new');
        insert into oidc_client (id, name, kind, created_at) values ('desk', 'Desk', 'oidc', 1);
        insert into oidc_code (hash, client_id, person_id, org_id, redirect_uri, scope, code_challenge, auth_at, created_at,
                               expires_at)
          select column1, 'desk', 'ann', 'acme', 'x', 'openid', printf('%043d', 1), 1, column2, column2 from
          (values ('old', 1795241279), ('new', 1795241280));
        insert into oidc_token (hash, code_hash, created_at, expires_at) values ('old', 'old', 1, 1), ('new', 'new', 1, 1);
        insert into view_as (id, session_id, person_id, org_id, contact_id, reason, started_at, ends_at) values
          ('old', 's1', 'st-admin', 'acme', 'c-ann', 'Ticket 4711', 1792735000, 1792735679),
          ('new', 's2', 'st-admin', 'acme', 'c-ann', 'Ticket 4712', 1792735000, 1792735680);";
    let portal = Portal::after(AT);
    assert_eq!(portal.number("select 1795327680 - 86400 as n"), 1_795_241_280);
    let report = block_on(retain(&System::new(portal.app()))).unwrap();
    let expected = json!({ "throttle": 1, "link": 1, "session": 1, "idempotency": 1, "mailbox": 1, "oidc_code": 1, "outbox": 3, "digest": 1, "view_as": 1 });
    assert_eq!(report, expected);
    for sql in [
        "select count(*) as n from throttle where bucket = 'old'",
        "select count(*) as n from link where id = 'old'",
        "select count(*) as n from session where id = 'old'",
        "select count(*) as n from idempotency where key = 'old'",
        "select count(*) as n from mailbox where id = 'old'",
        "select count(*) as n from oidc_code where hash = 'old'",
        "select count(*) as n from oidc_token where hash = 'old'",
        "select count(*) as n from outbox where id like 'old%'",
        "select count(*) as n from digest where mail_id = 'old'",
        "select count(*) as n from view_as where id = 'old'",
    ] {
        assert_eq!(portal.number(sql), 0, "{sql}");
    }
    assert_eq!(portal.number("select count(*) as n from outbox"), 3);
    assert_eq!(portal.number("select count(*) as n from session"), 1);
}

#[test]
fn much_is_deleted_in_pieces() {
    let portal = Portal::new();
    run(
        &portal.db,
        "insert into throttle with recursive n(i) as (select 1 union all select i + 1 from n where i < 12000)
         select 'b' || i, 1, 1 from n",
    )
    .unwrap();
    let before = portal.db.round_trips();
    let report = block_on(retain(&System::new(portal.app()))).unwrap();
    assert_eq!(report["throttle"], 12_000);
    assert_eq!(portal.db.round_trips() - before, 3);
}

#[test]
fn nothing_reads_a_whole_table() {
    #[derive(Deserialize)]
    struct Step {
        detail: String,
    }

    let db = Db::open(MIGRATIONS).unwrap();
    for (table, stmt) in outdated(1).into_iter().chain([("outbox", left_lying(1))]) {
        let plan = Stmt { sql: format!("explain query plan {}", stmt.sql).leak(), args: stmt.args };
        let steps: Vec<Step> = block_on(db.write(vec![plan])).unwrap().remove(0).decode().unwrap();
        let steps: Vec<&str> = steps.iter().map(|it| it.detail.as_str()).collect();
        let found = steps.iter().any(|it| it.starts_with(&format!("SEARCH {table} USING")));
        assert!(found && !steps.iter().any(|it| it.starts_with("SCAN")), "{table}: {steps:?}");
    }
}
