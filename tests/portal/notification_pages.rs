//! How notifications and the home page look, and what they cost.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::fixtures::{NED_JOINS, Portal};
use crate::notification_cast::NEWS;
use crate::notifications::{main_of, put};
use crate::orders::items;

const API: &str = "/api/v1/organisations/acme/notifications";
const PAGE: &str = "/o/acme/notifications";

#[test]
fn the_pages() {
    let portal = Portal::after(&[NEWS, NED_JOINS].concat());
    put(&portal, "n-new", "ann");
    insta::assert_snapshot!("notifications", main_of(&portal.get(PAGE, "ann")));
    insta::assert_snapshot!("notification", main_of(&portal.get(&format!("{PAGE}/n-pin"), "ann")));
    insta::assert_snapshot!(
        "notification_preferences",
        main_of(&portal.get(&format!("{PAGE}/preferences"), "ann"))
    );
    insta::assert_snapshot!("home_of_billing", main_of(&portal.get("/o/acme", "bob")));
    insta::assert_snapshot!("home_with_news_without_a_role", main_of(&portal.get("/o/acme", "ned")));
}

/// Only what the roles open, and it says what is wrong.
#[test]
fn the_home_page_says_at_a_glance_what_is_wrong() {
    let labels = |portal: &Portal, person: &str| -> Vec<String> {
        let body = main_of(&portal.get("/o/acme", person));
        body.split("<span class=\"glance-label\">")
            .skip(1)
            .map(|it| it.split('<').next().unwrap().to_owned())
            .collect()
    };
    let portal = Portal::after(NED_JOINS);
    assert_eq!(labels(&portal, "ann"), ["Licences", "Next subscription end"]);
    assert_eq!(labels(&portal, "bob"), ["Licences", "Next subscription end", "Payments"]);
    assert_eq!(labels(&portal, "tom"), Vec::<String>::new());
    assert_eq!(labels(&portal, "ned"), Vec::<String>::new());
    let says = |script: &str, person: &str| main_of(&Portal::after(script).get("/o/acme", person));
    assert!(says("", "bob").contains("1 is on its way") && !says("", "ann").contains("INV-Acme"));
    let asked = says("update payment_record set status = 'information_needed' where org_id = 'acme'", "bob");
    assert!(asked.contains("A question is waiting") && asked.contains("INV-Acme-canary"), "{asked}");
    let done = says("update payment_record set status = 'reconciled' where org_id = 'acme'", "bob");
    assert!(done.contains("Nothing open"));
    let over = says("update licence set valid_till = '2026-11-20'", "ann");
    assert!(over.contains("glance danger") && over.contains("SkyConnect expired 2 days ago"), "{over}");
    assert!(says("", "ann").contains("All valid") && says("", "ann").contains("31 Dec 2026"));
    let soon = says("update subscription set valid_till = '2026-12-04'", "ann");
    assert!(soon.contains("SkyConnect ends in 12 days"), "{soon}");
    let used = "insert into sub_product values ('skyconnect', 'box', 'Mailboxes', 'users');
        insert into usage_alert select 'acme', 'skyconnect', 'box', '2026-11', value, '2026-11-19', 38, 40, 1
          from json_each('[80, 90]');";
    let near = says(used, "ann");
    assert!(near.contains("SkyConnect is at 90 %") && near.contains("Mailboxes since 19 Nov 2026"), "{near}");
    assert!(!says(used, "tom").contains("at 90 %"));
}

/// The gate is part of every page: what it reads has an end, however much there is to count.
#[test]
fn the_badge_costs_the_same_among_fifty_thousand() {
    let steps = |notes: usize, read: &str| {
        let script = format!(
            "with recursive n (i) as (select 1 union all select i + 1 from n where i < {notes})
             insert into notification (id, org_id, category, title, body, source, published_at, created_at)
             select 'm-' || i, iif(i % 2, 'acme', null), 'general', 'Title', 'Text', 'system', 1700000000 + i, 1 from n; {read}"
        );
        let portal = Portal::after(&script);
        portal.get("/o/acme/name", "ann");
        portal.db.history().iter().map(|it| it.steps).sum::<i32>()
    };
    let one_by_one = "insert into notification_read select 'ann', 'acme', id, 1 from notification;";
    for read in ["", one_by_one, "insert into notification_mark values ('ann', 'acme', 1795327680);"] {
        let (few, many) = (steps(1_000, read), steps(50_000, read));
        assert!(many < few + few / 4, "{read}: {few} steps among 1,000 and {many} among 50,000");
    }
}

#[test]
fn a_page_costs_the_same_among_twenty_thousand() {
    let steps = |notes: usize, query: &str| {
        let script = format!(
            "with recursive n (i) as (select 1 union all select i + 1 from n where i < {notes})
             insert into notification (id, org_id, roles, category, title, body, source, published_at, created_at)
             select 'm-' || i, iif(i % 2, 'acme', null), iif(i % 3, null, '[\"primary\"]'), iif(i / 2 % 4, 'general', 'release'),
                    'Title', 'Text ' || i, 'system', 1700000000 + i * 60, 1 from n;"
        );
        let portal = Portal::after(&script);
        assert_eq!(items(&portal.get(&format!("{API}?{query}"), "ann")).len(), 20, "{query}");
        portal.db.history().iter().map(|it| it.steps).sum::<i32>()
    };
    for query in ["", "category=release", "q=text", "unread=true", "to=2023-11-20"] {
        let (few, many) = (steps(1_000, query), steps(20_000, query));
        assert!(many < few + few / 4, "{query}: {few} steps among 1,000 and {many} among 20,000");
    }
}

/// Of everybody who may see it, in each face.
#[test]
fn a_list_says_that_it_is_read() {
    let portal = Portal::after(NEWS);
    let unread = main_of(&portal.get(PAGE, "ann")).matches("class=\"unread\"").count();
    assert_eq!(unread, 5);
    let read: Vec<Value> = items(&portal.get(API, "ann")).into_iter().map(|it| it["read"].clone()).collect();
    assert_eq!(read, vec![json!(false); 5]);
}

/// Pinned, unread, by role, by product, with a list and a link.
#[test]
fn the_demo_data_shows_everything() {
    let portal = Portal::new();
    assert_eq!(portal.send("POST", "/dev/seed", "", "").status, StatusCode::OK);
    let count = |sql| portal.number(sql);
    assert_eq!(count("select count(distinct category) as n from notification"), 8);
    assert!(count("select count(*) as n from notification where pinned_until > 1795327680") >= 2);
    assert!(count("select count(distinct roles) as n from notification") >= 4);
    assert_eq!(count("select count(*) as n from notification_mailing where done_at is null"), 0);
    assert!(count("select count(*) as n from notification_read") > 10);
}
