//! The front page of the console: what waits for somebody, and whether the portal's own jobs run.

mod rules;
mod sql;
mod view;

use axum::http::Method;
use axum::routing::get;

use crate::access::desk::Desk;
use crate::access::{Routes, Staffed, seat};
use crate::answer::{Answer, Shown};
use crate::apps::payments::rules::ageing::WorkingDays;
use crate::error::Error;

use self::rules::Counts;
pub use rules::{JobRun, all_jobs};
pub use sql::runs;

pub fn routes() -> Routes {
    Routes::default().desk::<seat::Overview>(&Method::GET, "", get(overview))
}

/// Everything is asked in one trip; each desk sees its own part of the answer.
async fn overview(door: Staffed<seat::Overview>) -> Result<Answer, Error> {
    let scope = door.scope();
    let questions = (sql::waiting(scope), sql::stuck(scope), sql::how_many_stuck(scope), sql::runs(scope));
    let (me, (waiting, stuck, how_many, runs)) = door.read(questions).await?;
    let counts = Counts::of(&waiting, &how_many.ok_or(Error::Ours("a count that counts nothing"))?);
    let opens = |desk: Desk| desk.opens_to(&me.roles);
    let view = view::Overview {
        name: me.name.clone(),
        waiting: opens(Desk::Reconciling).then_some(waiting),
        stuck: opens(Desk::MailRoom).then_some(stuck),
        counts,
        runs: opens(Desk::Installation).then(|| rules::all_jobs(runs)),
        finds_customers: opens(Desk::Customers),
        zone: door.app().config().zone,
        today: door.today()?,
        calendar: WorkingDays::without(door.app().config().holidays.clone()),
        now: door.now(),
    };
    Ok(Answer::of(Shown { frame: door.frame(&me), view }))
}
