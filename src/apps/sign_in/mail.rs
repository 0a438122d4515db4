use serde::Deserialize;
use serde_json::{Value, json};

use crate::access::App;
use crate::kernel::{DisplayName, Email};
use crate::outbox::{Letter, LinkRef, Mailing};
use crate::page::{Mail, MailButton, MailText};

pub const FIRST_PASSWORD: &str = "sign_in.first_password";
pub const RESET: &str = "sign_in.reset";
const PASSWORD_CHANGED: &str = "sign_in.password_changed";
const NEW_DEVICE: &str = "sign_in.new_device";

/// A link to choose a password.
#[derive(Deserialize)]
struct Linked {
    name: String,
    link: LinkRef,
}

/// Something happened that its owner should know of.
#[derive(Deserialize)]
struct Happened {
    name: String,
    email: String,
    device: String,
    address: String,
    at: i64,
}

/// `None`: there is nobody to send it to, and the work is the same.
pub fn link(kind: &'static str, to: Option<(Email, DisplayName)>, link: &LinkRef) -> Letter {
    let (to, name) = to.map_or((None, String::new()), |(email, name)| (Some(email), String::from(name)));
    Letter { kind, to, contact: None, payload: json!({ "name": name, "link": link }) }
}

/// Of somebody who was made a contact, or one of the staff, and has no password yet.
#[must_use]
pub fn first_password(to: &Email, name: &DisplayName, reference: &LinkRef) -> Letter {
    link(FIRST_PASSWORD, Some((to.clone(), name.clone())), reference)
}

#[must_use]
pub fn password_changed(app: &App, to: &Email, name: &DisplayName) -> Letter {
    happened(PASSWORD_CHANGED, app, to, name)
}

pub fn new_device(app: &App, to: &Email, name: &DisplayName) -> Letter {
    happened(NEW_DEVICE, app, to, name)
}

fn happened(kind: &'static str, app: &App, to: &Email, name: &DisplayName) -> Letter {
    let caller = app.caller();
    let payload = json!({
        "name": name, "email": to, "device": caller.device, "address": caller.address, "at": app.now(),
    });
    Letter { kind, to: Some(to.clone()), contact: None, payload }
}

/// The mails of this application; `None` for a kind or a payload that is not its own.
#[must_use]
pub fn render(kind: &str, payload: &Value, mailing: &Mailing) -> Option<Mail> {
    let text = match kind {
        FIRST_PASSWORD => first_password_text(&parsed(payload)?, mailing)?,
        RESET => reset(&parsed(payload)?, mailing)?,
        PASSWORD_CHANGED => changed(&parsed(payload)?, mailing),
        NEW_DEVICE => arrived(&parsed(payload)?, mailing),
        _ => return None,
    };
    Some(text.dressed(&mailing.config.brand))
}

fn parsed<T: for<'a> Deserialize<'a>>(payload: &Value) -> Option<T> {
    T::deserialize(payload).ok()
}

fn first_password_text(mail: &Linked, mailing: &Mailing) -> Option<MailText> {
    let (url, code) = mailing.link("password", &mail.link)?;
    let vendor = &mailing.config.brand.vendor_name;
    Some(MailText {
        subject: format!("Set your password for the customer portal of {vendor}"),
        greeting: greeting(&mail.name),
        lines: vec![
            "One step is left: choose a password of your own. Then you can sign in.".to_owned(),
        ],
        button: Some(MailButton { label: "Set your password", url, code: Some(code) }),
        after: vec![
            "The link works once, for 72 hours. After that, \"Forgotten your password?\" on the sign-in page sends \
             a new one."
                .to_owned(),
        ],
        reason: "You get this because you can now sign in to the customer portal.".to_owned(), ..MailText::default() })
}

fn reset(mail: &Linked, mailing: &Mailing) -> Option<MailText> {
    let (url, code) = mailing.link("password", &mail.link)?;
    Some(MailText {
        subject: "Choose a new password".to_owned(),
        greeting: greeting(&mail.name),
        lines: vec![
            "Somebody, most likely you, asked for a new password for the customer portal.".to_owned(),
        ],
        button: Some(MailButton { label: "Choose a new password", url, code: Some(code) }),
        after: vec![
            "The link works once, for 60 minutes, and only the newest one does.".to_owned(),
            "If it was not you, do nothing: your password stays as it is.".to_owned(),
        ],
        reason: "You get this because somebody entered your address under \"Forgotten your password?\"."
            .to_owned(),
        ..MailText::default()
    })
}

fn changed(mail: &Happened, mailing: &Mailing) -> MailText {
    MailText {
        subject: "Your password was changed".to_owned(),
        greeting: greeting(&mail.name),
        lines: vec![
            format!("The password of {} was changed on {}.", mail.email, mailing.config.zone.words(mail.at)),
            format!(
                "It was done with {} from {}. Every earlier session has ended.",
                mail.device, mail.address
            ),
            "If it was you, there is nothing to do. If not, take your account back at once:".to_owned(),
        ],
        button: Some(take_it_back(mailing)),
        after: vec![format!("Then tell us: {}.", mailing.config.support_email.as_str())],
        reason: "You get this because your password was changed.".to_owned(),
        ..MailText::default()
    }
}

fn arrived(mail: &Happened, mailing: &Mailing) -> MailText {
    MailText {
        subject: "New sign-in to your account".to_owned(),
        greeting: greeting(&mail.name),
        lines: vec![
            format!("{} was used to sign in on {}.", mail.email, mailing.config.zone.words(mail.at)),
            format!(
                "It was {} from {}, which we had not seen with your account before.",
                mail.device, mail.address
            ),
            "If it was you, there is nothing to do. If not, choose a new password; it ends every session:"
                .to_owned(),
        ],
        button: Some(take_it_back(mailing)),
        after: Vec::new(),
        reason: "You get this whenever a new browser signs in with your address.".to_owned(),
        ..MailText::default()
    }
}

/// The way for somebody whose password another may know. No secret in it.
fn take_it_back(mailing: &Mailing) -> MailButton {
    let url = format!("{}/forgot-password", mailing.config.origin);
    MailButton { label: "Choose a new password", url, code: None }
}

fn greeting(name: &str) -> String {
    format!("Hello {name},")
}
