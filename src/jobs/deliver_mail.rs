//! One outbox row on its way out. While it is `sending` it is leased, and `lease_until` says when somebody else may
//! take it; while it is `queued` again after a failure, the same column says when the next attempt is due.

use serde::Deserialize;
use serde_json::{Value, json};

use super::make_report::make_ready;
use super::post::{Bounce, Outgoing, Post};
use crate::access::{Deed, Scope, System};
use crate::db::Rows;
use crate::error::Error;
use crate::kernel::{Email, MailId};
use crate::outbox::{Mailing, Reason};
use crate::page::{Attachment, Mail};
use crate::sql;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing more to do for this message.
    Done,
    /// Seconds.
    RetryIn(i64),
}

/// `apps::mail`, or a test's own: kind and payload become words; `None` for what nobody can render.
pub type Render = fn(&str, &Value, &Mailing) -> Option<Mail>;

/// Longer than any transport takes to answer.
const LEASE: i64 = 120;
const FIRST_WAIT: i64 = 15;
const LONGEST_WAIT: i64 = 6 * 3600;
/// From the deed that caused the mail. Later nobody would know what it is about, and a link in it is stale.
const KEEPS_TRYING: i64 = 24 * 3600;

#[derive(Deserialize)]
struct Taken {
    kind: String,
    recipient: Option<String>,
    payload: String,
    /// This one included. It is also who holds the lease: another holder has another number.
    attempts: i64,
    created_at: i64,
}

/// In the payload's `files`: where what goes along lies, and what it is called.
#[derive(Deserialize)]
struct FileRef {
    name: String,
    kind: String,
    object: String,
}

enum Fate {
    Sent(Vec<Deed>),
    /// There is nobody to write to.
    Dropped,
    Waits {
        seconds: i64,
        why: String,
    },
    Failed(Reason, String),
}

/// At most three round trips: take it, send it, say how it went. A report takes three more to be made.
pub async fn deliver_mail(
    system: &System,
    post: &dyn Post,
    render: Render,
    id: &MailId,
) -> Result<Outcome, Error> {
    let Some(taken) = take(system, id).await? else { return Ok(Outcome::Done) };
    let fate = match prepare(system, render, id, &taken) {
        Ok(Some(mail)) => match send(system, post, &taken, mail).await {
            Ok(also) => Fate::Sent(also),
            Err(Bounce::Permanent(reason, why)) => Fate::Failed(reason, why),
            Err(Bounce::Temporary(why)) => later(system, &taken, why),
        },
        Ok(None) => Fate::Dropped,
        Err(why) => Fate::Failed(Reason::Unmade, why),
    };
    if let Fate::Waits { why, .. } | Fate::Failed(_, why) = &fate {
        system
            .app()
            .log(&json!({ "mail": id, "kind": taken.kind, "attempts": taken.attempts, "error": why }));
    }
    let outcome =
        if let Fate::Waits { seconds, .. } = fate { Outcome::RetryIn(seconds) } else { Outcome::Done };
    system.write(marks(system, id, taken.attempts, fate)).await?;
    Ok(outcome)
}

/// For a message that came back too often. A row that was never taken waits for nothing but the database, and the
/// sweep will see to it.
pub async fn give_up(system: &System, id: &MailId) -> Result<(), Error> {
    let failed = sql!(
        "update outbox set state = 'failed', lease_until = null, state_at = ?2, error = 'the queue gave up',
                reason = 'gave_up'
          where id = ?1 and state in ('queued', 'sending') and attempts > 0",
        id.as_str(),
        system.now(),
    );
    let rows = system.write(vec![system.scope().deed(failed)]).await?;
    if rows.first().is_some_and(|it| it.changes() > 0) {
        system.app().log(&json!({ "mail": id, "error": "the queue gave up" }));
    }
    Ok(())
}

/// Of any number who try at once, one gets the row.
async fn take(system: &System, id: &MailId) -> Result<Option<Taken>, Error> {
    let now = system.now();
    let claim = sql!(
        "update outbox set state = 'sending', attempts = attempts + 1, lease_until = ?3, state_at = ?2
          where id = ?1 and ((state = 'queued' and coalesce(lease_until, 0) <= ?2)
                          or (state = 'sending' and lease_until < ?2))
         returning kind, recipient, payload, attempts, created_at",
        id.as_str(),
        now,
        now + LEASE,
    );
    let rows = system.write(vec![system.scope().deed(claim)]).await?;
    let taken: Vec<Taken> = rows.into_iter().next().map(Rows::decode).transpose()?.unwrap_or_default();
    Ok(taken.into_iter().next())
}

/// `None` for a mail to nobody. What goes wrong here goes wrong every time.
fn prepare(system: &System, render: Render, id: &MailId, taken: &Taken) -> Result<Option<Outgoing>, String> {
    let Some(recipient) = &taken.recipient else { return Ok(None) };
    let to = Email::try_from(recipient.clone()).map_err(|it| format!("the address is none: {it}"))?;
    let payload =
        serde_json::from_str(&taken.payload).map_err(|it| format!("the payload is no JSON: {it}"))?;
    let app = system.app();
    let mailing = Mailing { config: app.config(), secrets: app.secrets() };
    let mail = render(&taken.kind, &payload, &mailing);
    let mail = mail.ok_or_else(|| format!("nothing makes a mail of {} with this payload", taken.kind))?;
    Ok(Some(Outgoing { id: id.clone(), to, mail }))
}

/// What the mail takes along is made and fetched first.
async fn send(
    system: &System,
    post: &dyn Post,
    taken: &Taken,
    mut mail: Outgoing,
) -> Result<Vec<Deed>, Bounce> {
    let payload: Value = serde_json::from_str(&taken.payload).unwrap_or_default();
    make_ready(system, &taken.kind, &payload).await?;
    let files: Vec<FileRef> =
        payload.get("files").and_then(|it| Vec::deserialize(it).ok()).unwrap_or_default();
    for file in files {
        let kept = system.app().files().get(file.object).await;
        let Some(bytes) = kept.map_err(|why| Bounce::Temporary(why.to_string()))? else {
            return Err(Bounce::Permanent(Reason::Unmade, format!("{} is no longer kept", file.name)));
        };
        mail.mail.attachments.push(Attachment { name: file.name, kind: file.kind, bytes });
    }
    post.send(system, &mail).await
}

fn later(system: &System, taken: &Taken, why: String) -> Fate {
    let seconds = wait(taken.attempts, u16::from_be_bytes(system.app().random()));
    if system.now() + seconds > taken.created_at + KEEPS_TRYING {
        Fate::Failed(Reason::GaveUp, format!("no longer tried after {} attempts: {why}", taken.attempts))
    } else {
        Fate::Waits { seconds, why }
    }
}

/// Twice as long after each attempt, and up to a quarter shorter by chance: what failed together must not come back
/// together.
fn wait(attempts: i64, chance: u16) -> i64 {
    let doublings = u32::try_from(attempts.clamp(0, 20)).unwrap_or(0);
    let full = (FIRST_WAIT << doublings).min(LONGEST_WAIT);
    full - full * i64::from(chance) / (4 * i64::from(u16::MAX))
}

/// Sent is sent, whoever holds the row by now; only a report that it came back is newer. Any other end counts only
/// from the one who still holds it.
fn marks(system: &System, id: &MailId, attempts: i64, fate: Fate) -> Vec<Deed> {
    let (id, now) = (id.as_str(), system.now());
    let (mark, also) = match fate {
        Fate::Sent(also) => (
            sql!(
                "update outbox set state = 'sent', lease_until = null, state_at = ?2, error = null
                  where id = ?1 and state not in ('sent', 'bounced')",
                id,
                now,
            ),
            also,
        ),
        Fate::Dropped => (end(id, now, attempts, "dropped", None), Vec::new()),
        Fate::Failed(reason, why) => (end(id, now, attempts, "failed", Some((reason, why))), Vec::new()),
        Fate::Waits { seconds, why } => (
            sql!(
                "update outbox set state = 'queued', lease_until = ?4, state_at = ?2, error = ?5
                  where id = ?1 and state = 'sending' and attempts = ?3",
                id,
                now,
                attempts,
                now + seconds,
                why,
            ),
            Vec::new(),
        ),
    };
    let mut deeds = vec![system.scope().deed(mark)];
    deeds.extend(also);
    deeds
}

fn end(id: &str, now: i64, attempts: i64, state: &str, why: Option<(Reason, String)>) -> crate::db::Stmt {
    let (reason, why) = why.map_or((None, None), |(reason, why)| (Some(reason.code()), Some(why)));
    sql!(
        "update outbox set state = ?4, lease_until = null, state_at = ?2, error = ?5, reason = ?6
          where id = ?1 and state = 'sending' and attempts = ?3",
        id,
        now,
        attempts,
        state,
        why,
        reason,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_six_hours_and_spread() {
        let longest: Vec<i64> = (1..=12).map(|it| wait(it, 0)).collect();
        assert_eq!(longest, [30, 60, 120, 240, 480, 960, 1920, 3840, 7680, 15360, 21600, 21600]);
        assert_eq!(wait(1, u16::MAX), 23);
        assert_eq!(wait(99, u16::MAX), 16_200);
        assert_eq!(wait(i64::MAX, 0), LONGEST_WAIT);
    }
}
