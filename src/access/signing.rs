//! The keys that sign what other programs are told about somebody. Newest first: it signs, and all of them are
//! published, so that a key can be replaced while tokens of the old one are still about.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::keys::BadKeys;

/// Bytes of the modulus: 2048 bits.
const LEAST: usize = 256;

/// Of a key that no longer signs, the public half is enough.
pub struct SigningKey {
    pub kid: String,
    n: String,
    e: String,
    /// The JWK as it stands in the secret, for the platform's own import. Nothing here reads its private half.
    jwk: Box<RawValue>,
}

pub struct SigningKeys(Vec<SigningKey>);

#[derive(Deserialize)]
struct Public {
    kty: String,
    n: String,
    e: String,
    kid: Option<String>,
}

/// Whether the private half is there, without keeping what it holds.
#[derive(Deserialize)]
struct Private {
    d: Option<IgnoredAny>,
}

impl SigningKeys {
    /// A JSON array of RSA keys as JWK (RFC 7517); a `kid` that is missing is the thumbprint (RFC 7638).
    pub fn parse(name: &'static str, text: &str) -> Result<Self, BadKeys> {
        let bad = |why| BadKeys { name, why };
        let raw: Vec<Box<RawValue>> =
            serde_json::from_str(text).map_err(|_| bad("is not a JSON array of keys"))?;
        let keys = raw.into_iter().map(|it| SigningKey::parse(it).map_err(bad));
        let keys = keys.collect::<Result<Vec<_>, _>>()?;
        let first = keys.first().ok_or(bad("is empty"))?;
        let private = serde_json::from_str::<Private>(first.jwk.get());
        if !private.is_ok_and(|it| it.d.is_some()) {
            return Err(bad("begins with a key that cannot sign"));
        }
        let mut kids: Vec<&str> = keys.iter().map(|it| it.kid.as_str()).collect();
        kids.sort_unstable();
        kids.dedup();
        if kids.len() < keys.len() {
            return Err(bad("has two keys of one kid"));
        }
        Ok(Self(keys))
    }

    /// The newest.
    #[must_use]
    pub fn current(&self) -> Option<&SigningKey> {
        self.0.first()
    }

    /// RFC 7517, public halves only.
    #[must_use]
    pub fn jwks(&self) -> Value {
        let keys = self.0.iter().map(
            |it| json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": it.kid, "n": it.n, "e": it.e }),
        );
        json!({ "keys": keys.collect::<Vec<_>>() })
    }
}

impl SigningKey {
    fn parse(jwk: Box<RawValue>) -> Result<Self, &'static str> {
        let Public { kty, n, e, kid } =
            serde_json::from_str(jwk.get()).map_err(|_| "has an entry that is no RSA key")?;
        if kty != "RSA" {
            return Err("has a key that is not RSA");
        }
        let long = URL_SAFE_NO_PAD.decode(&n).is_ok_and(|it| it.len() >= LEAST);
        if !long || URL_SAFE_NO_PAD.decode(&e).is_err() {
            return Err("has a key of less than 2048 bits");
        }
        let kid = kid.unwrap_or_else(|| thumbprint(&n, &e));
        if kid.is_empty() || kid.len() > 64 || !kid.bytes().all(|it| it.is_ascii_graphic()) {
            return Err("has a kid that is not 1 to 64 visible ASCII characters");
        }
        Ok(Self { kid, n, e, jwk })
    }

    /// For `Signer::sign`.
    #[must_use]
    pub fn reveal(&self) -> String {
        self.jwk.get().to_owned()
    }
}

/// The members in the order of the alphabet, without white space.
fn thumbprint(n: &str, e: &str) -> String {
    let text = format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#);
    URL_SAFE_NO_PAD.encode(Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(more: &str) -> String {
        format!(r#"{{"kty":"RSA","n":"{}","e":"AQAB"{more}}}"#, URL_SAFE_NO_PAD.encode([0xa5; 256]))
    }

    fn parse(text: &str) -> Result<SigningKeys, &'static str> {
        SigningKeys::parse("SIGNING_KEYS", text).map_err(|it| it.why)
    }

    #[test]
    fn the_newest_signs_and_all_are_published_without_their_private_halves() {
        let (new, old) = (key(r#","d":"secret","kid":"new""#), key(r#","kid":"old""#));
        let keys = parse(&format!("[{new}, {old}]")).unwrap();
        assert_eq!(keys.current().unwrap().kid, "new");
        let published = keys.jwks().to_string();
        assert!(published.contains("\"new\"") && published.contains("\"old\""));
        assert!(!published.contains("secret") && !published.contains("\"d\""));
    }

    /// The example of RFC 7638, 3.1.
    #[test]
    fn a_kid_is_the_thumbprint() {
        let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZ\
                 CiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZ\
                 gnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniI\
                 qbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
        assert_eq!(thumbprint(n, "AQAB"), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn nonsense_refuses_to_start() {
        let short = r#"{"kty":"RSA","n":"AQAB","e":"AQAB","d":"x"}"#;
        for (text, why) in [
            ("", "is not a JSON array of keys"),
            ("{}", "is not a JSON array of keys"),
            ("[]", "is empty"),
            ("[1]", "has an entry that is no RSA key"),
            (&key("").replace('{', "[{").replace('}', "}]"), "begins with a key that cannot sign"),
            (&format!("[{short}]"), "has a key of less than 2048 bits"),
            (&format!("[{}]", key("").replace("RSA", "oct")), "has a key that is not RSA"),
            (&format!("[{0}, {0}]", key(r#","d":"x""#)), "has two keys of one kid"),
            (
                &format!("[{}]", key(r#","d":"x","kid":"""#)),
                "has a kid that is not 1 to 64 visible ASCII characters",
            ),
        ] {
            assert_eq!(parse(text).err(), Some(why), "{text}");
        }
    }
}
