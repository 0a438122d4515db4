//! Tells Primary and Billing that a licence comes to its end, at each threshold once (domain 12, mail 13).
//!
//! What has been told is a row of `licence_flag`, written in the batch of the notification and the mails, so it does
//! not matter how often, how late or how many at a time this runs. `licence.flag_on` only says where to look.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::same_id::same_id;
use super::{enqueue, tell_queue};
use crate::access::{Deed, Query, Scope, System};
use crate::apps::home;
use crate::apps::licences::mail::{EXPIRY, Expiry};
use crate::apps::licences::{Due, Kind, Licence, THRESHOLDS, announcement, due, headline, moved};
use crate::db::Rows;
use crate::error::Error;
use crate::kernel::{Day, Email, LicenceId, MailId, NotificationId, OrgId, ProductId, Role};
use crate::sql;

/// So many licences a batch: it takes some 20 ms, and people wait meanwhile.
const CHUNK: usize = 200;
/// And so many batches a run. With five statements each that is half of what one invocation may ask (platform 1.1);
/// what is left is done by the next one, which a message in the queue calls for.
pub const ROUNDS: usize = 100;
/// That message. It travels among the ids of mails and is none: ids are UUIDs.
pub const GO_ON: &str = "go-on-with-expire-licences";

/// A licence that may have crossed a threshold, with everything that there is to say about it.
#[derive(Deserialize)]
struct Found {
    id: LicenceId,
    org_id: OrgId,
    organisation: String,
    product_id: ProductId,
    product: String,
    kind: Kind,
    valid_from: Day,
    valid_till: Day,
    version: i64,
    access_grace_days: Option<u64>,
    suspension_days: Option<u64>,
    trial_delete_days: Option<u64>,
    flagged: Option<i64>,
    readers: String,
}

#[derive(Deserialize)]
struct Reader {
    name: String,
    email: Email,
    role: Role,
}

/// What one batch is made of, as JSON for `json_each`.
#[derive(Default)]
struct Plan {
    marks: Vec<Value>,
    notices: Vec<Value>,
    mails: Vec<Value>,
}

/// `rounds` is `ROUNDS` where a message calls for it, and less where a cron does.
pub async fn expire_licences(system: &System, rounds: usize) -> Result<Value, Error> {
    let zone = system.app().config().zone;
    let today = Day::today(system.now(), zone).ok_or(Error::NotFound)?;
    let (mut looked_at, mut told, mut mails) = (0, 0, 0);
    for _ in 0..rounds {
        let found = system.read(those_due(system, today)).await?;
        let is_last = found.len() < CHUNK;
        looked_at += found.len();
        if !found.is_empty() {
            let rows = system.write(deeds(system, &plan(system, found, today))).await?;
            told += rows.first().map_or(0, Rows::changes);
            mails += tell_queue(system, "expire_licences", rows.into_iter().nth(1)).await?;
        }
        if is_last {
            return Ok(json!({ "looked_at": looked_at, "told": told, "mails": mails, "more": false }));
        }
    }
    if let Ok(again) = MailId::try_from(GO_ON.to_owned()) {
        enqueue(system, "expire_licences", vec![again]).await;
    }
    Ok(json!({ "looked_at": looked_at, "told": told, "mails": mails, "more": true }))
}

fn those_due(system: &System, today: Day) -> Query<Vec<Found>> {
    system.scope().query(sql!(
        "select licence.id, licence.org_id, organisation.name as organisation, licence.product_id,
                product.name as product, licence.kind, licence.valid_from, licence.valid_till, licence.version,
                product.access_grace_days, product.suspension_days, product.trial_delete_days,
                (select max(threshold) from licence_flag
                  where licence_flag.licence_id = licence.id and licence_flag.valid_till = licence.valid_till) as flagged,
                (select json_group_array(json_object('name', person.display_name, 'email', person.email,
                                                     'role', role.role))
                   from role
                   join contact on contact.org_id = role.org_id and contact.id = role.contact_id
                   join person on person.id = contact.person_id
                  where role.org_id = licence.org_id and role.role in ('primary', 'billing')) as readers
           from licence
           join organisation on organisation.id = licence.org_id
           join product on product.id = licence.product_id
          where licence.cancelled_on is null and licence.flag_on <= ?1
          order by licence.flag_on, licence.id limit 200",
        today.to_string(),
    ))
}

fn plan(system: &System, found: Vec<Found>, today: Day) -> Plan {
    let mut plan = Plan::default();
    for it in found {
        let Due { crossed, told, next_on } = due(it.valid_till, it.flagged, today);
        plan.marks.push(json!({
            "licence": it.id, "valid_till": it.valid_till, "crossed": crossed, "next_on": next_on,
        }));
        if let Some(threshold) = crossed.filter(|_| told) {
            tell(system, &mut plan, it, threshold, today);
        }
    }
    plan
}

fn tell(system: &System, plan: &mut Plan, found: Found, threshold: i64, today: Day) {
    let readers: Vec<Reader> = serde_json::from_str(&found.readers).unwrap_or_default();
    let (org, organisation) = (found.org_id.clone(), found.organisation.clone());
    let licence = Licence::from(found);
    let about = json!({ "licence": licence.id, "threshold": threshold, "valid_till": licence.valid_till });
    let with = |more: Value| match (about.clone(), more) {
        (Value::Object(mut about), Value::Object(more)) => {
            about.extend(more);
            Value::Object(about)
        }
        (about, _) => about,
    };
    let title: String = headline(&licence.product, licence.valid_till, today).chars().take(120).collect();
    plan.notices.push(with(json!({
        "id": id_of::<NotificationId>(system, &licence, threshold, ""),
        "title": title,
        "body": announcement(&licence, today).join(" "),
        "link": home(&org),
    })));
    let mut by_address: BTreeMap<String, (String, Vec<Role>)> = BTreeMap::new();
    for reader in readers {
        by_address
            .entry(reader.email.into())
            .or_insert_with(|| (reader.name, Vec::new()))
            .1
            .push(reader.role);
    }
    for (to, (name, mut roles)) in by_address {
        roles.sort_unstable();
        let id = id_of::<MailId>(system, &licence, threshold, &to);
        let (organisation, org, licence) = (organisation.clone(), org.clone(), licence.clone());
        let payload = Expiry { name, organisation, org, roles, licence, on: today };
        plan.mails.push(with(json!({ "id": id, "to": to, "payload": payload })));
    }
}

/// Should a flag ever be lost, its mail is still one.
fn id_of<T: From<uuid::Uuid>>(system: &System, licence: &Licence, threshold: i64, to: &str) -> T {
    let matter = format!("{}\n{threshold}\n{}\n{to}", licence.id.as_str(), licence.valid_till);
    same_id(&matter, system.app().config().zone.start_of(moved(licence.valid_till, threshold)))
}

/// Whatever somebody moved, cancelled or flagged since it was read is left out: it is due again, or no longer.
fn deeds(system: &System, plan: &Plan) -> Vec<Deed> {
    let scope = system.scope();
    let json = |rows: &[Value]| json!(rows).to_string();
    vec![
        scope.deed(sql!(
            "insert or ignore into notification
                    (id, org_id, roles, category, title, body, link, source, published_at, created_at)
             select new.value ->> 'id', licence.org_id, '[\"primary\",\"billing\"]', 'license', new.value ->> 'title',
                    new.value ->> 'body', new.value ->> 'link', 'system', ?2, ?2
               from json_each(?1) as new
               join licence on licence.id = new.value ->> 'licence' and licence.valid_till = new.value ->> 'valid_till'
                           and licence.cancelled_on is null
              where not exists (
                    select 1 from licence_flag as flag
                     where flag.licence_id = licence.id and flag.threshold = new.value ->> 'threshold'
                       and flag.valid_till = licence.valid_till)",
            json(&plan.notices),
            system.now(),
        )),
        scope.deed(sql!(
            "insert or ignore into outbox (id, kind, org_id, recipient, payload, created_at, state_at)
             select new.value ->> 'id', ?3, licence.org_id, new.value ->> 'to', new.value -> 'payload', ?2, ?2
               from json_each(?1) as new
               join licence on licence.id = new.value ->> 'licence' and licence.valid_till = new.value ->> 'valid_till'
                           and licence.cancelled_on is null
              where not exists (
                    select 1 from licence_flag as flag
                     where flag.licence_id = licence.id and flag.threshold = new.value ->> 'threshold'
                       and flag.valid_till = licence.valid_till)
             returning id",
            json(&plan.mails),
            system.now(),
            EXPIRY,
        )),
        scope.deed(sql!(
            "insert or ignore into licence_flag (licence_id, threshold, valid_till, org_id, flagged_at)
             select licence.id, earlier.value, licence.valid_till, licence.org_id, ?2
               from json_each(?1) as mark
               join licence on licence.id = mark.value ->> 'licence' and licence.valid_till = mark.value ->> 'valid_till'
                           and licence.cancelled_on is null
               join json_each(?3) as earlier on earlier.value <= mark.value ->> 'crossed'",
            json(&plan.marks),
            system.now(),
            json!(THRESHOLDS).to_string(),
        )),
        scope.deed(sql!(
            "update licence set flag_on = mark.value ->> 'next_on'
               from json_each(?1) as mark
              where licence.id = mark.value ->> 'licence' and licence.valid_till = mark.value ->> 'valid_till'
                and licence.cancelled_on is null",
            json(&plan.marks),
        )),
    ]
}

impl From<Found> for Licence {
    fn from(found: Found) -> Self {
        Self {
            id: found.id,
            product_id: found.product_id,
            product: found.product,
            kind: found.kind,
            valid_from: found.valid_from,
            valid_till: found.valid_till,
            cancelled_on: None,
            version: found.version,
            access_grace_days: found.access_grace_days,
            suspension_days: found.suspension_days,
            trial_delete_days: found.trial_delete_days,
        }
    }
}
