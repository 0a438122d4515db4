use axum::http::StatusCode;
use serde_json::json;

use super::actions::{self, Desk, Door, Lost};
use super::form_view::{Creation, Editing, Replacing};
use super::glance::{self, Glance};
use super::page_view::CustomerPage;
use super::rules::{Change, Listed, Needle, NewCustomer, Partner, Place, Replacement};
use super::sql;
use super::view::{self, CustomerList};
use crate::access::{
    Asked, Colleague, MOST_ROWS, Posted, Query, Staffed, desk::Desk as DeskOf, seat, too_many,
};
use crate::answer::{Answer, Done, Sheet, Shown, View};
use crate::error::Error;
use crate::kernel::{FieldError, OrgId, PageOf, csv};
use crate::page::Draft;

type Looking = Staffed<seat::Customers>;

fn asked_for(door: &Looking, needle: Option<&Needle>, page: &PageOf<String, OrgId>) -> Query<Vec<Listed>> {
    needle.map_or_else(|| sql::all(door.scope(), page), |it| sql::found(door.scope(), it, page))
}

pub async fn list(door: Looking) -> Result<Answer, Error> {
    let mut asked = Asked::of(door.app());
    let (needle, page) = (asked.read::<Needle>("q"), asked.page());
    if !asked.errors().is_empty() {
        return Err(refused(&door, &asked, asked.errors().to_vec()).await);
    }
    let (me, found) = door.read(asked_for(&door, needle.as_ref(), &page)).await?;
    let (customers, next) = page.cut(found, Listed::place);
    let view = CustomerList { customers, next, ..blank(&me, &asked) };
    Ok(Answer::of(Shown { frame: door.frame(&me), view }))
}

pub async fn sheet(door: Looking) -> Result<Answer, Error> {
    let mut asked = Asked::of(door.app());
    let (needle, page) = (asked.read::<Needle>("q"), PageOf::whole(MOST_ROWS));
    if !asked.errors().is_empty() {
        return Err(refused(&door, &asked, asked.errors().to_vec()).await);
    }
    let (me, found) = door.read(asked_for(&door, needle.as_ref(), &page)).await?;
    let (customers, next) = page.cut(found, Listed::place);
    if next.is_some() {
        return Err(refused(&door, &asked, vec![too_many("q")]).await);
    }
    door.note_export(&me);
    let today = door.today()?;
    let name = format!("organisations_{today}");
    Ok(Answer::of(Sheet { name, text: csv::sheet(&view::SHEET, customers.iter().map(view::row)) }))
}

pub async fn show(door: Looking) -> Result<Answer, Error> {
    let org = door.org()?;
    let newest = (
        (glance::orders(&org), glance::licences(&org), glance::payments(&org)),
        (glance::notices(&org), glance::mails(&org), glance::log(&org)),
    );
    let questions = (sql::customer(&org), sql::contacts(&org), newest);
    let (me, (customer, contacts, ((orders, licences, payments), (notices, mails, log)))) =
        door.read(questions).await?;
    let config = door.app().config();
    let view = CustomerPage {
        customer: customer.ok_or(Error::NotFound)?,
        contacts,
        glance: Glance { orders, licences, payments, notices, mails, log },
        roles: me.roles.clone(),
        may_view: DeskOf::ViewAs.opens_to(&me.roles) && me.key.is_none(),
        zone: config.zone,
        today: door.today()?,
    };
    Ok(Answer::of(Shown { frame: door.frame(&me), view }))
}

pub async fn new(door: Door) -> Result<Answer, Error> {
    let (me, partners) = door.read(sql::partners(door.scope())).await?;
    let view = creation(&door, partners, Draft::default());
    Ok(Answer::of(Shown { frame: door.frame(&me), view }))
}

pub async fn create(door: Door, posted: Posted<NewCustomer>) -> Result<Answer, Error> {
    match actions::create(&door, &posted).await {
        Ok(done) => Ok(Answer::of(done)),
        Err((Some(me), error)) if !door.is_api() && matches!(error, Error::Refused(_)) => {
            // The form needs the partners again.
            let (_, partners) = door.read(sql::partners(door.scope())).await?;
            Err(error
                .on_screen(|errors| creation(&door, partners, posted.draft(errors)).page(&door.frame(&me))))
        }
        Err((_, error)) => Err(error),
    }
}

pub async fn edit(door: Door) -> Result<Answer, Error> {
    let Desk { me, customer, partners } = actions::load(&door).await?;
    let view = Editing { customer, partners, draft: Draft::default() };
    Ok(Answer::of(Shown { frame: door.frame(&me), view }))
}

pub async fn change(door: Door, posted: Posted<Change>) -> Result<Answer, Error> {
    let desk = actions::load(&door).await?;
    match actions::change(&door, &desk, &posted).await {
        Ok((facts, version)) => {
            let see = actions::at(&desk.customer.id) + "?done=customer-changed";
            Ok(Answer::of(Done { see, status: StatusCode::OK, body: json!(facts) }).tagged(version))
        }
        Err(error) => {
            let frame = door.frame(&desk.me);
            let Desk { customer, partners, .. } = desk;
            Err(error
                .on_screen(|errors| Editing { customer, partners, draft: posted.draft(errors) }.page(&frame)))
        }
    }
}

pub async fn ask_primary(door: Door) -> Result<Answer, Error> {
    let Lost { me, customer, contacts, .. } = actions::look_for_primary(&door, None).await?;
    let view = Replacing { customer, contacts, draft: Draft::default() };
    Ok(Answer::of(Shown { frame: door.frame(&me), view }))
}

pub async fn replace_primary(door: Door, posted: Posted<Replacement>) -> Result<Answer, Error> {
    let typed = posted.parse();
    let lost = actions::look_for_primary(&door, typed.as_ref().ok().map(|it| &it.email)).await?;
    let (frame, see) = (door.frame(&lost.me), actions::at(&lost.customer.id) + "?done=primary-replaced");
    let again = |lost: Lost, error: Error| {
        let Lost { customer, contacts, .. } = lost;
        error.on_screen(|errors| Replacing { customer, contacts, draft: posted.draft(errors) }.page(&frame))
    };
    match typed {
        Err(error) => Err(again(lost, error)),
        Ok(new) => match actions::replace_primary(&door, &lost, &new).await {
            Ok(()) => Ok(Answer::of(Done::quietly(see))),
            Err(error) => Err(again(lost, error)),
        },
    }
}

fn creation(door: &Door, partners: Vec<Partner>, draft: Draft) -> Creation {
    let key = draft
        .value("idempotency_key")
        .map_or_else(|| String::from(door.app().new_id::<OrgId>()), str::to_owned);
    Creation { partners, draft, key }
}

fn blank(me: &Colleague, asked: &Asked) -> CustomerList {
    CustomerList {
        customers: Vec::new(),
        next: None::<Place>,
        draft: asked.draft(),
        filters: asked.filters(),
        may_create: DeskOf::CustomerBook.opens_to(&me.roles),
    }
}

/// The gate speaks before the search does.
async fn refused(door: &Looking, asked: &Asked, errors: Vec<FieldError>) -> Error {
    let me = match door.read(()).await {
        Ok((me, ())) => me,
        Err(error) => return error,
    };
    Error::invalid(errors).on_screen(|errors| {
        let mut view = blank(&me, asked);
        view.draft.errors = errors;
        view.page(&door.frame(&me))
    })
}
