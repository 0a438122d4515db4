use axum::http::StatusCode;
use futures::join;
use serde::Serialize;

use super::sql::{self, Invited};
use super::{discreet, mail, view};
use crate::access::{Actor, Doorstep, Fields, Form, Posted};
use crate::answer::Answer;
use crate::audit::Entry;
use crate::error::Error;
use crate::kernel::{OrgName, Token};
use crate::link::{self, NewLink, Purpose};
use crate::page::Draft;
use crate::throttle::{self, Attempts, Limit};

/// Tokens that KV has not heard of, from one network. Guessing is hopeless; this keeps it cheap for us.
const JUNK: Limit = Limit { most: 30, within: 900 };

pub struct Pressed(String);

impl Form for Pressed {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        fields.checked::<Token>("token").map(Self)
    }
}

/// `POST /api/v1/verifications/confirm`
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema))]
pub struct Verified {
    organisation: VerifiedFor,
    /// A mail with a link to choose the first password is on its way.
    needs_password: bool,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema))]
struct VerifiedFor {
    #[cfg_attr(not(target_arch = "wasm32"), schema(value_type = String))]
    name: OrgName,
}

/// Reads nothing and changes nothing, however often it is opened and by whatever reads mails before people do.
pub async fn form(door: Doorstep) -> Answer {
    discreet(Ok(view::page(view::verify(&door.frame(), &Draft::default()))))
}

pub async fn confirm(door: Doorstep, posted: Posted<Pressed>) -> Answer {
    let verified = verify(&door, posted.parse()).await;
    discreet(verified.map_err(|it| {
        let is_spent = it.code() == link::SPENT;
        it.on_screen(|errors| {
            if is_spent {
                view::spent(&door.frame(), view::Spent::Verify)
            } else {
                view::verify(&door.frame(), &posted.draft(errors))
            }
        })
    }))
}

async fn verify(door: &Doorstep, typed: Result<Pressed, Error>) -> Result<Answer, Error> {
    let typed = typed?;
    let (scope, app, now) = (door.scope(), door.app(), door.now());
    let Ok(token) = Token::try_from(typed.0) else { return Err(junk(door).await) };
    let hash = token.hash();
    let asked = door.read(sql::invited(scope, hash.as_str(), now));
    let (found, pointed) = join!(asked, link::is_pointed_at(app, &token));
    count_unless(pointed, door).await?;
    let Invited { contact, org, org_name, person, email, name, has_password } = found?.ok_or_else(spent)?;

    let mut deeds = link::use_up(scope, &hash, now);
    deeds.push(sql::verify(scope, &hash, now));
    let actor = Actor { person: Some(person.clone()), name: name.as_str().to_owned() };
    let done = Entry { action: "contact.verified", target: contact.as_str(), before: None, after: None };
    deeds.push(done.deed_in(Some(&org), scope, app, &actor));
    let needs_password = !has_password.0;
    let next =
        if needs_password { Some(NewLink::make(app, Purpose::FirstPassword, &person, None)?) } else { None };
    if let Some(link) = &next {
        deeds.extend(link.deeds(scope, app));
        let letter = mail::link(mail::FIRST_PASSWORD, Some((email.clone(), name)), &link.reference);
        deeds.push(letter.deed(scope, app));
    }
    door.write(deeds).await.map_err(spent_meanwhile)?;
    if let Some(link) = next {
        link.point(app);
    }
    let page = view::verified(&door.frame(), &org_name, &email, needs_password);
    let body = serde_json::json!(Verified { organisation: VerifiedFor { name: org_name }, needs_password });
    Ok(view::said(page, body))
}

/// KV knows each live link, unless it lags or has lost it. Not to be known there costs an attempt and nothing else.
pub async fn count_unless(pointed: bool, door: &Doorstep) -> Result<(), Error> {
    if pointed {
        return Ok(());
    }
    let counted = JUNK.count(door.scope(), &throttle::from_here("link", door.app()), door.now());
    let attempts = door.write(vec![counted]).await?.into_iter().next().map(Attempts::of).transpose()?;
    let said = "Too many codes that do not work came from your network. Wait a few minutes and try again.";
    attempts.map_or(Ok(()), |it| it.check(JUNK, door.now(), said))
}

/// What is no token at all.
pub async fn junk(door: &Doorstep) -> Error {
    count_unless(false, door).await.err().unwrap_or_else(spent)
}

/// One answer for used, expired, replaced and unknown, so that nobody learns which it was.
pub fn spent() -> Error {
    let said = "This link has been used, has expired or was replaced by a newer one. Ask for a new one, and use the \
                newest mail.";
    Error::refused(StatusCode::GONE, link::SPENT, said)
}

/// Another press of the same button was quicker.
pub fn spent_meanwhile(error: Error) -> Error {
    if error.verdict() == Some(link::SPENT) { spent() } else { error }
}
