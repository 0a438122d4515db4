//! Recording a payment: what is written, what moves, and what happens once.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use crate::fixtures::{Answer, NOW, Portal, cookie, keys, run, signed};
use crate::licence_cast::LICENCES;
use crate::multipart::{Form, JPEG, PDF, PNG};

pub const API: &str = "/api/v1/organisations/acme/payment-records";
pub const PAGE: &str = "/o/acme/payments/new";

/// Without the cast's own record, which is still open.
pub fn after(more: &str) -> Portal {
    Portal::after(&(LICENCES.to_owned() + more))
}

pub fn recorded(portal: &Portal, form: &Form) -> Value {
    let answer = form.send(portal, API);
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()
}

fn till(portal: &Portal, licence: &str) -> String {
    let rows = portal.rows("select id, valid_till from licence");
    let row = rows.iter().find(|it| it["id"] == licence).unwrap();
    row["valid_till"].as_str().unwrap().to_owned()
}

/// What was put for new records; the cast has two of its own.
pub fn objects(portal: &Portal) -> usize {
    portal.files.keys().len() - 2
}

#[test]
fn a_record_is_one_batch_with_everything_in_it() {
    let portal = after("");
    let trips = portal.db.round_trips();
    let form = Form::payment().file("../../Fo\u{202e}to \"1\".JPG", JPEG).file("scan", PNG);
    let answer = recorded(&portal, &form);
    assert_eq!(portal.db.round_trips() - trips, 2);
    assert_eq!((&answer["status"], answer["id"].as_str().unwrap().len()), (&json!("submitted"), 36));
    let sky = json!({ "licence_id": "l-sky", "product": "SkyConnect", "old_valid_till": "2026-11-20", "new_valid_till": "2026-11-27" });
    assert_eq!(answer["extended"], json!([sky]));
    let codes: Vec<&Value> = answer["licences"].as_array().unwrap().iter().map(|it| &it["code"]).collect();
    assert_eq!(
        codes,
        ["time_left", "cancelled", "extended", "trial"],
        "by product: ClrStream, LegacyFlo, SkyConnect, Vaultastic"
    );

    let id = answer["id"].as_str().unwrap();
    let read = portal.get(&format!("{API}/{id}"), "bob").json();
    assert_eq!(
        (&read["amount"]["amount_minor"], &read["tax_deducted"]["amount_minor"]),
        (&json!(18_144_000), &json!(1_680_000))
    );
    assert_eq!((&read["note"], &read["by"]), (&json!("First\nhalf"), &json!("Bob Acme-canary")));
    let documents: Vec<(&str, &str, i64)> = read["documents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["name"].as_str().unwrap(), it["kind"].as_str().unwrap(), it["size"].as_i64().unwrap()))
        .collect();
    let length = |bytes: &[u8]| i64::try_from(bytes.len()).unwrap();
    assert_eq!(
        documents,
        [
            ("advice.pdf", "application/pdf", length(PDF)),
            ("Foto 1.JPG", "image/jpeg", length(JPEG)),
            ("scan.png", "image/png", length(PNG)),
        ]
    );
    assert_eq!(read["timeline"][0]["event"], "submit");
    let keys = portal.files.keys();
    assert!(
        keys.iter().filter(|it| it.starts_with("payments/acme/") && it.len() == 14 + 32).count() == 3,
        "{keys:?}"
    );

    let count = |sql| portal.number(sql);
    assert_eq!(
        count(
            "select count(*) as n from licence_event where cause = 'payment_record' and licence_id = 'l-sky' and by_name = 'Bob Acme-canary'"
        ),
        1
    );
    assert_eq!(count("select count(*) as n from audit where action = 'payment.recorded'"), 1);
    assert_eq!(count("select version as n from licence where id = 'l-sky'"), 2);
    assert_eq!(
        portal.rows("select roles, category, title, link from notification"),
        [json!({
            "roles": "[\"primary\",\"billing\"]", "category": "billing", "title": "Payment of invoice MER/2026/0041 recorded", "link": "/o/acme",
        })]
    );
    let mails = portal.rows("select kind, recipient from outbox order by kind, recipient");
    let to: Vec<&str> = mails.iter().map(|it| it["recipient"].as_str().unwrap()).collect();
    assert_eq!(to, ["ann@acme-canary.example", "bob@acme-canary.example", "support@vendor.example"]);
    let list = portal.get("/o/acme/payments", "bob").body;
    assert!(list.contains("MER/2026/0041") && list.contains("27 Nov 2026"));
}

/// Domain 7.3, through the real endpoint. The clock stands at 10 June.
#[test]
fn the_table_of_the_specification() {
    const TENTH_OF_JUNE: i64 = 1_781_060_400; // 2026-06-10, 08:30 IST
    for (valid_till, then) in [
        ("2026-06-20", "2026-06-20"),
        ("2026-06-16", "2026-06-16"),
        ("2026-06-15", "2026-06-20"),
        ("2026-06-12", "2026-06-17"),
        ("2026-06-10", "2026-06-15"),
        ("2026-06-01", "2026-06-15"),
    ] {
        let portal = after(&format!(
            "update licence set valid_from = '2025-06-01', valid_till = '{valid_till}' where id = 'l-sky';
             update session set created_at = {TENTH_OF_JUNE}, last_seen_at = {TENTH_OF_JUNE};"
        ));
        portal.now.set(TENTH_OF_JUNE);
        let answer = recorded(&portal, &Form::payment().with("paid_on", "2026-06-09"));
        assert_eq!(till(&portal, "l-sky"), then, "{valid_till}");
        assert_eq!(
            answer["extended"].as_array().unwrap().len(),
            usize::from(valid_till != then),
            "{valid_till}"
        );
        // A second record for the same invoice, a day later.
        run(&portal.db, "update session set last_seen_at = last_seen_at + 86400").unwrap();
        portal.now.set(TENTH_OF_JUNE + 86_400);
        let again =
            recorded(&portal, &Form::payment().with("paid_on", "2026-06-09").with("reference", "UTR 124"));
        let stays = valid_till != "2026-06-16";
        assert_eq!(till(&portal, "l-sky") == then, stays, "{valid_till}, a second time");
        assert_eq!(again["same_invoice"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn days_do_not_stack() {
    let portal = after("");
    recorded(&portal, &Form::payment());
    let why = |portal: &Portal, form: &Form| {
        let answer = recorded(portal, form);
        answer["licences"].as_array().unwrap().iter().find(|it| it["licence_id"] == "l-sky").unwrap()["code"]
            .clone()
    };
    let other = Form::payment().with("invoice_number", "MER/2026/0042");
    assert_eq!(why(&portal, &other), "still_open");
    assert_eq!(
        why(&portal, &Form::payment().with("invoice_number", "mer/2026/0041").with("reference", "x")),
        "same_invoice"
    );
    // The first one is settled: another invoice moves it again, the same never.
    run(&portal.db, "update payment_record set status = 'reconciled'").unwrap();
    assert_eq!(
        why(&portal, &other.clone().with("reference", "y").with("invoice_number", "MER/2026/0043")),
        "extended"
    );
    assert_eq!(till(&portal, "l-sky"), "2026-12-02");
}

#[test]
fn a_rejected_record_switches_it_off_for_ninety_days() {
    for (rejected_on, moves) in [("2026-11-22", false), ("2026-08-25", false), ("2026-08-24", true)] {
        let portal = after(&format!(
            "update payment_record set status = 'rejected', status_on = '{rejected_on}' where id = 'p-acme';"
        ));
        let answer = recorded(&portal, &Form::payment());
        assert_eq!(!answer["extended"].as_array().unwrap().is_empty(), moves, "{rejected_on}");
        assert_eq!(answer["licences"][2]["code"] == "rejected_lately", !moves, "{rejected_on}");
    }
}

#[test]
fn the_same_payment_is_refused_with_the_way_to_the_first() {
    let portal = after("");
    let id = recorded(&portal, &Form::payment())["id"].as_str().unwrap().to_owned();
    let before = (portal.contents(), objects(&portal));
    let again = Form::payment().with("invoice_number", "mer/2026/0041").with("reference", "utr 123");
    let answer = again.send(&portal, API);
    assert_eq!(
        (answer.status.as_u16(), &answer.json()["type"]),
        (409, &json!("/problems/duplicate-payment"))
    );
    assert!(answer.json()["detail"].as_str().unwrap().contains(&format!("{API}/{id}")), "{}", answer.body);
    let page = again.send(&portal, PAGE);
    assert_eq!(page.status, 409);
    assert!(
        page.body.contains(&format!("href=\"/o/acme/payments/{id}\""))
            && page.body.contains("value=\"utr 123\""),
        "{}",
        page.body
    );
    assert_eq!((portal.contents(), objects(&portal)), before);
    // A rejected one may be recorded again.
    run(&portal.db, "update payment_record set status = 'rejected'").unwrap();
    recorded(&portal, &Form::payment());
}

fn with_key(portal: &Portal, form: &Form, key: &str) -> Answer {
    form.send_with(portal, API, &[("idempotency-key", key)])
}

#[test]
fn a_repetition_gets_the_first_answer_whatever_its_boundary() {
    let portal = after("");
    let first = with_key(&portal, &Form::payment(), "k-1");
    let before = (portal.contents(), portal.files.keys());
    let other_boundary = Form { boundary: "another".to_owned(), ..Form::payment() };
    let mut other_order = Form::payment();
    other_order.parts.swap(0, 4);
    for form in [Form::payment(), other_boundary, other_order] {
        let again = with_key(&portal, &form, "k-1");
        assert_eq!((again.status, again.body), (first.status, first.body.clone()));
    }
    assert_eq!((portal.contents(), portal.files.keys()), before);
    for other in [
        Form::payment().with("note", "another"),
        Form::payment().file("b.pdf", PDF),
        Form::payment().without("proof").file("advice.pdf", PNG),
    ] {
        let answer = with_key(&portal, &other, "k-1");
        assert_eq!(answer.json()["type"], "/problems/idempotency-key-reused", "{}", answer.body);
    }
    assert_eq!((portal.contents(), portal.files.keys()), before);
    let page = Form::payment().with("reference", "page").text("idempotency_key", "k-2");
    let see = page.send(&portal, PAGE).header("location").to_owned();
    assert!(see.starts_with("/o/acme/payments/") && see.ends_with("?done=payment-recorded"), "{see}");
    assert_eq!(page.send(&portal, PAGE).header("location"), see, "a double click leads to the same record");
}

/// The batch went through, and its answer was lost on the way: the files stay, and a repetition finds the record.
#[test]
fn a_lost_answer_loses_nothing() {
    let portal = after("");
    portal.db.loses_next_answer();
    let lost = with_key(&portal, &Form::payment(), "k-1");
    assert_eq!(lost.status, 503, "{}", lost.body);
    assert_eq!((portal.number("select count(*) as n from payment_document") - 2, objects(&portal)), (1, 1));
    let again = with_key(&portal, &Form::payment(), "k-1");
    assert_eq!(again.status, 201);
    let id = again.json()["id"].as_str().unwrap().to_owned();
    let documents = portal.get(&format!("{API}/{id}"), "bob").json()["documents"].clone();
    let file = portal.get(&format!("{API}/{id}/documents/{}", documents[0]["id"].as_str().unwrap()), "bob");
    assert_eq!(file.body.as_bytes(), PDF);
    assert_eq!(
        portal.number("select count(*) as n from payment_record where id not in ('p-acme', 'p-globex')"),
        1
    );
}

/// All of them have read, and put their files away, before the first one writes.
#[test]
fn forty_at_once_make_one_record_and_one_extension() {
    for (key, status) in [(Some("k-1"), 201), (None, 409)] {
        let portal = after("");
        let headers: Vec<(&str, &str)> = key.iter().map(|it| ("idempotency-key", *it)).collect();
        let requests = (0..40).map(|_| Form::payment().request(API, "bob", &headers)).collect();
        let answers = portal.ask_at_once(requests);
        assert_eq!(answers.iter().filter(|it| it.status == 201).count(), if status == 201 { 40 } else { 1 });
        assert!(
            answers.iter().all(|it| it.status == 201 || it.status.as_u16() == status),
            "{:?}",
            answers.iter().find(|it| it.status != 201)
        );
        assert_eq!(portal.number("select count(*) as n from payment_record where org_id = 'acme'"), 2);
        assert_eq!(portal.number("select count(*) as n from licence_event where cause = 'payment_record' and licence_id = 'l-sky'"), 1);
        assert_eq!(till(&portal, "l-sky"), "2026-11-27");
        assert_eq!(objects(&portal), 1, "what the others put is gone");
        assert_eq!(portal.number("select count(*) as n from audit"), 1);
    }
    // Forty different payments: one of them moves the licence.
    let portal = after("");
    let requests = (0..40).map(|it| {
        let form = Form::payment()
            .with("invoice_number", &format!("MER/{it}"))
            .with("reference", &format!("UTR {it}"));
        form.request(API, "bob", &[])
    });
    let answers = portal.ask_at_once(requests.collect());
    let moved =
        answers.iter().filter(|it| it.status == 201 && !it.json()["extended"].as_array().unwrap().is_empty());
    assert_eq!(moved.count(), 1);
    assert!(
        answers.iter().all(|it| it.status == 201 || it.status == 503),
        "{:?}",
        answers.iter().map(|it| it.status).collect::<Vec<_>>()
    );
    assert_eq!(till(&portal, "l-sky"), "2026-11-27");
}

#[test]
fn what_changes_meanwhile_is_decided_anew() {
    for (meanwhile, code) in [
        (
            "update licence set valid_till = '2027-03-31', version = version + 1 where id = 'l-sky'",
            "time_left",
        ),
        ("update licence set cancelled_on = '2026-11-21' where id = 'l-sky'", "cancelled"),
        (
            "update payment_record set status = 'rejected', status_on = '2026-11-22' where id = 'p-acme'",
            "rejected_lately",
        ),
    ] {
        let portal = after("");
        portal.db.meanwhile(meanwhile);
        let answer = recorded(&portal, &Form::payment());
        assert_eq!(answer["licences"][2]["code"], code, "{meanwhile}");
        assert_eq!(objects(&portal), 1);
    }
    let portal = after("");
    portal.db.meanwhile("delete from role where org_id = 'acme' and role = 'billing'");
    assert_eq!(Form::payment().send(&portal, API).status, 403);
    assert_eq!(objects(&portal), 0);
}

#[test]
fn without_a_store_nothing_is_recorded() {
    let portal = after("");
    let before = portal.contents();
    portal.files.down.store(true, Ordering::Relaxed);
    let answer = Form::payment().file("b.pdf", PDF).send(&portal, API);
    assert_eq!((answer.status.as_u16(), &answer.json()["type"]), (503, &json!("/problems/try-again")));
    let page = Form::payment().send(&portal, PAGE);
    assert!(page.status == 503 && page.body.contains("value=\"1,81,440.00\""), "{}", page.body);
    assert_eq!(portal.contents(), before);
    assert_eq!(*portal.files.puts.lock().unwrap(), 2, "after the first refusal nothing more is tried");
    let file = portal.get(&format!("{API}/p-acme/documents/d-acme"), "bob");
    assert_eq!(file.status, 503);
}

#[test]
fn who_may_not_enter_stores_nothing() {
    let portal = after("");
    for (person, status) in [("ann", 403), ("tom", 403), ("gus", 404), ("eve", 404), ("nobody", 401)] {
        let answer = portal.ask(Form::payment().request(API, person, &[]));
        assert_eq!(answer.status.as_u16(), status, "{person}");
    }
    let late = signed("bob", "bob", 0, NOW - 1, &keys());
    assert_eq!(portal.send("POST", API, &late, "").status, 401);
    assert!(cookie("bob") != late && *portal.files.puts.lock().unwrap() == 0);
}

#[test]
fn a_proof_is_saved_and_never_shown() {
    let portal = after("update payment_document set name = 'Überweisung (1) \"%\".pdf' where id = 'd-acme';");
    for at in [API, "/o/acme/payments"] {
        let file = portal.get(&format!("{at}/p-acme/documents/d-acme"), "bob");
        assert_eq!(file.body, "%PDF-1.7 Acme-canary\n%%EOF\n");
        for (name, value) in [
            ("content-type", "application/pdf"),
            (
                "content-disposition",
                "attachment; filename=\"_berweisung (1) _%_.pdf\"; filename*=UTF-8''%C3%9Cberweisung%20%281%29%20%22%25%22.pdf",
            ),
            ("content-security-policy", "sandbox; default-src 'none'"),
            ("x-content-type-options", "nosniff"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(file.header(name), value);
        }
        for path in [
            "p-globex/documents/d-globex",
            "p-acme/documents/d-globex",
            "p-globex/documents/d-acme",
            "p-acme/documents/%20",
        ] {
            assert_eq!(portal.get(&format!("{at}/{path}"), "bob").status, 404, "{path}");
        }
        assert_eq!(portal.get(&format!("{at}/p-acme/documents/d-acme"), "ann").status, 403);
    }
}
