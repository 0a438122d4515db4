//! Usage as the products report it.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::fixtures::{Answer, Portal, cookie};

const METERS: &str = "insert into sub_product values ('skyconnect', 'imported', 'Imported', 'users');";

fn sample(org: &str, day: usize, used: f64) -> Value {
    let date = format!("2024-{:02}-{:02}", 1 + day / 28 % 12, 1 + day % 28);
    json!({ "organisation_id": org, "product_id": "skyconnect", "sub_product": "imported", "date": date, "used": used })
}

fn send(portal: &Portal, items: &[Value]) -> Answer {
    portal.send("POST", "/api/v1/staff/usage", &cookie("st-billing"), &json!({ "items": items }).to_string())
}

#[test]
fn of_a_thousand_the_good_ones_are_stored_and_the_bad_one_is_named() {
    let portal = Portal::after(METERS);
    portal.get("/staff", "st-billing");
    let mut items: Vec<Value> =
        (0..1000).map(|it| sample(["acme", "globex"][it % 2], it / 2 % 336, 1.5)).collect();
    for (at, item) in items.iter_mut().enumerate().skip(672) {
        item["date"] =
            json!(format!("2023-{:02}-{:02}", 1 + (at - 672) / 2 / 28 % 12, 1 + (at - 672) / 2 % 28));
    }
    items[500]["used"] = json!(-1);
    let trips = portal.db.round_trips();
    let answer = send(&portal, &items);
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(portal.db.round_trips() - trips, 2);
    let body = answer.json();
    assert_eq!((&body["stored"], &body["refused"]), (&json!(999), &json!(1)), "{body}");
    assert_eq!(body["items"][0]["index"], 500);
    assert_eq!(body["items"][0]["errors"][0]["code"], "out-of-range");
    let count = "select count(*) as n from usage_sample where sub_product = 'imported'";
    assert_eq!(portal.number(count), 999);
    // Sent again it is written over.
    assert_eq!(send(&portal, &items).json()["stored"], 999);
    assert_eq!(portal.number(count), 999);
    items.push(items[0].clone());
    assert_eq!(send(&portal, &items).status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[test]
fn each_sample_says_what_is_wrong_with_it() {
    let portal = Portal::after(METERS);
    let with = |field: &str, value: Value| {
        let mut sample = sample("acme", 1, 1.0);
        sample[field] = value;
        sample
    };
    for (item, field, code) in [
        (with("organisation_id", json!("nowhere")), "organisation_id", "unknown-organisation"),
        (with("sub_product", json!("nothing")), "sub_product", "unknown-sub-product"),
        (with("product_id", json!("nothing")), "sub_product", "unknown-sub-product"),
        (with("date", json!("2026-11-23")), "date", "in-the-future"),
        (with("date", json!("2026-02-30")), "date", "malformed"),
        (with("used", json!("3")), "used", "not-a-number"),
        (with("used", json!(1e16)), "used", "out-of-range"),
        (with("used", Value::Null), "used", "not-a-number"),
        (with("colour", json!("red")), "colour", "unknown"),
        (json!({}), "organisation_id", "required"),
        (json!([]), "", "not-an-object"),
    ] {
        let body = send(&portal, &[item]).json();
        let errors = body["items"][0]["errors"].as_array().unwrap();
        assert!(
            errors.iter().any(|it| it["field"] == field && it["code"] == code),
            "{field} {code}: {errors:?}"
        );
    }
    let twice = send(&portal, &[sample("acme", 1, 1.0), sample("acme", 1, 2.0)]).json();
    assert_eq!(twice["items"][0]["errors"][0]["code"], "twice");
    assert_eq!(portal.number("select count(*) as n from usage_sample where sub_product = 'imported'"), 1);
}
