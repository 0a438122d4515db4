//! Everything before somebody is signed in: the door itself, one-time links, the first administrator.

mod common_passwords;
mod enter;
mod mail;
mod password;
mod rules;
mod setup;
mod sql;
mod verify;
mod view;

use axum::http::header::{CACHE_CONTROL, REFERRER_POLICY, SET_COOKIE};
use axum::http::{HeaderValue, Method};
use axum::routing::{get, post};
use serde::Serialize;

use crate::access::{App, Claim, Doorstep, KnownDevice, Routes};
use crate::answer::Answer;
use crate::error::Error;
use crate::kernel::{Email, OrgId, OrgName, PersonId, Role, SessionId};
use crate::page;
use crate::throttle::Limit;

pub use enter::{SignedInAnswer, forgetting};
pub use mail::{first_password, password_changed, render};
pub use password::Accepted;
pub use rules::{Context, new_password};
pub use sql::{Named, RoleRow, memberships};
pub use verify::Verified;

/// Wrong passwords for one account, or from one browser that its owner is known to use.
pub const ACCOUNT: Limit = Limit { most: 5, within: 900 };

#[must_use]
pub fn routes() -> Routes {
    Routes::default()
        .anyone(&Method::GET, "/sign-in", get(enter::form))
        .anyone(&Method::POST, "/sign-in", post(enter::sign_in))
        .anyone(&Method::POST, "/api/v1/session", post(enter::sign_in))
        .anyone(&Method::POST, "/sign-out", post(enter::sign_out))
        .anyone(&Method::GET, "/forgot-password", get(password::forgotten))
        .anyone(&Method::POST, "/forgot-password", post(password::request))
        .anyone(&Method::POST, "/api/v1/password-resets", post(password::request))
        .anyone(&Method::GET, "/password", get(password::form))
        .anyone(&Method::POST, "/password", post(password::choose))
        .anyone(&Method::POST, "/api/v1/password-resets/confirm", post(password::choose))
        .anyone(&Method::GET, "/verify", get(verify::form))
        .anyone(&Method::POST, "/verify", post(verify::confirm))
        .anyone(&Method::POST, "/api/v1/verifications/confirm", post(verify::confirm))
        .anyone(&Method::GET, "/setup", get(setup::form))
        .anyone(&Method::POST, "/setup", post(setup::install))
        .anyone(&Method::GET, "/accessibility", get(accessibility))
}

async fn accessibility(door: Doorstep) -> Answer {
    view::page(page::accessibility(&door.frame()))
}

/// An organisation of which somebody is a verified contact, and what they are there.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema))]
pub struct Membership {
    #[cfg_attr(not(target_arch = "wasm32"), schema(value_type = String))]
    pub id: OrgId,
    #[cfg_attr(not(target_arch = "wasm32"), schema(value_type = String))]
    pub name: OrgName,
    pub roles: Vec<Role>,
}

/// Where somebody who has just come in goes: there is nothing to choose with one organisation.
#[must_use]
pub fn landing(memberships: &[Membership], is_staff: bool) -> String {
    match memberships {
        [] if is_staff => "/staff".to_owned(),
        [only] if !is_staff => crate::apps::home(&only.id),
        _ => "/organisations".to_owned(),
    }
}

/// The throttle of an account, for a browser that has not been seen with it before.
#[must_use]
pub fn account_bucket(email: &str) -> String {
    format!("account:{email}")
}

#[must_use]
pub fn device_bucket(device: &KnownDevice) -> String {
    format!("device:{}", device.id.as_str())
}

/// Marks the browser as one that this person has used; it keeps the mark that it has.
pub fn with_device(
    app: &App,
    answer: Answer,
    known: Option<&KnownDevice>,
    person: &PersonId,
) -> Result<Answer, Error> {
    let device = match known.filter(|it| it.person == *person) {
        Some(known) => known.clone(),
        None => KnownDevice { id: new_session_id(app)?, person: person.clone() },
    };
    let cookie = app.secrets().session.device_cookie(&device, app.now()).ok_or_else(no_key)?;
    Ok(answer.with(SET_COOKIE, cookie))
}

pub fn with_session(app: &App, answer: Answer, claim: &Claim) -> Result<Answer, Error> {
    let cookie = app.secrets().session.session_cookie(claim, app.now()).ok_or_else(no_key)?;
    Ok(answer.with(SET_COOKIE, cookie))
}

pub fn new_session_id(app: &App) -> Result<SessionId, Error> {
    app.new_session_id().ok_or_else(no_key)
}

/// What has been chosen, as it is stored.
pub fn hashed(app: &App, password: &crate::kernel::Password) -> Result<String, Error> {
    app.secrets().pepper.hash(password, app.random()).ok_or_else(no_key)
}

/// Pages that a token passes through tell nobody where they were, and leave no copy.
fn discreet(answer: Result<Answer, Error>) -> Answer {
    let answer = answer.unwrap_or_else(Answer::of);
    answer
        .with(REFERRER_POLICY, HeaderValue::from_static("no-referrer"))
        .with(CACHE_CONTROL, HeaderValue::from_static("no-store"))
}

/// As the database knows addresses; what is none belongs to nobody.
fn known_as(typed: &str) -> String {
    Email::try_from(typed.to_owned()).map_or_else(|_| String::new(), String::from)
}

fn no_key() -> Error {
    Error::Ours("the installation's keys sign and hash nothing")
}
