//! Order Book: what is in force, what was ordered, and what is asked for in vain.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::fixtures::{Answer, NOW, Portal, ask, keys, looks, run, signed};

pub const API: &str = "/api/v1/organisations/acme";
pub const PAGE: &str = "/o/acme/orders";

/// 250 orders of Acme, three a day, with a renewal of Vaultastic every fifth time.
pub const MANY: &str = "
    with recursive n (i) as (select 1 union all select i + 1 from n where i < 250)
    insert into sales_order (id, org_id, number, ordered_on, po_number, po_on, partner, agreement, kind, state, created_at)
      select printf('m-%04d', i), 'acme', printf('SO-25-%04d', i), date('2025-01-01', '+' || (i / 3) || ' days'),
             iif(i % 2, printf('PO/%d', i), null), iif(i % 2, '2025-01-01', null), iif(i % 7, null, 'Banyan Row'),
             'contract', iif(i % 5, 'top_up', 'renewal'), 'booked', i from n;
    insert into order_line select 'acme', id, 1, iif(kind = 'renewal', 'vaultastic', 'skyconnect'),
        iif(kind = 'renewal', 'VLT-ARCHIVE', 'SKY-MAIL'), 'Line of ' || number, 5, 'users', ordered_on, '2031-12-31'
      from sales_order where id like 'm-%';";

pub fn get(script: &str, path: &str) -> Answer {
    Portal::after(script).get(path, "ann")
}

pub fn items(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer.json()["items"].as_array().unwrap().clone()
}

fn numbers(script: &str, query: &str) -> Vec<String> {
    let found = items(&get(script, &format!("{API}/orders?{query}")));
    found.iter().map(|it| it["number"].as_str().unwrap().to_owned()).collect()
}

/// What stands in `main`, one tag a line.
fn main_of(answer: &Answer) -> String {
    let from = answer.body.find("<main").unwrap();
    let to = answer.body.find("</main>").unwrap();
    looks(&answer.body[from..to])
}

#[test]
fn the_pages() {
    let portal = Portal::after(ALL_STATES);
    insta::assert_snapshot!("current_subscription", main_of(&portal.get(PAGE, "ann")));
    insta::assert_snapshot!("order_history", main_of(&portal.get(&format!("{PAGE}/history"), "ann")));
    insta::assert_snapshot!("order", main_of(&portal.get(&format!("{PAGE}/o-acme"), "ann")));
}

#[test]
fn an_order_says_all_of_it() {
    let order = get("", &format!("{API}/orders/o-acme"));
    let expected = json!({
        "id": "o-acme", "number": "SO-1-Acme-canary", "ordered_on": "2026-01-01", "po_number": "PO-Acme-canary",
        "po_on": null, "partner": null, "agreement": "contract", "kind": "new", "state": "booked", "cancelled_on": null,
        "cancellation_note": "",
        "lines": [{
            "line": 1, "product_id": "skyconnect", "product": "SkyConnect", "sku": "SKY-MAIL",
            "description": "Mailboxes of Acme-canary", "quantity": 40, "unit": "users",
            "valid_from": "2026-01-01", "valid_till": "2026-12-31",
        }],
    });
    assert_eq!(order.json(), expected);
    assert_eq!(get("", &format!("{API}/orders")).json(), json!({ "items": [expected], "next": null }));
}

/// Acme's subscriptions, one for each state, seen on 22 November 2026.
pub const ALL_STATES: &str = "
    update subscription set valid_till = '2026-11-21', starts_on = '2025-11-22' where id = 's-acme';
    insert into subscription (id, org_id, product_id, sku, description, quantity, unit, starts_on, valid_till, agreement,
                              is_trial, cancelled_on, created_at) values
      ('active', 'acme', 'skyconnect', 'SKY-STORE', 'Storage', null, 'GB', '2026-11-22', '2026-11-22', 'ppu_postpaid', 0, null, 1),
      ('next', 'acme', 'vaultastic', 'VLT-ARCHIVE', 'Archive', 3, 'packs', '2026-11-01', '2027-10-31', 'ppu_prepaid', 0, null, 1),
      ('upcoming', 'acme', 'vaultastic', 'VLT-CREDITS', 'Credits', 1, 'packs', '2026-11-23', '2027-10-31', 'contract', 0, null, 1),
      ('trial', 'acme', 'vaultastic', 'VLT-TRIAL', 'Trial', 1, 'packs', '2026-11-20', '2026-12-19', 'contract', 1, '2026-11-23', 1),
      ('cancelled', 'acme', 'vaultastic', 'VLT-OLD', 'Old', 1, 'packs', '2026-01-01', '2026-12-31', 'contract', 0, '2026-11-22', 1);
    insert into subscription (id, org_id, product_id, sku, description, quantity, unit, starts_on, valid_till, agreement,
                              renewed_by, created_at) values
      ('renewed', 'acme', 'vaultastic', 'VLT-ARCHIVE', 'Archive', 2, 'packs', '2025-11-01', '2026-10-31', 'contract', 'next', 1);";

#[test]
fn what_is_over_shows_when_asked_for() {
    let states = |query: &str| -> Vec<(String, String)> {
        let found = items(&get(ALL_STATES, &format!("{API}/subscriptions{query}")));
        found
            .iter()
            .map(|it| (it["id"].as_str().unwrap().into(), it["state"].as_str().unwrap().into()))
            .collect()
    };
    let said = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|it| (it.0.to_owned(), it.1.to_owned())).collect()
    };
    let now = [
        ("s-acme", "expired"),
        ("active", "active"),
        ("trial", "trial"),
        ("next", "active"),
        ("upcoming", "upcoming"),
    ];
    assert_eq!(states(""), said(&now));
    let all = [
        ("s-acme", "expired"),
        ("active", "active"),
        ("renewed", "renewed"),
        ("trial", "trial"),
        ("cancelled", "cancelled"),
        ("next", "active"),
        ("upcoming", "upcoming"),
    ];
    assert_eq!(states("?show=all"), said(&all));
    assert_eq!(states("?product=skyconnect"), said(&now[..2]));
    assert_eq!(states("?product=ideolve"), []);
    // Page by page it is the same list.
    let portal = Portal::after(ALL_STATES);
    let (mut walked, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = portal.get(&format!("{API}/subscriptions?show=all&limit=2{cursor}"), "bob");
        walked.extend(items(&page).iter().map(|it| it["id"].as_str().unwrap().to_owned()));
        let Some(next) = page.json()["next"].as_str().map(str::to_owned) else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(walked, all.map(|it| it.0));
}

/// `sql::subscriptions` leaves out what `State::is_current` would: compared over every order of five days.
#[test]
fn the_statement_and_the_rule_draw_the_same_line() {
    let script = "
        delete from subscription;
        create temp table d as select value as d from json_each('[\"2026-11-20\", \"2026-11-21\", \"2026-11-22\", \"2026-11-23\", \"2026-11-24\"]');
        insert into subscription (id, org_id, product_id, sku, description, unit, starts_on, valid_till, agreement, created_at)
          select 'after-' || d, 'acme', 'vaultastic', 'X', '', 'x', d, '2027-01-01', 'contract', 1 from d;
        insert into subscription (id, org_id, product_id, sku, description, unit, starts_on, valid_till, agreement,
                                  cancelled_on, renewed_by, created_at)
          select 's-' || row_number() over (), 'acme', 'skyconnect', 'X', '', 'x', a.d, b.d, 'contract', c.d,
                 iif(e.d is null, null, 'after-' || e.d), 1
            from d as a, d as b, (select d from d union all select null) as c, (select d from d union all select null) as e
           where a.d <= b.d;";
    let portal = Portal::after(script);
    let walk = |query: &str| {
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = portal
                .get(&format!("{API}/subscriptions?limit=100&product=skyconnect{query}{cursor}"), "ann");
            found.extend(items(&page));
            let Some(next) = page.json()["next"].as_str().map(str::to_owned) else { return found };
            cursor = format!("&cursor={next}");
        }
    };
    let all = walk("&show=all");
    assert_eq!(all.len(), 15 * 36);
    let current =
        all.into_iter().filter(|it| !["renewed", "cancelled"].contains(&it["state"].as_str().unwrap()));
    assert_eq!(walk(""), current.collect::<Vec<_>>());
}

#[test]
fn filters_find_what_they_say() {
    assert_eq!(numbers(MANY, "from=2025-03-25").len(), 2 + 1);
    assert_eq!(numbers(MANY, "from=2025-02-01&to=2025-02-01"), ["SO-25-0095", "SO-25-0094", "SO-25-0093"]);
    assert_eq!(numbers(MANY, "to=2024-12-31"), Vec::<String>::new());
    assert_eq!(numbers(MANY, "q=so-25-010").len(), 10, "letters are letters, large or small");
    assert_eq!(numbers(MANY, "q=PO%2F249"), ["SO-25-0249"]);
    assert_eq!(numbers(MANY, "q=VLT-ARCH&limit=100").len(), 50);
    assert_eq!(numbers(MANY, "product=vaultastic&limit=100").len(), 50);
    assert_eq!(numbers(MANY, "product=vaultastic&q=SO-25-0100"), ["SO-25-0100"]);
    assert_eq!(numbers(MANY, "product=clrstream"), Vec::<String>::new());
    // % and _ are letters here.
    assert_eq!(numbers(MANY, "q=%25"), Vec::<String>::new());
    assert_eq!(numbers(MANY, "q=SO_25"), Vec::<String>::new());
}

/// New orders arrive all the while, and some with the day of the cursor.
#[test]
fn paging_walks_each_order_once_while_new_ones_arrive() {
    let portal = Portal::after(MANY);
    let (mut walked, mut cursor) = (Vec::new(), String::new());
    for round in 0.. {
        let page = portal.get(&format!("{API}/orders?limit=17{cursor}"), "ann");
        walked.extend(items(&page).iter().map(|it| it["number"].as_str().unwrap().to_owned()));
        let Some(next) = page.json()["next"].as_str().map(str::to_owned) else { break };
        cursor = format!("&cursor={next}");
        let day = if round % 2 == 0 { "2026-11-22" } else { "2026-01-01" };
        let arrives = format!(
            "insert into sales_order (id, org_id, number, ordered_on, agreement, kind, created_at)
             values ('z-{round}', 'acme', 'LATE-{round}', '{day}', 'contract', 'new', 1)"
        );
        run(&portal.db, arrives.leak()).unwrap();
    }
    let old: Vec<_> = walked.iter().filter(|it| it.starts_with("SO-25-")).collect();
    assert_eq!(old.len(), 250);
    assert_eq!(old.iter().collect::<BTreeSet<_>>().len(), 250);
    assert!(old.is_sorted_by(|a, b| a > b), "latest on top");
    assert_eq!(walked.len(), 251, "what arrived after the first page is for the next visit");
}

#[test]
fn the_pages_of_the_history_keep_the_filters() {
    let portal = Portal::after(MANY);
    let (mut path, mut seen) =
        (format!("{PAGE}/history?product=skyconnect&from=2025-02-01&q=SO"), BTreeSet::new());
    for page in 1.. {
        let answer = portal.get(&path, "bob");
        assert_eq!(answer.status, StatusCode::OK);
        assert!(
            answer.body.contains("value=\"2025-02-01\"") && answer.body.contains("value=\"SO\""),
            "{path}"
        );
        assert_eq!(answer.body.contains("rel=\"prev\""), page > 1);
        let rows = answer.body.split("href=\"/o/acme/orders/").skip(1).filter_map(|it| it.split('"').next());
        let rows: Vec<_> =
            rows.filter(|it| it.starts_with("m-") || it.starts_with("o-")).map(str::to_owned).collect();
        assert!(rows.len() <= 20);
        seen.extend(rows);
        let Some(older) = answer.body.split("rel=\"next\" href=\"").nth(1) else { break };
        path = older.split('"').next().unwrap().replace("&amp;", "&");
    }
    assert_eq!(
        seen.len(),
        126 + 1,
        "of 250 orders, those of the product since February, and the one of 2026"
    );
}

#[test]
fn nothing_yet_and_filtered_away_are_said_apart() {
    let none = "delete from subscription; delete from order_line; delete from sales_order;";
    let said = |script: &str, path: &str| main_of(&get(script, &format!("{PAGE}{path}")));
    assert!(said(none, "/history").contains("No orders yet"));
    assert!(!said(none, "/history").contains("Clear filters"));
    assert!(said("", "/history?q=nothing-like-it").contains("No order matches"));
    assert!(said("", "/history?q=nothing-like-it").contains("Clear filters"));
    assert!(said("", "/history?product=clrstream").contains("never ordered that product"));
    assert!(said(none, "").contains("No current subscription"));
    assert!(said("", "?product=clrstream").contains("no current subscription of that product"));
}

#[test]
fn what_cannot_be_asked_for_is_said_at_its_field() {
    let long = "%25".repeat(51);
    for (query, field) in [
        ("product=%00".to_owned(), "product"),
        ("product=sky%20connect".to_owned(), "product"),
        ("from=2026-02-30".to_owned(), "from"),
        ("to=yesterday".to_owned(), "to"),
        ("from=2026-03-02&to=2026-03-01".to_owned(), "to"),
        (format!("q={long}"), "q"),
        (format!("q={}", "a".repeat(51)), "q"),
        ("limit=0".to_owned(), "limit"),
        ("limit=101".to_owned(), "limit"),
        ("cursor=nonsense".to_owned(), "cursor"),
        ("q=a&q=b".to_owned(), "q"),
        ("q=%ff".to_owned(), ""),
    ] {
        for path in ["orders", "orders.csv"] {
            if path == "orders.csv" && (query.starts_with("limit") || query.starts_with("cursor")) {
                continue;
            }
            let answer = get("", &format!("{API}/{path}?{query}"));
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path} {query}");
            let fields: Vec<_> =
                answer.json()["errors"].as_array().unwrap().iter().map(|it| it["field"].clone()).collect();
            assert_eq!(fields, [json!(field)], "{path} {query}");
        }
        let page = get("", &format!("{PAGE}/history?{query}"));
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        let at_a_control = ["product", "from", "to", "q"].contains(&field);
        assert!(
            !at_a_control || page.body.contains(&format!("id=\"error-{field}\"")),
            "{query}: {}",
            page.body
        );
        assert!(page.body.contains("error-summary"), "{query}");
    }
    let kept = get("", &format!("{PAGE}/history?from=2026-02-30&to=2026-03-01&q=SO"));
    for value in ["2026-02-30", "2026-03-01", "SO"] {
        assert!(kept.body.contains(&format!("value=\"{value}\"")), "{value} is gone");
    }
    assert_eq!(get("", &format!("{API}/subscriptions?show=some")).status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(get("", &format!("{PAGE}?show=some")).status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// Whoever may not enter learns nothing about filters.
#[test]
fn the_gate_speaks_before_the_filters() {
    let portal = Portal::new();
    for (person, status) in
        [("sue", StatusCode::FORBIDDEN), ("tom", StatusCode::FORBIDDEN), ("gus", StatusCode::NOT_FOUND)]
    {
        for path in
            ["orders?from=x", "orders.csv?from=x", "subscriptions?show=x", "orders/%20", "orders/o-acme"]
        {
            assert_eq!(portal.get(&format!("{API}/{path}"), person).status, status, "{person} {path}");
        }
    }
}

#[test]
fn an_order_of_somebody_else_is_not_there() {
    let portal = Portal::new();
    for path in ["o-globex", "nothing", "%20", "%ff"] {
        assert_eq!(
            portal.get(&format!("{API}/orders/{path}"), "ann").status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
        assert_eq!(portal.get(&format!("{PAGE}/{path}"), "ann").status, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(numbers("", "q=Globex").is_empty());
}

/// Of every state, agreement and type there is something to look at, directly and through a partner.
#[test]
fn the_demo_data_shows_everything() {
    let portal = Portal::new();
    assert_eq!(portal.send("POST", "/dev/seed", "", "").status, StatusCode::OK);
    // The Primary of each organisation is signed in, with a session named like the organisation.
    let sessions =
        "insert into session (id, person_id, device, address, created_at, last_seen_at, expires_at)
        select substr(role.org_id, -3), contact.person_id, 'x', 'x', 1795327000, 1795327600, 1795400000
          from role join contact on contact.id = role.contact_id where role.role = 'primary'";
    run(&portal.db, sessions).unwrap();
    let mut seen = BTreeSet::new();
    let mut look = |org: &str| {
        #[derive(serde::Deserialize)]
        struct Primary {
            person_id: String,
        }
        let primary = portal::sql!("select person_id from session where id = ?1", org);
        let primary = ask::<Primary>(&portal.db, primary).unwrap().remove(0).person_id;
        let cookie = signed(org, &primary, 0, NOW + 60_000, &keys());
        let at = format!("/api/v1/organisations/01938a00-0000-7000-8000-000000000{org}");
        let subscriptions =
            items(&portal.send("GET", &format!("{at}/subscriptions?show=all&limit=100"), &cookie, ""));
        seen.extend(subscriptions.iter().map(|it| format!("state {}", it["state"].as_str().unwrap())));
        let orders = portal.send("GET", &format!("{at}/orders?limit=20"), &cookie, "");
        for order in items(&orders) {
            assert!(!order["lines"].as_array().unwrap().is_empty(), "{order}");
            seen.insert(format!("agreement {}", order["agreement"].as_str().unwrap()));
            seen.insert(format!("kind {}", order["kind"].as_str().unwrap()));
            seen.insert(format!("order {}", order["state"].as_str().unwrap()));
            seen.insert(format!("through {}", if order["partner"].is_null() { "nobody" } else { "partner" }));
        }
        let till =
            subscriptions.iter().find(|it| it["sku"] == "SkyConnect-Business" && it["state"] != "renewed");
        (till.unwrap()["valid_till"].as_str().unwrap().to_owned(), orders.json()["next"].is_string())
    };
    assert_eq!(look("201"), ("2027-10-07".to_owned(), false), "healthy");
    assert_eq!(look("202"), ("2026-12-04".to_owned(), false), "ends in 12 days");
    assert_eq!(look("203"), ("2026-11-16".to_owned(), true), "expired, with a long history");
    assert_eq!(look("204"), ("2027-06-25".to_owned(), false), "through a partner");
    let all = [
        "agreement contract",
        "agreement ppu_postpaid",
        "agreement ppu_prepaid",
        "kind cancellation",
        "kind new",
        "kind renewal",
        "kind top_up",
        "order amended",
        "order booked",
        "order cancelled",
        "state active",
        "state cancelled",
        "state expired",
        "state renewed",
        "state trial",
        "state upcoming",
        "through nobody",
        "through partner",
    ];
    assert_eq!(seen, all.map(str::to_owned).into());
}
