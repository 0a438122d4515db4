//! One action, two faces: what it answers is a value, and only `face` knows who asked.

use std::sync::Arc;

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde_json::Value;

use crate::kernel::RequestId;
use crate::page::{Brand, Frame};

/// Who asked, as far as an answer's looks depend on it.
pub struct Asker {
    pub brand: Arc<Brand>,
    pub request: RequestId,
    /// Path and query of a page that was asked for, so that signing in can lead back to it; none for a deed.
    pub page: Option<String>,
}

pub trait Faces: Send + Sync + 'static {
    fn page(&self, asker: &Asker) -> Response;
    fn json(&self, asker: &Asker) -> Response;
    /// What the log should know and the answer must not say.
    fn cause(&self) -> Option<String> {
        None
    }
}

#[derive(Clone)]
pub struct Answer(Arc<dyn Faces>, Vec<(HeaderName, HeaderValue)>);

impl Answer {
    pub fn of(faces: impl Faces) -> Self {
        Self(Arc::new(faces), Vec::new())
    }

    /// A header for both faces, such as `Set-Cookie`.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.1.push((name, value));
        self
    }

    /// The version that a change has made, for the next `If-Match`.
    #[must_use]
    pub fn tagged(self, version: i64) -> Self {
        match HeaderValue::from_str(&format!("\"{version}\"")) {
            Ok(etag) => self.with(header::ETAG, etag),
            Err(_) => self,
        }
    }

    /// The one place where a face is chosen: programs live under `/api/`, people everywhere else.
    #[must_use]
    pub fn face(self, program: bool, asker: &Asker) -> Response {
        let mut response = if program { self.0.json(asker) } else { self.0.page(asker) };
        for (name, value) in self.1 {
            response.headers_mut().append(name, value);
        }
        response
    }

    #[must_use]
    pub fn cause(&self) -> Option<String> {
        self.0.cause()
    }
}

/// Carries the value out to `access::serve`. Were it not taken there, the request would fail and show nothing.
impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// What a screen shows: the page for people, the same facts for programs.
pub trait View: Send + Sync + 'static {
    fn page(&self, frame: &Frame) -> Html<String>;
    fn json(&self) -> Value;
    /// Of what `json` says, where a person may change it (contract, conventions).
    fn etag(&self) -> Option<String> {
        None
    }
}

/// A view in its frame.
pub struct Shown<V> {
    pub frame: Frame,
    pub view: V,
}

impl<V: View> Faces for Shown<V> {
    fn page(&self, _: &Asker) -> Response {
        self.view.page(&self.frame).into_response()
    }

    fn json(&self, _: &Asker) -> Response {
        let mut response = Json(self.view.json()).into_response();
        if let Some(etag) = self.view.etag().and_then(|it| HeaderValue::from_str(&it).ok()) {
            response.headers_mut().insert(header::ETAG, etag);
        }
        response
    }
}

/// A deed is done: a person goes on to a screen, a program gets the status and the body.
pub struct Done {
    pub see: String,
    pub status: StatusCode,
    pub body: Value,
}

impl Done {
    /// Nothing to tell a program but that it happened.
    #[must_use]
    pub fn quietly(see: impl Into<String>) -> Self {
        Self { see: see.into(), status: StatusCode::NO_CONTENT, body: Value::Null }
    }
}

impl Faces for Done {
    fn page(&self, _: &Asker) -> Response {
        Redirect::to(&self.see).into_response()
    }

    fn json(&self, _: &Asker) -> Response {
        match self.status {
            StatusCode::NO_CONTENT => StatusCode::NO_CONTENT.into_response(),
            status => (status, Json(&self.body)).into_response(),
        }
    }
}

/// A list as a file, the same for people and programs.
pub struct Sheet {
    /// Without the ending, such as `orders_2026-11-22`.
    pub name: String,
    /// From `kernel::csv`.
    pub text: String,
}

impl Faces for Sheet {
    fn page(&self, _: &Asker) -> Response {
        let mut response = self.text.clone().into_response();
        let kind = HeaderValue::from_static("text/csv; charset=utf-8; header=present");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"{}.csv\"", self.name)) {
            response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
        }
        response
    }

    fn json(&self, asker: &Asker) -> Response {
        self.page(asker)
    }
}

/// Bytes that somebody uploaded: saved and never shown, so that nothing in them runs here (security 1.8).
pub struct Attached {
    /// As it is offered for saving; without quotes and control characters.
    pub name: String,
    pub kind: &'static str,
    pub bytes: Vec<u8>,
}

impl Attached {
    /// RFC 6266: plain letters for who knows no others, and the name itself.
    fn disposition(&self) -> String {
        let plain = |it: char| if it.is_ascii_graphic() && !matches!(it, '"' | '\\') { it } else { '_' };
        let plain: String = self.name.chars().map(|it| if it == ' ' { it } else { plain(it) }).collect();
        let encoded: String = form_urlencoded::byte_serialize(self.name.as_bytes()).collect();
        let encoded = encoded.replace('+', "%20").replace('*', "%2A");
        format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
    }
}

impl Faces for Attached {
    fn page(&self, _: &Asker) -> Response {
        let mut response = self.bytes.clone().into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.kind));
        if let Ok(name) = HeaderValue::from_str(&self.disposition()) {
            headers.insert(header::CONTENT_DISPOSITION, name);
        }
        let policy = HeaderValue::from_static("sandbox; default-src 'none'");
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        response
    }

    fn json(&self, asker: &Asker) -> Response {
        self.page(asker)
    }
}
