//! `GET /healthz`: whether the portal can work at all. For machines that watch; it tells nobody anything else.

mod sql;

use axum::Json;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;

use crate::access::{Doorstep, Routes};
use crate::answer::{Asker, Faces};
use crate::error::Error;
use crate::kernel::rfc3339;

pub use sql::{Missing, missing};

#[must_use]
pub fn routes() -> Routes {
    Routes::default().anyone(&Method::GET, "/healthz", get(health))
}

/// A machine asks, so the answer is JSON although the path is that of a page.
async fn health(door: Doorstep) -> Response {
    let cause = match look(&door).await {
        Ok(flagged_at) => return healthy(flagged_at),
        Err(cause) => cause,
    };
    let (app, request) = (door.app(), door.app().caller().request.clone());
    app.log(&json!({ "request_id": request, "health": cause }));
    let asker = Asker { brand: app.config().brand.clone(), request, page: None };
    let said = "The portal cannot work at the moment. Its log says why.";
    Error::refused(StatusCode::SERVICE_UNAVAILABLE, "not-healthy", said).json(&asker)
}

/// The header says when licences were last looked at, so that whoever watches learns that crons do not fire; it is not
/// there before the first time.
fn healthy(flagged_at: Option<i64>) -> Response {
    let mut response = Json(json!({ "status": "ok" })).into_response();
    let at = flagged_at.and_then(|it| HeaderValue::from_str(&rfc3339(it)).ok());
    if let Some(at) = at {
        response.headers_mut().insert("x-licences-flagged-at", at);
    }
    response
}

async fn look(door: &Doorstep) -> Result<Option<i64>, String> {
    let found = door.read((sql::missing(door.scope()), sql::heartbeat(door.scope()))).await;
    let (missing, heartbeat) = found.map_err(|it| it.cause().unwrap_or_else(|| it.to_string()))?;
    let missing: Vec<&str> = missing.iter().map(|it| it.name.as_str()).collect();
    if missing.is_empty() {
        Ok(heartbeat.and_then(|it| it.at))
    } else {
        Err(format!("missing: {}", missing.join(", ")))
    }
}
