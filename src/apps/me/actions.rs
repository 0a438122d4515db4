use axum::http::StatusCode;

use super::rules::Session;
use super::sql;
use crate::access::{Claim, Person, Posted, SignedIn, Verdict, stale};
use crate::apps::sign_in::{self, ACCOUNT, Membership, RoleRow};
use crate::audit::Entry;
use crate::error::Error;
use crate::kernel::{DisplayName, FieldError, Password, SessionId};
use crate::throttle::{self, Attempts};

/// Everything that the profile shows.
pub struct Known {
    pub me: Person,
    pub organisations: Vec<Membership>,
    pub sessions: Vec<Session>,
}

pub async fn load(door: &SignedIn) -> Result<Known, Error> {
    let asked = (sign_in::memberships(door.scope()), sql::sessions(door.scope(), door.now()));
    let (me, (rows, sessions)) = door.read(asked).await?;
    Ok(Known { me, organisations: RoleRow::fold(rows), sessions })
}

/// Answers the new version.
pub async fn rename(door: &SignedIn, me: &Person, posted: &Posted<NewName>) -> Result<Person, Error> {
    let NewName(name) = posted.parse()?;
    posted.matches(me.version)?;
    let renamed = Entry {
        action: "person.renamed",
        target: me.id.as_str(),
        before: Some(serde_json::json!({ "display_name": me.name })),
        after: Some(serde_json::json!({ "display_name": name })),
    };
    let deeds = vec![
        sql::unless_changed(door.scope(), me.version),
        sql::rename(door.scope(), &name),
        renamed.deed(door.scope(), door.app(), &door.actor(me)),
    ];
    door.write(deeds).await.map_err(|it| if it.verdict() == Some("stale") { stale() } else { it })?;
    let mut renamed = me.clone();
    (renamed.name, renamed.version) = (name, me.version + 1);
    Ok(renamed)
}

pub struct NewName(pub DisplayName);

pub struct NewPassword {
    pub current: String,
    pub new: String,
}

/// Every session ends; the one that asked goes on as a new one, whose claim this answers.
pub async fn change_password(door: &SignedIn, typed: Result<NewPassword, Error>) -> Result<Claim, Error> {
    let (scope, app, now) = (door.scope(), door.app(), door.now());
    let bucket = match door.device() {
        Some(device) => sign_in::device_bucket(device),
        None => format!("password:{}", door.person().as_str()),
    };
    // Counted with the reading and before the hashing, so that parallel guesses cannot slip through.
    let count = typed.iter().map(|_| ACCOUNT.count(scope, &bucket, now)).collect();
    let questions = (sql::stored(scope), sql::organisations(scope));
    let (me, counted, (stored, organisations)) = door.write_and_read(count, questions).await?;
    let NewPassword { current, new } = typed?;
    let wait = "The current password was wrong too often. Wait a few minutes and try again.";
    let counted = counted.into_iter().next().map(Attempts::of).transpose()?;
    counted.map_or(Ok(()), |it| it.check(ACCOUNT, now, wait))?;
    let new = match acceptable(door, &me, &current, new, organisations) {
        Ok(new) => new,
        Err(refused) => {
            door.write(vec![throttle::give_back(scope, &bucket)]).await?;
            return Err(refused);
        }
    };
    let stored = stored.and_then(|it| it.password);
    let is_right = current.len() <= Password::MOST_BYTES
        && app.secrets().pepper.verify(&current, stored.as_deref()) != Verdict::Wrong;
    if !is_right {
        return Err(wrong());
    }

    let claim = Claim { id: sign_in::new_session_id(app)?, person: me.id.clone(), epoch: door.epoch() + 1 };
    let changed = Entry { action: "password.changed", target: me.id.as_str(), before: None, after: None };
    let deeds = vec![
        sql::set_password(scope, &sign_in::hashed(app, &new)?),
        sql::end_all(scope, now),
        sql::start(scope, &claim, &app.caller().device, &app.caller().address, now),
        sql::void_links(scope, now),
        throttle::clear(scope, &bucket),
        changed.deed(scope, app, &door.actor(&me)),
        sign_in::password_changed(app, &me.email, &me.name).deed(scope, app),
    ];
    door.write(deeds).await?;
    app.remember(&claim.id, me.last_org);
    Ok(claim)
}

fn acceptable(
    door: &SignedIn,
    me: &Person,
    current: &str,
    new: String,
    organisations: Vec<sign_in::Named>,
) -> Result<Password, Error> {
    let organisations: Vec<String> = organisations.into_iter().map(|it| it.name).collect();
    let context = sign_in::Context {
        email: &me.email,
        name: me.name.as_str(),
        vendor: &door.app().config().brand.vendor_name,
        organisations: &organisations,
    };
    let is_same = new == current;
    let new = sign_in::new_password("new_password", new, &context).map_err(|it| Error::invalid(vec![it]))?;
    if is_same {
        let said = "This is the password you have now. Choose another one.";
        return Err(Error::invalid(vec![FieldError::new("new_password", "unchanged", said)]));
    }
    Ok(new)
}

fn wrong() -> Error {
    let said = "This is not your current password. Check it and try again; if it is forgotten, sign out and choose a \
                new one under \"Forgotten your password?\".";
    let error = FieldError::new("current_password", "bad-credentials", said);
    Error::refused(StatusCode::UNAUTHORIZED, error.code, said).with_errors(vec![error])
}

pub async fn end(door: &SignedIn, me: &Person, session: &SessionId) -> Result<(), Error> {
    let ended = Entry { action: "session.ended", target: session.as_str(), before: None, after: None };
    let deeds = vec![
        sql::is_mine(door.scope(), session, door.now()),
        sql::end(door.scope(), session, door.now()),
        ended.deed(door.scope(), door.app(), &door.actor(me)),
    ];
    door.write(deeds).await.map(drop)
}
