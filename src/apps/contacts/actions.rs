use axum::http::StatusCode;
use serde_json::json;

use super::api::ContactFacts;
use super::rules::{self, Assignment, Contact, Holding, MailState, NewContact, Refusal, Terms};
use super::{mail, sql};
use crate::access::{Access, ContactManager, Member, Once, Posted, stale};
use crate::answer::Done;
use crate::audit;
use crate::error::Error;
use crate::kernel::{ContactId, FieldError, PersonId, Role};
use crate::link::{NewLink, Purpose};

/// What every decision of this application rests on, and its screens show.
pub struct Known {
    pub me: Member,
    pub contacts: Vec<Contact>,
    pub holdings: Vec<Holding>,
    pub terms: Terms,
}

pub async fn load(door: &Access<ContactManager>) -> Result<Known, Error> {
    let org = door.org();
    let questions = (sql::contacts(org), sql::holdings(org), sql::terms(org));
    let (me, (contacts, holdings, terms)) = door.read(questions).await?;
    Ok(Known { me, contacts, holdings, terms: terms.ok_or(Error::NotFound)? })
}

impl Known {
    pub fn contact(&self, id: &ContactId) -> Result<&Contact, Error> {
        self.contacts.iter().find(|it| it.id == *id).ok_or(Error::NotFound)
    }
}

/// Adds a contact once, whatever its key is sent with; `see` is where the page goes on.
pub async fn add(
    door: &Access<ContactManager>,
    posted: &Posted<NewContact>,
    see: &str,
) -> Result<Done, (Option<Known>, Error)> {
    let once = Once::of(posted, door.person(), door.now());
    let org = door.org();
    let questions = (sql::contacts(org), sql::holdings(org), sql::terms(org), once.earlier(org));
    let (me, (contacts, holdings, terms, kept)) = door.read(questions).await.map_err(|it| (None, it))?;
    let Some(terms) = terms else { return Err((None, Error::NotFound)) };
    let known = Known { me, contacts, holdings, terms };
    let added = async {
        let new = posted.parse();
        let see = see_after(see, new.as_ref().is_ok_and(|it| it.send_verification));
        match once.replay(kept, see.as_str())? {
            Some(done) => Ok(done),
            None => add_new(door, &known, &new?, &once, see).await,
        }
    };
    added.await.map_err(|it| (Some(known), it))
}

fn see_after(list: &str, mailed: bool) -> String {
    let flash = if mailed { "contact-added" } else { "contact-added-quietly" };
    format!("{list}?done={flash}")
}

async fn add_new(
    door: &Access<ContactManager>,
    known: &Known,
    new: &NewContact,
    once: &Once<'_>,
    see: String,
) -> Result<Done, Error> {
    rules::may_add(&known.contacts, new)?;
    let (app, org) = (door.app(), door.org());
    let (person, contact): (PersonId, ContactId) = (app.new_id(), app.new_id());
    let mut deeds = sql::add(org, new, &person, &contact, door.now());
    let link = if new.send_verification {
        let link = NewLink::make(app, Purpose::Verify, &person, Some(&contact))?;
        deeds.extend(link.deeds(org, app));
        deeds.push(mail::verify(&known.me, &new.display_name, &new.email, &contact, &link).deed(org, app));
        Some(link)
    } else {
        None
    };
    let added = Contact {
        id: contact,
        person_id: person,
        display_name: new.display_name.clone(),
        email: new.email.clone(),
        created_at: door.now(),
        verified_at: None,
        signed_in_at: None,
        mail_state: new.send_verification.then_some(MailState::Queued),
        mail_at: new.send_verification.then_some(door.now()),
        mail_reason: None,
        last_link_at: None,
        sixth_last_link_at: None,
    };
    let after = json!({ "display_name": new.display_name, "email": new.email });
    let entry =
        audit::Entry { action: "contact.added", target: added.id.as_str(), before: None, after: Some(after) };
    deeds.push(entry.deed(org, app, &door.actor(&known.me)));
    let done = Done { see, status: StatusCode::CREATED, body: json!(ContactFacts::of(&added, Vec::new())) };
    match door.write(once.keep(org, &done).into_iter().chain(deeds).collect()).await {
        Ok(_) => {}
        // The same request was under way twice; the other one has made what this one would have made.
        Err(error) if once.was_beaten(&error) => {
            let (_, kept) = door.read(once.earlier(org)).await?;
            return once.replay(kept, done.see)?.ok_or(error);
        }
        Err(error) => return Err(said_by_the_schema(error)),
    }
    if let Some(link) = link {
        link.point(app);
    }
    Ok(done)
}

/// Another mail with a new link; the older link is void from now on.
pub async fn verify(door: &Access<ContactManager>, known: &Known, id: &ContactId) -> Result<(), Error> {
    let contact = known.contact(id)?;
    rules::may_verify(contact, door.now())?;
    let (app, org) = (door.app(), door.org());
    let link = NewLink::make(app, Purpose::Verify, &contact.person_id, Some(id))?;
    let mut deeds = vec![sql::still_there(org, id), sql::may_verify(org, id, door.now())];
    deeds.extend(link.deeds(org, app));
    deeds.push(mail::verify(&known.me, &contact.display_name, &contact.email, id, &link).deed(org, app));
    let after = json!({ "display_name": contact.display_name, "email": contact.email });
    let entry = audit::Entry {
        action: "contact.verification_sent",
        target: id.as_str(),
        before: None,
        after: Some(after),
    };
    deeds.push(entry.deed(org, app, &door.actor(&known.me)));
    door.write(deeds).await.map_err(said_by_the_schema)?;
    link.point(app);
    Ok(())
}

pub async fn remove(door: &Access<ContactManager>, known: &Known, id: &ContactId) -> Result<(), Error> {
    let contact = known.contact(id)?;
    rules::may_remove(contact, &known.holdings)?;
    let (app, org) = (door.app(), door.org());
    let mut deeds = vec![sql::still_there(org, id)];
    deeds.extend(sql::remove(org, id));
    if contact.verified_at.is_some() {
        deeds.push(mail::deleted(&known.me, contact).deed(org, app));
    }
    let roles = rules::roles_of(contact, &known.holdings);
    let before = json!({ "display_name": contact.display_name, "email": contact.email, "roles": roles });
    let entry =
        audit::Entry { action: "contact.deleted", target: id.as_str(), before: Some(before), after: None };
    deeds.push(entry.deed(org, app, &door.actor(&known.me)));
    door.write(deeds).await.map_err(said_by_the_schema)?;
    Ok(())
}

/// Whether this assignment takes the Primary role away from the one who asks.
pub fn hands_over(known: &Known, wished: &Assignment) -> bool {
    let now = Assignment::of(&known.holdings);
    now.primary == Some(known.me.contact.clone()) && wished.primary.is_some() && wished.primary != now.primary
}

/// Handing over is asked about, but not what the rules would refuse anyway.
pub fn must_be_asked(known: &Known, wished: &Assignment) -> bool {
    let now = Assignment::of(&known.holdings);
    hands_over(known, wished) && rules::changes(&now, wished, &known.contacts).is_ok()
}

/// The roles as they are afterwards, with their new version.
pub async fn assign(
    door: &Access<ContactManager>,
    known: &Known,
    wished: &Assignment,
) -> Result<(Assignment, i64), Error> {
    let now = Assignment::of(&known.holdings);
    let changes = rules::changes(&now, wished, &known.contacts).map_err(refused_roles)?;
    let version = known.terms.roles_version;
    if changes.is_empty() {
        return Ok((now, version));
    }
    let (app, org) = (door.app(), door.org());
    let mut deeds = sql::assign(org, version, &changes);
    for contact in &known.contacts {
        let gained: Vec<Role> =
            changes.iter().filter(|it| it.to.as_ref() == Some(&contact.id)).map(|it| it.role).collect();
        let lost: Vec<Role> =
            changes.iter().filter(|it| it.from.as_ref() == Some(&contact.id)).map(|it| it.role).collect();
        if !gained.is_empty() || !lost.is_empty() {
            deeds.push(mail::roles(&known.me, contact, &gained, &lost).deed(org, app));
        }
    }
    // With the names of now, so that the log can be read when the contacts are gone.
    let names = known.contacts.iter().map(|it| (it.id.as_str().to_owned(), json!(it.display_name)));
    let mut after = json!(wished);
    if let Some(after) = after.as_object_mut() {
        after.insert("names".to_owned(), names.collect::<serde_json::Map<_, _>>().into());
    }
    let (before, after) = (Some(json!(now)), Some(after));
    let entry = audit::Entry { action: "roles.assigned", target: "roles", before, after };
    deeds.push(entry.deed(org, app, &door.actor(&known.me)));
    door.write(deeds).await.map_err(said_by_the_schema)?;
    Ok((wished.clone(), version + 1))
}

/// The rule let it pass and the database did not: another request was quicker. The person reads the same sentence.
fn said_by_the_schema(error: Error) -> Error {
    match error.verdict() {
        Some("stale") => return stale(),
        Some("already-verified") => return Refusal::AlreadyVerified.into(),
        Some("too-soon") => return Refusal::TooSoon(rules::RESEND_AFTER).into(),
        _ => {}
    }
    let Error::Database(said) = &error else { return error };
    if said.names("contact_limit") {
        Refusal::Full.into()
    } else if said.names("contact.org_id, contact.person_id") {
        Refusal::AlreadyThere.into()
    } else if said.names("primary_cannot_be_deleted") {
        Refusal::Primary.into()
    } else if said.names("role_needs_verified_contact") {
        stale()
    } else {
        error
    }
}

fn refused_roles(refusals: Vec<Refusal>) -> Error {
    Error::unprocessable_all(refusals.into_iter().map(Refusal::said).collect())
}

impl Refusal {
    fn said(self) -> FieldError {
        match self {
            Self::Full => FieldError::new(
                "",
                "contact-limit",
                "An organisation can have at most 5 contacts. Delete one before you add another.",
            ),
            Self::AlreadyThere => FieldError::new(
                "email",
                "contact-exists",
                "This address is a contact of this organisation already. Look for it in the list.",
            ),
            Self::Primary => FieldError::new(
                "",
                "primary-cannot-be-deleted",
                "The Primary contact cannot be deleted. Hand the Primary role to another contact first.",
            ),
            Self::AlreadyVerified => FieldError::new(
                "",
                "already-verified",
                "This contact is verified already and needs no mail. Reload the page to see it.",
            ),
            Self::TooSoon(seconds) => FieldError::new("", "slow-down", too_soon(seconds)),
            Self::PrimaryRequired => FieldError::new(
                "primary",
                "primary-required",
                "An organisation always has a Primary contact. Choose who it shall be.",
            ),
            Self::NeedsVerified(role) => FieldError::new(
                role.code(),
                "role-needs-verified-contact",
                "Only a verified contact of this organisation can hold a role. Choose another, or ask this one to \
                 press the link in the verification mail.",
            ),
        }
    }
}

fn too_soon(seconds: i64) -> String {
    if seconds > 120 {
        let hours = (seconds + 3599) / 3600;
        return format!(
            "Six verification mails have gone to this contact within a day. Ask them to look into their spam folder, \
             or send another in {hours} hours."
        );
    }
    format!(
        "A mail went out a moment ago. Give it a minute to arrive; you can send another in {seconds} seconds."
    )
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::TooSoon(seconds) => Self::slow_down(seconds, too_soon(seconds)),
            Refusal::PrimaryRequired | Refusal::NeedsVerified(_) => Self::unprocessable(refusal.said()),
            other => Self::conflict(other.said()),
        }
    }
}
