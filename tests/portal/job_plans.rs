//! What runs without a person reads no more than it must, either: a job that walks through a table stops everybody.

use std::collections::BTreeSet;

use futures_executor::block_on;
use portal::db::Stmt;
use portal::jobs::{DEAD, MAIL, on_message, on_schedule};
use serde::Deserialize;

use crate::fixtures::{NOW, Portal};
use crate::notification_cast::NEWS;

/// Something for each job: a licence that ends, a payment that waits too long, usage beyond what was bought, mails that
/// are old, lost or dead, an audit chain that is longer than its anchor, a key that ends, a report that was asked for.
const WORK: &str = "
    insert into sub_product values ('skyconnect', 'mailboxes', 'Mailboxes', 'users');
    insert into usage_sample values ('acme', 'skyconnect', 'mailboxes', '2026-11-20', 52, 1);
    update licence set valid_till = '2026-11-24', flag_on = '2026-11-01';
    insert into notification (id, category, title, body, source, published_at, created_at)
      values ('a-1', 'downtime', 'Maintenance', 'On Sunday.', 'vendor', 1795324080, 1);
    insert into notification (id, org_id, category, title, body, source, published_at, created_at)
      values ('w-1', 'acme', 'general', 'News', 'Of the week.', 'system', 1795324080, 1);
    insert into payment_record (id, org_id, at, recorded_on, invoice_number, invoice_key, currency, amount, paid_on, method,
                                reference, reference_key, status_on, by_person, by_name)
      values ('p-late', 'acme', 1, '2026-10-01', 'LATE/1', 'LATE/1', 'INR', 100, '2026-10-01', 'neft', 'U', 'U', '2026-10-01',
              'bob', 'Bob');
    insert into outbox (id, kind, recipient, payload, created_at, state_at)
      values ('m-lost', 'sign_in.reset', 'ann@acme-canary.example', '{}', 1, 1);
    insert into session (id, person_id, device, address, created_at, last_seen_at, expires_at)
      values ('old', 'ann', 'd', 'a', 1, 1, 1);";

/// What may be gone through: the vendor's own short lists, and what the statement itself brings along.
const SHORT: [&str; 7] = ["json_each", "product", "api_key", "soon", "staff", "job_run", "sqlite_schema"];
/// The six thresholds of a licence, for each licence of a batch.
const FEW: [&str; 1] = ["earlier"];

#[derive(Deserialize)]
struct Step {
    parent: i64,
    detail: String,
}

fn plan(portal: &Portal, stmt: &Stmt) -> Vec<Step> {
    let sql: &'static str = format!("explain query plan {}", stmt.sql).leak();
    let mut rows = block_on(portal.db.write(vec![Stmt { sql, args: stmt.args.clone() }])).unwrap();
    rows.remove(0).decode().unwrap()
}

#[test]
fn no_job_walks_through_a_table() {
    let portal = Portal::after(&[NEWS, WORK].concat());
    portal.send("POST", "/api/v1/organisations/acme/reports", &crate::fixtures::cookie("ann"), "{}");
    let since = portal.db.history().len();
    // A Sunday, and the Monday after it when the weekly mail is made.
    for now in [NOW, NOW + 86_400, NOW + 400 * 86_400] {
        portal.now.set(now);
        for cron in ["17 2 * * *", "*/5 * * * *"] {
            block_on(on_schedule(portal.app(), cron));
        }
        for (at, id) in std::mem::take(&mut *portal.queue.0.lock().unwrap()).iter().enumerate() {
            block_on(on_message(&portal.app(), if at % 3 == 2 { DEAD } else { MAIL }, Some(id.as_str())));
        }
    }
    let mut seen = BTreeSet::new();
    for ran in portal.db.history().iter().skip(since) {
        if !seen.insert(ran.stmt.sql) {
            continue;
        }
        let steps = plan(&portal, &ran.stmt);
        for (at, step) in steps.iter().enumerate() {
            let Some(name) = step.detail.strip_prefix("SCAN ").and_then(|it| it.split(' ').next()) else {
                continue;
            };
            let said = || format!("{}\n{}", step.detail, ran.stmt.sql);
            if step.detail.contains("VIRTUAL TABLE") {
                // A list that is gone through once for each row of a table, rather than the other way round. What is
                // found by its id is one row.
                let many = |it: &Step| it.detail.starts_with("SEARCH") && !it.detail.ends_with("_1 (id=?)");
                let inner = steps.iter().take(at).any(|it| it.parent == step.parent && many(it));
                assert!(!inner || FEW.contains(&name), "for each row all of {}", said());
                continue;
            }
            // Of a table that is not named: a foreign key that would be looked up if one were broken. By a partial index:
            // all that it holds is wanted.
            let named = ran.stmt.sql.contains(name) && !step.detail.contains("CONSTANT ROW");
            let partial = step.detail.contains("USING INDEX usage_meter_changed")
                || step.detail.contains("notification_mailing_open")
                || step.detail.contains("audit_head_open");
            // A part of the statement itself, which has a plan of its own.
            let own = [format!("{name} as ("), format!(") as {name}")]
                .iter()
                .any(|it| ran.stmt.sql.contains(it.as_str()));
            assert!(
                !named || own || partial || SHORT.contains(&name) || name.starts_with('('),
                "all of {}",
                said()
            );
        }
    }
    for deed in [
        "insert or ignore into licence_flag",
        "update licence set flag_on",
        "update payment_record set overdue_on",
        "insert or ignore into usage_alert",
        "update usage_meter set changed_from",
        "update notification_mailing set reached",
        "insert or ignore into digest (",
        "update audit_head set anchored",
        "delete from session",
        "update outbox set",
        "update report set",
    ] {
        assert!(seen.iter().any(|it| it.contains(deed)), "no job has said: {deed}");
    }
    assert!(seen.len() > 50, "the test saw {} statements", seen.len());
}

/// What is searched by an index can still be everything, such as all that was published by now.
#[test]
fn what_is_to_be_mailed_is_found_among_what_is_open() {
    let portal = Portal::after(&[NEWS, WORK].concat());
    let since = portal.db.history().len();
    block_on(on_schedule(portal.app(), "*/5 * * * *"));
    let history = portal.db.history();
    let next =
        history.iter().skip(since).find(|it| it.stmt.sql.contains("from notification_mailing as mailing"));
    let steps = plan(&portal, &next.unwrap().stmt);
    assert!(steps[0].detail.contains("notification_mailing_open"), "{}", steps[0].detail);
    assert!(steps.iter().any(|it| it.detail.starts_with("SEARCH note") && it.detail.ends_with("_1 (id=?)")));
}
