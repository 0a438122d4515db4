//! The role matrix (domain 2.2), and nothing else. The paper copy is `tests/fixtures/access_matrix.csv`.

use serde::Serialize;

use crate::kernel::Role;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Application {
    Notifications,
    ContactManager,
    OrderBook,
    PaymentRecord,
    LicenseExtension,
    Dashboards,
    #[serde(rename = "helpdesk")]
    HelpDesk,
    #[serde(rename = "billdesk")]
    BillDesk,
    Documentation,
    PaymentGateway,
}

impl Application {
    pub const ALL: [Self; 10] = [
        Self::Notifications,
        Self::ContactManager,
        Self::OrderBook,
        Self::PaymentRecord,
        Self::LicenseExtension,
        Self::Dashboards,
        Self::HelpDesk,
        Self::BillDesk,
        Self::Documentation,
        Self::PaymentGateway,
    ];
}

/// The roles that open an application, or `None` where every verified contact may enter.
/// Data and not a predicate, because the guard in SQL and the sentence of a refusal need the same list.
#[must_use]
pub fn openers(application: Application) -> Option<&'static [Role]> {
    match application {
        Application::Notifications | Application::Documentation | Application::PaymentGateway => None,
        Application::ContactManager => Some(&[Role::Primary]),
        Application::OrderBook => Some(&[Role::Primary, Role::Billing]),
        Application::PaymentRecord | Application::LicenseExtension | Application::BillDesk => {
            Some(&[Role::Billing])
        }
        Application::Dashboards => Some(&[Role::Primary, Role::Billing, Role::Support, Role::Technical]),
        Application::HelpDesk => Some(&[Role::Support]),
    }
}

/// Several roles add up (domain 2.1, rule 7).
#[must_use]
pub fn allows(roles: &[Role], application: Application) -> bool {
    openers(application).is_none_or(|openers| roles.iter().any(|it| openers.contains(it)))
}
