//! What the vendor tells its customers: drafted, looked at with its audience, published, pinned, withdrawn (domain 8).

mod actions;
pub mod api;
mod form;
mod handlers;
mod rules;
mod sql;
mod view;

use axum::http::Method;
use axum::routing::{get, patch, post};

use crate::access::{Routes, seat};

pub use rules::{Body, Link, State, Title};

pub fn routes() -> Routes {
    Routes::default()
        .desk::<seat::Publishing>(&Method::GET, "/notifications", get(handlers::list))
        .desk::<seat::Publishing>(&Method::POST, "/notifications", post(handlers::draft))
        .desk::<seat::Publishing>(&Method::GET, "/notifications/new", get(handlers::blank))
        .desk::<seat::Publishing>(&Method::GET, "/notifications/{notice}", get(handlers::show))
        .desk::<seat::Publishing>(&Method::GET, "/notifications/{notice}/edit", get(handlers::ask_change))
        .desk::<seat::Publishing>(&Method::POST, "/notifications/{notice}/edit", post(handlers::change))
        .desk::<seat::Publishing>(
            &Method::POST,
            "/notifications/{notice}/publication",
            post(handlers::publish),
        )
        .desk::<seat::Publishing>(&Method::POST, "/notifications/{notice}/pin", post(handlers::pin))
        .desk::<seat::Publishing>(
            &Method::GET,
            "/notifications/{notice}/withdrawal",
            get(handlers::ask_withdrawal),
        )
        .desk::<seat::Publishing>(
            &Method::POST,
            "/notifications/{notice}/withdrawal",
            post(handlers::withdraw),
        )
        .desk_api::<seat::Publishing>(&Method::GET, "/notifications", get(handlers::list))
        .desk_api::<seat::Publishing>(&Method::POST, "/notifications", post(handlers::draft))
        .desk_api::<seat::Publishing>(&Method::GET, "/notifications/{notice}", get(handlers::show))
        .desk_api::<seat::Publishing>(&Method::PATCH, "/notifications/{notice}", patch(handlers::patch))
}
