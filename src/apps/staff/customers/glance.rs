//! The rest of a customer's page: the newest of everything it has, each list bounded.

use serde::Deserialize;

use crate::access::{OrgScope, Query, Scope};
use crate::kernel::{Currency, Day, LicenceId, Money, OrderId, PaymentId};
use crate::outbox::Reason;
use crate::sql;

/// Rows of each list; the desks have the whole lists.
const NEWEST: i64 = 6;

#[derive(Debug, Deserialize)]
pub struct Order {
    pub id: OrderId,
    pub number: String,
    pub ordered_on: Day,
    pub kind: String,
    pub state: String,
}

#[derive(Debug, Deserialize)]
pub struct Licence {
    pub id: LicenceId,
    pub product: String,
    pub kind: String,
    pub valid_till: Day,
    pub cancelled_on: Option<Day>,
}

#[derive(Debug, Deserialize)]
pub struct Payment {
    pub id: PaymentId,
    pub invoice_number: String,
    pub recorded_on: Day,
    pub currency: Currency,
    amount: i64,
    pub status: String,
}

#[derive(Debug, Deserialize)]
pub struct Notice {
    pub title: String,
    pub category: String,
    pub state: String,
    pub at: i64,
}

#[derive(Debug, Deserialize)]
pub struct Mail {
    pub kind: String,
    pub recipient: Option<String>,
    pub state: String,
    pub reason: Option<Reason>,
    pub at: i64,
}

#[derive(Debug, Deserialize)]
pub struct Line {
    pub at: i64,
    pub actor: String,
    pub action: String,
}

pub struct Glance {
    pub orders: Vec<Order>,
    pub licences: Vec<Licence>,
    pub payments: Vec<Payment>,
    pub notices: Vec<Notice>,
    pub mails: Vec<Mail>,
    pub log: Vec<Line>,
}

impl Payment {
    pub fn amount(&self) -> String {
        Money::of_minor(self.amount, self.currency).map_or_else(String::new, Money::words)
    }
}

pub fn orders(org: &OrgScope) -> Query<Vec<Order>> {
    org.query(sql!(
        "select id, number, ordered_on, kind, state from sales_order where org_id = ?1
          order by ordered_on desc, id desc limit ?2",
        NEWEST,
    ))
}

/// One for each product.
pub fn licences(org: &OrgScope) -> Query<Vec<Licence>> {
    org.query(sql!(
        "select licence.id, product.name as product, licence.kind, licence.valid_till, licence.cancelled_on
           from licence join product on product.id = licence.product_id
          where licence.org_id = ?1 order by licence.valid_till, licence.id limit 50"
    ))
}

pub fn payments(org: &OrgScope) -> Query<Vec<Payment>> {
    org.query(sql!(
        "select id, invoice_number, recorded_on, currency, amount, status from payment_record where org_id = ?1
          order by at desc, id desc limit ?2",
        NEWEST,
    ))
}

pub fn notices(org: &OrgScope) -> Query<Vec<Notice>> {
    org.query(sql!(
        "select title, category, state, published_at as at from notification
          where org_id = ?1 and published_at is not null order by published_at desc, id desc limit ?2",
        NEWEST,
    ))
}

pub fn mails(org: &OrgScope) -> Query<Vec<Mail>> {
    org.query(sql!(
        "select kind, recipient, state, reason, created_at as at from outbox where org_id = ?1
          order by created_at desc, id desc limit ?2",
        NEWEST,
    ))
}

pub fn log(org: &OrgScope) -> Query<Vec<Line>> {
    org.query(sql!(
        "select at, actor_name as actor, action from audit where org_id = ?1 order by at desc limit 10"
    ))
}
