//! The self-check of the installation: what is missing, in words, and how to mend it.

mod rules;
mod view;

use axum::http::Method;
use axum::routing::get;

use super::overview::{self, JobRun};
use crate::access::{Anyone, App, GatewayChoice, Query, Routes, Staffed, Transport, seat};
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
    let looked_at = runs.iter().find(|it| it.job == "expire_licences" && it.has_run());
    let said = |it: &JobRun| format!("Licences were last looked at on {}.", config.zone.words(it.ran_at));
    let ran = looked_at.map(said).unwrap_or_default();
    let mail = match &config.mail.transport {
        Transport::None => None,
        Transport::Mailbox => Some("into the mailbox of development".to_owned()),
        Transport::Binding => Some("through Cloudflare".to_owned()),
        Transport::Http(origin) => Some(format!("through {origin}")),
        Transport::Smtp(relay) => Some(format!("through {} by SMTP", relay.host)),
    };
    let gateway = match &config.gateway {
        GatewayChoice::None => None,
        GatewayChoice::Link(link) => {
            let host = link.split('/').nth(2).unwrap_or_default();
            Some(format!("at {host}; what is paid there is recorded by hand"))
        }
        GatewayChoice::Stripe(_) => {
            Some(format!("through Stripe, which tells {}/webhooks/stripe what was paid", config.origin))
        }
    };
    let gateway_lacks = config.gateway.lacks(app.secrets());
    let facts = Facts {
        missing: &missing,
        bindings: &bindings,
        stopped: &stopped,
        ran: &ran,
        is_production: config.is_production(),
        origin: &config.origin,
        mail: mail.as_deref(),
        mail_from: config.mail.from.as_str(),
        setup_secret_is_set: app.secrets().setup.is_some(),
        gateway: gateway.as_deref(),
        gateway_lacks: &gateway_lacks,
    };
    rules::checks(&facts)
}
