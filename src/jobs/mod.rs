//! What runs without a person: a cron expression or a queue message leads to its job. Both may come late, twice, out
//! of order or not at all, so a job looks at the database and never trusts what called it.

mod age_payments;
mod anchor_audit;
mod announce;
mod deliver_mail;
mod digest;
mod expire_licences;
pub mod hear_gateway;
mod make_report;
pub mod post;
pub mod reports;
mod same_id;
mod sweep;
mod sweep_proofs;
mod watch_usage;

use serde::Deserialize;
use serde_json::{Value, json};

pub use self::age_payments::age_payments;
pub use self::anchor_audit::anchor_audit;
pub use self::announce::{ANNOUNCE_ON, ANNOUNCEMENTS, announce};
pub use self::deliver_mail::{Outcome, Render, deliver_mail, give_up};
pub use self::digest::{DIGEST_ON, DIGESTS, digest};
pub use self::expire_licences::{GO_ON, ROUNDS, expire_licences};
pub use self::make_report::sweep_reports;
pub use self::post::{Bounce, Mailbox, NotYet, Outgoing, Post, transport};
pub use self::sweep::{left_lying, outdated, resend, retain};
pub use self::sweep_proofs::sweep_proofs;
pub use self::watch_usage::watch_usage;

use crate::access::{App, Scope, System};
use crate::answer::Faces;
use crate::apps;
use crate::db::Rows;
use crate::error::Error;
use crate::kernel::MailId;
use crate::sql;

/// Ids of outbox rows.
pub const MAIL: &str = "mail";
/// The same ids, once the queue has tried often enough.
pub const DEAD: &str = "mail-dead";

/// The queue takes so many at once (platform 3).
const MESSAGES: usize = 100;
/// A message has a handful of retries. Whoever must wait longer than this is brought back by the sweep instead.
const LONGEST_RETRY: i64 = 600;
/// Until the database is asked again after it did not answer.
const WHEN_UNREACHABLE: i64 = 60;

/// So many batches of each job that a cron calls. Together they may make 1,000 calls (platform 1.1): with 25 it is 850 in
/// the worst five minutes, some 200 for each. Whatever has more to do leaves it to a message, whose run is its own.
const SHARE: usize = 25;

/// Every expression of `wrangler.toml` must stand here (tested).
pub async fn on_schedule(app: App, cron: &str) {
    let system = System::new(app);
    match cron {
        "*/5 * * * *" => {
            finish(&system, "resend", resend(&system).await).await;
            finish(&system, "anchor_audit", anchor_audit(&system).await).await;
            finish(&system, "expire_licences", expire_licences(&system, SHARE).await).await;
            finish(&system, "announce", announce(&system, SHARE).await).await;
            finish(&system, "digest", digest(&system, SHARE).await).await;
            finish(&system, "watch_usage", watch_usage(&system, SHARE).await).await;
        }
        "17 2 * * *" => {
            finish(&system, "expire_licences", expire_licences(&system, SHARE).await).await;
            finish(&system, "age_payments", age_payments(&system).await).await;
            finish(&system, "warn_of_keys", apps::staff::keys::warn_of_expiry(&system).await).await;
            finish(&system, "retain", retain(&system).await).await;
            finish(&system, "sweep_proofs", sweep_proofs(&system).await).await;
            finish(&system, "sweep_reports", sweep_reports(&system).await).await;
        }
        other => system.app().log(&json!({ "job": null, "error": format!("nothing runs at {other}") })),
    }
}

async fn finish(system: &System, job: &str, report: Result<Value, Error>) {
    let done = match report {
        Ok(report) => note(system, job, report).await,
        Err(error) => Err(error),
    };
    if let Err(error) = done {
        system.app().log(&json!({ "job": job, "error": said(&error) }));
    }
}

/// `body` is nothing where the message is no text. What can never succeed is logged and done with.
pub async fn on_message(app: &App, queue: &str, body: Option<&str>) -> Outcome {
    let system = System::new(app.clone());
    let Some(id) = body.and_then(|it| MailId::try_from(it.to_owned()).ok()) else {
        app.log(&json!({ "queue": queue, "error": "a message that is no id was thrown away" }));
        return Outcome::Done;
    };
    if [MAIL, DEAD].contains(&queue) && goes_on(&system, id.as_str()).await {
        return Outcome::Done;
    }
    let outcome = match queue {
        MAIL => deliver_mail(&system, &*transport(app.config()), apps::mail, &id).await,
        DEAD => give_up(&system, &id).await.map(|()| Outcome::Done),
        other => {
            app.log(&json!({ "queue": other, "mail": id, "error": "nobody reads this queue" }));
            return Outcome::Done;
        }
    };
    match outcome {
        Ok(Outcome::RetryIn(seconds)) if seconds > LONGEST_RETRY => Outcome::Done,
        Ok(outcome) => outcome,
        Err(error) => {
            app.log(&json!({ "queue": queue, "mail": id, "error": said(&error) }));
            Outcome::RetryIn(WHEN_UNREACHABLE)
        }
    }
}

/// Does what a run has left for the next one, if the message calls for that.
async fn goes_on(system: &System, message: &str) -> bool {
    match message {
        GO_ON => finish(system, "expire_licences", expire_licences(system, ROUNDS).await).await,
        ANNOUNCE_ON => finish(system, "announce", announce(system, ANNOUNCEMENTS).await).await,
        DIGEST_ON => finish(system, "digest", digest(system, DIGESTS).await).await,
        _ => return false,
    }
    true
}

/// The queue hears of the mails that a batch has written, which its statement returned by their ids. How many there are.
async fn tell_queue(system: &System, job: &str, written: Option<Rows>) -> Result<usize, Error> {
    #[derive(Deserialize)]
    struct Written {
        id: MailId,
    }
    let written: Vec<Written> = written.map(Rows::decode).transpose()?.unwrap_or_default();
    let count = written.len();
    enqueue(system, job, written.into_iter().map(|it| it.id).collect()).await;
    Ok(count)
}

/// What the queue does not hear now, `resend` tells it later.
async fn enqueue(system: &System, job: &str, ids: Vec<MailId>) {
    for some in ids.chunks(MESSAGES) {
        if let Err(why) = system.enqueue(some.to_vec()).await {
            system.app().log(&json!({ "job": job, "queue": why.to_string() }));
            return;
        }
    }
}

/// The heartbeat: when a job last ran to its end, and what it did. An old one says that crons do not fire.
async fn note(system: &System, job: &str, report: Value) -> Result<(), Error> {
    system.app().log(&json!({ "job": job, "report": report }));
    let run = sql!(
        "insert into job_run (job, ran_at, report) values (?1, ?2, ?3)
         on conflict (job) do update set ran_at = excluded.ran_at, report = excluded.report",
        job,
        system.now(),
        report.to_string(),
    );
    system.write(vec![system.scope().deed(run)]).await.map(drop)
}

fn said(error: &Error) -> String {
    error.cause().unwrap_or_else(|| error.to_string())
}
