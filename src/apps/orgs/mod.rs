//! The organisation itself: its home page and its name (domain 3.3, 3.4).

mod actions;
pub mod api;
mod glance;
pub mod mail;
mod rules;
mod sql;
mod view;

use axum::http::{Method, StatusCode};
use axum::routing::{get, patch, post};
use maud::Markup;

use crate::access::matrix::{Application, allows};
use crate::access::{Access, ContactManager, Fields, Form, Home, Member, Posted, Routes};
use crate::answer::{Answer, Done, Shown, View};
use crate::apps::home;
use crate::apps::licences::{self, Licence};
use crate::apps::{dashboards, notifications, payments};
use crate::error::Error;
use crate::kernel::{Day, PersonId};
use crate::page::Draft;

use glance::Matters;
pub use rules::NewName;

pub fn routes() -> Routes {
    Routes::default()
        .both::<Home>(&Method::GET, "", get(show))
        // Renaming is the Primary's, as managing contacts is (domain 2.3).
        .api::<ContactManager>(&Method::PATCH, "", patch(rename))
        .page::<ContactManager>(&Method::GET, "/name", get(show_name))
        .page::<ContactManager>(&Method::POST, "/name", post(rename))
}

/// All of it is one round trip; what the roles do not open is left out here, behind the gate.
async fn show(door: Access<Home>) -> Result<Answer, Error> {
    let (scope, zone) = (door.org(), door.app().config().zone);
    let today = Day::today(door.now(), zone).ok_or(Error::NotFound)?;
    let questions = |me: &PersonId| {
        let about = (sql::organisation(scope), sql::holders(scope));
        let matters = (
            licences::current(scope),
            payments::open(scope),
            sql::next_end(scope, today),
            dashboards::reached(scope, today),
        );
        (about, matters, notifications::top(scope, me, door.now(), zone))
    };
    let (me, ((org, holders), (licences, payments, next_end, reached), (pinned, others))) =
        door.read_as(questions).await?;
    let org = org.ok_or(Error::NotFound)?;
    let at = home(door.org().id());
    let opens = |application| allows(&me.roles, application);
    let sees_orders = opens(Application::OrderBook);
    let glances = glance::glances(&Matters {
        licences: sees_orders.then_some(licences.as_slice()),
        opens_licences: opens(Application::LicenseExtension),
        payments: opens(Application::PaymentRecord).then_some(payments.as_slice()),
        next_end: next_end.as_ref().filter(|_| sees_orders),
        reached: if sees_orders { &reached } else { &[] },
        today,
        at: &at,
    });
    let mut news = notifications::joined(pinned, others);
    news.truncate(notifications::TOP);
    let view = view::Front {
        applications: open_to(&me),
        tiles: launcher(&door, &me),
        vacant: rules::vacant(&holders),
        manages: opens(Application::ContactManager),
        licences: licences_card(&door, &me, &licences),
        roles: me.roles.clone(),
        org,
        holders,
        glances,
        news,
        unread: me.unread,
        zone,
        at,
    };
    Ok(Answer::of(Shown { frame: door.frame(&me), view }))
}

async fn show_name(door: Access<ContactManager>) -> Result<Answer, Error> {
    let (me, org) = door.read(sql::organisation(door.org())).await?;
    let view = view::Naming { org: org.ok_or(Error::NotFound)?, draft: Draft::default(), at: name_at(&door) };
    Ok(Answer::of(Shown { frame: door.frame(&me), view }))
}

async fn rename(door: Access<ContactManager>, posted: Posted<NewName>) -> Result<Answer, Error> {
    let (me, org) = door.read(sql::organisation(door.org())).await?;
    let org = org.ok_or(Error::NotFound)?;
    let renamed = async {
        posted.matches(org.version)?;
        actions::rename(&door, &me, &org, &posted.parse()?).await
    };
    match renamed.await {
        Ok(org) => {
            let see = home(door.org().id()) + "?done=renamed";
            let body = view::facts(&org, &me.roles, &open_to(&me));
            Ok(Answer::of(Done { see, status: StatusCode::OK, body }).tagged(org.version))
        }
        Err(error) => {
            let frame = door.frame(&me);
            let naming =
                |errors| view::Naming { org, draft: posted.draft(errors), at: name_at(&door) }.page(&frame);
            Err(error.on_screen(naming))
        }
    }
}

/// For who sees the orders anyway; a link for who may open the application (domain Q5).
fn licences_card(door: &Access<Home>, me: &Member, all: &[Licence]) -> Option<Markup> {
    let today = Day::today(door.now(), door.app().config().zone)?;
    let at = home(door.org().id()) + "/licences";
    let opens = allows(&me.roles, Application::LicenseExtension).then_some(at.as_str());
    let sees = allows(&me.roles, Application::OrderBook) && !all.is_empty();
    sees.then(|| licences::status_card(all, today, opens))
}

fn open_to(me: &Member) -> Vec<Application> {
    Application::ALL.into_iter().filter(|it| allows(&me.roles, *it)).collect()
}

fn name_at(door: &Access<ContactManager>) -> String {
    home(door.org().id()) + "/name"
}

/// What this member can go on to: applications of the portal first, then the ways out that are configured.
fn launcher(door: &Access<Home>, me: &Member) -> Vec<view::Way> {
    let links = &door.app().config().links;
    let inside = crate::apps::nav(door.org().id(), &me.roles, me.unread).into_iter().skip(1);
    let inside =
        inside.map(|it| view::Way { label: it.label, href: it.href, icon: it.icon, external: false });
    let outside = [
        (Application::BillDesk, "Bill desk", &links.bill_desk, crate::page::Icon::Receipt),
        (Application::Documentation, "Documentation", &links.documentation, crate::page::Icon::Document),
    ];
    let outside =
        outside.into_iter().filter(|it| allows(&me.roles, it.0)).filter_map(|(_, label, href, icon)| {
            href.clone().map(|href| view::Way { label, href, icon, external: true })
        });
    inside.chain(outside).collect()
}

impl Form for NewName {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        Some(Self { name: fields.read("name")? })
    }
}
