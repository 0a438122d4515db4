//! The front page of the console: what waits for somebody, and whether the portal's own jobs run.

mod rules;
mod sql;
mod view;

use axum::http::Method;
use axum::routing::get;

use crate::access::{Routes, Staffed, seat};
use crate::answer::{Answer, Shown};
use crate::error::Error;

pub fn routes() -> Routes {
    Routes::default().desk::<seat::Overview>(&Method::GET, "", get(overview))
}

async fn overview(door: Staffed<seat::Overview>) -> Result<Answer, Error> {
    let (me, runs) = door.read(sql::runs(door.scope())).await?;
    let view = view::Overview { runs, zone: door.app().config().zone, now: door.now() };
    Ok(Answer::of(Shown { frame: door.frame(&me), view }))
}
