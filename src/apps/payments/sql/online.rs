//! Payments that were begun at a gateway, and what it has told of them.

use serde::Deserialize;

use super::super::records::NoAmount;
use super::super::rules::online::{Order, Standing, WITHIN};
use crate::access::{Anyone, Deed, OrgScope, Query, Scope};
use crate::kernel::{Currency, Money, OrgName, PaymentId, PaymentSessionId, PersonId};
use crate::sql;

/// Somebody's attempt to pay.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Columns")]
pub struct Attempt {
    pub id: PaymentSessionId,
    pub gateway: String,
    pub gateway_id: Option<String>,
    pub url: String,
    pub invoice: String,
    pub amount: Money,
    pub payer_name: String,
    pub payer_email: String,
    pub by_person: PersonId,
    pub by_name: String,
    pub started_at: i64,
    pub standing: Standing,
    pub record: Option<PaymentId>,
    pub organisation: OrgName,
}

#[derive(Deserialize)]
struct Columns {
    id: PaymentSessionId,
    gateway: String,
    gateway_id: Option<String>,
    url: String,
    invoice_number: String,
    currency: Currency,
    amount: i64,
    payer_name: String,
    payer_email: String,
    by_person: PersonId,
    by_name: String,
    started_at: i64,
    status: Standing,
    record_id: Option<PaymentId>,
    organisation: OrgName,
}

impl TryFrom<Columns> for Attempt {
    type Error = NoAmount;

    fn try_from(it: Columns) -> Result<Self, NoAmount> {
        Ok(Self {
            amount: Money::of_minor(it.amount, it.currency).ok_or(NoAmount(it.amount))?,
            id: it.id,
            gateway: it.gateway,
            gateway_id: it.gateway_id,
            url: it.url,
            invoice: it.invoice_number,
            payer_name: it.payer_name,
            payer_email: it.payer_email,
            by_person: it.by_person,
            by_name: it.by_name,
            started_at: it.started_at,
            standing: it.status,
            record: it.record_id,
            organisation: it.organisation,
        })
    }
}

macro_rules! attempts {
    () => {
        "select attempt.id, attempt.gateway, attempt.gateway_id, attempt.url, attempt.invoice_number, attempt.currency,
                attempt.amount, attempt.payer_name, attempt.payer_email, attempt.by_person, attempt.by_name,
                attempt.started_at, attempt.status, attempt.record_id, organisation.name as organisation
           from payment_session as attempt
           join organisation on organisation.id = attempt.org_id "
    };
}

/// The newest of this person first; twenty are as many as may be begun in ten minutes.
pub fn attempts_of(org: &OrgScope, person: &PersonId) -> Query<Vec<Attempt>> {
    org.query(sql!(
        concat!(
            attempts!(),
            "where attempt.org_id = ?1 and attempt.by_person = ?2
             order by attempt.started_at desc, attempt.id desc limit 20"
        ),
        person.as_str(),
    ))
}

pub fn attempt(org: &OrgScope, id: &PaymentSessionId) -> Query<Option<Attempt>> {
    org.query(sql!(concat!(attempts!(), "where attempt.org_id = ?1 and attempt.id = ?2"), id.as_str()))
}

/// Stops the batch with `slow-down` for whoever begins too many.
pub fn not_too_many(org: &OrgScope, person: &PersonId, now: i64) -> Deed {
    org.deed(sql!(
        "select case when (select count(*) from payment_session
                            where org_id = ?1 and by_person = ?2 and started_at > ?3) >= 20
           then json_extract('{}', 'slow-down') else 1 end",
        person.as_str(),
        now - WITHIN,
    ))
}

/// Who begins it, by id and name.
pub struct Beginner<'a> {
    pub person: &'a PersonId,
    pub name: &'a str,
}

/// `there`: the gateway's code, its own id of the payment, and where the customer goes on.
pub fn begin(
    org: &OrgScope,
    id: &PaymentSessionId,
    order: &Order,
    (gateway, gateway_id, url): (&str, Option<&str>, &str),
    by: &Beginner,
    now: i64,
) -> Deed {
    org.deed(sql!(
        "insert into payment_session (org_id, id, gateway, gateway_id, url, invoice_number, currency, amount, payer_name,
                payer_email, by_person, by_name, started_at, status_at)
         select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?13",
        id.as_str(),
        gateway,
        gateway_id,
        url,
        order.invoice.as_str(),
        order.amount.currency().code(),
        order.amount.minor(),
        order.name.as_str(),
        order.email.as_str(),
        by.person.as_str(),
        by.name,
        now,
    ))
}

/// From one standing to another, or the batch stops: another message was quicker.
pub fn follow(
    org: &OrgScope,
    id: &PaymentSessionId,
    (from, to): (Standing, Standing),
    record: Option<&PaymentId>,
    now: i64,
) -> Vec<Deed> {
    vec![
        org.deed(sql!(
            "select case when exists (select 1 from payment_session where org_id = ?1 and id = ?2 and status = ?3)
               then 1 else json_extract('{}', 'facts-changed') end",
            id.as_str(),
            from.code(),
        )),
        org.deed(sql!(
            "update payment_session set status = ?4, record_id = ?5, status_at = ?6
              where org_id = ?1 and id = ?2 and status = ?3",
            id.as_str(),
            from.code(),
            to.code(),
            record.map(|it| it.as_str().to_owned()),
            now,
        )),
    ]
}

#[derive(Debug, Deserialize)]
pub struct Before {
    #[expect(dead_code, reason = "that there is a row says it all")]
    id: String,
}

/// Whether this was told before.
pub fn told(org: &OrgScope, event: &str) -> Query<Option<Before>> {
    org.query(sql!("select id from gateway_event where ?1 is not null and id = ?2", event))
}

/// The second of two breaks on the key.
pub fn note_event(anyone: &Anyone, told: &super::super::rules::told::Told, now: i64) -> Deed {
    anyone.deed(sql!(
        "insert into gateway_event (id, kind, told_at, heard_at, session_id)
         select ?1, ?2, ?3, ?4, ?5 where ?1 is not null",
        told.id.as_str(),
        told.kind.as_str(),
        told.at,
        now,
        told.session.as_str(),
    ))
}
