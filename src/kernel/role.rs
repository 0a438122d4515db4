use serde::{Deserialize, Serialize};

/// The four roles of an organisation (domain 2.1). Each has one holder at most; Primary always has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Primary,
    Billing,
    Support,
    Technical,
}

impl Role {
    pub const ALL: [Self; 4] = [Self::Primary, Self::Billing, Self::Support, Self::Technical];

    /// As people read it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Primary => "Primary",
            Self::Billing => "Billing",
            Self::Support => "Support",
            Self::Technical => "Technical",
        }
    }

    /// As programs, forms and the database write it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Billing => "billing",
            Self::Support => "support",
            Self::Technical => "technical",
        }
    }
}

/// What the vendor's own people do in the portal (domain 11). One each; `Admin` opens everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum StaffRole {
    Sales,
    Billing,
    Support,
    Publisher,
    Admin,
}

impl StaffRole {
    pub const ALL: [Self; 5] = [Self::Sales, Self::Billing, Self::Support, Self::Publisher, Self::Admin];

    /// As people read it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Sales => "Sales",
            Self::Billing => "Billing",
            Self::Support => "Support",
            Self::Publisher => "Publisher",
            Self::Admin => "Admin",
        }
    }

    /// As programs, forms, scopes of keys and the database write it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Sales => "sales",
            Self::Billing => "billing",
            Self::Support => "support",
            Self::Publisher => "publisher",
            Self::Admin => "admin",
        }
    }
}
