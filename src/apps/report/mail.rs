//! Mail 3 of domain 12: the organisation report, as an HTML attachment.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::access::Member;
use crate::kernel::ReportId;
use crate::outbox::{Letter, Mailing};
use crate::page::{Mail, MailText};

pub const READY: &str = "report.ready";

#[derive(Serialize, Deserialize)]
pub struct Ready {
    pub name: String,
    pub organisation: String,
    /// What the queue makes before the mail leaves.
    pub report: ReportId,
    /// The day it was asked for.
    pub on: String,
}

/// To who asked. The file is made, and put where `files` says, before the mail leaves.
#[must_use]
pub fn ready(me: &Member, report: &ReportId, object: &str, on: &str) -> Letter {
    let payload = Ready {
        name: me.name.as_str().to_owned(),
        organisation: me.org_name.as_str().to_owned(),
        report: report.clone(),
        on: on.to_owned(),
    };
    let file = json!({ "name": file_name(on), "kind": KIND, "object": object });
    let mut payload = json!(payload);
    if let Value::Object(fields) = &mut payload {
        fields.insert("files".to_owned(), json!([file]));
    }
    Letter { kind: READY, to: Some(me.email.clone()), contact: None, payload }
}

pub const KIND: &str = "text/html; charset=utf-8";

#[must_use]
pub fn file_name(on: &str) -> String {
    format!("organisation-report_{on}.html")
}

/// `None` when the payload is not one of ours.
#[must_use]
pub fn render(kind: &str, payload: &Value, mailing: &Mailing) -> Option<Mail> {
    if kind != READY {
        return None;
    }
    let Ready { name, organisation, on, .. } = Ready::deserialize(payload).ok()?;
    let text = MailText {
        subject: format!("Your organisation report of {on}"),
        greeting: format!("Hello {name},"),
        lines: vec![
            "The report that you asked for is attached. It covers every organisation of which you are the Primary \
             contact: contacts, subscriptions, licences and usage."
                .to_owned(),
            "It is one HTML file: any browser opens it, also without a network, and prints it on A4.".to_owned(),
        ],
        after: vec![
            "It names people and what your organisations bought, so pass it on with care. If you did not ask for it, \
             change your password and write to us."
                .to_owned(),
        ],
        reason: format!("You get this because you asked for it as the Primary contact of {organisation}."),
        ..MailText::default()
    };
    Some(text.dressed(&mailing.config.brand))
}
