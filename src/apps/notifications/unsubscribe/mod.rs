//! The end of mails in one press, from the mail itself and without signing in (RFC 8058). The address carries what it
//! ends and our seal; looking at it changes nothing, however often a scanner of mails does.

mod sql;
mod view;

use axum::http::StatusCode;
use serde_json::Value;

use super::mail::To;
use super::rules::{Category, Choice};
use crate::access::{Actor, App, Doorstep};
use crate::answer::{Answer, Shown};
use crate::apps::home;
use crate::audit::Entry;
use crate::error::Error;
use crate::kernel::{OrgId, PersonId, Token};
use crate::outbox::Mailing;
use sql::Known;

const PURPOSE: &str = "unsubscribe";
/// In the address, where a category stands otherwise.
const DIGEST: &str = "digest";

/// Which mails end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Subject {
    Category(Category),
    /// Everything that is collected for the weekly mail.
    Digest,
}

/// What an address with a good seal says.
struct Wish {
    subject: Subject,
    org: OrgId,
    person: PersonId,
}

/// `<portal>/unsubscribe/<seal>.<subject>.<organisation>.<person>`: the seal stands first, so the log knows it for a
/// secret. `None` when there is no key to seal with.
#[must_use]
pub fn address(mailing: &Mailing, to: &To, subject: Subject) -> Option<String> {
    let text = format!("{}.{}.{}", subject.code(), to.org.as_str(), to.person.as_str());
    let seal = mailing.secrets.session.seal(PURPOSE, &text)?;
    Some(format!("{}/unsubscribe/{}.{text}", mailing.config.origin, seal.reveal()))
}

pub async fn ask(door: Doorstep) -> Result<Answer, Error> {
    let wish = wish(door.app()).ok_or_else(broken)?;
    let known = door.read(sql::known(door.scope(), &wish.org, &wish.person)).await?.ok_or_else(broken)?;
    let at = door.app().caller().asked.split('?').next().unwrap_or_default().to_owned();
    let ends = ends(&wish, &known);
    let view = view::Asking { subject: wish.subject, org: known.org_name, ends: !ends.is_empty(), at };
    Ok(Answer::of(Shown { frame: door.frame(), view }))
}

/// Whatever is in the body: a mail program says `List-Unsubscribe=One-Click`, as a form or in parts, and a person's
/// browser sends a form without fields. It is never read.
pub async fn stop(door: Doorstep) -> Result<Answer, Error> {
    let wish = wish(door.app()).ok_or_else(broken)?;
    let known = door.read(sql::known(door.scope(), &wish.org, &wish.person)).await?.ok_or_else(broken)?;
    let ends = ends(&wish, &known);
    if !ends.is_empty() {
        let off: Value =
            ends.iter().map(|it| (it.code().to_owned(), Value::from(Choice::Off.code()))).collect();
        let was: Value =
            ends.iter().map(|it| (it.code().to_owned(), Value::from(known.choice(*it).code()))).collect();
        let actor = Actor { person: Some(wish.person.clone()), name: known.name.as_str().to_owned() };
        let entry = Entry {
            action: "notifications.unsubscribed",
            target: wish.person.as_str(),
            before: Some(was),
            after: Some(off.clone()),
        };
        let (scope, app) = (door.scope(), door.app());
        let deeds = vec![
            sql::stop(scope, &wish.org, &wish.person, &off.to_string(), door.now()),
            entry.deed_in(Some(&wish.org), scope, app, &actor),
        ];
        door.write(deeds).await?;
    }
    let preferences = home(&wish.org) + "/notifications/preferences";
    let view = view::Stopped { subject: wish.subject, org: known.org_name, preferences };
    Ok(Answer::of(Shown { frame: door.frame(), view }))
}

/// The categories whose mails stop; none where they have stopped already.
fn ends(wish: &Wish, known: &Known) -> Vec<Category> {
    let free = Category::ALL.into_iter().filter(|it| it.fixed().is_none());
    let ends = free.filter(|it| match wish.subject {
        Subject::Category(category) => *it == category && known.choice(*it) != Choice::Off,
        Subject::Digest => known.choice(*it) == Choice::Weekly,
    });
    ends.collect()
}

fn wish(app: &App) -> Option<Wish> {
    let path = app.caller().asked.split('?').next()?;
    let (seal, text) = path.strip_prefix("/unsubscribe/")?.split_once('.')?;
    let seal = Token::try_from(seal.to_owned()).ok()?;
    if !app.secrets().session.has_sealed(PURPOSE, text, &seal) {
        return None;
    }
    let mut parts = text.split('.');
    let (subject, org, person) = (parts.next()?, parts.next()?, parts.next()?);
    let subject = match subject {
        DIGEST => Subject::Digest,
        code => Subject::Category(Category::try_from(code.to_owned()).ok()?),
    };
    Some(Wish {
        subject,
        org: OrgId::try_from(org.to_owned()).ok()?,
        person: PersonId::try_from(person.to_owned()).ok()?,
    })
}

fn broken() -> Error {
    let said = "This address is not complete, or you are no longer a contact there. Open the link of the mail once more; \
                if it still leads here, sign in and choose under Notifications what we mail to you.";
    Error::refused(StatusCode::NOT_FOUND, "not-found", said)
}

impl Subject {
    fn code(self) -> &'static str {
        match self {
            Self::Category(category) => category.code(),
            Self::Digest => DIGEST,
        }
    }
}
