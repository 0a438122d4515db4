use std::marker::PhantomData;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::response::Html;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::App;
use super::desk::Desk;
use super::gate::{Actor, Entry, commit, live_session, note};
use super::scope::{Anyone, Deed, OrgScope, Questions};
use super::session::{STAFF_LIFETIME, Wakefulness};
use super::viewing::{banner, open_view};
use crate::db::{Rows, Stmt};
use crate::error::Error;
use crate::kernel::{ApiKeyId, Day, DisplayName, Email, FieldError, OrgId, PersonId, SessionId, StaffRole};
use crate::page::{Frame, Place};
use crate::sql;

/// A row of the second matrix as a type.
pub trait Seat: Send + Sync + 'static {
    const DESK: Desk;
}

macro_rules! seats {
    ($($name:ident),* $(,)?) => {$(
        pub struct $name;
        impl Seat for $name {
            const DESK: Desk = Desk::$name;
        }
    )*};
}

/// The desks, each as a type: `Staffed<seat::Booking>`.
pub mod seat {
    use super::{Desk, Seat};

    seats!(
        AuditTrail,
        Booking,
        Catalogue,
        CustomerBook,
        Customers,
        Installation,
        Keys,
        Licensing,
        MailRoom,
        Members,
        Metering,
        Overview,
        Publishing,
        Reconciling,
        SignOn,
        ViewAs,
    );
}

/// The door of the vendor's side. A person of the staff comes with the session's cookie, a program with a key; a
/// customer finds nothing here. As with `Access`, the question "may I" travels with what it guards.
///
/// There is no second factor yet. Its place is `STAFF_GATE` and `STAFF_GUARD`: one column of `session`, asked of here
/// and nowhere else.
pub struct Staffed<S> {
    who: Who,
    app: App,
    scope: Anyone,
    path: Vec<(String, String)>,
    seat: PhantomData<S>,
}

enum Who {
    Person(Box<Entry>),
    /// SHA-256 of the key, in hex.
    Program(String),
}

/// Who sits at the desk, once the door is open.
#[derive(Debug, Clone)]
pub struct Colleague {
    /// The person, or whoever made the key.
    pub person: PersonId,
    /// `None` for a person.
    pub key: Option<ApiKeyId>,
    /// Of the person, or of the key.
    pub name: String,
    /// Of the person, or of whoever made the key.
    pub email: Email,
    /// One for a person; the scopes of a key.
    pub roles: Vec<StaffRole>,
    open_view: Option<String>,
}

/// ?1 is not used, so that `live_session` counts as everywhere.
const STAFF_GATE: &str = concat!(
    "select ?1 as key_id, person.id as person, person.display_name as name, person.email, session.last_seen_at as seen_at,
            session.created_at, (select json_array(role) from staff where staff.person_id = person.id) as roles, ",
    open_view!(),
    " as open_view ",
    live_session!()
);

const STAFF_GUARD: &str = concat!(
    "select case
       when ?1 is not null or not exists (select 1 ",
    live_session!(),
    " and session.created_at > ?5 - ?7) then json_extract('{}', 'sign-in-required')
       when not exists (select 1 from staff where person_id = ?2) then json_extract('{}', 'not-found')
       when not exists (select 1 from staff where person_id = ?2 and role in (select value from json_each(?6)))
       then json_extract('{}', 'role-required')
       else 1 end"
);

const KEY_GATE: &str = "
    select api_key.id as key_id, person.id as person, api_key.name as name, person.email,
           coalesce(api_key.last_used_at, 0) as seen_at, api_key.created_at, api_key.scopes as roles,
           null as open_view
      from api_key join person on person.id = api_key.made_by
     where api_key.hash = ?1 and api_key.revoked_at is null and api_key.expires_at > ?2";

const KEY_GUARD: &str = "
    select case
      when not exists (select 1 from api_key where hash = ?1 and revoked_at is null and expires_at > ?2)
      then json_extract('{}', 'sign-in-required')
      when not exists (select 1 from api_key, json_each(api_key.scopes) as scope
                        where api_key.hash = ?1 and scope.value in (select value from json_each(?3)))
      then json_extract('{}', 'role-required')
      else 1 end";

/// A key's last use is noted at most this often.
const USED_EVERY: i64 = 300;

#[derive(Deserialize)]
struct Standing {
    key_id: Option<ApiKeyId>,
    person: PersonId,
    name: DisplayName,
    email: Email,
    seen_at: i64,
    created_at: i64,
    roles: Option<String>,
    open_view: Option<String>,
}

impl<S: Seat> Staffed<S> {
    /// One round trip.
    pub async fn read<Q: Questions>(&self, questions: Q) -> Result<(Colleague, Q::Answers), Error> {
        let (rows, record) = match &self.who {
            Who::Person(entry) => entry.ask(self.gate(), questions).await?,
            Who::Program(_) => {
                let mut batch = vec![self.gate()];
                questions.ask(&mut batch);
                (self.app.services.db.read(batch).await?, None)
            }
        };
        let mut rows = rows.into_iter();
        let standing: Vec<Standing> = rows.next().map(Rows::decode).transpose()?.unwrap_or_default();
        let standing = standing.into_iter().next().ok_or(Error::SignedOut)?;
        if let Who::Person(entry) = &self.who {
            if self.app.now() - standing.created_at >= STAFF_LIFETIME {
                return Err(Error::SignedOut);
            }
            entry.keep_awake(standing.seen_at, record.as_ref(), None, &Wakefulness::STAFF)?;
        }
        let colleague = self.admit(standing)?;
        Ok((colleague, Q::answers(&mut rows)?))
    }

    /// One round trip and one transaction: all deeds happen, or none does because the gate has shut meanwhile.
    pub async fn write(&self, deeds: Vec<Deed>) -> Result<Vec<Rows>, Error> {
        let rows = commit(&self.app, Some(self.guard()), deeds).await;
        let rows = rows.map_err(|it| match it {
            Error::Forbidden { .. } => self.refusal(),
            other => other,
        })?;
        Ok(rows.into_iter().skip(1).collect())
    }

    /// Every organisation. Where the path names one, `org` is the scope to ask through.
    #[must_use]
    pub fn scope(&self) -> &Anyone {
        &self.scope
    }

    /// The organisation of the path; whether it is there is for the statement to find out.
    pub fn org(&self) -> Result<OrgScope, Error> {
        self.named::<OrgId>("org").map(OrgScope::new)
    }

    /// The organisation that a row was found to belong to, such as that of the licence in the path.
    #[must_use]
    pub fn at(&self, org: &OrgId) -> OrgScope {
        OrgScope::new(org.clone())
    }

    /// Whether a program asks, which needs no page.
    #[must_use]
    pub fn is_api(&self) -> bool {
        self.app.caller().asked.starts_with("/api/")
    }

    /// The day it is for the vendor.
    pub fn today(&self) -> Result<Day, Error> {
        self.app.today()
    }

    /// What was asked for cannot be. The gate speaks before the filters; then `page` shows them again, and no rows.
    pub async fn refuses(
        &self,
        errors: Vec<FieldError>,
        page: impl FnOnce(&Frame, &Colleague, Vec<FieldError>) -> Html<String> + Send,
    ) -> Error {
        match self.read(()).await {
            Ok((me, ())) => Error::invalid(errors).on_screen(|errors| page(&self.frame(&me), &me, errors)),
            Err(error) => error,
        }
    }

    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }

    #[must_use]
    pub fn now(&self) -> i64 {
        self.app.now()
    }

    /// Whose Idempotency-Key this is.
    #[must_use]
    pub fn owner(&self) -> &str {
        match &self.who {
            Who::Person(entry) => entry.claim.person.as_str(),
            Who::Program(hash) => hash,
        }
    }

    /// The session that carries this request; a program has none.
    #[must_use]
    pub fn session(&self) -> Option<&SessionId> {
        match &self.who {
            Who::Person(entry) => Some(&entry.claim.id),
            Who::Program(_) => None,
        }
    }

    /// For the audit. A program acts in its own name, and its maker is not to blame.
    #[must_use]
    pub fn actor(&self, me: &Colleague) -> Actor {
        let person = me.key.is_none().then(|| me.person.clone());
        let name = if me.key.is_some() { format!("Key {}", me.name) } else { me.name.clone() };
        Actor { person, name }
    }

    /// A list left the portal as a file: a line in the log, once the answer has left.
    pub fn note_export(&self, me: &Colleague) {
        note(&self.app, None, &self.actor(me), "list.exported");
    }

    /// Another part of the path. What is no id names nothing.
    pub fn named<T: TryFrom<String>>(&self, name: &str) -> Result<T, Error> {
        let (_, value) = self.path.iter().find(|it| it.0 == name).ok_or(Error::NotFound)?;
        T::try_from(value.clone()).map_err(|_| Error::NotFound)
    }

    #[must_use]
    pub fn frame(&self, me: &Colleague) -> Frame {
        let path = self.app.caller().asked.split('?').next().unwrap_or_default();
        let mut nav = (self.app.services.staff_nav)(&me.roles);
        for item in &mut nav {
            let below = path.strip_prefix(item.href.as_str()).is_some_and(|it| it.starts_with('/'));
            item.current = path == item.href || (item.href != "/staff" && below);
        }
        let role = me.roles.first().map_or("", |it| it.label());
        let elsewhere = banner(&self.app, me.open_view.as_deref(), &me.roles);
        let place =
            Place::Staff { name: me.name.clone(), email: me.email.as_str().to_owned(), role, nav, elsewhere };
        Frame { brand: self.app.config().brand.clone(), place, flash: self.app.flash() }
    }

    fn gate(&self) -> Stmt {
        match &self.who {
            Who::Person(entry) => claimed(STAFF_GATE, entry),
            Who::Program(hash) => sql!(KEY_GATE, hash.as_str(), self.app.now()),
        }
    }

    fn guard(&self) -> Stmt {
        let openers = serde_json::json!(S::DESK.openers()).to_string();
        match &self.who {
            Who::Person(entry) => {
                let mut guard = claimed(STAFF_GUARD, entry);
                guard.args.extend([openers.into(), STAFF_LIFETIME.into()]);
                guard
            }
            Who::Program(hash) => sql!(KEY_GUARD, hash.as_str(), self.app.now(), openers),
        }
    }

    fn admit(&self, standing: Standing) -> Result<Colleague, Error> {
        let Standing { key_id, person, name, email, seen_at, roles, open_view, .. } = standing;
        let roles = roles.ok_or(Error::NotFound)?;
        let roles: Vec<StaffRole> =
            serde_json::from_str(&roles).map_err(|_| Error::Ours("a staff role that nobody knows"))?;
        if key_id.is_some() && self.now() - seen_at >= USED_EVERY {
            self.note_use();
        }
        let me = Colleague { person, key: key_id, name: name.into(), email, roles, open_view };
        if S::DESK.opens_to(&me.roles) { Ok(me) } else { Err(self.forbidden(&me)) }
    }

    fn note_use(&self) {
        let Who::Program(hash) = &self.who else { return };
        let used = sql!("update api_key set last_used_at = ?2 where hash = ?1", hash.as_str(), self.now());
        let db = self.app.services.db.clone();
        let used = async move { db.write(vec![used]).await.map(drop).map_err(|it| it.to_string()) };
        self.app.later("api_key", used);
    }

    /// Leaves a line in the audit log, as a refused customer does.
    fn forbidden(&self, me: &Colleague) -> Error {
        note(&self.app, None, &self.actor(me), "access.refused");
        match self.refusal() {
            Error::Forbidden { detail, .. } => {
                Error::Forbidden { detail, frame: Some(Box::new(self.frame(me))) }
            }
            other => other,
        }
    }

    fn refusal(&self) -> Error {
        let openers = S::DESK.openers();
        let detail = match self.who {
            Who::Person(_) => {
                let labels: Vec<&str> = openers.iter().map(|it| it.label()).collect();
                format!("This needs the staff role {}. An Admin can grant it.", labels.join(" or "))
            }
            Who::Program(_) => {
                let codes: Vec<&str> = openers.iter().map(|it| it.code()).collect();
                format!(
                    "This key lacks the scope: {}. An Admin can make a key that has it.",
                    codes.join(" or ")
                )
            }
        };
        Error::Forbidden { detail, frame: None }
    }
}

impl<S: Seat> FromRequestParts<App> for Staffed<S> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let who = match program(parts) {
            Some(hash) => Who::Program(hash),
            None => Who::Person(Box::new(Entry::new(parts, app).await?)),
        };
        let params = RawPathParams::from_request_parts(parts, app).await.map_err(|_| Error::NotFound)?;
        let path = params.iter().map(|it| (it.0.to_owned(), it.1.to_owned())).collect();
        Ok(Self { who, app: app.clone(), scope: Anyone::new(), path, seat: PhantomData })
    }
}

fn claimed(sql: &'static str, entry: &Entry) -> Stmt {
    let nothing = [None::<String>.into()];
    Stmt { sql, args: nothing.into_iter().chain(entry.claimed()).collect() }
}

/// Keys open the API alone. One header; two of them mean nothing.
fn program(parts: &Parts) -> Option<String> {
    let mut values = parts.headers.get_all(AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    let key = value.strip_prefix("Bearer ")?.trim();
    let only = values.next().is_none() && parts.uri.path().starts_with("/api/");
    only.then(|| key_hash(key))
}

/// What is kept of a key; enough at rest, since a key has 256 random bits.
#[must_use]
pub fn key_hash(key: &str) -> String {
    format!("{:x}", Sha256::digest(key.as_bytes()))
}
