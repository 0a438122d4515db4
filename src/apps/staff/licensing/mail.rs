//! What a customer is told when the vendor's team changes a licence: Primary and Billing (domain 12, 6).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::rules::{Change, Licence};
use crate::access::matrix::{Application, allows};
use crate::apps::home;
use crate::apps::staff::told::{Notice, Reader, reason, recipients};
use crate::kernel::{NotificationId, OrgId, Role};
use crate::outbox::{Letter, Mailing};
use crate::page::{Mail, MailButton, MailText};

const CHANGED: &str = "licensing.changed";
const ROLES: &[Role] = &[Role::Primary, Role::Billing];

#[derive(Clone, Serialize, Deserialize)]
pub struct Changed {
    organisation: String,
    org: OrgId,
    product: String,
    /// `is now valid till …`
    what: String,
    note: String,
}

#[derive(Serialize, Deserialize)]
struct To {
    name: String,
    roles: Vec<Role>,
    #[serde(flatten)]
    facts: Changed,
}

impl Changed {
    #[must_use]
    pub fn of(it: &Licence, change: &Change) -> Self {
        Self {
            organisation: it.organisation.clone(),
            org: it.org_id.clone(),
            product: it.product.clone(),
            what: change.wish.words(it.valid_till),
            note: change.note.as_str().to_owned(),
        }
    }

    #[must_use]
    pub fn notice(&self, id: NotificationId) -> Notice {
        Notice {
            id,
            org: self.org.clone(),
            roles: ROLES,
            category: "license",
            title: self.subject(),
            body: self.note.clone(),
            path: String::new(),
        }
    }

    /// The fact, without what was before.
    fn subject(&self) -> String {
        let what = self.what.split(';').next().unwrap_or_default();
        format!("The {} licence {what}", self.product)
    }

    #[must_use]
    pub fn letters(&self, readers: &[Reader]) -> Vec<Letter> {
        let to = recipients(readers, &self.org, ROLES).into_iter();
        to.map(|it| Letter {
            kind: CHANGED,
            to: Some(it.email.clone()),
            contact: None,
            payload: json!(To { name: it.name.as_str().to_owned(), roles: it.roles, facts: self.clone() }),
        })
        .collect()
    }
}

/// `None` when the payload is not one of ours.
#[must_use]
pub fn render(kind: &str, payload: &Value, mailing: &Mailing) -> Option<Mail> {
    if kind != CHANGED {
        return None;
    }
    let To { name, roles, facts } = To::deserialize(payload).ok()?;
    // Who may not open the licences sees how they stand on the home page.
    let opens = allows(&roles, Application::LicenseExtension);
    let path = if opens { "/licences/history" } else { "" };
    let text = MailText {
        subject: facts.subject(),
        greeting: format!("Hello {name},"),
        lines: vec![
            format!("The {} licence of {} {}.", facts.product, facts.organisation, facts.what),
            facts.note.clone(),
        ],
        button: Some(MailButton {
            label: if opens { "Open Licences" } else { "See how the licences stand" },
            url: format!("{}{}{path}", mailing.config.origin, home(&facts.org)),
            code: None,
        }),
        reason: reason(&roles, &facts.organisation),
        ..MailText::default()
    };
    Some(text.dressed(&mailing.config.brand))
}
