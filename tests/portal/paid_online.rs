//! What the gateway tells: paid, not paid, late, twice, in any order, and by somebody who is not the gateway.

use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::fixtures::{Answer, NED_JOINS, NOW, Portal, run};
use crate::licence_cast::LICENCES;
use crate::pay_online::{STRIPE, TYPED, session, stripe};

pub const AT: &str = "/webhooks/stripe";
pub const COMPLETED: &str = "checkout.session.completed";
const ARRIVED: &str = "checkout.session.async_payment_succeeded";
const FAILED: &str = "checkout.session.async_payment_failed";
const EXPIRED: &str = "checkout.session.expired";

pub fn signature(body: &str, at: i64, secret: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{at}.{body}").as_bytes());
    format!("{:x}", mac.finalize().into_bytes())
}

fn said(portal: &Portal, body: &str, header: &str) -> Answer {
    let more = [("stripe-signature", header), ("content-type", "application/json; charset=utf-8")];
    portal.send_with("POST", AT, "", body, &more)
}

fn tell(portal: &Portal, message: &Value) -> Answer {
    let (body, now) = (message.to_string(), portal.now.get());
    said(portal, &body, &format!("t={now},v1={}", signature(&body, now, "whsec_new")))
}

/// What came of it, in the words of the answer.
fn told(portal: &Portal, message: &Value) -> String {
    let answer = tell(portal, message);
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["outcome"].as_str().unwrap().to_owned()
}

/// A message about the attempt, as Stripe words it.
pub fn message(id: &str, kind: &str, attempt: &str) -> Value {
    let status = if kind == COMPLETED || kind == ARRIVED { "paid" } else { "unpaid" };
    json!({
        "id": id, "object": "event", "api_version": "2024-06-20", "created": NOW, "livemode": false, "type": kind,
        "data": { "object": {
            "id": "cs_test_1", "object": "checkout.session", "amount_total": 19_824_000, "currency": "inr",
            "client_reference_id": attempt, "payment_status": status, "payment_intent": "pi_3Q",
            "payment_method_types": ["card"], "status": "complete",
            "metadata": { "portal_session": attempt, "portal_organisation": "acme", "portal_invoice": "MER/2026/0041" },
        } },
    })
}

fn with(mut message: Value, change: impl FnOnce(&mut Value)) -> Value {
    change(&mut message["data"]["object"]);
    message
}

fn unpaid(id: &str, attempt: &str) -> Value {
    with(message(id, COMPLETED, attempt), |it| it["payment_status"] = json!("unpaid"))
}

/// Ned, who has no role, has begun to pay; the licences of Acme wait for money.
pub fn begun() -> (Portal, String) {
    let portal = stripe(&(LICENCES.to_owned() + NED_JOINS));
    portal.outside.replies(200, &session(1));
    let answer = portal.post("/o/acme/pay", "ned", TYPED);
    let id = answer.header("location").rsplit('/').next().unwrap().to_owned();
    (portal, id)
}

fn records(portal: &Portal) -> Vec<Value> {
    portal.rows(
        "select invoice_number, currency, amount, status, paid_on, recorded_on, method, reference, note, by_person, by_name
           from payment_record where id not in ('p-acme', 'p-globex')",
    )
}

fn standing(portal: &Portal) -> String {
    portal.rows("select status from payment_session")[0]["status"].as_str().unwrap().to_owned()
}

#[test]
fn a_payment_records_itself() {
    let (portal, id) = begun();
    let trips = portal.db.round_trips();
    assert_eq!(told(&portal, &message("evt_1", COMPLETED, &id)), "recorded");
    assert_eq!(portal.db.round_trips() - trips, 2);
    assert_eq!(
        records(&portal),
        [json!({
            "invoice_number": "MER/2026/0041", "currency": "INR", "amount": 19_824_000, "status": "under_review",
            "paid_on": "2026-11-22", "recorded_on": "2026-11-22", "method": "card", "reference": "pi_3Q",
            "note": "Paid online.", "by_person": "ned", "by_name": "Ned",
        })]
    );
    let count = |sql| portal.number(sql);
    assert_eq!(
        portal.rows("select valid_till, version from licence where id = 'l-sky'"),
        [json!({ "valid_till": "2026-11-27", "version": 2 })],
        "the same rule as of a payment that somebody records"
    );
    assert_eq!(
        count(
            "select count(*) as n from licence_event where cause = 'payment_record' and by_kind = 'system'"
        ),
        1
    );
    assert_eq!(
        count("select count(*) as n from audit where action = 'payment.recorded' and actor_id is null"),
        1
    );
    let events = portal.rows("select event, by_kind from payment_event where record_id <> 'p-acme' and record_id <> 'p-globex' order by id");
    assert_eq!(
        events,
        [
            json!({ "event": "submit", "by_kind": "system" }),
            json!({ "event": "take_up", "by_kind": "system" })
        ]
    );
    let mails = portal.rows("select recipient from outbox order by recipient");
    let to: Vec<&str> = mails.iter().map(|it| it["recipient"].as_str().unwrap()).collect();
    assert_eq!(to, ["ann@acme-canary.example", "bob@acme-canary.example", "support@vendor.example"]);
    assert_eq!(portal.queue.0.lock().unwrap().len(), 3);
    let titles = portal.rows("select title, body from notification");
    assert!(titles[0]["title"] == "Invoice MER/2026/0041 was paid online", "{titles:?}");
    let page = portal.get(&format!("/o/acme/pay/{id}"), "ned").body;
    assert!(page.contains("has confirmed the payment") && !page.contains("/payments/"), "{page}");
    let list = portal.get("/o/acme/payments", "bob").body;
    assert!(list.contains("MER/2026/0041") && list.contains("pi_3Q") && list.contains("Under review"));
}

/// Stripe says everything again until it has heard 200, and sometimes after that.
#[test]
fn the_same_message_is_heard_once() {
    let (portal, id) = begun();
    let paid = message("evt_1", COMPLETED, &id);
    assert_eq!(told(&portal, &paid), "recorded");
    let before = portal.contents();
    assert_eq!([told(&portal, &paid), told(&portal, &paid)], ["heard before", "heard before"]);
    assert_eq!(portal.contents(), before);
    assert_eq!(told(&portal, &message("evt_2", ARRIVED, &id)), "nothing new");
    assert_eq!(records(&portal).len(), 1);

    let (portal, id) = begun();
    let requests = |id: &str| {
        let body = message("evt_1", COMPLETED, id).to_string();
        let header = format!("t={NOW},v1={}", signature(&body, NOW, "whsec_new"));
        let request = axum::http::Request::post(AT).header("host", "localhost:8787");
        request.header("stripe-signature", header).body(axum::body::Body::from(body)).unwrap()
    };
    let answers = portal.ask_at_once((0..8).map(|_| requests(&id)).collect());
    assert!(answers.iter().all(|it| it.status == 200));
    assert_eq!((records(&portal).len(), portal.number("select count(*) as n from gateway_event")), (1, 1));
}

#[test]
fn the_order_of_messages_does_not_matter() {
    let kinds = |id: &str| {
        [
            unpaid("evt_1", id),
            message("evt_2", ARRIVED, id),
            message("evt_3", EXPIRED, id),
            message("evt_4", FAILED, id),
        ]
    };
    for order in [[0, 1, 2, 3], [1, 0, 2, 3], [2, 1, 0, 3], [3, 2, 1, 0], [2, 3, 0, 1], [0, 3, 1, 2]] {
        let (portal, id) = begun();
        for at in order {
            tell(&portal, &kinds(&id)[at]);
        }
        assert_eq!((records(&portal).len(), standing(&portal).as_str()), (1, "paid"), "{order:?}");
        assert_eq!(portal.number("select count(*) as n from gateway_event"), 4);
    }
    for (messages, stands) in [
        (vec![0], "pending"),
        (vec![0, 3], "failed"),
        (vec![3, 0], "failed"),
        (vec![2], "expired"),
        (vec![2, 0], "pending"),
        (vec![0, 2], "pending"),
    ] {
        let (portal, id) = begun();
        for at in &messages {
            assert_eq!(tell(&portal, &kinds(&id)[*at]).status, 200);
        }
        assert_eq!((standing(&portal).as_str(), records(&portal).len()), (stands, 0), "{messages:?}");
        let audits = portal.number("select count(*) as n from audit where action = 'payment.told'");
        assert!(audits >= 1 && portal.number("select count(*) as n from outbox") == 0);
    }
}

/// Half a year later, when whoever has paid is long gone: money is money.
#[test]
fn late_is_not_too_late() {
    let (portal, id) = begun();
    run(&portal.db, "delete from contact where person_id = 'ned'").unwrap();
    portal.now.set(NOW + 180 * 86_400);
    assert_eq!(told(&portal, &message("evt_1", COMPLETED, &id)), "recorded");
    let record = &records(&portal)[0];
    assert_eq!((&record["paid_on"], &record["recorded_on"]), (&json!("2026-11-22"), &json!("2027-05-21")));
    assert_eq!(record["by_person"], "ned");
    // And a clock that runs ahead of ours makes no payment of tomorrow.
    let (portal, id) = begun();
    let mut tomorrow = message("evt_1", COMPLETED, &id);
    tomorrow["created"] = json!(NOW + 86_400);
    assert_eq!(told(&portal, &tomorrow), "recorded");
    assert_eq!(records(&portal)[0]["paid_on"], "2026-11-22");
}

#[test]
fn a_forged_message_changes_nothing() {
    let (portal, id) = begun();
    let before = portal.contents();
    let body = message("evt_1", COMPLETED, &id).to_string();
    let good = |at: i64| signature(&body, at, "whsec_new");
    for (header, why) in [
        (String::new(), "no signature"),
        (format!("t={NOW}"), "no v1"),
        (format!("t={NOW},v1={}", "0".repeat(64)), "a made-up one"),
        (format!("t={NOW},v1={}", signature(&body, NOW, "whsec_other")), "another secret"),
        (format!("t={NOW},v1={}", signature(&body, NOW, "")), "no secret"),
        (
            format!("t={NOW},v1={}", signature(&body.replace("19824000", "1"), NOW, "whsec_new")),
            "an altered body",
        ),
        (format!("t={},v1={}", NOW - 301, good(NOW - 301)), "too old"),
        (format!("t={},v1={}", NOW + 301, good(NOW + 301)), "of the future"),
        (format!("t={NOW},v1={}", good(NOW - 301)), "an old one with a new time"),
        (format!("t={NOW},v0={}", good(NOW)), "another scheme"),
    ] {
        let answer = said(&portal, &body, &header);
        assert_eq!(answer.status, 400, "{why}: {}", answer.body);
        assert_eq!(answer.json()["type"], "/problems/not-signed");
        assert_eq!(portal.contents(), before, "{why}");
    }
    let twice = [
        ("stripe-signature", format!("t={NOW},v1={}", good(NOW))),
        ("stripe-signature", format!("t={NOW},v1={}", "0".repeat(64))),
    ];
    let twice: Vec<(&str, &str)> = twice.iter().map(|it| (it.0, it.1.as_str())).collect();
    assert_eq!(portal.send_with("POST", AT, "", &body, &twice).status, 400);
    // Either of the two secrets counts while one is replaced, here or there.
    let old =
        format!("t={},v1={},v1={}", NOW - 300, "0".repeat(64), signature(&body, NOW - 300, "whsec_old"));
    assert_eq!(said(&portal, &body, &old).status, 200);
    assert_eq!(records(&portal).len(), 1);
}

/// What was paid is what the gateway says, whatever was typed before.
#[test]
fn another_amount_or_currency_than_was_begun() {
    let (portal, id) = begun();
    let less = with(message("evt_1", COMPLETED, &id), |it| it["amount_total"] = json!(9_000_000));
    assert_eq!(told(&portal, &less), "recorded");
    let record = &records(&portal)[0];
    assert_eq!((&record["amount"], &record["currency"]), (&json!(9_000_000), &json!("INR")));
    assert!(
        record["note"].as_str().unwrap().contains("begun with ₹1,98,240.00; the gateway took ₹90,000.00")
    );
    let (portal, id) = begun();
    assert_eq!(
        told(&portal, &with(message("evt_1", COMPLETED, &id), |it| it["currency"] = json!("usd"))),
        "recorded"
    );
    assert_eq!(
        (&records(&portal)[0]["currency"], &records(&portal)[0]["amount"]),
        (&json!("USD"), &json!(19_824_000))
    );
    // What no record can say is said to people.
    for (name, value) in
        [("currency", json!("eur")), ("amount_total", json!(0)), ("amount_total", json!(i64::MAX))]
    {
        let (portal, id) = begun();
        assert_eq!(
            told(&portal, &with(message("evt_1", COMPLETED, &id), |it| it[name] = value.clone())),
            "stray"
        );
        assert_eq!((records(&portal).len(), standing(&portal).as_str()), (0, "paid"));
        let mail = portal.rows("select recipient, kind, payload from outbox");
        assert!(
            mail.len() == 1
                && mail[0]["kind"] == "payments.stray"
                && mail[0]["payload"].as_str().unwrap().contains("Acme-canary")
        );
    }
}

#[test]
fn money_that_nobody_here_has_begun_to_pay() {
    let (portal, id) = begun();
    let elsewhere = |it: &mut Value, name: &str, value: &str| it["metadata"][name] = json!(value);
    for (at, (name, value)) in
        [("portal_session", "nobody"), ("portal_organisation", "globex"), ("portal_organisation", "nowhere")]
            .into_iter()
            .enumerate()
    {
        let stray = with(message(&format!("evt_{at}"), COMPLETED, &id), |it| elsewhere(it, name, value));
        assert_eq!([told(&portal, &stray), told(&portal, &stray)], ["stray", "heard before"], "{value}");
        assert_eq!(
            portal.number("select count(*) as n from outbox where kind = 'payments.stray'"),
            i64::try_from(at).unwrap() + 1
        );
    }
    let nothing = with(message("evt_9", EXPIRED, &id), |it| elsewhere(it, "portal_session", "nobody"));
    assert_eq!(told(&portal, &nothing), "unknown");
    assert_eq!(portal.number("select count(*) as n from outbox"), 3);
    let before = portal.contents();
    assert_eq!(
        told(&portal, &with(message("evt_10", COMPLETED, &id), |it| it["metadata"] = json!({}))),
        "not ours"
    );
    assert_eq!(told(&portal, &message("evt_11", "payment_intent.succeeded", &id)), "not ours");
    assert_eq!((portal.contents(), standing(&portal).as_str()), (before, "started"));
    assert_eq!(records(&portal).len(), 0);
}

/// Billing has typed in what stands on the gateway's receipt, and then the gateway speaks.
#[test]
fn a_payment_that_is_recorded_already_is_not_recorded_again() {
    let (portal, id) = begun();
    let form = crate::multipart::Form::payment()
        .with("amount", "1,98,240.00")
        .with("reference", "PI_3q")
        .with("tax_deducted", "");
    let record = crate::recording::recorded(&portal, &form);
    let till = || portal.rows("select valid_till from licence where id = 'l-sky'")[0]["valid_till"].clone();
    let before = till();
    assert_eq!(told(&portal, &message("evt_1", COMPLETED, &id)), "recorded before");
    assert_eq!((records(&portal).len(), till()), (1, before.clone()));
    assert_eq!(portal.rows("select record_id from payment_session")[0]["record_id"], record["id"]);
    // Another payment of the same invoice is recorded, and moves nothing a second time.
    let (portal, id) = begun();
    crate::recording::recorded(&portal, &crate::multipart::Form::payment());
    assert_eq!(told(&portal, &message("evt_1", COMPLETED, &id)), "recorded");
    assert_eq!((records(&portal).len(), till()), (2, before));
}

/// 5xx, and the same message later does what this one could not.
#[test]
fn what_a_retry_may_mend_asks_for_one() {
    let (portal, id) = begun();
    let paid = message("evt_1", COMPLETED, &id);
    run(&portal.db, "alter table payment_event rename to not_now").unwrap();
    let before = portal.contents_without("payment_event");
    assert_eq!(tell(&portal, &paid).status, 503);
    assert_eq!(
        portal.contents_without("payment_event"),
        before,
        "nothing is half done, and nothing is taken for heard"
    );
    run(&portal.db, "alter table not_now rename to payment_event").unwrap();
    assert_eq!(told(&portal, &paid), "recorded");
}

#[test]
fn what_is_no_message_at_all() {
    let (portal, _) = begun();
    for body in ["", "{}", "[]", "null", "not JSON", "{\"id\": \"evt\", \"type\": 7}"] {
        let header = format!("t={NOW},v1={}", signature(body, NOW, "whsec_new"));
        let answer = said(&portal, body, &header);
        assert_eq!(answer.status, 422, "{body}: {}", answer.body);
    }
    let large = "x".repeat(256 * 1024 + 1);
    assert_eq!(said(&portal, &large, "t=1").status, 413);
    assert_eq!(portal.send("GET", AT, "", "").status, 405);
    let other = Portal::new();
    assert_eq!(said(&other, "{}", "t=1").status, 404, "where nobody has chosen Stripe");
    assert_eq!(STRIPE.1, "stripe");
}
