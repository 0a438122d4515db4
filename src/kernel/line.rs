use serde::{Deserialize, Serialize};

use super::is_tricky;

/// One line of text of so many characters: trimmed, and nothing in it that cannot be seen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Line<const LEAST: usize, const MOST: usize>(String);

/// Several lines of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Note<const LEAST: usize, const MOST: usize>(String);

#[derive(Debug, PartialEq, thiserror::Error)]
pub enum BadText {
    #[error("Write {0} to {1} characters on one line.")]
    Line(usize, usize),
    #[error("Write {0} to {1} characters.")]
    Length(usize, usize),
    #[error("This has signs in it that cannot be seen. Type it anew instead of pasting it.")]
    Unseen,
}

impl<const LEAST: usize, const MOST: usize> Line<LEAST, MOST> {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const LEAST: usize, const MOST: usize> Note<LEAST, MOST> {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const LEAST: usize, const MOST: usize> TryFrom<String> for Line<LEAST, MOST> {
    type Error = BadText;

    fn try_from(text: String) -> Result<Self, BadText> {
        let text = text.trim();
        let fits = (LEAST..=MOST).contains(&text.chars().count());
        if fits && !text.contains(is_tricky) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadText::Line(LEAST, MOST))
        }
    }
}

impl<const LEAST: usize, const MOST: usize> TryFrom<String> for Note<LEAST, MOST> {
    type Error = BadText;

    fn try_from(text: String) -> Result<Self, BadText> {
        let text = text.replace("\r\n", "\n").trim().to_owned();
        if !(LEAST..=MOST).contains(&text.chars().count()) {
            return Err(BadText::Length(LEAST, MOST));
        }
        if text.contains(|it| it != '\n' && it != '\t' && is_tricky(it)) {
            return Err(BadText::Unseen);
        }
        Ok(Self(text))
    }
}

impl<const LEAST: usize, const MOST: usize> From<Line<LEAST, MOST>> for String {
    fn from(line: Line<LEAST, MOST>) -> Self {
        line.0
    }
}

impl<const LEAST: usize, const MOST: usize> From<Note<LEAST, MOST>> for String {
    fn from(note: Note<LEAST, MOST>) -> Self {
        note.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_a_length_and_nothing_unseen() {
        let line = |text: &str| Line::<1, 3>::try_from(text.to_owned()).map(String::from);
        let note = |text: &str| Note::<1, 5>::try_from(text.to_owned()).map(String::from);
        assert_eq!(line(" ab "), Ok("ab".into()));
        assert_eq!(note("a\r\nb"), Ok("a\nb".into()));
        for text in ["", "  ", "äöüß", "a\nb", "\u{202e}x"] {
            assert_eq!(line(text), Err(BadText::Line(1, 3)), "{text:?}");
        }
        assert_eq!(note("äöüßäö"), Err(BadText::Length(1, 5)));
        assert_eq!(note("a\u{202e}b"), Err(BadText::Unseen));
    }
}
