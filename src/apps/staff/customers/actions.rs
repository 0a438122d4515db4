use axum::http::StatusCode;
use serde_json::json;

use super::api::CustomerFacts;
use super::rules::{
    self, Change, Contact, Customer, Known, NewCustomer, Partner, Refusal, Replacement, Terms,
};
use super::{deeds, mail, sql};
use crate::access::{Colleague, Deed, Once, OrgScope, Posted, Staffed, seat, stale};
use crate::answer::Done;
use crate::apps::contacts::MOST_CONTACTS;
use crate::apps::sign_in;
use crate::audit::Entry;
use crate::error::Error;
use crate::kernel::{ContactId, DisplayName, Email, OrgId, OrgName, PersonId, Role};
use crate::link::{NewLink, Purpose};

pub type Door = Staffed<seat::CustomerBook>;

pub fn at(org: &OrgId) -> String {
    format!("/staff/organisations/{}", org.as_str())
}

/// What a form about a customer is judged by.
pub struct Desk {
    pub me: Colleague,
    pub customer: Customer,
    pub partners: Vec<Partner>,
}

pub async fn load(door: &Door) -> Result<Desk, Error> {
    let (me, (customer, partners)) =
        door.read((sql::customer(&door.org()?), sql::partners(door.scope()))).await?;
    Ok(Desk { me, customer: customer.ok_or(Error::NotFound)?, partners })
}

/// The first contact is Primary and Support from the start, and verified: the vendor knows whom it sells to.
pub async fn create(door: &Door, posted: &Posted<NewCustomer>) -> Result<Done, (Option<Colleague>, Error)> {
    let once = Once::owned_by(posted, door.owner(), door.now());
    let new = posted.parse();
    let (email, partner) = match &new {
        Ok(new) => (Some(&new.first_contact.email), new.partner_id.as_ref()),
        Err(_) => (None, None),
    };
    let scope = door.scope();
    let questions = (once.earlier(scope), sql::known(scope, email), sql::partner(scope, partner));
    let (me, (kept, known, partner)) = door.read(questions).await.map_err(|it| (None, it))?;
    let made = async {
        let id: OrgId = door.app().new_id();
        match once.replay(kept, at(&id))? {
            // A person who sends the form twice is led to what it made the first time.
            Some(done) => Ok(Done { see: seen(&done), ..done }),
            None => make(door, &me, id, &new?, known, partner, &once).await,
        }
    };
    made.await.map_err(|it| (Some(me.clone()), it))
}

async fn make(
    door: &Door,
    me: &Colleague,
    id: OrgId,
    new: &NewCustomer,
    known: Option<Known>,
    partner: Option<Partner>,
    once: &Once<'_>,
) -> Result<Done, Error> {
    let domains = rules::sorted(new.domains.clone());
    let terms = Terms {
        name: new.name.clone(),
        channel: new.channel,
        partner_id: new.partner_id.clone(),
        domains: domains.clone(),
    };
    rules::may_stand(&terms, partner.as_ref())?;
    let (app, org) = (door.app(), door.at(&id));
    let first = &new.first_contact;
    let (contact, mut batch) = (app.new_id::<ContactId>(), vec![]);
    let greeted = Greeting::of(door, known, &first.email, &first.display_name)?;
    batch.push(deeds::create(&org, new, &domains, partner.as_ref(), door.now()));
    batch.extend(deeds::add_contact(
        &org,
        (&greeted.person, &contact),
        &first.email,
        &first.display_name,
        door.now(),
    ));
    batch.push(deeds::first_roles(&org, &contact));
    batch.extend(greeted.deeds(door, &org, mail::welcome(&first.email, &greeted.name, &new.name)));
    let facts = CustomerFacts::of_new(&id, &terms, partner.as_ref(), door.now());
    let after = json!({
        "name": new.name, "channel": new.channel, "partner_id": new.partner_id, "domains": domains,
        "first_contact": { "id": contact, "email": first.email, "display_name": greeted.name },
    });
    let entry =
        Entry { action: "organisation.created", target: id.as_str(), before: None, after: Some(after) };
    batch.push(entry.deed(&org, app, &door.actor(me)));
    let done =
        Done { see: at(&id) + "?done=customer-created", status: StatusCode::CREATED, body: json!(facts) };
    let kept = once.keep(door.scope(), &done);
    match door.write(kept.into_iter().chain(batch).collect()).await {
        Ok(_) => greeted.point(door),
        Err(error) if once.was_beaten(&error) => {
            let (_, kept) = door.read(once.earlier(door.scope())).await?;
            let first = once.replay(kept, at(&id))?.ok_or(error)?;
            return Ok(Done { see: seen(&first), ..first });
        }
        Err(error) => return Err(said_by_the_schema(error)),
    }
    Ok(done)
}

/// The page of what an earlier answer has made.
fn seen(done: &Done) -> String {
    let id = done.body.get("id").and_then(|it| it.as_str()).unwrap_or_default();
    format!("/staff/organisations/{id}?done=customer-created")
}

/// Somebody gets a role by the vendor's hand: with a link to choose a password, or with a word where there is one.
struct Greeting {
    person: PersonId,
    name: DisplayName,
    email: Email,
    link: Option<NewLink>,
}

impl Greeting {
    fn of(door: &Door, known: Option<Known>, email: &Email, typed: &DisplayName) -> Result<Self, Error> {
        let has_password = known.as_ref().is_some_and(|it| it.has_password == 1);
        let (person, name) =
            known.map_or_else(|| (door.app().new_id::<PersonId>(), typed.clone()), |it| (it.id, it.name));
        let link = if has_password {
            None
        } else {
            Some(NewLink::make(door.app(), Purpose::FirstPassword, &person, None)?)
        };
        Ok(Self { person, name, email: email.clone(), link })
    }

    fn deeds(&self, door: &Door, org: &OrgScope, otherwise: crate::outbox::Letter) -> Vec<Deed> {
        let app = door.app();
        match &self.link {
            None => vec![otherwise.deed(org, app)],
            Some(link) => {
                let letter = sign_in::first_password(&self.email, &self.name, &link.reference);
                link.deeds(org, app).into_iter().chain([letter.deed(org, app)]).collect()
            }
        }
    }

    fn point(&self, door: &Door) {
        if let Some(link) = &self.link {
            link.point(door.app());
        }
    }
}

/// As it is afterwards, with its new version.
pub async fn change(
    door: &Door,
    desk: &Desk,
    posted: &Posted<Change>,
) -> Result<(CustomerFacts, i64), Error> {
    posted.matches(desk.customer.version)?;
    let (now, terms) = (desk.customer.terms(), posted.parse()?.of(desk.customer.terms()));
    let partner = terms.partner_id.as_ref().and_then(|id| desk.partners.iter().find(|it| it.id == *id));
    rules::may_stand(&terms, partner)?;
    let facts = CustomerFacts::of_new(&desk.customer.id, &terms, partner, desk.customer.created_at);
    if terms == now {
        return Ok((facts, desk.customer.version));
    }
    let (org, app) = (door.org()?, door.app());
    let mut batch = deeds::change(&org, &desk.customer, &terms, partner);
    let said = |it: &Terms| {
        Some(
            json!({ "name": it.name, "channel": it.channel, "partner_id": it.partner_id, "domains": it.domains }),
        )
    };
    let entry = Entry {
        action: "organisation.changed",
        target: desk.customer.id.as_str(),
        before: said(&now),
        after: said(&terms),
    };
    batch.push(entry.deed(&org, app, &door.actor(&desk.me)));
    door.write(batch).await.map_err(said_by_the_schema)?;
    Ok((facts, desk.customer.version + 1))
}

/// What the replacement of a Primary is judged by.
pub struct Lost {
    pub me: Colleague,
    pub customer: Customer,
    pub contacts: Vec<Contact>,
    pub known: Option<Known>,
}

pub async fn look_for_primary(door: &Door, email: Option<&Email>) -> Result<Lost, Error> {
    let org = door.org()?;
    let questions = (sql::customer(&org), sql::contacts(&org), sql::known(door.scope(), email));
    let (me, (customer, contacts, known)) = door.read(questions).await?;
    Ok(Lost { me, customer: customer.ok_or(Error::NotFound)?, contacts, known })
}

impl Lost {
    pub fn primary(&self) -> Option<&Contact> {
        self.contacts.iter().find(|it| it.holds(Role::Primary))
    }
}

/// After a check that no portal can do. Both are told, and the customer's log keeps the reason.
pub async fn replace_primary(door: &Door, lost: &Lost, new: &Replacement) -> Result<(), Error> {
    let (org, app, now) = (door.org()?, door.app(), door.now());
    let previous = lost.primary().ok_or(Error::Ours("an organisation without a Primary"))?;
    if previous.email == new.email {
        return Err(Refusal::IsPrimary.into());
    }
    let name = &lost.customer.name;
    let existing = lost.contacts.iter().find(|it| it.email == new.email);
    let mut batch = Vec::new();
    let (to, greeted) = match existing {
        Some(contact) => {
            batch.push(deeds::verify(&org, &contact.id, now));
            (contact.id.clone(), None)
        }
        None if lost.contacts.len() >= MOST_CONTACTS => return Err(Refusal::Full.into()),
        None => {
            let known = lost.known.as_ref().map(|it| Known {
                id: it.id.clone(),
                name: it.name.clone(),
                has_password: it.has_password,
            });
            let greeted = Greeting::of(door, known, &new.email, &new.display_name)?;
            let contact: ContactId = app.new_id();
            batch.extend(deeds::add_contact(
                &org,
                (&greeted.person, &contact),
                &new.email,
                &new.display_name,
                now,
            ));
            (contact, Some(greeted))
        }
    };
    let successor = existing.map_or_else(
        || greeted.as_ref().map_or_else(|| new.display_name.clone(), |it| it.name.clone()),
        |it| it.name.clone(),
    );
    batch.extend(deeds::hand_over(&org, &previous.id, &to));
    if !new.keep_previous {
        batch.push(deeds::remove(&org, &previous.id));
    }
    batch.extend(told(door, &org, name, previous, new, &successor, greeted.as_ref()));
    let before = json!({ "contact": previous.id, "email": previous.email });
    let after = json!({
        "contact": to, "email": new.email, "reason": new.reason, "previous_stays": new.keep_previous,
    });
    let entry = Entry {
        action: "primary.replaced",
        target: lost.customer.id.as_str(),
        before: Some(before),
        after: Some(after),
    };
    batch.push(entry.deed(&org, app, &door.actor(&lost.me)));
    door.write(batch).await.map_err(said_by_the_schema)?;
    if let Some(greeted) = greeted {
        greeted.point(door);
    }
    Ok(())
}

fn told(
    door: &Door,
    org: &OrgScope,
    name: &OrgName,
    previous: &Contact,
    new: &Replacement,
    successor: &DisplayName,
    greeted: Option<&Greeting>,
) -> Vec<Deed> {
    let given = mail::primary_given(&new.email, successor, name);
    let taken = mail::primary_taken(&previous.email, &previous.name, name, successor, new.keep_previous);
    let mut mails = vec![given.deed(org, door.app()), taken.deed(org, door.app())];
    if let Some(Greeting { link: Some(link), .. }) = greeted {
        let letter = sign_in::first_password(&new.email, successor, &link.reference);
        mails.extend(link.deeds(org, door.app()));
        mails.push(letter.deed(org, door.app()));
    }
    mails
}

/// The rule let it pass and the database did not: somebody else was quicker.
fn said_by_the_schema(error: Error) -> Error {
    if error.verdict() == Some("stale") {
        return stale();
    }
    let Error::Database(said) = &error else { return error };
    if said.names("contact_limit") {
        Refusal::Full.into()
    } else if said.names("partner_is_told_truthfully") || said.names("contact.org_id, contact.person_id") {
        stale()
    } else {
        error
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Full => Self::conflict(refusal.said()),
            other => Self::unprocessable(other.said()),
        }
    }
}
