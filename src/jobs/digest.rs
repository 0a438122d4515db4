//! The weekly mail: what is collected for who wants it so, on Monday at eight o'clock of the vendor. One for each
//! person and organisation, and none without anything unread in it.
//!
//! The five-minute cron asks whether it is time, because a cron knows no time zone. The contacts are gone through in the
//! order of their ids; `digest` has one row for each week, organisation and person, written with the mail.

use serde::Deserialize;
use serde_json::{Value, json};

use super::same_id::same_id;
use super::{enqueue, tell_queue};
use crate::access::notices::{meant_for, meant_for_contact, names};
use crate::access::{Deed, Query, Scope, System};
use crate::apps::notifications::Category;
use crate::apps::notifications::mail::{self, DIGEST, Item, To};
use crate::error::Error;
use crate::kernel::{ContactId, Day, Email, MailId, OrgId, PersonId};
use crate::sql;

/// So many contacts a batch: it takes some 30 ms (docs/performance.md), and people wait meanwhile.
const CHUNK: usize = 200;
/// And so many batches a run, of four statements and at most two messages to the queue each: three quarters of what one
/// invocation may ask (platform 1.1). A message in the queue calls for the next one.
pub const DIGESTS: usize = 120;
/// That message. It travels among the ids of mails and is none: ids are UUIDs.
pub const DIGEST_ON: &str = "go-on-with-digests";
/// Entries of one mail.
const MOST: usize = 20;
const EIGHT: i64 = 8 * 3600;
/// A digest that could not be made in time is made up to so late; on Thursday nobody wants Monday's.
const LATE: i64 = 3 * 24 * 3600;

/// The week that ends now: from one Monday at eight to the next.
struct Week {
    monday: Day,
    from: i64,
    to: i64,
}

#[derive(Deserialize)]
struct Standing {
    reached: Option<String>,
    done_at: Option<i64>,
    /// Whether anything was published in this week that may be collected.
    anything: i64,
}

#[derive(Deserialize)]
struct Found {
    contact: ContactId,
    org: OrgId,
    organisation: String,
    person: PersonId,
    name: String,
    email: Email,
    items: String,
}

#[derive(Deserialize)]
struct Collected {
    title: String,
    category: Category,
    at: i64,
}

/// `rounds` is `DIGESTS` where a message calls for it, and less where a cron does.
pub async fn digest(system: &System, rounds: usize) -> Result<Value, Error> {
    let Some(week) = week(system) else { return Ok(json!({ "week": null })) };
    let standing = system.read(standing(system, &week)).await?.ok_or(Error::NotFound)?;
    if standing.done_at.is_some() {
        return Ok(json!({ "week": week.monday, "looked_at": 0, "mails": 0, "more": false }));
    }
    let mut reached = standing.reached.unwrap_or_default();
    let (mut looked_at, mut mails) = (0, 0);
    for _ in 0..rounds {
        let found = if standing.anything == 0 {
            Vec::new()
        } else {
            system.read(contacts(system, &week, &reached)).await?
        };
        looked_at += found.len();
        let is_last = found.len() < CHUNK;
        let next = found.last().map_or_else(|| reached.clone(), |it| it.contact.as_str().to_owned());
        let rows = system.write(deeds(system, &week, found, (&reached, &next), is_last)).await?;
        mails += tell_queue(system, "digest", rows.into_iter().nth(1)).await?;
        reached = next;
        if is_last {
            return Ok(json!({ "week": week.monday, "looked_at": looked_at, "mails": mails, "more": false }));
        }
    }
    if let Ok(again) = MailId::try_from(DIGEST_ON.to_owned()) {
        enqueue(system, "digest", vec![again]).await;
    }
    Ok(json!({ "week": week.monday, "looked_at": looked_at, "mails": mails, "more": true }))
}

/// None before eight on Monday of an installation's first week, and none once it is too late.
fn week(system: &System) -> Option<Week> {
    let (zone, now) = (system.app().config().zone, system.now());
    let eight = |day: Day| zone.start_of(day) + EIGHT;
    let this = Day::today(now, zone)?.monday();
    let monday = if now < eight(this) { this.minus(7) } else { this };
    let to = eight(monday);
    (now - to < LATE).then(|| Week { monday, from: eight(monday.minus(7)), to })
}

fn standing(system: &System, week: &Week) -> Query<Option<Standing>> {
    system.scope().query(sql!(
        "select (select reached from digest_week where week = ?1) as reached,
                (select done_at from digest_week where week = ?1) as done_at,
                exists (select 1 from notification as note
                         where note.published_at > ?2 and note.published_at <= ?3 and note.state = 'published'
                           and note.category not in ('license', 'security')) as anything",
        week.monday.to_string(),
        week.from,
        week.to,
    ))
}

/// What is collected for one contact, of the organisation's own or of everybody's.
macro_rules! collected {
    ($whose:literal) => {
        concat!(
            "select note.id as id, note.title as title, note.category as category, note.published_at as at
               from notification as note
              where ",
            $whose,
            " and note.published_at > ?2 and note.published_at <= ?3 and ",
            meant_for_contact!("?4"),
            " and coalesce((select mail from notification_preference as chosen
                             where chosen.person_id = contact.person_id and chosen.org_id = contact.org_id
                               and chosen.category = note.category), ?5 ->> note.category) = 'weekly'
              and note.published_at > coalesce(
                  (select read_through from notification_mark as mark
                    where mark.person_id = contact.person_id and mark.org_id = contact.org_id), 0)
              and not exists (select 1 from notification_read as done
                               where done.person_id = contact.person_id and done.org_id = contact.org_id
                                 and done.notification_id = note.id)"
        )
    };
}

/// The next contacts, with or without anything for them: the place that is reached moves on in any case.
fn contacts(system: &System, week: &Week, reached: &str) -> Query<Vec<Found>> {
    system.scope().query(sql!(
        concat!(
            "select contact.id as contact, contact.org_id as org, organisation.name as organisation,
                    contact.person_id as person, person.display_name as name, person.email,
                    (select json_group_array(json_object('title', title, 'category', category, 'at', at)) from (",
            collected!("note.org_id = contact.org_id"),
            " union all ",
            collected!("note.org_id is null"),
            " order by at desc, id desc limit 21)) as items
               from contact
               join organisation on organisation.id = contact.org_id
               join person on person.id = contact.person_id
              where contact.id > ?1 and contact.verified_at is not null
              order by contact.id limit 200"
        ),
        reached,
        week.from,
        week.to,
        system.now(),
        mail::usual(),
    ))
}

/// Whoever was quicker has moved the place, and has written the rows that are ignored here.
fn deeds(system: &System, week: &Week, found: Vec<Found>, place: (&str, &str), is_last: bool) -> Vec<Deed> {
    let (scope, monday) = (system.scope(), week.monday.to_string());
    let mails: Vec<Value> = found.into_iter().filter_map(|it| one(system, week, it)).collect();
    let count = i64::try_from(mails.len()).unwrap_or(0);
    let mails = json!(mails).to_string();
    vec![
        scope.deed(sql!("insert or ignore into digest_week (week) values (?1)", monday.as_str())),
        scope.deed(sql!(
            "insert or ignore into outbox (id, kind, org_id, recipient, payload, created_at, state_at)
             select new.value ->> 'id', ?3, new.value ->> 'org', new.value ->> 'email', new.value -> 'payload', ?4, ?4
               from json_each(?1) as new
              where not exists (select 1 from digest
                                 where digest.week = ?2 and digest.org_id = new.value ->> 'org'
                                   and digest.person_id = new.value ->> 'person')
             returning id",
            mails.as_str(),
            monday.as_str(),
            DIGEST,
            system.now(),
        )),
        scope.deed(sql!(
            "insert or ignore into digest (week, org_id, person_id, mail_id)
             select ?2, new.value ->> 'org', new.value ->> 'person', new.value ->> 'id' from json_each(?1) as new",
            mails.as_str(),
            monday.as_str(),
        )),
        scope.deed(sql!(
            "update digest_week set reached = ?3, mails = mails + ?4, done_at = iif(?5, ?6, null)
              where week = ?1 and reached = ?2 and done_at is null",
            monday.as_str(),
            place.0,
            place.1,
            count,
            is_last,
            system.now(),
        )),
    ]
}

/// `None` where there is nothing to say.
fn one(system: &System, week: &Week, found: Found) -> Option<Value> {
    let zone = system.app().config().zone;
    let collected: Vec<Collected> = serde_json::from_str(&found.items).ok()?;
    if collected.is_empty() {
        return None;
    }
    let more = collected.len() > MOST;
    let item =
        |it: Collected| Some(Item { title: it.title, category: it.category, on: Day::today(it.at, zone)? });
    let items = collected.into_iter().take(MOST).filter_map(item).collect();
    let Found { org, organisation, person, name, email, .. } = found;
    let matter = format!("digest\n{}\n{}\n{}", week.monday, org.as_str(), person.as_str());
    let id = same_id::<MailId>(&matter, week.to);
    let to = To { person: person.clone(), name, org: org.clone(), organisation };
    Some(json!({
        "id": id, "org": org, "person": person, "email": email,
        "payload": mail::Digest { to, items, more },
    }))
}
