//! Passwords at rest: Argon2id with the parameters of security 2.3, the pepper as Argon2's own secret input, its
//! key id in the stored text. One hash costs 40 to 70 ms of CPU and 19 MiB of memory.

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, KeyId, Params, ParamsBuilder, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::keys::Keyring;
use crate::kernel::Password;

const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Right,
    /// Right, and made with parameters or a pepper that are no longer current: hash it again.
    RightButOld,
    Wrong,
}

impl Keyring {
    /// The text to store. `None` only if this build's parameters were impossible.
    #[must_use]
    pub fn hash(&self, password: &Password, salt: [u8; 16]) -> Option<String> {
        let (id, secret) = self.current()?;
        let salt = SaltString::encode_b64(&salt).ok()?;
        let hash =
            argon2(secret, params(id)?)?.hash_password(password.reveal().as_bytes(), &salt).ok()?.to_string();
        Some(hash)
    }

    /// Costs the same whether there is something to compare with or not: somebody without a password is compared
    /// with one that nothing matches (security 2.3).
    #[must_use]
    pub fn verify(&self, password: &str, stored: Option<&str>) -> Verdict {
        let nobody = self.nobody();
        let text = stored.unwrap_or(&nobody);
        let right = self.matches(password, text).unwrap_or(false);
        match (right && stored.is_some(), self.is_current(text)) {
            (false, _) => Verdict::Wrong,
            (true, true) => Verdict::Right,
            (true, false) => Verdict::RightButOld,
        }
    }

    fn matches(&self, password: &str, stored: &str) -> Option<bool> {
        let hash = PasswordHash::new(stored).ok()?;
        let params = Params::try_from(&hash).ok()?;
        let secret = self.by_id(std::str::from_utf8(params.keyid()).ok()?)?;
        Some(argon2(secret, params.clone())?.verify_password(password.as_bytes(), &hash).is_ok())
    }

    fn is_current(&self, stored: &str) -> bool {
        let is = || {
            let params = Params::try_from(&PasswordHash::new(stored).ok()?).ok()?;
            Some(params == self::params(self.current()?.0)?)
        };
        is().unwrap_or(false)
    }

    /// A hash with the current parameters that no password has.
    fn nobody(&self) -> String {
        let id = STANDARD_NO_PAD.encode(self.current().map_or("", |it| it.0));
        let (salt, tag) = (STANDARD_NO_PAD.encode([0; 16]), STANDARD_NO_PAD.encode([0; 32]));
        format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES},keyid={id}${salt}${tag}")
    }
}

fn params(key_id: &str) -> Option<Params> {
    let mut builder = ParamsBuilder::new();
    builder.m_cost(MEMORY_KIB).t_cost(PASSES).p_cost(LANES).output_len(32);
    builder.keyid(KeyId::new(key_id.as_bytes()).ok()?);
    builder.build().ok()
}

fn argon2(secret: &[u8], params: Params) -> Option<Argon2<'_>> {
    Argon2::new_with_secret(secret, Algorithm::Argon2id, Version::V0x13, params).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(text: &str) -> Keyring {
        Keyring::parse("P", text).unwrap()
    }

    #[test]
    fn a_password_is_itself_and_nothing_else() {
        let ring = ring("a:0123456789abcdef0123456789abcdef");
        let typed = format!("{}é tail", "long ".repeat(20));
        let stored = ring.hash(&Password::try_from(typed.clone()).unwrap(), [3; 16]).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1,keyid="), "{stored}");
        assert_eq!(ring.verify(&typed, Some(&stored)), Verdict::Right);
        for other in
            [format!("{typed} "), typed.to_uppercase(), typed.trim_end_matches('l').to_owned(), String::new()]
        {
            assert_eq!(ring.verify(&other, Some(&stored)), Verdict::Wrong, "{other}");
        }
        assert_eq!(ring.verify(&typed, None), Verdict::Wrong);
        assert_eq!(ring.verify("", None), Verdict::Wrong);
        assert!(ring.matches("anything", &ring.nobody()).is_some(), "nobody's hash is really computed");
    }

    #[test]
    fn an_old_pepper_still_opens_and_asks_for_a_new_hash() {
        let (a, b) = ("a:0123456789abcdef0123456789abcdef", "b:fedcba9876543210fedcba9876543210");
        let stored =
            ring(a).hash(&Password::try_from("quite a long one".to_owned()).unwrap(), [1; 16]).unwrap();
        assert_eq!(ring(&format!("{b},{a}")).verify("quite a long one", Some(&stored)), Verdict::RightButOld);
        assert_eq!(ring(b).verify("quite a long one", Some(&stored)), Verdict::Wrong);
    }
}
