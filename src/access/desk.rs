//! The second matrix: what of the vendor's side each staff role opens (domain 11). The paper copy is
//! `tests/fixtures/staff_matrix.csv`. The scopes of a key have the names of the roles and open the same.

use serde::Serialize;

use crate::kernel::StaffRole;
use crate::kernel::StaffRole::{Admin, Billing, Publisher, Sales, Support};

/// A place where the vendor's people, or a program of theirs, do one kind of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Desk {
    /// The console's front page: what waits for somebody.
    Overview,
    /// Looking at customers: contacts, orders, licences, payment records, mails.
    Customers,
    /// Creating and changing customers, their domains and partners.
    CustomerBook,
    Booking,
    Licensing,
    Reconciling,
    Publishing,
    /// Products and their days of grace.
    Catalogue,
    /// Usage samples, as products report them.
    Metering,
    /// Mails that failed.
    MailRoom,
    AuditTrail,
    ViewAs,
    Members,
    Keys,
    /// Clients of the single sign-on.
    SignOn,
    /// The self-check of the installation.
    Installation,
}

impl Desk {
    pub const ALL: [Self; 16] = [
        Self::Overview,
        Self::Customers,
        Self::CustomerBook,
        Self::Booking,
        Self::Licensing,
        Self::Reconciling,
        Self::Publishing,
        Self::Catalogue,
        Self::Metering,
        Self::MailRoom,
        Self::AuditTrail,
        Self::ViewAs,
        Self::Members,
        Self::Keys,
        Self::SignOn,
        Self::Installation,
    ];

    /// The roles, or scopes, that open it.
    #[must_use]
    pub fn openers(self) -> &'static [StaffRole] {
        match self {
            Self::Overview => &StaffRole::ALL,
            Self::Customers => &[Sales, Billing, Support, Admin],
            Self::CustomerBook | Self::Booking | Self::Catalogue => &[Sales, Admin],
            Self::Licensing | Self::Reconciling | Self::Metering => &[Billing, Admin],
            Self::Publishing => &[Publisher, Admin],
            Self::MailRoom | Self::AuditTrail | Self::ViewAs => &[Support, Admin],
            Self::Members | Self::Keys | Self::SignOn | Self::Installation => &[Admin],
        }
    }

    #[must_use]
    pub fn opens_to(self, roles: &[StaffRole]) -> bool {
        roles.iter().any(|it| self.openers().contains(it))
    }
}
