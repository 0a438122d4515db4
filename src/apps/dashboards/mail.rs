//! Mail 5 of domain 12: usage nears or passes what was bought.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::rules::{Used, percent};
use super::view::share_words;
use crate::apps::home;
use crate::apps::notifications::Category;
use crate::apps::notifications::mail::{To, choice};
use crate::kernel::{Day, OrgId, PersonId, ProductId, Role, SubProductId, grouped};
use crate::outbox::Mailing;
use crate::page::{Mail, MailButton, MailText};

pub const OVER_USE: &str = "dashboards.over_use";

/// A share of what was bought that was reached.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Crossing {
    pub organisation: String,
    pub org: OrgId,
    pub product_id: ProductId,
    pub product: String,
    pub sub_product: SubProductId,
    pub label: String,
    pub unit: String,
    /// The highest share that was reached, in percent.
    pub threshold: i64,
    pub crossed_on: Day,
    pub used: Used,
    pub purchased: i64,
}

/// The kind of notification that it is, so the choice that its mails obey.
pub const CATEGORY: Category = Category::Billing;

/// A crossing and one of those who are told.
#[derive(Serialize, Deserialize)]
pub struct OverUse {
    /// Not in mails that were written before these could be ended by their link.
    pub person: Option<PersonId>,
    pub name: String,
    pub roles: Vec<Role>,
    #[serde(flatten)]
    pub crossing: Crossing,
}

impl Crossing {
    /// Starts with the fact.
    #[must_use]
    pub fn headline(&self) -> String {
        let share = share_words(percent(self.used, self.purchased).unwrap_or(0.0));
        format!("{} {}: {share} of what you purchased is in use", self.product, self.label)
    }

    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let fact = format!(
            "On {}, {} of {} {} were in use: {}, {}.",
            self.crossed_on.words(),
            self.used.words(),
            grouped(self.purchased),
            self.unit,
            self.product,
            self.label,
        );
        let what = if self.threshold >= 100 {
            "Nothing is switched off. What is used beyond the purchased quantity is metered each day and billed at the \
             end of the month; a top-up order raises the quantity."
        } else {
            "Nothing changes yet. If you expect to need more, a top-up order raises the quantity before use beyond it \
             is billed."
        };
        vec![fact, what.to_owned()]
    }

    /// Path of the page that shows it.
    #[must_use]
    pub fn link(&self) -> String {
        let (product, sub_product) = (self.product_id.as_str(), self.sub_product.as_str());
        format!("{}/usage?product={product}&sub_product={sub_product}", home(&self.org))
    }
}

/// `None` when the payload is not one of ours.
#[must_use]
pub fn render(kind: &str, payload: &Value, mailing: &Mailing) -> Option<Mail> {
    if kind != OVER_USE {
        return None;
    }
    let OverUse { person, name, roles, crossing } = OverUse::deserialize(payload).ok()?;
    let (why, unsubscribe) = match person {
        Some(person) => {
            let (org, organisation) = (crossing.org.clone(), crossing.organisation.clone());
            choice(mailing, &To { person, name: name.clone(), org, organisation }, CATEGORY)?
        }
        None => (String::new(), None),
    };
    let roles: Vec<&str> = roles.iter().map(|it| it.label()).collect();
    let text = MailText {
        subject: format!("{} at {}", crossing.headline(), crossing.organisation),
        greeting: format!("Hello {name},"),
        lines: crossing.lines(),
        button: Some(MailButton {
            label: "Look at the usage",
            url: format!("{}{}", mailing.config.origin, crossing.link()),
            code: None,
        }),
        reason: format!(
            "You get this because you are the {} contact of {}. {why}",
            roles.join(" and "),
            crossing.organisation
        )
        .trim_end()
        .to_owned(),
        unsubscribe,
        ..MailText::default()
    };
    Some(text.dressed(&mailing.config.brand))
}
