//! Dashboards: what was used, against what was bought.

use portal::page::{Chart, Mark, Tone, chart};
use serde_json::{Value, json};

use crate::fixtures::{Portal, run};

/// Acme bought 40 users for 2026 (see the cast). Its mailboxes are known from September, with a gap; Globex has some, too.
pub const USAGE: &str = "
    insert into sub_product values ('skyconnect', 'mailboxes', 'Mailboxes', 'users'), ('skyconnect', 'storage', 'Storage', 'GB');
    insert into usage_sample values
      ('acme', 'skyconnect', 'mailboxes', '2026-09-30', 31, 100), ('acme', 'skyconnect', 'mailboxes', '2026-11-01', 32, 100),
      ('acme', 'skyconnect', 'mailboxes', '2026-11-02', 36.5, 100), ('acme', 'skyconnect', 'mailboxes', '2026-11-05', 41, 1795300000),
      ('acme', 'skyconnect', 'storage', '2026-11-05', 12.25, 100),
      ('globex', 'skyconnect', 'mailboxes', '2026-11-03', 777, 100);";

pub fn facts(portal: &Portal, query: &str) -> Value {
    portal.get(&format!("/api/v1/organisations/acme/usage?{query}"), "tom").json()
}

fn points(facts: &Value) -> Vec<Value> {
    let points = facts["points"].as_array().unwrap().iter();
    points.map(|it| json!([it["date"], it["used"], it["purchased"], it["percent"]])).collect()
}

#[test]
fn the_newest_month_is_shown_until_today() {
    let facts = facts(&Portal::after(USAGE), "product=skyconnect&sub_product=mailboxes");
    assert_eq!(
        [
            &facts["unit"],
            &facts["grain"],
            &facts["from"],
            &facts["till"],
            &facts["purchased"],
            &facts["updated_at"]
        ],
        [
            &json!("users"),
            &json!("daily"),
            &json!("2026-11-01"),
            &json!("2026-11-30"),
            &json!(40),
            &json!("2026-11-21T22:26:40Z")
        ]
    );
    let points = points(&facts);
    assert_eq!(points.len(), 22);
    assert_eq!(
        points[..5],
        [
            json!(["2026-11-01", 32, 40, 80.0]),
            json!(["2026-11-02", 36.5, 40, 91.2]),
            json!(["2026-11-03", null, 40, null]),
            json!(["2026-11-04", null, 40, null]),
            json!(["2026-11-05", 41, 40, 102.5]),
        ]
    );
    assert_eq!(facts["series"].as_array().unwrap().len(), 2);
}

#[test]
fn months_a_year_and_the_financial_year() {
    let portal = Portal::after(USAGE);
    for (query, from, till, count) in [
        ("grain=monthly", "2025-12-01", "2026-11-30", 12),
        ("grain=monthly&period=2026-10", "2025-11-01", "2026-10-31", 12),
        ("grain=monthly&period=2026", "2026-01-01", "2026-12-31", 11),
        ("grain=monthly&period=fy2026", "2026-04-01", "2027-03-31", 8),
        ("period=2025", "2025-01-01", "2025-12-31", 365),
        ("period=2026-09", "2026-09-01", "2026-09-30", 30),
        ("period=2031-01", "2031-01-01", "2031-01-31", 0),
    ] {
        let facts = facts(&portal, &format!("product=skyconnect&sub_product=mailboxes&{query}"));
        assert_eq!((facts["from"].as_str(), facts["till"].as_str()), (Some(from), Some(till)), "{query}");
        assert_eq!(points(&facts).len(), count, "{query}");
    }
    let monthly = points(&facts(&portal, "sub_product=mailboxes&grain=monthly"));
    assert_eq!(
        monthly[9..],
        [
            json!(["2026-09-01", 31, 40, 77.5]),
            json!(["2026-10-01", null, 40, null]),
            json!(["2026-11-01", 41, 40, 102.5]),
        ]
    );
}

#[test]
fn what_was_bought_follows_the_subscriptions() {
    let postpaid =
        "update subscription set agreement = 'ppu_postpaid', quantity = null where org_id = 'acme';";
    let trial = "update subscription set is_trial = 1 where org_id = 'acme';";
    let other_unit = "update subscription set unit = 'GB' where org_id = 'acme';";
    let pack = "update subscription set unit = 'packs' where org_id = 'acme';
        insert into sub_product_sku values ('skyconnect', 'mailboxes', 'SKY-MAIL', 25);";
    let top_up = "insert into subscription (id, org_id, product_id, sku, description, quantity, unit, starts_on, valid_till,
                              agreement, created_at)
        values ('s-top', 'acme', 'skyconnect', 'SKY-MAIL', 'More', 10, 'users', '2026-11-02', '2026-12-31', 'ppu_prepaid', 1);";
    let renewed = "insert into subscription (id, org_id, product_id, sku, description, quantity, unit, starts_on, valid_till,
                              agreement, created_at)
        values ('s-next', 'acme', 'skyconnect', 'SKY-MAIL', 'Next', 60, 'users', '2026-11-02', '2027-10-31', 'contract', 1);
        update subscription set renewed_by = 's-next' where id = 's-acme';";
    let cancelled = "update subscription set cancelled_on = '2026-11-02' where org_id = 'acme';";
    for (change, expected) in [
        ("", [json!(40), json!(40)]),
        (postpaid, [json!(null), json!(null)]),
        (trial, [json!(null), json!(null)]),
        (other_unit, [json!(null), json!(null)]),
        (pack, [json!(1000), json!(1000)]),
        (top_up, [json!(40), json!(50)]),
        (renewed, [json!(40), json!(60)]),
        (cancelled, [json!(40), json!(null)]),
    ] {
        let facts = facts(&Portal::after(&format!("{USAGE}{change}")), "sub_product=mailboxes");
        assert_eq!(
            [&facts["points"][0]["purchased"], &facts["points"][1]["purchased"]],
            [&expected[0], &expected[1]],
            "{change}"
        );
    }
}

#[test]
fn what_is_asked_for_in_vain_is_said() {
    let portal = Portal::after(USAGE);
    for (query, field) in [
        ("grain=hourly", "grain"),
        ("period=yesterday", "period"),
        ("period=2026-13", "period"),
        ("product=a%20b", "product"),
        ("sub_product=%27", "sub_product"),
        ("period=2026&period=2027", "period"),
    ] {
        let answer = portal.get(&format!("/api/v1/organisations/acme/usage?{query}"), "ann");
        assert_eq!(answer.status.as_u16(), 422, "{query}");
        assert_eq!(answer.json()["errors"][0]["field"], field);
        let page = portal.get(&format!("/o/acme/usage?{query}"), "ann");
        assert_eq!(page.status.as_u16(), 422, "{query}");
        assert!(page.body.contains("error-summary") && page.body.contains("Mailboxes"), "{}", page.body);
    }
    assert_eq!(portal.get("/o/acme/usage?view=picture", "ann").status.as_u16(), 422);
    let nothing = facts(&portal, "product=vaultastic");
    assert_eq!((&nothing["unit"], &nothing["points"]), (&json!(null), &json!([])));
    let page = portal.get("/o/acme/usage?product=vaultastic", "ann").body;
    assert!(page.contains("Nothing is measured here"));
    assert!(Portal::new().get("/o/acme/usage", "ann").body.contains("No usage yet"));
}

#[test]
fn nobody_sees_what_others_use() {
    let portal = Portal::after(USAGE);
    for query in ["", "product=skyconnect", "grain=monthly", "period=2026", "period=2026-11&view=table"] {
        for path in ["/o/acme/usage", "/o/acme/usage.csv", "/api/v1/organisations/acme/usage"] {
            let answer = portal.get(&format!("{path}?{query}"), "sue");
            assert!(!answer.body.contains("777"), "{path}?{query}");
        }
    }
    let ned = Portal::after(&format!("{USAGE}{}", crate::fixtures::NED_JOINS));
    assert_eq!(ned.get("/o/acme/usage", "ned").status.as_u16(), 403);
    assert_eq!(portal.get("/o/globex/usage", "ann").status.as_u16(), 404);
}

#[test]
fn the_file_leaves_empty_what_is_not_known() {
    let answer = Portal::after(USAGE).get("/o/acme/usage.csv?sub_product=mailboxes", "tom");
    assert_eq!(
        answer.header("content-disposition"),
        "attachment; filename=\"acme-canary_usage_2026-11-22.csv\""
    );
    let lines: Vec<&str> = answer.body.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines.len(), 23);
    assert_eq!(
        lines[..4],
        [
            "Date,Product,Sub-product,Used,Unit,Purchased,Percent",
            "2026-11-01,SkyConnect,Mailboxes,32,users,40,80",
            "2026-11-02,SkyConnect,Mailboxes,36.5,users,40,91.2",
            "2026-11-03,SkyConnect,Mailboxes,,users,40,",
        ]
    );
}

/// The import may say a day again, in any order; the list of meters follows.
#[test]
fn meters_follow_the_samples() {
    let portal = Portal::after(USAGE);
    run(
        &portal.db,
        "insert into usage_sample values ('acme', 'skyconnect', 'storage', '2026-10-01', 9, 50),
                                         ('acme', 'skyconnect', 'storage', '2026-11-06', 13, 200)",
    )
    .unwrap();
    let again = "insert into usage_sample values ('acme', 'skyconnect', 'storage', '2026-11-06', 14, 300)
                 on conflict do update set used = excluded.used, updated_at = excluded.updated_at";
    run(&portal.db, again).unwrap();
    let meter = portal.rows(
        "select first_on, last_on, last_used, updated_at, changed_from from usage_meter where sub_product = 'storage'",
    );
    let expected = json!([{ "first_on": "2026-10-01", "last_on": "2026-11-06", "last_used": 14.0, "updated_at": 300, "changed_from": "2026-10-01" }]);
    assert_eq!(json!(meter), expected);
    run(&portal.db, "update usage_meter set changed_from = null").unwrap();
    run(&portal.db, again).unwrap();
    let looked_at = portal.rows("select changed_from from usage_meter where sub_product = 'storage'");
    assert_eq!(looked_at, [json!({ "changed_from": null })], "what is said again changes nothing");
}

/// Whatever numbers come, a chart is drawn and stays on its paper.
#[test]
fn a_chart_of_anything_is_drawn() {
    let values = [0.0, 1e-9, 0.1, 1.0, 99.0, 1e15, f64::MAX, f64::INFINITY, f64::NAN];
    for (a, b) in values.iter().flat_map(|a| values.iter().map(move |b| (*a, *b))) {
        for count in [0_usize, 1, 2, 40] {
            for columns in [true, false] {
                let marks: Vec<Mark> = (0..count)
                    .map(|at| Mark {
                        tick: Some(at.to_string()),
                        value: (at % 3 != 1).then_some(a),
                        limit: (at % 5 != 4).then_some(b),
                        tone: Tone::Good,
                        told: String::new(),
                    })
                    .collect();
                let drawn = chart(&Chart {
                    id: "c",
                    title: "t",
                    summary: "s",
                    marks: &marks,
                    columns,
                    limit_label: |it| it.to_string(),
                    gap_label: "gap",
                    last_label: "last",
                });
                assert!(drawn.0.len() < 300_000, "{}", drawn.0.len());
            }
        }
    }
}

/// `cargo test --release two_million -- --ignored --nocapture` measures: 1,000 organisations, each with 2,000 samples.
#[test]
#[ignore = "takes a minute and says how long; run it in release"]
#[expect(clippy::disallowed_methods, reason = "the clock of the machine is what a measurement asks")]
fn two_million_samples() {
    const MANY: &str = "
        insert into sub_product values ('skyconnect', 'mailboxes', 'Mailboxes', 'users'), ('skyconnect', 'storage', 'Storage', 'GB'),
          ('vaultastic', 'active', 'Active Store', 'GB'), ('vaultastic', 'open', 'Open Store', 'GB');
        with recursive n (i) as (select 1 union all select i + 1 from n where i < 998)
          insert into organisation (id, name, created_at) select 'o-' || i, 'Organisation ' || i, 1 from n;
        insert into subscription (id, org_id, product_id, sku, description, quantity, unit, starts_on, valid_till, agreement,
                                  created_at)
          select 's-' || id, id, 'skyconnect', 'SKY', 'x', 1000, 'users', '2025-01-01', '2026-12-31', 'contract', 1
            from organisation where id like 'o-%';
        with recursive n (i) as (select 0 union all select i + 1 from n where i < 499)
          insert into usage_sample
          select organisation.id, kind.product_id, kind.id, date('2026-11-21', '-' || i || ' days'), 950 - i, 1
            from organisation, sub_product as kind, n;";
    let built = std::time::Instant::now();
    let portal = Portal::after(MANY);
    assert_eq!(portal.number("select count(*) as n from usage_sample"), 2_000_000);
    println!("built in {:?}", built.elapsed());
    for query in ["", "grain=monthly", "period=2026", "grain=monthly&period=fy2026", "view=table&period=2026"]
    {
        let (since, trips) = (portal.db.history().len(), portal.db.round_trips());
        let from = std::time::Instant::now();
        let page = portal.get(&format!("/o/acme/usage?{query}"), "ann");
        let (took, trips) = (from.elapsed(), portal.db.round_trips() - trips);
        let steps: i32 = portal.db.history().iter().skip(since).map(|it| it.steps).sum();
        println!("{query:28} {took:?}, {trips} round trip, {steps} steps, {} bytes", page.body.len());
        assert!(trips == 1 && steps < 20_000, "{query}");
    }
    for run in 1.. {
        let (from, since) = (std::time::Instant::now(), portal.db.history().len());
        let system = portal::access::System::new(portal.app());
        let report = futures_executor::block_on(portal::jobs::watch_usage(&system, 25)).unwrap();
        println!(
            "run {run}: {:?}, {} statements, {report}",
            from.elapsed(),
            portal.db.history().len() - since
        );
        if report["looked_at"] == 0 {
            break;
        }
    }
}
