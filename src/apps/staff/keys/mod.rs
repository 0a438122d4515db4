//! Keys of the vendor's programs: made, rotated, revoked (experience, complaint 22).

mod actions;
pub mod api;
mod handlers;
pub mod mail;
mod rules;
mod sql;
mod view;

use axum::http::Method;
use axum::routing::{delete, get, post};

use crate::access::{Fields, Form, Routes, seat};
use crate::kernel::StaffRole;

pub use actions::warn_of_expiry;
pub use rules::{ApiKey, NewKey, Overlap, Rotation, Scope};
pub use sql::of_maker;

pub fn routes() -> Routes {
    Routes::default()
        .desk::<seat::Keys>(&Method::GET, "/keys", get(handlers::list))
        .desk::<seat::Keys>(&Method::POST, "/keys", post(handlers::make))
        .desk::<seat::Keys>(&Method::GET, "/keys/{key}/rotation", get(handlers::ask_rotation))
        .desk::<seat::Keys>(&Method::POST, "/keys/{key}/rotation", post(handlers::rotate))
        .desk::<seat::Keys>(&Method::GET, "/keys/{key}/revocation", get(handlers::ask_revocation))
        .desk::<seat::Keys>(&Method::POST, "/keys/{key}/revocation", post(handlers::revoke))
        .desk_api::<seat::Keys>(&Method::GET, "/api-keys", get(handlers::list))
        .desk_api::<seat::Keys>(&Method::POST, "/api-keys", post(handlers::make))
        .desk_api::<seat::Keys>(&Method::DELETE, "/api-keys/{key}", delete(handlers::revoke))
        .desk_api::<seat::Keys>(&Method::POST, "/api-keys/{key}/rotation", post(handlers::rotate))
}

impl Form for NewKey {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let (name, scopes, expires_on) = (fields.read("name"), scopes(fields), fields.read("expires_on"));
        Some(Self { name: name?, scopes: scopes?, expires_on: expires_on? })
    }
}

impl Form for Rotation {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let (overlap, expires_on) = (fields.read("overlap"), fields.read("expires_on"));
        Some(Self { overlap: overlap?, expires_on: expires_on? })
    }
}

/// Of a program a list; of a person what is ticked.
fn scopes(fields: &mut Fields) -> Option<Vec<Scope>> {
    let ticked = StaffRole::ALL.into_iter().filter(|it| fields.hidden(&view::tick(*it)).is_some());
    let ticked: Vec<Scope> = ticked.map(Scope).collect();
    if ticked.is_empty() { fields.list("scopes") } else { Some(ticked) }
}
