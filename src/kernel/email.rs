use serde::{Deserialize, Serialize};

/// A mail address as the portal compares and stores it: trimmed, lower-cased by ASCII rules only, at most 254
/// bytes, a dot-atom before the `@` and a dotted host name behind it. Non-ASCII is refused on both sides, since
/// two addresses that only look alike must never meet (security 1.5); an international domain is written in its
/// `xn--` form. Group addresses are welcome (domain 4.2).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

#[derive(Debug, PartialEq, thiserror::Error)]
pub enum BadEmail {
    #[error("Write the whole address, for example asha@example.com.")]
    Shape,
    #[error("An address has at most 254 characters, 64 of them before the @.")]
    Long,
    #[error("Use only plain letters. A domain with other letters is written in its xn-- form.")]
    NotAscii,
}

impl Email {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |it| it.1)
    }

    #[must_use]
    pub fn local_part(&self) -> &str {
        self.0.split_once('@').map_or("", |it| it.0)
    }
}

impl TryFrom<String> for Email {
    type Error = BadEmail;

    fn try_from(text: String) -> Result<Self, BadEmail> {
        let text = text.trim().to_ascii_lowercase();
        if !text.is_ascii() {
            return Err(BadEmail::NotAscii);
        }
        let (local, domain) = text.split_once('@').ok_or(BadEmail::Shape)?;
        if text.len() > 254 || local.len() > 64 {
            return Err(BadEmail::Long);
        }
        let atoms = local.split('.').all(is_atom);
        if atoms && is_host(domain) { Ok(Self(text)) } else { Err(BadEmail::Shape) }
    }
}

/// Dotted labels of which the last one is a name, so that no address of a network passes.
pub(super) fn is_host(text: &str) -> bool {
    let last_is_a_name =
        text.rsplit('.').next().is_some_and(|it| it.bytes().any(|b| b.is_ascii_alphabetic()));
    text.contains('.') && text.split('.').all(is_label) && last_is_a_name
}

/// RFC 5322, 3.2.3.
fn is_atom(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&b))
}

/// RFC 1123, 2.1.
fn is_label(text: &str) -> bool {
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    (1..=63).contains(&text.len()) && plain && !text.starts_with('-') && !text.ends_with('-')
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &Result<&str, BadEmail>) {
        let email = Email::try_from(text.to_owned());
        assert_eq!(email.as_ref().map(Email::as_str), expected.as_ref().copied());
    }

    #[test]
    fn parses_and_lower_cases() {
        check(" Ann@Acme.Example ", &Ok("ann@acme.example"));
        check("o'neil+tag@mail.acme.co.in", &Ok("o'neil+tag@mail.acme.co.in"));
        check("a@xn--bcher-kva.example", &Ok("a@xn--bcher-kva.example"));
        check(&format!("{}@b.example", "a".repeat(64)), &Ok(&format!("{}@b.example", "a".repeat(64))));
    }

    #[test]
    fn refuses_what_is_not_an_address() {
        for text in [
            "",
            "ann",
            "@acme.example",
            "ann@acme",
            "a@b@c.example",
            "a n@b.example",
            "a..b@c.example",
            ".a@c.example",
            "a@-b.example",
            "a@b-.example",
            "a@b..example",
            "\"a b\"@c.example",
            "a@[127.0.0.1]",
            "a@1.2.3.4",
            "a\r\nBcc: x@y.example",
            "a,b@c.example",
            "a@b.example\0",
        ] {
            check(text, &Err(BadEmail::Shape));
        }
        check("mıke@acme.example", &Err(BadEmail::NotAscii));
        check("mike@аcme.example", &Err(BadEmail::NotAscii));
        check(&format!("{}@b.example", "a".repeat(65)), &Err(BadEmail::Long));
        check(&format!("a@{}example", "bcd.".repeat(64)), &Err(BadEmail::Long));
    }
}
