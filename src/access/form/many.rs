//! What is more than one line of text: numbers, fields that may be left out, and rows of fields.

use std::collections::BTreeMap;
use std::fmt::Display;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Fields;
use crate::kernel::FieldError;

/// Wrong fields of one row that are named.
const MOST_ERRORS_OF_A_ROW: usize = 10;

/// A row that became a `T`, or what is wrong with it.
pub type Row<T> = Result<T, Vec<FieldError>>;

impl Fields {
    /// A field that may be left out, or say none as `null` or as nothing typed.
    pub fn maybe<T: TryFrom<String, Error: Display>>(&mut self, field: &str) -> Option<Option<T>> {
        if self.left.contains_key(field) { self.read_or_none(field) } else { Some(None) }
    }

    /// The same where leaving it out and saying none are two things.
    pub fn said_or_none<T: TryFrom<String, Error: Display>>(
        &mut self,
        field: &str,
    ) -> Option<Option<Option<T>>> {
        if self.left.contains_key(field) { self.read_or_none(field).map(Some) } else { Some(None) }
    }

    /// What several fields are at fault of together.
    pub fn refuse<T>(&mut self, flaw: FieldError) -> Option<T> {
        self.errors.push(flaw);
        None
    }

    /// One of the words that serde knows.
    pub fn word<T: DeserializeOwned>(&mut self, field: &str, or: &str) -> Option<T> {
        match self.left.remove(field) {
            Some(word @ Value::String(_)) => match serde_json::from_value(word) {
                Ok(word) => Some(word),
                Err(_) => self.flaw(field, "malformed", or),
            },
            Some(_) => self.flaw(field, "not-text", "This must be text."),
            None => self.flaw(field, "required", "This is needed."),
        }
    }

    /// A whole number, of a form as digits. None of it is `null`, nothing typed, or left out.
    pub fn whole(&mut self, field: &str) -> Option<Option<i64>> {
        const SAID: &str = "Write a whole number in the digits 0 to 9.";
        match self.left.remove(field) {
            None | Some(Value::Null) => Some(None),
            Some(Value::Number(number)) => match number.as_i64() {
                Some(number) => Some(Some(number)),
                None => self.flaw(field, "not-whole", SAID),
            },
            Some(Value::String(text)) if !self.is_json => match text.trim() {
                "" => Some(None),
                digits => match digits.parse() {
                    Ok(number) => Some(Some(number)),
                    Err(_) => self.flaw(field, "not-whole", SAID),
                },
            },
            Some(_) => self.flaw(field, "not-a-number", "This must be a number."),
        }
    }

    /// A number of a program, with a fraction or without.
    pub fn decimal(&mut self, field: &str) -> Option<f64> {
        match self.left.remove(field) {
            Some(Value::Number(number)) => number.as_f64(),
            Some(_) => self.flaw(field, "not-a-number", "This must be a number."),
            None => self.flaw(field, "required", "This is needed."),
        }
    }

    /// Rows of fields, all of which must be right: objects of a JSON list, or fields of a form that are named
    /// `lines.0.sku`. Rows of a form in which nothing was typed are not there. The errors stand at
    /// `lines.0.sku`, too, whoever sent it. Each row comes with its place.
    pub fn each<T>(
        &mut self,
        field: &str,
        most: usize,
        read: impl Fn(&mut Self) -> Option<T>,
    ) -> Option<Vec<(usize, T)>> {
        let mut good = Vec::new();
        let mut whole = true;
        for (place, row) in self.rows(field, most, read)? {
            match row {
                Ok(row) => good.push((place, row)),
                Err(errors) => {
                    whole = false;
                    let below = |it: &FieldError| match it.field.as_str() {
                        "" => format!("{field}.{place}"),
                        name => format!("{field}.{place}.{name}"),
                    };
                    self.errors.extend(errors.into_iter().map(|it| FieldError { field: below(&it), ..it }));
                }
            }
        }
        whole.then_some(good)
    }

    /// The same where there need be none.
    pub fn some_each<T>(
        &mut self,
        field: &str,
        most: usize,
        read: impl Fn(&mut Self) -> Option<T>,
    ) -> Option<Vec<(usize, T)>> {
        let none = match self.left.get(field) {
            Some(Value::Null) => true,
            Some(Value::Array(rows)) => rows.is_empty(),
            Some(_) => false,
            None => {
                let below = format!("{field}.");
                self.is_json || !self.left.keys().any(|it| it.starts_with(&below))
            }
        };
        if none {
            self.left.remove(field);
            return Some(Vec::new());
        }
        self.each(field, most, read)
    }

    /// The same, with what is wrong with a row left at that row, so that the others go on without it.
    pub fn rows<T>(
        &mut self,
        field: &str,
        most: usize,
        read: impl Fn(&mut Self) -> Option<T>,
    ) -> Option<Vec<(usize, Row<T>)>> {
        let rows = if self.is_json { self.listed(field)? } else { self.numbered(field) };
        if rows.is_empty() {
            return self.flaw(field, "required", "At least one is needed.");
        }
        if rows.len() > most {
            return self.flaw(field, "too-many", &format!("This is more than {most}. Send it in parts."));
        }
        let read_one = |(place, row)| {
            let Value::Object(row) = row else {
                let flaw = FieldError::new("", "not-an-object", "This must be an object.");
                return (place, Err(vec![flaw]));
            };
            let mut fields =
                Self { left: row.into_iter().collect(), is_json: self.is_json, errors: Vec::new() };
            let row = read(&mut fields);
            let unknown =
                fields.left.keys().map(|it| super::flaw_of(it, "unknown", "There is no such field."));
            fields.errors.extend(unknown);
            fields.errors.truncate(MOST_ERRORS_OF_A_ROW);
            (place, row.filter(|_| fields.errors.is_empty()).ok_or(fields.errors))
        };
        Some(rows.into_iter().map(read_one).collect())
    }

    fn listed(&mut self, field: &str) -> Option<Vec<(usize, Value)>> {
        match self.left.remove(field) {
            Some(Value::Array(rows)) => Some(rows.into_iter().enumerate().collect()),
            Some(_) => self.flaw(field, "not-a-list", "This must be a list."),
            None => self.flaw(field, "required", "This is needed."),
        }
    }

    /// `lines.0.sku` and its like; what looks otherwise stays and is unknown.
    fn numbered(&mut self, field: &str) -> Vec<(usize, Value)> {
        let place = |name: &str| -> Option<(usize, String)> {
            let (place, name) = name.strip_prefix(field)?.strip_prefix('.')?.split_once('.')?;
            Some((place.parse().ok()?, name.to_owned()))
        };
        let mut rows = BTreeMap::<usize, serde_json::Map<String, Value>>::new();
        let names: Vec<String> = self.left.keys().filter(|it| place(it).is_some()).cloned().collect();
        for name in names {
            if let (Some((place, inner)), Some(value)) = (place(&name), self.left.remove(&name)) {
                rows.entry(place).or_default().insert(inner, value);
            }
        }
        let typed = |row: &serde_json::Map<String, Value>| {
            row.values().any(|it| it.as_str().is_none_or(|it| !it.trim().is_empty()))
        };
        rows.into_iter().filter(|it| typed(&it.1)).map(|it| (it.0, Value::Object(it.1))).collect()
    }
}
