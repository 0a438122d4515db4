//! What there is to know, who may know it, and what of it is read.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use portal::kernel::Role;
use serde_json::json;

use crate::fixtures::{Answer, NED_JOINS, NOW, Portal, cookie, looks, run};
use crate::notification_cast::{EVERY_AIM, NEWS, may_see};
use crate::orders::items;

const API: &str = "/api/v1/organisations/acme/notifications";
const PAGE: &str = "/o/acme/notifications";

pub fn main_of(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let (from, to) = (answer.body.find("<main").unwrap(), answer.body.find("</main>").unwrap());
    looks(&answer.body[from..to])
}

fn ids(portal: &Portal, query: &str, person: &str) -> Vec<String> {
    let (mut walked, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = portal.get(&format!("{API}?{query}{cursor}"), person);
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        walked.extend(items(&page).iter().map(|it| it["id"].as_str().unwrap().to_owned()));
        let Some(next) = page.json()["next"].as_str().map(str::to_owned) else { return walked };
        cursor = format!("&cursor={next}");
    }
}

/// What the frame says beside Notifications.
fn badge(portal: &Portal, person: &str) -> String {
    let body = portal.get("/o/acme/notifications/preferences", person).body;
    let link = body.split("href=\"/o/acme/notifications\"").nth(1).unwrap().split("</a>").next().unwrap();
    let count = link.split("class=\"count\">").nth(1).map_or("", |it| it.split('<').next().unwrap());
    count.to_owned()
}

pub fn put(portal: &Portal, id: &str, person: &str) -> StatusCode {
    portal.send("PUT", &format!("{API}/{id}/read"), &cookie(person), "").status
}

/// Sixteen sets of roles, seventeen sets of readers, twelve other aims and eight categories.
#[test]
fn everybody_sees_what_is_meant_for_them_and_nothing_else() {
    let all: Vec<String> = Portal::after(EVERY_AIM)
        .rows("select id from notification")
        .iter()
        .map(|it| it["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(all.len(), 3 * 4 * 17 * 8);
    for mask in 0..16_usize {
        let roles: Vec<Role> =
            Role::ALL.into_iter().enumerate().filter(|it| mask & (1 << it.0) != 0).map(|it| it.1).collect();
        let moved = Role::ALL.iter().enumerate().map(|(at, it)| {
            let to = if mask & (1 << at) != 0 { "c-tom" } else { "c-sue" };
            format!("update role set contact_id = '{to}' where org_id = 'acme' and role = '{}';", it.code())
        });
        let moved = moved.collect::<Vec<_>>().concat();
        let portal = Portal::after(&[EVERY_AIM, &moved].concat());
        let found = ids(&portal, "limit=100", "tom");
        let expected: BTreeSet<&String> = all.iter().filter(|it| may_see(it, "acme", &roles)).collect();
        assert_eq!(found.iter().collect::<BTreeSet<_>>(), expected, "{roles:?}");
        assert_eq!(found.len(), expected.len(), "each once");
        if roles.is_empty() {
            assert!(found.iter().all(|it| !it.ends_with("billing")), "money is no matter of who has no role");
        }
        // Whatever is not in the list is not there at all.
        for id in all.iter().step_by(97) {
            let expected = if expected.contains(id) { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND };
            assert_eq!(put(&portal, id, "tom"), expected, "{id} {roles:?}");
        }
    }
}

/// The badge counts with the same words as the list.
#[test]
fn the_badge_counts_what_the_list_shows() {
    let some = "delete from notification_mailing; delete from notification where id not like '%-general' or id like '%-run-%';";
    for person in ["ann", "bob", "sue", "tom", "ned"] {
        let portal = Portal::after(&[EVERY_AIM, some, NED_JOINS].concat());
        let seen = ids(&portal, "limit=100", person);
        assert!((3..99).contains(&seen.len()), "{}", seen.len());
        assert_eq!(badge(&portal, person), seen.len().to_string(), "{person}");
        assert_eq!(put(&portal, &seen[1], person), StatusCode::NO_CONTENT);
        assert_eq!(badge(&portal, person), (seen.len() - 1).to_string(), "{person}");
    }
    let portal = Portal::after(
        &[EVERY_AIM, "delete from notification_mailing; delete from notification where id not like 'a%'"]
            .concat(),
    );
    assert_eq!(badge(&portal, "ann"), "99+");
}

#[test]
fn pinned_ones_first_and_what_is_not_published_never() {
    let portal = Portal::after(NEWS);
    assert_eq!(ids(&portal, "", "ann"), ["n-pin", "n-bill", "n-new", "n-old", "n-name"]);
    assert_eq!(ids(&portal, "", "tom"), ["n-pin", "n-new", "n-old", "n-name"]);
    for limit in 1..6 {
        assert_eq!(
            ids(&portal, &format!("limit={limit}"), "ann"),
            ["n-pin", "n-bill", "n-new", "n-old", "n-name"],
            "pages of {limit}"
        );
    }
    for path in [PAGE, "/o/acme", "/o/acme/notifications.csv"] {
        assert!(!portal.get(path, "ann").body.contains("x-hidden"), "{path}");
    }
    for id in ["x-draft", "x-none", "x-gone", "x-over", "x-soon", "x-them", "x-have", "nothing", "%20"] {
        assert_eq!(portal.get(&format!("{PAGE}/{id}"), "ann").status, StatusCode::NOT_FOUND, "{id}");
        assert_eq!(put(&portal, id, "ann"), StatusCode::NOT_FOUND, "{id}");
    }
    // A pin ends by itself, and what is published later comes by itself.
    portal.now.set(NOW + 1);
    assert_eq!(ids(&portal, "", "tom"), ["x-soon", "n-pin", "n-new", "n-old", "n-name"]);
    portal.now.set(1_795_900_000);
    run(&portal.db, "update session set last_seen_at = 1795900000, expires_at = 1795990000").unwrap();
    let later = crate::fixtures::signed("tom", "tom", 0, 1_795_990_000, &crate::fixtures::keys());
    let page = portal.send("GET", API, &later, "").json();
    let order: Vec<&str> =
        page["items"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect();
    assert_eq!(order, ["x-soon", "n-new", "n-pin", "n-old", "n-name"]);
}

#[test]
fn a_program_reads_what_the_contract_says() {
    let portal = Portal::after(NEWS);
    assert_eq!(put(&portal, "n-bill", "ann"), StatusCode::NO_CONTENT);
    let item = &items(&portal.get(&format!("{API}?category=billing"), "ann"))[0];
    let expected = json!({
        "id": "n-bill", "title": "Invoice MER/0419 is ready", "body": "Pay it by 30 Nov 2026.", "category": "billing",
        "pinned": false, "published_at": "2026-11-20T18:40:00Z", "read": true, "link": "/o/acme/payments",
    });
    assert_eq!(*item, expected);
}

#[test]
fn filters_find_what_they_say() {
    let portal = Portal::after(NEWS);
    put(&portal, "n-pin", "ann");
    for (query, expected) in [
        ("unread=true", vec!["n-bill", "n-new", "n-old", "n-name"]),
        ("unread=false", vec!["n-pin"]),
        ("category=release", vec!["n-new"]),
        ("category=security", vec![]),
        ("q=TWICE", vec!["n-new"]),
        ("q=maintenance", vec!["n-pin"]),
        ("q=%25", vec![]),
        ("from=2026-11-20", vec!["n-bill"]),
        ("to=2026-11-06", vec!["n-name"]),
        ("from=2026-11-19&to=2026-11-19", vec!["n-new"]),
        ("unread=true&category=downtime", vec![]),
    ] {
        assert_eq!(ids(&portal, query, "ann"), expected, "{query}");
        assert_eq!(ids(&portal, &format!("{query}&limit=1"), "ann"), expected, "{query}, one by one");
    }
    for (query, field) in [
        ("category=news", "category"),
        ("unread=maybe", "unread"),
        ("from=2026-02-30", "from"),
        ("from=2026-03-02&to=2026-03-01", "to"),
        ("cursor=x", "cursor"),
        ("limit=0", "limit"),
    ] {
        let answer = portal.get(&format!("{API}?{query}"), "ann");
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        assert_eq!(answer.json()["errors"][0]["field"], json!(field), "{query}");
        let page = portal.get(&format!("{PAGE}?{query}"), "ann");
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        assert!(!page.body.contains("Maintenance"), "{query}");
        assert_eq!(portal.get(&format!("{PAGE}.csv?{query}"), "gus").status, StatusCode::NOT_FOUND);
    }
    assert!(portal.get(&format!("{PAGE}?category=security"), "ann").body.contains("No notification matches"));
    assert!(Portal::new().get(PAGE, "ann").body.contains("Nothing to tell you yet"));
}

/// By person and organisation.
#[test]
fn reading_is_a_matter_of_one_person_in_one_organisation() {
    let portal = Portal::after(&[NEWS, NED_JOINS].concat());
    assert_eq!((badge(&portal, "ann").as_str(), badge(&portal, "ned").as_str()), ("5", "4"));
    let answer = portal.post(&format!("{PAGE}/n-pin/read"), "ned", "");
    assert_eq!(answer.header("location"), "/o/acme/notifications?done=notification-read");
    assert_eq!(put(&portal, "n-pin", "ned"), StatusCode::NO_CONTENT, "twice is no mistake");
    assert_eq!((badge(&portal, "ann").as_str(), badge(&portal, "ned").as_str()), ("5", "3"));
    let there = items(&portal.get("/api/v1/organisations/globex/notifications", "ned"));
    assert!(there.iter().all(|it| it["read"] == json!(false)) && there.len() >= 3);

    let answer = portal.send("POST", &format!("{API}/read-all"), &cookie("ned"), "");
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!((badge(&portal, "ned").as_str(), badge(&portal, "ann").as_str()), ("", "5"));
    assert_eq!(ids(&portal, "unread=true", "ned"), Vec::<String>::new());
    assert_eq!(portal.number("select count(*) as n from notification_read"), 0, "one row says it for all");
    assert_eq!(portal.number("select count(*) as n from notification_mark"), 1);
    // What comes later is unread.
    portal.now.set(NOW + 1);
    assert_eq!(
        (badge(&portal, "ned").as_str(), ids(&portal, "unread=true", "ned")),
        ("1", vec!["x-soon".to_owned()])
    );
    // A clock that goes back takes nothing back.
    portal.now.set(NOW - 10);
    portal.post(&format!("{PAGE}/read-all"), "ned", "");
    assert_eq!(portal.number("select read_through as n from notification_mark"), NOW);
}

/// Whoever comes new does not begin with the news of years.
#[test]
fn what_was_said_long_before_somebody_came_is_not_unread() {
    let joined = "update contact set verified_at = 1795327000 where id = 'c-tom';
                  update notification set published_at = 1790000000 where id = 'n-name';";
    let portal = Portal::after(&[NEWS, joined].concat());
    assert_eq!(badge(&portal, "tom"), "3");
    assert_eq!(ids(&portal, "unread=false", "tom"), ["n-name"]);
}

#[test]
fn what_is_withdrawn_meanwhile_is_not_marked() {
    let portal = Portal::after(NEWS);
    portal.db.meanwhile("update notification set state = 'withdrawn' where id = 'n-new'");
    assert_eq!(put(&portal, "n-new", "ann"), StatusCode::NO_CONTENT);
    assert_eq!(portal.number("select count(*) as n from notification_read"), 0);
}

#[test]
fn the_file_has_the_rows_of_the_list() {
    let portal = Portal::after(NEWS);
    let file = portal.get(&format!("{API}.csv?category=downtime"), "ann");
    assert_eq!(
        file.header("content-disposition"),
        "attachment; filename=\"acme-canary_notifications_2026-11-22.csv\""
    );
    let expected = "\u{feff}published_at,category,title,body,pinned,read,product\r\n2026-11-18T11:06:40Z,downtime,\
        \"Maintenance on Sunday, 2:00 to 4:00\",\"Mail is delayed for two hours:\n• nothing is lost\n\
        • status page (https://status.vendor.example/)\",true,false,\r\n";
    assert_eq!(file.body, expected);
}

#[test]
fn preferences_are_kept_and_fixed_ones_stay() {
    let portal = Portal::new();
    let page = format!("{PAGE}/preferences");
    let form = "billing=off&downtime=on&release=on&report=weekly&account=on&general=weekly";
    let before = portal.contents();
    assert_eq!(
        portal
            .post(&page, "ann", "billing=on&downtime=on&release=weekly&report=on&account=on&general=weekly")
            .status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(portal.contents(), before, "the usual is no choice");
    assert_eq!(portal.post(&page, "ann", form).header("location"), format!("{page}?done=preferences-saved"));
    let kept = portal
        .rows("select person_id, org_id, category, mail from notification_preference order by category");
    let kept: Vec<String> = kept.iter().map(|it| format!("{} {}", it["category"], it["mail"])).collect();
    assert_eq!(kept, ["\"billing\" \"off\"", "\"release\" \"on\"", "\"report\" \"weekly\""]);
    let line = &portal.rows("select action, before, after from audit")[0];
    assert_eq!(line["action"], json!("notifications.preferred"));
    assert_eq!(line["after"], json!(r#"{"billing":"off","release":"on","report":"weekly"}"#));
    assert!(main_of(&portal.get(&page, "ann")).contains("value=\"off\" selected"));
    assert!(!main_of(&portal.get(&page, "bob")).contains("value=\"off\" selected"), "somebody else's choice");
    for (bad, code) in [
        (form.replace("billing=off", "billing=never"), "malformed"),
        (form.replace("billing=off&", ""), "required"),
        (format!("{form}&security=off"), "unknown"),
        (format!("{form}&license=off"), "unknown"),
    ] {
        let before = portal.contents();
        let answer = portal.post(&page, "ann", &bad);
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        assert!(answer.body.contains("error-summary"), "{bad} {code}");
        assert_eq!(portal.contents(), before);
    }
    for category in ["security", "license"] {
        let sql =
            format!("insert into notification_preference values ('ann', 'acme', '{category}', 'off', 1)");
        assert!(run(&portal.db, sql.leak()).unwrap_err().names("CHECK"), "the schema says it too");
    }
}

#[test]
fn renaming_is_told_to_everybody() {
    let portal = Portal::new();
    portal.post("/o/acme/name", "ann", "version=1&name=Acme+%3Cb%3E*Mills*+%5Bx%5D(https%3A%2F%2Fx.example)");
    let told = &items(&portal.get(API, "tom"))[0];
    assert_eq!(
        (&told["category"], &told["title"]),
        (&json!("account"), &json!("Your organisation has a new name"))
    );
    let id = told["id"].as_str().unwrap();
    let page = main_of(&portal.get(&format!("{PAGE}/{id}"), "tom"));
    assert!(page.contains("Acme &lt;b&gt;*Mills* [x](https://x.example)"), "{page}");
    assert_eq!(
        portal.number("select count(*) as n from notification_mailing"),
        0,
        "it has a mail of its own"
    );
}
