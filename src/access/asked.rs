//! What an address asks for behind its question mark. Like a form it never refuses by itself: the gate comes first.

use std::collections::BTreeMap;
use std::fmt::Display;

use serde::de::DeserializeOwned;

use super::App;
use super::form::percent_decodes;
use crate::kernel::{Cursor, Day, FieldError, PageOf};
use crate::page::Draft;

/// Rows of a file; whoever wants more takes it in parts.
pub const MOST_ROWS: usize = 5_000;

/// Of a file that would have more than `MOST_ROWS`; said at the filter that makes it smaller.
#[must_use]
pub fn too_many(field: &str) -> FieldError {
    let said =
        format!("This would be more than {MOST_ROWS} rows. Filter them into parts and take one at a time.");
    FieldError::new(field, "too-many", said)
}

/// Parameters that nobody reads say nothing, such as those that mail programs add.
pub struct Asked {
    given: BTreeMap<String, String>,
    errors: Vec<FieldError>,
}

impl Asked {
    #[must_use]
    pub fn of(app: &App) -> Self {
        let query = app.caller().asked.split_once('?').map_or("", |it| it.1);
        let mut asked = Self { given: BTreeMap::new(), errors: Vec::new() };
        if !percent_decodes(query) {
            asked.errors.push(FieldError::new("", "unreadable", "The address is not UTF-8."));
        }
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if asked.given.insert(name.to_string(), value.into_owned()).is_some() {
                asked.errors.push(FieldError::new(&name, "twice", "This was asked for twice."));
            }
        }
        asked
    }

    /// A parameter that is left out or left empty filters nothing.
    pub fn read<T: TryFrom<String, Error: Display>>(&mut self, name: &str) -> Option<T> {
        let text = self.given.get(name).filter(|it| !it.trim().is_empty())?;
        match T::try_from(text.clone()) {
            Ok(value) => Some(value),
            Err(why) => self.flaw(name, "malformed", why.to_string()),
        }
    }

    /// A rule about several parameters was broken; the error stands at this one.
    pub fn flaw<T>(&mut self, name: &str, code: &'static str, message: impl Into<String>) -> Option<T> {
        self.errors.push(FieldError::new(name, code, message));
        None
    }

    /// `from` and `to`, which do not lie the wrong way round.
    pub fn days(&mut self) -> (Option<Day>, Option<Day>) {
        let days = (self.read::<Day>("from"), self.read::<Day>("to"));
        if let (Some(from), Some(to)) = days
            && from > to
        {
            let said = "The last day lies before the first one. Swap them, or leave one of them out.";
            let _: Option<()> = self.flaw("to", "before-from", said);
        }
        days
    }

    /// `limit` and `cursor`.
    pub fn page<K: DeserializeOwned, I: DeserializeOwned>(&mut self) -> PageOf<K, I> {
        let (limit, after) = (self.read("limit"), self.read::<Cursor<K, I>>("cursor"));
        PageOf::new(limit, after)
    }

    #[must_use]
    pub fn errors(&self) -> &[FieldError] {
        &self.errors
    }

    /// What the filters of the page show again.
    #[must_use]
    pub fn draft(&self) -> Draft {
        Draft { typed: self.given.clone(), errors: self.errors.clone() }
    }

    /// The same address without its place in the list, such as `?product=x&` for a link to append to.
    #[must_use]
    pub fn filters(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in &self.given {
            if !value.trim().is_empty() && !["cursor", "done"].contains(&name.as_str()) {
                query.append_pair(name, value);
            }
        }
        query.finish()
    }
}
