#![expect(clippy::disallowed_methods, reason = "the clock of the machine is what a measurement asks")]
//! What the statements of licences cost when there are many.

use std::time::Instant;

use futures_executor::block_on;
use portal::access::System;
use portal::db::Stmt;
use portal::jobs::{ROUNDS, expire_licences};
use serde::Deserialize;

use crate::fixtures::{Portal, cookie};
use crate::licence_cast::LICENCES;

#[derive(Deserialize)]
struct Step {
    detail: String,
}

/// The whole table is read by none of them; a list that came as JSON is short, and so is the catalogue.
#[track_caller]
fn goes_by_an_index(portal: &Portal, since: usize) -> usize {
    let ran: Vec<Stmt> = portal.db.history().into_iter().skip(since).map(|it| it.stmt).collect();
    for stmt in &ran {
        let sql: &'static str = format!("explain query plan {}", stmt.sql).leak();
        let mut rows = block_on(portal.db.write(vec![Stmt { sql, args: stmt.args.clone() }])).unwrap();
        let steps: Vec<Step> = rows.remove(0).decode().unwrap();
        for table in [
            "licence",
            "licence_event",
            "extension_request",
            "licence_flag",
            "notification",
            "outbox",
            "role",
        ] {
            for step in &steps {
                let scans = step.detail == format!("SCAN {table}")
                    || step.detail.starts_with(&format!("SCAN {table} "));
                let scans = scans
                    || ["SCAN event", "SCAN request", "SCAN last", "SCAN flag"]
                        .contains(&step.detail.as_str());
                // Of a table that is not named: a foreign key that would be looked up if one were broken.
                assert!(!(scans && stmt.sql.contains(table)), "{}: {}", step.detail, stmt.sql);
            }
        }
    }
    ran.len()
}

#[test]
fn every_statement_of_licences_goes_by_an_index() {
    let portal = Portal::after(LICENCES);
    let since = portal.db.history().len();
    for path in [
        "",
        "/history?q=a&product=p-sky&cause=order&from=2026-01-01",
        "/extension-requests?status=granted",
        "/extension-requests/new",
    ] {
        portal.get(&format!("/o/acme/licences{path}"), "bob");
    }
    let body =
        r#"{"licence_id": "l-sky", "reason": "renewal_delayed", "description": "The order is on its way."}"#;
    for scope in ["l-sky", "l-clr"] {
        portal.send(
            "POST",
            "/api/v1/organisations/acme/extension-requests",
            &cookie("bob"),
            &body.replace("l-sky", scope),
        );
    }
    block_on(expire_licences(&System::new(portal.app()), ROUNDS)).unwrap();
    assert!(goes_by_an_index(&portal, since) > 30);
    let due = portal.db.history().into_iter().find(|it| it.stmt.sql.contains("licence.flag_on <=")).unwrap();
    let sql: &'static str = format!("explain query plan {}", due.stmt.sql).leak();
    let mut rows = block_on(portal.db.write(vec![Stmt { sql, args: due.stmt.args }])).unwrap();
    let steps: Vec<Step> = rows.remove(0).decode().unwrap();
    assert!(
        steps.iter().any(|it| it.detail.contains("INDEX licence_due (flag_on<?)")),
        "{:?}",
        steps[0].detail
    );
}

/// A page of the history costs the same however long the history is.
#[test]
fn a_page_of_history_costs_the_same_among_ten_thousand() {
    let steps = |events: usize, query: &str| {
        let script = format!(
            "{LICENCES} with recursive n (i) as (select 1 union all select i + 1 from n where i < {events})
             insert into licence_event (id, org_id, licence_id, product_id, at, new_valid_till, cause, by_kind, note)
             select printf('m-%06d', i), iif(i % 2, 'acme', 'globex'), iif(i % 2, 'l-sky', 'l-glo'), 'p-sky',
                    1700000000 + i * 3600, '2026-11-20', 'order', 'system', 'Order ' || i from n;"
        );
        let portal = Portal::after(&script);
        let answer = portal.get(&format!("/api/v1/organisations/acme/licence-events?{query}"), "bob");
        assert_eq!(answer.json()["items"].as_array().unwrap().len(), 20, "{query}");
        portal.db.history().iter().map(|it| it.steps).sum::<i32>()
    };
    for query in ["", "product=p-sky", "q=order", "to=2023-12-01", "from=2023-11-20&to=2023-11-30"] {
        let (few, many) = (steps(1_000, query), steps(10_000, query));
        assert!(many < few + few / 4, "{query}: {few} steps among 1,000 and {many} among 10,000");
    }
}

/// `cargo test --release many_licences -- --ignored --nocapture` measures: 1,000,000 licences, 20,000 of them due.
#[test]
#[ignore = "takes a minute and says how long; run it in release"]
fn many_licences() {
    const MILLION: &str = "
        delete from licence; update product set name = 'Another ' || name;
        insert into product (id, name, access_grace_days, suspension_days) values ('p', 'SkyConnect', 14, 30);
        create temp table n (i integer primary key);
        with recursive up (i) as (select 1 union all select i + 1 from up where i < 1000000) insert into n select i from up;
        insert into person (id, email, display_name, created_at)
          select 'p-' || i, 'p' || i || '@many.example', 'Person ' || i, 1 from n where i <= 50000;
        insert into organisation (id, name, created_at) select 'o-' || i, 'Organisation ' || i, 1 from n;
        insert into contact (id, org_id, person_id, name, verified_at, created_at)
          select 'c-' || i, 'o-' || i, 'p-' || i, 'Person ' || i, 1, 1 from n where i <= 20000;
        insert into contact (id, org_id, person_id, name, verified_at, created_at)
          select 'b-' || i, 'o-' || i, 'p-' || (i + 20000), 'Billing ' || i, 1, 1 from n where i <= 20000;
        insert into role select 'o-' || i, 'primary', 'c-' || i from n where i <= 20000;
        insert into role select 'o-' || i, 'billing', 'b-' || i from n where i <= 20000;
        insert into licence (id, org_id, product_id, kind, valid_from, valid_till, created_at)
          select printf('01938a00-0000-7000-8000-%012d', i), 'o-' || i, 'p', 'subscription', '2026-01-01',
                 iif(i <= 20000, '2026-12-22', date('2027-01-10', '+' || (i % 300) || ' days')), 1 from n;";
    let built = Instant::now();
    let portal = Portal::after(MILLION);
    println!("built in {:?}", built.elapsed());
    let mut run = 0;
    loop {
        run += 1;
        let (from, since, trips) = (Instant::now(), portal.db.history().len(), portal.db.round_trips());
        let report = block_on(expire_licences(&System::new(portal.app()), ROUNDS)).unwrap();
        let took = from.elapsed();
        let history = portal.db.history();
        let statements = history.len() - since;
        let trips = portal.db.round_trips() - trips;
        println!("run {run}: {took:?}, {trips} round trips, {statements} statements, {report}");
        assert!(statements < 1_000, "of one invocation");
        if report["told"] == 0 {
            let steps: i32 = history.iter().skip(since).map(|it| it.steps).sum();
            println!("nothing due: {steps} steps");
            assert!(steps < 1_000);
            break;
        }
    }
    assert_eq!(portal.number("select count(*) as n from notification"), 20_000);
    assert_eq!(portal.number("select count(*) as n from licence_flag"), 20_000);
    assert_eq!(portal.number("select count(*) as n from outbox"), 40_000);
}
