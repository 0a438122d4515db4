#![expect(clippy::disallowed_methods, reason = "the clock of the machine is what a measurement asks")]
//! The weekly mail.

use std::time::Instant;

use futures_executor::block_on;
use portal::access::System;
use portal::jobs::{ANNOUNCEMENTS, DIGEST_ON, DIGESTS, MAIL, announce, digest, on_message, on_schedule};
use serde_json::{Value, json};

use crate::fixtures::{NED_JOINS, Portal, run};

/// 23 Nov 2026, 8:00 in Kolkata.
const MONDAY: i64 = 1_795_401_000;
const WEEK: i64 = 7 * 86_400;

/// Two for everybody, one for Acme's Billing, one for `SkyConnect` that is mailed at once, one of the week before.
const WEEKS: &str = "
    insert into notification (id, org_id, product_id, roles, category, title, body, source, published_at, created_at) values
      ('n-1', null, null, null, 'general', 'Office hours in December', 'x', 'vendor', 1795000000, 1),
      ('n-2', null, 'skyconnect', null, 'release', 'SkyConnect 8.2', 'x', 'vendor', 1795100000, 1),
      ('n-3', 'acme', null, '[\"billing\"]', 'billing', 'Invoice MER/0419 is ready', 'x', 'vendor', 1795200000, 1),
      ('n-4', null, null, null, 'downtime', 'Maintenance', 'x', 'vendor', 1795210000, 1),
      ('n-0', null, null, null, 'general', 'Last week', 'x', 'vendor', 1794796200, 1),
      ('n-9', null, null, null, 'general', 'Next week', 'x', 'vendor', 1795401001, 1);
    insert into notification_preference values ('bob', 'acme', 'billing', 'weekly', 1), ('sue', 'acme', 'release', 'off', 1),
      ('tom', 'acme', 'release', 'on', 1), ('tom', 'acme', 'general', 'off', 1);";

fn at(portal: &Portal, now: i64) -> Value {
    portal.now.set(now);
    block_on(digest(&System::new(portal.app()), DIGESTS)).unwrap()
}

/// `person organisation: titles`
fn got(portal: &Portal) -> Vec<String> {
    let rows = portal.rows(
        "select (payload ->> 'person') || ' ' || org_id || ': ' || (select group_concat(value ->> 'title', ', ')
                from json_each(payload, '$.items')) as line from outbox where kind = 'notifications.digest' order by 1",
    );
    rows.iter().map(|it| it["line"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn one_for_each_person_and_organisation_with_what_was_chosen() {
    let portal = Portal::after(&[WEEKS, NED_JOINS].concat());
    assert_eq!(at(&portal, MONDAY - 1), json!({ "week": null }), "last Monday's is too late");
    let report = at(&portal, MONDAY);
    assert_eq!(report, json!({ "week": "2026-11-23", "looked_at": 7, "mails": 6, "more": false }));
    assert_eq!(
        got(&portal),
        [
            "ann acme: SkyConnect 8.2, Office hours in December",
            "bob acme: Invoice MER/0419 is ready, SkyConnect 8.2, Office hours in December",
            "gus globex: SkyConnect 8.2, Office hours in December",
            "ned acme: SkyConnect 8.2, Office hours in December",
            "ned globex: SkyConnect 8.2, Office hours in December",
            "sue acme: Office hours in December",
        ],
        "tom wants none of it collected"
    );
    for later in [MONDAY + 1, MONDAY + 300, MONDAY + 2 * 86_400, MONDAY + 6 * 86_400] {
        at(&portal, later);
        assert_eq!(got(&portal).len(), 6);
    }
    assert_eq!(at(&portal, MONDAY + WEEK)["mails"], json!(6), "the next week has its own");
    assert_eq!(got(&portal).iter().filter(|it| it.contains("Next week")).count(), 6);
}

#[test]
fn what_was_read_is_no_news_and_no_news_is_no_mail() {
    let read = "insert into notification_read values ('ann', 'acme', 'n-1', 1), ('ann', 'acme', 'n-2', 1), ('sue', 'acme', 'n-2', 1);
                insert into notification_mark values ('gus', 'globex', 1795300000);";
    let portal = Portal::after(&[WEEKS, read].concat());
    at(&portal, MONDAY);
    assert_eq!(
        got(&portal),
        [
            "bob acme: Invoice MER/0419 is ready, SkyConnect 8.2, Office hours in December",
            "ned globex: SkyConnect 8.2, Office hours in December",
            "sue acme: Office hours in December"
        ]
    );
    let quiet = Portal::new();
    assert_eq!(
        at(&quiet, MONDAY),
        json!({ "week": "2026-11-23", "looked_at": 0, "mails": 0, "more": false })
    );
    assert_eq!(quiet.number("select count(*) as n from outbox"), 0);
    let withdrawn = Portal::after(
        &[WEEKS, "update notification set state = 'withdrawn' where id in ('n-1', 'n-2');"].concat(),
    );
    at(&withdrawn, MONDAY);
    assert_eq!(got(&withdrawn), ["bob acme: Invoice MER/0419 is ready"]);
}

/// Eight o'clock where the vendor is, whatever the crons call noon.
#[test]
fn monday_is_the_vendors() {
    for (zone, eight) in
        [("Asia/Kolkata", MONDAY), ("America/New_York", 1_795_438_800), ("Pacific/Kiritimati", 1_795_370_400)]
    {
        let portal = Portal::configured_after(WEEKS, &[("VENDOR_TIME_ZONE", zone)]);
        assert_eq!(at(&portal, eight - 1)["week"], json!(null), "{zone}");
        assert_eq!(at(&portal, eight)["week"], json!("2026-11-23"), "{zone}");
    }
    let late = Portal::after(WEEKS);
    assert_eq!(at(&late, MONDAY + 3 * 86_400 - 1)["mails"], json!(5), "crons that stood still for days");
    let too_late = Portal::after(WEEKS);
    assert_eq!(at(&too_late, MONDAY + 3 * 86_400), json!({ "week": null }));
}

#[test]
fn the_cron_runs_it_and_leaves_a_heartbeat() {
    let portal = Portal::after(WEEKS);
    portal.now.set(MONDAY + 120);
    block_on(on_schedule(portal.app(), "*/5 * * * *"));
    let report = portal.rows("select report from job_run where job = 'digest'");
    assert_eq!(report[0]["report"], json!(r#"{"looked_at":6,"mails":5,"more":false,"week":"2026-11-23"}"#));
    assert_eq!(portal.rows("select report from job_run where job = 'announce'").len(), 1);
}

#[test]
fn what_runs_twice_or_stops_half_way_mails_once() {
    let many = WEEKS.to_owned()
        + "with recursive n (i) as (select 1 union all select i + 1 from n where i < 500)
           insert into organisation (id, name, created_at) select 'o-' || i, 'Org ' || i, 1 from n;
           insert into contact (id, org_id, person_id, name, verified_at, created_at)
           select 'm-' || id, id, 'tom', 'Tom', 1, 1 from organisation where id like 'o-%';";
    let whole = Portal::after(&many);
    assert_eq!(
        at(&whole, MONDAY),
        json!({ "week": "2026-11-23", "looked_at": 506, "mails": 505, "more": false })
    );
    let parts = Portal::after(&many);
    parts.now.set(MONDAY);
    let report = block_on(digest(&System::new(parts.app()), 1)).unwrap();
    assert_eq!((&report["looked_at"], &report["more"]), (&json!(200), &json!(true)));
    assert_eq!(
        parts.queue.0.lock().unwrap().last().map(|it| it.as_str().to_owned()),
        Some(DIGEST_ON.to_owned())
    );
    block_on(on_message(&parts.app(), MAIL, Some(DIGEST_ON)));
    assert_eq!(
        parts.rows("select id from outbox order by id"),
        whole.rows("select id from outbox order by id")
    );
    // The place is lost and everything runs again: `digest` knows.
    run(&parts.db, "delete from digest_week").unwrap();
    run(&parts.db, "delete from outbox").unwrap();
    assert_eq!(at(&parts, MONDAY + 1)["mails"], json!(0));
}

#[test]
fn how_it_reads_and_how_it_ends() {
    let portal = Portal::after(WEEKS);
    at(&portal, MONDAY);
    for id in std::mem::take(&mut *portal.queue.0.lock().unwrap()) {
        block_on(on_message(&portal.app(), MAIL, Some(id.as_str())));
    }
    let mail =
        &portal.rows("select subject, body_text, body_html from mailbox where recipient like 'bob%'")[0];
    let text = mail["body_text"].as_str().unwrap();
    insta::assert_snapshot!("digest", format!("{}\n\n{text}", mail["subject"].as_str().unwrap()));
    assert!(mail["body_html"].as_str().unwrap().contains("Invoice MER/0419 is ready"));
    let address = text.split("Unsubscribe: http://localhost:8787").nth(1).unwrap().trim();
    assert!(portal.send("GET", address, "", "").body.contains("weekly mail"));
    assert_eq!(portal.send("POST", address, "", "List-Unsubscribe=One-Click").status, 200);
    let kept = portal.rows("select category || ' ' || mail as line from notification_preference where person_id = 'bob' order by 1");
    let kept: Vec<&str> = kept.iter().map(|it| it["line"].as_str().unwrap()).collect();
    assert_eq!(kept, ["billing off", "general off", "release off"]);
    assert!(at(&portal, MONDAY + WEEK)["mails"].as_i64().unwrap() > 0);
    assert!(!got(&portal).iter().any(|it| it.starts_with("bob") && it.contains("Next week")));
}

/// 100,000 people, each a contact of one of 20,000 organisations, five notifications for everybody in the week and one of
/// each organisation.
const MANY: &str = "
        create temp table n (i integer primary key);
        with recursive up (i) as (select 1 union all select i + 1 from up where i < 100000) insert into n select i from up;
        insert into person (id, email, display_name, created_at)
          select 'p-' || i, 'p' || i || '@many.example', 'Person ' || i, 1 from n;
        insert into organisation (id, name, created_at) select 'o-' || i, 'Organisation ' || i, 1 from n where i <= 20000;
        insert into contact (id, org_id, person_id, name, verified_at, created_at)
          select printf('01938a00-0000-7000-8000-%012d', i), 'o-' || (1 + i % 20000), 'p-' || i, 'Person ' || i, 1, 1 from n;
        insert into licence (id, org_id, product_id, kind, valid_from, valid_till, created_at)
          select 'l-' || i, 'o-' || i, 'skyconnect', 'subscription', '2026-01-01', '2027-12-31', 1 from n where i <= 20000;
        insert into notification (id, org_id, product_id, category, title, body, source, published_at, created_at)
          select 'g-' || i, null, iif(i % 2, 'skyconnect', null), 'release', 'Something new, number ' || i, 'x', 'system',
                 1795000000 + i, 1 from n where i <= 5;
        insert into notification (id, org_id, category, title, body, source, published_at, created_at)
          select 'w-' || i, 'o-' || i, 'general', 'About organisation ' || i, 'x', 'system', 1795000100, 1 from n where i <= 20000;
        insert into notification_preference select 'p-' || i, 'o-' || (1 + i % 20000), 'release', 'off', 1 from n where i % 10 = 0;
        insert into notification (id, category, title, body, source, published_at, created_at)
          values ('a-1', 'downtime', 'Maintenance', 'On Sunday.', 'vendor', 1795400900, 1);";

/// The same with fewer people; what a batch costs does not depend on how many there are.
#[test]
fn a_run_asks_for_no_more_than_it_may() {
    let some = MANY.replace("< 100000", "< 3000").replace("20000", "600");
    let portal = Portal::after(&some);
    portal.now.set(MONDAY);
    let system = System::new(portal.app());
    let mut mails = 0;
    for run in 1.. {
        let since = portal.db.history().len();
        let queued = portal.queue.0.lock().unwrap().len();
        let report = block_on(digest(&system, 4)).unwrap();
        let statements = portal.db.history().len() - since;
        let messages = portal.queue.0.lock().unwrap().len() - queued;
        mails += report["mails"].as_i64().unwrap();
        assert!(statements <= 1 + 4 * 5 && messages <= 4 * 200 + 1, "run {run}: {statements}, {messages}");
        if report["more"] == json!(false) {
            break;
        }
        assert!(run < 10);
    }
    assert!(mails >= 3_000, "{mails}");
}

/// `cargo test --release many_readers -- --ignored --nocapture` measures.
#[test]
#[ignore = "takes a minute and says how long; run it in release"]
fn many_readers() {
    let built = Instant::now();
    let portal = Portal::after(MANY);
    println!("built in {:?}", built.elapsed());
    portal.now.set(MONDAY);
    for job in ["digest", "announce", "digest again", "announce again"] {
        loop {
            let (from, since, trips) = (Instant::now(), portal.db.history().len(), portal.db.round_trips());
            let queued = portal.queue.0.lock().unwrap().len();
            let system = System::new(portal.app());
            let report = if job.starts_with("digest") {
                block_on(digest(&system, DIGESTS)).unwrap()
            } else {
                block_on(announce(&system, ANNOUNCEMENTS)).unwrap()
            };
            let took = from.elapsed();
            let statements = portal.db.history().len() - since;
            let trips = portal.db.round_trips() - trips;
            let messages = portal.queue.0.lock().unwrap().len() - queued;
            println!(
                "{job}: {took:?}, {trips} round trips, {statements} statements, {messages} messages, {report}"
            );
            assert!(statements + messages.div_ceil(100) < 1_000, "of one invocation");
            if report["more"] == json!(false) {
                break;
            }
        }
    }
    assert_eq!(
        portal.number("select count(*) as n from outbox where kind = 'notifications.digest' and recipient like '%@many.example'"),
        100_000
    );
    assert_eq!(
        portal.number("select count(*) as n from outbox where kind = 'notifications.published' and recipient like '%@many.example'"),
        100_000
    );
}
