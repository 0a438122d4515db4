//! Signing on to the help desk with the portal's own sign-in: an OpenID Connect provider for any help desk that
//! speaks it, two adapters for those that do not, and the launcher's way there.
//!
//! A client is entered by staff and belongs to the vendor, so nobody is asked for consent. Whoever holds the Support
//! role of an organisation is let in as that organisation's; the database is asked at each step.

mod desk;
mod provider;
mod rules;
mod view;

use axum::http::Method;
use axum::routing::get;

use crate::access::{HelpDesk, Routes};

pub use provider::form_policy;

#[must_use]
pub fn routes() -> Routes {
    provider::routes().page::<HelpDesk>(&Method::GET, "/helpdesk", get(desk::open))
}
