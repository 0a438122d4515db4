use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Html;
use serde::Deserialize;

use super::App;
use super::gate::{Actor, Entry, live_session, note};
use super::matrix::{Application, allows, openers};
use super::notices::{
    count_unread, meant_for, meant_for_me, names, newest_looked_at, read_through, unread, unread_count,
};
use super::scope::{Deed, OrgScope, Questions, Scope};
use super::session::Wakefulness;
use super::viewing::{Asks, Viewer, viewers};
use crate::db::{Arg, Rows, Stmt};
use crate::error::Error;
use crate::kernel::{ContactId, Day, DisplayName, Email, FieldError, OrgId, OrgName, PersonId, Role};
use crate::page::{Frame, Place, Viewing};
use crate::sql;

/// A row of the matrix as a type; `None` is what every verified contact may see.
pub trait Screen: Send + Sync + 'static {
    const APPLICATION: Option<Application>;
}

macro_rules! screens {
    ($($name:ident),* $(,)?) => {$(
        pub struct $name;
        impl Screen for $name {
            const APPLICATION: Option<Application> = Some(Application::$name);
        }
    )*};
}

screens!(
    BillDesk,
    ContactManager,
    Dashboards,
    Documentation,
    HelpDesk,
    LicenseExtension,
    Notifications,
    OrderBook,
    PaymentGateway,
    PaymentRecord,
);

/// The organisation's own front page.
pub struct Home;

impl Screen for Home {
    const APPLICATION: Option<Application> = None;
}

/// A closed door: `Access<ContactManager>` in a handler's arguments has checked the cookie's signature and
/// nothing else. Whoever reads or writes through it sends the question "may I" in the same batch, so a
/// handler can neither forget to ask nor wait twice for the answer.
pub struct Access<S> {
    entry: Entry,
    org: OrgScope,
    asks: Asks,
    screen: PhantomData<S>,
}

/// Who stands in the door, once it is open.
#[derive(Debug, Clone)]
pub struct Member {
    pub person: PersonId,
    pub contact: ContactId,
    pub roles: Vec<Role>,
    pub name: DisplayName,
    pub email: Email,
    pub org_name: OrgName,
    /// In how many organisations this person is a verified contact.
    pub organisations: i64,
    /// Notifications, for the badge: exact up to a hundred.
    pub unread: u32,
    /// Somebody of the staff who sees what this member sees.
    pub viewed_by: Option<Viewer>,
}

/// Who somebody is to organisation ?1: no row when not signed in (any more), no contact when a stranger or not
/// yet verified, otherwise one row for each role. Of the staff, whoever views as a contact (?6: the roles that may) is
/// that contact here, and the own contact only otherwise; ?7 is the person whose notifications are counted.
const GATE: &str = concat!(
    "select me.last_seen_at, me.display_name as own_name, person.id as person, person.display_name as name, person.email,
            contact.id as contact, organisation.name as org_name, role.role as role, view_as.ends_at as viewed_until,
            exists (select 1 from staff where staff.person_id = me.id) as is_staff,
            (select count(*) from contact as mine
              where mine.person_id = me.id and mine.verified_at is not null) as organisations, ",
    unread_count!("?7", "?5"),
    " as unread,
            (select grantor.display_name from role as first
               join contact as of_first on of_first.org_id = first.org_id and of_first.id = first.contact_id
               join person as grantor on grantor.id = of_first.person_id
              where first.org_id = ?1 and first.role = 'primary') as grantor
       from (select person.id, person.display_name, session.last_seen_at ",
    live_session!(),
    ") as me
       left join view_as on view_as.session_id = ?4 and view_as.ended_at is null and view_as.ends_at > ?5
                        and view_as.org_id = ?1
                        and exists (select 1 from staff where staff.person_id = me.id
                                                          and staff.role in (select value from json_each(?6)))
       left join contact on contact.org_id = ?1 and contact.verified_at is not null
                        and contact.id = coalesce(view_as.contact_id,
                              (select own.id from contact as own where own.org_id = ?1 and own.person_id = me.id))
       left join person on person.id = contact.person_id
       left join organisation on organisation.id = contact.org_id
       left join role on role.org_id = contact.org_id and role.contact_id = contact.id"
);

/// The same question as a statement that stops its batch, with the answer in the text of the error. Here nobody stands
/// in for anybody.
const GUARD: &str = concat!(
    "select case
       when not exists (select 1 ",
    live_session!(),
    ") then json_extract('{}', 'sign-in-required')
       when exists (select 1 from view_as
                     where session_id = ?4 and ended_at is null and ends_at > ?5 and org_id = ?1)
       then json_extract('{}', 'view-as-reads-only')
       when not exists (select 1 from contact where org_id = ?1 and person_id = ?2 and verified_at is not null)
       then json_extract('{}', 'not-found')
       when ?6 is not null and not exists (
         select 1 from contact
           join role on role.org_id = contact.org_id and role.contact_id = contact.id
          where contact.org_id = ?1 and contact.person_id = ?2
            and role.role in (select value from json_each(?6)))
       then json_extract('{}', 'role-required')
       else 1 end"
);

#[derive(Deserialize)]
struct Standing {
    last_seen_at: i64,
    own_name: DisplayName,
    person: Option<PersonId>,
    name: Option<DisplayName>,
    email: Option<Email>,
    contact: Option<ContactId>,
    viewed_until: Option<i64>,
    org_name: Option<OrgName>,
    role: Option<Role>,
    organisations: i64,
    unread: u32,
    is_staff: i64,
    grantor: Option<DisplayName>,
}

impl<S: Screen> Access<S> {
    /// One round trip. The answers come out only if the gate lets this person in.
    pub async fn read<Q: Questions>(&self, questions: Q) -> Result<(Member, Q::Answers), Error> {
        let (mut me, answers) = self.ask(self.person(), questions).await?;
        if me.viewed_by.is_some() {
            me = self.ask(&me.person, ()).await?.0;
        }
        Ok((me, answers))
    }

    /// `read` of what belongs to one person, such as what it has read. Whoever sees the portal as a contact does is
    /// known only by the first answer, so that one asks twice, and through the gate both times.
    pub async fn read_as<Q: Questions>(
        &self,
        questions: impl Fn(&PersonId) -> Q + Send,
    ) -> Result<(Member, Q::Answers), Error> {
        let (me, answers) = self.ask(self.person(), questions(self.person())).await?;
        if me.viewed_by.is_none() {
            return Ok((me, answers));
        }
        self.ask(&me.person, questions(&me.person)).await
    }

    async fn ask<Q: Questions>(
        &self,
        reader: &PersonId,
        questions: Q,
    ) -> Result<(Member, Q::Answers), Error> {
        let mut gate = self.with_claim(sql!(GATE));
        gate.args.extend([viewers().into(), reader.as_str().into()]);
        let (rows, record) = self.entry.ask(gate, questions).await?;
        let mut rows = rows.into_iter();
        let standings: Vec<Standing> = rows.next().map(Rows::decode).transpose()?.unwrap_or_default();
        let first = standings.first().ok_or(Error::SignedOut)?;
        let at_home = first.contact.is_some() && first.viewed_until.is_none();
        let here = at_home.then_some(self.org.id());
        let limits = Wakefulness::of(first.is_staff == 1);
        self.entry.keep_awake(first.last_seen_at, record.as_ref(), here, limits)?;
        let member = self.admit(standings)?;
        Ok((member, Q::answers(&mut rows)?))
    }

    /// One round trip and one transaction: all deeds happen, or none does because the gate has shut meanwhile.
    /// Answers what each deed changed.
    pub async fn write(&self, deeds: Vec<Deed>) -> Result<Vec<Rows>, Error> {
        let mut guard = self.with_claim(sql!(GUARD));
        let openers = S::APPLICATION.and_then(openers);
        guard.args.push(openers.map(|it| serde_json::json!(it).to_string()).into());
        self.entry.write(guard, deeds).await
    }

    #[must_use]
    pub fn org(&self) -> &OrgScope {
        &self.org
    }

    #[must_use]
    pub fn app(&self) -> &App {
        &self.entry.app
    }

    #[must_use]
    pub fn now(&self) -> i64 {
        self.entry.app.now()
    }

    /// The day it is for the vendor.
    pub fn today(&self) -> Result<Day, Error> {
        self.app().today()
    }

    /// What was asked for cannot be. The gate speaks before the filters; then `page` shows them again, and no rows.
    pub async fn refuses(
        &self,
        errors: Vec<FieldError>,
        page: impl FnOnce(&Frame, Vec<FieldError>) -> Html<String> + Send,
    ) -> Error {
        match self.read(()).await {
            Ok((me, ())) => Error::invalid(errors).on_screen(|errors| page(&self.frame(&me), errors)),
            Err(error) => error,
        }
    }

    /// Who is signed in and does what is done here; what one reads may be another's (`read_as`).
    #[must_use]
    pub fn person(&self) -> &PersonId {
        &self.entry.claim.person
    }

    #[must_use]
    pub fn actor(&self, member: &Member) -> Actor {
        let name = member.viewed_by.as_ref().map_or(&member.name, |it| &it.name);
        self.entry.actor(name.as_str())
    }

    /// A list left the portal as a file: a line in the log, once the answer has left.
    pub fn note_export(&self, member: &Member) {
        note(self.app(), Some(self.org.id()), &self.actor(member), "list.exported");
    }

    /// Another part of the path, such as the contact in `/contacts/{contact}`. What is no id names nothing.
    pub fn named<T: TryFrom<String>>(&self, name: &str) -> Result<T, Error> {
        self.entry.named(name)
    }

    /// The frame of the organisation's pages, with what the last deed has to say.
    #[must_use]
    pub fn frame(&self, member: &Member) -> Frame {
        let app = self.app();
        let asked = app.caller().asked.as_str();
        let path = asked.split('?').next().unwrap_or_default();
        let home = format!("/o/{}", self.org.id().as_str());
        let mut nav = (app.services.nav)(self.org.id(), &member.roles, member.unread);
        for item in &mut nav {
            let below = path.strip_prefix(item.href.as_str()).is_some_and(|it| it.starts_with('/'));
            item.current = path == item.href || (item.href != home && below);
        }
        Frame {
            brand: app.config().brand.clone(),
            place: Place::Organisation {
                name: member.name.as_str().to_owned(),
                email: member.email.as_str().to_owned(),
                org_id: self.org.id().as_str().to_owned(),
                org_name: member.org_name.as_str().to_owned(),
                roles: member.roles.iter().map(|it| it.label()).collect(),
                nav,
                can_switch: member.organisations > 1 && member.viewed_by.is_none(),
                can_rename: member.roles.contains(&Role::Primary) && member.viewed_by.is_none(),
                viewing: member.viewed_by.as_ref().map(|it| self.viewing(it)),
            },
            flash: app.flash(),
        }
    }

    fn viewing(&self, by: &Viewer) -> Viewing {
        Viewing { by: by.name.as_str().to_owned(), until: self.app().config().zone.clock_words(by.ends_at) }
    }

    fn with_claim(&self, stmt: Stmt) -> Stmt {
        let mut stmt = self.org.bind(stmt);
        stmt.args.extend(self.entry.claimed());
        stmt
    }

    fn admit(&self, standings: Vec<Standing>) -> Result<Member, Error> {
        let mut roles: Vec<Role> = standings.iter().filter_map(|it| it.role).collect();
        roles.sort_unstable();
        let first = standings.into_iter().next().ok_or(Error::SignedOut)?;
        let Standing {
            own_name, person, name, email, contact, org_name, organisations, unread, grantor, ..
        } = first;
        let known = person.zip(name).zip(email).zip(contact).zip(org_name);
        let ((((person, name), email), contact), org_name) = known.ok_or(Error::NotFound)?;
        let viewed_by = first.viewed_until.map(|ends_at| Viewer { name: own_name, ends_at });
        if viewed_by.is_some() {
            self.asks.only_to_look()?;
        }
        let member =
            Member { person, contact, roles, name, email, org_name, organisations, unread, viewed_by };
        match S::APPLICATION {
            Some(application) if !allows(&member.roles, application) => {
                Err(self.forbidden(application, &member, grantor))
            }
            _ => Ok(member),
        }
    }

    /// Says who can help, and leaves a line in the audit log (domain 2.3).
    fn forbidden(&self, application: Application, member: &Member, grantor: Option<DisplayName>) -> Error {
        let openers: Vec<&str> =
            openers(application).unwrap_or_default().iter().map(|it| it.label()).collect();
        let grantor = grantor.map_or_else(|| "your Primary contact".to_owned(), String::from);
        let detail = format!("This needs the role {}. {grantor} can grant it.", openers.join(" or "));
        note(self.app(), Some(self.org.id()), &self.actor(member), "access.refused");
        Error::Forbidden { detail, frame: Some(Box::new(self.frame(member))) }
    }
}

impl<S: Screen> FromRequestParts<App> for Access<S> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let entry = Entry::new(parts, app).await?;
        let org = OrgScope::new(entry.named::<OrgId>("org")?);
        Ok(Self { entry, org, asks: Asks::of(parts), screen: PhantomData })
    }
}

/// So that `Arg` need not be named by those who only pass ids.
impl From<&ContactId> for Arg {
    fn from(id: &ContactId) -> Self {
        id.as_str().into()
    }
}
