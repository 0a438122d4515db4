use super::lines::{Action, Actor, Days, Filter, Line};
use super::view::{self, Log};
use super::{sql, words};
use crate::access::{Access, Asked, ContactManager, MOST_ROWS, too_many};
use crate::answer::{Answer, Sheet, Shown, View};
use crate::apps::home;
use crate::error::Error;
use crate::kernel::{FieldError, PageOf, csv};
use crate::page::Choice;

type Door = Access<ContactManager>;

pub async fn log(door: Door) -> Result<Answer, Error> {
    let mut asked = Asked::of(door.app());
    let (filter, page) = (filter(&mut asked), asked.page());
    if !asked.errors().is_empty() {
        return Err(refused(&door, &asked, asked.errors().to_vec()).await);
    }
    let org = door.org();
    let zone = door.app().config().zone;
    let (me, (found, known)) = door.read((sql::lines(org, &filter, zone, &page), sql::known(org))).await?;
    let (lines, next) = page.cut(found, Line::place);
    let view = Log { lines, next, people: choices(known), ..blank(&door, &asked) };
    Ok(Answer::of(Shown { frame: door.frame(&me), view }))
}

pub async fn sheet(door: Door) -> Result<Answer, Error> {
    let mut asked = Asked::of(door.app());
    let (filter, page) = (filter(&mut asked), PageOf::whole(MOST_ROWS));
    if !asked.errors().is_empty() {
        return Err(refused(&door, &asked, asked.errors().to_vec()).await);
    }
    let zone = door.app().config().zone;
    let today = door.today()?;
    let (me, found) = door.read(sql::lines(door.org(), &filter, zone, &page)).await?;
    let (lines, next) = page.cut(found, Line::place);
    if next.is_some() {
        return Err(refused(&door, &asked, vec![too_many("from")]).await);
    }
    door.note_export(&me);
    let name = format!("{}_audit_{today}", me.org_name.slug());
    Ok(Answer::of(Sheet { name, text: csv::sheet(&view::SHEET, lines.iter().map(view::row)) }))
}

pub fn filter(asked: &mut Asked) -> Filter {
    let (actor, action) = (asked.read::<Actor>("actor"), asked.read::<Action>("action"));
    let (from, to) = asked.days();
    Filter { actor, action, days: Days { from, to } }
}

fn choices(known: Vec<sql::Known>) -> Vec<Choice> {
    known.into_iter().map(|it| Choice { value: it.id.into(), label: it.name }).collect()
}

fn blank(door: &Door, asked: &Asked) -> Log {
    Log {
        lines: Vec::new(),
        next: None,
        people: Vec::new(),
        organisations: false,
        draft: asked.draft(),
        filters: asked.filters(),
        zone: door.app().config().zone,
        at: home(door.org().id()) + "/audit",
        intro: "Who did what in this organisation, when, and from where. Nothing in it can be changed or deleted, by \
                anybody.",
    }
}

/// The gate speaks before the filters; then the page shows them again, and no rows.
async fn refused(door: &Door, asked: &Asked, errors: Vec<FieldError>) -> Error {
    let (me, known) = match door.read(sql::known(door.org())).await {
        Ok(found) => found,
        Err(error) => return error,
    };
    Error::invalid(errors).on_screen(|errors| {
        let mut view = Log { people: choices(known), ..blank(door, asked) };
        view.draft.errors = errors;
        view.page(&door.frame(&me))
    })
}

/// The actions that an organisation's own log knows, for its filter.
#[must_use]
pub fn actions() -> Vec<Choice> {
    let mut all: Vec<Choice> = words::WORDS
        .iter()
        .map(|it| Choice { value: it.action.to_owned(), label: it.label.to_owned() })
        .collect();
    all.sort_by(|a, b| a.label.cmp(&b.label));
    all
}
