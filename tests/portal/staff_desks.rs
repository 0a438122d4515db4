//! The work queue, the mail room and the staff itself.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::fixtures::{Answer, Portal, cookie, run};

const MEMBERS: &str = "/api/v1/staff/members";

fn send(portal: &Portal, method: &str, path: &str, body: &Value) -> Answer {
    portal.send(method, path, &cookie("st-admin"), &body.to_string())
}

fn code(answer: &Answer) -> String {
    answer.json()["type"].as_str().unwrap().replace("/problems/", "")
}

#[test]
fn a_colleague_comes_changes_and_goes() {
    let portal = Portal::new();
    let new = json!({ "email": "Zoe@Vendor.example", "display_name": "Zoe", "role": "sales" });
    let added = send(&portal, "POST", MEMBERS, &new);
    assert_eq!(
        (added.status, &added.json()["role"]),
        (StatusCode::CREATED, &json!("sales")),
        "{}",
        added.body
    );
    assert_eq!(portal.number("select count(*) as n from outbox where kind = 'sign_in.first_password'"), 1);
    assert_eq!(code(&send(&portal, "POST", MEMBERS, &new)), "member-exists");
    let at = format!("{MEMBERS}/st-sales");
    assert_eq!(send(&portal, "PATCH", &at, &json!({ "role": "support" })).json()["role"], "support");
    assert_eq!(portal.get("/staff/organisations/new", "st-sales").status, StatusCode::FORBIDDEN);
    assert_eq!(send(&portal, "DELETE", &at, &json!({})).status, StatusCode::NO_CONTENT);
    assert_eq!(portal.get("/staff", "st-sales").status, StatusCode::SEE_OTHER, "every session has ended");
    assert_eq!(portal.get("/api/v1/me", "st-sales").status, StatusCode::UNAUTHORIZED);
    assert_eq!(send(&portal, "DELETE", &at, &json!({})).status, StatusCode::NOT_FOUND);
    let actions = portal.rows("select action from audit where action like 'member.%' order by id");
    let actions: Vec<&str> = actions.iter().map(|it| it["action"].as_str().unwrap()).collect();
    assert_eq!(actions.len(), 3, "{actions:?}");
}

/// Ann knows a password, so she needs no link.
#[test]
fn a_contact_may_become_a_colleague() {
    let portal = Portal::new();
    let new = json!({ "email": "ann@acme-canary.example", "display_name": "Ann", "role": "support" });
    assert_eq!(send(&portal, "POST", MEMBERS, &new).status, StatusCode::CREATED);
    assert_eq!(portal.rows("select kind from outbox"), [json!({ "kind": "members.welcome" })]);
    assert_eq!(portal.get("/staff", "ann").status, StatusCode::OK);
}

#[test]
fn nobody_touches_the_own_role_and_an_admin_stays() {
    let portal = Portal::new();
    let me = format!("{MEMBERS}/st-admin");
    let before = portal.contents();
    assert_eq!(code(&send(&portal, "PATCH", &me, &json!({ "role": "sales" }))), "own-role");
    assert_eq!(code(&send(&portal, "DELETE", &me, &json!({}))), "own-role");
    let page = portal.post("/staff/members/st-admin/removal", "st-admin", "");
    assert!(page.status == StatusCode::CONFLICT && page.body.contains("Ask another Admin"), "{}", page.body);
    for bad in [json!({ "role": "owner" }), json!({ "role": null }), json!({})] {
        assert_eq!(
            send(&portal, "PATCH", &format!("{MEMBERS}/st-sales"), &bad).status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
    }
    assert_eq!(portal.contents(), before);
    // Two Admins remove each other at the same moment.
    let race = Portal::after("update staff set role = 'admin' where person_id = 'st-sales'");
    race.db.meanwhile("update staff set role = 'billing' where person_id = 'st-admin'");
    let removed = send(&race, "DELETE", &format!("{MEMBERS}/st-sales"), &json!({}));
    assert_eq!(removed.status, StatusCode::FORBIDDEN, "{}", removed.body);
    for sql in
        ["delete from staff where role = 'admin'", "update staff set role = 'sales' where role = 'admin'"]
    {
        assert!(run(&Portal::new().db, sql).unwrap_err().names("last_admin_stays"), "{sql}");
    }
}

#[test]
fn the_queue_shows_what_the_role_opens() {
    let portal = Portal::after(
        "insert into outbox (id, kind, org_id, recipient, payload, state, created_at, state_at, reason, error)
           values ('m', 'contacts.verify', 'acme', 'bob@acme-canary.example', '{}', 'failed', 1, 1, 'unknown_address', '550 no');
         insert into payment_event (id, org_id, record_id, at, event, by_kind, by_name, message)
           values ('e-answer', 'globex', 'p-globex', 1795000001, 'answer', 'contact', 'Gus', 'Here it is')",
    );
    let shows = |person: &str| {
        let body = portal.get("/staff", person).body;
        [
            "INV-Acme-canary",
            "mail server knows nobody of this address",
            "Jobs that did not run",
            "Find a customer",
        ]
        .map(|it| body.contains(it))
    };
    assert_eq!(shows("st-admin"), [true, true, true, true]);
    assert_eq!(shows("st-billing"), [true, false, false, true]);
    assert_eq!(shows("st-support"), [false, true, false, true]);
    assert_eq!(shows("st-sales"), [false, false, false, true]);
    assert_eq!(shows("st-publisher"), [false, false, false, false]);
    let body = portal.get("/staff", "st-billing").body;
    let (globex, acme) = (body.find("INV-Globex").unwrap(), body.find("INV-Acme").unwrap());
    assert!(globex < acme && body.contains("One customer has answered"), "an answer comes first");
    assert!(portal.get("/staff", "st-publisher").body.contains("Nothing waits for you"));
}

/// The work for the queue does not grow with what waits.
#[test]
fn a_long_queue_costs_what_a_short_one_does() {
    let steps = |payments: usize| {
        let portal = Portal::after(&format!(
            "with recursive n (i) as (select 1 union all select i + 1 from n where i < {payments})
             insert into payment_record (id, org_id, at, recorded_on, invoice_number, invoice_key, currency, amount, paid_on,
                                         method, reference, reference_key, status_on, by_person, by_name)
               select 'q' || i, 'acme', 1794000000 + i, '2026-11-07', 'Q-' || i, 'Q-' || i, 'INR', 100, '2026-11-07', 'neft',
                      'R' || i, 'R' || i, '2026-11-07', 'ann', 'Ann' from n;
             insert into outbox (id, kind, recipient, payload, state, created_at, state_at)
               select 'm' || n.value, 'x', 'a@b.example', '{{}}', 'failed', 1, n.value from
               (with recursive n (value) as (select 1 union all select value + 1 from n where value < {payments}) select value from n) as n"
        ));
        let body = portal.get("/staff", "st-admin").body;
        assert!(body.contains("99+"), "{body}");
        portal.db.history().iter().map(|it| it.steps).sum::<i32>()
    };
    let (few, many) = (steps(500), steps(5_000));
    assert!(many < few + few / 4, "{few} steps among 500 and {many} among 5,000");
}

#[test]
fn a_failed_mail_goes_out_again() {
    let script = "insert into outbox (id, kind, org_id, recipient, payload, state, attempts, created_at, state_at, error) values
        ('m-bob', 'contacts.roles', 'acme', 'bob@acme-canary.example', '{}', 'failed', 3, 5, 6, '550 no such mailbox'),
        ('m-sent', 'contacts.roles', 'acme', 'bob@acme-canary.example', '{}', 'sent', 1, 5, 6, null)";
    let portal = Portal::after(script);
    let list = portal.get("/staff/mails", "st-support").body;
    assert!(
        list.contains("550 no such mailbox") && list.contains("Acme-canary") && !list.contains("m-sent"),
        "{list}"
    );
    let again = portal.post("/staff/mails/m-bob/again", "st-support", "");
    assert_eq!(again.header("location"), "/staff/mails?done=mail-again");
    let mail = &portal.rows("select state, attempts, error, created_at from outbox where id = 'm-bob'")[0];
    assert_eq!(
        *mail,
        json!({ "state": "queued", "attempts": 0, "error": null, "created_at": crate::fixtures::NOW })
    );
    let queued: Vec<String> =
        portal.queue.0.lock().unwrap().iter().map(|it| it.as_str().to_owned()).collect();
    assert_eq!(queued, ["m-bob"]);
    let line = &portal.rows("select org_id, target, actor_id from audit where action = 'mail.sent_again'")[0];
    assert_eq!(*line, json!({ "org_id": "acme", "target": "m-bob", "actor_id": "st-support" }));
    // A second press finds it on its way, and what was sent is not sent twice.
    let before = portal.contents();
    for id in ["m-bob", "m-sent"] {
        assert_eq!(
            portal.post(&format!("/staff/mails/{id}/again"), "st-support", "").header("location"),
            "/staff/mails"
        );
    }
    assert_eq!(portal.contents(), before);
    assert_eq!(portal.post("/staff/mails/nothing/again", "st-support", "").status, StatusCode::NOT_FOUND);
    assert!(Portal::new().get("/staff/mails", "st-support").body.contains("Every mail has arrived"));
}

/// What a customer waits for is opened with one click, and holidays do not make it late.
#[test]
fn a_payment_in_the_queue_leads_to_its_decision() {
    let queue = |holidays: &str| {
        let portal = Portal::configured(&[("HOLIDAYS", holidays)]);
        run(
            &portal.db,
            "insert into payment_record (id, org_id, at, recorded_on, invoice_number, invoice_key, currency, amount, paid_on,
                     method, reference, reference_key, status_on, by_person, by_name)
             values ('p-late', 'acme', 1, '2026-11-16', 'INV-77', 'INV-77', 'INR', 5, '2026-11-15', 'wire', 'R', 'R',
                     '2026-11-16', 'bob', 'Bob')",
        )
        .unwrap();
        let page = portal.get("/staff", "st-billing").body;
        let row = page.split_once("href=\"/staff/payments/p-late\"").unwrap_or_else(|| panic!("{page}")).1;
        row.split_once("</a>").unwrap().0.to_owned()
    };
    let late = queue("");
    assert!(late.contains("4 working days") && late.contains("danger"), "{late}");
    let feast = queue("2026-11-19,2026-11-20");
    assert!(feast.contains("2 working days") && !feast.contains("danger"), "{feast}");
}

/// Each job that a cron runs is missed when it has not run, and none that no cron runs.
#[test]
fn the_self_check_misses_every_job() {
    let crons = || {
        let portal = Portal::new();
        for cron in ["*/5 * * * *", "17 2 * * *"] {
            futures_executor::block_on(portal::jobs::on_schedule(portal.app(), cron));
        }
        portal
    };
    let after = crons().get("/staff/installation", "st-admin").body;
    assert!(after.contains("Every job has run as often as it should."), "{after}");
    let runs = crons().rows("select job from job_run order by job");
    assert!(runs.len() >= 11);
    for ran in &runs {
        let (portal, job) = (crons(), ran["job"].as_str().unwrap());
        run(&portal.db, format!("delete from job_run where job = '{job}'").leak()).unwrap();
        let page = portal.get("/staff/installation", "st-admin").body;
        assert!(page.contains("Not seen lately"), "{job} is not missed: {page}");
    }
}
