//! A body as it came, whatever it may become.

use std::collections::BTreeMap;
use std::fmt::Formatter;

use axum::body::Body;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use futures::future::BoxFuture;
use http_body_util::BodyExt;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Fields, stale};
use crate::error::Error;
use crate::kernel::FieldError;
use crate::page::Draft;

/// Its code stands once in the bundle, and not once for each form.
pub struct Received {
    pub(super) sent: BTreeMap<String, Value>,
    pub(super) is_json: bool,
    /// What the body itself is at fault of, before any field is looked at.
    pub(super) fault: Option<Fault>,
    pub(super) flaws: Vec<FieldError>,
    pub(super) if_match: Option<String>,
    pub(in crate::access) key: Option<String>,
    /// Of method, path and body.
    pub(in crate::access) request: String,
}

/// With the sentence that says what to send instead.
#[derive(Clone, Copy)]
pub enum Fault {
    Large(&'static str),
    Media(&'static str),
}

/// What is too large is read on up to here and dropped: whoever is cut off while sending sees no answer.
const MOST_DRAINED: usize = 2 * 1024 * 1024;
/// Characters of a field's name, and bytes of what was typed into it, that an answer repeats.
const MOST_NAME: usize = 60;
const MOST_ECHOED: usize = 2000;
/// Read by the portal and not by a form's own fields.
pub const VERSION: &str = "version";
pub const KEY: &str = "idempotency_key";
const MEDIA: &str = "Send application/json to the API, and pages send application/x-www-form-urlencoded.";

impl Received {
    pub(super) fn fields(&self) -> Result<Fields, Error> {
        self.legible()?;
        Ok(Fields { left: self.sent.clone(), is_json: self.is_json, errors: self.flaws.clone() })
    }

    pub(super) fn draft(&self, errors: Vec<FieldError>) -> Draft {
        let typed = self.sent.iter().filter_map(|(name, it)| Some((name.clone(), it.as_str()?.to_owned())));
        let typed = typed.filter(|it| it.1.len() <= MOST_ECHOED);
        Draft { typed: typed.collect(), errors }
    }

    pub(super) fn matches(&self, current: i64) -> Result<(), Error> {
        self.legible()?;
        let Some(said) = &self.if_match else {
            let said = "Read it first and send its ETag as If-Match, so that nobody's change is overwritten.";
            return Err(Error::refused(StatusCode::PRECONDITION_REQUIRED, "precondition-required", said));
        };
        if said == "*" || *said == current.to_string() { Ok(()) } else { Err(stale()) }
    }

    /// The body as a whole can be read; a form's version and key are in it.
    fn legible(&self) -> Result<(), Error> {
        match self.fault {
            Some(Fault::Large(said)) => Err(Error::refused(StatusCode::PAYLOAD_TOO_LARGE, "too-large", said)),
            Some(Fault::Media(said)) => {
                Err(Error::refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", said))
            }
            None if self.flaws.iter().any(|it| it.field.is_empty()) => {
                Err(Error::invalid(self.flaws.clone()))
            }
            None => Ok(()),
        }
    }

    /// In a box, so that the future of a handler holds a pointer and not all of this.
    pub(super) fn of(request: Request, most: usize, large: &'static str) -> BoxFuture<'static, Self> {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let mut received = Self::blank(&parts);
            let claimed = one(&parts.headers, "content-length").and_then(|it| it.parse::<usize>().ok());
            match read(body, claimed.unwrap_or(0), most).await {
                Some(body) => received.take(&parts.method, parts.uri.path(), &parts.headers, &body),
                None => received.fault = Some(Fault::Large(large)),
            }
            received
        })
    }

    /// As far as the headers tell.
    pub(super) fn blank(parts: &Parts) -> Self {
        let header = |name| one(&parts.headers, name).map(str::to_owned);
        Self {
            sent: BTreeMap::new(),
            is_json: parts.uri.path().starts_with("/api/"),
            fault: None,
            flaws: Vec::new(),
            if_match: header(header::IF_MATCH.as_str()).map(|it| version(&it)),
            // A key that came and cannot be read is no key to be ignored: its sender counts on it.
            key: parts
                .headers
                .contains_key("idempotency-key")
                .then(|| header("idempotency-key").unwrap_or_default()),
            request: String::new(),
        }
    }

    fn take(&mut self, method: &Method, path: &str, headers: &HeaderMap, body: &[u8]) {
        let kind = one(headers, "content-type").unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let expected = if self.is_json { "application/json" } else { "application/x-www-form-urlencoded" };
        if kind != expected {
            self.fault = Some(Fault::Media(MEDIA));
            return;
        }
        let mut hash = Sha256::new();
        for part in [method.as_str().as_bytes(), b" ", path.as_bytes(), b"\n", body] {
            hash.update(part);
        }
        self.request = format!("{:x}", hash.finalize());
        let whole = |message: String| FieldError::new("", "unreadable", message);
        let sent = match std::str::from_utf8(body) {
            Err(_) => return self.flaws.push(whole("The body is not UTF-8.".to_owned())),
            Ok(text) if self.is_json => match serde_json::from_str::<Object>(text) {
                Ok(object) => object.0,
                Err(it) => return self.flaws.push(whole(format!("The body is not a JSON object: {it}."))),
            },
            Ok(text) if !percent_decodes(text) => {
                return self.flaws.push(whole("The form is not UTF-8.".to_owned()));
            }
            Ok(text) => form_urlencoded::parse(text.as_bytes())
                .map(|it| (it.0.into_owned(), it.1.into_owned().into()))
                .collect(),
        };
        for (name, value) in sent {
            if self.sent.insert(name.clone(), value).is_some() {
                self.flaws.push(flaw_of(&name, "twice", "This field was sent twice."));
            }
        }
        if !self.is_json {
            let mut hidden = |name| self.sent.remove(name).and_then(|it| it.as_str().map(str::to_owned));
            self.if_match = hidden(VERSION).or(self.if_match.take());
            self.key = hidden(KEY).or(self.key.take());
        }
    }
}

/// Nothing when it is too large, or said to be.
async fn read(mut body: Body, claimed: usize, most: usize) -> Option<Vec<u8>> {
    let (mut kept, mut length) = (Vec::new(), 0);
    while length.max(claimed) <= MOST_DRAINED
        && let Some(frame) = body.frame().await
    {
        let data = frame.ok()?.into_data().unwrap_or_default();
        length += data.len();
        if length <= most {
            kept.extend_from_slice(&data);
        }
    }
    (length.max(claimed) <= most).then_some(kept)
}

/// About a field whose name somebody else chose.
pub fn flaw_of(name: &str, code: &'static str, message: &str) -> FieldError {
    FieldError::new(&cut(name), code, message)
}

pub fn cut(name: &str) -> String {
    name.chars().take(MOST_NAME).collect()
}

/// A header that was sent once; two of one name mean nothing.
pub fn one<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(first)
}

/// `"7"`, `W/"7"` or a bare 7.
fn version(etag: &str) -> String {
    etag.trim().trim_start_matches("W/").trim_matches('"').to_owned()
}

/// `form_urlencoded` would put a replacement character where bytes are no UTF-8; we refuse instead.
pub fn percent_decodes(text: &str) -> bool {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let pair: Vec<u8> = rest.clone().take(2).collect();
        match std::str::from_utf8(&pair).ok().and_then(|it| u8::from_str_radix(it, 16).ok()) {
            Some(decoded) if pair.len() == 2 => {
                bytes.push(decoded);
                rest.by_ref().take(2).for_each(drop);
            }
            _ => bytes.push(byte),
        }
    }
    std::str::from_utf8(&bytes).is_ok()
}

/// The members of a JSON object in order, doubles included: `serde_json::Map` would keep the last and say nothing.
struct Object(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Object;

            fn expecting(&self, to: &mut Formatter<'_>) -> std::fmt::Result {
                to.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Object(members))
            }
        }
        from.deserialize_map(Members)
    }
}
