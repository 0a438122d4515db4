//! Mails that follow from what the staff do with a customer (domain 12, mails 2 and 12).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::kernel::{DisplayName, Email, OrgName};
use crate::outbox::{Letter, Mailing};
use crate::page::{Mail, MailButton, MailText};

const WELCOME: &str = "customers.welcome";
const PRIMARY_GIVEN: &str = "customers.primary_given";
const PRIMARY_TAKEN: &str = "customers.primary_taken";

#[derive(Serialize, Deserialize)]
struct Facts {
    name: String,
    organisation: String,
    /// Who follows; of those who lose the role.
    #[serde(default)]
    successor: String,
    #[serde(default)]
    stays: bool,
}

fn letter(kind: &'static str, to: &Email, facts: &Facts) -> Letter {
    Letter { kind, to: Some(to.clone()), contact: None, payload: json!(facts) }
}

/// To a first contact who knows a password already and needs no link.
#[must_use]
pub fn welcome(to: &Email, name: &DisplayName, org: &OrgName) -> Letter {
    let facts = Facts {
        name: name.as_str().to_owned(),
        organisation: org.as_str().to_owned(),
        successor: String::new(),
        stays: true,
    };
    letter(WELCOME, to, &facts)
}

#[must_use]
pub fn primary_given(to: &Email, name: &DisplayName, org: &OrgName) -> Letter {
    letter(
        PRIMARY_GIVEN,
        to,
        &Facts {
            name: name.as_str().to_owned(),
            organisation: org.as_str().to_owned(),
            successor: String::new(),
            stays: true,
        },
    )
}

#[must_use]
pub fn primary_taken(
    to: &Email,
    name: &DisplayName,
    org: &OrgName,
    successor: &DisplayName,
    stays: bool,
) -> Letter {
    letter(
        PRIMARY_TAKEN,
        to,
        &Facts {
            name: name.as_str().to_owned(),
            organisation: org.as_str().to_owned(),
            successor: successor.as_str().to_owned(),
            stays,
        },
    )
}

/// `None` for a kind or a payload that is not one of ours.
#[must_use]
pub fn render(kind: &str, payload: &Value, mailing: &Mailing) -> Option<Mail> {
    let facts = Facts::deserialize(payload).ok()?;
    let vendor = &mailing.config.brand.vendor_name;
    let text = match kind {
        WELCOME => welcome_text(&facts, vendor),
        PRIMARY_GIVEN => given_text(&facts, vendor),
        PRIMARY_TAKEN => taken_text(&facts, vendor),
        _ => return None,
    };
    let button =
        MailButton { label: "Sign in", url: format!("{}/sign-in", mailing.config.origin), code: None };
    Some(MailText { button: Some(button), ..text }.dressed(&mailing.config.brand))
}

fn welcome_text(facts: &Facts, vendor: &str) -> MailText {
    let Facts { name, organisation, .. } = facts;
    MailText {
        subject: format!("{organisation} is in the customer portal of {vendor}"),
        greeting: format!("Hello {name},"),
        lines: vec![
            format!(
                "{vendor} has set up {organisation} in its customer portal, with you as Primary and Support contact."
            ),
            "You know a password for the portal already; sign in with it and choose the organisation."
                .to_owned(),
        ],
        after: vec!["As Primary contact you add the other contacts and say who holds which role.".to_owned()],
        reason: format!("You get this because {vendor} made you the first contact of {organisation}."),
        ..MailText::default()
    }
}

fn given_text(facts: &Facts, vendor: &str) -> MailText {
    let Facts { name, organisation, .. } = facts;
    MailText {
        subject: format!("You are now the Primary contact of {organisation}"),
        greeting: format!("Hello {name},"),
        lines: vec![
            format!(
                "{vendor} has made you the Primary contact of {organisation}, after checking with your organisation."
            ),
            "As Primary contact you add contacts, assign roles and see the orders.".to_owned(),
        ],
        after: vec![format!("If you did not expect this, write to {vendor} at once.")],
        reason: format!("You get this because you are a contact of {organisation}."),
        ..MailText::default()
    }
}

fn taken_text(facts: &Facts, vendor: &str) -> MailText {
    let Facts { name, organisation, successor, stays } = facts;
    let what_stays = if *stays {
        format!("You are still a contact of {organisation}, with whatever other roles you hold.")
    } else {
        format!("You are no longer a contact of {organisation}. Your own sign-in stays as it is.")
    };
    MailText {
        subject: format!("You are no longer the Primary contact of {organisation}"),
        greeting: format!("Hello {name},"),
        lines: vec![
            format!(
                "{vendor} has made {successor} the Primary contact of {organisation}, after checking with the organisation."
            ),
            what_stays,
        ],
        after: vec![format!("If this is a mistake, write to {vendor} at once: it can be put right.")],
        reason: format!("You get this because you were the Primary contact of {organisation}."),
        ..MailText::default()
    }
}
