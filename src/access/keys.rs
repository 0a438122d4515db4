//! The installation's secrets. Each ring may hold several keys, so one can be replaced while people work.

use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::config::Environment;
use super::signing::SigningKeys;
use crate::kernel::{LinkId, Token, TokenHash};

/// Secrets by key id. The first one signs; all of them verify.
pub struct Keyring(Vec<(String, Vec<u8>)>);

pub struct Secrets {
    /// Of cookies and one-time links.
    pub session: Keyring,
    /// Of passwords: Argon2's own secret input.
    pub pepper: Keyring,
    /// Makes the first administrator, once.
    pub setup: Option<String>,
    /// Of the provider that mail is handed to over HTTP.
    pub mail_api_key: Option<String>,
    pub smtp_user: Option<String>,
    pub smtp_password: Option<String>,
    /// Of the gateway's API.
    pub stripe_key: Option<String>,
    /// What the gateway signs its messages with; several while one is replaced.
    pub stripe_webhook: Vec<String>,
    /// Of what other programs are told about somebody; without them nobody signs on anywhere.
    pub signing: Option<SigningKeys>,
    /// Shared with Zendesk.
    pub zendesk: Option<String>,
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("{name}: {why}")]
pub struct BadKeys {
    pub name: &'static str,
    pub why: &'static str,
}

impl Keyring {
    /// `id:secret,id:secret`: ids of 1 to 8 letters and digits, secrets of at least 32 bytes.
    pub fn parse(name: &'static str, text: &str) -> Result<Self, BadKeys> {
        let keys = text.split(',').map(|it| {
            let (id, secret) = it.trim().split_once(':').ok_or(BadKeys { name, why: "is not id:secret" })?;
            let good_id = (1..=8).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric());
            if !good_id {
                return Err(BadKeys { name, why: "has an id that is not 1 to 8 letters and digits" });
            }
            if secret.len() < 32 {
                return Err(BadKeys { name, why: "has a secret of less than 32 characters" });
            }
            Ok((id.to_owned(), secret.as_bytes().to_vec()))
        });
        keys.collect::<Result<_, _>>().map(Self)
    }

    /// Made on the spot, for development and test alone.
    #[must_use]
    pub fn made_of(bytes: [u8; 32]) -> Self {
        Self(vec![("dev".to_owned(), bytes.to_vec())])
    }

    #[must_use]
    pub fn current(&self) -> Option<(&str, &[u8])> {
        self.0.first().map(|it| (it.0.as_str(), it.1.as_slice()))
    }

    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<&[u8]> {
        self.0.iter().find(|it| it.0 == id).map(|it| it.1.as_slice())
    }

    /// The token of a new link: HMAC of its id, so that a mail which is sent twice carries the same link and no
    /// secret waits in the database.
    #[must_use]
    pub fn link_token(&self, id: &LinkId) -> Option<Token> {
        self.current().and_then(|(_, secret)| token(secret, id))
    }

    /// A token that says we wrote this text, for this purpose and no other.
    #[must_use]
    pub fn seal(&self, purpose: &str, text: &str) -> Option<Token> {
        let (_, secret) = self.current()?;
        Some(Token::from_bytes(sealing(secret, purpose, text)?.finalize().into_bytes().into()))
    }

    /// Whether this is such a token, of whichever key. Each comparison takes the same time.
    #[must_use]
    pub fn has_sealed(&self, purpose: &str, text: &str, token: &Token) -> bool {
        let Some(said) = token.bytes() else { return false };
        let mut macs = self.0.iter().filter_map(|it| sealing(&it.1, purpose, text));
        macs.any(|mac| mac.verify_slice(&said).is_ok())
    }

    /// The same token later, whichever key was current when it was made.
    #[must_use]
    pub fn link_token_with(&self, id: &LinkId, hash: &TokenHash) -> Option<Token> {
        self.0.iter().filter_map(|it| token(&it.1, id)).find(|it| it.hash() == *hash)
    }
}

impl Secrets {
    /// `look_up` answers the text of a secret. In production a missing one is an error; elsewhere it is made of
    /// `random`, so that no value in the source could ever sign anything.
    pub fn read(
        environment: Environment,
        look_up: impl Fn(&'static str) -> Option<String>,
        random: impl Fn() -> [u8; 32],
    ) -> Result<Self, BadKeys> {
        let ring = |name: &'static str| match look_up(name).filter(|it| !it.trim().is_empty()) {
            Some(text) => Keyring::parse(name, &text),
            None if environment == Environment::Production => Err(BadKeys { name, why: "is not set" }),
            None => Ok(Keyring::made_of(random())),
        };
        let optional = |name: &'static str| look_up(name).filter(|it| !it.trim().is_empty());
        let long = |name: &'static str| match optional(name) {
            Some(text) if text.len() < 32 => Err(BadKeys { name, why: "has less than 32 characters" }),
            found => Ok(found),
        };
        let several = |name: &'static str| -> Vec<String> {
            let text = optional(name).unwrap_or_default();
            text.split(',').map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()).collect()
        };
        let signing =
            optional("SIGNING_KEYS").map(|it| SigningKeys::parse("SIGNING_KEYS", &it)).transpose()?;
        Ok(Self {
            session: ring("SESSION_KEYS")?,
            pepper: ring("PASSWORD_PEPPER")?,
            setup: long("SETUP_SECRET")?,
            mail_api_key: optional("MAIL_API_KEY"),
            smtp_user: optional("SMTP_USER"),
            smtp_password: optional("SMTP_PASSWORD"),
            stripe_key: optional("STRIPE_SECRET_KEY").map(|it| it.trim().to_owned()),
            stripe_webhook: several("STRIPE_WEBHOOK_SECRET"),
            signing,
            zendesk: long("ZENDESK_SHARED_SECRET")?,
        })
    }
}

/// A purpose has no line break, so no text can reach into it.
fn sealing(secret: &[u8], purpose: &str, text: &str) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
    for part in ["sealed ", purpose, "\n", text] {
        mac.update(part.as_bytes());
    }
    Some(mac)
}

fn token(secret: &[u8], id: &LinkId) -> Option<Token> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
    mac.update(b"one-time link ");
    mac.update(id.as_str().as_bytes());
    Some(Token::from_bytes(mac.finalize().into_bytes().into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "a:0123456789abcdef0123456789abcdef";
    const B: &str = "b:fedcba9876543210fedcba9876543210";

    #[test]
    fn a_link_made_with_the_old_key_keeps_its_token() {
        let id = LinkId::try_from("l1".to_owned()).unwrap();
        let old = Keyring::parse("S", A).unwrap().link_token(&id).unwrap();
        let rotated = Keyring::parse("S", &format!("{B},{A}")).unwrap();
        assert_ne!(rotated.link_token(&id).unwrap().hash(), old.hash());
        assert_eq!(rotated.link_token_with(&id, &old.hash()).unwrap().reveal(), old.reveal());
    }

    #[test]
    fn a_seal_holds_for_its_text_its_purpose_and_old_keys() {
        let old = Keyring::parse("S", A).unwrap();
        let rotated = Keyring::parse("S", &format!("{B},{A}")).unwrap();
        let seal = old.seal("p", "text").unwrap();
        assert!(old.has_sealed("p", "text", &seal) && rotated.has_sealed("p", "text", &seal));
        assert!(!rotated.has_sealed("p", "texts", &seal) && !rotated.has_sealed("q", "text", &seal));
        assert!(!Keyring::parse("S", B).unwrap().has_sealed("p", "text", &seal));
        let link = old.link_token(&LinkId::try_from("l1".to_owned()).unwrap()).unwrap();
        assert!(!old.has_sealed("p", "l1", &link) && !old.has_sealed("one-time link", "l1", &link));
    }

    #[test]
    fn production_refuses_to_start_without_its_secrets() {
        let read = |environment, text: &str| {
            let text = text.to_owned();
            let rings = ["SESSION_KEYS", "PASSWORD_PEPPER", "SETUP_SECRET"];
            let look_up = move |name| rings.contains(&name).then(|| text.clone());
            Secrets::read(environment, look_up, || [1; 32]).map(|_| ())
        };
        assert_eq!(read(Environment::Production, A), Ok(()));
        assert_eq!(read(Environment::Production, "").unwrap_err().why, "is not set");
        assert_eq!(read(Environment::Test, ""), Ok(()));
        assert!(read(Environment::Test, "a:short").is_err());
        assert!(read(Environment::Test, "no colon, 0123456789abcdef0123456789abcdef").is_err());
    }
}
