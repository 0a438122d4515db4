//! What a calendar says about a licence.

use serde::Deserialize;

use super::ics::{Calendar, Event};
use crate::kernel::{Day, FeedId, LicenceId, OrgName, ProductId, Zone};

/// A licence as far as a calendar cares.
#[derive(Debug, Deserialize)]
pub struct Dated {
    pub id: LicenceId,
    pub product_id: ProductId,
    pub product: String,
    pub kind: Kind,
    /// The last day it is valid.
    pub valid_till: Day,
    pub cancelled_on: Option<Day>,
    pub version: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Subscription,
    Trial,
}

/// A person's address of one organisation's calendar; there is at most one that works.
#[derive(Debug, Deserialize)]
pub struct Feed {
    pub id: FeedId,
    pub created_at: i64,
}

/// Whose calendar it is and where it is kept.
pub struct Place {
    /// Of the portal.
    pub origin: String,
    pub vendor: String,
    pub zone: Zone,
    /// Address of the Order Book, which whoever may have a calendar may open.
    pub book: String,
    pub org_name: OrgName,
}

impl Place {
    #[must_use]
    pub fn calendar(&self, licences: &[Dated], now: i64) -> String {
        let today = Day::today(now, self.zone);
        let events: Vec<Event> = licences.iter().map(|it| self.event(it, today)).collect();
        let name = format!("Licences of {}", self.org_name.as_str());
        let host = self.origin.split("://").nth(1).and_then(|it| it.split(':').next()).unwrap_or("portal");
        Calendar { name: &name, vendor: &self.vendor, host, made_at: now, events: &events }.text()
    }

    /// No amounts: whoever looks over a shoulder at a calendar is nobody's Billing contact.
    fn event(&self, licence: &Dated, today: Option<Day>) -> Event {
        let what = match licence.kind {
            Kind::Subscription => "licence",
            Kind::Trial => "trial",
        };
        let (product, org, last) = (&licence.product, self.org_name.as_str(), licence.valid_till.words());
        let said = match licence.cancelled_on {
            Some(on) => format!("The {product} {what} of {org} was cancelled as of {}.", on.words()),
            None => format!("{last} is the last day of the {product} {what} of {org}."),
        };
        Event {
            licence: licence.id.clone(),
            sequence: licence.version,
            on: licence.valid_till,
            summary: format!("{product} {what} of {org} ends"),
            description: format!("{said}\n\nIn the portal: {}", self.book),
            url: self.book.clone(),
            cancelled: licence.cancelled_on.is_some_and(|on| today.is_none_or(|today| on <= today)),
        }
    }
}
