//! Mails 4 and 11 of domain 12: what becomes of a payment, to the customer and to the vendor's billing team.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::online;
use super::online::mail::STRAY;
use super::records::{Happened, Record};
use crate::access::Config;
use crate::access::matrix::{Application, allows};
use crate::apps::home;
use crate::apps::licences::mail::Reader;
use crate::kernel::{Day, Email, Money, OrgId, PaymentId, Role};
use crate::outbox::{Letter, Mailing};
use crate::page::{Mail, MailButton, MailText};

const TO_CUSTOMER: &str = "payments.customer";
const TO_VENDOR: &str = "payments.vendor";
pub const OVERDUE: &str = "payments.overdue";

/// The payment that a mail is about, in words.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct About {
    pub org: OrgId,
    pub organisation: String,
    pub record: PaymentId,
    pub invoice: String,
    pub amount: String,
    /// Nothing where no tax was deducted.
    pub tax: Option<String>,
    pub paid_on: Day,
    pub method: String,
    pub reference: String,
    /// Who recorded it.
    pub by: String,
}

/// Something that happened to it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct News {
    pub about: About,
    pub what: Happened,
    /// A question, an answer, a reason; may be empty.
    pub message: String,
    /// At submission: what it did to each licence, a sentence each.
    pub licences: Vec<String>,
    /// Paid at the gateway, by its own word.
    #[serde(default)]
    pub online: bool,
}

#[derive(Serialize, Deserialize)]
struct ToCustomer {
    name: String,
    role: Role,
    #[serde(flatten)]
    news: News,
}

#[derive(Serialize, Deserialize)]
pub struct Overdue {
    pub about: About,
    pub recorded_on: Day,
    pub due_on: Day,
}

/// To Billing, and to Primary where a licence has moved; one mail to each address.
#[must_use]
pub fn to_customer(readers: &[Reader], news: &News, primary_too: bool) -> Vec<Letter> {
    let mut to: Vec<&Reader> = Vec::new();
    let opens = |it: &&&Reader| allows(&[it.role], Application::PaymentRecord);
    // Who reads it as Billing can follow the link, so those lines come first.
    for reader in readers.iter().filter(|it| opens(&it)).chain(readers.iter().filter(|_| primary_too)) {
        if !to.iter().any(|it| it.email == reader.email) {
            to.push(reader);
        }
    }
    let letter = |it: &Reader| Letter {
        kind: TO_CUSTOMER,
        to: Some(it.email.clone()),
        contact: None,
        payload: json!(ToCustomer { name: it.name.as_str().to_owned(), role: it.role, news: news.clone() }),
    };
    to.into_iter().map(letter).collect()
}

/// The alert to the vendor's billing team.
#[must_use]
pub fn to_vendor(config: &Config, news: &News) -> Letter {
    letter_to(&config.billing_email, TO_VENDOR, json!(news))
}

fn letter_to(to: &Email, kind: &'static str, payload: Value) -> Letter {
    Letter { kind, to: Some(to.clone()), contact: None, payload }
}

/// `None` when the payload is not one of ours.
#[must_use]
pub fn render(kind: &str, payload: &Value, mailing: &Mailing) -> Option<Mail> {
    let (origin, brand) = (mailing.config.origin.as_str(), &mailing.config.brand);
    let text = match kind {
        TO_CUSTOMER => customer_text(ToCustomer::deserialize(payload).ok()?, origin, &brand.vendor_name),
        TO_VENDOR => vendor_text(News::deserialize(payload).ok()?, origin),
        OVERDUE => overdue_text(&Overdue::deserialize(payload).ok()?, origin),
        STRAY => online::mail::text(payload, mailing)?,
        _ => return None,
    };
    Some(text.dressed(brand))
}

fn customer_text(mail: ToCustomer, origin: &str, vendor: &str) -> MailText {
    let ToCustomer { name, role, news } = mail;
    let opens = allows(&[role], Application::PaymentRecord);
    let News { about, what, message, licences, online } = news;
    let invoice = &about.invoice;
    let (subject, said) = match what {
        Happened::Submit if online => (
            format!("Invoice {invoice} was paid online"),
            format!(
                "{} paid invoice {invoice} of {} online, and the gateway has confirmed it. The {vendor} team marks the invoice as paid within {} working days.",
                about.by,
                about.organisation,
                super::rules::ageing::WORKING_DAYS
            ),
        ),
        Happened::Submit => (
            format!("Payment of invoice {invoice} recorded"),
            format!(
                "{} recorded a payment of invoice {invoice} for {}. The {vendor} team reconciles it within {} working days.",
                about.by,
                about.organisation,
                super::rules::ageing::WORKING_DAYS
            ),
        ),
        Happened::TakeUp => (
            format!("Payment of invoice {invoice} is under review"),
            format!("The {vendor} team is looking for the payment of invoice {invoice}."),
        ),
        Happened::Ask => (
            format!("A question about the payment of invoice {invoice}"),
            format!(
                "The {vendor} team needs an answer before it can go on with the payment of invoice {invoice}:"
            ),
        ),
        Happened::Answer => (
            format!("Your answer about the payment of invoice {invoice} was sent"),
            format!("The {vendor} team has the answer and goes on with the payment of invoice {invoice}."),
        ),
        Happened::Match => (
            format!("Payment of invoice {invoice} reconciled"),
            format!("The {vendor} team has found the payment. Invoice {invoice} is marked as paid."),
        ),
        Happened::Refuse => (
            format!("Payment of invoice {invoice} was not accepted"),
            format!("The {vendor} team could not match the payment to invoice {invoice}:"),
        ),
        Happened::Withdraw => (
            format!("Payment record of invoice {invoice} withdrawn"),
            format!(
                "The record of the payment of invoice {invoice} was withdrawn. Nobody looks for the payment any more."
            ),
        ),
        Happened::Note => (
            format!("A note on the payment of invoice {invoice}"),
            format!("The {vendor} team left a note on the payment of invoice {invoice}:"),
        ),
    };
    let mut lines = vec![said];
    lines.extend(Some(message).filter(|it| !it.is_empty()));
    lines.extend(licences);
    lines.push(about.said());
    let path = if opens { format!("/payments/{}", about.record.as_str()) } else { String::new() };
    let label = if opens { "Open the payment" } else { "See how the licences stand" };
    MailText {
        subject,
        greeting: format!("Hello {name},"),
        lines,
        button: Some(MailButton { label, url: format!("{origin}{}{path}", home(&about.org)), code: None }),
        reason: format!("You get this because you are {} contact of {}.", role.label(), about.organisation),
        ..MailText::default()
    }
}

fn vendor_text(news: News, origin: &str) -> MailText {
    let News { about, what, message, licences, online } = news;
    let (customer, invoice) = (&about.organisation, &about.invoice);
    let (subject, said) = match what {
        Happened::Answer => (
            format!("{customer} answered about invoice {invoice}"),
            format!("{customer} answered the question about the payment of invoice {invoice}."),
        ),
        Happened::Withdraw => (
            format!("{customer} withdrew the payment record of invoice {invoice}"),
            format!("{customer} withdrew the record before it was taken up. There is nothing to reconcile."),
        ),
        Happened::Submit if online => (
            format!("{customer} paid {} for invoice {invoice} online", about.amount),
            format!(
                "{customer} paid invoice {invoice} online, and the gateway has confirmed it. Reconcile it with the accounts."
            ),
        ),
        Happened::Submit
        | Happened::TakeUp
        | Happened::Ask
        | Happened::Match
        | Happened::Refuse
        | Happened::Note => (
            format!("{customer} recorded {} for invoice {invoice}", about.amount),
            format!("{customer} recorded a payment of invoice {invoice}. Reconcile it with the accounts."),
        ),
    };
    let mut lines = vec![said, about.said()];
    lines.extend(Some(message).filter(|it| !it.is_empty()));
    lines.extend(licences);
    team_text(subject, lines, origin, &about)
}

fn overdue_text(mail: &Overdue, origin: &str) -> MailText {
    let Overdue { about, recorded_on, due_on } = mail;
    let subject =
        format!("Overdue: {} of {} for invoice {}", about.amount, about.organisation, about.invoice);
    let late = format!(
        "The payment was recorded on {} and should have been reconciled by {}. The customer is still waiting.",
        recorded_on.words(),
        due_on.words()
    );
    team_text(subject, vec![late, about.said()], origin, about)
}

fn team_text(subject: String, lines: Vec<String>, origin: &str, about: &About) -> MailText {
    MailText {
        subject,
        greeting: "Hello billing team,".to_owned(),
        lines,
        button: Some(MailButton {
            label: "Open the payment",
            url: format!("{origin}/staff/payments/{}", about.record.as_str()),
            code: None,
        }),
        reason: "You get this because this address is the billing address of the portal.".to_owned(),
        ..MailText::default()
    }
}

impl About {
    #[must_use]
    pub fn of(org: &OrgId, organisation: &str, it: &Record) -> Self {
        Self {
            org: org.clone(),
            organisation: organisation.to_owned(),
            record: it.id.clone(),
            invoice: it.invoice_number.clone(),
            amount: it.amount.words(),
            tax: Some(it.tax_deducted).filter(|it| it.minor() > 0).map(Money::words),
            paid_on: it.paid_on,
            method: it.method.label().to_owned(),
            reference: it.reference.clone(),
            by: it.by_name.clone(),
        }
    }

    fn said(&self) -> String {
        let tax = self.tax.as_ref().map_or_else(String::new, |it| format!(", {it} deducted as tax"));
        format!(
            "{}{tax}, paid on {} by {}, reference {}. Recorded by {}.",
            self.amount,
            self.paid_on.words(),
            self.method,
            self.reference,
            self.by
        )
    }
}
