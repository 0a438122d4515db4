//! Dashboards: what was used of each product, day by day, against what was bought (domain 9).

pub mod api;
mod handlers;
pub mod mail;
mod panel;
mod rules;
mod sheet;
mod sql;
mod view;

use axum::http::Method;
use axum::routing::get;

use crate::access::{Dashboards, Routes};

pub use panel::panel;
pub use rules::{Part, Reached, Sample, THRESHOLDS, Used, percent, purchased, reaches};

pub use sql::reached;

pub fn routes() -> Routes {
    Routes::default().both::<Dashboards>(&Method::GET, "/usage", get(handlers::show)).both::<Dashboards>(
        &Method::GET,
        "/usage.csv",
        get(handlers::export),
    )
}
