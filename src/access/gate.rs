//! What every door for somebody signed in has in common: the session is asked of D1 and KV at the same time, and
//! the deed's batch begins with the statement that stops it.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use futures::join;

use super::app::App;
use super::nearest;
use super::scope::{Deed, Questions};
use super::session::{Claim, KnownDevice, Record, SEEN_EVERY, Wakefulness};
use super::trail::Line;
use super::viewing::{READS_ONLY, reads_only};
use crate::db::{Arg, Rows, Stmt};
use crate::error::Error;
use crate::kernel::{MailId, OrgId, PersonId};
use crate::sql;

/// The session of the cookie is still one: joins `person` and `session` for ?2 person, ?3 epoch, ?4 session, ?5 now.
macro_rules! live_session {
    () => {
        " from person
          join session on session.id = ?4 and session.person_id = person.id
                      and session.ended_at is null and session.expires_at > ?5
         where person.id = ?2 and person.session_epoch = ?3 "
    };
}
pub(super) use live_session;

/// A cookie that verifies, and where it wants to go. It has asked nobody yet.
pub(super) struct Entry {
    pub app: App,
    pub claim: Claim,
    pub device: Option<KnownDevice>,
    path: Vec<(String, String)>,
}

/// Who did it, for the audit.
#[derive(Debug, Clone)]
pub struct Actor {
    pub person: Option<PersonId>,
    pub name: String,
}

impl Entry {
    pub async fn new(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let claim = app.secrets().session.session(&parts.headers, app.now()).ok_or(Error::SignedOut)?;
        let params = RawPathParams::from_request_parts(parts, app).await.map_err(|_| Error::NotFound)?;
        let path = params.iter().map(|it| (it.0.to_owned(), it.1.to_owned())).collect();
        let device =
            app.secrets().session.device(&parts.headers, app.now()).filter(|it| it.person == claim.person);
        Ok(Self { app: app.clone(), claim, device, path })
    }

    /// A part of the path, such as the contact in `/contacts/{contact}`. What is no id names nothing.
    pub fn named<T: TryFrom<String>>(&self, name: &str) -> Result<T, Error> {
        let (_, value) = self.path.iter().find(|it| it.0 == name).ok_or(Error::NotFound)?;
        T::try_from(value.clone()).map_err(|_| Error::NotFound)
    }

    /// ?2 to ?5 of `live_session`.
    pub fn claimed(&self) -> [Arg; 4] {
        let Claim { id, person, epoch } = &self.claim;
        [person.as_str().into(), Arg::from(*epoch), id.as_str().into(), self.app.now().into()]
    }

    /// The gate's rows come first. D1 and KV are asked at the same time. KV may fail or lag: it only knows better when
    /// somebody was last here.
    pub async fn ask<Q: Questions>(
        &self,
        gate: Stmt,
        questions: Q,
    ) -> Result<(Vec<Rows>, Option<Record>), Error> {
        let mut batch = Vec::new();
        questions.ask(&mut batch);
        let (rows, record) = join!(nearest::ask(&self.app, gate, batch), self.record());
        Ok((rows?, record))
    }

    /// What KV keeps of the session; nothing where it fails or has forgotten.
    pub async fn record(&self) -> Option<Record> {
        match self.app.services.sessions.get(Record::key(&self.claim.id)).await {
            Ok(text) => serde_json::from_str(&text?).ok(),
            Err(why) => {
                let request = &self.app.caller().request;
                self.app.log(&serde_json::json!({ "request_id": request, "kv": why.to_string() }));
                None
            }
        }
    }

    /// Refuses who has been away too long, and notes that they are here now.
    pub fn keep_awake(
        &self,
        last_seen_at: i64,
        record: Option<&Record>,
        org: Option<&OrgId>,
        limits: &Wakefulness,
    ) -> Result<(), Error> {
        let now = self.app.now();
        let seen_at = record.map_or(last_seen_at, |it| it.last_seen_at.max(last_seen_at));
        if now - seen_at > limits.idle || now - last_seen_at > limits.idle + limits.seen_every_in_d1 {
            return Err(Error::SignedOut);
        }
        let last_org = record.and_then(|it| it.last_org.as_ref());
        let moved = org.is_some() && last_org != org;
        if now - seen_at >= SEEN_EVERY || moved || record.is_none() {
            self.app.remember(&self.claim.id, org.or(last_org).cloned());
        }
        if now - last_seen_at >= limits.seen_every_in_d1 {
            let db = self.app.services.db.clone();
            let seen =
                sql!("update session set last_seen_at = ?1 where id = ?2", now, self.claim.id.as_str());
            let seen = async move { db.write(vec![seen]).await.map(drop).map_err(|it| it.to_string()) };
            self.app.later("session", seen);
        }
        Ok(())
    }

    /// One transaction: the guard first, then the deeds; nothing of it happens when the guard says no.
    pub async fn write(&self, guard: Stmt, deeds: Vec<Deed>) -> Result<Vec<Rows>, Error> {
        let rows = commit(&self.app, Some(guard), deeds).await?;
        Ok(rows.into_iter().skip(1).collect())
    }

    pub fn actor(&self, name: &str) -> Actor {
        Actor { person: Some(self.claim.person.clone()), name: name.to_owned() }
    }
}

/// All deeds or none, then the queue hears of the mails among them.
pub(super) async fn commit(app: &App, guard: Option<Stmt>, deeds: Vec<Deed>) -> Result<Vec<Rows>, Error> {
    let mails: Vec<MailId> = deeds.iter().filter_map(|it| it.mail.clone()).collect();
    let batch = guard.into_iter().chain(deeds.into_iter().map(|it| it.stmt)).collect();
    match nearest::write(app, batch).await {
        Ok(rows) => {
            app.nudge(&mails);
            Ok(rows)
        }
        Err(error) => Err(match error.verdict() {
            Some("sign-in-required") => Error::SignedOut,
            Some("not-found") => Error::NotFound,
            Some(READS_ONLY) => reads_only(),
            Some("role-required") => Error::Forbidden {
                detail: "Your role was changed a moment ago and no longer opens this. Your Primary contact can grant it."
                    .to_owned(),
                frame: None,
            },
            _ => error.into(),
        }),
    }
}

/// What is no deed and leaves a line all the same, such as a refusal: on its own, once the answer has left.
pub(super) fn note(app: &App, org: Option<&OrgId>, actor: &Actor, action: &'static str) {
    let target = app.caller().asked.split('?').next().unwrap_or_default();
    let line = Line { org, actor, action, target, before: None, after: None }.stmt(app);
    let db = app.services.db.clone();
    app.later("audit", async move { db.write(vec![line]).await.map(drop).map_err(|it| it.to_string()) });
}
