//! What was sent, by field. It never refuses by itself: who may not enter must not learn what is missing.

mod many;
mod parts;
mod received;
mod upload;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt::Display;
use std::marker::PhantomData;

use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde_json::Value;

use super::App;
use crate::error::Error;
use crate::kernel::FieldError;
use crate::page::Draft;

pub use self::many::Row;
pub(super) use self::received::percent_decodes;
use self::received::{Fault, KEY, Received, VERSION, cut, flaw_of, one};
pub use self::upload::{Limits, Sent, Uploaded, WithFiles, refused_files};

/// Bytes; the largest form of the portal has a tenth of it.
const MOST: usize = 64 * 1024;
/// Of a flood of wrong fields the first ones are named, so that no answer grows with what was sent.
const MOST_ERRORS: usize = 20;

/// A form (people) or a JSON object (programs) that may become a `T`.
pub struct Posted<T> {
    pub(in crate::access) received: Received,
    becomes: PhantomData<fn() -> T>,
}

const LARGE: &str = "This is more than 64 kB. Send less.";

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
        let mut fields = self.received.fields()?;
        let form = T::from_fields(&mut fields);
        let errors = fields.end();
        form.filter(|_| errors.is_empty()).ok_or_else(|| Error::invalid(errors))
    }

    /// What the page shows again; passwords are not among it (`Field::password` never echoes).
    #[must_use]
    pub fn draft(&self, errors: Vec<FieldError>) -> Draft {
        self.received.draft(errors)
    }

    /// The version that was changed, from `If-Match` or from the form's hidden field, must be `current`.
    pub fn matches(&self, current: i64) -> Result<(), Error> {
        self.received.matches(current)
    }
}

impl Fields {
    /// Everything that is wrong, once each field has been asked for.
    fn end(mut self) -> Vec<FieldError> {
        let unknown = self.left.keys().map(|it| flaw_of(it, "unknown", "There is no such field."));
        self.errors.extend(unknown);
        self.errors.truncate(MOST_ERRORS);
        self.errors
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
        Ok(Received::of(request, T::MOST, T::LARGE).await.into())
    }
}

impl<T> From<Received> for Posted<T> {
    fn from(received: Received) -> Self {
        Self { received, becomes: PhantomData }
    }
}
