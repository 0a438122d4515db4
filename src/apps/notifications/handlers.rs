use super::actions;
use super::preferences_view::Preferences;
use super::rules::{Category, Choice, Filter, Notification, Place};
use super::sql::{self, Reader};
use super::view::{self, Detail, List};
use crate::access::{Access, Asked, Fields, Form, MOST_ROWS, Notifications, Posted, too_many};
use crate::answer::{Answer, Done, Sheet, Shown, View};
use crate::apps::home;
use crate::error::Error;
use crate::kernel::{FieldError, NotificationId, PageOf, PersonId, csv};
use crate::page::Draft;

pub type Door = Access<Notifications>;

/// What a person chose: a choice for each category whose mails can be switched off.
pub struct Chosen(pub Vec<(Category, Choice)>);

pub async fn list(door: Door) -> Result<Answer, Error> {
    let mut asked = Asked::of(door.app());
    let (filter, page) = (filter(&mut asked), asked.page::<Place, NotificationId>());
    if !asked.errors().is_empty() {
        return Err(refused(&door, &asked, asked.errors().to_vec()).await);
    }
    let zone = door.app().config().zone;
    let (me, (pinned, others)) =
        door.read_as(|me| sql::list(door.org(), by(me, &door), &filter, zone, &page)).await?;
    let (notes, next) = page.cut(super::joined(pinned, others), Notification::place);
    let view = List { notes, next, unread: me.unread, ..blank(&door, &asked) };
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
    let (me, (pinned, others)) =
        door.read_as(|me| sql::list(door.org(), by(me, &door), &filter, zone, &page)).await?;
    let (notes, next) = page.cut(super::joined(pinned, others), Notification::place);
    if next.is_some() {
        return Err(refused(&door, &asked, vec![too_many("from")]).await);
    }
    door.note_export(&me);
    let name = format!("{}_notifications_{today}", me.org_name.slug());
    Ok(Answer::of(Sheet { name, text: csv::sheet(&view::SHEET, notes.iter().map(view::row)) }))
}

pub async fn show(door: Door) -> Result<Answer, Error> {
    let id = door.named("notification");
    let (me, note) = match &id {
        Ok(id) => door.read_as(|me| sql::one(door.org(), by(me, &door), id)).await?,
        Err(_) => (door.read(()).await?.0, None),
    };
    let note = note.ok_or(Error::NotFound)?;
    let config = door.app().config();
    let view = Detail { note, zone: config.zone, vendor: config.brand.vendor_name.clone(), at: at(&door) };
    Ok(Answer::of(Shown { frame: door.frame(&me), view }))
}

/// Whoever pressed it on the page of one stays there; elsewhere the list comes again.
pub async fn read(door: Door) -> Result<Answer, Error> {
    actions::read(&door).await?;
    Ok(Answer::of(Done::quietly(at(&door) + "?done=notification-read")))
}

pub async fn read_all(door: Door) -> Result<Answer, Error> {
    actions::read_all(&door).await?;
    Ok(Answer::of(Done::quietly(at(&door) + "?done=notifications-read")))
}

pub async fn preferences(door: Door) -> Result<Answer, Error> {
    let (me, chosen) = door.read_as(|me| sql::preferences(door.org(), me)).await?;
    let view = Preferences {
        chosen,
        draft: Draft::default(),
        email: me.email.clone(),
        org: me.org_name.clone(),
        at: at(&door),
    };
    Ok(Answer::of(Shown { frame: door.frame(&me), view }))
}

pub async fn prefer(door: Door, posted: Posted<Chosen>) -> Result<Answer, Error> {
    let (me, before) = door.read_as(|me| sql::preferences(door.org(), me)).await?;
    let saved = match posted.parse() {
        Ok(chosen) => actions::prefer(&door, &me, &before, &chosen).await,
        Err(error) => Err(error),
    };
    match saved {
        Ok(()) => Ok(Answer::of(Done::quietly(at(&door) + "/preferences?done=preferences-saved"))),
        Err(error) => Err(error.on_screen(|errors| {
            let draft = posted.draft(errors);
            let view = Preferences {
                chosen: before,
                draft,
                email: me.email.clone(),
                org: me.org_name.clone(),
                at: at(&door),
            };
            view.page(&door.frame(&me))
        })),
    }
}

/// Whoever marks something as read does it in the own name.
pub fn reader(door: &Door) -> Reader<'_> {
    by(door.person(), door)
}

pub fn by<'a>(person: &'a PersonId, door: &Door) -> Reader<'a> {
    Reader { person, now: door.now() }
}

fn filter(asked: &mut Asked) -> Filter {
    let (category, unread, q) = (asked.read("category"), asked.read("unread"), asked.read("q"));
    let (from, to) = asked.days();
    Filter { category, unread, from, to, q }
}

fn blank(door: &Door, asked: &Asked) -> List {
    let config = door.app().config();
    List {
        notes: Vec::new(),
        next: None,
        unread: 0,
        draft: asked.draft(),
        filters: asked.filters(),
        zone: config.zone,
        vendor: config.brand.vendor_name.clone(),
        at: at(door),
    }
}

/// The page as it was asked for, and no rows.
async fn refused(door: &Door, asked: &Asked, errors: Vec<FieldError>) -> Error {
    let mut view = blank(door, asked);
    door.refuses(errors, |frame, errors| {
        view.draft.errors = errors;
        view.page(frame)
    })
    .await
}

fn at(door: &Door) -> String {
    home(door.org().id()) + "/notifications"
}

impl Form for Chosen {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let free = Category::ALL.into_iter().filter(|it| it.fixed().is_none());
        let read: Vec<Option<(Category, Choice)>> =
            free.map(|it| fields.read(it.code()).map(|choice| (it, choice))).collect();
        read.into_iter().collect::<Option<_>>().map(Self)
    }
}
