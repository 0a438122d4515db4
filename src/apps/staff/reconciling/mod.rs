//! Payments that customers have recorded, and what the billing team decides of them (domain 7.4).

mod actions;
pub mod api;
pub mod mail;
mod record_view;
mod rules;
mod sql;
mod view;

use axum::http::Method;
use axum::routing::{get, post};

use self::actions::{Door, Known};
use self::record_view::RecordPage;
use self::rules::{Action, Decision, MOST_LICENCES, Record, Remark};
use self::view::Queue;
use crate::access::{Asked, Fields, Form, Posted, Routes, seat};
use crate::answer::{Answer, Attached, Done, Shown, View};
use crate::apps::payments::rules::Status;
use crate::error::Error;
use crate::kernel::{Note, PaymentDocumentId, PaymentEventId, PaymentId};
use crate::page::Draft;

use seat::Reconciling;

pub fn routes() -> Routes {
    Routes::default()
        .desk::<Reconciling>(&Method::GET, "/payments", get(queue))
        .desk::<Reconciling>(&Method::GET, "/payments/{payment}", get(show))
        .desk::<Reconciling>(&Method::GET, "/payments/{payment}/documents/{document}", get(document))
        .desk::<Reconciling>(&Method::POST, "/payments/{payment}/decisions", post(decide))
        .desk::<Reconciling>(&Method::POST, "/payments/{payment}/notes", post(remark))
        .desk_api::<Reconciling>(&Method::GET, "/payment-records", get(queue))
        .desk_api::<Reconciling>(&Method::GET, "/payment-records/{payment}", get(show))
        .desk_api::<Reconciling>(
            &Method::GET,
            "/payment-records/{payment}/documents/{document}",
            get(document),
        )
        .desk_api::<Reconciling>(&Method::POST, "/payment-records/{payment}/decisions", post(decide))
        .desk_api::<Reconciling>(&Method::POST, "/payment-records/{payment}/notes", post(remark))
}

fn path_of(id: &PaymentId) -> String {
    format!("/staff/payments/{}", id.as_str())
}

/// Without a status: what waits for the team.
async fn queue(door: Door) -> Result<Answer, Error> {
    let mut asked = Asked::of(door.app());
    let (status, q, page) = (asked.read::<Status>("status"), asked.read("q"), asked.page());
    let (me, found) = door.read(sql::queue(door.scope(), status, q.as_ref(), &page)).await?;
    let (records, next) = page.cut(found, Record::place);
    let view = Queue { records, next, draft: asked.draft(), filters: asked.filters(), today: door.today()? };
    let frame = door.frame(&me);
    if asked.errors().is_empty() {
        return Ok(Answer::of(Shown { frame, view }));
    }
    let view = Queue { records: Vec::new(), next: None, ..view };
    Err(Error::invalid(asked.errors().to_vec()).on_screen(|_| view.page(&frame)))
}

async fn show(door: Door) -> Result<Answer, Error> {
    let known = actions::load(&door).await?;
    let frame = door.frame(&known.me);
    Ok(Answer::of(Shown { frame, view: screen(&door, known, Draft::default()) }))
}

async fn decide(door: Door, posted: Posted<Decision>) -> Result<Answer, Error> {
    answered(&door, &posted, actions::decide(&door, &posted).await)
}

async fn remark(door: Door, posted: Posted<Remark>) -> Result<Answer, Error> {
    answered(&door, &posted, actions::remark(&door, &posted).await)
}

/// A refusal stands on the record's page, with what was typed.
fn answered<T: Form>(
    door: &Door,
    posted: &Posted<T>,
    done: Result<Done, (Option<Known>, Error)>,
) -> Result<Answer, Error> {
    match done {
        Ok(done) => Ok(Answer::of(done)),
        Err((None, error)) => Err(error),
        Err((Some(known), error)) => {
            let frame = door.frame(&known.me);
            Err(error.on_screen(|errors| screen(door, known, posted.draft(errors)).page(&frame)))
        }
    }
}

/// A proof, saved and never shown.
async fn document(door: Door) -> Result<Answer, Error> {
    let (record, id) = (door.named::<PaymentId>("payment")?, door.named::<PaymentDocumentId>("document")?);
    let (_, stored) = door.read(sql::document(door.scope(), &record, &id)).await?;
    let stored = stored.ok_or(Error::NotFound)?;
    let bytes = door.app().files().get(stored.object).await.map_err(|why| {
        door.app().log(&serde_json::json!({ "request_id": door.app().caller().request, "files": why.0 }));
        let said = "The files could not be reached. Try again in a moment.";
        Error::refused(axum::http::StatusCode::SERVICE_UNAVAILABLE, "try-again", said)
    })?;
    let bytes = bytes.ok_or(Error::Ours("a proof has a row and no object"))?;
    Ok(Answer::of(Attached { name: stored.name, kind: stored.kind.media_type(), bytes }))
}

fn screen(door: &Door, known: Known, draft: Draft) -> RecordPage {
    let Known { record, timeline, licences, .. } = known;
    let key = String::from(door.app().new_id::<PaymentEventId>());
    RecordPage { record, timeline, licences, draft, key, zone: door.app().config().zone }
}

impl Form for Decision {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let said = "Choose take_up, ask, reconcile or reject.";
        let (action, message) =
            (fields.word::<Action>("action", said), fields.maybe::<Note<0, 1000>>("message"));
        let licences = fields.some_each("licences", MOST_LICENCES, |it| {
            let (id, till) = (it.read("id"), it.read("valid_till"));
            Some((id?, till?))
        });
        let none = || Note::try_from(String::new()).ok();
        Some(Self {
            action: action?,
            message: message?.or_else(none)?,
            licences: licences?.into_iter().map(|(place, (id, till))| (place, id, till)).collect(),
        })
    }
}

impl Form for Remark {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let (text, public) = (fields.read("text"), fields.flag("public", false));
        Some(Self { text: text?, public: public? })
    }
}
