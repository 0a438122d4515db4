//! The vendor's own people and their roles. Only an Admin comes here.

mod actions;
pub mod api;
pub mod mail;
mod rules;
mod sql;
mod view;

use axum::http::{Method, StatusCode};
use axum::routing::{delete, get, patch, post};
use serde_json::json;

use crate::access::{Fields, Form, Posted, Routes, seat};
use crate::answer::{Answer, Done, Shown, View};
use crate::error::Error;
use crate::kernel::PersonId;
use crate::page::Draft;
use actions::{AT, Door, Team};

pub use rules::{NewMember, NewRole};

pub fn routes() -> Routes {
    Routes::default()
        .desk::<seat::Members>(&Method::GET, "/members", get(list))
        .desk::<seat::Members>(&Method::POST, "/members", post(add))
        .desk::<seat::Members>(&Method::POST, "/members/{member}/role", post(change))
        .desk::<seat::Members>(&Method::GET, "/members/{member}/removal", get(ask_removal))
        .desk::<seat::Members>(&Method::POST, "/members/{member}/removal", post(remove))
        .desk_api::<seat::Members>(&Method::GET, "/members", get(list))
        .desk_api::<seat::Members>(&Method::POST, "/members", post(add))
        .desk_api::<seat::Members>(&Method::PATCH, "/members/{member}", patch(change))
        .desk_api::<seat::Members>(&Method::DELETE, "/members/{member}", delete(remove))
}

async fn list(door: Door) -> Result<Answer, Error> {
    let team = actions::load(&door).await?;
    let frame = door.frame(&team.me);
    Ok(Answer::of(Shown { frame, view: screen(&door, team, Draft::default(), Draft::default()) }))
}

async fn add(door: Door, posted: Posted<NewMember>) -> Result<Answer, Error> {
    actions::add(&door, &posted).await.map(Answer::of).map_err(|(team, error)| match team {
        Some(team) => error.on_screen(|errors| {
            let frame = door.frame(&team.me);
            screen(&door, team, posted.draft(errors), Draft::default()).page(&frame)
        }),
        None => error,
    })
}

async fn change(door: Door, posted: Posted<NewRole>) -> Result<Answer, Error> {
    let team = actions::load(&door).await?;
    let changed = async { actions::change(&door, &team, &door.named("member")?, &posted.parse()?).await };
    match changed.await {
        Ok(member) => {
            let see = format!("{AT}?done=member-changed");
            Ok(Answer::of(Done { see, status: StatusCode::OK, body: json!(member) }))
        }
        Err(error) => Err(on_list(&door, team, error)),
    }
}

async fn ask_removal(door: Door) -> Result<Answer, Error> {
    let team = actions::load(&door).await?;
    let member = team.member(&door.named("member")?)?.clone();
    Ok(Answer::of(Shown { frame: door.frame(&team.me), view: view::Removal { member } }))
}

async fn remove(door: Door) -> Result<Answer, Error> {
    let team = actions::load(&door).await?;
    let removed = async { actions::remove(&door, &team, &door.named("member")?).await };
    match removed.await {
        Ok(()) => Ok(Answer::of(Done::quietly(format!("{AT}?done=member-removed")))),
        Err(error) => Err(on_list(&door, team, error)),
    }
}

/// The list again, with what was refused above it.
fn on_list(door: &Door, team: Team, error: Error) -> Error {
    error.on_screen(|errors| {
        let frame = door.frame(&team.me);
        screen(door, team, Draft::default(), Draft::blank(errors)).page(&frame)
    })
}

fn screen(door: &Door, team: Team, draft: Draft, refusal: Draft) -> view::Listing {
    let key = String::from(door.app().new_id::<PersonId>());
    let myself = team.myself().cloned();
    view::Listing { members: team.members, myself, draft, refusal, key, zone: door.app().config().zone }
}

impl Form for NewMember {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let (email, display_name, role) =
            (fields.read("email"), fields.read("display_name"), fields.read("role"));
        Some(Self { email: email?, display_name: display_name?, role: role? })
    }
}

impl Form for NewRole {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        Some(Self { role: fields.read("role")? })
    }
}
