use super::sql;
use crate::access::{Asked, MOST_ROWS, Staffed, seat, too_many};
use crate::answer::{Answer, Sheet, Shown, View};
use crate::apps::audit::filter;
use crate::apps::audit::lines::Line;
use crate::apps::audit::view::{self, Log};
use crate::error::Error;
use crate::kernel::{FieldError, OrgId, PageOf, csv};

type Door = Staffed<seat::AuditTrail>;

pub async fn log(door: Door) -> Result<Answer, Error> {
    let mut asked = Asked::of(door.app());
    let (org, filter, page) = (asked.read::<OrgId>("organisation"), filter(&mut asked), asked.page());
    if !asked.errors().is_empty() {
        return Err(refused(&door, &asked, asked.errors().to_vec()).await);
    }
    let zone = door.app().config().zone;
    let (me, found) = door.read(sql::lines(door.scope(), org.as_ref(), &filter, zone, &page)).await?;
    let (lines, next) = page.cut(found, Line::place);
    let view = Log { lines, next, ..blank(&door, &asked) };
    Ok(Answer::of(Shown { frame: door.frame(&me), view }))
}

pub async fn sheet(door: Door) -> Result<Answer, Error> {
    let mut asked = Asked::of(door.app());
    let (org, filter) = (asked.read::<OrgId>("organisation"), filter(&mut asked));
    if !asked.errors().is_empty() {
        return Err(refused(&door, &asked, asked.errors().to_vec()).await);
    }
    let (zone, page) = (door.app().config().zone, PageOf::whole(MOST_ROWS));
    let today = door.today()?;
    let (me, found) = door.read(sql::lines(door.scope(), org.as_ref(), &filter, zone, &page)).await?;
    let (lines, next) = page.cut(found, Line::place);
    if next.is_some() {
        return Err(refused(&door, &asked, vec![too_many("from")]).await);
    }
    door.note_export(&me);
    let text = csv::sheet(&view::SHEET, lines.iter().map(view::row));
    Ok(Answer::of(Sheet { name: format!("audit_{today}"), text }))
}

fn blank(door: &Door, asked: &Asked) -> Log {
    Log {
        lines: Vec::new(),
        next: None,
        people: Vec::new(),
        organisations: true,
        draft: asked.draft(),
        filters: asked.filters(),
        zone: door.app().config().zone,
        at: "/staff/audit".to_owned(),
        intro: "Who did what, in every organisation and at every desk. Nothing in it can be changed or deleted.",
    }
}

/// The page as it was asked for, and no rows.
async fn refused(door: &Door, asked: &Asked, errors: Vec<FieldError>) -> Error {
    let mut view = blank(door, asked);
    door.refuses(errors, |frame, _, errors| {
        view.draft.errors = errors;
        view.page(frame)
    })
    .await
}
