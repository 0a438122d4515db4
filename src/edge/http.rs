//! Requests in and answers out. An answer leaves as bytes: a stream would cost a quarter of a small request.

use std::cell::RefCell;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response};
use worker::js_sys::{JsString, Uint8Array};
use worker::wasm_bindgen::prelude::wasm_bindgen;
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::web_sys;

use super::arriving::arriving;
use super::config::NotConfigured;
use crate::access::{HEADERS, HEARD, bytes_of};

#[wasm_bindgen]
extern "C" {
    /// Headers whose names are texts of JavaScript already.
    type Headers;
    #[wasm_bindgen(method)]
    fn get(this: &Headers, name: &JsString) -> Option<String>;
}

thread_local! {
    static NAMES: Vec<(&'static HeaderName, JsString)> = HEARD.iter().map(|it| (it, it.as_str().into())).collect();
    /// `HEADERS`, once they were said: to copy them costs an eighth of saying them anew.
    static USUAL: RefCell<Option<web_sys::Headers>> = const { RefCell::new(None) };
}

/// `worker` has such a conversion too; it panics on a protocol that it does not know. `None` for an address or a
/// method that is none.
pub fn request(from: &web_sys::Request) -> Option<Request<Body>> {
    let method = Method::from_bytes(from.method().as_bytes()).ok()?;
    let sent = if method == Method::GET { None } else { from.body() };
    let body = sent.map_or_else(Body::empty, |it| Body::from_stream(arriving(it.unchecked_into())));
    let mut request = Request::builder().method(method).uri(from.url()).body(body).ok()?;
    let headers: Headers = from.headers().unchecked_into();
    NAMES.with(|names| {
        for (name, text) in names {
            if let Some(value) = headers.get(text).and_then(|it| HeaderValue::try_from(it).ok()) {
                request.headers_mut().append(*name, value);
            }
        }
    });
    Some(request)
}

pub async fn response(from: Response<Body>) -> worker::Result<web_sys::Response> {
    let (parts, body) = from.into_parts();
    let init = web_sys::ResponseInit::new();
    init.set_status(parts.status.as_u16());
    init.set_headers(headers(&parts.headers)?.as_ref());
    let bytes = bytes_of(body).await;
    // 204 and 304 refuse a body, even one of no bytes.
    let body = (!bytes.is_empty()).then(|| Uint8Array::from(bytes.as_slice()));
    Ok(web_sys::Response::new_with_opt_buffer_source_and_init(body.as_deref(), &init)?)
}

/// What differs from what is usual is said; there may be several `Set-Cookie`.
fn headers(of: &HeaderMap) -> Result<web_sys::Headers, JsValue> {
    let is_said = |(name, value): &(HeaderName, &str)| {
        let mut all = of.get_all(name).iter();
        all.next().is_some_and(|it| it == value) && all.next().is_none()
    };
    let headers = usual()?;
    for (name, _) in HEADERS.iter().filter(|it| !is_said(it)) {
        headers.delete(name.as_str())?;
    }
    let said = |name: &HeaderName| HEADERS.iter().any(|it| it.0 == name && is_said(it));
    for (name, value) in of.iter().filter(|it| !said(it.0)) {
        if let Ok(value) = value.to_str() {
            headers.append(name.as_str(), value)?;
        }
    }
    Ok(headers)
}

fn usual() -> Result<web_sys::Headers, JsValue> {
    USUAL.with_borrow_mut(|kept| {
        if let Some(kept) = kept {
            return web_sys::Headers::new_with_headers(kept);
        }
        let headers = web_sys::Headers::new()?;
        for (name, value) in &HEADERS {
            headers.append(name.as_str(), value)?;
        }
        web_sys::Headers::new_with_headers(kept.insert(headers))
    })
}

/// Says which name, never what it holds.
pub fn not_configured(why: &NotConfigured) -> worker::Result<web_sys::Response> {
    let said = format!("The portal is not configured: look at {}. Its log says what is wrong.\n", why.name);
    let headers = web_sys::Headers::new()?;
    headers.set("cache-control", "no-store")?;
    headers.set("content-type", "text/plain; charset=utf-8")?;
    headers.set("retry-after", "60")?;
    headers.set("x-content-type-options", "nosniff")?;
    let init = web_sys::ResponseInit::new();
    init.set_status(503);
    init.set_headers(headers.as_ref());
    Ok(web_sys::Response::new_with_opt_str_and_init(Some(&said), &init)?)
}

pub fn unreadable() -> worker::Result<web_sys::Response> {
    let init = web_sys::ResponseInit::new();
    init.set_status(400);
    Ok(web_sys::Response::new_with_opt_str_and_init(Some("This address cannot be read."), &init)?)
}
