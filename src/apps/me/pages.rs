use axum::http::{HeaderValue, StatusCode, header};

use super::actions::{self, Known, NewName, NewPassword};
use super::view::{Chooser, Profile, Sessions};
use crate::access::{Fields, Form, Person, Posted, SignedIn};
use crate::answer::{Answer, Done, Shown};
use crate::apps::{self, sign_in};
use crate::error::Error;
use crate::kernel::SessionId;
use crate::page::Draft;

/// `GET /`: back to where this session was last, if that is still open to this person.
pub async fn home(door: SignedIn) -> Result<Answer, Error> {
    let known = actions::load(&door).await?;
    let organisations = known.organisations;
    let last = known.me.last_org.filter(|last| organisations.iter().any(|it| it.id == *last));
    let see = last.map_or_else(
        || sign_in::landing(&organisations, known.me.staff_role.is_some()),
        |it| apps::home(&it),
    );
    Ok(Answer::of(Done::quietly(see)))
}

pub async fn organisations(door: SignedIn) -> Result<Answer, Error> {
    let known = actions::load(&door).await?;
    let last_org = known.me.last_org.clone();
    let is_staff = known.me.staff_role.is_some();
    let view =
        Chooser { organisations: known.organisations, last_org, email: known.me.email.clone(), is_staff };
    Ok(Answer::of(Shown { frame: door.frame(&known.me), view }))
}

pub async fn profile(door: SignedIn) -> Result<Answer, Error> {
    let known = actions::load(&door).await?;
    Ok(Answer::of(Shown { frame: door.frame(&known.me), view: shown(&door, known, Draft::default()) }))
}

pub async fn rename(door: SignedIn, posted: Posted<NewName>) -> Result<Answer, Error> {
    let known = actions::load(&door).await?;
    match actions::rename(&door, &known.me, &posted).await {
        Ok(me) => {
            let view = shown(&door, Known { me, ..known }, Draft::default());
            let done =
                Done { see: "/me?done=name-changed".to_owned(), status: StatusCode::OK, body: view.body() };
            let etag = HeaderValue::from_str(&view.tag()).ok();
            let answer = Answer::of(done);
            Ok(match etag {
                Some(etag) => answer.with(header::ETAG, etag),
                None => answer,
            })
        }
        Err(error) => Err(again(&door, known, posted.draft(Vec::new()), error)),
    }
}

pub async fn change_password(door: SignedIn, posted: Posted<NewPassword>) -> Result<Answer, Error> {
    match actions::change_password(&door, posted.parse()).await {
        Ok(claim) => {
            let answer = Answer::of(Done::quietly("/me?done=password-changed"));
            sign_in::with_session(door.app(), answer, &claim)
        }
        Err(error @ Error::Refused(_)) => {
            Err(again(&door, actions::load(&door).await?, Draft::default(), error))
        }
        Err(error) => Err(error),
    }
}

/// For people this list is a part of the profile.
pub async fn sessions(door: SignedIn) -> Result<Answer, Error> {
    let known = actions::load(&door).await?;
    let body = Sessions { sessions: known.sessions, current: door.session().clone() }.body();
    Ok(Answer::of(Done { see: "/me".to_owned(), status: StatusCode::OK, body }))
}

pub async fn end_session(door: SignedIn) -> Result<Answer, Error> {
    let session: SessionId = door.named("session")?;
    let (me, ()) = door.read(()).await?;
    actions::end(&door, &me, &session).await?;
    let answer = Answer::of(Done::quietly("/me?done=session-ended"));
    if session == *door.session() { sign_in::forgetting(answer) } else { Ok(answer) }
}

/// `DELETE /api/v1/session`
pub async fn sign_out(door: SignedIn) -> Result<Answer, Error> {
    let (me, ()): (Person, ()) = door.read(()).await?;
    actions::end(&door, &me, door.session()).await?;
    sign_in::forgetting(Answer::of(Done::quietly("/sign-in?done=signed-out")))
}

fn again(door: &SignedIn, known: Known, draft: Draft, error: Error) -> Error {
    let frame = door.frame(&known.me);
    error.on_screen(|errors| shown(door, known, Draft { errors, ..draft }).html(&frame))
}

fn shown(door: &SignedIn, known: Known, draft: Draft) -> Profile {
    let Known { me, organisations, sessions } = known;
    let sessions = Sessions { sessions, current: door.session().clone() };
    Profile { me, organisations, sessions, zone: door.app().config().zone, now: door.now(), draft }
}

impl Form for NewName {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        fields.read("display_name").map(Self)
    }
}

impl Form for NewPassword {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        fields.repeated("new_password", "new_password_again");
        let (current, new) =
            (fields.filled("current_password", "Type your current password."), fields.read("new_password"));
        Some(Self { current: current?, new: new? })
    }
}
