//! What is said about somebody.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::kernel::{ClientId, DisplayName, Email, OrgId, OrgName, PersonId, Role};

/// Whom a sign-on is about, as the database has it at that moment.
#[derive(Debug, Clone, Deserialize)]
pub struct Subject {
    pub person: PersonId,
    pub name: DisplayName,
    pub email: Email,
    pub org_id: OrgId,
    pub org_name: OrgName,
    /// JSON array.
    pub roles: String,
}

/// One name for a person in all help desks: stable, opaque, and no id of the portal.
#[must_use]
pub fn subject_id(person: &PersonId) -> String {
    let mut hash = Sha256::new();
    hash.update(b"help desk subject ");
    hash.update(person.as_str().as_bytes());
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

/// OpenID Connect Core, 3.1.3.6.
#[must_use]
pub fn half_hash(token: &str) -> String {
    let hash = Sha256::digest(token.as_bytes());
    URL_SAFE_NO_PAD.encode(hash.get(..16).unwrap_or_default())
}

/// What userinfo says, and every statement about somebody.
#[derive(Debug, Serialize)]
pub struct Claims {
    pub sub: String,
    #[serde(flatten)]
    profile: Option<Profile>,
    #[serde(flatten)]
    address: Option<Address>,
    org_id: OrgId,
    org_name: OrgName,
    roles: Vec<Role>,
}

#[derive(Debug, Serialize)]
struct Profile {
    name: DisplayName,
    given_name: String,
    family_name: String,
}

#[derive(Debug, Serialize)]
struct Address {
    email: Email,
    /// A contact is let in only after having confirmed it.
    email_verified: bool,
}

impl Claims {
    #[must_use]
    pub fn of(subject: Subject, scope: &str) -> Self {
        let has = |it: &str| scope.split(' ').any(|scope| scope == it);
        let (given, family) = subject.name.as_str().rsplit_once(' ').unwrap_or((subject.name.as_str(), ""));
        let (given_name, family_name) = (given.to_owned(), family.to_owned());
        Self {
            sub: subject_id(&subject.person),
            profile: has("profile").then_some(Profile { name: subject.name, given_name, family_name }),
            address: has("email").then_some(Address { email: subject.email, email_verified: true }),
            org_id: subject.org_id,
            org_name: subject.org_name,
            roles: serde_json::from_str(&subject.roles).unwrap_or_default(),
        }
    }
}

/// The statement itself, to be signed.
#[derive(Debug, Serialize)]
pub struct IdToken {
    pub iss: String,
    pub aud: ClientId,
    pub iat: i64,
    pub exp: i64,
    pub auth_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_hash: Option<String>,
    #[serde(flatten)]
    pub about: Claims,
}
