//! The consolidated organisation report (domain 3.6): everything about all organisations in which somebody is Primary,
//! as one HTML file, made by the queue and mailed to who asked for it.

mod actions;
pub mod api;
mod document;
mod handlers;
pub mod mail;
mod rules;
mod sql;
mod view;

use axum::http::Method;
use axum::routing::{get, post};

use crate::access::{ContactManager, Routes};

pub use document::document;
pub use rules::{
    Book, ContactLine, FRESH, LicenceLine, OrganisationPart, SubscriptionLine, UsageLine, licence_status,
};

/// Only the Primary contact has it, as with managing contacts (domain 2.3).
pub fn routes() -> Routes {
    Routes::default()
        .page::<ContactManager>(&Method::GET, "/report", get(handlers::show))
        .page::<ContactManager>(&Method::POST, "/report", post(handlers::ask))
        .page::<ContactManager>(&Method::GET, "/report/{report}", get(handlers::file))
        .api::<ContactManager>(&Method::POST, "/reports", post(handlers::ask))
}
