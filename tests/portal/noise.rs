//! Whatever is sent to whichever route: an answer of the right kind, never a fault of ours, nothing half done.

use std::cell::RefCell;
use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{HeaderValue, Request};
use portal::access::Endpoint;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};

use crate::fixtures::{Portal, cookie};
use crate::properties::house::has_the_right_face;
use crate::samples::{VIC_JOINS, sample};

/// Enough for some thirty requests to each route in about a second.
const CASES: u32 = 800;

const FIELDS: &[&str] = &[
    "display_name",
    "email",
    "send_verification",
    "name",
    "version",
    "idempotency_key",
    "primary",
    "billing",
    "support",
    "technical",
    "handing_over",
    "password",
    "password_again",
    "current_password",
    "new_password",
    "token",
    "to",
    "done",
];

const VALUES: &[&str] = &[
    "",
    "on",
    "1",
    "0",
    "*",
    "Zoe",
    "zoe@acme.example",
    "ann@acme-canary.example",
    "BOB@acme-canary.example",
    "c-ann",
    "c-bob",
    "c-tom",
    "c-gus",
    "c-nobody",
    "Acme Mills",
    "\u{0}",
    "\r\nBcc: x@y.example",
    "'; drop table person; --",
    "<script>",
    "%00",
    "{}",
    "null",
    "true",
    "\u{202e}",
    "a password of the cast",
    "/o/acme",
    "//evil.example",
];

const HEADERS: &[&str] = &[
    "content-type",
    "content-type",
    "if-match",
    "if-match",
    "idempotency-key",
    "content-length",
    "origin",
    "sec-fetch-site",
    "authorization",
    "cf-connecting-ip",
    "user-agent",
    "accept",
    "host",
    "cookie",
    "x-forwarded-host",
    "transfer-encoding",
    "range",
];

#[derive(Debug, Clone)]
struct Noise {
    route: usize,
    org: String,
    id: String,
    query: String,
    cookie: Vec<u8>,
    headers: Vec<(&'static str, Vec<u8>)>,
    body: Vec<u8>,
    honesty: Honesty,
}

/// How much of a good request is in it, so that the noise comes past the first question.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Honesty {
    None,
    /// It says what it sends.
    Headers,
    /// It sends what belongs there, but for a few bytes.
    Spoiled(u16),
    Body,
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![3 => select(VALUES).prop_map(str::to_owned), 1 => any::<String>(), 1 => "[ -~]{0,130}"]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        6 => word().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => (-1e300..1e300).prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(3, 8, 3, |it| prop::collection::vec(it, 0..3).prop_map(Value::from))
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    let name = prop_oneof![5 => select(FIELDS).prop_map(str::to_owned), 1 => any::<String>()];
    let fields = prop::collection::vec((name, value().boxed()), 0..7).boxed();
    let json = fields
        .clone()
        .prop_map(|it| Value::Object(it.into_iter().collect::<Map<_, _>>()).to_string().into_bytes());
    let doubled = fields.clone().prop_map(|it| {
        let members: Vec<String> =
            it.iter().chain(it.first()).map(|it| format!("{}:{}", json!(it.0), it.1)).collect();
        format!("{{{}}}", members.join(",")).into_bytes()
    });
    let form = fields.prop_map(|it| {
        let mut form = form_urlencoded::Serializer::new(String::new());
        for (name, value) in it {
            form.append_pair(&name, value.as_str().map_or(value.to_string().as_str(), |it| it));
        }
        form.finish().into_bytes()
    });
    prop_oneof![4 => json, 1 => doubled, 4 => form, 1 => prop::collection::vec(any::<u8>(), 0..300)]
}

fn noise(routes: usize) -> impl Strategy<Value = Noise> {
    let bytes = prop_oneof![
        select(VALUES).prop_map(|it| it.as_bytes().to_vec()),
        select(vec![
            "\"1\"",
            "\"2\"",
            "W/\"1\"",
            "application/json",
            "same-origin",
            "cross-site",
            "70000",
            "http://localhost:8787"
        ])
        .prop_map(|it| it.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 0..60),
    ];
    let headers = prop::collection::vec((select(HEADERS), bytes), 0..5);
    let cookie = prop_oneof![
        6 => Just(cookie("ann")),
        1 => select(vec!["bob", "gus", "ned", "eve", "nobody"]).prop_map(cookie),
        1 => "[ -~]{0,300}".prop_map(|it| format!("{}{it}", cookie("ann"))),
        1 => "[ -~]{0,300}",
        1 => Just(String::new()),
    ];
    let org = prop_oneof![6 => Just("acme".to_owned()), 1 => Just("globex".to_owned()), 1 => word()];
    let id = prop_oneof![3 => select(vec!["c-tom", "c-vic", "c-ann", "c-una", "not-found"]).prop_map(str::to_owned), 1 => word()];
    let query =
        prop_oneof![3 => Just(String::new()), 1 => word(), 1 => Just("done=contact-added".to_owned())];
    let honesty = prop_oneof![
        Just(Honesty::None),
        Just(Honesty::Headers),
        any::<u16>().prop_map(Honesty::Spoiled),
        Just(Honesty::Body),
    ];
    (0..routes, org, id, query, cookie, headers, body(), honesty).prop_map(
        |(route, org, id, query, cookie, headers, body, honesty)| Noise {
            route,
            org,
            id,
            query,
            cookie: cookie.into_bytes(),
            headers,
            body,
            honesty,
        },
    )
}

fn request(url: &Endpoint, noise: &Noise) -> Option<Request<Body>> {
    let escaped =
        |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
    let mut path = String::new();
    for part in url.path.split_inclusive('/') {
        let (name, slash) = part.strip_suffix('/').map_or((part, ""), |it| (it, "/"));
        path += &match name {
            "{org}" => escaped(&noise.org),
            name if name.starts_with('{') => escaped(&noise.id),
            name => name.to_owned(),
        };
        path += slash;
    }
    if !noise.query.is_empty() {
        path = format!("{path}?{}", escaped(&noise.query));
    }
    let mut request = Request::builder().method(url.method.clone()).uri(path);
    let honest = noise.honesty != Honesty::None;
    if honest {
        let api = url.path.starts_with("/api/");
        let kind = if api { "application/json" } else { "application/x-www-form-urlencoded" };
        request = request.header("host", "localhost:8787").header("content-type", kind);
        if matches!(url.method.as_str(), "PUT" | "PATCH") {
            request = request.header("if-match", "\"1\"");
        }
    }
    request = request.header("cookie", HeaderValue::from_bytes(&noise.cookie).ok()?);
    let headers = if honest { noise.headers.get(3..) } else { Some(noise.headers.as_slice()) };
    for (name, value) in headers.unwrap_or_default() {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            request = request.header(*name, value);
        }
    }
    let mut good = sample(url).body.as_bytes().to_vec();
    let body = match noise.honesty {
        Honesty::None | Honesty::Headers => noise.body.clone(),
        Honesty::Body => good,
        Honesty::Spoiled(at) => {
            let at = usize::from(at) % (good.len() + 1);
            good.splice(at..at, noise.body.iter().copied().take(5));
            good
        }
    };
    request.body(Body::from(body)).ok()
}

#[test]
fn noise_gets_an_answer_and_changes_nothing() {
    // Loading the demo data takes no input, and two seconds.
    let mut routes = portal::routes::all().index;
    routes.retain(|it| it.path != "/dev/seed");
    // A portal serves until something was really done to it.
    let fresh = || {
        let portal = Portal::after(&format!("delete from contact where id = 'c-sue'; {VIC_JOINS}"));
        let contents = portal.contents();
        (portal, contents)
    };
    let current = RefCell::new(fresh());
    let cases = std::env::var("PROPTEST_CASES").map_or(CASES, |it| it.parse().unwrap());
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 0, ..Config::default() };
    let done = RefCell::new(BTreeSet::new());
    let found = TestRunner::new(config).run(&noise(routes.len()), |noise| {
        let url = &routes[noise.route];
        let Some(request) = request(url, &noise) else { return Ok(()) };
        let mut current = current.borrow_mut();
        let answer = current.0.ask(request);
        let said = format!("{} {}: {} {}", url.method, url.path, answer.status, answer.body);
        prop_assert!(!answer.status.is_server_error(), "{said}");
        prop_assert!(has_the_right_face(url, &answer), "{} {said}", answer.header("content-type"));
        let changed = current.0.contents() != current.1;
        prop_assert!(!changed || answer.status.is_success() || answer.status.as_u16() == 303, "{said}");
        if changed {
            done.borrow_mut().insert(format!("{} {}", url.method, url.path));
            *current = fresh();
        }
        Ok(())
    });
    found.unwrap();
    assert!(done.borrow().len() >= 4, "the noise comes past the door: {done:?}");
}
