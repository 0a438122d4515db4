//! Payments: what was paid, what became of it, and where to pay (domain 7).

mod actions;
pub mod api;
mod deed;
mod follow;
mod form_view;
mod ground;
mod handlers;
pub mod mail;
pub mod online;
mod record_view;
mod recording;
pub mod records;
pub mod rules;
mod shelf;
mod sql;
mod view;

use axum::http::Method;
use axum::routing::{get, post};

use crate::access::{OrgScope, PaymentRecord, Query, Routes};

pub use records::Record;
pub use rules::Status;
pub use sql::OPEN_SHOWN;

pub fn routes() -> Routes {
    Routes::default()
        .merge(online::routes())
        .page::<PaymentRecord>(&Method::GET, "/payments", get(handlers::history))
        .page::<PaymentRecord>(&Method::GET, "/payments.csv", get(handlers::history_sheet))
        .page::<PaymentRecord>(&Method::GET, "/payments/new", get(recording::form))
        .page::<PaymentRecord>(&Method::POST, "/payments/new", post(recording::record))
        .page::<PaymentRecord>(&Method::GET, "/payments/{payment}", get(handlers::record))
        .page::<PaymentRecord>(&Method::POST, "/payments/{payment}/replies", post(recording::reply))
        .page::<PaymentRecord>(&Method::GET, "/payments/{payment}/withdrawal", get(recording::ask_withdrawal))
        .page::<PaymentRecord>(&Method::POST, "/payments/{payment}/withdrawal", post(recording::withdraw))
        .page::<PaymentRecord>(
            &Method::GET,
            "/payments/{payment}/documents/{document}",
            get(recording::document),
        )
        .api::<PaymentRecord>(&Method::GET, "/payment-records", get(handlers::history))
        .api::<PaymentRecord>(&Method::GET, "/payment-records.csv", get(handlers::history_sheet))
        .api::<PaymentRecord>(&Method::POST, "/payment-records", post(recording::record))
        .api::<PaymentRecord>(&Method::GET, "/payment-records/{payment}", get(handlers::record))
        .api::<PaymentRecord>(&Method::POST, "/payment-records/{payment}/replies", post(recording::reply))
        .api::<PaymentRecord>(
            &Method::POST,
            "/payment-records/{payment}/withdrawal",
            post(recording::withdraw),
        )
        .api::<PaymentRecord>(
            &Method::GET,
            "/payment-records/{payment}/documents/{document}",
            get(recording::document),
        )
}

pub use deed::{Made, Proof, Recording};
pub use ground::Ground;
pub use rules::sentences;
pub use shelf::PREFIX;

/// What is still open, newest first; for the home page, which travels in one batch.
#[must_use]
pub fn open(org: &OrgScope) -> Query<Vec<Record>> {
    sql::open(org)
}
