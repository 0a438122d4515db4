use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::Deserialize;

use super::App;
use super::gate::{Actor, Entry, live_session};
use super::scope::{Deed, PersonScope, Questions, Scope};
use super::session::{KnownDevice, Record, Wakefulness};
use super::viewing::{banner, open_view};
use crate::db::{Rows, Stmt};
use crate::error::Error;
use crate::kernel::{DisplayName, Email, OrgId, PersonId, SessionId, StaffRole};
use crate::page::{Flash, Frame, Place};
use crate::sql;

/// The door to what belongs to a person and to no organisation: profile, password, sessions, the chooser.
pub struct SignedIn {
    entry: Entry,
    scope: PersonScope,
}

/// Who it is, once the door is open.
#[derive(Debug, Clone, Deserialize)]
pub struct Person {
    pub id: PersonId,
    pub name: DisplayName,
    pub email: Email,
    /// Of name and address, for `If-Match`.
    pub version: i64,
    pub staff_role: Option<StaffRole>,
    last_seen_at: i64,
    open_view: Option<String>,
    /// What the session's record in KV remembers: a wish and no right.
    #[serde(skip)]
    pub last_org: Option<OrgId>,
}

const GATE: &str = concat!(
    "select person.id, person.display_name as name, person.email, person.version, session.last_seen_at,
            (select role from staff where staff.person_id = ?1) as staff_role, ",
    open_view!(),
    " as open_view ",
    live_session!()
);

const GUARD: &str = concat!(
    "select case when not exists (select 1 ",
    live_session!(),
    ") or ?1 <> ?2 then json_extract('{}', 'sign-in-required') else 1 end"
);

impl SignedIn {
    /// One round trip.
    pub async fn read<Q: Questions>(&self, questions: Q) -> Result<(Person, Q::Answers), Error> {
        let (rows, record) = self.entry.ask(self.with_claim(sql!(GATE)), questions).await?;
        let mut rows = rows.into_iter();
        let person = self.admit(rows.next(), record)?;
        Ok((person, Q::answers(&mut rows)?))
    }

    /// `read` behind deeds that must happen before anything is looked at, such as counting an attempt: guarded, and
    /// still one round trip. Answers what each deed changed, too.
    pub async fn write_and_read<Q: Questions>(
        &self,
        deeds: Vec<Deed>,
        questions: Q,
    ) -> Result<(Person, Vec<Rows>, Q::Answers), Error> {
        let count = deeds.len();
        let mut reading = vec![self.with_claim(sql!(GATE))];
        questions.ask(&mut reading);
        let deeds =
            deeds.into_iter().chain(reading.into_iter().map(|stmt| Deed { stmt, mail: None })).collect();
        let (rows, record) = futures::join!(self.write(deeds), self.entry.record());
        let mut changed = rows?;
        let mut rows = changed.split_off(count).into_iter();
        let person = self.admit(rows.next(), record)?;
        Ok((person, changed, Q::answers(&mut rows)?))
    }

    /// One round trip and one transaction, guarded.
    pub async fn write(&self, deeds: Vec<Deed>) -> Result<Vec<Rows>, Error> {
        self.entry.write(self.with_claim(sql!(GUARD)), deeds).await
    }

    #[must_use]
    pub fn scope(&self) -> &PersonScope {
        &self.scope
    }

    #[must_use]
    pub fn app(&self) -> &App {
        &self.entry.app
    }

    #[must_use]
    pub fn now(&self) -> i64 {
        self.entry.app.now()
    }

    #[must_use]
    pub fn person(&self) -> &PersonId {
        &self.entry.claim.person
    }

    /// The one that carries this request.
    #[must_use]
    pub fn session(&self) -> &SessionId {
        &self.entry.claim.id
    }

    /// The device cookie, if it is this person's.
    #[must_use]
    pub fn device(&self) -> Option<&KnownDevice> {
        self.entry.device.as_ref()
    }

    /// Of the cookie; equal to the person's, or the gate would be shut.
    #[must_use]
    pub fn epoch(&self) -> i64 {
        self.entry.claim.epoch
    }

    #[must_use]
    pub fn actor(&self, person: &Person) -> Actor {
        self.entry.actor(person.name.as_str())
    }

    pub fn named<T: TryFrom<String>>(&self, name: &str) -> Result<T, Error> {
        self.entry.named(name)
    }

    #[must_use]
    pub fn frame(&self, person: &Person) -> Frame {
        let place = Place::Person {
            name: person.name.as_str().to_owned(),
            email: person.email.as_str().to_owned(),
            is_staff: person.staff_role.is_some(),
            elsewhere: banner(self.app(), person.open_view.as_deref(), person.staff_role.as_slice()),
        };
        Frame { brand: self.app().config().brand.clone(), place, flash: self.flash() }
    }

    fn flash(&self) -> Option<Flash> {
        self.app().flash()
    }

    fn admit(&self, gate: Option<Rows>, record: Option<Record>) -> Result<Person, Error> {
        let person: Vec<Person> = gate.map(Rows::decode).transpose()?.unwrap_or_default();
        let mut person = person.into_iter().next().ok_or(Error::SignedOut)?;
        let limits = Wakefulness::of(person.staff_role.is_some());
        self.entry.keep_awake(person.last_seen_at, record.as_ref(), None, limits)?;
        person.last_org = record.and_then(|it| it.last_org);
        Ok(person)
    }

    fn with_claim(&self, stmt: Stmt) -> Stmt {
        let mut stmt = self.scope.bind(stmt);
        stmt.args.extend(self.entry.claimed());
        stmt
    }
}

impl FromRequestParts<App> for SignedIn {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let entry = Entry::new(parts, app).await?;
        let scope = PersonScope::new(entry.claim.person.clone());
        Ok(Self { entry, scope })
    }
}
