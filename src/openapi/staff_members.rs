use axum::http::Method;
use serde_json::{Value, json};

use super::call::Call;
use crate::apps::staff::members::api::{Member, MemberList};
use crate::apps::staff::members::{NewMember, NewRole};

const ALL: &str = "/api/v1/staff/members";
const ONE: &str = "/api/v1/staff/members/{member}";
const TAG: &str = "staff: members";

pub fn calls() -> Vec<Call> {
    vec![
        Call::new(Method::GET, ALL, TAG, "listMembers", "List the vendor's own people").gives::<MemberList>(
            200,
            "All of them by name",
            json!({ "items": [member()] }),
        ),
        Call::new(Method::POST, ALL, TAG, "addMember", "Add a colleague")
            .about("A mail with a link to choose a password goes to the address; who has one gets a mail that says so.")
            .once()
            .sends::<NewMember>(json!({ "email": "elif@vendor.example", "display_name": "Elif Demir", "role": "support" }))
            .refuses(&["member-exists"])
            .gives::<Member>(201, "The colleague", member()),
        Call::new(Method::PATCH, ONE, TAG, "changeMember", "Give a colleague another role")
            .sends::<NewRole>(json!({ "role": "admin" }))
            .refuses(&["own-role", "last-admin", "stale"])
            .gives::<Member>(200, "The colleague as it is now", member()),
        Call::new(Method::DELETE, ONE, TAG, "removeMember", "Remove a colleague")
            .about("Every session of theirs ends at once.")
            .refuses(&["own-role", "last-admin", "stale"])
            .gives_nothing("Removed"),
    ]
}

fn member() -> Value {
    json!({
        "id": "0193c1e6-77d1-7a39-9d07-1b6c6a0a8c55",
        "email": "elif@vendor.example",
        "display_name": "Elif Demir",
        "role": "support",
        "since": "2026-11-22T06:08:00Z",
    })
}
