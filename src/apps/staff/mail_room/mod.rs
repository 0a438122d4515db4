//! The mail room: what could not be delivered, why, and another try.

mod rules;
mod sql;
mod view;

use axum::http::Method;
use axum::routing::{get, post};
use serde_json::json;

use crate::access::{Asked, Routes, Staffed, seat};
use crate::answer::{Answer, Done, Shown};
use crate::audit::Entry;
use crate::error::Error;
use crate::kernel::{MailId, PageOf};
use rules::Undelivered;

type Door = Staffed<seat::MailRoom>;

pub use rules::{NO_REASON, title};

const AT: &str = "/staff/mails";

pub fn routes() -> Routes {
    Routes::default().desk::<seat::MailRoom>(&Method::GET, "/mails", get(list)).desk::<seat::MailRoom>(
        &Method::POST,
        "/mails/{mail}/again",
        post(send_again),
    )
}

async fn list(door: Door) -> Result<Answer, Error> {
    let mut asked = Asked::of(door.app());
    let page: PageOf<i64, MailId> = asked.page();
    if !asked.errors().is_empty() {
        door.read(()).await?;
        return Err(Error::invalid(asked.errors().to_vec()));
    }
    let (me, found) = door.read(sql::undelivered(door.scope(), &page)).await?;
    let (mails, next) = page.cut(found, Undelivered::place);
    let view = view::Room { mails, next, is_first: page.after.is_none(), zone: door.app().config().zone };
    Ok(Answer::of(Shown { frame: door.frame(&me), view }))
}

/// What it says is made anew when it leaves, and the words of a mail are those of today.
async fn send_again(door: Door) -> Result<Answer, Error> {
    let id: MailId = door.named("mail")?;
    let (me, mail) = door.read(sql::one(door.scope(), &id)).await?;
    let mail = mail.ok_or(Error::NotFound)?;
    let (scope, app) = (door.scope(), door.app());
    let before = Some(json!({ "kind": mail.kind, "error": mail.error }));
    let entry = Entry { action: "mail.sent_again", target: id.as_str(), before, after: None };
    let mut batch = sql::again(scope, &id, door.now());
    batch.push(entry.deed_in(mail.org_id.as_ref(), scope, app, &door.actor(&me)));
    match door.write(batch).await {
        Ok(_) => Ok(Answer::of(Done::quietly(format!("{AT}?done=mail-again")))),
        // Somebody else pressed the button first, so it is on its way.
        Err(error) if error.verdict() == Some("not-stuck") => Ok(Answer::of(Done::quietly(AT))),
        Err(error) => Err(error),
    }
}
