//! A form of a browser, whatever is in its fields, however often each is sent.

use std::sync::LazyLock;

use portal::access::Endpoint;

use super::house::{ask, deeds, has_the_right_face, request};
use crate::samples::Sample;

const KIND: &str = "application/x-www-form-urlencoded";

static DEEDS: LazyLock<Vec<(Endpoint, Sample)>> = LazyLock::new(|| {
    deeds(|url, sample| {
        let of_people = !url.path.starts_with("/api/") && !url.path.starts_with("/webhooks/");
        of_people && !sample.body.starts_with("--sample")
    })
});

/// Which deed, what to do to its good form, which field of that, and the bytes to do it with.
pub fn holds(bytes: &[u8]) {
    let [deed, what, field, rest @ ..] = bytes else { return };
    let (url, sample) = &DEEDS[usize::from(*deed) % DEEDS.len()];
    let Some(request) = request(url, sample, KIND, body(sample.body, *what, usize::from(*field), rest))
    else {
        return;
    };
    let answer = ask(sample.after, request);
    let said = format!("{} {}: {} {}", url.method, url.path, answer.status, answer.body);
    assert!(has_the_right_face(url, &answer), "{} {said}", answer.header("content-type"));
}

fn body(good: &str, what: u8, field: usize, rest: &[u8]) -> Vec<u8> {
    let mut fields: Vec<Vec<u8>> =
        good.split('&').filter(|it| !it.is_empty()).map(|it| it.as_bytes().to_vec()).collect();
    let place = if fields.is_empty() { 0 } else { field % fields.len() };
    match what % 5 {
        0 => return rest.to_vec(),
        // Another value.
        1 => {
            if let Some(field) = fields.get_mut(place) {
                let name = field.split(|it| *it == b'=').next().unwrap_or_default().to_vec();
                *field = [&name, b"=".as_slice(), rest].concat();
            }
        }
        // The same field once more.
        2 => {
            let name = fields.get(place).and_then(|it| it.split(|it| *it == b'=').next());
            let again = [name.unwrap_or_default(), b"=", rest].concat();
            fields.push(again);
        }
        3 => fields.push(rest.to_vec()),
        _ => {
            fields.drain(place..fields.len().min(place + 1));
            fields.push(rest.to_vec());
        }
    }
    fields.join(b"&".as_slice())
}
