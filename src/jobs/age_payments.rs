//! Records that the vendor has let wait too long: noted once each, for the work queue and by mail (domain 7.4).

use serde::Deserialize;
use serde_json::{Value, json};

use super::tell_queue;
use crate::access::{Deed, Query, Scope, System};
use crate::apps::payments::mail::{About, OVERDUE, Overdue};
use crate::apps::payments::rules::Method;
use crate::apps::payments::rules::ageing::{WORKING_DAYS, WorkingDays};
use crate::error::Error;
use crate::kernel::{Currency, Day, MailId, Money, OrgId, PaymentEventId, PaymentId};
use crate::sql;

/// So many records a batch, and so many batches a run; what is left is noted tomorrow.
const CHUNK: usize = 200;
const ROUNDS: usize = 25;

#[derive(Deserialize)]
struct Waiting {
    id: PaymentId,
    org_id: OrgId,
    organisation: String,
    recorded_on: Day,
    invoice_number: String,
    currency: Currency,
    amount: i64,
    tax_deducted: i64,
    paid_on: Day,
    method: Method,
    reference: String,
    by_name: String,
}

pub async fn age_payments(system: &System) -> Result<Value, Error> {
    let config = system.app().config();
    let today = Day::today(system.now(), config.zone).ok_or(Error::Ours("there is no such day"))?;
    let calendar = WorkingDays::without(config.holidays.clone());
    let until = calendar.late_until(today);
    let mut noted = 0;
    for _ in 0..ROUNDS {
        let found = system.read(those_waiting(system, until)).await?;
        let is_last = found.len() < CHUNK;
        if !found.is_empty() {
            let rows: Vec<Value> = found.into_iter().map(|it| row(system, it, &calendar)).collect();
            let rows = system.write(deeds(system, &json!(rows).to_string(), today)).await?;
            noted += tell_queue(system, "age_payments", rows.into_iter().next()).await?;
        }
        if is_last {
            return Ok(json!({ "noted": noted, "more": false }));
        }
    }
    Ok(json!({ "noted": noted, "more": true }))
}

fn those_waiting(system: &System, until: Day) -> Query<Vec<Waiting>> {
    system.scope().query(sql!(
        "select record.id, record.org_id, organisation.name as organisation, record.recorded_on, record.invoice_number,
                record.currency, record.amount, record.tax_deducted, record.paid_on, record.method, record.reference,
                record.by_name
           from payment_record as record indexed by payment_record_ageing
           join organisation on organisation.id = record.org_id
          where record.overdue_on is null and record.status in ('submitted', 'under_review')
            and record.recorded_on <= ?1
          order by record.recorded_on, record.id limit 200",
        until.to_string(),
    ))
}

fn row(system: &System, it: Waiting, calendar: &WorkingDays) -> Value {
    let money = |minor| Money::of_minor(minor, it.currency).unwrap_or_else(|| Money::none(it.currency));
    let tax = money(it.tax_deducted);
    let mail = Overdue {
        recorded_on: it.recorded_on,
        due_on: calendar.due_on(it.recorded_on),
        about: About {
            amount: money(it.amount).words(),
            tax: (tax.minor() > 0).then(|| tax.words()),
            org: it.org_id,
            organisation: it.organisation,
            record: it.id.clone(),
            invoice: it.invoice_number,
            paid_on: it.paid_on,
            method: it.method.label().to_owned(),
            reference: it.reference,
            by: it.by_name,
        },
    };
    json!({
        "record": it.id, "mail": system.app().new_id::<MailId>(), "event": system.app().new_id::<PaymentEventId>(),
        "payload": mail,
    })
}

/// Whatever somebody noted or settled since it was read is left out. The plus signs keep the index of all that wait out
/// of it: each record is found by its id, and not in a walk through thousands of them for each.
fn deeds(system: &System, rows: &str, today: Day) -> Vec<Deed> {
    let scope = system.scope();
    vec![
        scope.deed(sql!(
            "insert into outbox (id, kind, org_id, recipient, payload, created_at, state_at)
             select new.value ->> 'mail', ?2, record.org_id, ?3, new.value -> 'payload', ?4, ?4
               from json_each(?1) as new
               join payment_record as record on record.id = new.value ->> 'record'
              where +record.overdue_on is null and +record.status in ('submitted', 'under_review')
             returning id",
            rows,
            OVERDUE,
            system.app().config().billing_email.as_str(),
            system.now(),
        )),
        scope.deed(sql!(
            "insert into payment_event (org_id, id, record_id, at, event, by_kind, message, is_public)
             select record.org_id, new.value ->> 'event', record.id, ?2, 'note', 'system', ?3, 0
               from json_each(?1) as new
               join payment_record as record on record.id = new.value ->> 'record'
              where +record.overdue_on is null and +record.status in ('submitted', 'under_review')",
            rows,
            system.now(),
            format!("Not reconciled after {WORKING_DAYS} working days"),
        )),
        scope.deed(sql!(
            "update payment_record set overdue_on = ?2
               from json_each(?1) as new
              where payment_record.id = new.value ->> 'record' and +payment_record.overdue_on is null
                and +payment_record.status in ('submitted', 'under_review')",
            rows,
            today.to_string(),
        )),
    ]
}
