//! Two brooms. `resend` brings back mails whose message was lost. `retain` deletes what has been kept long enough:
//!
//! | table         | kept for                                                                        |
//! |---------------|---------------------------------------------------------------------------------|
//! | `throttle`    | 1 day from its first attempt; no window is longer                               |
//! | `link`        | 30 days after it expired                                                        |
//! | `session`     | 30 days after it expired, which is at most a day after it ended                 |
//! | `idempotency` | 24 hours, as the contract promises                                              |
//! | `mailbox`     | 30 days                                                                         |
//! | `oidc_code`   | 1 day after it expired, and with it what it was exchanged for                   |
//! | `digest`      | 60 days; a week's is made within days                                           |
//! | `view_as`     | 30 days after its half hour; the audit log keeps that somebody looked            |
//! | `outbox`      | 180 days once it has come to an end; what is on its way stays                   |
//! | all the rest  | for good, the audit log among it                                                |

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::MESSAGES;
use crate::access::{Query, Scope, System};
use crate::db::Stmt;
use crate::error::Error;
use crate::kernel::MailId;
use crate::sql;

/// A message that has not been answered for this long is taken for lost.
const LOST_AFTER: i64 = 120;
/// So many rows a statement: D1 does one thing at a time, and people wait meanwhile.
const CHUNK: usize = 5_000;
/// And so many batches a run; tomorrow is another day.
const ROUNDS: usize = 20;
const DAY: i64 = 24 * 3600;

#[derive(Deserialize)]
struct Left {
    id: MailId,
}

/// Puts up to 500 mails that were left lying back into the queue's sight. A message too many changes nothing.
pub async fn resend(system: &System) -> Result<Value, Error> {
    let left: Vec<Left> = system.read(query(system, left_lying(system.now()))).await?;
    let ids: Vec<MailId> = left.into_iter().map(|it| it.id).collect();
    let mut sent = 0;
    for some in ids.chunks(MESSAGES) {
        if let Err(why) = system.enqueue(some.to_vec()).await {
            return Ok(json!({ "found": ids.len(), "sent": sent, "error": why.to_string() }));
        }
        sent += some.len();
    }
    Ok(json!({ "found": ids.len(), "sent": sent }))
}

pub async fn retain(system: &System) -> Result<Value, Error> {
    let mut deleted: Map<String, Value> = Map::new();
    for _ in 0..ROUNDS {
        let (tables, chunks): (Vec<_>, Vec<_>) = outdated(system.now()).into_iter().unzip();
        let rows = system.write(chunks.into_iter().map(|it| system.scope().deed(it)).collect()).await?;
        for (table, rows) in tables.iter().zip(&rows) {
            let before = deleted.get(*table).and_then(Value::as_u64).unwrap_or(0);
            deleted.insert((*table).to_owned(), json!(before + rows.changes() as u64));
        }
        if rows.iter().all(|it| it.changes() < CHUNK) {
            break;
        }
    }
    Ok(Value::Object(deleted))
}

fn query(system: &System, stmt: Stmt) -> Query<Vec<Left>> {
    system.scope().query(stmt)
}

/// The first words are those of the index `outbox_open`; without them it would not be used.
#[must_use]
pub fn left_lying(now: i64) -> Stmt {
    sql!(
        "select id from outbox
          where state in ('queued', 'sending') and state_at <= ?1 and coalesce(lease_until, 0) < ?2
          order by state_at limit 500",
        now - LOST_AFTER,
        now,
    )
}

/// Table and statement.
#[must_use]
pub fn outdated(now: i64) -> [(&'static str, Stmt); 9] {
    [
        (
            "throttle",
            sql!(
                "delete from throttle where bucket in
                   (select bucket from throttle where started_at < ?1 limit 5000)",
                now - DAY,
            ),
        ),
        (
            "link",
            sql!(
                "delete from link where id in (select id from link where expires_at < ?1 limit 5000)",
                now - 30 * DAY
            ),
        ),
        (
            "session",
            sql!(
                "delete from session where id in (select id from session where expires_at < ?1 limit 5000)",
                now - 30 * DAY,
            ),
        ),
        (
            "idempotency",
            sql!(
                "delete from idempotency where (owner, key) in
                   (select owner, key from idempotency where created_at < ?1 limit 5000)",
                now - DAY,
            ),
        ),
        (
            "mailbox",
            sql!(
                "delete from mailbox where id in (select id from mailbox where sent_at < ?1 limit 5000)",
                now - 30 * DAY,
            ),
        ),
        (
            "oidc_code",
            sql!(
                "delete from oidc_code where hash in (select hash from oidc_code where expires_at < ?1 limit 5000)",
                now - DAY,
            ),
        ),
        (
            "digest",
            sql!(
                "delete from digest where (week, org_id, person_id) in
                   (select week, org_id, person_id from digest where week < date(?1, 'unixepoch') limit 5000)",
                now - 60 * DAY,
            ),
        ),
        (
            "view_as",
            sql!(
                "delete from view_as where id in (select id from view_as where ends_at < ?1 limit 5000)",
                now - 30 * DAY,
            ),
        ),
        (
            "outbox",
            sql!(
                "delete from outbox where id in
                   (select id from outbox
                     where created_at < ?1 and state in ('sent', 'dropped', 'failed', 'bounced') limit 5000)",
                now - 180 * DAY,
            ),
        ),
    ]
}
