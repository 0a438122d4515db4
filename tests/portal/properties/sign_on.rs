//! A stranger who begins a sign-on, or ends one, is led to registered addresses alone and gets nothing for less than the
//! whole of what a client must bring.

use axum::body::Body;
use axum::http::{HeaderValue, Request};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use portal::kernel::Token;

use super::house::ask_one;
use super::queries::written;
use crate::fixtures::{Answer, Portal, cookie, logged};
use crate::sso_cast::{BACK, SECRET, basic, code, desks, form, request, with_desks};

/// What of a sign-on, which of its parameters, and the bytes to replace it with.
pub fn holds(bytes: &[u8]) {
    let [what, which, rest @ ..] = bytes else { return };
    match what % 5 {
        0 => begin(&format!("/sso/authorize?{}", written(rest))),
        1 => begin(&changed(&request(&[]), usize::from(*which), rest).0),
        2 => exchange(usize::from(*which), rest),
        3 => exchange_by_header(rest),
        _ => show(rest),
    }
}

fn asked(request: impl FnOnce(&Portal) -> Request<Body>) -> Answer {
    ask_one("a portal with help desks", || Portal::after(&desks()), request)
}

fn begin(address: &str) {
    for person in ["sue", "ann", ""] {
        let cookie = if person.is_empty() { String::new() } else { cookie(person) };
        let request = Request::get(address).header("host", "localhost:8787").header("cookie", cookie);
        let Ok(request) = request.body(Body::empty()) else { return };
        // What begins leaves a code behind, so this portal is for once.
        let portal = with_desks("");
        let answer = portal.ask(request);
        logged();
        assert!(!answer.status.is_server_error(), "{address}: {}", answer.body);
        let to = answer.header("location");
        let registered = [BACK, "https://desk.example/other?a=b", "https://fresh.example/implicit"];
        let back =
            registered.iter().any(|it| to.strip_prefix(it).is_some_and(|it| it.starts_with(['?', '&', '#'])));
        let inside = to.starts_with('/') && !to.starts_with("//");
        assert!(!answer.status.is_redirection() || back || inside, "{address} leads to {to}");
        assert!(person == "sue" || !to.contains("code="), "{person} is not Support: {to}");
    }
}

/// A good address or form with one value replaced, and whether that is still the same value.
fn changed(good: &str, which: usize, rest: &[u8]) -> (String, bool) {
    let (path, query) = good.split_once('?').map_or(("", good), |it| it);
    let mut fields: Vec<String> = query.split('&').map(str::to_owned).collect();
    let place = which % fields.len();
    let field = fields[place].clone();
    let (name, value) = field.split_once('=').unwrap_or((&field, ""));
    let new = written(rest).replace(['&', '+'], "%2B");
    fields[place] = format!("{name}={new}");
    let plain = |it: &str| {
        let text = form_urlencoded::parse(format!("x={it}").as_bytes()).next().unwrap().1.into_owned();
        // Who pastes a code may have caught a blank with it.
        if name == "code" { text.split_whitespace().collect() } else { text }
    };
    let same = plain(&new) == plain(value);
    let query = fields.join("&");
    (if path.is_empty() { query } else { format!("{path}?{query}") }, same)
}

fn post(body: String, authorization: &str) -> Option<Request<Body>> {
    let request =
        Request::post("/sso/token").header("authorization", HeaderValue::from_str(authorization).ok()?);
    request.header("content-type", "application/x-www-form-urlencoded").body(Body::from(body)).ok()
}

fn exchange(which: usize, rest: &[u8]) {
    let portal = with_desks("");
    let code = code(&portal, "sue", &[]);
    let (body, same) = changed(&form(&code, &[]), which, rest);
    let answer = portal.ask(post(body.clone(), &basic("desk", SECRET)).unwrap());
    logged();
    judge(&answer, same, &body);
}

fn exchange_by_header(rest: &[u8]) {
    let text = String::from_utf8_lossy(rest);
    for authorization in [text.clone().into_owned(), format!("Basic {}", STANDARD.encode(rest))] {
        let portal = with_desks("");
        let code = code(&portal, "sue", &[]);
        let Some(request) = post(form(&code, &[]), &authorization) else { continue };
        let answer = portal.ask(request);
        logged();
        judge(&answer, is_the_desk(&authorization), &authorization);
    }
}

/// Read as another would: the scheme, base64, and the two halves.
fn is_the_desk(authorization: &str) -> bool {
    let Some((scheme, said)) = authorization.split_once(' ') else { return false };
    let said =
        STANDARD.decode(said.trim()).ok().and_then(|it| String::from_utf8(it).ok()).unwrap_or_default();
    let plain = |it: &str| {
        let pair = format!("x={it}");
        form_urlencoded::parse(pair.as_bytes()).next().map(|it| it.1.into_owned()).unwrap_or_default()
    };
    let (name, secret) = said.split_once(':').unwrap_or_default();
    let secret = Token::try_from(plain(secret)).map(|it| it.hash());
    let right = Token::try_from(SECRET.to_owned()).unwrap().hash();
    scheme.eq_ignore_ascii_case("basic") && plain(name) == "desk" && secret == Ok(right)
}

fn judge(answer: &Answer, good: bool, said: &str) {
    assert!(answer.header("content-type").ends_with("json"), "{said}");
    match answer.status.as_u16() {
        200 => assert!(good, "{said} got {}", answer.body),
        400 | 401 => {
            assert!(!good, "{said}: {}", answer.body);
            assert!(answer.json()["error"].is_string(), "{}", answer.body);
        }
        other => panic!("{said}: {other} {}", answer.body),
    }
}

fn show(rest: &[u8]) {
    let Ok(bearer) = HeaderValue::from_bytes(rest) else { return };
    let request = Request::get("/sso/userinfo").header("authorization", bearer).body(Body::empty());
    let answer = asked(|_| request.unwrap());
    assert!([400, 401].contains(&answer.status.as_u16()), "{} {}", answer.status, answer.body);
}
