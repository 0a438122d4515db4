use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::actions::{self, Made};
use super::rules::{ApiKey, NewKey, Rotation};
use super::view::{Fresh, KeyList, Revocation, RotationForm};
use crate::access::{Colleague, Posted, Staffed, seat};
use crate::answer::{Answer, Asker, Done, Faces, Shown, View};
use crate::error::Error;
use crate::kernel::Day;
use crate::page::{Draft, Frame};

type Door = Staffed<seat::Keys>;

const AT: &str = "/staff/keys";

pub async fn list(door: Door) -> Result<Answer, Error> {
    let (me, keys) = actions::load(&door).await?;
    let view = screen(&door, keys, Draft::default())?;
    Ok(Answer::of(Shown { frame: door.frame(&me), view }))
}

pub async fn make(door: Door, posted: Posted<NewKey>) -> Result<Answer, Error> {
    let (me, keys) = actions::load(&door).await?;
    let today = today(&door)?;
    let made = match posted.parse() {
        Ok(new) => actions::make(&door, &me, &new, today).await,
        Err(error) => Err(error),
    };
    let view = screen(&door, keys, Draft::default())?;
    match made {
        Ok(made) => Ok(shown_once(&door, &me, made)),
        Err(error) => {
            Err(error
                .on_screen(|errors| KeyList { draft: posted.draft(errors), ..view }.page(&door.frame(&me))))
        }
    }
}

pub async fn ask_rotation(door: Door) -> Result<Answer, Error> {
    let (me, key) = actions::one(&door).await?;
    let view = rotation(&door, key, Draft::default())?;
    Ok(Answer::of(Shown { frame: door.frame(&me), view }))
}

pub async fn rotate(door: Door, posted: Posted<Rotation>) -> Result<Answer, Error> {
    let (me, key) = actions::one(&door).await?;
    let today = today(&door)?;
    let made = match posted.parse() {
        Ok(wish) => actions::rotate(&door, &me, &key, &wish, today).await,
        Err(error) => Err(error),
    };
    let view = rotation(&door, key, Draft::default())?;
    match made {
        Ok(made) => Ok(shown_once(&door, &me, made)),
        Err(error) => Err(error
            .on_screen(|errors| RotationForm { draft: posted.draft(errors), ..view }.page(&door.frame(&me)))),
    }
}

pub async fn ask_revocation(door: Door) -> Result<Answer, Error> {
    let (me, key) = actions::one(&door).await?;
    let view = Revocation { key, now: door.now(), zone: door.app().config().zone, at: AT };
    Ok(Answer::of(Shown { frame: door.frame(&me), view }))
}

pub async fn revoke(door: Door) -> Result<Answer, Error> {
    let (me, key) = actions::one(&door).await?;
    actions::revoke(&door, &me, &key).await?;
    Ok(Answer::of(Done::quietly(format!("{AT}?done=key-revoked"))))
}

fn today(door: &Door) -> Result<Day, Error> {
    Day::today(door.now(), door.app().config().zone).ok_or(Error::Ours("no such day"))
}

fn screen(door: &Door, keys: Vec<ApiKey>, draft: Draft) -> Result<KeyList, Error> {
    let zone = door.app().config().zone;
    Ok(KeyList { keys, draft, today: today(door)?, now: door.now(), zone, at: AT })
}

fn rotation(door: &Door, key: ApiKey, draft: Draft) -> Result<RotationForm, Error> {
    Ok(RotationForm { key, draft, today: today(door)?, now: door.now(), at: AT })
}

fn shown_once(door: &Door, me: &Colleague, made: Made) -> Answer {
    let view = Fresh { made, origin: door.app().config().origin.clone(), at: AT };
    Answer::of(Created { frame: door.frame(me), view })
}

/// A page that cannot be come back to, and 201 for programs.
struct Created {
    frame: Frame,
    view: Fresh,
}

impl Faces for Created {
    fn page(&self, _: &Asker) -> Response {
        self.view.page(&self.frame).into_response()
    }

    fn json(&self, _: &Asker) -> Response {
        (StatusCode::CREATED, axum::Json(self.view.json())).into_response()
    }
}
