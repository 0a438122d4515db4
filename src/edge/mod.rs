//! Where Cloudflare calls in. Nothing here decides anything.
//!
//! Bindings are fetched for each call and never kept: what one request started, another must not wait for.

mod arriving;
mod bound;
mod config;
mod files;
mod http;
mod incoming;
mod kv;
mod later;
mod outside;
mod queue;
mod signer;

use std::sync::{Arc, LazyLock};

use axum::Router;
use futures::future::join_all;
use worker::{
    Context, Env, ForwardableEmailMessage, MessageBatch, MessageExt, QueueRetryOptionsBuilder, Result,
    ScheduleContext, ScheduledEvent, console_error, console_log, event, web_sys,
};

use self::bound::bound;
use self::config::NotConfigured;
use self::later::Waiting;
use crate::access::{App, Services, serve};
use crate::apps;
use crate::db::Db;
use crate::jobs::reports::{self, Received};
use crate::jobs::{self, Outcome};
use crate::routes;

/// Built once per isolate: building the routes costs about a millisecond, cloning the router nothing.
static ROUTER: LazyLock<Router> = LazyLock::new(|| routes::all().into_router());

#[event(fetch)]
async fn fetch(request: web_sys::Request, env: Env, context: Context) -> Result<web_sys::Response> {
    let app = match app(&env, Waiting::Call(context), now()) {
        Ok(app) => app,
        Err(why) => return http::not_configured(&why),
    };
    match http::request(&request) {
        Some(request) => http::response(serve(&ROUTER, &app, request).await).await,
        None => http::unreadable(),
    }
}

/// The hour is the one that was planned, not the one it has become.
#[event(scheduled)]
async fn scheduled(event: ScheduledEvent, env: Env, context: ScheduleContext) {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "milliseconds since 1970")]
    let planned = event.schedule() as u64;
    if let Ok(app) = app(&env, Waiting::Cron(context), planned) {
        jobs::on_schedule(app, &event.cron()).await;
    }
}

/// An `Err` from here would be made a panic, and a panic ends every request of the isolate.
#[event(queue)]
async fn queue(batch: MessageBatch<String>, env: Env, context: Context) -> Result<()> {
    let Ok(app) = app(&env, Waiting::Call(context), now()) else {
        batch.ack_all(); // the rows stay as they are, and the sweep brings them back
        return Ok(());
    };
    let queue = batch.queue();
    join_all(batch.raw_iter().map(|message| async {
        let message = message;
        let body = message.body().as_string();
        match jobs::on_message(&app, &queue, body.as_deref()).await {
            Outcome::Done => message.ack(),
            Outcome::RetryIn(seconds) => {
                let seconds = u32::try_from(seconds).unwrap_or(0);
                message
                    .retry_with_options(&QueueRetryOptionsBuilder::new().with_delay_seconds(seconds).build());
            }
        }
    }))
    .await;
    Ok(())
}

/// What is not for us goes back; whatever else happens, nobody writes to the sender of a report.
#[event(email)]
async fn email(message: ForwardableEmailMessage, env: Env, context: Context) -> Result<()> {
    if let Ok(app) = app(&env, Waiting::Call(context), now()) {
        let raw = incoming::beginning(&message, reports::LONGEST).await;
        if reports::receive(app, &message.to(), &raw).await == Received::NotOurs {
            message.set_reject("No mail is read at this address.");
        }
    }
    Ok(())
}

fn app(env: &Env, later: Waiting, millis: u64) -> std::result::Result<App, NotConfigured> {
    services(env, later)
        .map(|it| App::at_millis(Arc::new(it), millis))
        .inspect_err(|it| console_error!("{it}"))
}

fn services(env: &Env, later: Waiting) -> std::result::Result<Services, NotConfigured> {
    let (config, secrets) = config::read(env)?;
    Ok(Services {
        outside: Arc::new(outside::Net::open(env, &config)?),
        db: Db::new(bound(env, "DB")?),
        config,
        secrets,
        sessions: Arc::new(kv::Shelf::open(env, "SESSIONS")?),
        tokens: Arc::new(kv::Shelf::open(env, "TOKENS")?),
        mail: Arc::new(queue::Mail::open(env, "MAIL")?),
        files: Arc::new(files::Cabinet::open(env, "DOCUMENTS")?),
        signer: Arc::new(signer::WebCrypto),
        later: Arc::new(later),
        log: |line| console_log!("{line}"),
        fill: config::fill,
        nav: apps::nav,
        staff_nav: apps::staff_nav,
        flash: apps::flash,
    })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "milliseconds since 1970")]
fn now() -> u64 {
    worker::js_sys::Date::now() as u64
}
