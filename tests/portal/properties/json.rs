//! A body of a program, whatever stands where in it.

use std::sync::LazyLock;

use portal::access::Endpoint;
use serde_json::Value;

use super::house::{ask, deeds, has_the_right_face, request};
use crate::samples::Sample;

static DEEDS: LazyLock<Vec<(Endpoint, Sample)>> = LazyLock::new(|| {
    deeds(|url, sample| url.path.starts_with("/api/") && !sample.body.starts_with("--sample"))
});

/// Which deed, what to do to its good body, where in that, and the bytes to do it with.
pub fn holds(bytes: &[u8]) {
    let [deed, what, place, rest @ ..] = bytes else { return };
    let (url, sample) = &DEEDS[usize::from(*deed) % DEEDS.len()];
    let body = body(sample.body, *what, usize::from(*place), rest);
    let Some(request) = request(url, sample, "application/json", body) else { return };
    let answer = ask(sample.after, request);
    let said = format!("{} {}: {} {}", url.method, url.path, answer.status, answer.body);
    assert!(has_the_right_face(url, &answer), "{} {said}", answer.header("content-type"));
    assert!(
        answer.status.as_u16() < 300 || answer.body.len() < 40_000,
        "an answer of {} bytes",
        answer.body.len()
    );
}

fn body(good: &str, what: u8, place: usize, rest: &[u8]) -> Vec<u8> {
    let mut body = match serde_json::from_str::<Value>(good) {
        Ok(body) if !what.is_multiple_of(4) => body,
        _ => return rest.to_vec(),
    };
    let (mut places, text) = (Vec::new(), String::from_utf8_lossy(rest));
    collect(&body, "", &mut places);
    let place = &places[place % places.len()];
    let value = serde_json::from_slice(rest).unwrap_or_else(|_| Value::String(text.clone().into_owned()));
    if let Some(there) = body.pointer_mut(place) {
        match what % 4 {
            1 => *there = value,
            2 => *there = Value::String(text.into_owned()),
            _ => match there {
                Value::Object(fields) => drop(fields.insert(text.chars().take(40).collect(), value)),
                Value::Array(rows) => rows.push(value),
                _ => *there = Value::Null,
            },
        }
    }
    body.to_string().into_bytes()
}

/// Every place of it (RFC 6901), itself first.
fn collect(value: &Value, at: &str, places: &mut Vec<String>) {
    let below: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|it| (it.0.clone(), it.1)).collect(),
        Value::Array(rows) => rows.iter().enumerate().map(|it| (it.0.to_string(), it.1)).collect(),
        _ => Vec::new(),
    };
    places.push(at.to_owned());
    for (name, value) in below {
        collect(value, &format!("{at}/{name}"), places);
    }
}
