//! Development and test only: the mailbox that shows what would have been sent, and the demo data. In production
//! none of it is there.

mod audit;
mod keys;
mod licences;
mod notifications;
mod orders;
mod payments;
mod seed;
mod sql;
mod usage;
mod view;

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::json;

use crate::access::{App, Doorstep, Routes};
use crate::error::Error;
use crate::kernel::{MailId, rfc3339};

pub use seed::PASSWORD;

/// The html part is a stranger's document as far as the portal is concerned: it may look as it likes and do nothing.
const CSP_OF_A_MAIL: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// A mail as the transport of development took it.
#[derive(Deserialize)]
pub struct Kept {
    pub id: MailId,
    pub recipient: String,
    pub subject: String,
    pub body_text: String,
    pub body_html: String,
    pub attachments: String,
    pub sent_at: i64,
}

#[must_use]
pub fn routes() -> Routes {
    Routes::default()
        .anyone(&Method::GET, "/dev/mail", get(mailbox))
        .anyone(&Method::GET, "/dev/mail/{mail}/html", get(html_part))
        .anyone(&Method::POST, "/dev/seed", post(seed))
}

async fn mailbox(door: Doorstep) -> Result<Response, Error> {
    refuse_production(door.app())?;
    let mails = door.read(sql::newest(door.scope())).await?;
    let asked = door.app().caller().asked.split_once('?').map_or("", |it| it.1);
    let format = form_urlencoded::parse(asked.as_bytes()).find(|it| it.0 == "format");
    if format.is_some_and(|it| it.1 == "json") {
        let items: Vec<_> = mails.iter().map(listed).collect();
        return Ok(Json(json!({ "items": items })).into_response());
    }
    Ok(view::mailbox(&door.frame(), &mails, door.app().config()).into_response())
}

fn listed(mail: &Kept) -> serde_json::Value {
    json!({
        "id": mail.id,
        "to": mail.recipient,
        "subject": mail.subject,
        "text": mail.body_text,
        "html": mail.body_html,
        "attachments": serde_json::from_str(&mail.attachments).unwrap_or(json!([])),
        "at": rfc3339(mail.sent_at),
    })
}

async fn html_part(door: Doorstep) -> Result<Response, Error> {
    refuse_production(door.app())?;
    let path = door.app().caller().asked.split('?').next().unwrap_or_default();
    let id = path.split('/').nth(3).map(|it| MailId::try_from(it.to_owned()));
    let Some(Ok(id)) = id else { return Err(Error::NotFound) };
    let mail = door.read(sql::one(door.scope(), &id)).await?.ok_or(Error::NotFound)?;
    let mut response = Html(mail.body_html).into_response();
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CSP_OF_A_MAIL));
    Ok(response)
}

/// A person who pressed the button is led back to the mailbox; a program learns that it is done.
async fn seed(door: Doorstep, headers: HeaderMap) -> Result<Response, Error> {
    refuse_production(door.app())?;
    for payments::Proof { key, bytes } in payments::proofs() {
        let put = door.app().files().put(key, "application/pdf", bytes).await;
        put.map_err(|_| Error::Ours("the store of documents takes nothing"))?;
    }
    door.write(seed::from_scratch(door.scope(), door.app())?).await?;
    let accepts = headers.get(header::ACCEPT).and_then(|it| it.to_str().ok()).unwrap_or_default();
    if accepts.contains("text/html") {
        return Ok(Redirect::to("/dev/mail?done=seeded").into_response());
    }
    Ok((StatusCode::OK, Json(json!({ "status": "seeded" }))).into_response())
}

fn refuse_production(app: &App) -> Result<(), Error> {
    if app.config().is_production() { Err(Error::NotFound) } else { Ok(()) }
}
