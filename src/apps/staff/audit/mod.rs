//! The whole log, for Support and Admin (domain 11).

mod handlers;
mod sql;

use axum::http::Method;
use axum::routing::get;

use crate::access::{Routes, seat};

pub fn routes() -> Routes {
    Routes::default()
        .desk::<seat::AuditTrail>(&Method::GET, "/audit", get(handlers::log))
        .desk::<seat::AuditTrail>(&Method::GET, "/audit.csv", get(handlers::sheet))
        .desk_api::<seat::AuditTrail>(&Method::GET, "/audit", get(handlers::log))
        .desk_api::<seat::AuditTrail>(&Method::GET, "/audit.csv", get(handlers::sheet))
}
