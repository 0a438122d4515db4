//! Who did what in an organisation, as its Primary reads it (security 1.7). The words and the page serve the vendor's
//! side as well.

pub mod api;
mod handlers;
pub mod lines;
mod sql;
pub mod view;
pub mod words;

use axum::http::Method;
use axum::routing::get;

use crate::access::{ContactManager, Routes};

pub use handlers::filter;

pub fn routes() -> Routes {
    Routes::default()
        .both::<ContactManager>(&Method::GET, "/audit", get(handlers::log))
        .both::<ContactManager>(&Method::GET, "/audit.csv", get(handlers::sheet))
}
