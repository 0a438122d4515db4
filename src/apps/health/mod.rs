//! `GET /healthz`: whether the portal can work at all. For machines that watch; it tells nobody anything else.

use axum::Json;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use serde_json::json;

use crate::access::{Doorstep, Routes, Scope};
use crate::answer::{Asker, Faces};
use crate::db::schema;
use crate::error::Error;
use crate::sql;

#[must_use]
pub fn routes() -> Routes {
    Routes::default().anyone(&Method::GET, "/healthz", get(health))
}

#[derive(Deserialize)]
struct Missing {
    name: String,
}

/// A machine asks, so the answer is JSON although the path is that of a page.
async fn health(door: Doorstep) -> Response {
    match look(&door).await {
        Ok(()) => Json(json!({ "status": "ok" })).into_response(),
        Err(cause) => {
            let app = door.app();
            app.log(&json!({ "request_id": app.caller().request, "health": cause }));
            let asker =
                Asker { brand: app.config().brand.clone(), request: app.caller().request.clone(), page: None };
            let said = "The portal cannot work at the moment. Its log says why.";
            Error::refused(StatusCode::SERVICE_UNAVAILABLE, "not-healthy", said).json(&asker)
        }
    }
}

/// The whole schema is there: tables, and the triggers that hold the rules.
async fn look(door: &Doorstep) -> Result<(), String> {
    let expected: Vec<&str> = schema::names().collect();
    let query = door.scope().query::<Vec<Missing>>(sql!(
        "select value as name from json_each(?1) where value not in (select name from sqlite_schema)",
        json!(expected).to_string(),
    ));
    let missing = door.read(query).await.map_err(|it| it.cause().unwrap_or_else(|| it.to_string()))?;
    let missing: Vec<String> = missing.into_iter().map(|it| it.name).collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("missing: {}", missing.join(", "))) }
}
