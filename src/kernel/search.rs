/// What people look for in a list, as a pattern of `like … escape '\'`. D1 refuses patterns of more than 50 bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    typed: String,
    pattern: String,
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error(
    "This is too long to search for. Use at most 48 letters; %, _, \\ and letters beyond a to z count more than once."
)]
pub struct BadSearch;

const MOST: usize = 50;

impl Search {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.typed
    }

    #[must_use]
    pub fn pattern(&self) -> &str {
        &self.pattern
    }
}

impl TryFrom<String> for Search {
    type Error = BadSearch;

    fn try_from(text: String) -> Result<Self, BadSearch> {
        let typed = text.trim().to_owned();
        let mut pattern = String::from("%");
        for letter in typed.chars() {
            if matches!(letter, '%' | '_' | '\\') {
                pattern.push('\\');
            }
            pattern.push(letter);
        }
        pattern.push('%');
        if pattern.len() > MOST { Err(BadSearch) } else { Ok(Self { typed, pattern }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_are_letters_and_length_is_counted_in_bytes() {
        let pattern = |text: &str| Search::try_from(text.to_owned()).map(|it| it.pattern);
        assert_eq!(pattern(" 50%_\\ "), Ok("%50\\%\\_\\\\%".into()));
        assert!(pattern(&"a".repeat(48)).is_ok());
        assert_eq!(pattern(&"a".repeat(49)), Err(BadSearch));
        assert!(pattern(&"é".repeat(24)).is_ok());
        assert_eq!(pattern(&"é".repeat(25)), Err(BadSearch));
        assert_eq!(pattern(&"%".repeat(51)), Err(BadSearch));
        assert!(pattern(&"%".repeat(24)).is_ok());
    }
}
