//! Payments: what was paid, what became of it, and where to pay (domain 7).

pub mod api;
mod handlers;
mod pay_view;
mod record_view;
mod records;
pub mod rules;
mod sql;
mod view;

use axum::http::Method;
use axum::routing::get;

use crate::access::{OrgScope, PaymentGateway, PaymentRecord, Query, Routes};

pub use records::Record;
pub use rules::Status;
pub use sql::OPEN_SHOWN;

pub fn routes() -> Routes {
    Routes::default()
        .page::<PaymentRecord>(&Method::GET, "/payments", get(handlers::history))
        .page::<PaymentRecord>(&Method::GET, "/payments.csv", get(handlers::history_sheet))
        .page::<PaymentRecord>(&Method::GET, "/payments/{payment}", get(handlers::record))
        .page::<PaymentGateway>(&Method::GET, "/pay", get(handlers::pay))
        .api::<PaymentRecord>(&Method::GET, "/payment-records", get(handlers::history))
        .api::<PaymentRecord>(&Method::GET, "/payment-records.csv", get(handlers::history_sheet))
        .api::<PaymentRecord>(&Method::GET, "/payment-records/{payment}", get(handlers::record))
}

/// What is still open, newest first; for the home page, which travels in one batch.
#[must_use]
pub fn open(org: &OrgScope) -> Query<Vec<Record>> {
    sql::open(org)
}
