//! What a customer is told of a decision: Billing always, Primary when it moves a licence (domain 12, 11).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::rules::{Action, Moved, Record};
use crate::access::matrix::{Application, allows};
use crate::apps::home;
use crate::apps::staff::told::{Notice, Reader, reason, recipients};
use crate::kernel::{NotificationId, OrgId, PaymentId, Role};
use crate::outbox::{Letter, Mailing};
use crate::page::{Mail, MailButton, MailText};

const DECIDED: &str = "reconciling.decided";

#[derive(Clone, Serialize, Deserialize)]
pub struct News {
    organisation: String,
    org: OrgId,
    record: PaymentId,
    invoice: String,
    amount: String,
    action: Action,
    message: String,
    /// A sentence each.
    licences: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct To {
    name: String,
    roles: Vec<Role>,
    #[serde(flatten)]
    news: News,
}

impl News {
    #[must_use]
    pub fn of(it: &Record, action: Action, message: &str, moved: &[Moved]) -> Self {
        Self {
            organisation: it.organisation.clone(),
            org: it.org_id.clone(),
            record: it.id.clone(),
            invoice: it.invoice_number.clone(),
            amount: it.paid().words(),
            action,
            message: message.to_owned(),
            licences: sentences(moved),
        }
    }

    fn subject(&self) -> String {
        let invoice = &self.invoice;
        match self.action {
            Action::TakeUp => format!("Payment of invoice {invoice} is under review"),
            Action::Ask => format!("A question about the payment of invoice {invoice}"),
            Action::Reconcile => format!("Payment of invoice {invoice} is reconciled"),
            Action::Reject => format!("Payment of invoice {invoice} was rejected"),
        }
    }

    fn roles(&self) -> &'static [Role] {
        if self.licences.is_empty() { &[Role::Billing] } else { &[Role::Primary, Role::Billing] }
    }

    /// Of the payment for Billing, and of the licences for Primary, too.
    #[must_use]
    pub fn notices(&self, mut id: impl FnMut() -> NotificationId) -> Vec<Notice> {
        let mut notices = vec![Notice {
            id: id(),
            org: self.org.clone(),
            roles: &[Role::Billing],
            category: "billing",
            title: self.subject(),
            body: self.message.clone(),
            path: format!("/payments/{}", self.record.as_str()),
        }];
        if !self.licences.is_empty() {
            notices.push(Notice {
                id: id(),
                org: self.org.clone(),
                roles: self.roles(),
                category: "license",
                title: format!("Licences extended: invoice {} is paid", self.invoice),
                body: self.licences.join("\n"),
                path: String::new(),
            });
        }
        notices
    }

    #[must_use]
    pub fn letters(&self, readers: &[Reader]) -> Vec<Letter> {
        let to = recipients(readers, &self.org, self.roles()).into_iter();
        to.map(|it| Letter {
            kind: DECIDED,
            to: Some(it.email.clone()),
            contact: None,
            payload: json!(To { name: it.name.as_str().to_owned(), roles: it.roles, news: self.clone() }),
        })
        .collect()
    }
}

/// `The SkyConnect licence is valid till 31 Dec 2027.`
#[must_use]
pub fn sentences(moved: &[Moved]) -> Vec<String> {
    let said = |it: &Moved| format!("The {} licence is valid till {}.", it.licence.product, it.till.words());
    moved.iter().map(said).collect()
}

/// `None` when the payload is not one of ours.
#[must_use]
pub fn render(kind: &str, payload: &Value, mailing: &Mailing) -> Option<Mail> {
    if kind != DECIDED {
        return None;
    }
    let To { name, roles, news } = To::deserialize(payload).ok()?;
    let vendor = &mailing.config.brand.vendor_name;
    let News { organisation, invoice, amount, .. } = &news;
    let first = match news.action {
        Action::TakeUp => {
            format!(
                "The {vendor} team is looking for the payment of {amount} for invoice {invoice} of {organisation}."
            )
        }
        Action::Ask => {
            format!(
                "The {vendor} team cannot go on with the payment of {amount} for invoice {invoice} without an answer."
            )
        }
        Action::Reconcile => {
            format!(
                "The payment of {amount} is matched to invoice {invoice} of {organisation}, which is marked as paid."
            )
        }
        Action::Reject => {
            format!("The payment of {amount} could not be matched to invoice {invoice} of {organisation}.")
        }
    };
    let mut lines = vec![first];
    lines.extend((!news.message.is_empty()).then(|| news.message.clone()));
    lines.extend_from_slice(&news.licences);
    let opens = allows(&roles, Application::PaymentRecord);
    let path = if opens { format!("/payments/{}", news.record.as_str()) } else { String::new() };
    let text = MailText {
        subject: news.subject(),
        greeting: format!("Hello {name},"),
        lines,
        button: Some(MailButton {
            label: if opens { "Open the payment" } else { "See how the licences stand" },
            url: format!("{}{}{path}", mailing.config.origin, home(&news.org)),
            code: None,
        }),
        reason: reason(&roles, organisation),
        ..MailText::default()
    };
    Some(text.dressed(&mailing.config.brand))
}
