use serde::{Deserialize, Serialize};

use crate::kernel::{DisplayName, Email, FieldError, PersonId, StaffRole};

/// One of the vendor's own people.
#[derive(Debug, Clone, Deserialize)]
pub struct Colleague {
    pub id: PersonId,
    pub name: DisplayName,
    pub email: Email,
    pub role: StaffRole,
    pub since_at: i64,
    pub has_password: i64,
    pub signed_in_at: Option<i64>,
    /// API keys that work and were made by this one; they go on working.
    pub keys: i64,
}

/// Somebody whom the portal knows by address.
#[derive(Debug, Deserialize)]
pub struct Known {
    pub id: PersonId,
    pub name: DisplayName,
    pub has_password: i64,
    pub is_staff: i64,
}

#[derive(Debug)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema))]
pub struct NewMember {
    pub email: Email,
    /// Counts for somebody whom the portal does not know yet.
    pub display_name: DisplayName,
    pub role: Seat,
}

#[derive(Debug)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema))]
pub struct NewRole {
    pub role: Seat,
}

/// A staff role as a form or a program names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = StaffRole, value_type = StaffRole))]
pub struct Seat(pub StaffRole);

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("Choose one of the roles: sales, billing, support, publisher or admin.")]
pub struct BadSeat;

impl TryFrom<String> for Seat {
    type Error = BadSeat;

    fn try_from(text: String) -> Result<Self, BadSeat> {
        StaffRole::ALL.into_iter().find(|it| it.code() == text).map(Self).ok_or(BadSeat)
    }
}

#[derive(Debug, PartialEq)]
pub enum Refusal {
    AlreadyThere,
    Oneself,
    LastAdmin,
}

/// Nobody lifts or locks out themselves; whoever could would need no second pair of eyes.
pub fn may_touch(member: &PersonId, me: Option<&PersonId>) -> Result<(), Refusal> {
    if me == Some(member) { Err(Refusal::Oneself) } else { Ok(()) }
}

impl Refusal {
    #[must_use]
    pub fn said(self) -> FieldError {
        match self {
            Self::AlreadyThere => FieldError::new(
                "email",
                "member-exists",
                "This address is one of the staff already. Change the role in the list.",
            ),
            Self::Oneself => FieldError::new(
                "",
                "own-role",
                "This is you. Ask another Admin to change your role or to remove you.",
            ),
            Self::LastAdmin => FieldError::new(
                "",
                "last-admin",
                "This is the last Admin, and somebody must be able to grant roles. Make another colleague Admin first.",
            ),
        }
    }
}

/// What a role is for, said beside it (domain 11).
#[must_use]
pub fn purpose(role: StaffRole) -> &'static str {
    match role {
        StaffRole::Sales => "customers, partners, orders, products",
        StaffRole::Billing => "payments, licences, usage",
        StaffRole::Support => "looks at customers, sees what a contact sees, sends mails again",
        StaffRole::Publisher => "notifications",
        StaffRole::Admin => "everything, and the staff itself",
    }
}
