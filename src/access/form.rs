//! What was sent, by field. It never refuses by itself: who may not enter must not learn what is missing.

mod many;
mod parts;
mod upload;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt::{Display, Formatter};
use std::marker::PhantomData;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use http_body_util::BodyExt;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::App;
use crate::error::Error;
use crate::kernel::FieldError;
use crate::page::Draft;

pub use self::many::Row;
pub use self::upload::{Limits, Sent, Uploaded, WithFiles, refused_files};

/// Bytes; the largest form of the portal has a tenth of it.
const MOST: usize = 64 * 1024;
/// What is too large is read on up to here and dropped: whoever is cut off while sending sees no answer.
const MOST_DRAINED: usize = 2 * 1024 * 1024;
/// Of a flood of wrong fields the first ones are named, so that no answer grows with what was sent.
const MOST_ERRORS: usize = 20;
/// Characters of a field's name, and bytes of what was typed into it, that an answer repeats.
const MOST_NAME: usize = 60;
const MOST_ECHOED: usize = 2000;
/// Read by the portal and not by a form's own fields.
const VERSION: &str = "version";
const KEY: &str = "idempotency_key";

/// A form (people) or a JSON object (programs) that may become a `T`.
pub struct Posted<T> {
    sent: BTreeMap<String, Value>,
    is_json: bool,
    /// What the body itself is at fault of, before any field is looked at.
    fault: Option<Fault>,
    flaws: Vec<FieldError>,
    if_match: Option<String>,
    pub(super) key: Option<String>,
    /// Of method, path and body.
    pub(super) request: String,
    becomes: PhantomData<fn() -> T>,
}

/// With the sentence that says what to send instead.
#[derive(Clone, Copy)]
enum Fault {
    Large(&'static str),
    Media(&'static str),
}

const LARGE: &str = "This is more than 64 kB. Send less.";
const MEDIA: &str = "Send application/json to the API, and pages send application/x-www-form-urlencoded.";

/// Made of fields. `read` notes every error, so take all fields before the first `?`.
pub trait Form: Sized {
    /// Bytes of a body, and what is said of a larger one.
    const MOST: usize = MOST;
    const LARGE: &'static str = LARGE;

    fn from_fields(fields: &mut Fields) -> Option<Self>;
}

/// No field at all.
impl Form for () {
    fn from_fields(_: &mut Fields) -> Option<Self> {
        Some(())
    }
}

pub struct Fields {
    left: BTreeMap<String, Value>,
    is_json: bool,
    errors: Vec<FieldError>,
}

impl Fields {
    /// A field that must be there.
    pub fn read<T: TryFrom<String, Error: Display>>(&mut self, field: &str) -> Option<T> {
        match self.left.remove(field) {
            Some(Value::String(text)) => self.parse(field, text),
            Some(_) => self.flaw(field, "not-text", "This must be text."),
            None => self.flaw(field, "required", "This is needed."),
        }
    }

    /// Of a person, checked as any field is, so that a slip is said at once; of a program as it comes, because the
    /// contract has one answer for every text.
    pub fn checked<T: TryFrom<String, Error: Display>>(&mut self, field: &str) -> Option<String> {
        let text: String = self.read(field)?;
        if self.is_json {
            return Some(text);
        }
        self.parse::<T>(field, text.clone()).map(|_| text)
    }

    /// A secret, taken as it comes; a person who left it out is told so.
    pub fn filled(&mut self, field: &str, or: &str) -> Option<String> {
        let text: String = self.read(field)?;
        if text.is_empty() && !self.is_json { self.flaw(field, "required", or) } else { Some(text) }
    }

    /// A field that must be there and may say "none": `null`, or the empty entry of a select.
    pub fn read_or_none<T: TryFrom<String, Error: Display>>(&mut self, field: &str) -> Option<Option<T>> {
        match self.left.remove(field) {
            Some(Value::Null) => Some(None),
            Some(Value::String(text)) if text.is_empty() => Some(None),
            Some(Value::String(text)) => self.parse(field, text).map(Some),
            Some(_) => self.flaw(field, "not-text", "This must be text or null."),
            None => self.flaw(field, "required", "This is needed; null says none."),
        }
    }

    /// A checkbox. A program may leave it out and gets `unless_said`; a form leaves out what is not ticked.
    pub fn flag(&mut self, field: &str, unless_said: bool) -> Option<bool> {
        match self.left.remove(field) {
            None => Some(unless_said && self.is_json),
            Some(Value::Bool(said)) => Some(said),
            Some(Value::String(_)) if !self.is_json => Some(true),
            Some(_) => self.flaw(field, "not-boolean", "This must be true or false."),
        }
    }

    /// Two fields that must be typed alike; programs send the first one only.
    pub fn repeated(&mut self, field: &str, again: &str) {
        if self.is_json {
            return;
        }
        let typed = self.left.remove(again);
        if typed.as_ref() != self.left.get(field) {
            let _: Option<()> = self.flaw(again, "differs", "This is not the same password as above.");
        }
    }

    /// A text that may be left out; then it is empty.
    pub fn text(&mut self, field: &str) -> Option<String> {
        if self.left.contains_key(field) { self.read(field) } else { Some(String::new()) }
    }

    /// What a page's form says beyond the contract, such as that a question was answered; unknown to programs.
    pub fn hidden(&mut self, field: &str) -> Option<String> {
        if self.is_json {
            return None;
        }
        self.left.remove(field).and_then(|it| it.as_str().map(str::to_owned))
    }

    /// For forms whose senders may add fields of their own (RFC 6749, 3.2).
    pub fn ignore_the_rest(&mut self) {
        self.left.clear();
    }

    fn parse<T: TryFrom<String, Error: Display>>(&mut self, field: &str, text: String) -> Option<T> {
        T::try_from(text)
            .map_err(|it| self.errors.push(FieldError::new(field, "malformed", it.to_string())))
            .ok()
    }

    fn flaw<T>(&mut self, field: &str, code: &'static str, message: &str) -> Option<T> {
        self.errors.push(FieldError::new(field, code, message));
        None
    }
}

impl<T: Form> Posted<T> {
    pub fn parse(&self) -> Result<T, Error> {
        self.legible()?;
        let mut fields =
            Fields { left: self.sent.clone(), is_json: self.is_json, errors: self.flaws.clone() };
        let form = T::from_fields(&mut fields);
        let unknown = fields.left.keys().map(|it| flaw_of(it, "unknown", "There is no such field."));
        fields.errors.extend(unknown);
        fields.errors.truncate(MOST_ERRORS);
        form.filter(|_| fields.errors.is_empty()).ok_or_else(|| Error::invalid(fields.errors))
    }

    /// What the page shows again; passwords are not among it (`Field::password` never echoes).
    #[must_use]
    pub fn draft(&self, errors: Vec<FieldError>) -> Draft {
        let typed = self.sent.iter().filter_map(|(name, it)| Some((name.clone(), it.as_str()?.to_owned())));
        let typed = typed.filter(|it| it.1.len() <= MOST_ECHOED);
        Draft { typed: typed.collect(), errors }
    }

    /// The version that was changed, from `If-Match` or from the form's hidden field, must be `current`.
    pub fn matches(&self, current: i64) -> Result<(), Error> {
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
}

/// Somebody else changed it between reading and writing.
#[must_use]
pub fn stale() -> Error {
    let said = "Somebody changed this after you opened it. Look at what it says now and try again.";
    Error::refused(StatusCode::PRECONDITION_FAILED, "stale", said)
}

impl<T: Form> FromRequest<App> for Posted<T> {
    type Rejection = Infallible;

    async fn from_request(request: Request, _: &App) -> Result<Self, Infallible> {
        let (parts, body) = request.into_parts();
        let mut posted = Self::blank(&parts);
        let claimed = one(&parts.headers, "content-length").and_then(|it| it.parse::<usize>().ok());
        match read(body, claimed.unwrap_or(0), T::MOST).await {
            Some(body) => posted.take(&parts.method, parts.uri.path(), &parts.headers, &body),
            None => posted.fault = Some(Fault::Large(T::LARGE)),
        }
        Ok(posted)
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

impl<T> Posted<T> {
    /// As far as the headers tell.
    fn blank(parts: &Parts) -> Self {
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
            becomes: PhantomData,
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

/// About a field whose name somebody else chose.
fn flaw_of(name: &str, code: &'static str, message: &str) -> FieldError {
    FieldError::new(&cut(name), code, message)
}

fn cut(name: &str) -> String {
    name.chars().take(MOST_NAME).collect()
}

/// A header that was sent once; two of one name mean nothing.
fn one<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(first)
}

/// `"7"`, `W/"7"` or a bare 7.
fn version(etag: &str) -> String {
    etag.trim().trim_start_matches("W/").trim_matches('"').to_owned()
}

/// `form_urlencoded` would put a replacement character where bytes are no UTF-8; we refuse instead.
pub(super) fn percent_decodes(text: &str) -> bool {
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
