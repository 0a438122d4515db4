//! One request from the router's point of view: what holds for all of them and belongs to none.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tower_service::Service;

use super::app::{App, Caller};
use super::nearest::Reading;
use crate::answer::{Answer, Asker};
use crate::error::Error;
use crate::kernel::Token;

const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                   form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'";

/// All that the portal reads of what a request says about itself: nothing else is fetched from the platform, since each
/// one costs.
pub static HEARD: [HeaderName; 13] = [
    header::ACCEPT,
    header::AUTHORIZATION,
    HeaderName::from_static("cf-connecting-ip"),
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::COOKIE,
    header::HOST,
    HeaderName::from_static("idempotency-key"),
    header::IF_MATCH,
    header::ORIGIN,
    HeaderName::from_static("sec-fetch-site"),
    HeaderName::from_static("stripe-signature"),
    header::USER_AGENT,
];

/// What each answer says unless its page says otherwise.
pub static HEADERS: [(HeaderName, &str); 8] = [
    (header::CONTENT_SECURITY_POLICY, CSP),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains; preload"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// The policy of a page whose form ends on another site. Chromium holds `form-action` against the whole chain of
/// redirects behind a form, so signing in on the way to the help desk needs the help desk's origin, there alone.
/// Each is `https://host` of an address that was checked; `None` for anything else.
#[must_use]
pub fn form_may_lead_to(origins: &[&str]) -> Option<HeaderValue> {
    let plain = |it: u8| it.is_ascii_alphanumeric() || b":/.-[]".contains(&it);
    let policy = CSP.replace("form-action 'self'", &format!("form-action 'self' {}", origins.join(" ")));
    let all_plain = origins.iter().all(|it| it.bytes().all(plain));
    all_plain.then(|| HeaderValue::from_str(&policy).ok())?
}

/// Answers a request: origin check, router, face, headers, one log line.
pub async fn serve(routes: &Router, app: &App, mut request: Request) -> Response {
    let caller = caller(app, &request);
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let reading = Reading::of(app, &method, &path, request.headers());
    let app = app.called_by(caller.clone(), reading);
    let program = is_for_programs(&path);
    let asker = Asker {
        brand: app.config().brand.clone(),
        request: caller.request.clone(),
        page: (method == Method::GET && !program).then(|| caller.asked.clone()),
    };
    let mut response = if let Some(refusal) = refuse(&app, &request) {
        refusal
    } else {
        request.extensions_mut().insert(app.clone());
        match routes.clone().call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    };
    if response.status() == StatusCode::METHOD_NOT_ALLOWED && response.extensions().get::<Answer>().is_none()
    {
        response = not_this_way(&method, &response);
    }
    let mut cause = None;
    if let Some(answer) = response.extensions_mut().remove::<Answer>() {
        cause = answer.cause();
        let kept = response.headers().get(header::ALLOW).cloned();
        response = answer.face(program, &asker);
        if let Some(allow) = kept {
            response.headers_mut().insert(header::ALLOW, allow);
        }
    }
    if method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    dress(response.headers_mut(), &caller);
    if let Some(cookie) = app.reading.as_ref().and_then(|it| it.left(&app)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    if cause.is_some() || method != Method::GET || response.status().as_u16() >= 400 {
        let status = response.status().as_u16();
        let line = json!({
            "request_id": caller.request, "method": method.as_str(), "path": loggable(&path), "status": status, "cause": cause,
        });
        app.log(&line);
    }
    response
}

/// The API, and what standards have put elsewhere for programs to read.
fn is_for_programs(path: &str) -> bool {
    let elsewhere = ["/sso/token", "/sso/userinfo", "/sso/jwks"].contains(&path);
    elsewhere || ["/api/", "/.well-known/", "/webhooks/"].iter().any(|it| path.starts_with(it))
}

/// A token may stand in a path, such as in the address of a calendar; it is a key and stays out of the log.
fn loggable(path: &str) -> String {
    let parts = path.split('/').map(|it| {
        let secret = Token::try_from(it.split('.').next().unwrap_or_default().to_owned()).is_ok();
        if secret { "…" } else { it }
    });
    parts.collect::<Vec<_>>().join("/")
}

fn caller(app: &App, request: &Request) -> Caller {
    let header = |name: &str| request.headers().get(name).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let asked = request.uri().path_and_query().map_or("/", |it| it.as_str());
    let address = header("cf-connecting-ip");
    Caller {
        request: app.caller().request.clone(),
        address: if address.is_empty() { "local".to_owned() } else { address.chars().take(45).collect() },
        device: device(header("user-agent")),
        asked: asked.to_owned(),
    }
}

/// What is wrong before any route is asked.
fn refuse(app: &App, request: &Request) -> Option<Response> {
    let is_own =
        || Some(host(request)?.eq_ignore_ascii_case(without_port(app.config().origin.split("://").nth(1)?)));
    if app.config().is_production() && is_own() != Some(true) && request.uri().path() != "/healthz" {
        let said = "This is not an address of the portal.";
        return Some(Error::refused(StatusCode::MISDIRECTED_REQUEST, "misdirected", said).into_response());
    }
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE);
    (!safe && crosses_sites(app, request)).then(|| Error::CrossSite.into_response())
}

/// A `Host` that was sent once; two of them mean nothing.
fn host(request: &Request) -> Option<&str> {
    if let Some(host) = request.uri().host() {
        return Some(host);
    }
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let first = hosts.next()?.to_str().ok()?;
    hosts.next().is_none().then(|| without_port(first))
}

fn without_port(host: &str) -> &str {
    host.split(':').next().unwrap_or_default()
}

/// Every browser says where a request comes from by one header or the other; what says nothing is no browser, and
/// a key is no cookie (contract, conventions).
fn crosses_sites(app: &App, request: &Request) -> bool {
    let headers = request.headers();
    if headers.contains_key(header::AUTHORIZATION) && !headers.contains_key(header::COOKIE) {
        return false;
    }
    let text = |name: &str| headers.get(name).map(|it| it.to_str().unwrap_or_default());
    if let Some(site) = text("sec-fetch-site") {
        return site != "same-origin" && site != "none";
    }
    let Some(origin) = text("origin") else { return false };
    // On a machine of one's own the port may be any; in production only the configured origin is ours.
    let here = text("host").map(|it| format!("http://{it}"));
    let own_machine = !app.config().is_production() && here.is_some_and(|it| it == origin);
    origin != app.config().origin && !own_machine
}

/// axum says which methods there are; the rest of the sentence is ours.
fn not_this_way(method: &Method, response: &Response) -> Response {
    let mut answer = Error::Method(method.to_string()).into_response();
    if let Some(allow) = response.headers().get(header::ALLOW) {
        answer.headers_mut().insert(header::ALLOW, allow.clone());
    }
    answer
}

fn dress(headers: &mut HeaderMap, caller: &Caller) {
    for (name, value) in &HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if let Ok(id) = HeaderValue::from_str(caller.request.as_str()) {
        headers.insert("x-request-id", id);
    }
}

/// The browser and the system in the words of a list of sessions; versions change too often to say anything.
fn device(user_agent: &str) -> String {
    let find =
        |names: &[(&str, &'static str)]| names.iter().find(|it| user_agent.contains(it.0)).map(|it| it.1);
    let browser = find(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = find(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, Some(system)) => format!("A program on {system}"),
        (None, None) => "An unknown program".to_owned(),
    }
}

/// What the edge and the tests send out: bytes, not a stream (platform 11).
pub async fn bytes_of(body: Body) -> Vec<u8> {
    use http_body_util::BodyExt;
    body.collect().await.map(|it| it.to_bytes().to_vec()).unwrap_or_default()
}
