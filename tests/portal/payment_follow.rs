//! What happens to a record afterwards: answers, withdrawal, waiting too long, and files that nobody names.

use futures_executor::block_on;
use portal::access::System;
use portal::jobs::{MAIL, age_payments, on_message, sweep_proofs};
use serde_json::{Value, json};

use crate::fixtures::{NOW, Portal, run};
use crate::multipart::{Form, PDF, PNG};
use crate::recording::{API, objects};

const ASKED: &str =
    "update payment_record set status = 'information_needed', message = 'Which bank?' where id = 'p-acme';";

fn reply() -> Form {
    Form { parts: Vec::new(), ..Form::payment() }
}

fn events(portal: &Portal) -> Vec<(String, String)> {
    let read = portal.get(&format!("{API}/p-acme"), "bob").json();
    let text = |it: &Value, name: &str| it[name].as_str().unwrap().to_owned();
    read["timeline"].as_array().unwrap().iter().map(|it| (text(it, "event"), text(it, "message"))).collect()
}

#[test]
fn a_question_is_answered_with_words_or_files() {
    for (form, message, documents) in [
        (reply().text("note", "The one in Pune"), "The one in Pune", 0),
        (reply().file("a.pdf", PDF), "Sent a.pdf", 1),
        (
            reply().text("note", "Both").file("a.pdf", PDF).file("b.png", PNG),
            "Both\nSent 2 files: a.pdf, b.png",
            2,
        ),
    ] {
        let portal = Portal::after(ASKED);
        let answer = form.send_with(&portal, &format!("{API}/p-acme/replies"), &[("idempotency-key", "k-1")]);
        assert_eq!(
            (answer.status.as_u16(), answer.json()),
            (200, json!({ "id": "p-acme", "status": "under_review" }))
        );
        assert_eq!(events(&portal)[1], ("answer".to_owned(), message.to_owned()));
        assert_eq!(objects(&portal), documents);
        let to: Vec<Value> = portal.rows("select recipient from outbox order by recipient");
        assert_eq!(
            to,
            [
                json!({ "recipient": "bob@acme-canary.example" }),
                json!({ "recipient": "support@vendor.example" })
            ]
        );
        assert_eq!(portal.number("select count(*) as n from audit where action = 'payment.answered'"), 1);
        // Again: with the key the same answer, without it nobody waits for one.
        let before = (portal.contents(), portal.files.keys());
        let again = form.send_with(&portal, &format!("{API}/p-acme/replies"), &[("idempotency-key", "k-1")]);
        assert_eq!((again.status, again.body), (answer.status, answer.body));
        let late = form.send(&portal, &format!("{API}/p-acme/replies"));
        assert_eq!(
            (late.status.as_u16(), &late.json()["type"]),
            (409, &json!("/problems/not-in-this-state"))
        );
        assert_eq!((portal.contents(), portal.files.keys()), before);
    }
}

#[test]
fn an_answer_says_something_and_sends_proofs_only() {
    let portal = Portal::after(ASKED);
    let before = (portal.contents(), objects(&portal));
    for (form, field) in [
        (reply(), "note"),
        (reply().text("note", "  "), "note"),
        (reply().text("note", &"x".repeat(1001)), "note"),
        (reply().text("note", "see this").file("a.pdf", b"<html>"), "proof"),
        (reply().text("note", "see this").file("a.pdf", PDF).file("b.pdf", b""), "proof"),
    ] {
        let answer = form.send(&portal, &format!("{API}/p-acme/replies"));
        assert_eq!(answer.status, 422, "{}", answer.body);
        assert_eq!(answer.json()["errors"][0]["field"], field, "{}", answer.body);
        let page = form.send(&portal, "/o/acme/payments/p-acme/replies");
        assert!(page.status == 422 && page.body.contains(&format!("id=\"error-{field}\"")), "{}", page.body);
    }
    assert_eq!((portal.contents(), objects(&portal)), before);
    let page = portal.get("/o/acme/payments/p-acme", "bob").body;
    assert!(
        page.contains("action=\"/o/acme/payments/p-acme/replies\" enctype=\"multipart/form-data\""),
        "{page}"
    );
    let sent = reply().text("note", "Pune").send(&portal, "/o/acme/payments/p-acme/replies");
    assert_eq!(sent.header("location"), "/o/acme/payments/p-acme?done=payment-answered");
}

#[test]
fn a_record_is_withdrawn_until_somebody_takes_it_up() {
    let portal = Portal::new();
    let page = portal.get("/o/acme/payments/p-acme", "bob").body;
    assert!(page.contains("href=\"/o/acme/payments/p-acme/withdrawal\""));
    assert!(
        portal
            .get("/o/acme/payments/p-acme/withdrawal", "bob")
            .body
            .contains("Withdraw the payment of invoice")
    );
    let sent = portal.post("/o/acme/payments/p-acme/withdrawal", "bob", "");
    assert_eq!(sent.header("location"), "/o/acme/payments/p-acme?done=payment-withdrawn");
    assert_eq!(events(&portal)[1].0, "withdraw");
    assert_eq!(portal.number("select count(*) as n from outbox"), 2);
    for status in ["under_review", "information_needed", "reconciled", "rejected", "withdrawn"] {
        let portal =
            Portal::after(&format!("update payment_record set status = '{status}' where id = 'p-acme';"));
        let before = portal.contents();
        let late = portal.post(&format!("{API}/p-acme/withdrawal"), "bob", "");
        assert_eq!(
            (late.status.as_u16(), &late.json()["type"]),
            (409, &json!("/problems/not-in-this-state")),
            "{status}"
        );
        let page = portal.get("/o/acme/payments/p-acme/withdrawal", "bob");
        assert!(page.status == 409 && page.body.contains("can no longer be withdrawn"), "{status}");
        assert_eq!(portal.contents(), before);
    }
    // Taken up between reading and writing; withdrawn twice at once.
    let portal = Portal::new();
    portal.db.meanwhile("update payment_record set status = 'under_review' where id = 'p-acme'");
    assert_eq!(portal.post(&format!("{API}/p-acme/withdrawal"), "bob", "").status, 409);
    let portal = Portal::new();
    let answers = portal.post_at_once(&format!("{API}/p-acme/withdrawal"), "bob", &[""; 10]);
    assert_eq!(answers.iter().filter(|it| it.status == 200).count(), 1);
    assert_eq!(portal.number("select count(*) as n from payment_event where event = 'withdraw'"), 1);
}

fn age(portal: &Portal) -> Value {
    block_on(age_payments(&System::new(portal.app()))).unwrap()
}

/// The cast's records are of Wednesday, 18 November; the third working day is Monday the 23rd.
#[test]
fn what_waits_too_long_is_noted_once() {
    let at = |portal: &Portal, day: i64| portal.now.set(NOW + (day - 22) * 86_400);
    let portal =
        Portal::after("update payment_record set status = 'information_needed' where id = 'p-globex';");
    at(&portal, 23);
    assert_eq!(age(&portal), json!({ "noted": 0, "more": false }));
    at(&portal, 24);
    assert_eq!(age(&portal), json!({ "noted": 1, "more": false }));
    assert_eq!(age(&portal), json!({ "noted": 0, "more": false }));
    assert_eq!(
        portal.rows("select id, overdue_on from payment_record where overdue_on is not null"),
        [json!({ "id": "p-acme", "overdue_on": "2026-11-24" })]
    );
    assert_eq!(
        portal.rows("select kind, recipient from outbox"),
        [json!({ "kind": "payments.overdue", "recipient": "support@vendor.example" })]
    );
    assert_eq!(portal.queue.0.lock().unwrap().len(), 1);
    let notes = portal.rows("select record_id, is_public from payment_event where event = 'note'");
    assert_eq!(notes, [json!({ "record_id": "p-acme", "is_public": 0 })], "it is for the vendor");
    // Two holidays later, and to its own address.
    let changes = [("HOLIDAYS", "2026-11-23 2026-11-24"), ("BILLING_EMAIL", "billing@vendor.example")];
    let portal = Portal::configured(&changes);
    for (day, noted) in [(24, 0), (25, 0), (26, 2)] {
        at(&portal, day);
        assert_eq!(age(&portal)["noted"], noted, "{day}");
    }
    assert_eq!(
        portal.number("select count(*) as n from outbox where recipient = 'billing@vendor.example'"),
        2
    );
}

#[test]
fn a_thousand_that_wait_are_noted_in_portions_and_settled_ones_never() {
    let many = "with recursive n (i) as (select 1 union all select i + 1 from n where i < 1000)
        insert into payment_record (id, org_id, at, recorded_on, invoice_number, invoice_key, currency, amount, paid_on,
                                    method, reference, reference_key, status_on, by_person, by_name)
        select 'm-' || i, 'acme', 1, '2026-10-01', 'INV' || i, 'INV' || i, 'INR', 1, '2026-10-01', 'wire', 'R', 'R',
               '2026-10-01', 'bob', 'Bob' from n;
        update payment_record set status = 'reconciled' where id like 'm-%' and rowid % 10 = 0;";
    let portal = Portal::after(many);
    let trips = portal.db.round_trips();
    portal.db.meanwhile("update payment_record set status = 'withdrawn' where id = 'm-1'");
    let noted = age(&portal)["noted"].as_i64().unwrap();
    assert_eq!(noted, portal.number("select count(*) as n from payment_record where overdue_on is not null"));
    assert!((890..=900).contains(&noted) && portal.db.round_trips() - trips <= 11, "{noted}");
    assert_eq!(
        portal.number(
            "select count(*) as n from payment_record where overdue_on is not null and status <> 'submitted'"
        ),
        0
    );
}

fn sweep(portal: &Portal) -> Value {
    let system = System::new(portal.app());
    let report = block_on(sweep_proofs(&system)).unwrap();
    let note = portal::sql!(
        "insert into job_run (job, ran_at, report) values ('sweep_proofs', 1, ?1)
         on conflict (job) do update set report = excluded.report",
        report.to_string(),
    );
    block_on(portal.db.write(vec![note])).unwrap();
    report
}

#[test]
fn what_no_record_names_is_taken_out_after_a_day() {
    let portal = Portal::new();
    portal.files.keep("payments/acme/orphan", b"x", NOW - 86_401);
    portal.files.keep("payments/acme/under-way", b"x", NOW - 86_399);
    portal.files.keep("reports/acme/other", b"x", 1);
    assert_eq!(sweep(&portal), json!({ "looked_at": 4, "deleted": 1, "next": null }));
    assert_eq!(
        portal.files.keys(),
        ["payments/acme/0", "payments/acme/under-way", "payments/globex/0", "reports/acme/other"]
    );
    portal.files.down.store(true, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(sweep(&portal)["deleted"], 0);
}

#[test]
fn a_sweep_of_many_goes_on_where_it_ended() {
    let portal = Portal::new();
    for at in 0..60_000 {
        portal.files.keep(&format!("payments/b/{at:06}"), b"", NOW - 90_000);
    }
    let first = sweep(&portal);
    assert_eq!((&first["looked_at"], first["next"].is_string()), (&json!(50_000), true));
    let second = sweep(&portal);
    assert_eq!((&second["looked_at"], &second["next"]), (&json!(10_002), &Value::Null));
    assert_eq!(portal.files.keys(), ["payments/acme/0", "payments/globex/0"]);
}

#[test]
fn the_mails() {
    let portal = Portal::after("update licence set valid_till = '2026-11-24' where id = 'l-acme';");
    let id = Form::payment().send(&portal, API).json()["id"].as_str().unwrap().to_owned();
    portal.now.set(NOW + 1);
    run(&portal.db, "update payment_record set status = 'information_needed' where id = 'p-acme'").unwrap();
    reply().text("note", "The one in Pune").send(&portal, &format!("{API}/p-acme/replies"));
    portal.now.set(NOW + 2 * 86_400);
    age(&portal);
    let ids: Vec<_> = std::mem::take(&mut *portal.queue.0.lock().unwrap());
    for id in ids {
        block_on(on_message(&portal.app(), MAIL, Some(id.as_str())));
    }
    let mails = portal.rows(
        "select 'To: ' || mailbox.recipient || char(10) || 'Subject: ' || subject || char(10, 10) || body_text as line
           from mailbox join outbox using (id) order by outbox.created_at, kind, mailbox.recipient, subject",
    );
    let mails: Vec<String> = mails.iter().map(|it| it["line"].as_str().unwrap().replace(&id, "ID")).collect();
    insta::assert_snapshot!("payment_mails", mails.join("\n========\n"));
}
