use axum::http::Method;
use serde_json::json;

use super::call::Call;
use crate::apps::report::api::AskedFor;

const REPORTS: &str = "/api/v1/organisations/{org}/reports";

pub fn calls() -> Vec<Call> {
    vec![
        Call::new(Method::POST, REPORTS, "organisation", "askForReport", "Ask for the organisation report")
            .about(
                "For the Primary contact. It covers every organisation of which the person is Primary, not this one alone, \
                 and is mailed as one HTML file. Once in ten minutes.",
            )
            .once()
            .gives::<AskedFor>(
                202,
                "It is being made",
                json!({
                    "id": "0193c1e6-77d1-7a39-9d07-1b6c6a0a8c55",
                    "mailed_to": "primary@acme.example",
                    "asked_at": "2026-11-22T06:08:00Z",
                }),
            )
            .refuses(&["slow-down"]),
    ]
}
