//! A form with files, however it is cut into parts and pieces.

use std::sync::LazyLock;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Request};
use futures::stream;
use portal::access::Endpoint;

use super::house::{ask, deeds, has_the_right_face};
use crate::fixtures::cookie;
use crate::samples::Sample;

static DEEDS: LazyLock<Vec<(Endpoint, Sample)>> =
    LazyLock::new(|| deeds(|_, sample| sample.body.starts_with("--sample")));

/// Which deed, bytes of a piece, what to do to its good form, where in that, and the bytes to do it with.
pub fn holds(bytes: &[u8]) {
    let [deed, size, what, place, rest @ ..] = bytes else { return };
    let deed = &DEEDS[usize::from(*deed) % DEEDS.len()];
    let (body, kind) = body(deed.1.body, *what, usize::from(*place), rest);
    let Ok(kind) = HeaderValue::from_bytes(&kind) else { return };
    let whole = answered(deed, &kind, Body::from(body.clone()));
    let pieces: Vec<Result<Bytes, std::io::Error>> =
        body.chunks(usize::from(*size) + 1).map(|it| Ok(Bytes::copy_from_slice(it))).collect();
    let in_pieces = answered(deed, &kind, Body::from_stream(stream::iter(pieces)));
    assert_eq!(whole, in_pieces, "whole, and in pieces of {}", usize::from(*size) + 1);
}

/// The status, and what is said to be wrong.
fn answered((url, sample): &(Endpoint, Sample), kind: &HeaderValue, body: Body) -> (u16, String) {
    let request = Request::post(&sample.path).header("host", "localhost:8787").header("content-type", kind);
    let answer = ask(sample.after, request.header("cookie", cookie(sample.person)).body(body).unwrap());
    let said = format!("{}: {} {}", url.path, answer.status, answer.body);
    assert!(has_the_right_face(url, &answer), "{} {said}", answer.header("content-type"));
    let is_problem = answer.header("content-type") == "application/problem+json";
    let flaws = if is_problem { answer.json()["errors"].to_string() } else { String::new() };
    (answer.status.as_u16(), flaws)
}

fn body(good: &str, what: u8, place: usize, rest: &[u8]) -> (Vec<u8>, Vec<u8>) {
    const KIND: &[u8] = b"multipart/form-data; boundary=";
    let of_sample = [KIND, b"sample"].concat();
    let mut bytes = good.as_bytes().to_vec();
    let mut parts: Vec<Vec<u8>> =
        good.split("--sample\r\n").skip(1).map(|it| it.as_bytes().to_vec()).collect();
    let place_of_part = place % parts.len();
    let whole = |parts: &[Vec<u8>]| {
        parts.iter().flat_map(|it| [b"--sample\r\n".as_slice(), it].concat()).collect::<Vec<u8>>()
    };
    match what % 6 {
        0 => bytes = rest.to_vec(),
        // Another value in one part.
        1 => {
            let part = &mut parts[place_of_part];
            let from = part.windows(4).position(|it| it == b"\r\n\r\n").map_or(0, |it| it + 4);
            let to = part.windows(2).rposition(|it| it == b"\r\n").unwrap_or(from).max(from);
            part.splice(from..to, rest.iter().copied());
            bytes = whole(&parts);
        }
        // Another head of one part.
        2 => {
            let part = &mut parts[place_of_part];
            let to = part.windows(4).position(|it| it == b"\r\n\r\n").unwrap_or(0);
            part.splice(0..to, rest.iter().copied());
            bytes = whole(&parts);
        }
        3 => {
            parts.insert(0, [rest, b"\r\n"].concat());
            bytes = whole(&parts);
        }
        4 => {
            let at = place * bytes.len() / 256;
            bytes.splice(at..at, rest.iter().copied());
        }
        _ => return (bytes, [KIND, rest].concat()),
    }
    (bytes, of_sample)
}
