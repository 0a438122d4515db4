//! The mails of what the vendor has published: to everybody it is meant for who wants such mails at once.
//!
//! The contacts are gone through in the order of their ids, and how far is written in the batch of the mails. A mail's
//! id follows from notification, organisation and person, so it does not matter how often or how many at a time this
//! runs.

use serde::Deserialize;
use serde_json::{Value, json};

use super::same_id::same_id;
use super::{enqueue, tell_queue};
use crate::access::notices::{meant_for, meant_for_contact, names};
use crate::access::{Deed, Query, Scope, System};
use crate::apps::notifications::Category;
use crate::apps::notifications::mail::{About, PUBLISHED, usual_of};
use crate::error::Error;
use crate::kernel::{ContactId, Email, Flag, MailId, NotificationId, OrgId, PersonId};
use crate::sql;

/// So many contacts a batch: it takes some 50 ms (docs/performance.md), and people wait meanwhile.
const CHUNK: usize = 500;
/// And so many batches a run, of three statements and at most five messages to the queue each: two thirds of what one
/// invocation may ask (platform 1.1). A message in the queue calls for the next one.
pub const ANNOUNCEMENTS: usize = 80;
/// That message. It travels among the ids of mails and is none: ids are UUIDs.
pub const ANNOUNCE_ON: &str = "go-on-with-announcements";
/// What was published longer ago is no news, such as what comes from elsewhere or after days without crons.
const NEWS: i64 = 3 * 24 * 3600;

/// A notification whose mails are not all made.
#[derive(Deserialize)]
struct Open {
    id: NotificationId,
    org_id: Option<OrgId>,
    category: Category,
    title: String,
    body: String,
    published_at: i64,
    is_public: Flag,
    reached: String,
}

/// A contact, and whether the mail is for them.
#[derive(Deserialize)]
struct Found {
    contact: ContactId,
    org: OrgId,
    organisation: String,
    person: PersonId,
    name: String,
    email: Email,
    wanted: Flag,
}

/// `rounds` is `ANNOUNCEMENTS` where a message calls for it, and less where a cron does.
pub async fn announce(system: &System, rounds: usize) -> Result<Value, Error> {
    let (mut looked_at, mut mails, mut done, mut left) = (0, 0, 0, rounds);
    while let Some(mut note) = system.read(next(system)).await? {
        let is_old = note.reached.is_empty() && note.published_at < system.now() - NEWS;
        let is_over = is_old || !note.is_public.0;
        loop {
            if left == 0 {
                if let Ok(again) = MailId::try_from(ANNOUNCE_ON.to_owned()) {
                    enqueue(system, "announce", vec![again]).await;
                }
                return Ok(json!({ "looked_at": looked_at, "mails": mails, "done": done, "more": true }));
            }
            left -= 1;
            let found = if is_over { Vec::new() } else { system.read(contacts(system, &note)).await? };
            looked_at += found.len();
            let is_last = found.len() < CHUNK;
            let reached =
                found.last().map_or_else(|| note.reached.clone(), |it| it.contact.as_str().to_owned());
            let rows = system.write(deeds(system, &note, found, &reached, is_last)).await?;
            mails += tell_queue(system, "announce", rows.into_iter().next()).await?;
            note.reached = reached;
            if is_last {
                done += 1;
                break;
            }
        }
    }
    Ok(json!({ "looked_at": looked_at, "mails": mails, "done": done, "more": false }))
}

/// One that is due; what is to be published later waits. `cross join` begins with the few that are open: SQLite would go
/// through all that was ever published instead.
fn next(system: &System) -> Query<Option<Open>> {
    system.scope().query(sql!(
        "select note.id, note.org_id, note.category, note.title, note.body, note.published_at, mailing.reached,
                note.state = 'published' and (note.expires_at is null or note.expires_at > ?1) as is_public
           from notification_mailing as mailing
           cross join notification as note on note.id = mailing.notification_id
          where mailing.done_at is null and note.published_at <= ?1
          order by mailing.notification_id limit 1",
        system.now(),
    ))
}

/// The next contacts, wanted or not: the place that is reached moves on in any case.
fn contacts(system: &System, note: &Open) -> Query<Vec<Found>> {
    const OF_ALL: &str = concat!(
        "select contact.id as contact, contact.org_id as org, organisation.name as organisation,
                contact.person_id as person, person.display_name as name, person.email,
                contact.verified_at is not null and (",
        meant_for_contact!("?3"),
        ") and coalesce((select mail from notification_preference as chosen
                          where chosen.person_id = contact.person_id and chosen.org_id = contact.org_id
                            and chosen.category = note.category), ?4) = 'on' as wanted
           from contact
           join organisation on organisation.id = contact.org_id
           join person on person.id = contact.person_id
           join notification as note on note.id = ?1
          where contact.id > ?2 and (note.org_id is null or note.org_id = contact.org_id)
          order by contact.id limit 500"
    );
    /// An organisation has five.
    const OF_ONE: &str = concat!(
        "select contact.id as contact, contact.org_id as org, organisation.name as organisation,
                contact.person_id as person, person.display_name as name, person.email,
                contact.verified_at is not null and (",
        meant_for_contact!("?3"),
        ") and coalesce((select mail from notification_preference as chosen
                          where chosen.person_id = contact.person_id and chosen.org_id = contact.org_id
                            and chosen.category = note.category), ?4) = 'on' as wanted
           from notification as note
           join contact on contact.org_id = note.org_id and contact.id > ?2
           join organisation on organisation.id = contact.org_id
           join person on person.id = contact.person_id
          where note.id = ?1
          order by contact.id limit 500"
    );
    let (id, reached, now) = (note.id.as_str(), note.reached.as_str(), system.now());
    let usual = usual_of(note.category);
    let stmt = if note.org_id.is_some() {
        sql!(OF_ONE, id, reached, now, usual)
    } else {
        sql!(OF_ALL, id, reached, now, usual)
    };
    system.scope().query(stmt)
}

/// Whatever was withdrawn since it was read is not mailed any more, and whoever was quicker has moved the place.
fn deeds(system: &System, note: &Open, found: Vec<Found>, reached: &str, is_last: bool) -> Vec<Deed> {
    let about = About::of(note.id.clone(), note.category, note.title.clone(), &note.body);
    let mails: Vec<Value> = found
        .into_iter()
        .filter(|it| it.wanted.0)
        .map(|it| {
            let matter = format!("{}\n{}\n{}", note.id.as_str(), it.org.as_str(), it.person.as_str());
            json!({
                "id": same_id::<MailId>(&matter, note.published_at), "email": it.email, "org": it.org,
                "to": { "person": it.person, "name": it.name, "org": it.org, "organisation": it.organisation },
            })
        })
        .collect();
    let count = i64::try_from(mails.len()).unwrap_or(0);
    let scope = system.scope();
    vec![
        scope.deed(sql!(
            "insert or ignore into outbox (id, kind, org_id, recipient, payload, created_at, state_at)
             select new.value ->> 'id', ?4, new.value ->> 'org', new.value ->> 'email',
                    json_patch(?2, new.value -> 'to'), ?5, ?5
               from json_each(?1) as new
               join notification as note on note.id = ?3 and note.state = 'published'
             returning id",
            json!(mails).to_string(),
            json!(about).to_string(),
            note.id.as_str(),
            PUBLISHED,
            system.now(),
        )),
        scope.deed(sql!(
            "update notification_mailing set reached = ?3, mails = mails + ?4, done_at = iif(?5, ?6, null)
              where notification_id = ?1 and reached = ?2 and done_at is null",
            note.id.as_str(),
            note.reached.as_str(),
            reached,
            count,
            is_last,
            system.now(),
        )),
    ]
}
