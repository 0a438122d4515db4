//! `POST /webhooks/stripe`: what the payment gateway tells. Nobody is signed in; the signature over the very bytes is
//! what is believed. An answer of 5xx asks for the same message again later, and 200 for no more of it.

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::routing::post;
use serde_json::json;

use crate::access::{App, GatewayChoice, Routes, System};
use crate::answer::{Answer, Done};
use crate::apps::payments::online;
use crate::apps::payments::rules::{signature, told};
use crate::error::Error;

#[must_use]
pub fn routes() -> Routes {
    Routes::default().anyone(&Method::POST, "/webhooks/stripe", post(hear))
}

async fn hear(State(app): State<App>, request: Request) -> Result<Answer, Error> {
    let GatewayChoice::Stripe(_) = app.config().gateway else { return Err(Error::NotFound) };
    let secrets = &app.secrets().stripe_webhook;
    if secrets.is_empty() {
        let why = "the gateway speaks, and STRIPE_WEBHOOK_SECRET is not set";
        app.log(&json!({ "request_id": app.caller().request, "gateway": why }));
        let said = "This installation cannot tell yet who speaks. Say it again later.";
        return Err(Error::refused(StatusCode::SERVICE_UNAVAILABLE, "try-again", said));
    }
    let (parts, body) = request.into_parts();
    let body = read(body).await?;
    let header = signature_of(&parts.headers);
    if let Err(why) = signature::verify(&header, &body, secrets, app.now()) {
        app.log(&json!({ "request_id": app.caller().request, "gateway": why.to_string() }));
        let said = format!("This is not believed: {why}. Nothing was recorded.");
        return Err(Error::refused(StatusCode::BAD_REQUEST, "not-signed", said));
    }
    let told = told::read(&body).map_err(|why| {
        app.log(&json!({ "request_id": app.caller().request, "gateway": why.to_string() }));
        let said = "It is signed, and is no event of a Checkout Session as this portal knows them.";
        Error::refused(StatusCode::UNPROCESSABLE_ENTITY, "invalid", said)
    })?;
    let outcome = match told {
        None => "not ours",
        Some(told) => {
            let outcome = online::hear(&System::new(app.clone()), &told).await?;
            let line = json!({ "request_id": app.caller().request, "gateway": told.kind, "event": told.id, "came": outcome });
            app.log(&line);
            outcome
        }
    };
    let body = json!({ "received": true, "outcome": outcome });
    Ok(Answer::of(Done { see: "/".to_owned(), status: StatusCode::OK, body }))
}

/// One that was sent twice means nothing.
fn signature_of(headers: &HeaderMap) -> String {
    let mut found = headers.get_all("stripe-signature").iter();
    match (found.next().and_then(|it| it.to_str().ok()), found.next()) {
        (Some(only), None) => only.to_owned(),
        _ => String::new(),
    }
}

async fn read(body: Body) -> Result<Vec<u8>, Error> {
    let large = |_| {
        let said = "This is more than any event of the gateway.";
        Error::refused(StatusCode::PAYLOAD_TOO_LARGE, "too-large", said)
    };
    to_bytes(body, told::MOST_BYTES).await.map(|it| it.to_vec()).map_err(large)
}
