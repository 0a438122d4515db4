//! The organisation report (domain 3.6), made when its mail is about to leave: the mail's own lease, retries and end are
//! the report's, too. It reads only what belongs to organisations whose Primary contact the reader is at that moment.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::post::Bounce;
use crate::access::{Query, Scope, System};
use crate::apps::dashboards::{Part, Used, percent, purchased};
use crate::apps::orders::Subscription;
use crate::apps::report::mail::{KIND, READY};
use crate::apps::report::{
    Book, ContactLine, FRESH, LicenceLine, OrganisationPart, SubscriptionLine, UsageLine, document,
    licence_status,
};
use crate::error::Error;
use crate::kernel::{Day, DisplayName, Email, Flag, OrgId, OrgName, PersonId, ReportId, Role, grouped};
use crate::outbox::Reason;
use crate::sql;

/// A reseller may be Primary of many; each of them has a handful of everything.
const MOST_ORGANISATIONS: usize = 300;
/// Seconds after which neither the portal nor a mail still needs a file.
const KEPT_FOR: i64 = 3 * FRESH;
/// Objects a sweep deletes; R2 takes no more at once.
const CHUNK: usize = 500;

#[derive(Deserialize)]
struct Wanted {
    person_id: PersonId,
    reader: DisplayName,
    object: String,
    made_at: Option<i64>,
}

#[derive(Deserialize)]
struct Organisation {
    id: OrgId,
    name: OrgName,
}

#[derive(Deserialize)]
struct Contact {
    org_id: OrgId,
    name: DisplayName,
    email: Email,
    is_verified: Flag,
    roles: String,
}

#[derive(Deserialize)]
struct Bought {
    org_id: OrgId,
    po_on: Option<Day>,
    #[serde(flatten)]
    subscription: Subscription,
}

#[derive(Deserialize)]
struct Licence {
    org_id: OrgId,
    product: String,
    valid_from: Day,
    valid_till: Day,
    cancelled_on: Option<Day>,
}

/// The newest day of a sub-product.
#[derive(Deserialize)]
struct Newest {
    org_id: OrgId,
    product: String,
    label: String,
    unit: String,
    last_on: Day,
    last_used: Used,
    parts: String,
}

/// Makes what the mail wants to take along, if it is a report's and is not made yet.
pub async fn make_ready(system: &System, kind: &str, payload: &Value) -> Result<(), Bounce> {
    if kind != READY {
        return Ok(());
    }
    let id = payload.get("report").and_then(Value::as_str).map(str::to_owned);
    let Some(Ok(id)) = id.map(ReportId::try_from) else { return Err(never("the payload names no report")) };
    let passing = |error: Error| Bounce::Temporary(super::said(&error));
    let wanted = system.read(wanted(system, &id)).await.map_err(passing)?;
    let Some(wanted) = wanted else { return Err(never("there is no such report")) };
    if wanted.made_at.is_some() {
        return Ok(());
    }
    let (book, covers) = read(system, &wanted).await.map_err(passing)?;
    if covers.is_empty() {
        return Err(never("its reader is no longer the Primary contact of anything"));
    }
    let bytes = document(&book).into_bytes();
    let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    let put = system.app().files().put(wanted.object, KIND, bytes).await;
    put.map_err(|why| Bounce::Temporary(why.to_string()))?;
    let made = sql!(
        "update report set made_at = ?2, size = ?3, covers = ?4 where id = ?1 and made_at is null",
        id.as_str(),
        system.now(),
        size,
        json!(covers).to_string(),
    );
    system.write(vec![system.scope().deed(made)]).await.map(drop).map_err(passing)
}

/// Files and rows that nobody needs any more; the file goes first, so that none is forgotten.
pub async fn sweep_reports(system: &System) -> Result<Value, Error> {
    #[derive(Deserialize)]
    struct Old {
        id: ReportId,
        object: String,
    }
    let old: Query<Vec<Old>> = system.scope().query(sql!(
        "select id, object from report where asked_at < ?1 order by asked_at limit 500",
        system.now() - KEPT_FOR,
    ));
    let old = system.read(old).await?;
    if old.is_empty() {
        return Ok(json!({ "deleted": 0, "more": false }));
    }
    let (ids, objects): (Vec<_>, Vec<_>) = old.into_iter().map(|it| (it.id, it.object)).unzip();
    if let Err(why) = system.app().files().delete(objects).await {
        return Ok(json!({ "deleted": 0, "error": why.to_string() }));
    }
    let gone =
        sql!("delete from report where id in (select value from json_each(?1))", json!(ids).to_string());
    let rows = system.write(vec![system.scope().deed(gone)]).await?;
    let deleted = rows.first().map_or(0, crate::db::Rows::changes);
    Ok(json!({ "deleted": deleted, "more": ids.len() == CHUNK }))
}

fn never(why: &str) -> Bounce {
    Bounce::Permanent(Reason::Unmade, why.to_owned())
}

fn wanted(system: &System, id: &ReportId) -> Query<Option<Wanted>> {
    system.scope().query(sql!(
        "select report.person_id, person.display_name as reader, report.object, report.made_at
           from report join person on person.id = report.person_id where report.id = ?1",
        id.as_str(),
    ))
}

/// The organisations of ?1, by name.
macro_rules! mine {
    () => {
        "with mine as (
           select organisation.id, organisation.name from contact
             join role on role.org_id = contact.org_id and role.contact_id = contact.id and role.role = 'primary'
             join organisation on organisation.id = contact.org_id
            where contact.person_id = ?1 and contact.verified_at is not null
            order by organisation.name, organisation.id limit 301) "
    };
}

/// One round trip.
async fn read(system: &System, wanted: &Wanted) -> Result<(Book, Vec<OrgId>), Error> {
    let (scope, person, app) = (system.scope(), wanted.person_id.as_str(), system.app());
    let today = Day::today(system.now(), app.config().zone).ok_or(Error::NotFound)?;
    let organisations: Query<Vec<Organisation>> =
        scope.query(sql!(concat!(mine!(), "select id, name from mine order by name, id"), person));
    let contacts: Query<Vec<Contact>> = scope.query(sql!(
        concat!(
            mine!(),
            "select contact.org_id, contact.name, person.email, contact.verified_at is not null as is_verified,
                    (select json_group_array(role) from role
                      where role.org_id = contact.org_id and role.contact_id = contact.id) as roles
               from mine
               join contact on contact.org_id = mine.id
               join person on person.id = contact.person_id
              order by contact.created_at, contact.id"
        ),
        person,
    ));
    let bought: Query<Vec<Bought>> = scope.query(sql!(
        concat!(
            mine!(),
            "select sub.org_id, booked.po_on, sub.id, sub.product_id, product.name as product, sub.sku, sub.description,
                    sub.quantity, sub.unit, sub.starts_on, sub.valid_till, sub.agreement, sub.is_trial, sub.cancelled_on,
                    successor.starts_on as renewed_on, booked.id as order_id, booked.number as order_number
               from mine
               join subscription as sub on sub.org_id = mine.id
               join product on product.id = sub.product_id
               left join subscription as successor on successor.id = sub.renewed_by and successor.org_id = sub.org_id
               left join sales_order as booked on booked.id = sub.order_id and booked.org_id = sub.org_id
              order by product.name, sub.valid_till desc, sub.id limit 20000"
        ),
        person,
    ));
    let licences: Query<Vec<Licence>> = scope.query(sql!(
        concat!(
            mine!(),
            "select licence.org_id, product.name as product, licence.valid_from, licence.valid_till, licence.cancelled_on
               from mine
               join licence on licence.org_id = mine.id
               join product on product.id = licence.product_id
              order by product.name, licence.id"
        ),
        person,
    ));
    let newest = newest(system, person);
    let found = system.read((organisations, contacts, bought, licences, newest)).await?;
    let (mut organisations, contacts, bought, licences, newest) = found;
    let is_cut = organisations.len() > MOST_ORGANISATIONS;
    organisations.truncate(MOST_ORGANISATIONS);
    let covers = organisations.iter().map(|it| it.id.clone()).collect();
    let mut parts: Vec<OrganisationPart> = Vec::new();
    let mut places: HashMap<OrgId, usize> = HashMap::new();
    for it in organisations {
        places.insert(it.id, parts.len());
        let (contacts, subscriptions, licences, usage) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        parts.push(OrganisationPart { name: it.name, contacts, subscriptions, licences, usage });
    }
    let mut put = |org: &OrgId, into: &mut dyn FnMut(&mut OrganisationPart)| {
        if let Some(part) = places.get(org).and_then(|it| parts.get_mut(*it)) {
            into(part);
        }
    };
    for it in contacts {
        let (org, mut line) = (it.org_id.clone(), Some(contact_line(it)));
        put(&org, &mut |part| part.contacts.extend(line.take()));
    }
    for it in bought {
        let (org, mut line) = (it.org_id.clone(), Some(subscription_line(it, today)));
        put(&org, &mut |part| part.subscriptions.extend(line.take()));
    }
    for it in licences {
        let (org, mut line) = (it.org_id.clone(), Some(licence_line(it, today)));
        put(&org, &mut |part| part.licences.extend(line.take()));
    }
    for it in newest {
        let (org, mut line) = (it.org_id.clone(), Some(usage_line(it)));
        put(&org, &mut |part| part.usage.extend(line.take()));
    }
    let book = Book {
        vendor: app.config().brand.vendor_name.clone(),
        reader: wanted.reader.as_str().to_owned(),
        made: app.config().zone.words(system.now()),
        organisations: parts,
        is_cut,
    };
    Ok((book, covers))
}

fn newest(system: &System, person: &str) -> Query<Vec<Newest>> {
    system.scope().query(sql!(
        concat!(
            mine!(),
            "select meter.org_id, product.name as product, kind.label, kind.unit, meter.last_on, meter.last_used,
                    (select json_group_array(json_object('product_id', meter.product_id, 'sub_product', meter.sub_product,
                              'quantity', sub.quantity * coalesce(pack.each, 1), 'starts_on', sub.starts_on,
                              'valid_till', sub.valid_till, 'cancelled_on', sub.cancelled_on,
                              'renewed_on', successor.starts_on))
                       from subscription as sub
                       left join subscription as successor
                         on successor.id = sub.renewed_by and successor.org_id = sub.org_id
                       left join sub_product_sku as pack on pack.product_id = meter.product_id and pack.sku = sub.sku
                        and pack.sub_product = meter.sub_product
                      where sub.org_id = meter.org_id and sub.product_id = meter.product_id
                        and sub.valid_till >= meter.last_on and sub.quantity is not null and sub.is_trial = 0
                        and sub.agreement in ('contract', 'ppu_prepaid')
                        and (pack.each is not null
                             or (sub.unit = kind.unit and not exists (
                                 select 1 from sub_product_sku as other
                                  where other.product_id = meter.product_id and other.sku = sub.sku)))) as parts
               from mine
               join usage_meter as meter on meter.org_id = mine.id
               join product on product.id = meter.product_id
               join sub_product as kind on kind.product_id = meter.product_id and kind.id = meter.sub_product
              order by product.name, kind.label"
        ),
        person,
    ))
}

fn contact_line(it: Contact) -> ContactLine {
    let mut roles: Vec<Role> = serde_json::from_str(&it.roles).unwrap_or_default();
    roles.sort_unstable();
    ContactLine { name: it.name, email: it.email, roles, is_verified: it.is_verified.0 }
}

fn subscription_line(it: Bought, today: Day) -> SubscriptionLine {
    let state = it.subscription.state(today).label();
    let sub = it.subscription;
    SubscriptionLine {
        product: sub.product,
        sku: sub.sku,
        description: sub.description,
        quantity: sub.quantity,
        unit: sub.unit,
        starts_on: sub.starts_on,
        valid_till: sub.valid_till,
        cancelled_on: sub.cancelled_on,
        agreement: sub.agreement.label(),
        po_on: it.po_on,
        state,
    }
}

fn licence_line(it: Licence, today: Day) -> LicenceLine {
    let status = licence_status(it.valid_till, it.cancelled_on, today);
    LicenceLine { product: it.product, valid_from: it.valid_from, valid_till: it.valid_till, status }
}

fn usage_line(it: Newest) -> UsageLine {
    let parts: Vec<Part> = serde_json::from_str(&it.parts).unwrap_or_default();
    let bought = purchased(&parts, it.last_on);
    let share = bought.and_then(|bought| Some((bought, percent(it.last_used, bought)?)));
    UsageLine {
        on: it.last_on,
        product: it.product,
        label: it.label,
        used: it.last_used.words(),
        unit: it.unit,
        percent: share.map(|(bought, share)| format!("{share:.1} % of {}", grouped(bought))),
    }
}
