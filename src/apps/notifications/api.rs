//! What programs read of notifications.

use serde::Serialize;

use super::rules::{Category, Notification, NotificationCursor};
use crate::kernel::{NotificationId, rfc3339};

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = NotificationList))]
pub struct NotificationPage {
    /// Pinned ones first, then the newest.
    pub items: Vec<NotificationFacts>,
    /// The cursor of the next page; null on the last one.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub next: Option<String>,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = Notification))]
pub struct NotificationFacts {
    pub id: NotificationId,
    pub title: String,
    /// `CommonMark`. HTML in it is text.
    pub body: String,
    pub category: Category,
    pub pinned: bool,
    /// RFC 3339 in UTC.
    #[cfg_attr(not(target_arch = "wasm32"), schema(format = DateTime))]
    pub published_at: String,
    /// By the person who asks, in this organisation.
    pub read: bool,
    /// A path of the portal that this leads to.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub link: Option<String>,
}

impl NotificationPage {
    #[must_use]
    pub fn of(notes: &[Notification], next: Option<&NotificationCursor>) -> Self {
        Self {
            items: notes.iter().map(NotificationFacts::of).collect(),
            next: next.map(NotificationCursor::text),
        }
    }
}

impl NotificationFacts {
    #[must_use]
    pub fn of(it: &Notification) -> Self {
        Self {
            id: it.id.clone(),
            title: it.title.clone(),
            body: it.body.clone(),
            category: it.category,
            pinned: it.pinned.0,
            published_at: rfc3339(it.published_at),
            read: it.read.0,
            link: it.link.clone(),
        }
    }
}
