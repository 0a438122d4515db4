//! Somebody of the staff who sees what a contact sees: reading only, half an hour, in one organisation (issue: view as).
//! The gate lets them stand in for the contact; the guard of deeds never does.

use axum::http::request::Parts;
use axum::http::{Method, StatusCode};

use serde::Deserialize;

use super::App;
use super::desk::Desk;
use crate::error::Error;
use crate::kernel::{DisplayName, OrgId, OrgName, StaffRole};
use crate::page::Elsewhere;

pub const READS_ONLY: &str = "view-as-reads-only";

/// Who looks through somebody else's eyes.
#[derive(Debug, Clone)]
pub struct Viewer {
    pub name: DisplayName,
    pub ends_at: i64,
}

/// What a request is after, as far as whoever only looks may not have it.
/// As a column of a gate: the view that this session (?4) has open now (?5).
macro_rules! open_view {
    () => {
        "(select json_object('org', view_as.org_id, 'org_name', organisation.name, 'contact', seen.display_name,
                             'ends_at', view_as.ends_at)
            from view_as
            join organisation on organisation.id = view_as.org_id
            join contact on contact.org_id = view_as.org_id and contact.id = view_as.contact_id
                        and contact.verified_at is not null
            join person as seen on seen.id = contact.person_id
           where view_as.session_id = ?4 and view_as.ended_at is null and view_as.ends_at > ?5)"
    };
}
pub(super) use open_view;

#[derive(Deserialize)]
struct Open {
    org: OrgId,
    org_name: OrgName,
    contact: DisplayName,
    ends_at: i64,
}

/// For the banner of the pages outside the view. Whoever may look no longer has none open.
pub(super) fn banner(app: &App, open: Option<&str>, roles: &[StaffRole]) -> Option<Elsewhere> {
    let open: Open =
        open.filter(|_| Desk::ViewAs.opens_to(roles)).and_then(|it| serde_json::from_str(it).ok())?;
    Some(Elsewhere {
        href: format!("/o/{}", open.org.as_str()),
        org_name: open.org_name.as_str().to_owned(),
        contact: open.contact.as_str().to_owned(),
        until: app.config().zone.clock_words(open.ends_at),
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asks {
    ToLook,
    ToChange,
    /// A file that the customer entrusted to the portal; it stays between the two.
    ForDocument,
}

impl Asks {
    pub fn of(parts: &Parts) -> Self {
        let looks = parts.method == Method::GET || parts.method == Method::HEAD;
        let path = parts.uri.path();
        let document = path.split('/').any(|it| it == "documents") || path.contains("/report/");
        match (looks, document) {
            (false, _) => Self::ToChange,
            (true, true) => Self::ForDocument,
            (true, false) => Self::ToLook,
        }
    }

    pub fn only_to_look(self) -> Result<(), Error> {
        match self {
            Self::ToLook => Ok(()),
            Self::ToChange => Err(reads_only()),
            Self::ForDocument => {
                let said = "Documents of the customer stay closed while you see the portal as a contact does. \
                            Open the record on your own side.";
                Err(Error::refused(StatusCode::FORBIDDEN, READS_ONLY, said))
            }
        }
    }
}

/// Of a deed that was asked for while looking as somebody else.
pub(super) fn reads_only() -> Error {
    let said = "You see the portal as a contact does, and that is for reading. Nothing was changed. End the view and do it \
                on your own side, in your own name.";
    Error::refused(StatusCode::FORBIDDEN, READS_ONLY, said)
}

/// The staff roles that may, for `json_each`.
pub(super) fn viewers() -> String {
    serde_json::json!(Desk::ViewAs.openers()).to_string()
}
