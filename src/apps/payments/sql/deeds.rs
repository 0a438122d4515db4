//! The statements of deeds: what they rest on, and what they write.

use serde_json::{Value, json};

use super::super::ground::Ground;
use super::super::records::{ByKind, Happened};
use super::super::rules::bridge::Effect;
use super::super::rules::{Earlier, NewPayment, Status};
use crate::access::{Deed, OrgScope, Query, Scope};
use crate::kernel::{Day, EventId, NotificationId, PaymentEventId, PaymentId, PersonId};
use crate::sql;

/// Everything that the five days depend on, as one text: ?1 the organisation, ?2 the invoice. A decision holds as long
/// as the database still says the same text. What was moved is found by the licences, which are few, and not by the
/// records that are open.
macro_rules! ground {
    () => {
        "json_object(
           'licences', (select json_group_array(json_object(
                'id', id, 'product_id', product_id, 'product', product, 'is_trial', json(iif(kind = 'trial', 'true', 'false')),
                'valid_till', valid_till, 'cancelled_on', cancelled_on, 'version', version))
              from (select licence.id, licence.product_id, product.name as product, licence.kind, licence.valid_till,
                           licence.cancelled_on, licence.version
                      from licence
                      join product on product.id = licence.product_id
                     where licence.org_id = ?1
                     order by product.name, licence.id)),
           'moved', (select json_group_array(json_object(
                'licence_id', licence_id, 'invoice_number', invoice_number, 'status', status))
              from (select effect.licence_id, record.invoice_number, record.status, record.id
                      from licence
                     cross join payment_effect as effect on effect.licence_id = licence.id and effect.code = 'extended'
                     cross join payment_record as record on record.id = effect.record_id
                     where licence.org_id = ?1 and record.org_id = ?1
                       and (record.invoice_key = ?2
                            or record.status in ('submitted', 'under_review', 'information_needed'))
                     order by 1, 4)),
           'rejected_on', (select max(status_on) from payment_record where org_id = ?1 and status = 'rejected'))"
    };
}

pub fn ground(org: &OrgScope, invoice_key: &str) -> Query<Option<Ground>> {
    org.query(sql!(concat!("select ?1, ", ground!(), " as said where ?2 is not null"), invoice_key))
}

/// The ground is the same as when it was read, or the batch stops.
pub fn ground_holds(org: &OrgScope, invoice_key: &str, said: &str) -> Deed {
    org.deed(sql!(
        concat!(
            "select case when ?1 is not null and ",
            ground!(),
            " = ?3 then 1 else json_extract('{}', 'facts-changed') end"
        ),
        invoice_key,
        said,
    ))
}

/// Other records of the invoice; the very same payment, if it is there, is the first of them.
pub fn earlier(org: &OrgScope, payment: Option<&NewPayment>) -> Query<Vec<Earlier>> {
    org.query(sql!(
        "select id, invoice_number, currency, amount, reference, status from payment_record
          where org_id = ?1 and invoice_key = ?2
          order by (currency = ?3 and amount = ?4 and reference_key = ?5 and status <> 'rejected') desc, at desc, id desc
          limit 20",
        payment.map(|it| it.invoice.key()),
        payment.map(|it| it.amount.currency().code()),
        payment.map(|it| it.amount.minor()),
        payment.map(|it| it.reference.to_uppercase()),
    ))
}

/// Who says so, and when.
pub struct Said<'a> {
    pub by_kind: ByKind,
    pub name: &'a str,
    pub at: i64,
}

pub fn insert(
    org: &OrgScope,
    id: &PaymentId,
    it: &NewPayment,
    person: &PersonId,
    said: &Said,
    today: Day,
) -> Deed {
    org.deed(sql!(
        "insert into payment_record (org_id, id, at, recorded_on, invoice_number, invoice_key, currency, amount,
                tax_deducted, paid_on, method, reference, reference_key, note, status_on, by_person, by_name)
         select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?4, ?15, ?16",
        id.as_str(),
        said.at,
        today.to_string(),
        it.invoice.as_str(),
        it.invoice.key(),
        it.amount.currency().code(),
        it.amount.minor(),
        it.tax_deducted.minor(),
        it.paid_on.to_string(),
        it.method.code(),
        it.reference.as_str(),
        it.reference.to_uppercase(),
        it.note.as_str(),
        person.as_str(),
        said.name,
    ))
}

/// `rows` as `Proof::row` makes them.
pub fn documents(org: &OrgScope, id: &PaymentId, rows: &[Value], now: i64) -> Deed {
    org.deed(sql!(
        "insert into payment_document (org_id, record_id, id, name, kind, size, object, uploaded_at)
         select ?1, ?2, value ->> 'id', value ->> 'name', value ->> 'kind', value ->> 'size', value ->> 'object', ?4
           from json_each(?3)",
        id.as_str(),
        json!(rows).to_string(),
        now,
    ))
}

pub fn event(
    org: &OrgScope,
    id: &PaymentEventId,
    record: &PaymentId,
    event: Happened,
    said: &Said,
    message: &str,
) -> Deed {
    org.deed(sql!(
        "insert into payment_event (org_id, id, record_id, at, event, by_kind, by_name, message)
         select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8",
        id.as_str(),
        record.as_str(),
        said.at,
        event.code(),
        said.by_kind.code(),
        (said.by_kind == ByKind::Contact).then_some(said.name),
        message,
    ))
}

/// From one status to another, or the batch stops: somebody else was quicker.
pub fn move_on(
    org: &OrgScope,
    record: &PaymentId,
    (from, to): (Status, Status),
    today: Day,
    message: &str,
) -> Vec<Deed> {
    vec![
        org.deed(sql!(
            "select case when exists (select 1 from payment_record where org_id = ?1 and id = ?2 and status = ?3)
               then 1 else json_extract('{}', 'facts-changed') end",
            record.as_str(),
            from.code(),
        )),
        org.deed(sql!(
            "update payment_record set status = ?4, status_on = ?5, message = ?6
              where org_id = ?1 and id = ?2 and status = ?3",
            record.as_str(),
            from.code(),
            to.code(),
            today.to_string(),
            message,
        )),
    ]
}

/// A licence, what the record does to it, and the id of the change if it is one.
pub type OnLicence<'a> = (&'a super::super::rules::bridge::Licence, Effect, EventId);

/// What the record does to each licence: the reason beside the record, the date at the licence, the change in its
/// history.
pub fn effects(org: &OrgScope, record: &PaymentId, on: &[OnLicence], said: &Said, note: &str) -> Vec<Deed> {
    let row = |(licence, effect, event): &OnLicence| {
        let to = match effect {
            Effect::Extended { to, .. } => *to,
            Effect::Unchanged(_) => licence.valid_till,
        };
        json!({
            "licence": licence.id, "product": licence.product_id, "from": licence.valid_till, "to": to,
            "code": effect.code(), "message": effect.said(), "event": event,
        })
    };
    let rows = json!(on.iter().map(row).collect::<Vec<_>>()).to_string();
    let mut deeds = vec![org.deed(sql!(
        "insert into payment_effect (org_id, record_id, licence_id, old_valid_till, new_valid_till, code, message)
         select ?1, ?2, value ->> 'licence', value ->> 'from', value ->> 'to', value ->> 'code', value ->> 'message'
           from json_each(?3)",
        record.as_str(),
        rows.as_str(),
    ))];
    if on.iter().any(|it| matches!(it.1, Effect::Extended { .. })) {
        deeds.push(org.deed(sql!(
            "update licence set valid_till = it.value ->> 'to', version = version + 1
               from json_each(?2) as it
              where licence.org_id = ?1 and licence.id = it.value ->> 'licence' and it.value ->> 'code' = 'extended'",
            rows.as_str(),
        )));
        deeds.push(org.deed(sql!(
            "insert into licence_event (org_id, id, licence_id, product_id, at, old_valid_till, new_valid_till, cause,
                    by_kind, by_name, note)
             select ?1, value ->> 'event', value ->> 'licence', value ->> 'product', ?3, value ->> 'from',
                    value ->> 'to', 'payment_record', ?4, ?5, ?6
               from json_each(?2)
              where value ->> 'code' = 'extended'",
            rows,
            said.at,
            said.by_kind.code(),
            (said.by_kind == ByKind::Contact).then_some(said.name),
            note,
        )));
    }
    deeds
}

/// A title, a body, and a path below the organisation. Billing reads it, and Primary where a licence has moved.
pub struct Notice<'a> {
    pub title: &'a str,
    pub body: &'a str,
    pub path: &'a str,
    pub primary_too: bool,
}

pub fn notify(org: &OrgScope, id: &NotificationId, it: &Notice, now: i64) -> Deed {
    let roles = if it.primary_too { r#"["primary","billing"]"# } else { r#"["billing"]"# };
    org.deed(sql!(
        "insert into notification (org_id, id, roles, category, title, body, link, source, published_at, created_at)
         select ?1, ?2, ?3, 'billing', ?4, ?5, '/o/' || ?1 || ?6, 'system', ?7, ?7",
        id.as_str(),
        roles,
        it.title,
        it.body,
        it.path,
        now,
    ))
}
