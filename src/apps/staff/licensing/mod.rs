//! Licences as the vendor's team changes them by hand, with a note that the customer reads.

mod actions;
pub mod api;
pub mod mail;
mod rules;
mod sql;
mod view;

use axum::http::Method;
use axum::routing::{get, patch, post};

use self::actions::{Door, Known};
use self::rules::{Change, Licence, Wish};
use self::view::{Ending, LicencePage};
use crate::access::{Asked, Fields, Form, Posted, Routes, seat};
use crate::answer::{Answer, Shown, View};
use crate::error::Error;
use crate::kernel::{FieldError, LicenceId};
use crate::page::Draft;

use seat::Licensing;

pub fn routes() -> Routes {
    const ONE: &str = "/licences/{licence}";
    Routes::default()
        .desk::<Licensing>(&Method::GET, "/licences", get(ending))
        .desk::<Licensing>(&Method::GET, ONE, get(show))
        .desk::<Licensing>(&Method::POST, ONE, post(change))
        .desk_api::<Licensing>(&Method::GET, "/licences", get(ending))
        .desk_api::<Licensing>(&Method::GET, ONE, get(show))
        .desk_api::<Licensing>(&Method::PATCH, ONE, patch(change))
}

fn path_of(id: &LicenceId) -> String {
    format!("/staff/licences/{}", id.as_str())
}

/// Licences that ended up to so many days ago stand on the list, too.
const LOOK_BACK: u64 = 60;

async fn ending(door: Door) -> Result<Answer, Error> {
    let mut asked = Asked::of(door.app());
    let (q, page, today) = (asked.read("q"), asked.page(), door.today()?);
    let from = today.minus(LOOK_BACK);
    let (me, found) = door.read(sql::ending(door.scope(), from, q.as_ref(), &page)).await?;
    let (licences, next) = page.cut(found, Licence::place);
    let view = Ending { licences, next, draft: asked.draft(), filters: asked.filters(), today };
    let frame = door.frame(&me);
    if asked.errors().is_empty() {
        return Ok(Answer::of(Shown { frame, view }));
    }
    let view = Ending { licences: Vec::new(), next: None, ..view };
    Err(Error::invalid(asked.errors().to_vec()).on_screen(|_| view.page(&frame)))
}

async fn show(door: Door) -> Result<Answer, Error> {
    let known = actions::load(&door).await?;
    let frame = door.frame(&known.me);
    Ok(Answer::of(Shown { frame, view: screen(&door, known, Draft::default()) }))
}

async fn change(door: Door, posted: Posted<Change>) -> Result<Answer, Error> {
    let known = actions::load(&door).await?;
    let frame = door.frame(&known.me);
    let parsed = posted.matches(known.licence.version).and_then(|()| posted.parse());
    let done = match &parsed {
        Ok(wanted) => actions::change(&door, &known, wanted).await,
        Err(_) => Err(parsed.err().unwrap_or(Error::NotFound)),
    };
    match done {
        Ok((done, version)) => Ok(Answer::of(done).tagged(version)),
        Err(error) => Err(error.on_screen(|errors| screen(&door, known, posted.draft(errors)).page(&frame))),
    }
}

fn screen(door: &Door, known: Known, draft: Draft) -> LicencePage {
    let Known { licence, history, today, .. } = known;
    let config = door.app().config();
    LicencePage {
        licence,
        history,
        today,
        draft,
        zone: config.zone,
        vendor: config.brand.vendor_name.clone(),
    }
}

impl Form for Change {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let (till, cancelled) = (fields.maybe("valid_till"), fields.said_or_none("cancelled_on"));
        let (note, confirm) = (fields.read("note"), fields.flag("confirm", false));
        let wish = match (till?, cancelled?) {
            (Some(day), None) => Wish::ValidTill(day),
            (None, Some(Some(day))) => Wish::CancelledOn(day),
            (None, Some(None)) => Wish::Revived,
            (Some(_), Some(_)) => {
                let said = "Change the end or cancel it, not both at once.";
                return fields.refuse(FieldError::new("cancelled_on", "one-of-two", said));
            }
            (None, None) => {
                let said = "Say until when it shall be valid, or when it is cancelled.";
                return fields.refuse(FieldError::new("valid_till", "required", said));
            }
        };
        Some(Self { wish, note: note?, confirm: confirm? })
    }
}
