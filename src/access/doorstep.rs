use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;

use super::app::{App, Unreachable};
use super::gate::commit;
use super::scope::{Anyone, Deed, OrgScope, Questions};
use super::session::{Claim, KnownDevice};
use crate::db::Rows;
use crate::error::Error;
use crate::kernel::{MailId, OrgId};
use crate::page::{Frame, Place};

/// Where nobody is signed in yet: sign-in, one-time links, set-up, health. What happens here must be right
/// whoever asks; tidy keeps it to the applications that are named there.
pub struct Doorstep {
    app: App,
    scope: Anyone,
    device: Option<KnownDevice>,
    headers: HeaderMap,
}

impl Doorstep {
    /// One round trip.
    pub async fn read<Q: Questions>(&self, questions: Q) -> Result<Q::Answers, Error> {
        read(&self.app, questions).await
    }

    /// One round trip and one transaction.
    pub async fn write(&self, deeds: Vec<Deed>) -> Result<Vec<Rows>, Error> {
        commit(&self.app, None, deeds).await
    }

    #[must_use]
    pub fn scope(&self) -> &Anyone {
        &self.scope
    }

    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }

    #[must_use]
    pub fn now(&self) -> i64 {
        self.app.now()
    }

    /// Whose browser this has once been, by its signed cookie.
    #[must_use]
    pub fn device(&self) -> Option<&KnownDevice> {
        self.device.as_ref()
    }

    /// What the session cookie says, if it verifies; the gate alone knows whether it still counts.
    #[must_use]
    pub fn claim(&self) -> Option<Claim> {
        self.app.secrets().session.session(&self.headers, self.now())
    }

    #[must_use]
    pub fn frame(&self) -> Frame {
        Frame { brand: self.app.config().brand.clone(), place: Place::Doorstep, flash: self.app.flash() }
    }
}

impl FromRequestParts<App> for Doorstep {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let device = app.secrets().session.device(&parts.headers, app.now());
        Ok(Self { app: app.clone(), scope: Anyone::new(), device, headers: parts.headers.clone() })
    }
}

/// The door of jobs: no person, every organisation.
pub struct System {
    app: App,
    scope: Anyone,
}

impl System {
    #[must_use]
    pub fn new(app: App) -> Self {
        Self { app, scope: Anyone::new() }
    }

    pub async fn read<Q: Questions>(&self, questions: Q) -> Result<Q::Answers, Error> {
        read(&self.app, questions).await
    }

    pub async fn write(&self, deeds: Vec<Deed>) -> Result<Vec<Rows>, Error> {
        commit(&self.app, None, deeds).await
    }

    /// For a job's deed that belongs to one organisation.
    #[must_use]
    pub fn within(&self, org: OrgId) -> OrgScope {
        OrgScope::new(org)
    }

    /// Unlike `App::nudge`, waits for the queue and tells when it did not listen.
    pub async fn enqueue(&self, mails: Vec<MailId>) -> Result<(), Unreachable> {
        self.app.services.mail.send(mails).await
    }

    #[must_use]
    pub fn scope(&self) -> &Anyone {
        &self.scope
    }

    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }

    #[must_use]
    pub fn now(&self) -> i64 {
        self.app.now()
    }
}

async fn read<Q: Questions>(app: &App, questions: Q) -> Result<Q::Answers, Error> {
    let mut batch = Vec::new();
    questions.ask(&mut batch);
    let mut rows = app.services.db.read(batch).await?.into_iter();
    Ok(Q::answers(&mut rows)?)
}
