use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The secret of a one-time link: 256 bits in 43 characters of base64url. It lives in a mail and in a person's
/// hands; the portal stores its hash only. Not `Debug`, not `Serialize`, so it cannot slip into a log.
pub struct Token(String);

/// SHA-256 of a token in hex. Enough at rest for a secret of this length (security 1.5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TokenHash(String);

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("This code is not complete. Copy the whole code from the mail.")]
pub struct BadToken;

impl Token {
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// For the mail, and nothing else.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The 32 of them.
    #[must_use]
    pub fn bytes(&self) -> Option<Vec<u8>> {
        URL_SAFE_NO_PAD.decode(&self.0).ok()
    }

    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash(hex(&Sha256::digest(self.0.as_bytes())))
    }
}

impl TokenHash {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Token {
    type Error = BadToken;

    /// Readers wrap and pad what they paste, so white space around and inside is dropped.
    fn try_from(text: String) -> Result<Self, BadToken> {
        let text: String = text.chars().filter(|it| !it.is_whitespace()).collect();
        let fits = URL_SAFE_NO_PAD.decode(&text).is_ok_and(|it| it.len() == 32);
        if fits { Ok(Self(text)) } else { Err(BadToken) }
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // writing into a String cannot fail
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_survives_pasting_and_nothing_else_passes() {
        let token = Token::from_bytes([7; 32]);
        let pasted = format!(" {} \n", token.reveal());
        assert!(Token::try_from(pasted).is_ok_and(|it| it.hash() == token.hash()));
        for text in ["", "short", &"A".repeat(44), &"é".repeat(43), &"=".repeat(43)] {
            assert!(Token::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
