use serde::{Deserialize, Serialize};

/// One line of text that people typed and other people read: trimmed, no control characters, nothing that turns
/// the reading direction round (it could make one name look like another).
macro_rules! plain_text {
    ($($(#[$doc:meta])* $name:ident, $bad:ident, $least:literal, $most:literal, $sentence:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        #[derive(Debug, PartialEq, thiserror::Error)]
        #[error($sentence)]
        pub struct $bad;

        impl $name {
            pub const MOST: usize = $most;

            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = $bad;

            fn try_from(text: String) -> Result<Self, $bad> {
                let text = text.trim();
                let fits = ($least..=$most).contains(&text.chars().count());
                if fits && !text.contains(is_tricky) { Ok(Self(text.to_owned())) } else { Err($bad) }
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }
    )*};
}

plain_text! {
    /// What a person is called, in every organisation alike (domain Q18).
    DisplayName, BadDisplayName, 1, 80, "Write a name of 1 to 80 characters on one line.";
    /// What a customer is called on screen; need not be unique (domain 3.3).
    OrgName, BadOrgName, 2, 120, "Write a name of 2 to 120 characters on one line.";
    /// Any other single line, such as a device or a search.
    PlainText, BadPlainText, 0, 200, "Write at most 200 characters on one line.";
}

/// Why somebody of the staff did what the customer reads about later: one line, whatever it was typed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reason(String);

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("Give the reason in 10 to 300 characters.")]
pub struct BadReason;

impl Reason {
    pub const LEAST: usize = 10;
    pub const MOST: usize = 300;

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Reason {
    type Error = BadReason;

    fn try_from(text: String) -> Result<Self, BadReason> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let fits = (Self::LEAST..=Self::MOST).contains(&text.chars().count());
        if fits && !text.contains(is_tricky) { Ok(Self(text)) } else { Err(BadReason) }
    }
}

impl From<Reason> for String {
    fn from(reason: Reason) -> Self {
        reason.0
    }
}

impl OrgName {
    /// For the name of a file: `acme-textiles`.
    #[must_use]
    pub fn slug(&self) -> String {
        let plain: String = self
            .0
            .to_lowercase()
            .chars()
            .map(|it| if it.is_ascii_alphanumeric() { it } else { ' ' })
            .collect();
        let slug = plain.split_whitespace().collect::<Vec<_>>().join("-");
        let slug: String = slug.chars().take(40).collect();
        if slug.is_empty() { "organisation".to_owned() } else { slug.trim_end_matches('-').to_owned() }
    }
}

/// Unseen, and able to make a text look like another.
#[must_use]
pub fn is_tricky(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_a_length_and_one_line() {
        let name = |text: &str| DisplayName::try_from(text.to_owned()).map(String::from);
        assert_eq!(name("  Zoë d'Souza "), Ok("Zoë d'Souza".into()));
        assert!(name(&"ä".repeat(80)).is_ok());
        for text in ["", "   ", "a\nb", "a\u{0}b", "a\u{202e}b", "a\u{2028}b"] {
            assert_eq!(name(text), Err(BadDisplayName), "{text:?}");
        }
        assert_eq!(name(&"ä".repeat(81)), Err(BadDisplayName));
        let org = |text: &str| OrgName::try_from(text.to_owned()).is_ok();
        let slug = |text: &str| OrgName::try_from(text.to_owned()).map(|it| it.slug());
        assert_eq!(slug("  Acme Textiles (\"Pvt\") Ltd."), Ok("acme-textiles-pvt-ltd".into()));
        assert_eq!(slug("日本"), Ok("organisation".into()));
        assert!(org("ab") && org(&"a".repeat(120)) && !org("a") && !org(&"a".repeat(121)));
    }
}
