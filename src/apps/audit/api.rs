//! What programs read of the log.

use serde::Serialize;
use serde_json::Value;

use super::lines::{Line, LineCursor};
use super::words;
use crate::kernel::{AuditId, OrgId, PersonId, rfc3339};

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = AuditLog))]
pub struct LogPage {
    /// Newest first.
    pub items: Vec<LineFacts>,
    /// The cursor of the next page; null on the last one.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub next: Option<String>,
}

/// Who did what.
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = AuditLine))]
pub struct LineFacts {
    pub id: AuditId,
    /// RFC 3339 in UTC.
    #[cfg_attr(not(target_arch = "wasm32"), schema(format = DateTime))]
    pub at: String,
    /// Null where it is about a person or the installation.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub organisation_id: Option<OrgId>,
    /// A person's id; null for a program or the system.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub actor_id: Option<PersonId>,
    pub actor: String,
    /// Thing and verb, such as `contact.added`.
    pub action: String,
    /// The same as a sentence.
    pub said: String,
    /// The id of what it was done to, or a word for it.
    pub target: String,
    /// What there was before, as far as it matters; null where there was nothing.
    #[cfg_attr(not(target_arch = "wasm32"), schema(value_type = Option<Object>, required = true))]
    pub before: Value,
    /// What there is now.
    #[cfg_attr(not(target_arch = "wasm32"), schema(value_type = Option<Object>, required = true))]
    pub after: Value,
    /// The network address that it came from.
    pub address: String,
    pub request_id: String,
}

impl LogPage {
    #[must_use]
    pub fn of(lines: &[Line], next: Option<&LineCursor>) -> Self {
        Self { items: lines.iter().map(LineFacts::of).collect(), next: next.map(LineCursor::text) }
    }
}

impl LineFacts {
    #[must_use]
    pub fn of(it: &Line) -> Self {
        Self {
            id: it.id.clone(),
            at: rfc3339(it.at),
            organisation_id: it.org_id.clone(),
            actor_id: it.actor_id.clone(),
            actor: it.actor_name.clone(),
            action: it.action.clone(),
            said: words::said(it),
            target: it.target.clone(),
            before: it.before(),
            after: it.after(),
            address: it.address.clone(),
            request_id: it.request_id.clone(),
        }
    }
}
