//! Notifications: what the vendor and the portal tell the contacts of an organisation (domain 8), what of it is read,
//! and what comes by mail.

mod actions;
pub mod api;
mod handlers;
pub mod mail;
mod preferences_view;
mod rules;
mod sql;
mod unsubscribe;
mod view;

use axum::http::Method;
use axum::routing::{get, post, put};

use crate::access::{App, Deed, Notifications, OrgScope, Routes};
use crate::kernel::{NotificationId, PageOf, PersonId, Zone};

pub use rules::{Category, Choice, Notification};
pub use sql::Lists;
pub use view::{entry, excerpt, excerpt_of};

pub fn routes() -> Routes {
    Routes::default()
        .page::<Notifications>(&Method::GET, "/notifications", get(handlers::list))
        .page::<Notifications>(&Method::GET, "/notifications.csv", get(handlers::sheet))
        .page::<Notifications>(&Method::POST, "/notifications/read-all", post(handlers::read_all))
        .page::<Notifications>(&Method::GET, "/notifications/preferences", get(handlers::preferences))
        .page::<Notifications>(&Method::POST, "/notifications/preferences", post(handlers::prefer))
        .page::<Notifications>(&Method::GET, "/notifications/{notification}", get(handlers::show))
        .page::<Notifications>(&Method::POST, "/notifications/{notification}/read", post(handlers::read))
        .api::<Notifications>(&Method::GET, "/notifications", get(handlers::list))
        .api::<Notifications>(&Method::GET, "/notifications.csv", get(handlers::sheet))
        .api::<Notifications>(&Method::PUT, "/notifications/{notification}/read", put(handlers::read))
        .api::<Notifications>(&Method::POST, "/notifications/read-all", post(handlers::read_all))
        .anyone(&Method::GET, "/unsubscribe/{token}", get(unsubscribe::ask))
        .anyone(&Method::POST, "/unsubscribe/{token}", post(unsubscribe::stop))
}

/// What the portal says by itself, to every contact of an organisation.
pub struct Notice {
    pub category: Category,
    pub title: String,
    /// Markdown: what somebody typed belongs through `quoted`.
    pub body: String,
    /// Below the organisation's home.
    pub path: &'static str,
}

impl Notice {
    #[must_use]
    pub fn deed(&self, org: &OrgScope, app: &App) -> Deed {
        let id: NotificationId = app.new_id();
        sql::tell(org, &id, self, app.now())
    }
}

/// How many the home page shows (domain 3.4).
pub const TOP: usize = 5;

/// For the home page, which travels in one batch; `joined` makes one list of the two.
#[must_use]
pub fn top(org: &OrgScope, person: &PersonId, now: i64, zone: Zone) -> Lists {
    let reader = sql::Reader { person, now };
    sql::list(org, reader, &rules::Filter::default(), zone, &PageOf::whole(TOP))
}

#[must_use]
pub fn joined(pinned: Vec<Notification>, others: Vec<Notification>) -> Vec<Notification> {
    pinned.into_iter().chain(others).collect()
}

/// Somebody's words inside Markdown, where they are only words.
#[must_use]
pub fn quoted(words: &str) -> String {
    let mut text = String::with_capacity(words.len() * 2);
    for letter in words.chars() {
        if letter.is_ascii_punctuation() {
            text.push('\\');
        }
        text.push(letter);
    }
    text
}
