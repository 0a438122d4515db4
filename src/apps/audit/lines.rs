//! A line of the log as it was written, and what can be asked of the log.

use serde::Deserialize;
use serde_json::Value;

use crate::kernel::{AuditId, Cursor, Day, OrgId, PersonId, Zone};

#[derive(Debug, Deserialize)]
pub struct Line {
    pub id: AuditId,
    pub at: i64,
    /// None for a program, the system, or somebody unknown.
    pub actor_id: Option<PersonId>,
    pub actor_name: String,
    pub action: String,
    pub target: String,
    before: Option<String>,
    after: Option<String>,
    /// Where from.
    pub address: String,
    pub request_id: String,
    /// None where it is about a person or the installation.
    pub org_id: Option<OrgId>,
    pub org_name: Option<String>,
    /// Among all lines, as they were written.
    place: i64,
}

#[derive(Debug, Default)]
pub struct Filter {
    /// Id or address of a person, or the whole name of whoever it was.
    pub actor: Option<Actor>,
    pub action: Option<Action>,
    pub days: Days,
}

/// Both ends belong to it.
#[derive(Debug, Default, Clone, Copy)]
pub struct Days {
    pub from: Option<Day>,
    pub to: Option<Day>,
}

pub type LineCursor = Cursor<i64, i64>;

#[derive(Debug, Clone)]
pub struct Actor(pub String);

/// Such as `contact.added`.
#[derive(Debug, Clone)]
pub struct Action(pub String);

#[derive(Debug, thiserror::Error)]
#[error("Write the whole name, the address or the id of whoever it was.")]
pub struct BadActor;

#[derive(Debug, thiserror::Error)]
#[error("There is no such action. Choose one of the list.")]
pub struct BadAction;

/// Later than anything that has happened.
const END_OF_TIME: i64 = 1 << 40;

impl Line {
    #[must_use]
    pub fn place(&self) -> LineCursor {
        Cursor { key: self.at, id: self.place }
    }

    #[must_use]
    pub fn before(&self) -> Value {
        parsed(self.before.as_deref())
    }

    #[must_use]
    pub fn after(&self) -> Value {
        parsed(self.after.as_deref())
    }
}

fn parsed(text: Option<&str>) -> Value {
    text.and_then(|it| serde_json::from_str(it).ok()).unwrap_or(Value::Null)
}

impl Days {
    /// The first moment that belongs to it, and the first one after it.
    #[must_use]
    pub fn bounds(self, zone: Zone) -> (i64, i64) {
        let from = self.from.map_or(0, |it| zone.start_of(it));
        (from, self.to.map_or(END_OF_TIME, |it| zone.start_of(it.plus(1))))
    }
}

impl TryFrom<String> for Actor {
    type Error = BadActor;

    fn try_from(text: String) -> Result<Self, BadActor> {
        let text = text.trim();
        if text.chars().count() <= 254 && !text.contains(crate::kernel::is_tricky) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadActor)
        }
    }
}

impl TryFrom<String> for Action {
    type Error = BadAction;

    fn try_from(text: String) -> Result<Self, BadAction> {
        if super::words::WORDS.iter().any(|it| it.action == text) { Ok(Self(text)) } else { Err(BadAction) }
    }
}
