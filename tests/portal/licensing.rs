//! What the vendor's team changes by hand: licences, and the catalogue.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::fixtures::{Answer, Portal, cookie};

const LICENCE: &str = "/api/v1/staff/licences/l-acme";

fn patch(portal: &Portal, path: &str, version: &str, body: &Value) -> Answer {
    let person = if path.contains("product") { "st-sales" } else { "st-billing" };
    portal.send_with("PATCH", path, &cookie(person), &body.to_string(), &[("if-match", version)])
}

#[test]
fn a_licence_moves_and_the_customer_reads_why() {
    let portal = Portal::new();
    let read = portal.get(LICENCE, "st-billing");
    assert_eq!((read.header("etag"), read.json()["valid_till"].as_str()), ("\"1\"", Some("2026-12-31")));
    let body = json!({ "valid_till": "2027-01-31", "note": "A month more" });
    let answer = patch(&portal, LICENCE, "\"1\"", &body);
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!((answer.header("etag"), answer.json()["valid_till"].as_str()), ("\"2\"", Some("2027-01-31")));
    let seen = portal.get("/api/v1/organisations/acme/licence-events", "bob").json();
    let event = &seen["items"][0];
    assert_eq!(
        (&event["cause"], &event["note"], &event["by"]),
        (&json!("vendor"), &json!("A month more"), &json!("Meridian Software team"))
    );
    let audit =
        &portal.rows("select org_id, actor_id, before, after from audit where action = 'licence.changed'")[0];
    assert_eq!((&audit["org_id"], &audit["actor_id"]), (&json!("acme"), &json!("st-billing")));
    assert!(
        audit["before"].as_str().unwrap().contains("2026-12-31")
            && audit["after"].as_str().unwrap().contains("2027-01-31")
    );
    assert_eq!(
        portal
            .number("select count(*) as n from outbox where kind = 'licensing.changed' and org_id = 'acme'"),
        2
    );
    assert_eq!(
        portal
            .number("select count(*) as n from notification where category = 'license' and org_id = 'acme'"),
        1
    );
    // Who had read the first version is told.
    assert_eq!(patch(&portal, LICENCE, "\"1\"", &body).status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(
        portal.send("PATCH", LICENCE, &cookie("st-billing"), &body.to_string()).status,
        StatusCode::PRECONDITION_REQUIRED
    );
}

#[test]
fn into_the_past_needs_a_second_yes() {
    let portal = Portal::new();
    let before = portal.contents();
    let body = json!({ "valid_till": "2026-11-01", "note": "They left" });
    let asked = patch(&portal, LICENCE, "\"1\"", &body);
    assert!(asked.body.contains("confirmation-needed"), "{}", asked.body);
    assert_eq!(portal.contents(), before);
    let page =
        portal.post("/staff/licences/l-acme", "st-billing", "version=1&valid_till=2026-11-01&note=They+left");
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("name=\"confirm\"") && page.body.contains("End the licence"));
    let body = json!({ "valid_till": "2026-11-01", "note": "They left", "confirm": true });
    assert_eq!(patch(&portal, LICENCE, "\"1\"", &body).status, StatusCode::OK);
    let seen = portal.get("/api/v1/organisations/acme/licences", "bob").json();
    assert_eq!(seen["items"][0]["status"], "expired");
}

#[test]
fn a_licence_is_cancelled_and_taken_back() {
    let portal = Portal::new();
    let cancel = json!({ "cancelled_on": "2026-11-30", "note": "As agreed" });
    assert_eq!(patch(&portal, LICENCE, "\"1\"", &cancel).json()["cancelled_on"], "2026-11-30");
    assert_eq!(portal.rows("select cause from licence_event")[0]["cause"], "cancellation");
    let longer = patch(&portal, LICENCE, "\"2\"", &json!({ "valid_till": "2027-11-30", "note": "More" }));
    assert!(longer.body.contains("licence-cancelled"), "{}", longer.body);
    let back = patch(&portal, LICENCE, "\"2\"", &json!({ "cancelled_on": null, "note": "They stay" }));
    assert_eq!((back.status, &back.json()["cancelled_on"]), (StatusCode::OK, &Value::Null));
}

#[test]
fn what_is_no_change_is_said_at_its_field() {
    let portal = Portal::new();
    let before = portal.contents();
    for (body, field, code) in [
        (json!({ "valid_till": "2026-12-31", "note": "Same" }), "valid_till", "nothing-changes"),
        (
            json!({ "valid_till": "2025-12-31", "note": "Early", "confirm": true }),
            "valid_till",
            "end-before-start",
        ),
        (json!({ "valid_till": "2027-12-31", "note": "x" }), "note", "malformed"),
        (json!({ "valid_till": "2027-12-31" }), "note", "required"),
        (json!({ "note": "Nothing else" }), "valid_till", "required"),
        (
            json!({ "valid_till": "2027-01-01", "cancelled_on": "2027-01-01", "note": "Both" }),
            "cancelled_on",
            "one-of-two",
        ),
        (json!({ "valid_till": "soon", "note": "When" }), "valid_till", "malformed"),
        (json!({ "valid_till": "2027-01-01", "note": "x y z", "kind": "trial" }), "kind", "unknown"),
    ] {
        let answer = patch(&portal, LICENCE, "\"1\"", &body);
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}: {}", answer.body);
        let errors = answer.json()["errors"].clone();
        let found = errors.as_array().unwrap().iter().any(|it| it["field"] == field && it["code"] == code);
        assert!(found, "{field} {code} is not in {errors}");
    }
    assert_eq!(portal.contents(), before);
    assert_eq!(
        patch(&portal, "/api/v1/staff/licences/nothing", "*", &json!({ "note": "abc" })).status,
        StatusCode::NOT_FOUND
    );
}

#[test]
fn the_catalogue_grows_and_changes() {
    let portal = Portal::new();
    let at = "/api/v1/staff/products";
    let add = |body: &str| portal.send("POST", at, &cookie("st-sales"), body);
    let new = r#"{"id": "ideolve", "name": "Ideolve", "trial_delete_days": 7}"#;
    assert_eq!(add(new).status, StatusCode::CREATED);
    for (body, code) in [
        (new, "product-exists"),
        (r#"{"id": "other", "name": "Ideolve"}"#, "product-exists"),
        (r#"{"id": "other", "name": "O", "access_grace_days": -1}"#, "out-of-range"),
        (r#"{"id": "other", "name": "O", "access_grace_days": 9, "suspension_days": 8}"#, "before-the-grace"),
        (r#"{"id": "o ther", "name": "O"}"#, "malformed"),
    ] {
        assert!(add(body).body.contains(code), "{body}: {}", add(body).body);
    }
    let all = portal.get(at, "st-sales").json();
    let names: Vec<&str> =
        all["items"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Ideolve", "SkyConnect", "Vaultastic v4"]);
    let one = format!("{at}/skyconnect");
    let changed = patch(
        &portal,
        &one,
        "\"1\"",
        &json!({ "name": "SkyConnect", "access_grace_days": 20, "suspension_days": 40 }),
    );
    assert_eq!((changed.status, &changed.json()["access_grace_days"]), (StatusCode::OK, &json!(20)));
    assert_eq!(
        patch(&portal, &one, "\"1\"", &json!({ "name": "X" })).status,
        StatusCode::PRECONDITION_FAILED
    );
    assert!(patch(&portal, &one, "\"2\"", &json!({ "name": "Ideolve" })).body.contains("product-exists"));
    assert_eq!(portal.number("select count(*) as n from audit where action like 'product.%'"), 2);
}
