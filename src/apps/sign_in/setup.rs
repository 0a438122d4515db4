use axum::http::StatusCode;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{discreet, mail, sql, view};
use crate::access::{Actor, Doorstep, Fields, Form, Posted};
use crate::answer::Answer;
use crate::apps::health;
use crate::apps::staff::installation;
use crate::audit::Entry;
use crate::error::Error;
use crate::kernel::{DisplayName, Email, FieldError, PersonId};
use crate::link::{NewLink, Purpose};
use crate::page::Draft;
use crate::throttle::{self, Attempts, Limit};

const GUESSES: Limit = Limit { most: 5, within: 900 };

pub struct First {
    secret: String,
    email: Email,
    display_name: DisplayName,
}

impl Form for First {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let (secret, email, name) =
            (fields.read("secret"), fields.read("email"), fields.read("display_name"));
        Some(Self { secret: secret?, email: email?, display_name: name? })
    }
}

pub async fn form(door: Doorstep) -> Answer {
    discreet(is_open(&door).await.map(|_| view::page(view::setup(&door.frame(), &Draft::default()))))
}

pub async fn install(door: Doorstep, posted: Posted<First>) -> Answer {
    discreet(match is_open(&door).await {
        Err(error) => Err(error),
        Ok(secret) => make(&door, &secret, posted.parse())
            .await
            .map_err(|it| it.on_screen(|errors| view::setup(&door.frame(), &posted.draft(errors)))),
    })
}

/// The page exists until it has done its work; then it was never there.
async fn is_open(door: &Doorstep) -> Result<String, Error> {
    let secret = door.app().secrets().setup.clone().ok_or(Error::NotFound)?;
    let installed = match door.read(sql::installed(door.scope())).await {
        Ok(found) => found.is_none_or(|it| it.installed.0),
        Err(error) => return Err(lacks_tables(door).await?.unwrap_or(error)),
    };
    if installed { Err(Error::NotFound) } else { Ok(secret) }
}

/// A database that has not been migrated is the first thing that goes wrong, and cannot say so by itself.
async fn lacks_tables(door: &Doorstep) -> Result<Option<Error>, Error> {
    let missing = door.read(health::missing(door.scope())).await?;
    let missing: Vec<String> = missing.into_iter().map(|it| it.name).collect();
    Ok((!missing.is_empty()).then(|| {
        let check = installation::without_tables(&missing);
        let said =
            [Some(check.said), check.mend].into_iter().flatten().collect::<Vec<_>>().join(" To mend it: ");
        Error::refused(StatusCode::SERVICE_UNAVAILABLE, "not-healthy", said)
    }))
}

async fn make(door: &Doorstep, secret: &str, typed: Result<First, Error>) -> Result<Answer, Error> {
    let First { secret: said, email, display_name } = typed?;
    let (scope, app, now) = (door.scope(), door.app(), door.now());
    let bucket = throttle::from_here("setup", app);
    let counted = door.write(vec![GUESSES.count(scope, &bucket, now)]).await?;
    let wait = "There were too many attempts. Wait a few minutes and try again.";
    counted
        .into_iter()
        .next()
        .map(Attempts::of)
        .transpose()?
        .map_or(Ok(()), |it| it.check(GUESSES, now, wait))?;
    if !is_same(&said, secret) {
        let wrong = "This is not the secret of this installation. It is the value of SETUP_SECRET.";
        let error = FieldError::new("secret", "bad-credentials", wrong);
        return Err(Error::refused(StatusCode::UNAUTHORIZED, error.code, wrong).with_errors(vec![error]));
    }

    let known = door.read(sql::known(scope, &email)).await?;
    let is_new = known.is_none();
    let (person, name) =
        known.map_or_else(|| (app.new_id::<PersonId>(), display_name), |it| (it.id, it.name));
    let mut deeds = vec![sql::install(scope, now)];
    if is_new {
        deeds.push(sql::add_person(scope, &person, &email, &name, now));
    }
    deeds.push(sql::make_admin(scope, &person, now));
    let link = NewLink::make(app, Purpose::FirstPassword, &person, None)?;
    deeds.extend(link.deeds(scope, app));
    deeds.push(
        mail::link(mail::FIRST_PASSWORD, Some((email.clone(), name.clone())), &link.reference)
            .deed(scope, app),
    );
    let actor = Actor { person: Some(person.clone()), name: name.into() };
    let after = Some(serde_json::json!({ "email": email, "role": "admin" }));
    let entry = Entry { action: "installation.set_up", target: person.as_str(), before: None, after };
    deeds.push(entry.deed(scope, app, &actor));
    deeds.push(throttle::clear(scope, &bucket));
    door.write(deeds).await.map_err(done_meanwhile)?;
    link.point(app);
    let found = door.read(installation::asked_of_the_database(scope)).await?;
    let checks = installation::found_by(app, found).await;
    Ok(view::page(view::installed(&door.frame(), &email, &checks)))
}

/// In constant time, whatever the lengths.
fn is_same(said: &str, secret: &str) -> bool {
    Sha256::digest(said.as_bytes()).ct_eq(&Sha256::digest(secret.as_bytes())).into()
}

fn done_meanwhile(error: Error) -> Error {
    match &error {
        Error::Database(said) if said.names("installation.id") => Error::NotFound,
        _ => error,
    }
}
