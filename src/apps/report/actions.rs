use axum::http::StatusCode;
use serde_json::json;

use super::api::AskedFor;
use super::rules::{Asked, EVERY, wait_words};
use super::{mail, sql};
use crate::access::{Access, ContactManager, Member, Once, Posted};
use crate::answer::Done;
use crate::audit;
use crate::error::Error;
use crate::kernel::{Day, ReportId, rfc3339};

/// What the page shows, and what a refusal rests on.
pub struct Known {
    pub me: Member,
    pub latest: Option<Asked>,
    pub covered: Vec<sql::Covered>,
}

/// Notes that a report is wanted; the queue makes it. A body says nothing, so none is looked at but for its key. `see` is where the page goes on.
pub async fn ask(
    door: &Access<ContactManager>,
    posted: &Posted<()>,
    see: &str,
) -> Result<Done, (Option<Known>, Error)> {
    let once = Once::of(posted, door.person(), door.now());
    let (org, person) = (door.org(), door.person());
    let questions = (sql::latest(org, person), sql::covered(org, person), once.earlier(org));
    let (me, (latest, covered, kept)) = door.read(questions).await.map_err(|it| (None, it))?;
    let known = Known { me, latest, covered };
    let asked = async {
        match once.replay(kept, see)? {
            Some(done) => Ok(done),
            None => ask_anew(door, &known, &once, see).await,
        }
    };
    asked.await.map_err(|it| (Some(known), it))
}

async fn ask_anew(
    door: &Access<ContactManager>,
    Known { me, latest, .. }: &Known,
    once: &Once<'_>,
    see: &str,
) -> Result<Done, Error> {
    if let Some(seconds) = latest.as_ref().and_then(|it| it.wait(door.now())) {
        return Err(too_soon(seconds));
    }
    let (app, org, now) = (door.app(), door.org(), door.now());
    let id: ReportId = app.new_id();
    let object = format!("reports/{}/{:032x}", id.as_str(), u128::from_be_bytes(app.random()));
    let today = Day::today(now, app.config().zone).map(String::from).unwrap_or_default();
    let body = AskedFor { id: id.clone(), mailed_to: me.email.clone(), asked_at: rfc3339(now) };
    let done = Done { see: see.to_owned(), status: StatusCode::ACCEPTED, body: json!(body) };
    let mut deeds = once.keep(org, &done);
    deeds.push(sql::ask(org, &id, door.person(), &object, now));
    let entry = audit::Entry { action: "report.asked_for", target: id.as_str(), before: None, after: None };
    deeds.push(entry.deed(org, app, &door.actor(me)));
    deeds.push(mail::ready(me, &id, &object, &today).deed(org, app));
    match door.write(deeds).await {
        Ok(_) => Ok(done),
        Err(Error::Database(said)) if said.names("report_is_asked_for_seldom") => Err(too_soon(EVERY)),
        Err(error) => Err(error),
    }
}

fn too_soon(seconds: i64) -> Error {
    let said = format!(
        "You asked for a report less than ten minutes ago, and it is on its way. You can ask for the next one {}.",
        wait_words(seconds)
    );
    Error::slow_down(seconds, said)
}
