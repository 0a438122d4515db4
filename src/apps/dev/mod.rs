//! Development and test only: the mailbox that shows what would have been sent, and the demo data. In production
//! none of it is there.

mod seed;
mod sql;
mod view;

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde_json::json;

use crate::access::{App, Doorstep, Routes, Scope};
use crate::error::Error;
use crate::kernel::{MailId, rfc3339};

/// The html part is a stranger's document as far as the portal is concerned: it may look as it likes and do nothing.
const CSP_OF_A_MAIL: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

#[must_use]
pub fn routes() -> Routes {
    Routes::default()
        .anyone(&Method::GET, "/dev/mail", get(mailbox))
        .anyone(&Method::GET, "/dev/mail/{mail}/html", get(html_part))
        .anyone(&Method::POST, "/dev/seed", post(seed))
}

async fn mailbox(door: Doorstep) -> Result<Response, Error> {
    refuse_production(door.app())?;
    let mails = door.read(door.scope().query(sql::newest())).await?;
    let asked = door.app().caller().asked.split_once('?').map_or("", |it| it.1);
    let format = form_urlencoded::parse(asked.as_bytes()).find(|it| it.0 == "format");
    if format.is_some_and(|it| it.1 == "json") {
        return Ok(Json(listed(mails)).into_response());
    }
    Ok(view::mailbox(&door.frame(), &mails, door.app().config(), door.now()).into_response())
}

fn listed(mails: Vec<sql::Kept>) -> serde_json::Value {
    let items = mails.into_iter().map(|it| {
        json!({
            "id": it.id,
            "to": it.recipient,
            "subject": it.subject,
            "text": it.body_text,
            "html": it.body_html,
            "attachments": serde_json::from_str(&it.attachments).unwrap_or(json!([])),
            "at": rfc3339(it.sent_at),
        })
    });
    json!({ "items": items.collect::<Vec<_>>() })
}

async fn html_part(door: Doorstep) -> Result<Response, Error> {
    refuse_production(door.app())?;
    let path = door.app().caller().asked.split('?').next().unwrap_or_default();
    let id = path.split('/').nth(3).and_then(|it| MailId::try_from(it.to_owned()).ok()).ok_or(Error::NotFound)?;
    let mail = door.read(door.scope().query::<Option<sql::HtmlPart>>(sql::html_part(&id))).await?;
    let mut response = Html(mail.ok_or(Error::NotFound)?.body_html).into_response();
    let csp = HeaderValue::from_static(CSP_OF_A_MAIL);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, csp);
    Ok(response)
}

/// A person at the button is led to the sign-in form; a program learns that it is done.
async fn seed(door: Doorstep, headers: HeaderMap) -> Result<Response, Error> {
    refuse_production(door.app())?;
    door.write(seed::from_scratch(door.scope(), door.app())?).await?;
    let accept = headers.get(header::ACCEPT).and_then(|it| it.to_str().ok()).unwrap_or_default();
    Ok(if accept.contains("text/html") {
        Redirect::to("/dev/mail").into_response()
    } else {
        (StatusCode::OK, Json(json!({ "status": "seeded" }))).into_response()
    })
}

fn refuse_production(app: &App) -> Result<(), Error> {
    if app.config().is_production() { Err(Error::NotFound) } else { Ok(()) }
}
