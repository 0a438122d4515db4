/// What the extensions of ninety days are counted over (domain Q3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitScope {
    Licence,
    Organisation,
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("is {0}; it is licence or organisation")]
pub struct BadLimitScope(String);

impl TryFrom<String> for LimitScope {
    type Error = BadLimitScope;

    fn try_from(text: String) -> Result<Self, BadLimitScope> {
        match text.as_str() {
            "licence" => Ok(Self::Licence),
            "organisation" => Ok(Self::Organisation),
            _ => Err(BadLimitScope(text)),
        }
    }
}
