//! Licences: how they stand, every change of them, and the request to extend one (domain 6).

mod actions;
pub mod api;
mod handlers;
mod history;
mod history_view;
pub mod mail;
mod reminder;
mod request_view;
mod rules;
mod sql;
mod view;
mod words;

use axum::http::Method;
use axum::routing::{get, post};

use crate::access::{LicenseExtension, OrgScope, Query, Routes};

pub use history::Cause;
pub use reminder::{Due, THRESHOLDS, announcement, due, headline, moved};
pub use rules::{Description, Kind, Licence, NewRequest};
pub use view::status_card;
pub use words::Standing;

pub fn routes() -> Routes {
    Routes::default()
        .page::<LicenseExtension>(&Method::GET, "/licences", get(handlers::current))
        .page::<LicenseExtension>(&Method::GET, "/licences.csv", get(handlers::current_sheet))
        .page::<LicenseExtension>(&Method::GET, "/licences/history", get(handlers::history))
        .page::<LicenseExtension>(&Method::GET, "/licences/history.csv", get(handlers::history_sheet))
        .page::<LicenseExtension>(&Method::GET, "/licences/extension-requests", get(handlers::requests))
        .page::<LicenseExtension>(
            &Method::GET,
            "/licences/extension-requests.csv",
            get(handlers::requests_sheet),
        )
        .page::<LicenseExtension>(&Method::GET, "/licences/extension-requests/new", get(handlers::ask))
        .page::<LicenseExtension>(&Method::POST, "/licences/extension-requests", post(handlers::request))
        .page::<LicenseExtension>(&Method::GET, "/licences/rules", get(handlers::rules))
        .api::<LicenseExtension>(&Method::GET, "/licences", get(handlers::current))
        .api::<LicenseExtension>(&Method::GET, "/licences.csv", get(handlers::current_sheet))
        .api::<LicenseExtension>(&Method::GET, "/licence-events", get(handlers::history))
        .api::<LicenseExtension>(&Method::GET, "/licence-events.csv", get(handlers::history_sheet))
        .api::<LicenseExtension>(&Method::GET, "/extension-requests", get(handlers::requests))
        .api::<LicenseExtension>(&Method::GET, "/extension-requests.csv", get(handlers::requests_sheet))
        .api::<LicenseExtension>(&Method::POST, "/extension-requests", post(handlers::request))
}

/// For the home page, which travels in one batch.
#[must_use]
pub fn current(org: &OrgScope) -> Query<Vec<Licence>> {
    sql::licences(org)
}

/// Who holds Primary and Billing, for the mails of a deed: a line for each role.
#[must_use]
pub fn readers(org: &OrgScope) -> Query<Vec<mail::Reader>> {
    sql::readers(org)
}
