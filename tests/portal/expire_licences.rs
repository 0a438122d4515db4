use futures_executor::block_on;
use portal::access::{App, System};
use portal::jobs::{GO_ON, MAIL, ROUNDS, expire_licences, on_message, on_schedule};
use portal::kernel::MailId;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::fixtures::{NOW, Portal, ask, run};
use crate::licence_cast::LICENCES;

const DAY: i64 = 86_400;

#[derive(Debug, Deserialize, PartialEq)]
struct Line {
    line: String,
}

fn lines(portal: &Portal, stmt: portal::db::Stmt) -> Vec<String> {
    ask::<Line>(&portal.db, stmt).unwrap().into_iter().map(|it| it.line).collect()
}

/// Days from 22 Nov 2026.
fn run_on(portal: &Portal, day: i64) -> Value {
    portal.now.set(NOW + day * DAY);
    block_on(expire_licences(&System::new(portal.app()), ROUNDS)).unwrap()
}

/// What has been told, without the hour at which it was; ids are part of it.
fn told(portal: &Portal) -> Vec<String> {
    let mut all = lines(
        portal,
        portal::sql!("select json_array(licence_id, threshold, valid_till) as line from licence_flag"),
    );
    all.extend(lines(
        portal,
        portal::sql!("select json_array('note', id, org_id, roles, link) as line from notification"),
    ));
    all.extend(lines(
        portal,
        portal::sql!("select json_array('mail', id, org_id, recipient, kind) as line from outbox"),
    ));
    all.sort();
    all
}

/// A licence of Acme that ends on 31 Dec 2026, which is day 39.
const ONE: &str = "
    delete from licence; update product set name = 'Another ' || name;
    insert into product (id, name, access_grace_days, suspension_days) values ('p-sky', 'SkyConnect', 14, 30);
    insert into licence (id, org_id, product_id, kind, valid_from, valid_till, created_at) values
      ('l-sky', 'acme', 'p-sky', 'subscription', '2026-01-01', '2026-12-31', 1);";

#[test]
fn each_threshold_is_told_once_to_primary_and_billing() {
    let portal = Portal::after(ONE);
    let days: Vec<i64> = (0..60).filter(|it| run_on(&portal, *it)["told"] == 1).collect();
    assert_eq!(days, [9, 24, 32, 36, 38, 39, 40, 46]);
    assert_eq!(portal.number("select count(*) as n from licence_flag"), 8);
    assert_eq!(portal.number("select count(*) as n from notification"), 8);
    assert_eq!(
        portal.number("select count(*) as n from outbox where recipient = 'ann@acme-canary.example'"),
        8
    );
    assert_eq!(portal.number("select count(*) as n from outbox"), 16);
    assert_eq!(portal.queue.0.lock().unwrap().len(), 16);
    assert_eq!(portal.number("select count(*) as n from licence where flag_on is null"), 1);
    let one = portal::sql!(
        "select json_array(org_id, roles, category, title, body, link, source, state) as line from notification order by published_at limit 1"
    );
    assert_eq!(
        lines(&portal, one),
        [json!([
            "acme", r#"["primary","billing"]"#, "license", "SkyConnect licence ends on 31 Dec 2026",
            "Your SkyConnect licence ends in 30 days, on 31 Dec 2026. If it is not renewed by then, users keep access \
             till 14 Jan 2027 and the account is kept till 30 Jan 2027.", "/o/acme", "system", "published",
        ])
        .to_string()]
    );
}

#[test]
fn mails_before_on_and_after_the_day() {
    let trial = "insert into product (id, name, trial_delete_days) values ('p-vault', 'Vaultastic', 7);
        insert into licence (id, org_id, product_id, kind, valid_from, valid_till, created_at) values
          ('l-vault', 'acme', 'p-vault', 'trial', '2026-12-01', '2026-12-30', 1);";
    let portal = Portal::after(&(ONE.to_owned() + trial));
    for day in [9, 38, 39, 40, 46] {
        run_on(&portal, day);
        for id in std::mem::take(&mut *portal.queue.0.lock().unwrap()) {
            block_on(on_message(&portal.app(), MAIL, Some(id.as_str())));
        }
    }
    let sent = portal::sql!(
        "select mailbox.recipient || char(10) || mailbox.subject || char(10, 10) || body_text as line
           from mailbox join outbox using (id)
          where mailbox.recipient like 'bob%' or outbox.created_at = (select min(created_at) from outbox)
          order by outbox.created_at, mailbox.subject, mailbox.recipient"
    );
    insta::assert_snapshot!("expiry_mails", lines(&portal, sent).join("\n========\n"));
}

#[test]
fn missed_runs_tell_the_latest_only_and_never_the_older_ones() {
    let portal = Portal::after(ONE);
    run_on(&portal, 9);
    assert_eq!(run_on(&portal, 37)["told"], 1, "15, 7 and 3 days before were missed");
    let flags =
        portal::sql!("select threshold || ' ' || flagged_at as line from licence_flag order by threshold");
    assert_eq!(lines(&portal, flags).len(), 4);
    assert_eq!(portal.number("select count(*) as n from notification"), 2);
    assert_eq!(run_on(&portal, 37)["looked_at"], 0);
    assert_eq!(
        run_on(&portal, 20)["looked_at"],
        0,
        "a cron that comes much too late and says an earlier hour"
    );
    assert_eq!(run_on(&portal, 38)["told"], 1);
}

#[test]
fn a_moved_date_starts_anew_and_a_cancelled_licence_is_left_alone() {
    let portal = Portal::after(ONE);
    run_on(&portal, 24);
    run(&portal.db, "update licence set valid_till = '2027-12-31', version = 2 where id = 'l-sky'").unwrap();
    assert_eq!(run_on(&portal, 25)["looked_at"], 0);
    run(&portal.db, "update licence set valid_till = '2026-12-31', version = 3 where id = 'l-sky'").unwrap();
    assert_eq!(run_on(&portal, 26)["told"], 0, "this date has been told about");
    assert_eq!(run_on(&portal, 32)["told"], 1);
    run(&portal.db, "update licence set cancelled_on = '2026-12-26' where id = 'l-sky'").unwrap();
    for day in 33..60 {
        assert_eq!(run_on(&portal, day)["looked_at"], 0);
    }
    let cast = Portal::after(LICENCES);
    run_on(&cast, 0);
    assert_eq!(cast.number("select count(*) as n from licence_flag where licence_id = 'l-flow'"), 0);
}

/// Brought in from elsewhere, or after a month without crons.
#[test]
fn an_end_of_long_ago_is_no_news() {
    let portal = Portal::after(ONE);
    assert_eq!(run_on(&portal, 80), json!({ "looked_at": 1, "told": 0, "mails": 0, "more": false }));
    assert_eq!(portal.number("select count(*) as n from licence_flag"), 8);
    assert_eq!(run_on(&portal, 81)["looked_at"], 0);
}

#[test]
fn what_changes_between_reading_and_writing_is_left_for_the_next_look() {
    for (meanwhile, told, flags) in [
        ("update licence set valid_till = '2027-12-31' where id = 'l-sky'", 0, 0),
        ("update licence set cancelled_on = '2026-12-01' where id = 'l-sky'", 0, 0),
        ("insert into licence_flag values ('l-sky', -30, '2026-12-31', 'acme', 1)", 0, 1),
        ("update licence set valid_till = '2026-12-25' where id = 'l-sky'", 0, 0),
    ] {
        let portal = Portal::after(ONE);
        portal.db.meanwhile(meanwhile);
        assert_eq!(run_on(&portal, 9)["told"], told, "{meanwhile}");
        assert_eq!(portal.number("select count(*) as n from licence_flag"), flags, "{meanwhile}");
        assert_eq!(portal.number("select count(*) as n from notification"), told);
        assert_eq!(portal.number("select count(*) as n from outbox"), 0);
    }
}

#[test]
fn one_mail_for_who_holds_both_roles_and_none_for_a_vacant_one() {
    let both = "update role set contact_id = 'c-bob' where org_id = 'acme' and role = 'primary';";
    let portal = Portal::after(&(ONE.to_owned() + both));
    assert_eq!(run_on(&portal, 9)["mails"], 1);
    let payload = portal::sql!("select payload ->> '$.roles' as line from outbox");
    assert_eq!(lines(&portal, payload), [r#"["primary","billing"]"#]);
    let vacant = Portal::after(&(ONE.to_owned() + "delete from role where role = 'billing';"));
    assert_eq!(run_on(&vacant, 9), json!({ "looked_at": 1, "told": 1, "mails": 1, "more": false }));
}

#[test]
fn both_crons_run_it_and_leave_a_heartbeat() {
    for cron in ["*/5 * * * *", "17 2 * * *"] {
        let portal = Portal::after(ONE);
        portal.now.set(NOW + 9 * DAY);
        block_on(on_schedule(portal.app(), cron));
        let report = portal::sql!("select report as line from job_run where job = 'expire_licences'");
        assert_eq!(lines(&portal, report), [r#"{"looked_at":1,"mails":2,"more":false,"told":1}"#], "{cron}");
    }
}

#[test]
fn the_day_turns_at_midnight_of_the_vendor() {
    let portal = Portal::after(ONE);
    let midnight = 1_796_063_400; // 30 Nov 2026, 18:30 UTC
    for (now, told) in [(midnight - 1, 0), (midnight, 1)] {
        portal.now.set(now);
        assert_eq!(block_on(expire_licences(&System::new(portal.app()), ROUNDS)).unwrap()["told"], told);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Runs that are doubled, late, overlapping or in any order end with the same rows as those in order, as long as
    /// each day that runs at all runs in both.
    #[test]
    fn doubled_late_and_overlapping_runs_give_the_same_rows(
        days in proptest::collection::vec(0_i64..50, 1..12),
        doubles in proptest::collection::vec(any::<bool>(), 12),
    ) {
        let once = Portal::after(ONE);
        let mut in_order = days.clone();
        in_order.sort_unstable();
        in_order.dedup();
        for day in &in_order {
            run_on(&once, *day);
        }
        let often = Portal::after(ONE);
        for (day, double) in in_order.iter().zip(doubles.iter().cycle()) {
            run_on(&often, *day);
            if *double {
                // A run of an earlier day that comes late, and the same one once more.
                run_on(&often, in_order[0]);
                run_on(&often, *day);
            }
        }
        prop_assert_eq!(told(&once), told(&often));
        // Two at the same moment: what the other one wrote is there when this one comes to write.
        let last = in_order[in_order.len() - 1];
        let app = |portal: &Portal| -> App { portal.now.set(NOW + last * DAY); portal.app() };
        let rows = told(&once);
        block_on(expire_licences(&System::new(app(&once)), ROUNDS)).unwrap();
        prop_assert_eq!(told(&once), rows);
    }
}

/// More are due than one batch takes, and more than one run does.
#[test]
fn what_one_run_leaves_the_next_one_does() {
    let many = "
    delete from licence; update product set name = 'Another ' || name;
        insert into product (id, name) values ('p', 'SkyConnect');
        with recursive n (i) as (select 1 union all select i + 1 from n where i < 450)
        insert into organisation (id, name, created_at) select 'o-' || i, 'Org ' || i, 1 from n;
        insert into licence (id, org_id, product_id, kind, valid_from, valid_till, created_at)
        select 'l-' || id, id, 'p', 'subscription', '2026-01-01', '2026-11-29', 1 from organisation where id like 'o-%';";
    let portal = Portal::after(many);
    let trips = portal.db.round_trips();
    assert_eq!(run_on(&portal, 0), json!({ "looked_at": 450, "told": 450, "mails": 0, "more": false }));
    assert_eq!(portal.db.round_trips() - trips, 6);
    assert_eq!(portal.number("select count(*) as n from licence_flag"), 450 * 3);
    let trips = portal.db.round_trips();
    run_on(&portal, 0);
    assert_eq!(portal.db.round_trips() - trips, 1, "cheap when nothing is due");

    // A run that may do one batch only leaves a message, and whoever reads it does the rest.
    let portal = Portal::after(many);
    let report = block_on(expire_licences(&System::new(portal.app()), 1)).unwrap();
    assert_eq!(report, json!({ "looked_at": 200, "told": 200, "mails": 0, "more": true }));
    let left = std::mem::take(&mut *portal.queue.0.lock().unwrap());
    assert_eq!(left.iter().map(MailId::as_str).collect::<Vec<_>>(), [GO_ON]);
    block_on(on_message(&portal.app(), MAIL, Some(GO_ON)));
    assert_eq!(portal.number("select count(*) as n from notification"), 450);
    assert!(portal.queue.0.lock().unwrap().is_empty());
}
