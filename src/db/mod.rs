//! The one way to SQL, with two verbs: `read` asks a batch, `write` does a batch. Each is one round trip.
//! `d1` and `sqlite` are twins: what one refuses, the other refuses too.

#[cfg(target_arch = "wasm32")]
mod d1;
pub mod schema;
#[cfg(not(target_arch = "wasm32"))]
mod sqlite;

#[cfg(target_arch = "wasm32")]
pub use d1::{Db, Rows};
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
    fn a_verdict_is_found_in_whatever_words_surround_it() {
        let verdict = |text: &str| DbError(text.to_owned()).verdict().map(str::to_owned);
        assert_eq!(verdict("D1_ERROR: bad JSON path: 'link-spent': SQLITE_ERROR"), Some("link-spent".into()));
        assert_eq!(verdict("UNIQUE constraint failed: a.b"), None);
    }
}
