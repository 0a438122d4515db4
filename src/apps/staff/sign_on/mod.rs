//! The programs that may ask who somebody is: the help desks of the vendor. An Admin enters them here (domain 10).

mod actions;
mod rules;
mod sql;
mod view;

use axum::http::{Method, StatusCode};
use axum::routing::{get, post};

use crate::access::{Fields, Form, Posted, Routes, Staffed, seat};
use crate::answer::{Answer, Done, Shown, View};
use crate::error::Error;
use crate::kernel::ClientId;
use crate::page::Draft;
use rules::{NewClient, Switch};

type Door = Staffed<seat::SignOn>;

const AT: &str = "/staff/sign-on";

pub fn routes() -> Routes {
    Routes::default()
        .desk::<seat::SignOn>(&Method::GET, "/sign-on", get(list))
        .desk::<seat::SignOn>(&Method::POST, "/sign-on", post(add))
        .desk::<seat::SignOn>(&Method::GET, "/sign-on/new", get(form))
        .desk::<seat::SignOn>(&Method::POST, "/sign-on/{client}/secret", post(renew))
        .desk::<seat::SignOn>(&Method::POST, "/sign-on/{client}/switch", post(switch))
}

impl Form for NewClient {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let (name, kind) = (fields.read("name"), fields.read("kind"));
        let (redirect_uris, login_uri) = (fields.read("redirect_uris"), fields.read_or_none("login_uri"));
        let public = fields.flag("public", false);
        Some(Self {
            name: name?,
            kind: kind?,
            redirect_uris: redirect_uris?,
            login_uri: login_uri?,
            public: public?,
        })
    }
}

impl Form for Switch {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        fields.read("to")
    }
}

async fn list(door: Door) -> Result<Answer, Error> {
    let (me, clients) = door.read(sql::clients(door.scope())).await?;
    let config = door.app().config();
    let view = view::List {
        clients,
        ready: actions::ready(&door),
        issuer: config.origin.clone(),
        zone: config.zone,
    };
    Ok(Answer::of(Shown { frame: door.frame(&me), view }))
}

async fn form(door: Door) -> Result<Answer, Error> {
    let (me, ()) = door.read(()).await?;
    Ok(Answer::of(Shown { frame: door.frame(&me), view: view::Entry { draft: Draft::default() } }))
}

/// The secret is in this answer and nowhere else, so the answer is a page and leads nowhere.
async fn add(door: Door, posted: Posted<NewClient>) -> Result<Answer, Error> {
    let (me, ()) = door.read(()).await?;
    let frame = door.frame(&me);
    let added = async { actions::add(&door, &me, posted.parse()?).await };
    match added.await {
        Ok(shown) => Ok(Answer::of(Shown { frame, view: shown })),
        Err(error) => Err(error.on_screen(|errors| view::Entry { draft: posted.draft(errors) }.page(&frame))),
    }
}

async fn renew(door: Door, posted: Posted<()>) -> Result<Answer, Error> {
    let id = door.named::<ClientId>("client");
    let (me, client) = actions::find(&door, id).await?;
    posted.parse()?;
    let view = actions::renew(&door, &me, &client).await?;
    Ok(Answer::of(Shown { frame: door.frame(&me), view }))
}

async fn switch(door: Door, posted: Posted<Switch>) -> Result<Answer, Error> {
    let id = door.named::<ClientId>("client");
    let (me, client) = actions::find(&door, id).await?;
    let done = actions::switch(&door, &me, &client, posted.parse()?).await?;
    Ok(Answer::of(Done { see: format!("{AT}?done={done}"), status: StatusCode::NO_CONTENT, body: ().into() }))
}
