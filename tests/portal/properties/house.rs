//! A portal that answers whatever is asked: never with a fault of ours, in the right face, and nothing half done.

use std::cell::RefCell;

use axum::body::Body;
use axum::http::{HeaderValue, Request};
use portal::access::Endpoint;
use serde_json::Value;

use crate::fixtures::{Answer, Portal, cookie, logged};
use crate::samples::{Sample, sample};

/// A portal serves so often, or until something was really done to it.
const MOST_ASKED: usize = 50;

pub struct Kept {
    portal: Portal,
    contents: Vec<String>,
    files: Vec<String>,
    script: &'static str,
    asked: usize,
}

thread_local! {
    static KEPT: RefCell<Vec<Kept>> = const { RefCell::new(Vec::new()) };
}

impl Kept {
    fn new(script: &'static str, make: impl FnOnce() -> Portal) -> Self {
        let portal = make();
        let (contents, files) = (portal.contents(), portal.files.keys());
        Self { portal, contents, files, script, asked: 0 }
    }
}

/// Asks the portal that `script` has happened to.
pub fn ask(script: &'static str, request: Request<Body>) -> Answer {
    ask_one(script, || Portal::after(script), |_| request)
}

/// The same of a portal that is made in a way of its own; `name` tells such ways apart.
pub fn ask_one(
    name: &'static str,
    make: impl FnOnce() -> Portal,
    request: impl FnOnce(&Portal) -> Request<Body>,
) -> Answer {
    KEPT.with_borrow_mut(|all| {
        let at = all.iter().position(|it| std::ptr::eq(it.script, name) || it.script == name);
        let mut kept = at.map_or_else(|| Kept::new(name, make), |at| all.swap_remove(at));
        let request = request(&kept.portal);
        let said = format!("{} {}", request.method(), request.uri());
        let reads = request.method() == "GET" || request.method() == "HEAD";
        let answer = kept.portal.ask(request);
        logged();
        assert!(!answer.status.is_server_error(), "{said}: {} {}", answer.status, answer.body);
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{said}");
        let done = answer.status.is_success() || answer.status.is_redirection();
        kept.asked += 1;
        if done && !reads {
            return answer;
        }
        assert!(kept.portal.contents() == kept.contents, "{said} left something behind");
        assert!(kept.portal.files.keys() == kept.files, "{said} left a file behind");
        if kept.asked < MOST_ASKED {
            all.push(kept);
        }
        answer
    })
}

/// The request of somebody who may, as the samples have it, with another body.
pub fn request(url: &Endpoint, sample: &Sample, kind: &str, body: Vec<u8>) -> Option<Request<Body>> {
    let mut request = Request::builder().method(url.method.clone()).uri(&sample.path);
    request = request.header("host", "localhost:8787").header("cookie", cookie(sample.person));
    for (name, value) in sample.headers.iter().filter(|it| it.0 != "content-type") {
        request = request.header(*name, *value);
    }
    request.header("content-type", HeaderValue::from_str(kind).ok()?).body(Body::from(body)).ok()
}

/// The deeds that take such a body, with their samples.
pub fn deeds(takes: impl Fn(&Endpoint, &Sample) -> bool) -> Vec<(Endpoint, Sample)> {
    let mut urls = portal::routes::all().index;
    // Loading the demo data takes no input, and two seconds.
    urls.retain(|it| it.method != "GET" && it.method != "DELETE" && it.path != "/dev/seed");
    let deeds = urls.into_iter().map(|it| {
        let sample = sample(&it);
        (it, sample)
    });
    deeds.filter(|it| takes(&it.0, &it.1)).collect()
}

pub fn has_the_right_face(url: &Endpoint, answer: &Answer) -> bool {
    let kind = answer.header("content-type");
    let (program, status) = (url.path.starts_with("/api/"), answer.status.as_u16());
    match (program, status) {
        // The development pages, the health check and the like answer programs outside the API, too.
        (false, 200) if kind == "application/json" => serde_json::from_str::<Value>(&answer.body).is_ok(),
        (_, 204) => answer.body.is_empty(),
        (_, 200) if url.path.rsplit('.').next() == Some("csv") => {
            kind.starts_with("text/csv; charset=utf-8") && answer.body.starts_with('\u{feff}')
        }
        (false, 200) if kind.starts_with("text/calendar;") => answer.body.starts_with("BEGIN:VCALENDAR\r\n"),
        (true, 200..=299) => {
            kind == "application/json" && serde_json::from_str::<Value>(&answer.body).is_ok()
        }
        (true, _) => kind == "application/problem+json" && answer.json()["status"] == status,
        (false, _) if is_for_programs(&url.path) => kind.ends_with("json"),
        (false, 303) => {
            let to = answer.header("location");
            let out = url.path == "/o/{org}/helpdesk" && to == "https://helpdesk.vendor.example/";
            out || to.starts_with('/') && !to.starts_with("//")
        }
        (false, _) => kind == "text/html; charset=utf-8" && answer.body.starts_with("<!DOCTYPE html>"),
    }
}

/// Addresses that a standard has chosen, or that stand beside those.
fn is_for_programs(path: &str) -> bool {
    path.starts_with("/.well-known/")
        || path.starts_with("/webhooks/")
        || ["/sso/jwks", "/sso/token", "/sso/userinfo"].contains(&path)
}
