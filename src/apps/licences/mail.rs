//! Mails 10 and 13 of domain 12.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::reminder::{announcement, headline, what_to_do};
use super::rules::Licence;
use crate::access::Member;
use crate::access::matrix::{Application, allows};
use crate::apps::home;
use crate::kernel::{Day, DisplayName, Email, OrgId, Role};
use crate::outbox::{Letter, Mailing};
use crate::page::{Mail, MailButton, MailText};

const DECISION: &str = "licences.extension";
pub const EXPIRY: &str = "licences.expiry";

/// Who holds a role that is written to: a line for each role.
#[derive(Debug, Deserialize)]
pub struct Reader {
    pub role: Role,
    pub name: DisplayName,
    pub email: Email,
}

/// What became of a request.
#[derive(Clone, Serialize, Deserialize)]
pub struct Decided {
    pub organisation: String,
    pub org: OrgId,
    pub product: String,
    pub granted: bool,
    pub valid_till: Day,
    pub message: String,
    pub by: String,
    /// In words.
    pub reason: String,
    pub description: String,
}

#[derive(Serialize, Deserialize)]
struct Decision {
    name: String,
    /// None of who asked for it.
    role: Option<Role>,
    #[serde(flatten)]
    facts: Decided,
}

/// An end that comes near, comes, or has come.
#[derive(Serialize, Deserialize)]
pub struct Expiry {
    pub name: String,
    pub organisation: String,
    pub org: OrgId,
    pub roles: Vec<Role>,
    pub licence: Licence,
    /// The day on which it was noticed; the words count from it.
    pub on: Day,
}

/// To who asked and to Billing, and to Primary when it was granted; one mail to each address (domain 6.3).
#[must_use]
pub fn decision(me: &Member, readers: &[Reader], facts: &Decided) -> Vec<Letter> {
    let mut to: Vec<(&Email, &DisplayName, Option<Role>)> = vec![(&me.email, &me.name, None)];
    let told = |it: &&Reader| it.role == Role::Billing || facts.granted;
    for reader in readers.iter().filter(told) {
        if !to.iter().any(|it| it.0 == &reader.email) {
            to.push((&reader.email, &reader.name, Some(reader.role)));
        }
    }
    let letter = |(email, name, role): (&Email, &DisplayName, Option<Role>)| Letter {
        kind: DECISION,
        to: Some(email.clone()),
        contact: None,
        payload: json!(Decision { name: name.as_str().to_owned(), role, facts: facts.clone() }),
    };
    to.into_iter().map(letter).collect()
}

/// `None` when the payload is not one of ours.
#[must_use]
pub fn render(kind: &str, payload: &Value, mailing: &Mailing) -> Option<Mail> {
    let origin = mailing.config.origin.as_str();
    let text = match kind {
        DECISION => decision_text(Decision::deserialize(payload).ok()?, origin),
        EXPIRY => expiry_text(Expiry::deserialize(payload).ok()?, origin),
        _ => return None,
    };
    Some(text.dressed(&mailing.config.brand))
}

/// The title of the notification, too.
#[must_use]
pub fn subject(facts: &Decided) -> String {
    if facts.granted {
        format!("{} licence extended till {}", facts.product, facts.valid_till.words())
    } else {
        format!("{} licence was not extended", facts.product)
    }
}

fn decision_text(mail: Decision, origin: &str) -> MailText {
    let Decision { name, role, facts } = mail;
    let subject = subject(&facts);
    let Decided { organisation, org, product, message, by, reason, description, .. } = facts;
    let asked = match role {
        None => format!("You asked for an extension of the {product} licence of {organisation}."),
        Some(_) => format!("{by} asked for an extension of the {product} licence of {organisation}."),
    };
    let why = role.map_or_else(
        || "You get this because you asked for the extension.".to_owned(),
        |it| format!("You get this because you are {} contact of {organisation}.", it.label()),
    );
    MailText {
        subject,
        greeting: format!("Hello {name},"),
        lines: vec![message, asked, format!("The reason that was given: {reason}. {description}")],
        button: Some(button(
            origin,
            &org,
            role.is_none_or(|it| allows(&[it], Application::LicenseExtension)),
        )),
        reason: why,
        ..MailText::default()
    }
}

fn expiry_text(mail: Expiry, origin: &str) -> MailText {
    let Expiry { name, organisation, org, roles, licence, on } = mail;
    let is_billing = allows(&roles, Application::LicenseExtension);
    let mut lines = announcement(&licence, on);
    lines.push(what_to_do(&licence, on, is_billing));
    let roles: Vec<&str> = roles.iter().map(|it| it.label()).collect();
    MailText {
        subject: headline(&licence.product, licence.valid_till, on),
        greeting: format!("Hello {name},"),
        lines,
        button: Some(button(origin, &org, is_billing)),
        reason: format!("You get this because you are {} contact of {organisation}.", roles.join(" and ")),
        ..MailText::default()
    }
}

/// Who may not open the licences sees how they stand on the home page.
fn button(origin: &str, org: &OrgId, opens: bool) -> MailButton {
    let path = if opens { "/licences" } else { "" };
    let label = if opens { "Open Licences" } else { "See how the licences stand" };
    MailButton { label, url: format!("{origin}{}{path}", home(org)), code: None }
}
