use serde::{Deserialize, Serialize};

use crate::apps::notifications::Category;
use crate::kernel::{Cursor, Day, NoticeId, OrgId, ProductId, Role, is_tricky};

/// What the vendor tells many. Customers see a notification made of it.
#[derive(Debug, Clone, Deserialize)]
pub struct Notice {
    pub id: NoticeId,
    pub title: String,
    /// Markdown.
    pub body: String,
    pub category: Category,
    pub link: Option<String>,
    pub product_id: Option<ProductId>,
    pub product: Option<String>,
    /// JSON; null: every contact.
    roles: Option<String>,
    /// JSON of ids; null: every organisation.
    org_ids: Option<String>,
    /// JSON, in the same order as they are named.
    org_names: Option<String>,
    pub state: State,
    pub pinned_until: Option<i64>,
    pub expires_at: Option<i64>,
    pub published_at: Option<i64>,
    pub made_by_name: String,
    pub created_at: i64,
    pub version: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = AnnouncementState))]
#[serde(rename_all = "snake_case")]
pub enum State {
    Draft,
    Published,
    Withdrawn,
}

/// Whom an announcement reaches. Who is a contact of two organisations reads it in both, and counts twice.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Reach {
    pub contacts: i64,
    pub organisations: i64,
}

pub type NoticeCursor = Cursor<i64, NoticeId>;

/// All of an announcement that people write.
#[derive(Debug, Clone)]
pub struct Text {
    pub title: Title,
    pub body: Body,
    pub category: Category,
    pub link: Option<Link>,
    pub audience: Audience,
    /// Its last day on top.
    pub pinned_until: Option<Day>,
    /// Its last day.
    pub expires_on: Option<Day>,
}

/// Each of them narrows it; nothing said is everybody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Audience {
    pub organisations: Vec<OrgId>,
    pub product: Option<ProductId>,
    pub roles: Vec<Role>,
}

/// To choose from.
#[derive(Debug, Deserialize)]
pub struct Product {
    pub id: ProductId,
    pub name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It is out, and mails may be: who gets it can no longer be changed.
    AlreadyOut,
    Withdrawn,
    /// What was never out cannot be withdrawn.
    NeverOut,
    ExpiresBeforeItBegins,
    PinnedLongerThanItStands,
}

/// One line of 1 to 120 characters.
#[derive(Debug, Clone)]
pub struct Title(String);

/// At most 5,000 characters of Markdown.
#[derive(Debug, Clone)]
pub struct Body(String);

/// A path of the portal.
#[derive(Debug, Clone)]
pub struct Link(String);

#[derive(Debug, thiserror::Error)]
#[error("Write a title of 1 to 120 characters on one line.")]
pub struct BadTitle;

#[derive(Debug, thiserror::Error)]
#[error("Write a text of 1 to 5,000 characters.")]
pub struct BadBody;

#[derive(Debug, thiserror::Error)]
#[error("Write a path of this portal that begins with a slash, such as /me.")]
pub struct BadLink;

pub fn may_publish(state: State, text: &Text, today: Day) -> Result<(), Refusal> {
    match state {
        State::Draft => may_stand(text, today),
        State::Published => Err(Refusal::AlreadyOut),
        State::Withdrawn => Err(Refusal::Withdrawn),
    }
}

/// What is out keeps its audience; what was withdrawn is over.
pub fn may_change(state: State, audience_changes: bool) -> Result<(), Refusal> {
    match state {
        State::Published if audience_changes => Err(Refusal::AlreadyOut),
        State::Draft | State::Published => Ok(()),
        State::Withdrawn => Err(Refusal::Withdrawn),
    }
}

pub fn may_withdraw(state: State) -> Result<(), Refusal> {
    match state {
        State::Published => Ok(()),
        State::Draft => Err(Refusal::NeverOut),
        State::Withdrawn => Err(Refusal::Withdrawn),
    }
}

pub fn may_stand(text: &Text, today: Day) -> Result<(), Refusal> {
    if text.expires_on.is_some_and(|it| it < today) {
        return Err(Refusal::ExpiresBeforeItBegins);
    }
    let longer = text.pinned_until.zip(text.expires_on).is_some_and(|(pinned, ends)| pinned > ends);
    if longer { Err(Refusal::PinnedLongerThanItStands) } else { Ok(()) }
}

impl State {
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl Notice {
    #[must_use]
    pub fn place(&self) -> NoticeCursor {
        Cursor { key: self.created_at, id: self.id.clone() }
    }

    #[must_use]
    pub fn audience(&self) -> Audience {
        Audience {
            organisations: list(self.org_ids.as_deref()),
            product: self.product_id.clone(),
            roles: list(self.roles.as_deref()),
        }
    }

    /// By name.
    #[must_use]
    pub fn organisations(&self) -> Vec<String> {
        list(self.org_names.as_deref())
    }

    #[must_use]
    pub fn is_pinned(&self, now: i64) -> bool {
        self.state == State::Published && self.pinned_until.is_some_and(|it| it > now)
    }
}

fn list<T: serde::de::DeserializeOwned>(json: Option<&str>) -> Vec<T> {
    json.and_then(|it| serde_json::from_str(it).ok()).unwrap_or_default()
}

macro_rules! texts {
    ($($name:ident, $bad:ident, $fits:expr;)*) => {$(
        impl $name {
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = $bad;

            fn try_from(text: String) -> Result<Self, $bad> {
                let text = text.trim().replace("\r\n", "\n");
                if $fits(text.as_str()) { Ok(Self(text)) } else { Err($bad) }
            }
        }
    )*};
}

texts! {
    Title, BadTitle, |it: &str| (1..=120).contains(&it.chars().count()) && !it.contains(is_tricky);
    Body, BadBody, |it: &str| (1..=5000).contains(&it.chars().count())
        && !it.contains(|c: char| c != '\n' && c != '\t' && is_tricky(c));
    Link, BadLink, |it: &str| it.starts_with('/') && !it.starts_with("//") && it.len() <= 200
        && it.bytes().all(|b| b.is_ascii_alphanumeric() || b"/-_?=&.".contains(&b));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_out_keeps_its_audience() {
        use State::{Draft, Published, Withdrawn};

        assert_eq!(may_change(Draft, true), Ok(()));
        assert_eq!(may_change(Published, false), Ok(()));
        assert_eq!(may_change(Published, true), Err(Refusal::AlreadyOut));
        assert_eq!(may_change(Withdrawn, false), Err(Refusal::Withdrawn));
        assert_eq!(may_withdraw(Published), Ok(()));
        assert_eq!(may_withdraw(Draft), Err(Refusal::NeverOut));
        assert_eq!(may_withdraw(Withdrawn), Err(Refusal::Withdrawn));
    }

    #[test]
    fn a_link_stays_in_the_portal() {
        for (text, good) in [
            ("/licences", true),
            ("/licences/history?product=x", true),
            ("//evil.example", false),
            ("https://evil.example", false),
            ("/\\evil.example", false),
            ("licences", false),
            ("/a b", false),
        ] {
            assert_eq!(Link::try_from(text.to_owned()).is_ok(), good, "{text}");
        }
    }
}
