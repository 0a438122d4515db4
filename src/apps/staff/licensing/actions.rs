use axum::http::StatusCode;
use serde_json::json;

use super::api::LicenceFacts;
use super::mail::Changed;
use super::rules::{Change, Event, Licence, Wish};
use super::{path_of, sql};
use crate::access::{Colleague, Staffed, seat, stale};
use crate::answer::Done;
use crate::apps::licences::Cause;
use crate::apps::staff::told::{self, Reader};
use crate::audit;
use crate::error::Error;
use crate::kernel::{Day, EventId, LicenceId};

pub type Door = Staffed<seat::Licensing>;

pub struct Known {
    pub me: Colleague,
    pub licence: Licence,
    pub history: Vec<Event>,
    pub readers: Vec<Reader>,
    pub today: Day,
}

pub async fn load(door: &Door) -> Result<Known, Error> {
    let (scope, id) = (door.scope(), door.named::<LicenceId>("licence")?);
    let questions = (sql::licence(scope, &id), sql::history(scope, &id), sql::readers(scope, &id));
    let (me, (licence, history, readers)) = door.read(questions).await?;
    let licence = licence.ok_or(Error::NotFound)?;
    Ok(Known { me, licence, history, readers, today: door.today()? })
}

/// The new version comes with it.
pub async fn change(door: &Door, known: &Known, change: &Change) -> Result<(Done, i64), Error> {
    let it = &known.licence;
    let after = it.after(change, known.today).map_err(Error::unprocessable)?;
    let (org, app) = (door.at(&it.org_id), door.app());
    let cause = if matches!(change.wish, Wish::CancelledOn(_)) { Cause::Cancellation } else { Cause::Vendor };
    let event: EventId = app.new_id();
    let mut deeds = sql::change(&org, it, after, (&event, cause.code(), change.note.as_str()), door.now());
    let entry = audit::Entry {
        action: if cause == Cause::Cancellation { "licence.cancelled" } else { "licence.changed" },
        target: it.id.as_str(),
        before: Some(json!({ "valid_till": it.valid_till, "cancelled_on": it.cancelled_on })),
        after: Some(
            json!({ "valid_till": after.valid_till, "cancelled_on": after.cancelled_on, "note": change.note }),
        ),
    };
    deeds.push(entry.deed(&org, app, &door.actor(&known.me)));
    let news = Changed::of(it, change);
    deeds.push(told::notify(door.scope(), &[news.notice(app.new_id())], door.now()));
    deeds.extend(news.letters(&known.readers).into_iter().map(|it| it.deed(&org, app)));
    door.write(deeds).await.map_err(|it| if it.verdict() == Some("stale") { stale() } else { it })?;
    let now = Licence {
        valid_till: after.valid_till,
        cancelled_on: after.cancelled_on,
        version: it.version + 1,
        ..it.clone()
    };
    let body = json!(LicenceFacts::of(&now, known.today));
    let done = Done { see: path_of(&it.id) + "?done=licence-changed", status: StatusCode::OK, body };
    Ok((done, now.version))
}
