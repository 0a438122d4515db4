use serde::{Deserialize, Serialize};

use crate::kernel::{Cursor, Day, Flag, NotificationId, Search};

/// What a notification is about (domain 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = NotificationCategory))]
#[serde(rename_all = "snake_case")]
pub enum Category {
    License,
    Billing,
    Downtime,
    Release,
    Security,
    Report,
    Account,
    General,
}

/// Whether a category comes by mail. In the portal everything always stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    On,
    /// Collected on Mondays.
    Weekly,
    Off,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    Vendor,
    System,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Notification {
    pub id: NotificationId,
    pub title: String,
    /// Markdown.
    pub body: String,
    pub category: Category,
    /// A path of the portal.
    pub link: Option<String>,
    /// The name of the product that it is about.
    pub product: Option<String>,
    pub source: Source,
    pub published_at: i64,
    pub pinned: Flag,
    pub read: Flag,
}

#[derive(Debug, Default)]
pub struct Filter {
    pub category: Option<Category>,
    /// Only unread ones, or only those that were read.
    pub unread: Option<Truth>,
    pub from: Option<Day>,
    pub to: Option<Day>,
    pub q: Option<Search>,
}

/// `true` or `false`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Truth(pub bool);

/// Whether it is pinned, and when it was published: pinned ones first, then the newest.
pub type Place = (bool, i64);
pub type NotificationCursor = Cursor<Place, NotificationId>;

/// What a person chose for a category.
#[derive(Debug, Clone, Deserialize)]
pub struct Preference {
    pub category: Category,
    pub mail: Choice,
}

#[derive(Debug, thiserror::Error)]
#[error("There is no such category. Choose one of the list.")]
pub struct BadCategory;

#[derive(Debug, thiserror::Error)]
#[error("Choose at once, once a week, or not at all.")]
pub struct BadChoice;

#[derive(Debug, thiserror::Error)]
#[error("Write true or false.")]
pub struct BadTruth;

impl Category {
    pub const ALL: [Self; 8] = [
        Self::License,
        Self::Billing,
        Self::Downtime,
        Self::Release,
        Self::Security,
        Self::Report,
        Self::Account,
        Self::General,
    ];

    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::License => "license",
            Self::Billing => "billing",
            Self::Downtime => "downtime",
            Self::Release => "release",
            Self::Security => "security",
            Self::Report => "report",
            Self::Account => "account",
            Self::General => "general",
        }
    }

    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::License => "Licences",
            Self::Billing => "Billing",
            Self::Downtime => "Downtime",
            Self::Release => "Releases",
            Self::Security => "Security",
            Self::Report => "Reports",
            Self::Account => "Account",
            Self::General => "General",
        }
    }

    /// Why its mails cannot be switched off; `None` where they can.
    #[must_use]
    pub fn fixed(self) -> Option<&'static str> {
        match self {
            Self::License => Some("A licence that ends unnoticed stops people's work."),
            Self::Security => Some("What endangers your data must reach you."),
            Self::Billing | Self::Downtime | Self::Release | Self::Report | Self::Account | Self::General => {
                None
            }
        }
    }

    /// Of who has chosen nothing: what needs somebody comes at once, what is only good to know is collected.
    #[must_use]
    pub fn usual(self) -> Choice {
        match self {
            Self::License
            | Self::Billing
            | Self::Downtime
            | Self::Security
            | Self::Report
            | Self::Account => Choice::On,
            Self::Release | Self::General => Choice::Weekly,
        }
    }
}

impl Choice {
    pub const ALL: [Self; 3] = [Self::On, Self::Weekly, Self::Off];

    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Weekly => "weekly",
            Self::Off => "off",
        }
    }

    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::On => "At once",
            Self::Weekly => "Once a week, on Monday",
            Self::Off => "No mail",
        }
    }
}

impl Notification {
    #[must_use]
    pub fn place(&self) -> NotificationCursor {
        Cursor { key: (self.pinned.0, self.published_at), id: self.id.clone() }
    }
}

/// What holds for a category, whatever was chosen: a choice that is not allowed is none.
#[must_use]
pub fn in_force(category: Category, chosen: &[Preference]) -> Choice {
    let chosen = chosen.iter().find(|it| it.category == category && category.fixed().is_none());
    chosen.map_or(category.usual(), |it| it.mail)
}

impl TryFrom<String> for Category {
    type Error = BadCategory;

    fn try_from(text: String) -> Result<Self, BadCategory> {
        Self::ALL.into_iter().find(|it| it.code() == text).ok_or(BadCategory)
    }
}

impl TryFrom<String> for Choice {
    type Error = BadChoice;

    fn try_from(text: String) -> Result<Self, BadChoice> {
        Self::ALL.into_iter().find(|it| it.code() == text).ok_or(BadChoice)
    }
}

impl TryFrom<String> for Truth {
    type Error = BadTruth;

    fn try_from(text: String) -> Result<Self, BadTruth> {
        match text.as_str() {
            "true" | "1" => Ok(Self(true)),
            "false" | "0" => Ok(Self(false)),
            _ => Err(BadTruth),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_counts_where_there_is_one() {
        for category in Category::ALL {
            assert_eq!(Category::try_from(category.code().to_owned()).unwrap(), category);
            assert_eq!(in_force(category, &[]), category.usual());
            for mail in Choice::ALL {
                let expected = if category.fixed().is_some() { Choice::On } else { mail };
                assert_eq!(in_force(category, &[Preference { category, mail }]), expected);
            }
        }
    }
}
