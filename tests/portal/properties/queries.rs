//! What an address asks for behind its question mark: filters, days, cursors, searches.

use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::body::Body;
use axum::http::Request;
use portal::access::Endpoint;

use super::house::{ask, has_the_right_face};
use crate::fixtures::cookie;
use crate::samples::{Sample, sample};

static PAGES: LazyLock<Vec<(Endpoint, Sample)>> = LazyLock::new(|| {
    let mut urls = portal::routes::all().index;
    // Sign-on leads to other sites; it has a property of its own.
    urls.retain(|it| it.method == "GET" && !it.path.starts_with("/sso/") && !it.path.starts_with("/dev"));
    let pages = urls.into_iter().map(|it| {
        let sample = sample(&it);
        (it, sample)
    });
    pages.collect()
});

/// Which page, and the query.
pub fn holds(bytes: &[u8]) {
    let Some((page, query)) = bytes.split_first() else { return };
    let (url, sample) = &PAGES[usize::from(*page) % PAGES.len()];
    let address = format!("{}?{}", sample.path, written(query));
    let request =
        Request::get(address).header("host", "localhost:8787").header("cookie", cookie(sample.person));
    let Ok(request) = request.body(Body::empty()) else { return };
    let answer = ask(sample.after, request);
    let said = format!("{}: {} {}", url.path, answer.status, answer.body);
    let leads_out = url.path.starts_with("/o/{org}/") && answer.status == 303;
    assert!(leads_out || is_a_file(&answer) || has_the_right_face(url, &answer), "{said}");
}

fn is_a_file(answer: &crate::fixtures::Answer) -> bool {
    answer.header("content-disposition").starts_with("attachment") && answer.status == 200
}

/// What no address can hold is written as browsers do.
pub fn written(query: &[u8]) -> String {
    let mut text = String::with_capacity(query.len());
    for byte in query {
        if byte.is_ascii_graphic() && !b"#\"<>\\^`{|}".contains(byte) {
            text.push(char::from(*byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}
