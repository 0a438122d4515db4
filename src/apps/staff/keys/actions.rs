use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::rules::{self, ApiKey, NewKey, Refusal, Rotation};
use super::{mail, sql};
use crate::access::{Colleague, Staffed, System, key_hash, seat};
use crate::audit::Entry;
use crate::error::Error;
use crate::kernel::{ApiKeyId, Day, FieldError, StaffRole, Zone};

type Door = Staffed<seat::Keys>;

/// By which a leaked key is recognised wherever it turns up.
const PREFIX: &str = "portal_";
/// Characters of a key that are shown again: enough to tell keys apart.
const SHOWN: usize = 12;

/// A key that was made a moment ago: the only time that it can be read.
pub struct Made {
    pub id: ApiKeyId,
    pub secret: String,
    pub name: String,
    pub scopes: Vec<StaffRole>,
    pub expires_on: Day,
}

pub async fn load(door: &Door) -> Result<(Colleague, Vec<ApiKey>), Error> {
    door.read(sql::keys(door.scope())).await
}

pub async fn one(door: &Door) -> Result<(Colleague, ApiKey), Error> {
    let (me, key) = match door.named("key") {
        Ok(id) => door.read(sql::key(door.scope(), &id)).await?,
        Err(_) => (door.read(()).await?.0, None),
    };
    Ok((me, key.ok_or(Error::NotFound)?))
}

pub async fn make(door: &Door, me: &Colleague, new: &NewKey, today: Day) -> Result<Made, Error> {
    let scopes = new.roles();
    rules::may_make(&me.roles, &scopes, new.expires_on, today)?;
    let made = fresh(door, new.name.as_str(), scopes, new.expires_on);
    let after = json!({ "name": made.name, "scopes": made.scopes, "expires_on": made.expires_on });
    let entry = Entry { action: "key.made", target: made.id.as_str(), before: None, after: Some(after) };
    let (scope, app) = (door.scope(), door.app());
    let deeds = vec![
        sql::name_is_free(scope, &made.name, door.now()),
        kept(door, me, &made, None),
        entry.deed(scope, app, &door.actor(me)),
    ];
    door.write(deeds).await.map_err(said_by_the_database)?;
    Ok(made)
}

/// A new key of the same name and scopes; the old one goes on for a while.
pub async fn rotate(
    door: &Door,
    me: &Colleague,
    old: &ApiKey,
    rotation: &Rotation,
    today: Day,
) -> Result<Made, Error> {
    rules::may_rotate(old, door.now())?;
    rules::may_make(&me.roles, &old.scopes(), rotation.expires_on, today)?;
    let made = fresh(door, &old.name, old.scopes(), rotation.expires_on);
    let ends_at = old.expires_at.min(door.now() + rotation.overlap.seconds());
    let before = json!({ "name": old.name, "key": old.prefix });
    let after = json!({ "name": old.name, "key": shown(&made.secret), "expires_on": made.expires_on,
                        "old_key_works_for": rotation.overlap.code() });
    let entry =
        Entry { action: "key.rotated", target: made.id.as_str(), before: Some(before), after: Some(after) };
    let (scope, app) = (door.scope(), door.app());
    let deeds = vec![
        sql::still_works(scope, &old.id, door.now()),
        sql::has_no_successor(scope, &old.id),
        kept(door, me, &made, Some(&old.id)),
        sql::end_by(scope, &old.id, ends_at),
        entry.deed(scope, app, &door.actor(me)),
    ];
    door.write(deeds).await.map_err(said_by_the_database)?;
    Ok(made)
}

/// From this moment on it opens nothing. Revoking what has ended is no mistake.
pub async fn revoke(door: &Door, me: &Colleague, key: &ApiKey) -> Result<(), Error> {
    if key.revoked_at.is_some() {
        return Ok(());
    }
    let before = json!({ "name": key.name, "key": key.prefix, "scopes": key.scopes() });
    let entry = Entry { action: "key.revoked", target: key.id.as_str(), before: Some(before), after: None };
    let scope = door.scope();
    let deeds = vec![sql::revoke(scope, &key.id, door.now()), entry.deed(scope, door.app(), &door.actor(me))];
    door.write(deeds).await.map(drop)
}

/// Mails whoever made a key that ends within a fortnight, and the Admins: once for each key.
pub async fn warn_of_expiry(system: &System) -> Result<Value, Error> {
    let ending = system.read(sql::ending(system.scope(), system.now())).await?;
    let (mut keys, mut mails) = (0, 0);
    for of_one in ending.chunk_by(|a, b| a.id == b.id) {
        let Some(key) = of_one.first() else { continue };
        let mut deeds: Vec<_> = sql::warned(system.scope(), &key.id, system.now()).into();
        deeds.extend(of_one.iter().map(|it| mail::ending(it).deed(system.scope(), system.app())));
        match system.write(deeds).await {
            Ok(_) => (keys, mails) = (keys + 1, mails + of_one.len()),
            Err(error) if error.verdict() == Some("stale") => {}
            Err(error) => return Err(error),
        }
    }
    Ok(json!({ "keys": keys, "mails": mails }))
}

fn fresh(door: &Door, name: &str, scopes: Vec<StaffRole>, expires_on: Day) -> Made {
    let secret = PREFIX.to_owned() + &URL_SAFE_NO_PAD.encode(door.app().random::<32>());
    Made { id: door.app().new_id(), secret, name: name.to_owned(), scopes, expires_on }
}

fn kept(door: &Door, me: &Colleague, made: &Made, follows: Option<&ApiKeyId>) -> crate::access::Deed {
    let row = sql::Kept {
        id: &made.id,
        hash: &key_hash(&made.secret),
        prefix: &shown(&made.secret),
        name: &made.name,
        scopes: &json!(made.scopes).to_string(),
        made_by: &me.person,
        expires_at: ends(made.expires_on, door.app().config().zone),
        follows,
    };
    sql::insert(door.scope(), &row, door.now())
}

pub fn shown(secret: &str) -> String {
    secret.chars().take(SHOWN).collect()
}

/// Its last day belongs to it.
fn ends(on: Day, zone: Zone) -> i64 {
    zone.start_of(on.plus(1))
}

fn said_by_the_database(error: Error) -> Error {
    match error.verdict() {
        Some("key-exists") => Refusal::NameTaken.into(),
        Some("key-ended") => Refusal::Ended.into(),
        Some("key-rotated") => Refusal::AlreadyRotated.into(),
        _ => error,
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        let field = |name: &str, code: &'static str, said: &str| {
            Self::invalid(vec![FieldError::new(name, code, said)])
        };
        match refusal {
            Refusal::NoScope => {
                field("scopes", "required", "Choose at least one scope: what the program may do.")
            }
            Refusal::BeyondMaker(role) => field(
                "scopes",
                "beyond-maker",
                &format!("A key can do no more than who makes it; {} is beyond your role.", role.label()),
            ),
            Refusal::EndsBeforeItBegins => {
                field("expires_on", "past", "This day is over. Choose today or a later day.")
            }
            Refusal::LivesTooLong => field(
                "expires_on",
                "too-far",
                "A key lives for a year at most. Choose a day within the next 365 days; it can be rotated before.",
            ),
            Refusal::NameTaken => Self::conflict(FieldError::new(
                "name",
                "key-exists",
                "A key with this name works already. Choose another name, or rotate that key.",
            )),
            Refusal::Ended => Self::refused(
                StatusCode::CONFLICT,
                "key-ended",
                "This key no longer works, so there is nothing to rotate. Make a new one.",
            ),
            Refusal::AlreadyRotated => Self::refused(
                StatusCode::CONFLICT,
                "key-ended",
                "This key has a successor already. Rotate that one, or revoke it first.",
            ),
        }
    }
}
