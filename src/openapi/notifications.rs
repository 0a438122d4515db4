use axum::http::Method;
use serde_json::json;

use super::call::Call;
use crate::apps::notifications::api::NotificationPage;

const NOTES: &str = "/api/v1/organisations/{org}/notifications";
const NOTES_CSV: &str = "/api/v1/organisations/{org}/notifications.csv";
const READ: &str = "/api/v1/organisations/{org}/notifications/{notification}/read";
const READ_ALL: &str = "/api/v1/organisations/{org}/notifications/read-all";
const TAG: &str = "notifications";

pub fn calls() -> Vec<Call> {
    vec![
        of_notes(Call::new(Method::GET, NOTES, TAG, "listNotifications", "List what there is to know"))
            .about("What this person may see in this organisation. What is restricted to a role is there for its holder only.")
            .pages()
            .gives::<NotificationPage>(
                200,
                "A page",
                json!({
                    "items": [{
                        "id": "0193c1e6-9b02-7c44-8a51-53f0c2f8a7d1",
                        "title": "Maintenance on Sunday, 2:00 to 4:00",
                        "body": "Mail is **delayed** for two hours and none of it is lost.",
                        "category": "downtime",
                        "pinned": true,
                        "published_at": "2026-11-22T06:08:00Z",
                        "read": false,
                        "link": null,
                    }],
                    "next": "W1tmYWxzZSwxNzk1MzI3NjgwXSwibjEiXQ",
                }),
            ),
        of_notes(Call::new(Method::GET, NOTES_CSV, TAG, "exportNotifications", "The notifications as a spreadsheet"))
            .gives_sheet("At most 5,000 rows", "published_at,category,title,body,pinned,read,product"),
        Call::new(Method::PUT, READ, TAG, "readNotification", "Mark a notification as read")
            .gives_nothing("It is read, now or since before"),
        Call::new(Method::POST, READ_ALL, TAG, "readAllNotifications", "Mark all notifications as read")
            .gives_nothing("Everything published up to now is read"),
    ]
}

fn of_notes(call: Call) -> Call {
    call.asks(
        "category",
        "Only this one: `license`, `billing`, `downtime`, `release`, `security`, `report`, `account` or `general`.",
        "downtime",
    )
    .asks("unread", "`true`: only what is unread; `false`: only what was read.", "true")
    .asks("from", "Published on this day or later.", "2026-01-01")
    .asks("to", "Published on this day or earlier.", "2026-12-31")
    .asks("q", "Part of a title or a text; at most 48 letters.", "maintenance")
}
