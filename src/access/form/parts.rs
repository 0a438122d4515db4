//! Fields that are more than one text: what a change may leave out, lists, objects within the object.

use std::collections::BTreeMap;
use std::fmt::Display;

use serde_json::Value;

use super::Fields;
use crate::kernel::FieldError;

/// Of a list; more than any of the portal's needs.
const MOST_ITEMS: usize = 50;

impl Fields {
    /// Whether the contract's names and shapes count, or those of a page's form.
    #[must_use]
    pub fn is_of_a_program(&self) -> bool {
        self.is_json
    }

    /// A field that a change may leave out; what is left out stays as it is.
    pub fn given<T: TryFrom<String, Error: Display>>(&mut self, field: &str) -> Option<Option<T>> {
        if self.left.contains_key(field) { self.read(field).map(Some) } else { Some(None) }
    }

    /// The same for one that may say "none".
    pub fn given_or_none<T: TryFrom<String, Error: Display>>(
        &mut self,
        field: &str,
    ) -> Option<Option<Option<T>>> {
        if self.left.contains_key(field) { self.read_or_none(field).map(Some) } else { Some(None) }
    }

    /// A list of texts: of a program as such, of a person what commas, blanks or lines part. Left out it is empty.
    pub fn list<T: TryFrom<String, Error: Display>>(&mut self, field: &str) -> Option<Vec<T>> {
        let texts: Vec<Value> = match self.left.remove(field) {
            None => Vec::new(),
            Some(Value::Array(items)) => items,
            Some(Value::String(text)) if !self.is_json => {
                let parts = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'));
                parts.filter(|it| !it.is_empty()).map(Value::from).collect()
            }
            Some(_) => return self.flaw(field, "not-a-list", "This must be a list of texts."),
        };
        if texts.len() > MOST_ITEMS {
            return self.flaw(field, "too-many", "This list has more than 50 entries.");
        }
        let mut parsed = Vec::new();
        for text in texts {
            match text {
                Value::String(text) => parsed.push(self.parse(field, text)?),
                _ => return self.flaw(field, "not-text", "Each entry of this list must be text."),
            }
        }
        Some(parsed)
    }

    /// The same where a change may leave it out.
    pub fn given_list<T: TryFrom<String, Error: Display>>(&mut self, field: &str) -> Option<Option<Vec<T>>> {
        if self.left.contains_key(field) { self.list(field).map(Some) } else { Some(None) }
    }

    /// An object within the object. A page's form writes its fields as `first_contact.email`, and so do the errors.
    pub fn within<T>(&mut self, field: &str, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let prefix = format!("{field}.");
        let inner: BTreeMap<String, Value> = if self.is_json {
            match self.left.remove(field) {
                Some(Value::Object(object)) => object.into_iter().collect(),
                Some(_) => return self.flaw(field, "not-an-object", "This must be an object."),
                None => return self.flaw(field, "required", "This is needed."),
            }
        } else {
            let (inner, rest) =
                std::mem::take(&mut self.left).into_iter().partition(|it| it.0.starts_with(&prefix));
            self.left = rest;
            let inner: BTreeMap<String, Value> = inner;
            let bare = |it: (String, Value)| (it.0.trim_start_matches(&prefix).to_owned(), it.1);
            inner.into_iter().map(bare).collect()
        };
        let mut inner = Self { left: inner, is_json: self.is_json, errors: Vec::new() };
        let value = read(&mut inner);
        let unknown = inner.left.keys().map(|it| super::flaw_of(it, "unknown", "There is no such field."));
        inner.errors.extend(unknown);
        let outer = inner.errors.into_iter();
        self.errors
            .extend(outer.map(|it| FieldError { field: super::cut(&format!("{prefix}{}", it.field)), ..it }));
        value
    }
}
