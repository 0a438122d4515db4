//! Two signed cookies. The session's says who claims to be here; whether that still counts is the database's to
//! say, in the gate. The device's says that this browser has once signed in as somebody (security 6.1.1).

use axum::http::{HeaderMap, HeaderValue, header};
use chrono::DateTime;
use jwt_compact::alg::{Hs256, Hs256Key};
use jwt_compact::{AlgorithmExt, Claims, Header, UntrustedToken};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::keys::Keyring;
use super::nearest::Mark;
use crate::kernel::{PersonId, SessionId};

/// A session ends after a day whatever happens (security, decisions).
pub const LIFETIME: i64 = 24 * 3600;
/// And after an hour without a request.
pub const IDLE: i64 = 3600;
/// KV keeps when a session was last seen; it is told at most this often.
pub const SEEN_EVERY: i64 = 300;
/// D1 learns it less often: should KV lose the record, the idle limit is this much stricter and nothing else.
pub const SEEN_EVERY_IN_D1: i64 = 1200;
/// What D1 has not seen for this long is over for certain.
pub const SILENCE: i64 = IDLE + SEEN_EVERY_IN_D1;
/// The vendor's own people reach every customer, so theirs end sooner (security, decisions).
pub const STAFF_LIFETIME: i64 = 8 * 3600;

/// How long a session may be silent, and how often D1 hears that it was not.
pub struct Wakefulness {
    pub idle: i64,
    pub seen_every_in_d1: i64,
}

impl Wakefulness {
    pub const CUSTOMER: Self = Self { idle: IDLE, seen_every_in_d1: SEEN_EVERY_IN_D1 };
    pub const STAFF: Self = Self { idle: 15 * 60, seen_every_in_d1: SEEN_EVERY };

    pub fn of(is_staff: bool) -> &'static Self {
        if is_staff { &Self::STAFF } else { &Self::CUSTOMER }
    }
}

const DEVICE_LIFETIME: i64 = 180 * 24 * 3600;

const SESSION: &str = "__Host-session";
const DEVICE: &str = "__Host-device";
const MARK: &str = "__Host-mark";

/// Copies of the database are seconds behind, so a bookmark need not last; and should the database be set back in
/// time, those that point beyond its end are forgotten soon.
const MARK_LIFETIME: i64 = 600;

/// What the session cookie claims.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    #[serde(rename = "sid")]
    pub id: SessionId,
    #[serde(rename = "sub")]
    pub person: PersonId,
    /// Equal to the person's own epoch, or the session is over: one update ends all of somebody's sessions.
    pub epoch: i64,
}

/// What the device cookie claims: this browser has once signed in as this person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KnownDevice {
    #[serde(rename = "did")]
    pub id: SessionId,
    #[serde(rename = "known")]
    pub person: PersonId,
}

/// What the cookie of the last deed says; one that is worth nothing is not the same as none.
pub(super) enum Marked {
    Nothing,
    By(Mark),
    Worthless,
}

/// What KV keeps of a session, under `session:<id>`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    pub last_seen_at: i64,
    /// The organisation that `/` leads back to.
    pub last_org: Option<crate::kernel::OrgId>,
}

impl Record {
    #[must_use]
    pub fn key(id: &SessionId) -> String {
        format!("session:{}", id.as_str())
    }
}

impl Keyring {
    /// The token of the session cookie.
    #[must_use]
    pub fn sign<T: Serialize>(&self, claim: &T, expires_at: i64) -> Option<String> {
        let (kid, secret) = self.current()?;
        let mut claims = Claims::new(claim);
        claims.expiration = DateTime::from_timestamp(expires_at, 0);
        Hs256.token(&Header::empty().with_key_id(kid), &claims, &Hs256Key::new(secret)).ok()
    }

    fn claimed<T: DeserializeOwned>(&self, token: &str, now: i64) -> Option<T> {
        let token = UntrustedToken::new(token).ok()?;
        let secret = self.by_id(token.header().key_id.as_deref()?)?;
        let token = Hs256.validator::<T>(&Hs256Key::new(secret)).validate(&token).ok()?;
        let (_, claims) = token.into_parts();
        (claims.expiration?.timestamp() > now).then_some(claims.custom)
    }

    pub(super) fn session(&self, headers: &HeaderMap, now: i64) -> Option<Claim> {
        self.claimed(cookie(headers, SESSION)?, now)
    }

    /// The devices this browser says it is; one cookie, for whoever signed in here last.
    pub(super) fn device(&self, headers: &HeaderMap, now: i64) -> Option<KnownDevice> {
        self.claimed(cookie(headers, DEVICE)?, now)
    }

    pub(super) fn mark(&self, headers: &HeaderMap, now: i64) -> Marked {
        if cookies(headers, MARK).next().is_none() {
            return Marked::Nothing;
        }
        cookie(headers, MARK).and_then(|it| self.claimed(it, now)).map_or(Marked::Worthless, Marked::By)
    }

    pub(super) fn mark_cookie(&self, mark: &Mark, now: i64) -> Option<HeaderValue> {
        set(MARK, &self.sign(mark, now + MARK_LIFETIME)?, MARK_LIFETIME)
    }

    /// `Set-Cookie` for a new session.
    #[must_use]
    pub fn session_cookie(&self, claim: &Claim, now: i64) -> Option<HeaderValue> {
        set(SESSION, &self.sign(claim, now + LIFETIME)?, LIFETIME)
    }

    /// `Set-Cookie` for a browser that has proved to be its person's.
    #[must_use]
    pub fn device_cookie(&self, device: &KnownDevice, now: i64) -> Option<HeaderValue> {
        set(DEVICE, &self.sign(device, now + DEVICE_LIFETIME)?, DEVICE_LIFETIME)
    }
}

/// `Set-Cookie` after signing out.
#[must_use]
pub fn no_session_cookie() -> Option<HeaderValue> {
    set(SESSION, "", 0)
}

fn set(name: &str, value: &str, max_age: i64) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!(
        "{name}={value}; Path=/; Max-Age={max_age}; Secure; HttpOnly; SameSite=Lax"
    ))
    .ok()
}

/// The value of a cookie that was sent exactly once; two of one name come from somebody who plants cookies.
fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = cookies(headers, name);
    let first = values.next()?;
    values.next().is_none().then_some(first)
}

fn cookies<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = &'a str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|it| it.to_str().ok());
    all.flat_map(|it| it.split(';')).filter_map(move |it| {
        let (found, value) = it.trim().split_once('=')?;
        (found == name).then_some(value)
    })
}
