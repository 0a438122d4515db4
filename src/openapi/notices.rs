use axum::http::Method;
use serde_json::{Value, json};

use super::call::Call;
use crate::apps::staff::publishing::api::{NewNoticeFacts, NoticeFacts, NoticePage, PatchFacts};

const NOTICES: &str = "/api/v1/staff/notifications";
const NOTICE: &str = "/api/v1/staff/notifications/{notice}";
const TAG: &str = "staff: announcements";

pub fn calls() -> Vec<Call> {
    vec![
        Call::new(Method::GET, NOTICES, TAG, "listAnnouncements", "List the announcements")
            .about("For Publishers and Admins, and for keys with one of these scopes. Newest first.")
            .pages()
            .gives::<NoticePage>(200, "A page", json!({ "items": [notice()], "next": null })),
        Call::new(Method::POST, NOTICES, TAG, "draftAnnouncement", "Write an announcement, or publish it at once")
            .about(
                "The audience is narrowed by organisations, a product and roles; what is left out narrows nothing. A draft \
                 is seen by nobody. What is published goes into the portal at once, and by mail to whoever wants mail of \
                 its category.",
            )
            .sends::<NewNoticeFacts>(json!({
                "title": "SkyConnect 8.2 on 5 December",
                "body": "**New:** shared calendars.",
                "category": "release",
                "product": "skyconnect",
                "publish": true,
            }))
            .once()
            .gives::<NoticeFacts>(201, "The announcement", notice()),
        Call::new(Method::GET, NOTICE, TAG, "getAnnouncement", "Read an announcement and whom it reaches")
            .tagged()
            .gives::<NoticeFacts>(200, "The announcement", reached()),
        Call::new(Method::PATCH, NOTICE, TAG, "changeAnnouncement", "Change, publish, pin or withdraw an announcement")
            .about(
                "What is left out stays. `state` publishes a draft or withdraws what is published; `pinned_until` pins, and \
                 null ends it. Once it is published its audience stays.",
            )
            .matching()
            .sends::<PatchFacts>(json!({ "state": "published", "pinned_until": "2026-12-05" }))
            .refuses(&["not-in-this-state"])
            .tagged()
            .gives::<NoticeFacts>(200, "As it is now", reached()),
    ]
}

fn notice() -> Value {
    json!({
        "id": "0193c1e6-77d1-7a39-9d07-1b6c6a0a8c55",
        "title": "SkyConnect 8.2 on 5 December",
        "body": "**New:** shared calendars.",
        "category": "release",
        "link": null,
        "organisations": [],
        "product": "skyconnect",
        "roles": [],
        "state": "published",
        "pinned_until": null,
        "expires_at": null,
        "published_at": "2026-11-22T06:08:00Z",
        "created_at": "2026-11-22T06:08:00Z",
        "made_by": "Asha Rao",
    })
}

fn reached() -> Value {
    let mut notice = notice();
    if let Some(notice) = notice.as_object_mut() {
        notice.insert("reaches".to_owned(), json!({ "contacts": 412, "organisations": 97 }));
    }
    notice
}
