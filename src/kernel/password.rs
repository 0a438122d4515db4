use std::fmt;

/// A password as somebody typed it, compared exactly as typed (security 1.4): at least 15 characters because it is
/// the only factor, at most 1,024 bytes because hashing longer ones would be a gift to an attacker. Whether it is
/// too common or too close to its owner is for the rules of sign-in to say.
pub struct Password(String);

#[derive(Debug, PartialEq, thiserror::Error)]
pub enum BadPassword {
    #[error("Use at least 15 characters. A few words that only you would put together are easy to keep.")]
    Short,
    #[error("A password has at most 1,024 bytes.")]
    Long,
}

impl Password {
    pub const LEAST: usize = 15;
    pub const MOST_BYTES: usize = 1024;

    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Password {
    type Error = BadPassword;

    fn try_from(text: String) -> Result<Self, BadPassword> {
        if text.len() > Self::MOST_BYTES {
            Err(BadPassword::Long)
        } else if text.chars().count() < Self::LEAST {
            Err(BadPassword::Short)
        } else {
            Ok(Self(text))
        }
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_in_characters_below_and_bytes_above() {
        let check = |text: String| Password::try_from(text).map(|it| it.reveal().len());
        assert_eq!(check("a".repeat(14)), Err(BadPassword::Short));
        assert_eq!(check("a".repeat(15)), Ok(15));
        assert_eq!(check("é".repeat(15)), Ok(30));
        assert_eq!(check("a".repeat(1024)), Ok(1024));
        assert_eq!(check("a".repeat(1025)), Err(BadPassword::Long));
        assert_eq!(check(format!("{} ", "a".repeat(14))), Ok(15), "a space at the end counts");
    }
}
