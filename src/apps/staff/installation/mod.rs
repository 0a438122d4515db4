//! The self-check of the installation: what is missing, in words, and how to mend it.

mod rules;
mod view;

use axum::http::Method;
use axum::routing::get;

use super::overview;
use crate::access::{GatewayChoice, Routes, Staffed, Transport, seat};
use crate::answer::{Answer, Shown};
use crate::apps::health;
use crate::error::Error;
use rules::Facts;

pub fn routes() -> Routes {
    Routes::default().desk::<seat::Installation>(&Method::GET, "/installation", get(look))
}

/// The bindings are asked once the database has said who asks.
async fn look(door: Staffed<seat::Installation>) -> Result<Answer, Error> {
    let (me, (missing, runs)) =
        door.read((health::missing(door.scope()), overview::runs(door.scope()))).await?;
    let app = door.app();
    let (probes, now) = (app.probe().await, door.now());
    let missing: Vec<String> = missing.into_iter().map(|it| it.name).collect();
    let bindings: Vec<_> = probes.into_iter().map(|it| (it.binding, it.fault)).collect();
    let stopped = overview::all_jobs(runs).into_iter().filter(|it| it.has_stopped(now)).map(|it| it.job);
    let stopped: Vec<String> = stopped.collect();
    let config = app.config();
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
        is_production: config.is_production(),
        origin: &config.origin,
        mail: mail.as_deref(),
        mail_from: config.mail.from.as_str(),
        setup_secret_is_set: app.secrets().setup.is_some(),
        gateway: gateway.as_deref(),
        gateway_lacks: &gateway_lacks,
    };
    Ok(Answer::of(Shown { frame: door.frame(&me), view: view::SelfCheck { checks: rules::checks(&facts) } }))
}
