//! `GET /healthz`: whether the portal can work at all. For machines that watch; it tells nobody anything else.

mod sql;

use axum::Json;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;

use crate::access::{Doorstep, Routes};
use crate::answer::{Asker, Faces};
use crate::error::Error;

#[must_use]
pub fn routes() -> Routes {
    Routes::default().anyone(&Method::GET, "/healthz", get(health))
}

/// A machine asks, so the answer is JSON although the path is that of a page.
async fn health(door: Doorstep) -> Response {
    let Err(cause) = look(&door).await else { return Json(json!({ "status": "ok" })).into_response() };
    let (app, request) = (door.app(), door.app().caller().request.clone());
    app.log(&json!({ "request_id": request, "health": cause }));
    let asker = Asker { brand: app.config().brand.clone(), request, page: None };
    let said = "The portal cannot work at the moment. Its log says why.";
    Error::refused(StatusCode::SERVICE_UNAVAILABLE, "not-healthy", said).json(&asker)
}

async fn look(door: &Doorstep) -> Result<(), String> {
    let missing = door.read(sql::missing(door.scope())).await;
    let missing = missing.map_err(|it| it.cause().unwrap_or_else(|| it.to_string()))?;
    let missing: Vec<&str> = missing.iter().map(|it| it.name.as_str()).collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("missing: {}", missing.join(", "))) }
}
