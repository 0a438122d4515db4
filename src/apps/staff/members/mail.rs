//! To a new colleague who knows a password already; everybody else gets the link to choose one.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::kernel::{DisplayName, Email, StaffRole};
use crate::outbox::{Letter, Mailing};
use crate::page::{Mail, MailButton, MailText};

const WELCOME: &str = "members.welcome";

#[derive(Deserialize)]
struct Facts {
    name: String,
    role: StaffRole,
}

#[must_use]
pub fn welcome(to: &Email, name: &DisplayName, role: StaffRole) -> Letter {
    Letter {
        kind: WELCOME,
        to: Some(to.clone()),
        contact: None,
        payload: json!({ "name": name, "role": role }),
    }
}

/// `None` for a kind or a payload that is not one of ours.
#[must_use]
pub fn render(kind: &str, payload: &Value, mailing: &Mailing) -> Option<Mail> {
    if kind != WELCOME {
        return None;
    }
    let Facts { name, role } = Facts::deserialize(payload).ok()?;
    let vendor = &mailing.config.brand.vendor_name;
    let url = format!("{}/sign-in", mailing.config.origin);
    let text = MailText {
        subject: format!("You are one of the staff in the portal of {vendor}"),
        greeting: format!("Hello {name},"),
        lines: vec![
            format!("You now have the staff role {} in the customer portal of {vendor}.", role.label()),
            "Sign in with the password that you have, and open the staff console.".to_owned(),
        ],
        button: Some(MailButton { label: "Sign in", url, code: None }),
        after: vec!["Your session ends after a quarter of an hour without a click, and after eight hours in any case.".to_owned()],
        reason: format!("You get this because an Admin of {vendor} added you to the staff."),
        ..MailText::default()
    };
    Some(text.dressed(&mailing.config.brand))
}
