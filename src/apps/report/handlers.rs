use axum::http::StatusCode;

use super::actions::Known;
use super::{actions, mail, sql, view};
use crate::access::{Access, ContactManager, Posted};
use crate::answer::{Answer, Attached, Shown, View};
use crate::apps::home;
use crate::error::Error;
use crate::kernel::{Day, ReportId};

type Door = Access<ContactManager>;

pub async fn show(door: Door) -> Result<Answer, Error> {
    let questions = |me: &_| (sql::latest(door.org(), me), sql::covered(door.org(), me));
    let (me, (latest, covered)) = door.read_as(questions).await?;
    let frame = door.frame(&me);
    let view = page(&door, Known { me, latest, covered });
    Ok(Answer::of(Shown { frame, view }))
}

pub async fn ask(door: Door, posted: Posted<()>) -> Result<Answer, Error> {
    let see = home(door.org().id()) + "/report?done=report-asked";
    match actions::ask(&door, &posted, &see).await {
        Ok(done) => Ok(Answer::of(done)),
        Err((Some(known), error)) => {
            let frame = door.frame(&known.me);
            let view = page(&door, known);
            Err(error.on_screen(|errors| view::Page { errors, ..view }.page(&frame)))
        }
        Err((None, error)) => Err(error),
    }
}

/// The file itself, as long as it is fresh.
pub async fn file(door: Door) -> Result<Answer, Error> {
    let id: Result<ReportId, Error> = door.named("report");
    let kept = if let Ok(id) = &id {
        door.read(sql::kept(door.org(), door.person(), id, door.now())).await?.1
    } else {
        door.read(()).await?;
        None
    };
    let kept = kept.ok_or(Error::NotFound)?;
    let bytes = door.app().files().get(kept.object).await.map_err(|why| {
        door.app().log(&serde_json::json!({ "request_id": door.app().caller().request, "files": why.0 }));
        let said = "The file could not be reached. Try again in a moment; it was mailed to you, too.";
        Error::refused(StatusCode::SERVICE_UNAVAILABLE, "try-again", said)
    })?;
    let on = Day::today(door.now(), door.app().config().zone).map(String::from).unwrap_or_default();
    Ok(Answer::of(Attached {
        name: mail::file_name(&on),
        kind: mail::KIND,
        bytes: bytes.ok_or(Error::NotFound)?,
    }))
}

fn page(door: &Door, Known { me, latest, covered }: Known) -> view::Page {
    view::Page {
        latest,
        covered: covered.into_iter().map(|it| it.name).collect(),
        email: me.email,
        now: door.now(),
        zone: door.app().config().zone,
        key: String::from(door.app().new_id::<ReportId>()),
        at: home(door.org().id()) + "/report",
        errors: Vec::new(),
    }
}
