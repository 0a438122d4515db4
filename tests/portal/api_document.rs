//! `docs/api.md`, run call by call as it is written.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::Request;
use serde_json::Value;

use crate::fixtures::Portal;

const TEXT: &str = include_str!("../../docs/api.md");

/// `<!-- 201 organisation=id -->` says what is expected of the block below it, and what of the answer is used further on.
struct Call<'a> {
    status: u16,
    keeps: Option<(&'a str, &'a str)>,
    text: &'a str,
}

fn calls() -> Vec<Call<'static>> {
    let blocks = TEXT.split("```http\n").skip(1).map(|it| it.split_once("```").unwrap().0);
    let notes = TEXT.split("<!-- ").skip(1).map(|it| it.split_once(" -->").unwrap().0);
    let (blocks, notes): (Vec<_>, Vec<_>) = (blocks.collect(), notes.collect());
    assert_eq!(blocks.len(), notes.len(), "each call says how it is answered");
    let call = |(text, note): (&'static str, &'static str)| {
        let (status, keeps) = note.split_once(' ').map_or((note, None), |it| (it.0, it.1.split_once('=')));
        Call { status: status.parse().unwrap(), keeps, text }
    };
    blocks.into_iter().zip(notes).map(call).collect()
}

fn request(text: &str) -> Request<Body> {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let (method, path) = lines.next().unwrap().split_once(' ').unwrap();
    let mut request = Request::builder().method(method).uri(path).header("host", "localhost:8787");
    for (name, value) in lines.filter_map(|it| it.split_once(": ")) {
        request = request.header(name, value);
    }
    request.body(Body::from(body.trim().to_owned())).unwrap()
}

#[test]
fn every_call_of_the_document_is_answered_as_it_says() {
    let portal =
        Portal::after("insert into sub_product values ('skyconnect', 'mailboxes', 'Mailboxes', 'users');");
    let key = r#"{"name": "ERP", "scopes": ["sales", "billing", "publisher"], "expires_on": "2027-05-31"}"#;
    let made = portal.post("/api/v1/staff/api-keys", "st-admin", key).json();
    let mut known = BTreeMap::from([("key", made["key"].as_str().unwrap().to_owned())]);
    let calls = calls();
    assert!(calls.len() >= 8, "the test saw {} calls", calls.len());
    for call in calls {
        let filled =
            known.iter().fold(call.text.to_owned(), |text, it| text.replace(&format!("{{{}}}", it.0), it.1));
        for round in ["first", "second"] {
            let answer = portal.ask(request(&filled));
            assert_eq!(answer.status.as_u16(), call.status, "the {round} time {filled}\n{}", answer.body);
            if let Some((name, pointer)) = call.keeps {
                let found = answer.json();
                let found = found.pointer(&format!("/{}", pointer.replace('.', "/"))).and_then(Value::as_str);
                let found = found.unwrap_or_else(|| panic!("{pointer} in {}", answer.body)).to_owned();
                let before = known.insert(name, found.clone());
                assert!(round == "first" || before == Some(found), "sent twice, done twice: {filled}");
            }
        }
    }
    assert_eq!(portal.number("select count(*) as n from organisation where name = 'Initech Systems'"), 1);
    assert_eq!(portal.number("select count(*) as n from sales_order where number = 'SO-2026-0042'"), 1);
}
