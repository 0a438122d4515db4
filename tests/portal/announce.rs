//! What leaves by mail: to whom, how often, and how it ends.

use futures_executor::block_on;
use portal::access::System;
use portal::jobs::{ANNOUNCE_ON, ANNOUNCEMENTS, MAIL, announce, on_message};
use portal::kernel::{MailId, Role};
use serde_json::{Value, json};

use crate::fixtures::{NED_JOINS, NOW, Portal, run};
use crate::notification_cast::{CATEGORIES, EVERY_AIM, NEWS, may_see};

const DAY: i64 = 86_400;

pub fn announced(portal: &Portal) -> Value {
    block_on(announce(&System::new(portal.app()), ANNOUNCEMENTS)).unwrap()
}

/// Who got which notification: `person organisation notification`.
fn got(portal: &Portal) -> Vec<String> {
    let rows = portal.rows(
        "select (payload ->> 'person') || ' ' || org_id || ' ' || (payload ->> 'notification') as line from outbox
          where kind = 'notifications.published' order by 1",
    );
    rows.iter().map(|it| it["line"].as_str().unwrap().to_owned()).collect()
}

/// One of the vendor, an hour old; `aim` is organisation, product and roles.
pub fn published(id: &str, aim: &str, category: &str) -> String {
    format!(
        "insert into notification (id, org_id, product_id, roles, category, title, body, source, published_at, created_at)
         values ('{id}', {aim}, '{category}', 'Mail servers move', 'To a **new** place.', 'vendor', 1795324080, 1);"
    )
}

/// The same sets of readers as in the list, by the same oracle, and each mail once.
#[test]
fn mails_go_to_who_may_see_the_notification() {
    let on = "insert into notification_preference
        select contact.person_id, contact.org_id, json_each.value, 'on', 1 from contact, json_each('[\"release\",\"general\"]');";
    let portal = Portal::after(&[EVERY_AIM, NED_JOINS, on].concat());
    while announced(&portal)["more"] == json!(true) {}
    let people: [(&str, &str, &[Role]); 7] = [
        ("ann", "acme", &[Role::Primary]),
        ("bob", "acme", &[Role::Billing]),
        ("sue", "acme", &[Role::Support]),
        ("tom", "acme", &[Role::Technical]),
        ("ned", "acme", &[]),
        ("gus", "globex", &[Role::Primary]),
        ("ned", "globex", &[]),
    ];
    let mut expected = Vec::new();
    for id in portal.rows("select id from notification") {
        let id = id["id"].as_str().unwrap();
        for (person, org, roles) in people.iter().filter(|it| may_see(id, it.1, it.2)) {
            assert!(
                CATEGORIES.iter().any(|it| id.ends_with(it)) && !roles.contains(&Role::Support)
                    || *person == "sue"
            );
            expected.push(format!("{person} {org} {id}"));
        }
    }
    expected.sort();
    let got = got(&portal);
    assert_eq!(got.len(), expected.len());
    assert_eq!(got, expected, "una never verified, and nobody else is written to");
    assert_eq!(announced(&portal), json!({ "looked_at": 0, "mails": 0, "done": 0, "more": false }));
}

#[test]
fn only_who_wants_it_at_once_gets_it_at_once() {
    for (category, choice, expected) in [
        ("downtime", "on", true),
        ("downtime", "weekly", false),
        ("downtime", "off", false),
        ("downtime", "", true),
        ("release", "", false),
        ("release", "on", true),
        ("general", "", false),
        ("security", "", true),
        ("license", "", true),
    ] {
        let chosen = if choice.is_empty() {
            String::new()
        } else {
            format!(
                "insert into notification_preference values ('tom', 'acme', '{category}', '{choice}', 1);"
            )
        };
        let portal = Portal::after(&[published("n", "'acme', null, null", category), chosen].concat());
        announced(&portal);
        let got = got(&portal);
        assert_eq!(got.contains(&"tom acme n".to_owned()), expected, "{category} {choice}");
        let others = if matches!(category, "release" | "general") { 0 } else { 3 };
        assert_eq!(
            got.iter().filter(|it| !it.starts_with("tom")).count(),
            others,
            "{category}: chosen by tom alone"
        );
    }
}

#[test]
fn what_the_portal_says_by_itself_and_what_is_no_news_is_not_mailed_here() {
    let portal = Portal::after(NEWS);
    announced(&portal);
    assert_eq!(
        got(&portal),
        ["ann acme n-bill", "bob acme n-bill"],
        "the others are old, withdrawn, drafts or expired"
    );
    assert_eq!(
        portal.number("select count(*) as n from notification_mailing where done_at is null"),
        2,
        "they wait"
    );
    // What was planned comes when it is due, once.
    run(&portal.db, "update notification set category = 'downtime', org_id = 'acme' where id = 'x-soon'")
        .unwrap();
    portal.now.set(NOW + 1);
    assert_eq!(announced(&portal), json!({ "looked_at": 4, "mails": 4, "done": 1, "more": false }));
    // A draft that is published, and published again after a slip.
    run(
        &portal.db,
        "update notification set state = 'published', category = 'downtime' where id = 'x-draft'",
    )
    .unwrap();
    run(&portal.db, "update notification set published_at = 1795327000 where id = 'x-draft'").unwrap();
    assert_eq!(announced(&portal)["mails"], json!(6));
    run(&portal.db, "update notification set state = 'withdrawn' where id = 'x-draft'").unwrap();
    run(&portal.db, "update notification set state = 'published' where id = 'x-draft'").unwrap();
    assert_eq!(announced(&portal)["mails"], json!(0));
}

#[test]
fn what_runs_twice_overlaps_or_stops_half_way_mails_once() {
    let many = published("n", "null, null, null", "downtime")
        + "with recursive n (i) as (select 1 union all select i + 1 from n where i < 1200)
           insert into organisation (id, name, created_at) select 'o-' || i, 'Org ' || i, 1 from n;
           insert into contact (id, org_id, person_id, name, verified_at, created_at)
           select 'm-' || id, id, 'tom', 'Tom', 1, 1 from organisation where id like 'o-%';";
    let whole = Portal::after(&many);
    let trips = whole.db.round_trips();
    assert_eq!(announced(&whole), json!({ "looked_at": 1207, "mails": 1206, "done": 1, "more": false }));
    assert_eq!(whole.db.round_trips() - trips, 8);
    assert_eq!(whole.queue.0.lock().unwrap().len(), 1206);

    // One batch a run, each called for by the message that the one before has left.
    let parts = Portal::after(&many);
    let report = block_on(announce(&System::new(parts.app()), 1)).unwrap();
    assert_eq!(report, json!({ "looked_at": 500, "mails": 499, "done": 0, "more": true }));
    let left: Vec<MailId> = parts.queue.0.lock().unwrap().drain(..).collect();
    assert_eq!(left.last().map(MailId::as_str), Some(ANNOUNCE_ON));
    block_on(on_message(&parts.app(), MAIL, Some(ANNOUNCE_ON)));
    assert_eq!(got(&parts), got(&whole));
    assert_eq!(
        parts.rows("select id from outbox order by id"),
        whole.rows("select id from outbox order by id"),
        "the ids follow from the matter"
    );
    // Another run was quicker by all of it.
    let raced = Portal::after(&many);
    raced.db.meanwhile("update notification_mailing set reached = 'zz', done_at = 1");
    announced(&raced);
    announced(&raced);
    assert_eq!(
        raced.number("select count(distinct id) as n from outbox"),
        raced.number("select count(*) as n from outbox")
    );
    // Withdrawn between two batches: the rest is not mailed.
    let gone = Portal::after(&many);
    gone.db.meanwhile_after(1, "update notification set state = 'withdrawn'");
    announced(&gone);
    assert_eq!(got(&gone).len(), 499);
    assert_eq!(gone.number("select count(*) as n from notification_mailing where done_at is null"), 0);
}

/// As they leave.
fn mails(portal: &Portal) -> Vec<String> {
    for id in std::mem::take(&mut *portal.queue.0.lock().unwrap()) {
        block_on(on_message(&portal.app(), MAIL, Some(id.as_str())));
    }
    let rows = portal.rows("select recipient, subject, body_text from mailbox order by recipient, subject");
    let text = |it: &Value, name: &str| it[name].as_str().unwrap().to_owned();
    rows.iter()
        .map(|it| {
            format!("To: {}\n{}\n\n{}", text(it, "recipient"), text(it, "subject"), text(it, "body_text"))
        })
        .collect()
}

#[test]
fn how_the_mails_read() {
    let long =
        "update notification set body = replace(hex(zeroblob(300)), '00', 'Lorem ipsum. ') where id = 'n-b';";
    let script = [
        published("n-a", "'acme', null, '[\"technical\"]'", "downtime"),
        published("n-b", "'acme', null, '[\"technical\"]'", "security"),
        "update notification set title = 'Change your passwords' where id = 'n-b';".to_owned(),
        long.to_owned(),
    ];
    let portal = Portal::after(&script.concat());
    announced(&portal);
    let mails = mails(&portal);
    assert!(!mails[0].contains("Unsubscribe") && mails[1].contains("Unsubscribe"), "{mails:?}");
    insta::assert_snapshot!("announcements", mails.join("\n========\n"));
}

/// `/unsubscribe/…` of the only mail.
pub fn unsubscribe_of(portal: &Portal) -> String {
    let text = mails(portal).pop().unwrap();
    let line = text.lines().find(|it| it.starts_with("Unsubscribe: ")).unwrap();
    line.strip_prefix("Unsubscribe: http://localhost:8787").unwrap().to_owned()
}

#[test]
fn one_press_ends_the_mails_of_one_category() {
    let portal = Portal::after(&published("n", "'acme', null, '[\"technical\"]'", "downtime"));
    announced(&portal);
    let address = unsubscribe_of(&portal);
    let before = portal.contents();
    for _ in 0..20 {
        let page = portal.send("GET", &address, "", "");
        assert!(page.status == 200 && page.body.contains("Stop these mails?"), "{}", page.body);
        assert!(!page.body.contains("tom@"), "who has the address learns no other");
    }
    assert_eq!(portal.contents(), before, "looking changes nothing");
    // A mail provider: no cookie, no Origin, no Sec-Fetch-Site (RFC 8058), as a form or in parts.
    let parts = [("content-type", "multipart/form-data; boundary=x")];
    let body =
        "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n";
    for answer in [
        portal.send("POST", &address, "", "List-Unsubscribe=One-Click"),
        portal.send("POST", &address, "", "List-Unsubscribe=One-Click"),
        portal.send_with("POST", &address, "", body, &parts),
        portal.send("POST", &address, "", ""),
    ] {
        assert!(answer.status == 200 && answer.body.contains("These mails have stopped"), "{}", answer.body);
    }
    assert_eq!(
        portal.rows("select person_id, org_id, category, mail from notification_preference"),
        [json!({ "person_id": "tom", "org_id": "acme", "category": "downtime", "mail": "off" })]
    );
    let log = portal.rows("select org_id, actor_id, action, before, after from audit");
    let expected = json!({
        "org_id": "acme", "actor_id": "tom", "action": "notifications.unsubscribed",
        "before": "{\"downtime\":\"on\"}", "after": "{\"downtime\":\"off\"}",
    });
    assert_eq!(log, [expected], "once");
    assert!(portal.send("GET", &address, "", "").body.contains("There is nothing to stop"));
    // From another site's page it is a browser, and no mail program.
    let evil = [("sec-fetch-site", "cross-site")];
    assert_eq!(portal.send_with("POST", &address, "", "", &evil).status, 403);
}

#[test]
fn an_address_that_was_touched_ends_nothing() {
    let portal = Portal::after(&published("n", "'acme', null, '[\"technical\"]'", "downtime"));
    announced(&portal);
    let address = unsubscribe_of(&portal);
    let before = portal.contents();
    for touched in [
        address.replace("tom", "ann"),
        address.replace("acme", "globex"),
        address.replace("downtime", "billing"),
        address.replace("downtime", "security"),
        format!("{address}.x"),
        address[..address.len() - 1].to_owned(),
        address.replacen("/unsubscribe/", "/unsubscribe/A", 1),
        "/unsubscribe/x".to_owned(),
        "/unsubscribe/..".to_owned(),
        "/unsubscribe/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.downtime.acme.tom".to_owned(),
    ] {
        let trips = portal.db.round_trips();
        for method in ["GET", "POST"] {
            assert_eq!(portal.send(method, &touched, "", "").status, 404, "{touched}");
        }
        assert_eq!(portal.db.round_trips(), trips, "junk costs nothing: {touched}");
    }
    assert_eq!(portal.contents(), before);
    run(&portal.db, "delete from role where contact_id = 'c-tom'").unwrap();
    run(&portal.db, "delete from contact where id = 'c-tom'").unwrap();
    assert_eq!(portal.send("POST", &address, "", "").status, 404, "gone from there");
    assert!(portal.now.get() + DAY > NOW);
}
