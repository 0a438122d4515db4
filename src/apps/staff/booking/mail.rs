//! What a customer is told of an order: to Primary and Billing, who open the Order Book.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::rules::{Affected, Booked, Cancellation, Cancelled, Customer, NewLine};
use crate::apps::home;
use crate::apps::licences::Kind as LicenceKind;
use crate::apps::staff::told::{Notice, Reader, reason, recipients};
use crate::kernel::{Email, NotificationId, OrderId, OrgId, Role};
use crate::outbox::{Letter, Mailing};
use crate::page::{Mail, MailButton, MailText};

const BOOKED: &str = "booking.booked";
const CANCELLED: &str = "booking.cancelled";
const ROLES: &[Role] = &[Role::Primary, Role::Billing];

/// An order that was booked, in words.
#[derive(Clone, Serialize, Deserialize)]
pub struct Booking {
    organisation: String,
    org: OrgId,
    order: OrderId,
    number: String,
    lines: Vec<String>,
    licences: Vec<String>,
}

/// Something that was cancelled, in words.
#[derive(Clone, Serialize, Deserialize)]
pub struct Ending {
    organisation: String,
    org: OrgId,
    /// `order SO-7`
    what: String,
    on: String,
    note: String,
    licences: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct To<T> {
    name: String,
    roles: Vec<Role>,
    #[serde(flatten)]
    facts: T,
}

impl Booking {
    #[must_use]
    pub fn of(it: &Booked, customer: &Customer) -> Self {
        let line = |it: &NewLine| {
            let quantity = it.quantity.map_or_else(|| "metered".to_owned(), |it| it.to_string());
            format!(
                "{}: {quantity} {}, {} to {}",
                it.sku.as_str(),
                it.unit.as_str(),
                it.valid_from.words(),
                it.valid_till.words()
            )
        };
        let licences = it.moves.iter().map(|it| {
            let kind = if it.kind == LicenceKind::Trial { "trial licence" } else { "licence" };
            format!("The {} {kind} is valid till {}.", it.product, it.new_valid_till.words())
        });
        Self {
            organisation: customer.name.clone(),
            org: it.org_id.clone(),
            order: it.id.clone(),
            number: it.order.number.as_str().to_owned(),
            lines: it.order.lines.iter().map(line).collect(),
            licences: licences.collect(),
        }
    }

    #[must_use]
    pub fn notice(&self, it: &Booked, id: NotificationId) -> Notice {
        Notice {
            id,
            org: it.org_id.clone(),
            roles: ROLES,
            category: "billing",
            title: self.subject(),
            body: [self.lines.as_slice(), &self.licences].concat().join("\n"),
            path: format!("/orders/{}", it.id.as_str()),
        }
    }

    fn subject(&self) -> String {
        format!("Order {} is booked", self.number)
    }
}

impl Ending {
    #[must_use]
    pub fn of(customer: &Customer, what: &str, gone: &Cancelled, asked: &Cancellation) -> Self {
        let words = |it: &Affected| it.effect.words(&it.product);
        Self {
            organisation: customer.name.clone(),
            org: customer.id.clone(),
            what: what.to_owned(),
            on: asked.cancelled_on.words(),
            note: asked.note.as_str().to_owned(),
            licences: gone.licences.iter().map(words).collect(),
        }
    }

    #[must_use]
    pub fn notice(&self, id: NotificationId) -> Notice {
        let mut lines = vec![self.note.clone()];
        lines.extend_from_slice(&self.licences);
        Notice {
            id,
            org: self.org.clone(),
            roles: ROLES,
            category: "billing",
            title: self.subject(),
            body: lines.join("\n"),
            path: "/orders?show=all".to_owned(),
        }
    }

    fn subject(&self) -> String {
        let mut what = self.what.clone();
        if let Some(rest) = what.strip_prefix("order ") {
            what = format!("Order {rest}");
        }
        format!("{what} is cancelled on {}", self.on)
    }
}

#[must_use]
pub fn booking(readers: &[Reader], org: &OrgId, news: &Booking) -> Vec<Letter> {
    letters(readers, org, BOOKED, news)
}

#[must_use]
pub fn ending(readers: &[Reader], news: &Ending) -> Vec<Letter> {
    letters(readers, &news.org, CANCELLED, news)
}

fn letters<T: Clone + Serialize>(
    readers: &[Reader],
    org: &OrgId,
    kind: &'static str,
    facts: &T,
) -> Vec<Letter> {
    let letter = |(email, name, roles): (&Email, &str, Vec<Role>)| Letter {
        kind,
        to: Some(email.clone()),
        contact: None,
        payload: json!(To { name: name.to_owned(), roles, facts: facts.clone() }),
    };
    let to = recipients(readers, org, ROLES);
    to.into_iter().map(|it| letter((it.email, it.name.as_str(), it.roles))).collect()
}

/// `None` when the payload is not one of ours.
#[must_use]
pub fn render(kind: &str, payload: &Value, mailing: &Mailing) -> Option<Mail> {
    let origin = mailing.config.origin.as_str();
    let text = match kind {
        BOOKED => booked_text(To::deserialize(payload).ok()?, origin),
        CANCELLED => cancelled_text(To::deserialize(payload).ok()?, origin),
        _ => return None,
    };
    Some(text.dressed(&mailing.config.brand))
}

fn booked_text(mail: To<Booking>, origin: &str) -> MailText {
    let To { name, roles, facts } = mail;
    let mut lines = vec![format!("Order {} of {} is booked.", facts.number, facts.organisation)];
    lines.extend_from_slice(&facts.lines);
    lines.extend_from_slice(&facts.licences);
    MailText {
        subject: facts.subject(),
        greeting: format!("Hello {name},"),
        lines,
        button: Some(MailButton {
            label: "Open the order",
            url: format!("{origin}{}/orders/{}", home(&facts.org), facts.order.as_str()),
            code: None,
        }),
        reason: reason(&roles, &facts.organisation),
        ..MailText::default()
    }
}

fn cancelled_text(mail: To<Ending>, origin: &str) -> MailText {
    let To { name, roles, facts } = mail;
    let mut lines = vec![format!("{} of {}.", facts.subject(), facts.organisation), facts.note.clone()];
    lines.extend_from_slice(&facts.licences);
    MailText {
        subject: facts.subject(),
        greeting: format!("Hello {name},"),
        lines,
        button: Some(MailButton {
            label: "Open the Order Book",
            url: format!("{origin}{}/orders", home(&facts.org)),
            code: None,
        }),
        reason: reason(&roles, &facts.organisation),
        ..MailText::default()
    }
}
