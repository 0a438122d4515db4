//! Requests in and answers out. An answer leaves as bytes: a stream would cost a quarter of a small request.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Request, Response};
use worker::Headers;
use worker::js_sys::{Array, JSON};
use worker::wasm_bindgen::JsCast;
use worker::web_sys;

use super::arriving::arriving;
use super::config::NotConfigured;
use crate::access::bytes_of;

/// `worker` has such a conversion too; it panics on a protocol that it does not know. `None` for an address or a
/// method that is none.
pub fn request(from: &worker::Request) -> Option<Request<Body>> {
    let raw = from.inner();
    let body = raw.body().map_or_else(Body::empty, |it| Body::from_stream(arriving(it.unchecked_into())));
    let mut request = Request::builder().method(raw.method().as_str()).uri(raw.url()).body(body).ok()?;
    for (name, value) in sent(&raw.headers()).unwrap_or_default() {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            request.headers_mut().append(name, value);
        }
    }
    Some(request)
}

/// All of them in one text: each step over the boundary costs as much as a header.
fn sent(headers: &web_sys::Headers) -> Option<Vec<(String, String)>> {
    let text = JSON::stringify(&Array::from(headers)).ok()?;
    serde_json::from_str(&String::from(text)).ok()
}

pub async fn response(from: Response<Body>) -> worker::Result<worker::Response> {
    let (parts, body) = from.into_parts();
    let pairs = parts.headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let pairs = serde_json::to_string(&pairs.collect::<Vec<_>>())?; // there may be several Set-Cookie
    let headers = web_sys::Headers::new_with_str_sequence_sequence(&JSON::parse(&pairs)?)?;
    let response =
        worker::Response::builder().with_status(parts.status.as_u16()).with_headers(Headers(headers));
    let bytes = bytes_of(body).await;
    // 204 and 304 refuse a body, even one of no bytes.
    Ok(if bytes.is_empty() { response.empty() } else { response.fixed(bytes) })
}

/// Says which name, never what it holds.
pub fn not_configured(why: &NotConfigured) -> worker::Result<worker::Response> {
    let said = format!("The portal is not configured: look at {}. Its log says what is wrong.\n", why.name);
    let headers = Headers::new();
    headers.set("cache-control", "no-store")?;
    headers.set("content-type", "text/plain; charset=utf-8")?;
    headers.set("retry-after", "60")?;
    headers.set("x-content-type-options", "nosniff")?;
    Ok(worker::Response::builder().with_status(503).with_headers(headers).fixed(said.into_bytes()))
}
