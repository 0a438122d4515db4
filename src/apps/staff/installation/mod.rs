//! The self-check of the installation: what is missing, in words, and how to mend it.

mod rules;
mod view;

use axum::http::Method;
use axum::routing::get;

use super::overview::{self, JobRun};
use crate::access::{Anyone, App, Query, Routes, Staffed, Transport, seat};
use crate::answer::{Answer, Shown};
use crate::apps::health;
use crate::error::Error;
use rules::Facts;
pub use rules::{Check, Stands, without_tables};
pub use view::list;

pub fn routes() -> Routes {
    Routes::default().desk::<seat::Installation>(&Method::GET, "/installation", get(look))
}

/// The bindings are asked once the database has said who asks.
async fn look(door: Staffed<seat::Installation>) -> Result<Answer, Error> {
    let (me, found) = door.read(asked_of_the_database(door.scope())).await?;
    let checks = found_by(door.app(), found).await;
    Ok(Answer::of(Shown { frame: door.frame(&me), view: view::SelfCheck { checks } }))
}

type Asked = (Query<Vec<health::Missing>>, Query<Vec<JobRun>>);

/// What only the database knows; `found_by` takes its answers.
#[must_use]
pub fn asked_of_the_database(scope: &Anyone) -> Asked {
    (health::missing(scope), overview::runs(scope))
}

/// Asks the bindings as well, and says what is missing.
pub async fn found_by(app: &App, (missing, runs): (Vec<health::Missing>, Vec<JobRun>)) -> Vec<Check> {
    let (probes, now) = (app.probe().await, app.now());
    let missing: Vec<String> = missing.into_iter().map(|it| it.name).collect();
    let bindings: Vec<_> = probes.into_iter().map(|it| (it.binding, it.fault)).collect();
    let config = app.config();
    let runs = overview::all_jobs(runs);
    let stopped =
        runs.iter().filter(|it| it.has_stopped(now)).map(|it| format!("{} ({})", it.title(), it.job));
    let stopped: Vec<String> = stopped.collect();
    let last = |it: &JobRun| format!("{}: last on {}.", it.title(), config.zone.words(it.ran_at));
    let ran: Vec<String> = runs.iter().filter(|it| it.has_run()).map(last).collect();
    let mail = match &config.mail.transport {
        Transport::None => None,
        Transport::Mailbox => Some("into the mailbox of development".to_owned()),
        Transport::Binding => Some("through Cloudflare".to_owned()),
        Transport::Http(origin) => Some(format!("through {origin}")),
        Transport::Smtp(relay) => Some(format!("through {} by SMTP", relay.host)),
    };
    let facts = Facts {
        missing: &missing,
        bindings: &bindings,
        stopped: &stopped,
        ran: &ran.join(" "),
        is_production: config.is_production(),
        origin: &config.origin,
        mail: mail.as_deref(),
        mail_from: config.mail.from.as_str(),
        setup_secret_is_set: app.secrets().setup.is_some(),
    };
    rules::checks(&facts)
}
