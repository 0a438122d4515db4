use serde::Serialize;

use super::rules::Colleague;
use crate::kernel::{DisplayName, Email, PersonId, StaffRole, rfc3339};

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema))]
pub struct MemberList {
    /// By name; all of them.
    pub items: Vec<Member>,
}

/// One of the vendor's own people.
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = StaffMember))]
pub struct Member {
    pub id: PersonId,
    pub email: Email,
    pub display_name: DisplayName,
    pub role: StaffRole,
    /// RFC 3339 in UTC.
    #[cfg_attr(not(target_arch = "wasm32"), schema(format = DateTime))]
    pub since: String,
}

impl MemberList {
    #[must_use]
    pub fn of(members: &[Colleague]) -> Self {
        Self { items: members.iter().map(|it| Member::of(it, it.role)).collect() }
    }
}

impl Member {
    #[must_use]
    pub fn of(it: &Colleague, role: StaffRole) -> Self {
        Self {
            id: it.id.clone(),
            email: it.email.clone(),
            display_name: it.name.clone(),
            role,
            since: rfc3339(it.since_at),
        }
    }
}
