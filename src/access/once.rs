//! A deed that creates is done once, however often it is sent: the first answer is kept with the
//! `Idempotency-Key` for 24 hours, in the deed's own batch (contract, conventions).

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::form::Posted;
use super::scope::{Deed, Query, Scope};
use crate::answer::Done;
use crate::error::Error;
use crate::kernel::PersonId;
use crate::sql;

const KEPT_FOR: i64 = 24 * 3600;
const MOST_KEY: usize = 100;

/// What was answered when this key came first.
#[derive(Debug, Deserialize)]
pub struct Kept {
    request: String,
    status: i64,
    answer: String,
}

/// The key of one request, if it brought one.
pub struct Once<'a> {
    owner: &'a str,
    key: Option<&'a str>,
    request: &'a str,
    now: i64,
}

impl<'a> Once<'a> {
    #[must_use]
    pub fn of<T>(posted: &'a Posted<T>, person: &'a PersonId, now: i64) -> Self {
        Self::owned_by(posted, person.as_str(), now)
    }

    /// `owner` is a person's id, or whatever else tells one holder of keys from another.
    #[must_use]
    pub fn owned_by<T>(posted: &'a Posted<T>, owner: &'a str, now: i64) -> Self {
        Self { owner, key: posted.received.key.as_deref(), request: &posted.received.request, now }
    }

    /// Travels with the deed's reading.
    #[must_use]
    pub fn earlier(&self, scope: &impl Scope) -> Query<Option<Kept>> {
        scope.unbound_query(sql!(
            "select request, status, answer from idempotency where owner = ?1 and key = ?2 and created_at > ?3",
            self.owner,
            self.key.filter(|it| is_good(it)),
            self.now - KEPT_FOR,
        ))
    }

    /// The answer of the first time, or a refusal when the key is none or now comes with another request. Asked
    /// behind the gate: who may not enter learns nothing about keys.
    pub fn replay(&self, kept: Option<Kept>, see: impl Into<String>) -> Result<Option<Done>, Error> {
        if self.key.is_some_and(|it| !is_good(it)) {
            let said = "Send one Idempotency-Key of 1 to 100 visible ASCII characters.";
            return Err(Error::refused(StatusCode::UNPROCESSABLE_ENTITY, "invalid", said));
        }
        let Some(kept) = kept else { return Ok(None) };
        if kept.request != self.request {
            let said = "This Idempotency-Key was used for another request. Take a new key for a new request.";
            return Err(Error::refused(StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-reused", said));
        }
        let status = u16::try_from(kept.status).ok().and_then(|it| StatusCode::from_u16(it).ok());
        let body: Value = serde_json::from_str(&kept.answer).unwrap_or(Value::Null);
        Ok(Some(Done { see: see.into(), status: status.unwrap_or(StatusCode::OK), body }))
    }

    /// The first deeds of the batch: of two requests at the same moment the second breaks on this primary key, and
    /// not on whatever else the first one has made.
    #[must_use]
    pub fn keep(&self, scope: &impl Scope, done: &Done) -> Vec<Deed> {
        let Some(key) = self.key else { return Vec::new() };
        vec![
            scope.unbound(sql!(
                "delete from idempotency where owner = ?1 and key = ?2 and created_at <= ?3",
                self.owner,
                key,
                self.now - KEPT_FOR,
            )),
            scope.unbound(sql!(
                "insert into idempotency (owner, key, request, status, answer, created_at)
                 values (?1, ?2, ?3, ?4, ?5, ?6)",
                self.owner,
                key,
                self.request,
                i64::from(done.status.as_u16()),
                done.body.to_string(),
                self.now,
            )),
        ]
    }

    /// Whether a deed failed because another request with the same key was quicker.
    #[must_use]
    pub fn was_beaten(&self, error: &Error) -> bool {
        matches!(error, Error::Database(said) if said.names("idempotency.owner, idempotency.key"))
    }
}

fn is_good(key: &str) -> bool {
    (1..=MOST_KEY).contains(&key.len()) && key.bytes().all(|it| it.is_ascii_graphic())
}
