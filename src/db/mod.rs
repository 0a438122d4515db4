//! The one way to SQL, with two verbs: `read` asks a batch, `write` does a batch. Each is one round trip. Where there
//! are copies of the database, `read_nearest` asks one of them and `write_marked` tells how far a copy has to come.
//! `d1` and `sqlite` are twins: what one refuses, the other refuses too.

#[cfg(target_arch = "wasm32")]
mod d1;
pub mod schema;
#[cfg(not(target_arch = "wasm32"))]
mod sqlite;

use serde::{Deserialize, Serialize};

#[cfg(target_arch = "wasm32")]
pub use d1::{Db, Rows, said};
#[cfg(not(target_arch = "wasm32"))]
pub use sqlite::{Db, Ran, Rows, Stumble};

#[derive(Debug, Clone)]
pub struct Stmt {
    pub sql: &'static str,
    pub args: Vec<Arg>,
}

/// What D1 can bind without a surprise. An integer goes as REAL, so it belongs into INTEGER columns only.
#[derive(Debug, Clone)]
pub enum Arg {
    Null,
    Int(i64),
    Text(String),
}

/// `sql!("select ... where id = ?1", id)`: the text is a constant, so it cannot be glued from input.
#[macro_export]
macro_rules! sql {
    ($text:expr $(, $arg:expr)* $(,)?) => {{
        const TEXT: &str = $text;
        $crate::db::Stmt { sql: TEXT, args: vec![$($crate::db::Arg::from($arg)),*] }
    }};
}

/// How far the database had come. As text they sort in the order of time. D1 takes any text for one and says nothing
/// (platform 1.4), so only what looks like one is one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Bookmark(String);

impl Bookmark {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Bookmark {
    type Error = NoBookmark;

    /// Four hexadecimal numbers of 8, 8, 8 and 32 digits.
    fn try_from(text: String) -> Result<Self, NoBookmark> {
        let digits = |part: &str| part.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'));
        let lengths: Vec<usize> = text.split('-').filter(|it| digits(it)).map(str::len).collect();
        if lengths == [8, 8, 8, 32] && text.len() == 59 { Ok(Self(text)) } else { Err(NoBookmark) }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("not a bookmark")]
pub struct NoBookmark;

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("database: {0}")]
pub struct DbError(pub String);

impl DbError {
    /// Whether the schema refused by this name: `contact_limit`, or `contact.org_id, contact.person_id`.
    /// D1 wraps the text of `SQLite` in words that change, so the name is looked for and not compared.
    #[must_use]
    pub fn names(&self, constraint: &str) -> bool {
        self.0.contains(constraint)
    }

    /// The code that a `require` put into its error. `RAISE` works in triggers only, so a statement stops its
    /// batch with `json_extract('{}', '<code>')`, and the code comes back as the path that was bad.
    #[must_use]
    pub fn verdict(&self) -> Option<&str> {
        let said = self.0.split_once("bad JSON path: '")?.1;
        said.split_once('\'').map(|it| it.0)
    }
}

impl From<i64> for Arg {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<bool> for Arg {
    fn from(truth: bool) -> Self {
        Self::Int(i64::from(truth))
    }
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl<T: Into<Arg>> From<Option<T>> for Arg {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bookmark_looks_like_one() {
        let is_one = |text: &str| Bookmark::try_from(text.to_owned()).is_ok();
        assert!(is_one("00000085-0000024c-00004c6d-8e61117bf38d7adb71b934ebbf891683"));
        for text in ["", "first-primary", "00000085-0000024c-00004c6d-8E61117bf38d7adb71b934ebbf891683"] {
            assert!(!is_one(text), "{text}");
        }
        assert!(!is_one("00000085-0000024c-00004c6d-8e61117bf38d7adb71b934ebbf891683-zz"));
    }

    #[test]
    fn a_verdict_is_found_in_whatever_words_surround_it() {
        let verdict = |text: &str| DbError(text.to_owned()).verdict().map(str::to_owned);
        assert_eq!(verdict("D1_ERROR: bad JSON path: 'link-spent': SQLITE_ERROR"), Some("link-spent".into()));
        assert_eq!(verdict("UNIQUE constraint failed: a.b"), None);
    }
}
