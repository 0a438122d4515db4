use serde::{Deserialize, Serialize};

use super::email::is_host;

/// A host name behind the `@` of addresses: lower case, plain ASCII, at least one dot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Domain(String);

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("Write domains such as example.com, without @ and without http://.")]
pub struct BadDomain;

impl Domain {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Several of them, parted by blanks.
    #[must_use]
    pub fn list(all: &[Self]) -> String {
        all.iter().map(Self::as_str).collect::<Vec<_>>().join(" ")
    }
}

impl AsRef<str> for Domain {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Domain {
    type Error = BadDomain;

    fn try_from(text: String) -> Result<Self, BadDomain> {
        let text = text.trim().to_ascii_lowercase();
        if text.len() <= 253 && is_host(&text) { Ok(Self(text)) } else { Err(BadDomain) }
    }
}

impl From<Domain> for String {
    fn from(domain: Domain) -> Self {
        domain.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_a_dotted_host_name() {
        let parse = |text: &str| Domain::try_from(text.to_owned()).map(String::from);
        assert_eq!(parse(" Acme.Example "), Ok("acme.example".into()));
        assert!(parse("mail.acme.co.in").is_ok() && parse("xn--bcher-kva.example").is_ok());
        for text in [
            "",
            "acme",
            "@acme.example",
            "http://acme.example",
            "a b.example",
            "büro.example",
            "1.2.3.4",
            ".acme.example",
        ] {
            assert_eq!(parse(text), Err(BadDomain), "{text}");
        }
    }
}
