//! What belongs to a person and to no organisation: name, password, sessions, and the choice of an organisation.

mod actions;
mod pages;
mod rules;
mod sql;
mod view;

use axum::http::Method;
use axum::routing::{delete, get, patch, post, put};

use crate::access::Routes;

pub use view::{Me, SessionItem, SessionList};

#[must_use]
pub fn routes() -> Routes {
    Routes::default()
        .person(&Method::GET, "/", get(pages::home))
        .person(&Method::GET, "/organisations", get(pages::organisations))
        .person(&Method::GET, "/me", get(pages::profile))
        .person(&Method::GET, "/api/v1/me", get(pages::profile))
        .person(&Method::POST, "/me/name", post(pages::rename))
        .person(&Method::PATCH, "/api/v1/me", patch(pages::rename))
        .person(&Method::POST, "/me/password", post(pages::change_password))
        .person(&Method::PUT, "/api/v1/me/password", put(pages::change_password))
        .person(&Method::GET, "/api/v1/me/sessions", get(pages::sessions))
        .person(&Method::POST, "/me/sessions/{session}/end", post(pages::end_session))
        .person(&Method::DELETE, "/api/v1/me/sessions/{session}", delete(pages::end_session))
        .person(&Method::DELETE, "/api/v1/session", delete(pages::sign_out))
}
