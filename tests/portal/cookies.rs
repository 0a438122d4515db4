//! Session cookies, good and worthless.

use portal::access::{Claim, Keyring};
use portal::kernel::{PersonId, SessionId};

use crate::fixtures::{NOW, keys};

/// The cookie of somebody whose session is named like the person.
pub fn cookie(person: &str) -> String {
    signed(person, person, 0, NOW + 60_000, &keys())
}

pub fn signed(session: &str, person: &str, epoch: i64, expires_at: i64, keys: &Keyring) -> String {
    let id = SessionId::try_from(session.to_owned()).unwrap();
    let person = PersonId::try_from(person.to_owned()).unwrap();
    format!("__Host-session={}", keys.sign(&Claim { id, person, epoch }, expires_at).unwrap())
}

/// Cookies that say Ann and that no door may believe.
pub fn worthless_cookies() -> Vec<(&'static str, String)> {
    let ann = |session, epoch, expires_at| signed(session, "ann", epoch, expires_at, &keys());
    let guessed = Keyring::parse("S", "k2:ffffffffffffffffffffffffffffffff").unwrap();
    let unknown = Keyring::parse("S", "k9:0123456789abcdef0123456789abcdef").unwrap();
    let good = cookie("ann");
    vec![
        ("nobody", String::new()),
        ("nonsense", "__Host-session=a.b.c".into()),
        ("truncated", good[..good.len() - 4].to_owned()),
        ("forged", signed("ann", "ann", 0, NOW + 60, &guessed)),
        ("unknown key", signed("ann", "ann", 0, NOW + 60, &unknown)),
        ("expired", ann("ann", 0, NOW)),
        ("ended session", ann("ended", 0, NOW + 60)),
        ("idle for an hour and a second", ann("asleep", 0, NOW + 60)),
        ("somebody else's session", signed("bob", "ann", 0, NOW + 60, &keys())),
        ("stale epoch", ann("ann", -1, NOW + 60)),
        ("planted twice", format!("{good}; {}", cookie("bob"))),
    ]
}
