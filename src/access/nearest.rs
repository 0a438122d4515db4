//! Pages from the copy of the database that is nearest to their reader, where the installation wants it
//! (docs/decisions/0006). The gate, every deed and what a deed reads stay with the primary, and so does the API: a
//! program keeps no cookie.
//!
//! Whoever has changed something carries a bookmark of that change, and a copy that has not come so far waits. Only
//! deeds set it: a page that was slow on its way must not put an older one in its place.

use axum::http::{HeaderMap, HeaderValue, Method, header};
use futures::join;
use serde::{Deserialize, Serialize};
use std::sync::{Mutex, PoisonError};

use super::app::App;
use super::session::Marked;
use crate::db::{Bookmark, Db, DbError, Rows, Stmt};

/// Where one request reads, and what its deeds have left to know.
pub(super) struct Reading {
    page: Page,
    /// The newest deed of this request.
    left: Mutex<Option<Mark>>,
}

/// Whom the questions of a page may be put to.
enum Page {
    /// The primary alone.
    Primary,
    /// Any copy that has come this far.
    Nearest(Option<Bookmark>),
}

/// What the cookie says: `None` stands for a deed whose bookmark is not known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Mark {
    seen: Option<Bookmark>,
}

impl Reading {
    /// Of this request; nothing where all is asked of the primary.
    pub fn of(app: &App, method: &Method, path: &str, headers: &HeaderMap) -> Option<Self> {
        let is_program = headers.contains_key(header::AUTHORIZATION) && !headers.contains_key(header::COOKIE);
        if !app.config().pages_from_the_nearest || is_program {
            return None;
        }
        let is_page = matches!(*method, Method::GET | Method::HEAD)
            && !path.starts_with("/api/")
            && !hands_out_a_code(path);
        let page = match app.secrets().session.mark(headers, app.now()) {
            Marked::Nothing if is_page => Page::Nearest(None),
            Marked::By(Mark { seen: Some(seen) }) if is_page => Page::Nearest(Some(seen)),
            _ => Page::Primary,
        };
        Some(Self { page, left: Mutex::new(None) })
    }

    /// `Set-Cookie` for whoever has changed something.
    pub fn left(&self, app: &App) -> Option<HeaderValue> {
        let mark = self.left.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        app.secrets().session.mark_cookie(&mark, app.now())
    }

    fn leave(&self, seen: Option<Bookmark>) {
        *self.left.lock().unwrap_or_else(PoisonError::into_inner) = Some(Mark { seen });
    }
}

/// Signing on elsewhere is a deed although it is a GET: a help desk that was removed a moment ago must get no code.
fn hands_out_a_code(path: &str) -> bool {
    path.starts_with("/sso/") || path.ends_with("/helpdesk")
}

/// The gate's rows first. One round trip, or two at the same time.
pub(super) async fn ask(app: &App, gate: Stmt, questions: Vec<Stmt>) -> Result<Vec<Rows>, DbError> {
    let db = &app.services.db;
    let since = match app.reading.as_ref().map(|it| &it.page) {
        Some(Page::Nearest(since)) if !questions.is_empty() => since.as_ref(),
        _ => return db.read([vec![gate], questions].concat()).await,
    };
    let (gate, found) = join!(db.read(vec![gate]), look(app, db, since, questions));
    Ok(gate?.into_iter().chain(found?).collect())
}

/// A copy that cannot answer is no reason to show nothing.
async fn look(
    app: &App,
    db: &Db,
    since: Option<&Bookmark>,
    questions: Vec<Stmt>,
) -> Result<Vec<Rows>, DbError> {
    match db.read_nearest(since, questions.clone()).await {
        Ok(found) => Ok(found),
        Err(why) => {
            let request = &app.caller().request;
            app.log(&serde_json::json!({ "request_id": request, "nearest": why.to_string() }));
            db.read(questions).await
        }
    }
}

/// All or nothing, at the primary.
pub(super) async fn write(app: &App, batch: Vec<Stmt>) -> Result<Vec<Rows>, DbError> {
    let db = &app.services.db;
    let Some(reading) = &app.reading else { return db.write(batch).await };
    let written = db.write_marked(batch).await;
    let (rows, seen) = match written {
        Ok((rows, seen)) => (Ok(rows), seen),
        Err(why) => (Err(why), None), // it may have happened all the same
    };
    reading.leave(seen);
    rows
}
