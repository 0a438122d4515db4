//! View as: somebody of the staff sees what a contact sees, with a reason, for half an hour, and the customer's log says
//! so. The gate of `Access` does the rest.

mod rules;
mod sql;
mod view;

use axum::http::Method;
use axum::routing::{get, post};
use serde_json::json;

use crate::access::{Fields, Form, Posted, Routes, Staffed, seat};
use crate::answer::{Answer, Done, Shown, View};
use crate::apps::home;
use crate::audit::Entry;
use crate::error::Error;
use crate::kernel::{NotificationId, ViewAsId};
use crate::page::Draft;
use rules::{LASTS, Wish};

type Door = Staffed<seat::ViewAs>;

pub fn routes() -> Routes {
    Routes::default()
        .desk::<seat::ViewAs>(&Method::GET, "/organisations/{org}/contacts/{contact}/view-as", get(ask))
        .desk::<seat::ViewAs>(&Method::POST, "/organisations/{org}/contacts/{contact}/view-as", post(start))
        .desk::<seat::ViewAs>(&Method::POST, "/view-as/end", post(end))
}

async fn ask(door: Door) -> Result<Answer, Error> {
    let (org, contact) = (door.org()?, door.named("contact")?);
    let (me, seen) = door.read(sql::seen(&org, &contact)).await?;
    let view = view::Asking { seen: seen.ok_or(Error::NotFound)?, draft: Draft::default() };
    Ok(Answer::of(Shown { frame: door.frame(&me), view }))
}

/// The session can see as one contact at a time; an earlier view ends here.
async fn start(door: Door, posted: Posted<Wish>) -> Result<Answer, Error> {
    let (org, contact) = (door.org()?, door.named("contact")?);
    let (me, seen) = door.read(sql::seen(&org, &contact)).await?;
    let seen = seen.ok_or(Error::NotFound)?;
    let session = door.session().ok_or(Error::NotFound)?;
    let wish = match posted.parse() {
        Ok(wish) => wish,
        Err(error) => {
            let frame = door.frame(&me);
            return Err(
                error.on_screen(|errors| view::Asking { seen, draft: posted.draft(errors) }.page(&frame))
            );
        }
    };
    let (app, now) = (door.app(), door.now());
    let new = sql::NewView {
        id: app.new_id::<ViewAsId>(),
        session,
        person: &me.person,
        contact: &contact,
        reason: &wish.reason,
        now,
        ends_at: now + LASTS,
    };
    let mut batch = vec![sql::still_verified(&org, &contact)];
    batch.push(sql::end(door.scope(), session, now));
    batch.push(sql::start(&org, &new));
    batch.push(sql::notify_primary(
        &org,
        &app.new_id::<NotificationId>(),
        &rules::notice(&me.name, &seen),
        now,
    ));
    let after =
        json!({ "contact": contact, "name": seen.name, "reason": wish.reason, "minutes": LASTS / 60 });
    let entry =
        Entry { action: "view_as.started", target: contact.as_str(), before: None, after: Some(after) };
    batch.push(entry.deed(&org, app, &door.actor(&me)));
    door.write(batch).await?;
    Ok(Answer::of(Done::quietly(home(org.id()))))
}

/// Also when nothing runs any more: whoever presses the button wants to be back.
async fn end(door: Door) -> Result<Answer, Error> {
    let session = door.session().ok_or(Error::NotFound)?;
    let (me, running) = door.read(sql::running(door.scope(), session)).await?;
    let Some(running) = running else { return Ok(Answer::of(Done::quietly("/staff"))) };
    let entry =
        Entry { action: "view_as.ended", target: running.contact.as_str(), before: None, after: None };
    let batch = vec![
        sql::end(door.scope(), session, door.now()),
        entry.deed(&door.at(&running.org), door.app(), &door.actor(&me)),
    ];
    door.write(batch).await?;
    Ok(Answer::of(Done::quietly(format!("/staff/organisations/{}?done=view-ended", running.org.as_str()))))
}

impl Form for Wish {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        Some(Self { reason: fields.read("reason")? })
    }
}
