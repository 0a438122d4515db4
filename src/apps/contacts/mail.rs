//! Mails 1 and 12 of domain 12.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::rules::Contact;
use crate::access::Member;
use crate::kernel::{ContactId, DisplayName, Email, Role};
use crate::link::NewLink;
use crate::outbox::{Letter, LinkRef, Mailing};
use crate::page::{Mail, MailButton, MailText};

const VERIFY: &str = "contacts.verify";
const DELETED: &str = "contacts.deleted";
const ROLES: &str = "contacts.roles";

#[derive(Serialize, Deserialize)]
struct Verify {
    name: String,
    organisation: String,
    by: String,
    link: LinkRef,
}

#[derive(Serialize, Deserialize)]
struct Deleted {
    name: String,
    organisation: String,
    by: String,
}

#[derive(Serialize, Deserialize)]
struct Roles {
    name: String,
    organisation: String,
    by: String,
    gained: Vec<Role>,
    lost: Vec<Role>,
}

pub(super) fn verify(
    me: &Member,
    name: &DisplayName,
    to: &Email,
    contact: &ContactId,
    link: &NewLink,
) -> Letter {
    let payload = json!(Verify {
        name: name.as_str().to_owned(),
        organisation: me.org_name.as_str().to_owned(),
        by: me.name.as_str().to_owned(),
        link: link.reference.clone(),
    });
    Letter { kind: VERIFY, to: Some(to.clone()), contact: Some(contact.clone()), payload }
}

pub(super) fn deleted(me: &Member, contact: &Contact) -> Letter {
    let payload = json!(Deleted {
        name: contact.display_name.as_str().to_owned(),
        organisation: me.org_name.as_str().to_owned(),
        by: me.name.as_str().to_owned(),
    });
    Letter { kind: DELETED, to: Some(contact.email.clone()), contact: None, payload }
}

pub(super) fn roles(me: &Member, contact: &Contact, gained: &[Role], lost: &[Role]) -> Letter {
    let payload = json!(Roles {
        name: contact.display_name.as_str().to_owned(),
        organisation: me.org_name.as_str().to_owned(),
        by: me.name.as_str().to_owned(),
        gained: gained.to_vec(),
        lost: lost.to_vec(),
    });
    Letter { kind: ROLES, to: Some(contact.email.clone()), contact: None, payload }
}

/// `None` when the payload is not one of ours or its link cannot be made any more.
#[must_use]
pub fn render(kind: &str, payload: &Value, mailing: &Mailing) -> Option<Mail> {
    let brand = &mailing.config.brand;
    let text = match kind {
        VERIFY => verify_text(Verify::deserialize(payload).ok()?, mailing)?,
        DELETED => deleted_text(&Deleted::deserialize(payload).ok()?),
        ROLES => roles_text(&Roles::deserialize(payload).ok()?),
        _ => return None,
    };
    Some(text.dressed(brand))
}

fn verify_text(facts: Verify, mailing: &Mailing) -> Option<MailText> {
    let Verify { name, organisation, by, link } = facts;
    let (url, code) = mailing.link("verify", &link)?;
    let vendor = &mailing.config.brand.vendor_name;
    Some(MailText {
        subject: format!("Verify your e-mail address for {organisation}"),
        greeting: format!("Hello {name},"),
        lines: vec![
            format!("{by} has added you as a contact of {organisation} in the customer portal of {vendor}."),
            "Confirm that this address is yours. After that you can sign in and be given a role.".to_owned(),
        ],
        button: Some(MailButton { label: "Verify your Email", url, code: Some(code) }),
        after: vec![
            "The link works once, for 7 days. If it has expired, ask your Primary contact to send a new one."
                .to_owned(),
            format!(
                "If you do not know {by} or {organisation}, ignore this mail. Nothing happens without you."
            ),
        ],
        reason: format!("You get this because {by} entered your address as a contact of {organisation}."),
        ..MailText::default()
    })
}

fn deleted_text(facts: &Deleted) -> MailText {
    let Deleted { name, organisation, by } = facts;
    MailText {
        subject: format!("You are no longer a contact of {organisation}"),
        greeting: format!("Hello {name},"),
        lines: vec![
            format!(
                "{by} has removed you from the contacts of {organisation}. You no longer see its orders, licences and messages."
            ),
            "Your own sign-in stays as it is, and so do other organisations you belong to.".to_owned(),
        ],
        after: vec![format!("If this is a mistake, ask {by} to add you again.")],
        reason: format!("You get this because you were a verified contact of {organisation}."),
        ..MailText::default()
    }
}

fn roles_text(facts: &Roles) -> MailText {
    let Roles { name, organisation, by, gained, lost } = facts;
    let list = |roles: &[Role]| roles.iter().map(|it| it.label()).collect::<Vec<_>>().join(" and ");
    let word = |roles: &[Role]| if roles.len() > 1 { "roles" } else { "role" };
    let mut lines = Vec::new();
    if !gained.is_empty() {
        lines.push(format!("{by} has given you the {} {} in {organisation}.", word(gained), list(gained)));
        lines.extend(gained.iter().map(|it| opens(*it)));
    }
    if !lost.is_empty() {
        lines.push(format!("You no longer hold the {} {} in {organisation}.", word(lost), list(lost)));
    }
    let subject = match (gained.is_empty(), lost.is_empty()) {
        (false, true) => format!("You are now the {} contact of {organisation}", list(gained)),
        (true, _) => format!("You are no longer the {} contact of {organisation}", list(lost)),
        (false, false) => format!("Your roles in {organisation} have changed"),
    };
    MailText {
        subject,
        greeting: format!("Hello {name},"),
        lines,
        after: vec!["The change is in force now; you need not sign in again.".to_owned()],
        reason: format!("You get this because you are a contact of {organisation}."),
        ..MailText::default()
    }
}

/// What a role is for, said to its holder (domain 2.1).
fn opens(role: Role) -> String {
    format!("As {} contact you {}.", role.label(), role_opens(role))
}

/// What a role lets its holder do (domain 2.2).
#[must_use]
pub fn role_opens(role: Role) -> &'static str {
    match role {
        Role::Primary => "own the account: add contacts, assign roles, see the orders",
        Role::Billing => "see the orders, record payments and ask for licence extensions",
        Role::Support => "reach the help desk and see how the products are used",
        Role::Technical => "see how the products are used",
    }
}
