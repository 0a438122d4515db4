//! Over-use alerts: once for each crossing and billing period, whatever becomes of the runs.

use futures_executor::block_on;
use portal::access::System;
use portal::jobs::{DIGESTS, MAIL, digest, on_message, on_schedule, watch_usage};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::fixtures::{NOW, Portal, ask};

/// Acme bought 40 users, told to nobody yet. Samples come by `report`.
const KINDS: &str = "insert into sub_product values ('skyconnect', 'mailboxes', 'Mailboxes', 'users');";

#[derive(serde::Deserialize)]
struct Line {
    line: String,
}

fn report(portal: &Portal, day: &str, used: i64) {
    let stmt = portal::sql!(
        "insert into usage_sample values ('acme', 'skyconnect', 'mailboxes', ?1, ?2 / 10.0, ?3)
         on conflict do update set used = excluded.used, updated_at = excluded.updated_at",
        day,
        used * 10,
        portal.now.get(),
    );
    block_on(portal.db.write(vec![stmt])).unwrap();
}

fn run(portal: &Portal) -> Value {
    block_on(watch_usage(&System::new(portal.app()), 25)).unwrap()
}

fn marks(portal: &Portal) -> Vec<String> {
    let all = portal::sql!(
        "select json_array(org_id, sub_product, period, threshold, crossed_on, used, purchased) as line from usage_alert"
    );
    ask::<Line>(&portal.db, all).unwrap().into_iter().map(|it| it.line).collect()
}

fn told(portal: &Portal) -> (i64, i64) {
    (
        portal.number("select count(*) as n from notification"),
        portal.number("select count(*) as n from outbox where kind = 'dashboards.over_use'"),
    )
}

#[test]
fn each_threshold_is_told_once_to_primary_and_billing() {
    let portal = Portal::after(KINDS);
    for (day, used, expected) in [
        ("2026-11-01", 31, (0, 0)),
        ("2026-11-02", 32, (1, 2)),
        ("2026-11-03", 33, (1, 2)),
        ("2026-11-04", 31, (1, 2)),
        ("2026-11-05", 35, (1, 2)),
        ("2026-11-06", 36, (2, 4)),
        ("2026-11-07", 40, (3, 6)),
        ("2026-11-08", 52, (3, 6)),
        ("2026-10-31", 41, (4, 8)),
        ("2026-09-30", 41, (4, 8)),
    ] {
        report(&portal, day, used);
        run(&portal);
        run(&portal);
        assert_eq!(told(&portal), expected, "{day}");
    }
    assert_eq!(marks(&portal).len(), 6);
    assert_eq!(run(&portal)["looked_at"], 0);
    let to = portal.rows("select distinct recipient from outbox order by 1");
    assert_eq!(
        json!(to),
        json!([{ "recipient": "ann@acme-canary.example" }, { "recipient": "bob@acme-canary.example" }])
    );
    let note = portal.rows("select org_id, roles, category, title, body, link, source, state from notification order by id limit 1");
    insta::assert_snapshot!(serde_json::to_string_pretty(&note).unwrap());
}

#[test]
fn what_jumps_over_several_is_told_as_the_highest() {
    let portal = Portal::after(KINDS);
    report(&portal, "2026-11-20", 44);
    assert_eq!(run(&portal), json!({ "looked_at": 1, "crossed": 3, "mails": 2, "more": false }));
    assert_eq!(told(&portal), (1, 2));
    // An earlier day that comes late tells nothing more.
    report(&portal, "2026-11-10", 37);
    run(&portal);
    assert_eq!(told(&portal), (1, 2));
    for id in std::mem::take(&mut *portal.queue.0.lock().unwrap()) {
        block_on(on_message(&portal.app(), MAIL, Some(id.as_str())));
    }
    let mail = portal.rows("select recipient, subject, body_text from mailbox order by recipient");
    let said: Vec<String> = mail
        .iter()
        .map(|it| {
            format!(
                "To: {}\nSubject: {}\n\n{}",
                it["recipient"],
                it["subject"],
                it["body_text"].as_str().unwrap()
            )
        })
        .collect();
    insta::assert_snapshot!(said.join("\n========\n"));
}

/// The notification stands in the portal for both, whatever they chose (domain 8).
#[test]
fn its_mails_obey_the_choice_for_billing() {
    const CHOOSE: &str = "insert into notification_preference (org_id, person_id, changed_at, category, mail)
        select contact.org_id, contact.person_id, 1, ";
    for (chosen, mails) in [
        ("'billing', 'on'", 2),
        ("'billing', 'weekly'", 1),
        ("'billing', 'off'", 1),
        ("'general', 'off'", 2),
        ("'account', 'off'", 2),
    ] {
        let choose = format!("{CHOOSE}{chosen} from contact where org_id = 'acme' and id = 'c-ann';");
        let portal = Portal::after(&format!("{KINDS}{choose}"));
        report(&portal, "2026-11-20", 44);
        assert_eq!(run(&portal)["mails"], mails, "{chosen}");
        assert_eq!(told(&portal), (1, mails), "{chosen}");
        assert_eq!(marks(&portal).len(), 3);
        // What was chosen in another organisation is of no concern here.
        let elsewhere = Portal::after(&format!(
            "{KINDS}insert into notification_preference (org_id, person_id, changed_at, category, mail)
             select 'globex', person_id, 1, {chosen} from contact where id = 'c-ann';"
        ));
        report(&elsewhere, "2026-11-20", 44);
        assert_eq!(run(&elsewhere)["mails"], 2);
    }
}

/// Collected on Monday for who wants it so.
#[test]
fn who_has_billing_once_a_week_finds_it_there() {
    let portal = Portal::after(&format!(
        "{KINDS}insert into notification_preference (org_id, person_id, changed_at, category, mail)
         select org_id, person_id, 1, 'billing', 'weekly' from contact where id = 'c-ann';"
    ));
    report(&portal, "2026-11-20", 44);
    run(&portal);
    portal.now.set(NOW + 2 * 86_400);
    let digest = block_on(digest(&System::new(portal.app()), DIGESTS)).unwrap();
    assert_eq!(digest["mails"], 1, "{digest}");
    let mail = portal.rows("select recipient, payload from outbox where kind = 'notifications.digest'");
    assert_eq!(mail[0]["recipient"], "ann@acme-canary.example");
    assert!(mail[0]["payload"].as_str().unwrap().contains("of what you purchased is in use"), "{mail:?}");
}

/// By the header of the mail, without opening the portal (RFC 8058).
#[test]
fn one_click_ends_them() {
    let portal = Portal::after(KINDS);
    report(&portal, "2026-11-20", 44);
    run(&portal);
    for id in std::mem::take(&mut *portal.queue.0.lock().unwrap()) {
        block_on(on_message(&portal.app(), MAIL, Some(id.as_str())));
    }
    let mails = portal.rows("select body_text from mailbox order by recipient");
    let text = mails[0]["body_text"].as_str().unwrap();
    let address = text.split_whitespace().find(|it| it.contains("/unsubscribe/")).unwrap();
    let path = &address[address.find("/unsubscribe/").unwrap()..];
    let answer = portal.send("POST", path, "", "List-Unsubscribe=One-Click");
    assert!(answer.status.is_success(), "{} {}", answer.status, answer.body);
    let chosen = portal.rows("select org_id, category, mail from notification_preference");
    assert_eq!(json!(chosen), json!([{ "org_id": "acme", "category": "billing", "mail": "off" }]));
    report(&portal, "2026-10-31", 50);
    assert_eq!(run(&portal)["mails"], 1, "to the other one");
}

#[test]
fn only_what_has_a_quantity_is_watched() {
    for change in [
        "update subscription set agreement = 'ppu_postpaid', quantity = null",
        "update subscription set is_trial = 1",
        "update subscription set valid_till = '2026-10-31'",
        "update subscription set cancelled_on = '2026-11-01'",
        "update subscription set unit = 'GB'",
    ] {
        let portal = Portal::after(&format!("{KINDS}{change}"));
        report(&portal, "2026-11-20", 400);
        assert_eq!(
            run(&portal),
            json!({ "looked_at": 1, "crossed": 0, "mails": 0, "more": false }),
            "{change}"
        );
    }
    let packs = "insert into sub_product_sku values ('skyconnect', 'mailboxes', 'SKY-MAIL', 25);";
    let portal = Portal::after(&format!("{KINDS}{packs}"));
    report(&portal, "2026-11-20", 900);
    assert_eq!(run(&portal)["crossed"], 2, "90 % of 40 packs of 25");
}

/// The clock runs it, and a vacant role is nobody.
#[test]
fn the_cron_runs_it() {
    let portal =
        Portal::after(&format!("{KINDS} delete from role where role = 'billing' and org_id = 'acme';"));
    report(&portal, "2026-11-20", 33);
    block_on(on_schedule(portal.app(), "*/5 * * * *"));
    assert_eq!(told(&portal), (1, 1));
    assert_eq!(portal.number("select count(*) as n from job_run where job = 'watch_usage'"), 1);
}

#[test]
fn what_one_batch_leaves_the_next_one_does() {
    let many = format!(
        "{KINDS} with recursive n (i) as (select 1 union all select i + 1 from n where i < 450)
         insert into organisation (id, name, created_at) select 'o-' || i, 'Org ' || i, 1 from n;
         insert into subscription (id, org_id, product_id, sku, description, quantity, unit, starts_on, valid_till,
                                   agreement, created_at)
           select 's-' || id, id, 'skyconnect', 'SKY', 'x', 10, 'users', '2026-01-01', '2026-12-31', 'contract', 1
             from organisation where id like 'o-%';
         insert into usage_sample select id, 'skyconnect', 'mailboxes', '2026-11-20', 9, 1 from organisation
          where id like 'o-%';"
    );
    let portal = Portal::after(&many);
    let first = block_on(watch_usage(&System::new(portal.app()), 1)).unwrap();
    assert_eq!(first, json!({ "looked_at": 200, "crossed": 400, "mails": 0, "more": true }));
    let trips = portal.db.round_trips();
    assert_eq!(run(&portal), json!({ "looked_at": 250, "crossed": 500, "mails": 0, "more": false }));
    assert_eq!(portal.db.round_trips() - trips, 4);
    let trips = portal.db.round_trips();
    run(&portal);
    assert_eq!(portal.db.round_trips() - trips, 1, "cheap when nothing is new");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Runs that are missed, doubled or late end with the same marks as a run after each report, and nobody is ever
    /// told the same crossing twice.
    #[test]
    fn missed_doubled_and_late_runs_give_the_same_marks(
        reports in proptest::collection::vec(0_i64..60, 1..21),
        runs in proptest::collection::vec(0_usize..3, 21),
    ) {
        let (daily, seldom) = (Portal::after(KINDS), Portal::after(KINDS));
        for (at, used) in reports.iter().enumerate() {
            let day = format!("2026-11-{:02}", at + 1);
            for portal in [&daily, &seldom] {
                report(portal, &day, *used);
            }
            run(&daily);
            for _ in 0..runs[at] {
                run(&seldom);
            }
        }
        seldom.now.set(NOW + 5 * 86_400);
        run(&seldom);
        prop_assert_eq!(marks(&daily), marks(&seldom));
        prop_assert!(told(&seldom).0 <= told(&daily).0);
        prop_assert!(told(&daily).0 <= 3);
        prop_assert_eq!(marks(&seldom).is_empty(), told(&seldom).1 == 0);
    }
}
