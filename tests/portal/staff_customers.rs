//! Customers as the vendor's side finds, makes and changes them (domain 2.1, 11).

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::fixtures::{Answer, NED_JOINS, Portal, cookie};

const ALL: &str = "/api/v1/staff/organisations";
const ACME: &str = "/api/v1/staff/organisations/acme";

fn send(portal: &Portal, method: &str, path: &str, body: &Value, more: &[(&str, &str)]) -> Answer {
    portal.send_with(method, path, &cookie("st-sales"), &body.to_string(), more)
}

fn names(answer: &Answer) -> Vec<String> {
    let items = answer.json()["items"].as_array().unwrap().clone();
    items.iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect()
}

fn find(portal: &Portal, q: &str) -> Vec<String> {
    let q: String = form_urlencoded::byte_serialize(q.as_bytes()).collect();
    names(&portal.get(&format!("{ALL}?q={q}"), "st-support"))
}

fn new_customer(email: &str) -> Value {
    json!({
        "name": "Initech", "channel": "direct", "domains": ["initech.example", "Initech.EXAMPLE"],
        "first_contact": { "email": email, "display_name": "Kim Park" },
    })
}

#[test]
fn a_customer_is_found_by_what_people_have_at_hand() {
    let portal = Portal::after(
        "insert into organisation (id, name, customer_domains, created_at)
           values ('oak', 'Old Oak \"Furniture\" \\ Ltd', '[\"Oak.example\"]', 1)",
    );
    for (q, found) in [
        ("ac", vec!["Acme-canary"]),
        ("ACME", vec!["Acme-canary"]),
        ("acme-canary.exam", vec!["Acme-canary"]),
        ("ann@", vec!["Acme-canary"]),
        ("una@both.example", vec!["Globex-canary"]),
        ("so-1-glo", vec!["Globex-canary"]),
        ("inv-acme", vec!["Acme-canary"]),
        ("old oak", vec!["Old Oak \"Furniture\" \\ Ltd"]),
        ("\"furn", vec!["Old Oak \"Furniture\" \\ Ltd"]),
        ("oak.example", vec!["Old Oak \"Furniture\" \\ Ltd"]),
        ("canary", vec![]),
        ("%", vec![]),
        ("%%", vec![]),
        ("' or 1=1", vec![]),
    ] {
        if q == "%" {
            assert_eq!(
                portal.get(&format!("{ALL}?q=%25"), "st-sales").status,
                StatusCode::UNPROCESSABLE_ENTITY
            );
        } else {
            assert_eq!(find(&portal, q), found, "{q}");
        }
    }
    let renamed = Portal::after("update organisation set name = 'Zenith' where id = 'acme'");
    assert_eq!(
        (find(&renamed, "zen"), find(&renamed, "acme-canary ")),
        (vec!["Zenith".to_owned()], vec!["Zenith".to_owned()])
    );
}

#[test]
fn the_list_goes_on_by_name() {
    let portal = Portal::after(
        "with recursive n (i) as (select 1 union all select i + 1 from n where i < 45)
         insert into organisation (id, name, created_at) select printf('m%02d', i), printf('%s %02d', iif(i % 2, 'mill', 'Mill'), i), 1 from n",
    );
    for filter in ["", "q=mill&"] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let answer = portal.get(&format!("{ALL}?{filter}limit=20{cursor}"), "st-sales");
            seen.extend(names(&answer));
            match answer.json()["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let mut sorted = seen.clone();
        sorted.sort_by_key(|it| it.to_lowercase());
        assert_eq!(seen, sorted, "{filter}");
        assert_eq!(seen.len(), if filter.is_empty() { 47 } else { 45 });
    }
    let sheet = portal.get(&format!("{ALL}.csv?q=mill"), "st-sales");
    assert_eq!(sheet.body.lines().count(), 46);
}

#[test]
fn the_first_contact_can_sign_in_at_once() {
    let portal = Portal::new();
    let answer = send(&portal, "POST", ALL, &new_customer("kim@initech.example"), &[]);
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    assert_eq!(answer.json()["domains"], json!(["initech.example"]));
    let org = answer.json()["id"].as_str().unwrap().to_owned();
    let full = portal.get(&format!("{ALL}/{org}"), "st-sales").json();
    assert_eq!(full["contacts"][0]["roles"], json!(["primary", "support"]));
    assert_eq!((&full["contacts"][0]["verified"], &full["off_domain"]), (&json!(true), &json!([])));
    let mails = portal.rows("select kind, recipient from outbox where org_id is not null");
    assert_eq!(mails, [json!({ "kind": "sign_in.first_password", "recipient": "kim@initech.example" })]);
    assert_eq!(portal.number("select count(*) as n from link where purpose = 'first_password'"), 1);
    let log = portal.rows("select action, actor_id from audit where org_id is not null");
    assert_eq!(log, [json!({ "action": "organisation.created", "actor_id": "st-sales" })]);
}

/// Ann is a contact of Acme and knows her password.
#[test]
fn who_has_a_password_gets_a_word_instead_of_a_link() {
    let portal = Portal::new();
    send(&portal, "POST", ALL, &new_customer("ann@acme-canary.example"), &[]);
    let mails = portal.rows("select kind, recipient from outbox");
    assert_eq!(mails, [json!({ "kind": "customers.welcome", "recipient": "ann@acme-canary.example" })]);
    assert_eq!(portal.number("select count(*) as n from person where email = 'ann@acme-canary.example'"), 1);
    assert_eq!(portal.get("/api/v1/me", "ann").json()["organisations"].as_array().unwrap().len(), 2);
}

#[test]
fn a_customer_is_made_once_for_each_key() {
    let portal = Portal::new();
    let body = new_customer("kim@initech.example");
    let make = |key| send(&portal, "POST", ALL, &body, &[("idempotency-key", key)]);
    let (first, again, other) = (make("one"), make("one"), make("two"));
    assert_eq!((first.status, first.json()), (again.status, again.json()));
    assert_ne!(first.json()["id"], other.json()["id"], "two customers may be called alike");
    let changed =
        send(&portal, "POST", ALL, &new_customer("lee@initech.example"), &[("idempotency-key", "one")]);
    assert_eq!(changed.json()["type"], "/problems/idempotency-key-reused");
    let form = "idempotency_key=form&name=Initech&channel=direct&partner_id=&domains=&first_contact.email=k%40x.example&first_contact.display_name=K";
    let to = |answer: Answer| answer.header("location").to_owned();
    let first = to(portal.post("/staff/organisations", "st-sales", form));
    assert!(
        first.starts_with("/staff/organisations/") && first.ends_with("?done=customer-created"),
        "{first}"
    );
    assert_eq!(to(portal.post("/staff/organisations", "st-sales", form)), first);
}

#[test]
fn what_a_new_customer_must_not_be() {
    let good = new_customer("kim@initech.example");
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    for (body, field, code) in [
        (with("name", json!("I")), "name", "malformed"),
        (with("channel", json!("web")), "channel", "malformed"),
        (with("channel", json!("partner")), "partner_id", "partner-required"),
        (with("partner_id", json!("pa-row")), "partner_id", "partner-required"),
        (with("domains", json!("initech.example")), "domains", "not-a-list"),
        (with("domains", json!([7])), "domains", "not-text"),
        (with("domains", json!(["http://initech.example"])), "domains", "malformed"),
        (with("domains", json!(vec!["a.example"; 51])), "domains", "too-many"),
        (with("first_contact", json!(null)), "first_contact", "not-an-object"),
        (
            with("first_contact", json!({ "email": "x", "display_name": "K" })),
            "first_contact.email",
            "malformed",
        ),
        (with("first_contact", json!({ "email": "k@x.example" })), "first_contact.display_name", "required"),
        (
            with("first_contact", json!({ "email": "k@x.example", "display_name": "K", "role": "billing" })),
            "first_contact.role",
            "unknown",
        ),
        (with("verified_at", json!(1)), "verified_at", "unknown"),
    ] {
        let portal = Portal::new();
        let before = portal.contents();
        let answer = send(&portal, "POST", ALL, &body, &[]);
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        let error = &answer.json()["errors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!(field), &json!(code)), "{body}");
        assert_eq!(portal.contents(), before, "{body}");
    }
    let mut unknown = with("channel", json!("partner"));
    unknown["partner_id"] = json!("nobody");
    let answer = send(&Portal::new(), "POST", ALL, &unknown, &[]);
    assert_eq!(
        answer.json()["errors"][0]["message"],
        "There is no partner with this id. Look it up among the partners."
    );
    let page = Portal::new().post("/staff/organisations", "st-sales", "name=Initech&channel=partner&partner_id=&domains=a.example+b&first_contact.email=k&first_contact.display_name=Kim");
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for kept in [
        "value=\"Initech\"",
        "value=\"a.example b\"",
        "value=\"Kim\"",
        "error-first_contact.email",
        "error-domains",
        ">The Row<",
    ] {
        assert!(page.body.contains(kept), "{kept}: {}", page.body);
    }
}

#[test]
fn a_change_needs_the_version_and_shows_to_the_customer() {
    let portal = Portal::new();
    let change = |body: Value, etag| send(&portal, "PATCH", ACME, &body, &[("if-match", etag)]);
    assert_eq!(send(&portal, "PATCH", ACME, &json!({}), &[]).status, StatusCode::PRECONDITION_REQUIRED);
    let answer =
        change(json!({ "channel": "partner", "partner_id": "pa-row", "name": "Acme Mills" }), "\"1\"");
    assert_eq!((answer.status, answer.header("etag")), (StatusCode::OK, "\"2\""), "{}", answer.body);
    assert_eq!(
        (&answer.json()["partner"], &answer.json()["name"]),
        (&json!("The Row"), &json!("Acme Mills"))
    );
    assert!(portal.get("/o/acme", "ann").body.contains("Acme Mills"));
    assert_eq!(portal.get(ACME, "st-sales").json()["off_domain"], json!(["primary", "billing"]));
    assert!(
        portal.get("/o/acme/roles", "ann").body.contains("row.example")
            || portal.get("/staff/organisations/acme", "st-sales").body.contains("row.example")
    );
    assert_eq!(change(json!({ "name": "X Y" }), "\"1\"").status, StatusCode::PRECONDITION_FAILED);
    let direct = change(json!({ "channel": "direct" }), "\"2\"");
    assert_eq!(direct.json()["partner_id"], Value::Null);
    assert_eq!(change(json!({}), "\"3\"").header("etag"), "\"3\"");
    assert_eq!(portal.number("select count(*) as n from audit where action = 'organisation.changed'"), 2);
    let race = Portal::new();
    race.db.meanwhile("update organisation set version = 2 where id = 'acme'");
    let beaten = send(&race, "PATCH", ACME, &json!({ "name": "Acme Mills" }), &[("if-match", "\"1\"")]);
    assert_eq!(beaten.status, StatusCode::PRECONDITION_FAILED);
}

#[test]
fn a_partner_who_changes_its_domains_changes_them_everywhere() {
    let portal = Portal::new();
    send(
        &portal,
        "PATCH",
        ACME,
        &json!({ "channel": "partner", "partner_id": "pa-row" }),
        &[("if-match", "*")],
    );
    let at = "/api/v1/staff/partners/pa-row";
    let body = json!({ "name": "Row & Sons", "domains": ["acme-canary.example"] });
    let answer = send(&portal, "PATCH", at, &body, &[("if-match", "\"1\"")]);
    assert_eq!((answer.status, &answer.json()["customers"]), (StatusCode::OK, &json!(1)));
    let acme = portal.get(ACME, "st-sales").json();
    assert_eq!((&acme["partner"], &acme["off_domain"]), (&json!("Row & Sons"), &json!([])));
    assert!(portal.get("/staff/partners/pa-row", "st-support").body.contains("Acme-canary"));
    let same = send(&portal, "POST", "/api/v1/staff/partners", &json!({ "name": "row & sons" }), &[]);
    assert_eq!(
        (same.status, &same.json()["type"]),
        (StatusCode::CONFLICT, &json!("/problems/partner-exists"))
    );
    let lie = "update organisation set partner_name = 'Another' where id = 'acme'";
    assert!(crate::fixtures::run(&portal.db, lie).unwrap_err().names("partner_is_told_truthfully"));
}

const LOST: &str = "/api/v1/staff/organisations/acme/primary";

fn replace(portal: &Portal, email: &str, keep: bool) -> Answer {
    let body = json!({
        "email": email, "display_name": "New Head", "keep_previous": keep,
        "reason": "Called back on the switchboard;\nthe director confirmed.",
    });
    send(portal, "POST", LOST, &body, &[])
}

#[test]
fn a_lost_primary_is_replaced_and_both_are_told() {
    let portal = Portal::new();
    assert_eq!(replace(&portal, "bob@acme-canary.example", true).status, StatusCode::NO_CONTENT);
    assert_eq!(portal.get("/o/acme/contacts", "bob").status, StatusCode::OK);
    assert_eq!(portal.get("/o/acme/contacts", "ann").status, StatusCode::FORBIDDEN);
    let mails = portal.rows("select kind, recipient from outbox order by kind");
    assert_eq!(
        mails,
        [
            json!({ "kind": "customers.primary_given", "recipient": "bob@acme-canary.example" }),
            json!({ "kind": "customers.primary_taken", "recipient": "ann@acme-canary.example" }),
        ]
    );
    let log = &portal.rows(
        "select org_id, action, after ->> 'reason' as reason from audit where action = 'primary.replaced'",
    )[0];
    assert_eq!(log["reason"], "Called back on the switchboard; the director confirmed.");
    assert_eq!(log["org_id"], "acme");

    let gone = Portal::new();
    assert_eq!(replace(&gone, "head@acme-canary.example", false).status, StatusCode::NO_CONTENT);
    assert_eq!(gone.get("/o/acme", "ann").status, StatusCode::NOT_FOUND);
    assert_eq!(gone.number("select count(*) as n from outbox where kind = 'sign_in.first_password'"), 1);
    let full = gone.get(ACME, "st-admin").json();
    let head =
        full["contacts"].as_array().unwrap().iter().find(|it| it["roles"] == json!(["primary"])).unwrap();
    assert_eq!((&head["email"], &head["verified"]), (&json!("head@acme-canary.example"), &json!(true)));
}

#[test]
fn a_replacement_that_cannot_be() {
    let refused = |portal: &Portal, answer: Answer, code: &str| {
        assert_eq!(answer.json()["type"], format!("/problems/{code}"));
        assert_eq!(portal.number("select count(*) as n from audit where action = 'primary.replaced'"), 0);
        assert_eq!(portal.number("select count(*) as n from outbox"), 0);
    };
    let portal = Portal::new();
    refused(&portal, replace(&portal, "ann@acme-canary.example", true), "already-primary");
    let short = json!({ "email": "bob@acme-canary.example", "display_name": "B", "reason": "because" });
    refused(&portal, send(&portal, "POST", LOST, &short, &[]), "invalid");
    let full = Portal::after(NED_JOINS);
    refused(&full, replace(&full, "new@acme-canary.example", false), "contact-limit");
    let race = Portal::new();
    race.db.meanwhile("update role set contact_id = 'c-tom' where org_id = 'acme' and role = 'primary'");
    refused(&race, replace(&race, "bob@acme-canary.example", true), "stale");
}

#[test]
fn the_page_of_a_customer_shows_the_whole_of_it() {
    let portal = Portal::after(
        "insert into outbox (id, kind, org_id, recipient, payload, state, created_at, state_at, reason)
           values ('m', 'contacts.verify', 'acme', 'bob@acme-canary.example', '{}', 'failed', 1, 1, 'mailbox_full')",
    );
    let sales = portal.get("/staff/organisations/acme", "st-sales").body;
    for part in [
        "Ann Acme-canary",
        "SO-1-Acme-canary",
        "SkyConnect",
        "INV-Acme-canary",
        "Their mailbox is full.",
        "Change</a>",
    ] {
        assert!(sales.contains(part), "{part}: {sales}");
    }
    assert!(!sales.contains("Globex"));
    // A role is led to its own desks, and to no other.
    let leads = |person: &str| {
        let page = portal.get("/staff/organisations/acme", person).body;
        ["/staff/organisations/acme/orders/", "/staff/licences/", "/staff/payments/"]
            .map(|it| page.contains(it))
    };
    assert_eq!(leads("st-sales"), [true, false, false]);
    assert_eq!(leads("st-billing"), [false, true, true]);
    assert_eq!(leads("st-support"), [false, false, false]);
    assert_eq!(leads("st-admin"), [true, true, true]);
    let support = portal.get("/staff/organisations/acme", "st-support").body;
    assert!(!support.contains("/staff/organisations/acme/edit"));
    assert_eq!(portal.get("/staff/organisations/nowhere", "st-support").status, StatusCode::NOT_FOUND);
    assert_eq!(portal.get("/staff/organisations/%20", "st-support").status, StatusCode::NOT_FOUND);
}

/// The work for a search does not grow with the customers behind it.
#[test]
fn a_search_costs_the_same_among_ten_thousand() {
    let steps = |customers: usize, query: &str| {
        let portal = Portal::after(&format!(
            "with recursive n (i) as (select 1 union all select i + 1 from n where i < {customers})
             insert into organisation (id, name, created_at) select printf('m%06d', i), printf('Mill %06d', i), 1 from n;"
        ));
        portal.get(&format!("{ALL}?{query}"), "st-sales");
        portal.db.history().iter().map(|it| it.steps).sum::<i32>()
    };
    for query in ["", "q=mill", "q=mill+0001", "q=acme"] {
        let (few, many) = (steps(1_000, query), steps(10_000, query));
        assert!(many < few + few / 4, "{query}: {few} steps among 1,000 and {many} among 10,000");
    }
}
