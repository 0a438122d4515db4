//! The door: signing in and out, links that choose a password or confirm an address, the first administrator.

mod enter;
mod password;
mod sessions;
mod setup;
mod throttle;
mod verify;
mod words;

use futures_executor::block_on;
use portal::apps::sign_in;
use portal::kernel::LinkId;
use portal::outbox::Mailing;
use portal::page::Mail;
use portal::sql;
use serde_json::{Value, json};

use crate::fixtures::{Answer, NOW, PASSWORD, Portal, ask, keys};

pub const NEW: &str = "kw3 ostrich lamp viaduct";
pub const SETUP: &str = "the one-time secret of this installation";

fn enter(portal: &Portal, email: &str, password: &str) -> Answer {
    enter_with(portal, email, password, "")
}

fn enter_with(portal: &Portal, email: &str, password: &str, cookie: &str) -> Answer {
    portal.send(
        "POST",
        "/api/v1/session",
        cookie,
        &json!({ "email": email, "password": password }).to_string(),
    )
}

fn ann(portal: &Portal) -> Answer {
    enter(portal, "ann@acme-canary.example", PASSWORD)
}

fn both(one: &str, two: &str) -> String {
    format!("{one}; {two}")
}

/// Without what differs from request to request.
fn said(answer: &Answer) -> Value {
    let mut body = answer.json();
    body.as_object_mut().unwrap().remove("request_id");
    body
}

pub fn form(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

#[derive(serde::Deserialize)]
pub struct Posted {
    pub kind: String,
    pub recipient: Option<String>,
    payload: String,
}

/// What is in the outbox, oldest first, as it would be sent.
pub fn outbox(portal: &Portal) -> Vec<Posted> {
    ask(&portal.db, sql!("select kind, recipient, payload from outbox order by rowid")).unwrap()
}

fn mail(portal: &Portal, posted: &Posted) -> Mail {
    let app = portal.app();
    let mailing = Mailing { config: app.config(), secrets: app.secrets() };
    let payload = serde_json::from_str(&posted.payload).unwrap();
    sign_in::render(&posted.kind, &payload, &mailing).unwrap()
}

/// The code in the newest mail.
fn token(portal: &Portal) -> String {
    let text = mail(portal, outbox(portal).last().unwrap()).text;
    let url = text.lines().find(|it| it.contains("/password#")).unwrap();
    url.split_once('#').unwrap().1.to_owned()
}

/// A link that is there already; answers its token.
pub fn link(portal: &Portal, id: &str, purpose: &str, person: &str, contact: Option<&str>) -> String {
    let token = keys().link_token(&LinkId::try_from(id.to_owned()).unwrap()).unwrap();
    let hash = token.hash();
    portal.tokens.kept.lock().unwrap().insert(format!("link:{}", hash.as_str()), purpose.to_owned());
    let insert = sql!(
        "insert into link (id, hash, purpose, person_id, contact_id, created_at, expires_at)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        id,
        hash.as_str(),
        purpose,
        person,
        contact,
        NOW,
        NOW + 3600,
    );
    block_on(portal.db.write(vec![insert])).unwrap();
    token.reveal().to_owned()
}

fn choose(portal: &Portal, token: &str, password: &str) -> Answer {
    let body = json!({ "token": token, "new_password": password }).to_string();
    portal.send("POST", "/api/v1/password-resets/confirm", "", &body)
}

fn confirm(portal: &Portal, token: &str) -> Answer {
    portal.send("POST", "/api/v1/verifications/confirm", "", &json!({ "token": token }).to_string())
}

fn forget(portal: &Portal, email: &str) -> Answer {
    portal.send("POST", "/api/v1/password-resets", "", &json!({ "email": email }).to_string())
}
