//! Whatever is asked of whichever address: an answer, dressed as all are, that leads nowhere else.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Method, Request};

use super::house::ask;
use super::parts;
use super::queries::written;
use crate::fixtures::cookie;

/// Method, address, headers (a line each), body. `{ann}` and `{admin}` in a header stand for their cookies.
pub fn holds(bytes: &[u8]) {
    let [method, address, headers, body] = parts(bytes);
    let Ok(method) = Method::from_bytes(method) else { return };
    let address = format!("/{}", written(address).trim_start_matches('/'));
    // Development pages are in no production, and loading the demo data takes two seconds.
    if address.starts_with("/dev") {
        return;
    }
    let mut request = Request::builder().method(method.clone()).uri(&address);
    for line in headers.split(|it| *it == b'\n') {
        let mut halves = line.splitn(2, |it| *it == b':');
        let (name, value) = (halves.next().unwrap_or_default(), halves.next().unwrap_or_default());
        let value = String::from_utf8_lossy(value.trim_ascii());
        let value = value.replace("{ann}", &cookie("ann")).replace("{admin}", &cookie("st-admin"));
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_str(&value)) {
            request = request.header(name, value);
        }
    }
    let Ok(request) = request.body(Body::from(body.to_vec())) else { return };
    let answer = ask("", request);
    let said = format!("{method} {address}: {} {}", answer.status, answer.body);
    assert!(!answer.header("content-security-policy").is_empty(), "{said}");
    if answer.status.is_redirection() {
        let to = answer.header("location");
        let ours = to.starts_with('/') && !to.starts_with("//") && !to.starts_with("/\\");
        assert!(ours || to.contains(".vendor.example/"), "{said} leads to {to}");
    }
    if address.starts_with("/api/") && answer.status.as_u16() >= 400 && method != "HEAD" {
        assert_eq!(answer.header("content-type"), "application/problem+json", "{said}");
    }
}
