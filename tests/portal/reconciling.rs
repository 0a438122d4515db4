//! What the billing team decides of payments: the states, the licences that go with it, and that one of two decides.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::fixtures::{Answer, Portal, cookie};

const RECORD: &str = "/api/v1/staff/payment-records/p-acme";
const DECISIONS: &str = "/api/v1/staff/payment-records/p-acme/decisions";

fn decide(portal: &Portal, body: &Value) -> Answer {
    portal.send("POST", DECISIONS, &cookie("st-billing"), &body.to_string())
}

fn standing(status: &'static str) -> Portal {
    let steps = match status {
        "submitted" => "",
        "under_review" => "update payment_record set status = 'under_review' where id = 'p-acme';",
        "information_needed" => {
            "update payment_record set status = 'information_needed' where id = 'p-acme';"
        }
        "reconciled" => "update payment_record set status = 'reconciled' where id = 'p-acme';",
        "rejected" => "update payment_record set status = 'rejected' where id = 'p-acme';",
        _ => "update payment_record set status = 'withdrawn' where id = 'p-acme';",
    };
    Portal::after(steps)
}

/// Domain 7.4, each state with each action.
#[test]
fn the_states_follow_one_another() {
    for (from, open) in [
        ("submitted", ["under_review", "information_needed", "reconciled", "rejected"]),
        ("under_review", ["", "information_needed", "reconciled", "rejected"]),
        ("information_needed", ["", "", "", "rejected"]),
        ("reconciled", ["", "", "", ""]),
        ("rejected", ["", "", "", ""]),
        ("withdrawn", ["", "", "", ""]),
    ] {
        for (action, to) in ["take_up", "ask", "reconcile", "reject"].into_iter().zip(open) {
            let portal = standing(from);
            let before = portal.contents();
            let answer = decide(&portal, &json!({ "action": action, "message": "Which bank was it?" }));
            if to.is_empty() {
                assert_eq!(answer.status, StatusCode::CONFLICT, "{from} {action}: {}", answer.body);
                assert!(answer.body.contains("not-in-this-state"));
                assert_eq!(portal.contents(), before);
            } else {
                assert_eq!(answer.status, StatusCode::OK, "{from} {action}: {}", answer.body);
                assert_eq!(answer.json()["status"], to);
                assert_eq!(
                    portal.rows("select status, decided_by from payment_record where id = 'p-acme'"),
                    [json!({ "status": to, "decided_by": "The billing colleague" })]
                );
            }
        }
    }
}

#[test]
fn a_reconciled_payment_moves_licences_and_the_customer_sees_it() {
    let portal = Portal::new();
    let body = json!({ "action": "reconcile", "message": "Received, with thanks.",
                       "licences": [{ "id": "l-acme", "valid_till": "2027-12-31" }] });
    let answer = decide(&portal, &body);
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let licences = portal.get("/api/v1/organisations/acme/licences", "bob").json();
    assert_eq!(licences["items"][0]["valid_till"], "2027-12-31");
    let event = &portal.get("/api/v1/organisations/acme/licence-events", "bob").json()["items"][0];
    assert_eq!(
        (&event["cause"], &event["note"]),
        (&json!("payment_record"), &json!("Invoice INV-Acme-canary is paid"))
    );
    let seen = portal.get("/api/v1/organisations/acme/payment-records/p-acme", "bob").json();
    assert_eq!(seen["status"], "reconciled");
    let last = seen["timeline"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["event"], &last["by"]), (&json!("match"), &json!("Meridian Software team")));
    assert!(last["message"].as_str().unwrap().contains("31 Dec 2027"));
    // Primary learns of the licence, Billing of both.
    assert_eq!(
        portal.number(
            "select count(*) as n from outbox where kind = 'reconciling.decided' and org_id = 'acme'"
        ),
        2
    );
    assert_eq!(portal.number("select count(*) as n from notification where org_id = 'acme'"), 2);
    assert_eq!(
        portal.number("select count(*) as n from audit where action = 'payment.decided' and org_id = 'acme'"),
        1
    );
}

/// Without a licence, Primary has nothing to do with it.
#[test]
fn other_decisions_are_told_to_billing_alone() {
    let portal = Portal::new();
    decide(&portal, &json!({ "action": "ask", "message": "Which bank was it?" }));
    let to = portal.rows("select recipient from outbox");
    assert_eq!(to, [json!({ "recipient": "bob@acme-canary.example" })]);
    let seen = portal.get("/o/acme/payments/p-acme", "bob").body;
    assert!(seen.contains("Which bank was it?") && !seen.contains("The billing colleague"));
}

#[test]
fn what_cannot_be_decided_is_said_at_its_field() {
    let portal = Portal::after("update licence set cancelled_on = '2026-12-01' where id = 'l-globex'");
    let before = portal.contents();
    let licence = |id: &str, till: &str| json!([{ "id": id, "valid_till": till }]);
    for (body, field, code) in [
        (json!({ "action": "ask" }), "message", "required"),
        (json!({ "action": "reject", "message": " x " }), "message", "required"),
        (json!({ "action": "close" }), "action", "malformed"),
        (json!({}), "action", "required"),
        (
            json!({ "action": "take_up", "licences": licence("l-acme", "2027-12-31") }),
            "licences",
            "only-when-reconciled",
        ),
        (
            json!({ "action": "reconcile", "licences": licence("l-acme", "2026-12-30") }),
            "licences.0.valid_till",
            "earlier-than-now",
        ),
        (
            json!({ "action": "reconcile", "licences": licence("l-globex", "2027-12-30") }),
            "licences.0.id",
            "unknown-licence",
        ),
        (
            json!({ "action": "reconcile", "licences": licence("l-acme", "2027-02-30") }),
            "licences.0.valid_till",
            "malformed",
        ),
        (json!({ "action": "reconcile", "licences": "all" }), "licences", "not-a-list"),
        (
            json!({ "action": "reconcile", "licences": [{ "id": "l-acme", "valid_till": "2027-12-31" }, { "id": "l-acme", "valid_till": "2027-12-31" }] }),
            "licences.1.id",
            "twice",
        ),
        (json!({ "action": "take_up", "message": "x".repeat(1001) }), "message", "malformed"),
    ] {
        let answer = decide(&portal, &body);
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}: {}", answer.body);
        let errors = answer.json()["errors"].clone();
        let found = errors.as_array().unwrap().iter().any(|it| it["field"] == field && it["code"] == code);
        assert!(found, "{field} {code} is not in {errors}");
    }
    assert_eq!(portal.contents(), before);
    let unknown = portal.send(
        "POST",
        "/api/v1/staff/payment-records/nothing/decisions",
        &cookie("st-billing"),
        r#"{"action": "take_up"}"#,
    );
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

/// A licence that stays as it is is none that moves.
#[test]
fn dates_that_are_left_alone_change_nothing() {
    let portal = Portal::new();
    let form = "action=reconcile&licences.0.id=l-acme&licences.0.valid_till=2026-12-31&message=";
    let answer = portal.post("/staff/payments/p-acme/decisions", "st-billing", form);
    assert_eq!(answer.header("location"), "/staff/payments/p-acme?done=payment-reconciled");
    assert_eq!(portal.number("select version as n from licence where id = 'l-acme'"), 1);
}

#[test]
fn of_two_at_once_one_decides_and_the_other_learns_who() {
    let portal = Portal::new();
    let bodies: Vec<String> = ["reconcile", "reject", "ask", "take_up", "reject", "reconcile"]
        .map(|it| json!({ "action": it, "message": "As it is" }).to_string())
        .into();
    let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
    let answers = portal.post_at_once(DECISIONS, "st-billing", &bodies);
    assert_eq!(answers.iter().filter(|it| it.status == StatusCode::OK).count(), 1);
    for answer in answers.iter().filter(|it| it.status != StatusCode::OK) {
        assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.body);
        assert!(answer.body.contains("decided by The billing colleague"), "{}", answer.body);
    }
    assert_eq!(portal.number("select count(*) as n from payment_event where record_id = 'p-acme'"), 2);
    assert_eq!(portal.number("select count(*) as n from outbox"), 1);
}

#[test]
fn the_same_key_decides_once() {
    let portal = Portal::new();
    let send = || {
        portal.send_with(
            "POST",
            DECISIONS,
            &cookie("st-billing"),
            r#"{"action": "take_up"}"#,
            &[("idempotency-key", "k1")],
        )
    };
    let (first, again) = (send(), send());
    assert_eq!((first.status, first.body), (again.status, again.body));
    assert_eq!(portal.number("select count(*) as n from payment_event where record_id = 'p-acme'"), 2);
}

#[test]
fn notes_among_colleagues_stay_there() {
    let portal = Portal::new();
    let note = |body: &str| portal.send("POST", &format!("{RECORD}/notes"), &cookie("st-billing"), body);
    assert_eq!(note(r#"{"text": "word-among-us"}"#).status, StatusCode::CREATED);
    assert_eq!(note(r#"{"text": "word-for-all", "public": true}"#).status, StatusCode::CREATED);
    assert_eq!(note(r#"{"text": ""}"#).status, StatusCode::UNPROCESSABLE_ENTITY);
    let theirs = portal.get("/api/v1/organisations/acme/payment-records/p-acme", "bob").body;
    assert!(theirs.contains("word-for-all") && !theirs.contains("word-among-us"));
    let ours = portal.get(RECORD, "st-billing").json();
    let steps = ours["timeline"].as_array().unwrap();
    let said = steps.iter().find(|it| it["message"] == "word-among-us").unwrap();
    assert_eq!((&said["by"], &said["public"]), (&json!("The billing colleague"), &json!(false)));
    assert!(portal.get("/staff/payments/p-acme", "st-billing").body.contains("word-among-us"));
}

#[test]
fn the_queue_has_what_waits_the_oldest_first() {
    let portal = Portal::after("update payment_record set status = 'under_review' where id = 'p-globex';");
    let ids = |query: &str| -> Vec<String> {
        let items =
            portal.get(&format!("/api/v1/staff/payment-records{query}"), "st-billing").json()["items"]
                .clone();
        items.as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(""), ["p-acme", "p-globex"]);
    assert_eq!(ids("?status=submitted"), ["p-acme"]);
    assert_eq!(ids("?q=Globex"), ["p-globex"]);
    let first = portal.get("/api/v1/staff/payment-records?limit=1", "st-billing").json();
    assert_eq!(ids(&format!("?limit=1&cursor={}", first["next"].as_str().unwrap())), ["p-globex"]);
    assert_eq!(portal.get("/staff/payments?status=x", "st-billing").status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[test]
fn a_proof_is_saved_and_not_shown() {
    let portal = Portal::new();
    let answer = portal.get(&format!("{RECORD}/documents/d-acme"), "st-billing");
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.header("content-disposition").starts_with("attachment;"));
    assert!(answer.body.contains("Acme-canary"));
    for path in ["p-acme/documents/d-globex", "p-globex/documents/d-acme", "p-acme/documents/nothing"] {
        let answer = portal.get(&format!("/api/v1/staff/payment-records/{path}"), "st-billing");
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
}
