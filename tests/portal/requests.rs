//! What holds for every request and belongs to no application: contract, conventions; security 1.3 and 1.9.

use axum::body::Body;
use axum::http::{HeaderValue, Request, StatusCode};
use portal::access::Guard;
use serde_json::{Value, json};

use crate::fixtures::{Answer, Portal, cookie, logged};
use crate::samples::sample;

const API: &str = "/api/v1/organisations/acme/contacts";
const PAGE: &str = "/o/acme/contacts";
const ZOE: &str = r#"{"display_name": "Zoe", "email": "zoe@acme.example"}"#;
const HERE: &str = "http://localhost:8787";

fn problem(answer: &Answer) -> (u16, String) {
    assert_eq!(answer.header("content-type"), "application/problem+json", "{}", answer.body);
    let problem = answer.json();
    assert_eq!(problem["status"], answer.status.as_u16());
    assert_eq!(problem["request_id"], answer.header("x-request-id"));
    for part in ["title", "detail"] {
        assert!(!problem[part].as_str().unwrap().is_empty(), "{problem}");
    }
    (answer.status.as_u16(), problem["type"].as_str().unwrap().replace("/problems/", ""))
}

/// Raw bytes for what no text can be.
fn raw(method: &str, path: &str, headers: &[(&str, &[u8])], body: impl Into<Body>) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, HeaderValue::from_bytes(value).unwrap());
    }
    request.body(body.into()).unwrap()
}

fn posted(body: impl Into<Body>, more: &[(&str, &[u8])]) -> (Portal, Answer) {
    let portal = Portal::new();
    let ann = cookie("ann");
    let headers = [&[("cookie", ann.as_bytes()), ("host", b"localhost:8787")], more].concat();
    let answer = portal.ask(raw("POST", API, &headers, body));
    (portal, answer)
}

#[test]
fn what_another_site_sends_is_refused() {
    let no = |answer: &Answer| {
        answer.status == StatusCode::FORBIDDEN && answer.body.contains("came from another site")
    };
    for (site, origin, refused) in [
        (None, None, false),
        (Some("same-origin"), None, false),
        (Some("none"), None, false),
        (Some("same-site"), None, true),
        (Some("cross-site"), None, true),
        (Some("nonsense"), None, true),
        (Some(""), None, true),
        (None, Some(HERE), false),
        (None, Some("null"), true),
        (None, Some(""), true),
        (None, Some("https://evil.example"), true),
        (None, Some("https://localhost:8787"), true),
        (None, Some("http://localhost:8787.evil.example"), true),
        (None, Some("http://localhost"), true),
        // The browser's own word counts more than what a page may have arranged.
        (Some("same-origin"), Some("https://evil.example"), false),
        (Some("cross-site"), Some(HERE), true),
    ] {
        let headers: Vec<(&str, &str)> = [("sec-fetch-site", site), ("origin", origin)]
            .into_iter()
            .filter_map(|it| Some((it.0, it.1?)))
            .collect();
        for (path, body) in [(API, ZOE), (PAGE, "display_name=Zoe&email=zoe%40acme.example")] {
            let portal = Portal::new();
            let before = portal.contents();
            let trips = portal.db.round_trips();
            let answer = portal.send_with("POST", path, &cookie("ann"), body, &headers);
            assert_eq!(no(&answer), refused, "{headers:?} {path}: {}", answer.body);
            assert!(!refused || portal.db.round_trips() == trips, "{headers:?} costs a round trip");
            assert_eq!(portal.contents() == before, refused, "{headers:?} {path}");
            let read = portal.send_with("GET", path, &cookie("ann"), "", &headers);
            assert_eq!(read.status, StatusCode::OK, "reading changes nothing: {headers:?}");
        }
    }
}

/// A key is no cookie: nobody's browser adds it by itself. With a cookie beside it, the cookie's rule holds.
#[test]
fn a_program_with_a_key_may_say_where_it_is() {
    let evil = ("origin", "https://evil.example");
    let key = ("authorization", "Bearer some-key");
    let answer = Portal::new().send_with("POST", API, "", ZOE, &[key, evil]);
    assert_eq!(problem(&answer), (401, "sign-in-required".into()));
    let answer = Portal::new().send_with("POST", API, &cookie("ann"), ZOE, &[key, evil]);
    assert_eq!(problem(&answer), (403, "cross-site".into()));
}

#[test]
fn production_answers_under_its_own_name_alone() {
    let portal = Portal::configured(&[
        ("ENVIRONMENT", "production"),
        ("PORTAL_ORIGIN", "https://portal.vendor.example"),
    ]);
    let asked = |host: &str, path: &str| {
        let headers: &[(&str, &[u8])] = &[("host", host.as_bytes())];
        portal.ask(raw("GET", path, headers, Body::empty()))
    };
    for host in ["evil.example", "portal.vendor.example.evil.example", "localhost:8787", "", "portal"] {
        assert_eq!(problem(&asked(host, "/api/v1/me")), (421, "misdirected".into()), "{host}");
        assert_eq!(asked(host, "/o/acme").status, StatusCode::MISDIRECTED_REQUEST, "{host}");
        assert_ne!(
            asked(host, "/healthz").status,
            StatusCode::MISDIRECTED_REQUEST,
            "a probe asks by address"
        );
    }
    for host in ["portal.vendor.example", "portal.vendor.example:443", "Portal.Vendor.Example"] {
        assert_eq!(asked(host, "/o/acme").status, StatusCode::SEE_OTHER, "{host}");
    }
    let twice: &[(&str, &[u8])] = &[("host", b"portal.vendor.example"), ("host", b"evil.example")];
    assert_eq!(
        portal.ask(raw("GET", "/o/acme", twice, Body::empty())).status,
        StatusCode::MISDIRECTED_REQUEST
    );
    // In production the configured origin alone is ours, whatever Host says.
    let ann = cookie("ann");
    let forged: &[(&str, &[u8])] = &[
        ("host", b"portal.vendor.example"),
        ("origin", b"http://portal.vendor.example"),
        ("cookie", ann.as_bytes()),
    ];
    assert_eq!(portal.ask(raw("POST", API, forged, ZOE)).status, StatusCode::FORBIDDEN);
}

#[test]
fn every_answer_is_dressed() {
    let broken = Portal::new();
    broken.db.breaks(Some("D1_ERROR: no such table"));
    let portal = Portal::new();
    let answers = [
        (200, portal.get(PAGE, "ann")),
        (200, portal.get(API, "ann")),
        (303, portal.post(PAGE, "ann", "display_name=Zoe&email=zoe%40acme.example")),
        (303, portal.get(PAGE, "nobody")),
        (204, portal.send("DELETE", &format!("{API}/c-tom"), &cookie("ann"), "")),
        (401, portal.get(API, "nobody")),
        (403, portal.get(PAGE, "bob")),
        (404, portal.get("/nothing", "ann")),
        (404, portal.get("/api/v1/nothing", "ann")),
        (405, portal.send("PUT", PAGE, &cookie("ann"), "")),
        (422, portal.post(PAGE, "ann", "")),
        (422, portal.post(API, "ann", "{}")),
        (500, broken.get(PAGE, "ann")),
        (500, broken.get(API, "ann")),
    ];
    for (status, answer) in answers {
        assert_eq!(answer.status.as_u16(), status, "{}", answer.body);
        for (name, part) in [
            ("content-security-policy", "default-src 'none'"),
            ("content-security-policy", "object-src 'none'"),
            ("content-security-policy", "base-uri 'none'"),
            ("content-security-policy", "frame-ancestors 'none'"),
            ("content-security-policy", "form-action 'self'"),
            ("strict-transport-security", "max-age=63072000; includeSubDomains"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cache-control", "no-store"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("permissions-policy", "camera=()"),
        ] {
            assert!(answer.header(name).contains(part), "{status} {name}: {:?}", answer.header(name));
        }
        let csp = answer.header("content-security-policy");
        assert!(!csp.contains("unsafe") && !csp.contains('*') && !csp.contains("http:"), "{csp}");
        assert_eq!(answer.header("x-request-id").len(), 36);
        assert!(answer.headers.keys().all(|it| !it.as_str().starts_with("access-control-")), "{status}");
    }
}

#[test]
fn nobody_gets_leave_to_call_from_elsewhere() {
    for url in portal::routes::all().index {
        for origin in ["https://evil.example", "null", HERE] {
            let path = sample(&url).path;
            let headers = [("origin", origin), ("access-control-request-method", "POST")];
            for method in ["GET", "OPTIONS", url.method.as_str()] {
                let answer = Portal::new().send_with(method, &path, &cookie("ann"), "", &headers);
                assert!(
                    answer.headers.keys().all(|it| !it.as_str().starts_with("access-control-")),
                    "{method} {path}"
                );
            }
        }
    }
}

#[test]
fn a_wrong_method_is_told_the_right_ones() {
    for (method, path, allowed) in [
        ("PUT", API, "GET,HEAD,POST"),
        ("OPTIONS", API, "GET,HEAD,POST"),
        ("BREW", API, "GET,HEAD,POST"),
        ("DELETE", "/api/v1/organisations/acme", "GET,HEAD,PATCH"),
        ("GET", "/api/v1/organisations/acme/contacts/c-tom", "DELETE"),
    ] {
        let answer = Portal::new().send(method, path, &cookie("ann"), "");
        assert_eq!(problem(&answer), (405, "method-not-allowed".into()), "{method} {path}");
        let mut found: Vec<&str> = answer.header("allow").split(',').map(str::trim).collect();
        found.sort_unstable();
        assert_eq!(found.join(","), allowed, "{method} {path}");
    }
    let page = Portal::new().send("PUT", PAGE, &cookie("ann"), "");
    assert!(page.body.contains("This address does not answer PUT") && !page.header("allow").is_empty());
}

/// The same status and headers as GET, and no body.
#[test]
fn head_is_get_without_a_body() {
    for path in [PAGE, API, "/o/acme", "/nothing", "/api/v1/nothing", "/o/globex"] {
        let got = Portal::new().get(path, "ann");
        let head = Portal::new().send("HEAD", path, &cookie("ann"), "");
        assert_eq!((head.status, head.body.as_str()), (got.status, ""), "{path}");
        for name in ["content-type", "etag", "content-security-policy"] {
            assert_eq!(head.header(name), got.header(name), "{path} {name}");
        }
    }
    let out = Portal::new().send("HEAD", PAGE, "", "");
    assert_eq!((out.status, out.body.as_str()), (StatusCode::SEE_OTHER, ""));
}

#[test]
fn no_page_weighs_more_than_40_kb() {
    let long = "&amp;\"'<".repeat(16);
    let heavy = format!(
        "update person set display_name = '{name}'; update contact set name = '{name}';
         update organisation set name = '{name}'; {join}",
        name = long[..80].replace('\'', "''"),
        join = crate::fixtures::NED_JOINS,
    );
    for url in
        portal::routes::all().index.iter().filter(|it| it.method == "GET" && !it.path.starts_with("/api/"))
    {
        let answer = Portal::after(&heavy).get(&sample(url).path, "ann");
        assert!(answer.body.len() < 40_000, "{} has {} bytes", url.path, answer.body.len());
    }
}

#[test]
fn one_line_of_json_for_every_refused_request() {
    let odd = "/api/v1/a%0d%0a%7b%22x%22:1%7d%e2%80%a8%1b[31m\"?q=secret%0a";
    for (method, path, status) in
        [("GET", odd, 404), ("POST", odd, 404), ("GET", API, 401), ("PUT", API, 405)]
    {
        let portal = Portal::new();
        let request = raw(method, &path.replace('"', "%22"), &[("host", b"localhost:8787")], Body::empty());
        let answer = portal.ask(request);
        assert_eq!(answer.status.as_u16(), status);
        let log = logged();
        assert_eq!(log.len(), 1, "{log:?}");
        assert!(!log[0].contains(['\n', '\r', '\u{2028}', '\u{1b}']), "{}", log[0]);
        let line: Value = serde_json::from_str(&log[0]).unwrap();
        assert_eq!((&line["status"], &line["method"]), (&json!(status), &json!(method)));
        assert_eq!(line["request_id"], answer.header("x-request-id"));
        assert!(!log[0].contains("secret"), "a query may hold what people searched for");
    }
    Portal::new().get(PAGE, "ann");
    assert_eq!(logged(), Vec::<String>::new(), "what went well and changed nothing is not worth a line");
}

#[test]
fn a_cookie_counts_once_and_only_as_text() {
    let ann = cookie("ann");
    for (cookies, status) in [
        (vec![ann.as_bytes().to_vec()], 200),
        (vec![b"theme=dark".to_vec(), ann.as_bytes().to_vec()], 200),
        (vec![ann.as_bytes().to_vec(), cookie("bob").into_bytes()], 401),
        (vec![ann.as_bytes().to_vec(), ann.as_bytes().to_vec()], 401),
        (vec![b"x=\xff\xfe".to_vec(), ann.as_bytes().to_vec()], 200),
        (vec![[ann.as_bytes(), b"; x=\xff"].concat()], 401),
        (vec![b"__Host-session".to_vec()], 401),
        (vec![b"__Host-session=".to_vec()], 401),
        (vec![[b"__host-session=", &ann.as_bytes()[15..]].concat()], 401),
        (vec![";;;=;= ;".repeat(500).into_bytes()], 401),
    ] {
        let headers: Vec<(&str, &[u8])> = cookies.iter().map(|it| ("cookie", it.as_slice())).collect();
        let answer = Portal::new().ask(raw("GET", API, &headers, Body::empty()));
        assert_eq!(
            answer.status.as_u16(),
            status,
            "{:?}",
            cookies.iter().map(|it| String::from_utf8_lossy(it)).collect::<Vec<_>>()
        );
    }
}

#[test]
fn broken_utf8_in_an_address_names_nothing() {
    for path in ["/o/%ff", "/o/%c3%28/contacts", "/api/v1/organisations/%ff", "/%ff"] {
        assert_eq!(Portal::new().get(path, "ann").status, StatusCode::NOT_FOUND, "{path}");
    }
    for id in ["%00", "%ff", "c-tom%20", "c-tom%27--", "..%2fc-tom", &"x".repeat(37)] {
        let answer = Portal::new().send("DELETE", &format!("{API}/{id}"), &cookie("ann"), "");
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{id}");
    }
    for query in ["?done=%ff", "?done=%00", "?done=contact-added&done=x", "?%ff=%ff", "?", "?done"] {
        assert_eq!(Portal::new().get(&format!("{PAGE}{query}"), "ann").status, StatusCode::OK, "{query}");
    }
    let flash = Portal::new().get(&format!("{PAGE}?done=%3Cb%3Eyou+won"), "ann").body;
    assert!(!flash.contains("you won"), "an address cannot put words on a page");
}

#[test]
fn a_body_is_what_its_face_expects() {
    for (kind, expected) in [
        (b"application/json".as_slice(), 201),
        (b"Application/JSON; charset=utf-8", 201),
        (b"text/plain", 415),
        (b"application/x-www-form-urlencoded", 415),
        (b"multipart/form-data; boundary=x", 415),
        (b"application/jsonp", 415),
        (b"", 415),
        (b"\xff", 415),
    ] {
        let (portal, answer) = posted(ZOE, &[("content-type", kind)]);
        assert_eq!(answer.status.as_u16(), expected, "{}", String::from_utf8_lossy(kind));
        if expected == 415 {
            assert_eq!(problem(&answer).1, "unsupported-media-type");
            assert_eq!(portal.contents(), Portal::new().contents());
        }
    }
    assert_eq!(problem(&posted(ZOE, &[]).1), (415, "unsupported-media-type".into()));
    let twice: &[(&str, &[u8])] =
        &[("content-type", b"application/json"), ("content-type", b"application/json")];
    assert_eq!(problem(&posted(ZOE, twice).1), (415, "unsupported-media-type".into()));
    for path in ["/o/acme/contacts", "/o/acme/roles", "/o/acme/name"] {
        let page = Portal::new().send_with(
            "POST",
            path,
            &cookie("ann"),
            ZOE,
            &[("content-type", "application/json")],
        );
        assert_eq!(page.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{path}");
    }
}

/// Where nothing is guarded but by the session, everything else is; a page that anyone may read wants no cookie.
#[test]
fn only_a_page_for_anyone_opens_without_a_cookie() {
    for url in portal::routes::all().index.iter().filter(|it| it.method == "GET") {
        let status = Portal::new().send("GET", &sample(url).path, "", "").status;
        let shut = [StatusCode::UNAUTHORIZED, StatusCode::SEE_OTHER].contains(&status);
        assert!(shut || url.guard == Guard::Anyone, "{} {status}", url.path);
    }
}

/// An address is lengthened when it is written into another one, and clients refuse headers of 16 kB.
#[test]
fn signing_in_leads_back_to_addresses_that_fit_into_a_header() {
    let portal = Portal::new();
    let location = |path: &str| portal.send("GET", path, "", "").header("location").to_owned();
    let longest = format!("/o/{}{}", "%C3%A9".repeat(82), "a".repeat(5));
    assert_eq!(longest.len(), 500);
    assert!(location(&longest).starts_with("/sign-in?to=%2Fo%2F%25C3%25A9"), "{}", location(&longest));
    assert_eq!(location(&format!("{longest}a")), "/sign-in");
    assert_eq!(location(&format!("/o/{}", "%C3%A9".repeat(2500))), "/sign-in");
}
