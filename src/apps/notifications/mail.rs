//! Mails of notifications: one for each that is published, and the weekly one.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::rules::{Category, Choice};
use super::unsubscribe::{Subject, address};
use crate::apps::home;
use crate::kernel::{Day, NotificationId, OrgId, PersonId};
use crate::outbox::Mailing;
use crate::page::{Mail, MailButton, MailText};

pub const PUBLISHED: &str = "notifications.published";
pub const DIGEST: &str = "notifications.digest";

/// Whose mail it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct To {
    pub person: PersonId,
    pub name: String,
    pub org: OrgId,
    pub organisation: String,
}

/// What is the same in each mail of one notification.
#[derive(Debug, Serialize, Deserialize)]
pub struct About {
    pub notification: NotificationId,
    pub category: Category,
    pub title: String,
    /// Its text in words, a paragraph each; cut where it is long.
    pub lines: Vec<String>,
    pub is_whole: bool,
}

#[derive(Serialize, Deserialize)]
pub struct Published {
    #[serde(flatten)]
    pub to: To,
    #[serde(flatten)]
    pub about: About,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Item {
    pub title: String,
    pub category: Category,
    pub on: Day,
}

#[derive(Serialize, Deserialize)]
pub struct Digest {
    #[serde(flatten)]
    pub to: To,
    /// Newest first.
    pub items: Vec<Item>,
    /// Whether there are more than these.
    pub more: bool,
}

/// Characters of a text that are mailed: a letter, and small enough to be kept for each of many readers.
const LETTER: usize = 900;

impl About {
    #[must_use]
    pub fn of(notification: NotificationId, category: Category, title: String, body: &str) -> Self {
        let (mut lines, mut length, mut is_whole) = (Vec::new(), 0, true);
        for line in crate::page::plain(body) {
            let long = line.chars().count();
            if length + long > LETTER {
                let room = LETTER.saturating_sub(length);
                if room > 200 || lines.is_empty() {
                    lines.push(super::excerpt_of(&line, room));
                }
                is_whole = false;
                break;
            }
            length += long;
            lines.push(line);
        }
        Self { notification, category, title, lines, is_whole }
    }
}

/// `None` when the payload is not one of ours.
#[must_use]
pub fn render(kind: &str, payload: &Value, mailing: &Mailing) -> Option<Mail> {
    let text = match kind {
        PUBLISHED => published(Published::deserialize(payload).ok()?, mailing)?,
        DIGEST => digest(Digest::deserialize(payload).ok()?, mailing)?,
        _ => return None,
    };
    Some(text.dressed(&mailing.config.brand))
}

fn published(mail: Published, mailing: &Mailing) -> Option<MailText> {
    let Published { to, about } = mail;
    let About { notification, category, title, lines, is_whole } = about;
    let (why, unsubscribe) = choice(mailing, &to, category)?;
    let label = if is_whole { "Open it in the portal" } else { "Read on in the portal" };
    Some(MailText {
        greeting: format!("Hello {},", to.name),
        lines: if lines.is_empty() { vec![format!("{title}.")] } else { lines },
        subject: title,
        button: Some(MailButton { label, url: url(mailing, &to.org, notification.as_str()), code: None }),
        after: Vec::new(),
        reason: format!("You get this because you are a contact of {}. {why}", to.organisation),
        unsubscribe,
    })
}

/// Why mails of a category come, in a sentence, and the address that ends them where they may be ended.
#[must_use]
pub fn choice(mailing: &Mailing, to: &To, category: Category) -> Option<(String, Option<String>)> {
    let about = category.label().to_lowercase();
    if category.fixed().is_some() {
        return Some((format!("Mails about {about} are always sent."), None));
    }
    let ends = address(mailing, to, Subject::Category(category))?;
    Some((format!("You have mails about {about} switched on."), Some(ends)))
}

fn digest(mail: Digest, mailing: &Mailing) -> Option<MailText> {
    let Digest { to, items, more } = mail;
    let count = items.len();
    let subject = match (items.as_slice(), more) {
        ([], _) => return None,
        ([only], false) => format!("Unread at {}: {}", to.organisation, only.title),
        (_, false) => format!("{count} notifications of the week at {}", to.organisation),
        (_, true) => format!("More than {count} notifications of the week at {}", to.organisation),
    };
    let opening = match (count, more) {
        (1, false) => "One notification of the past week that you have not read:".to_owned(),
        (_, false) => format!("{count} notifications of the past week that you have not read:"),
        (_, true) => format!("The newest {count} of the past week's notifications that you have not read:"),
    };
    let line = |it: &Item| format!("{} · {}: {}", it.on.words(), it.category.label(), it.title);
    Some(MailText {
        subject,
        greeting: format!("Hello {},", to.name),
        lines: std::iter::once(opening).chain(items.iter().map(line)).collect(),
        button: Some(MailButton {
            label: "Read them in the portal",
            url: url(mailing, &to.org, ""),
            code: None,
        }),
        after: Vec::new(),
        reason: format!(
            "You get this because you are a contact of {} and have these notifications collected once a week.",
            to.organisation
        ),
        unsubscribe: Some(address(mailing, &to, Subject::Digest)?),
    })
}

fn url(mailing: &Mailing, org: &OrgId, id: &str) -> String {
    let url = format!("{}{}/notifications/{id}", mailing.config.origin, home(org));
    url.trim_end_matches('/').to_owned()
}

/// The choice of who has chosen nothing, for statements: a JSON object of all categories.
#[must_use]
pub fn usual() -> String {
    let all = Category::ALL.map(|it| (it.code().to_owned(), serde_json::json!(it.usual())));
    Value::Object(all.into_iter().collect()).to_string()
}

/// Of one category, for statements.
#[must_use]
pub fn usual_of(category: Category) -> &'static str {
    let usual: Choice = category.usual();
    usual.code()
}
