//! What programs read of licences; what they send is in `rules`.

use serde::Serialize;

use super::history::{Cause, Event, EventCursor, LicenceCursor, Outcome, Request, RequestCursor};
use super::rules::{Kind, Licence, Reason, Status};
use super::words::who;
use crate::kernel::{Day, EventId, ExtensionId, LicenceId, ProductId, rfc3339};

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = LicenceList))]
pub struct LicencePage {
    /// What ends first stands first.
    pub items: Vec<LicenceFacts>,
    /// The cursor of the next page; null on the last one.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub next: Option<String>,
}

/// Permission to run one product.
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = Licence))]
pub struct LicenceFacts {
    pub id: LicenceId,
    pub product_id: ProductId,
    /// Its name.
    pub product: String,
    pub kind: Kind,
    pub valid_from: Day,
    /// The last day.
    pub valid_till: Day,
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub cancelled_on: Option<Day>,
    pub status: Status,
    /// 0 on the last day, negative afterwards; null when it is cancelled.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub days_left: Option<i64>,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = LicenceEventList))]
pub struct EventPage {
    /// Newest first.
    pub items: Vec<EventFacts>,
    /// The cursor of the next page; null on the last one.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub next: Option<String>,
}

/// A change of a licence.
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = LicenceEvent))]
pub struct EventFacts {
    pub id: EventId,
    /// RFC 3339 in UTC.
    #[cfg_attr(not(target_arch = "wasm32"), schema(format = DateTime))]
    pub at: String,
    pub licence_id: LicenceId,
    /// Its name.
    pub product: String,
    /// Null of the first one.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub old_valid_till: Option<Day>,
    pub new_valid_till: Day,
    pub cause: Cause,
    /// The name of a contact, `System`, or the vendor's team.
    pub by: String,
    pub note: String,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = ExtensionRequestList))]
pub struct RequestPage {
    /// Newest first.
    pub items: Vec<RequestFacts>,
    /// The cursor of the next page; null on the last one.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub next: Option<String>,
}

/// A request to extend a licence, and what became of it.
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = ExtensionRequest))]
pub struct RequestFacts {
    pub id: ExtensionId,
    pub licence_id: LicenceId,
    /// Its name.
    pub product: String,
    /// RFC 3339 in UTC.
    #[cfg_attr(not(target_arch = "wasm32"), schema(format = DateTime))]
    pub at: String,
    pub requested_on: Day,
    pub reason: Reason,
    pub description: String,
    pub by: String,
    pub status: Outcome,
    /// `GRANTED`, `NOT_EXPIRED`, `LIMIT_REACHED` or `CANCELLED`.
    pub code: String,
    /// Explains the status.
    pub message: String,
    /// Of the licence, after the decision.
    pub valid_till: Day,
    /// The earliest day on which the same request would be granted.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub next_possible_on: Option<Day>,
}

/// The decision on a request. A rejection is stored, too.
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = ExtensionDecision))]
pub struct DecisionFacts {
    pub id: ExtensionId,
    pub status: Outcome,
    /// `GRANTED`, `NOT_EXPIRED`, `LIMIT_REACHED` or `CANCELLED`.
    pub code: &'static str,
    /// Explains the status.
    pub message: String,
    pub licence: DecidedLicence,
    /// The earliest day on which the same request would be granted; null when it was, or when none will do.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub next_possible_on: Option<Day>,
}

/// As it is after the decision.
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema))]
pub struct DecidedLicence {
    pub id: LicenceId,
    pub valid_till: Day,
}

impl LicencePage {
    pub fn of(licences: &[Licence], next: Option<&LicenceCursor>, today: Day) -> Self {
        let items = licences.iter().map(|it| LicenceFacts::of(it, today)).collect();
        Self { items, next: next.map(LicenceCursor::text) }
    }
}

impl LicenceFacts {
    fn of(it: &Licence, today: Day) -> Self {
        let status = it.status(today);
        Self {
            id: it.id.clone(),
            product_id: it.product_id.clone(),
            product: it.product.clone(),
            kind: it.kind,
            valid_from: it.valid_from,
            valid_till: it.valid_till,
            cancelled_on: it.cancelled_on,
            status,
            // How long a cancelled licence would have run tells nobody anything.
            days_left: (status != Status::Cancelled).then(|| it.days_left(today)),
        }
    }
}

impl EventPage {
    pub fn of(events: &[Event], next: Option<&EventCursor>, vendor: &str) -> Self {
        let items = events.iter().map(|it| EventFacts::of(it, vendor)).collect();
        Self { items, next: next.map(EventCursor::text) }
    }
}

impl EventFacts {
    fn of(it: &Event, vendor: &str) -> Self {
        Self {
            id: it.id.clone(),
            at: rfc3339(it.at),
            licence_id: it.licence_id.clone(),
            product: it.product.clone(),
            old_valid_till: it.old_valid_till,
            new_valid_till: it.new_valid_till,
            cause: it.cause,
            by: who(it.by_kind, it.by_name.as_deref(), vendor),
            note: it.note.clone(),
        }
    }
}

impl RequestPage {
    pub fn of(requests: &[Request], next: Option<&RequestCursor>) -> Self {
        Self { items: requests.iter().map(RequestFacts::of).collect(), next: next.map(RequestCursor::text) }
    }
}

impl RequestFacts {
    fn of(it: &Request) -> Self {
        Self {
            id: it.id.clone(),
            licence_id: it.licence_id.clone(),
            product: it.product.clone(),
            at: rfc3339(it.at),
            requested_on: it.requested_on,
            reason: it.reason,
            description: it.description.clone(),
            by: it.by_name.clone(),
            status: it.status,
            code: it.code.clone(),
            message: it.message.clone(),
            valid_till: it.valid_till,
            next_possible_on: it.next_possible_on,
        }
    }
}
