//! A key of a program ends within a fortnight.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::sql::Ending;
use crate::outbox::{Letter, Mailing};
use crate::page::{Mail, MailText};

const ENDING: &str = "keys.ending";

#[derive(Serialize, Deserialize)]
struct Soon {
    person: String,
    name: String,
    prefix: String,
    expires_at: i64,
    last_used_at: Option<i64>,
}

#[must_use]
pub fn ending(key: &Ending) -> Letter {
    let payload = json!(Soon {
        person: key.person_name.as_str().to_owned(),
        name: key.name.clone(),
        prefix: key.prefix.clone(),
        expires_at: key.expires_at,
        last_used_at: key.last_used_at,
    });
    Letter { kind: ENDING, to: Some(key.email.clone()), contact: None, payload }
}

/// `None` when the payload is not one of ours.
#[must_use]
pub fn render(kind: &str, payload: &Value, mailing: &Mailing) -> Option<Mail> {
    if kind != ENDING {
        return None;
    }
    let Soon { person, name, prefix, expires_at, last_used_at } = Soon::deserialize(payload).ok()?;
    let zone = mailing.config.zone;
    let used = match last_used_at {
        Some(at) => format!("It was last used on {}.", zone.day_words(at)),
        None => "It was never used.".to_owned(),
    };
    let text = MailText {
        subject: format!("The API key {name} ends on {}", zone.day_words(expires_at - 1)),
        greeting: format!("Hello {person},"),
        lines: vec![
            format!(
                "The API key {name} ({prefix}\u{2026}) works till {}. After that day, calls with it are refused.",
                zone.day_words(expires_at - 1)
            ),
            used,
            format!(
                "Rotate it before: the new key and the old one then work side by side for as long as you choose. You \
                 find it at {}/staff/keys.",
                mailing.config.origin
            ),
        ],
        reason: "You get this because you made the key, or because you are an Admin.".to_owned(),
        ..MailText::default()
    };
    Some(text.dressed(&mailing.config.brand))
}
