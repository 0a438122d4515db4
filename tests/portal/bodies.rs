//! Bodies that are too large, not text, not JSON, or not what they should be (contract, conventions; security 1.9).

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::fixtures::{Answer, Portal, cookie};

const API: &str = "/api/v1/organisations/acme/contacts";
const PAGE: &str = "/o/acme/contacts";
const ZOE: &str = r#"{"display_name": "Zoe", "email": "zoe@acme.example"}"#;
const LIMIT: usize = 64 * 1024;

fn posted(path: &str, body: impl Into<axum::body::Body>, more: &[(&str, &str)]) -> (Portal, Answer) {
    let portal = Portal::new();
    let kind =
        if path.starts_with("/api/") { "application/json" } else { "application/x-www-form-urlencoded" };
    let mut request =
        axum::http::Request::builder().method("POST").uri(path).header("host", "localhost:8787");
    request = request.header("cookie", cookie("ann")).header("content-type", kind);
    for (name, value) in more {
        request = request.header(*name, *value);
    }
    let answer = portal.ask(request.body(body.into()).unwrap());
    (portal, answer)
}

#[track_caller]
fn refused(
    path: &str,
    body: impl Into<axum::body::Body>,
    more: &[(&str, &str)],
    status: StatusCode,
    said: &str,
) {
    let (portal, answer) = posted(path, body, more);
    assert_eq!(answer.status, status, "{}", answer.body);
    assert!(answer.body.contains(said), "{said} in {}", answer.body);
    let kind =
        if path.starts_with("/api/") { "application/problem+json" } else { "text/html; charset=utf-8" };
    assert_eq!(answer.header("content-type"), kind);
    assert_eq!(portal.contents(), Portal::new().contents());
    assert!(answer.body.len() < 40_000, "an answer of {} bytes", answer.body.len());
}

fn padded(length: usize) -> String {
    let body = ZOE.replace('}', ", \"x\": \"\"}");
    body.replace("\"\"", &format!("\"{}\"", "x".repeat(length - body.len())))
}

#[test]
fn a_body_has_64_kb_at_most_whatever_its_length_claims() {
    let large = |path, body: String, more: &[(&str, &str)]| {
        refused(path, body, more, StatusCode::PAYLOAD_TOO_LARGE, "more than 64 kB");
    };
    refused(API, padded(LIMIT), &[], StatusCode::UNPROCESSABLE_ENTITY, "There is no such field");
    large(API, padded(LIMIT + 1), &[]);
    large(API, padded(1_000_000), &[]);
    large(API, padded(LIMIT + 1), &[("content-length", "10")]);
    large(API, ZOE.to_owned(), &[("content-length", "65537")]);
    large(API, ZOE.to_owned(), &[("content-length", "99999999999")]);
    for path in [PAGE, "/o/acme/roles", "/o/acme/name"] {
        large(path, format!("version=1&name={}", "x".repeat(LIMIT)), &[]);
    }
    for length in ["-1", "abc", "", "99999999999999999999999999"] {
        assert_eq!(posted(API, ZOE, &[("content-length", length)]).1.status, StatusCode::CREATED, "{length}");
    }
}

#[test]
fn what_is_no_text_is_refused_whole() {
    let refused =
        |path, body: &[u8], said| refused(path, body.to_vec(), &[], StatusCode::UNPROCESSABLE_ENTITY, said);
    refused(API, b"{\"display_name\": \"\xff\", \"email\": \"zoe@acme.example\"}", "not UTF-8");
    refused(API, b"\xef\xbb\xbf{}", "not a JSON object");
    refused(PAGE, b"display_name=%ff&email=zoe%40acme.example", "not UTF-8");
    refused(PAGE, b"display_name=\xff&email=zoe%40acme.example", "not UTF-8");
    refused(PAGE, b"%c3=1&display_name=Zoe&email=zoe%40acme.example", "not UTF-8");
    for path in ["/o/acme/roles", "/o/acme/name"] {
        refused(path, b"version=1&name=%ff", "not UTF-8");
    }
    // Half an escape stands for itself, as in every browser.
    assert_eq!(
        posted(PAGE, "display_name=100%&email=zoe%40acme.example", &[]).1.status,
        StatusCode::SEE_OTHER
    );
}

#[test]
fn what_is_no_json_object_is_refused_whole() {
    let deep = format!("{{\"display_name\": {}1{}}}", "[".repeat(200), "]".repeat(200));
    let bottomless = "[".repeat(60_000);
    for body in [
        "",
        " ",
        "null",
        "true",
        "5",
        "\"text\"",
        "[]",
        "[{}]",
        "{",
        "{}x",
        "{} {}",
        "{\"a\"}",
        "{a: 1}",
        "{\"a\": 1,}",
        "{'a': 1}",
        "\u{0}",
        "{\"a\": 1e999}",
        "{\"a\": NaN}",
        "{\"a\": 0x1}",
        "{\"a\": \"\\ud800\"}",
        "{\"a\": \"\t\"}",
        deep.as_str(),
        bottomless.as_str(),
    ] {
        refused(API, body.to_owned(), &[], StatusCode::UNPROCESSABLE_ENTITY, "not a JSON object");
        let (_, answer) = posted(API, body.to_owned(), &[]);
        assert_eq!(answer.json()["errors"][0]["code"], "unreadable", "{body}");
    }
}

#[track_caller]
fn flaws(body: &str) -> Vec<(String, String)> {
    let (portal, answer) = posted(API, body.to_owned(), &[]);
    assert_eq!(
        (answer.status, &answer.json()["type"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("/problems/invalid")),
        "{body}"
    );
    assert_eq!(portal.contents(), Portal::new().contents(), "{body}");
    let errors = answer.json()["errors"].as_array().unwrap().clone();
    let text = |it: &Value, name: &str| it[name].as_str().unwrap().to_owned();
    errors.iter().map(|it| (text(it, "field"), text(it, "code"))).collect()
}

#[test]
fn every_field_says_what_is_wrong_with_it() {
    let with = |more: &str| ZOE.replace('}', &format!(", {more}}}"));
    let flaw = |field: &str, code: &str| vec![(field.to_owned(), code.to_owned())];
    assert_eq!(flaws("{}"), [flaw("display_name", "required"), flaw("email", "required")].concat());
    for value in [
        "5",
        "-1",
        "1.5",
        "123456789012345678901234567890",
        "true",
        "null",
        "[]",
        "{}",
        "[\"zoe@acme.example\"]",
        "{\"$ne\": 1}",
    ] {
        let body = ZOE.replace("\"Zoe\"", value);
        assert_eq!(flaws(&body), flaw("display_name", "not-text"), "{body}");
    }
    for value in ["\"on\"", "1", "null", "[true]"] {
        assert_eq!(
            flaws(&with(&format!("\"send_verification\": {value}"))),
            flaw("send_verification", "not-boolean"),
            "{value}"
        );
    }
    assert_eq!(flaws(&with("\"admin\": true")), flaw("admin", "unknown"));
    assert_eq!(flaws(&with("\"\": 1")), flaw("", "unknown"));
    assert_eq!(flaws(&with("\"Email\": \"x\"")), flaw("Email", "unknown"));
    assert_eq!(flaws(&with("\"version\": 1")), flaw("version", "unknown"));
    assert_eq!(flaws(&with("\"idempotency_key\": \"k\"")), flaw("idempotency_key", "unknown"));
    assert_eq!(flaws(&with("\"email\": \"eve@nowhere.example\"")), flaw("email", "twice"));
    assert_eq!(flaws(&with("\"email\": \"zoe@acme.example\"")), flaw("email", "twice"));
}

#[test]
fn a_field_of_a_form_is_sent_once() {
    let twice = "display_name=Zoe&email=zoe%40acme.example&email=eve%40nowhere.example";
    refused(PAGE, twice, &[], StatusCode::UNPROCESSABLE_ENTITY, "This field was sent twice");
    let unknown = "display_name=Zoe&email=zoe%40acme.example&admin=1";
    refused(PAGE, unknown, &[], StatusCode::UNPROCESSABLE_ENTITY, "There is no such field");
    for path in ["/o/acme/roles", "/o/acme/name"] {
        let body = "version=1&version=1&name=Acme+Mills&primary=c-ann&billing=&support=&technical=";
        refused(path, body, &[], StatusCode::UNPROCESSABLE_ENTITY, "This field was sent twice");
    }
}

/// However many fields are wrong, the answer stays readable.
#[test]
fn a_flood_of_fields_makes_no_flood_of_answers() {
    let names: Vec<String> = (0..6000).map(|it| format!("f{it}=")).collect();
    let form = names.join("&");
    refused(PAGE, form, &[], StatusCode::UNPROCESSABLE_ENTITY, "There is no such field");
    let json: Vec<String> = (0..5000).map(|it| format!("\"f{it}\":1")).collect();
    refused(
        API,
        format!("{{{}}}", json.join(",")),
        &[],
        StatusCode::UNPROCESSABLE_ENTITY,
        "There is no such field",
    );
    let long = format!("{{\"{}\": 1}}", "f".repeat(60_000));
    refused(API, long, &[], StatusCode::UNPROCESSABLE_ENTITY, "There is no such field");
    let typed = format!("display_name={}&email=x", "%22".repeat(20_000));
    refused(PAGE, typed, &[], StatusCode::UNPROCESSABLE_ENTITY, "Write a name of 1 to 80 characters");
}

#[test]
fn a_precondition_is_said_once() {
    let put = |headers: &[(&str, &str)]| {
        let body = r#"{"name": "Acme Mills"}"#;
        Portal::new().send_with("PATCH", "/api/v1/organisations/acme", &cookie("ann"), body, headers)
    };
    let two = put(&[("if-match", "\"1\""), ("if-match", "\"1\"")]);
    assert_eq!(two.status, StatusCode::PRECONDITION_REQUIRED, "{}", two.body);
    assert_eq!(put(&[("if-match", "\"1\"")]).status, StatusCode::OK);
}
