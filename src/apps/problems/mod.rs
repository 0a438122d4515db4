//! What the `type` of a problem leads to: a page for whoever meets one, person or programmer.

mod view;

use axum::extract::{Path, State};
use axum::http::Method;
use axum::routing::get;

use crate::access::{App, Routes};
use crate::answer::{Answer, Shown};
use crate::error::{Error, problems};
use crate::page::{Frame, Place};

pub fn routes() -> Routes {
    Routes::default().anyone(&Method::GET, "/problems/{code}", get(show))
}

/// No door: there is nothing to ask and nobody to know.
async fn show(
    State(app): State<App>,
    code: Result<Path<String>, axum::extract::rejection::PathRejection>,
) -> Result<Answer, Error> {
    let Path(code) = code.map_err(|_| Error::NotFound)?;
    let problem = problems::find(&code).ok_or(Error::NotFound)?;
    let frame = Frame { brand: app.config().brand.clone(), place: Place::Doorstep, flash: None };
    Ok(Answer::of(Shown { frame, view: view::Explained { problem } }))
}
