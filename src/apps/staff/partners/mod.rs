//! Partners: through whom customers order, and whose domains their Primary and Billing contacts are expected on.

mod actions;
pub mod api;
mod rules;
mod sql;
mod view;

use axum::http::{Method, StatusCode};
use axum::routing::{get, patch, post};
use serde_json::json;

use crate::access::desk::Desk;
use crate::access::{Asked, Fields, Form, Posted, Routes, Staffed, seat};
use crate::answer::{Answer, Done, Shown, View};
use crate::apps::staff::customers;
use crate::error::Error;
use crate::kernel::{Cursor, OrgId, PageOf, PartnerId};
use crate::page::Draft;
use actions::Door;

pub use rules::{Change, NewPartner};

pub fn routes() -> Routes {
    Routes::default()
        .desk::<seat::Customers>(&Method::GET, "/partners", get(list))
        .desk::<seat::Customers>(&Method::GET, "/partners/{partner}", get(show))
        .desk::<seat::CustomerBook>(&Method::GET, "/partners/new", get(new))
        .desk::<seat::CustomerBook>(&Method::POST, "/partners", post(create))
        .desk::<seat::CustomerBook>(&Method::GET, "/partners/{partner}/edit", get(edit))
        .desk::<seat::CustomerBook>(&Method::POST, "/partners/{partner}/edit", post(change))
        .desk_api::<seat::Customers>(&Method::GET, "/partners", get(list))
        .desk_api::<seat::Customers>(&Method::GET, "/partners/{partner}", get(show))
        .desk_api::<seat::CustomerBook>(&Method::POST, "/partners", post(create))
        .desk_api::<seat::CustomerBook>(&Method::PATCH, "/partners/{partner}", patch(change))
}

type Looking = Staffed<seat::Customers>;

async fn list(door: Looking) -> Result<Answer, Error> {
    let mut asked = Asked::of(door.app());
    let page: PageOf<String, PartnerId> = asked.page();
    if !asked.errors().is_empty() {
        door.read(()).await?;
        return Err(Error::invalid(asked.errors().to_vec()));
    }
    let (me, found) = door.read(sql::partners(door.scope(), &page)).await?;
    let (partners, next) = page.cut(found, rules::Partner::place);
    let may_create = Desk::CustomerBook.opens_to(&me.roles);
    let is_first = page.after.is_none();
    Ok(Answer::of(Shown {
        frame: door.frame(&me),
        view: view::Listing { partners, next, is_first, may_create },
    }))
}

async fn show(door: Looking) -> Result<Answer, Error> {
    let mut asked = Asked::of(door.app());
    let after = asked.read::<Cursor<String, OrgId>>("cursor");
    let (id, page) = (door.named("partner")?, PageOf::new(None, after));
    let questions = (sql::partner(door.scope(), &id), customers::of_partner(door.scope(), &id, &page));
    let (me, (partner, found)) = door.read(questions).await?;
    let (customers, next) = page.cut(found, customers::Listed::place);
    let may_change = Desk::CustomerBook.opens_to(&me.roles);
    let view = view::Whole { partner: partner.ok_or(Error::NotFound)?, customers, next, may_change };
    Ok(Answer::of(Shown { frame: door.frame(&me), view }))
}

async fn new(door: Door) -> Result<Answer, Error> {
    let (me, ()) = door.read(()).await?;
    let view =
        view::Creation { draft: Draft::default(), key: String::from(door.app().new_id::<PartnerId>()) };
    Ok(Answer::of(Shown { frame: door.frame(&me), view }))
}

async fn create(door: Door, posted: Posted<NewPartner>) -> Result<Answer, Error> {
    actions::create(&door, &posted).await.map(Answer::of).map_err(|(me, error)| match me {
        Some(me) => error.on_screen(|errors| {
            let key = String::from(door.app().new_id::<PartnerId>());
            view::Creation { draft: posted.draft(errors), key }.page(&door.frame(&me))
        }),
        None => error,
    })
}

async fn edit(door: Door) -> Result<Answer, Error> {
    let id = door.named("partner")?;
    let (me, partner) = door.read(sql::partner(door.scope(), &id)).await?;
    let view = view::Editing { partner: partner.ok_or(Error::NotFound)?, draft: Draft::default() };
    Ok(Answer::of(Shown { frame: door.frame(&me), view }))
}

async fn change(door: Door, posted: Posted<Change>) -> Result<Answer, Error> {
    let id = door.named("partner")?;
    let (me, partner) = door.read(sql::partner(door.scope(), &id)).await?;
    let partner = partner.ok_or(Error::NotFound)?;
    match actions::change(&door, &me, &partner, &posted).await {
        Ok((facts, version)) => {
            let see = actions::at(&id) + "?done=partner-changed";
            Ok(Answer::of(Done { see, status: StatusCode::OK, body: json!(facts) }).tagged(version))
        }
        Err(error) => Err(error.on_screen(|errors| {
            view::Editing { partner, draft: posted.draft(errors) }.page(&door.frame(&me))
        })),
    }
}

impl Form for NewPartner {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let (name, domains) = (fields.read("name"), fields.list("domains"));
        Some(Self { name: name?, domains: domains? })
    }
}

impl Form for Change {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let (name, domains) = (fields.given("name"), fields.given_list("domains"));
        Some(Self { name: name?, domains: domains? })
    }
}
