//! One folder per application of the portal. Inside: `mod` (URLs), `pages` and `api` (handlers), `actions` (deeds),
//! `rules` (pure), `sql`, `view`, `mail`.

pub mod calendar;
pub mod contacts;
pub mod dev;
pub mod health;
pub mod licences;
pub mod me;
pub mod orders;
pub mod orgs;
pub mod payments;
pub mod problems;
pub mod sign_in;
pub mod staff;

use serde_json::Value;

use crate::access::desk::Desk;
use crate::access::matrix::{Application, allows};
use crate::kernel::{OrgId, Role, StaffRole};
use crate::outbox::Mailing;
use crate::page::{Flash, Icon, Mail, NavItem, Tone};

/// Path of an organisation's home page.
#[must_use]
pub fn home(org: &OrgId) -> String {
    format!("/o/{}", org.as_str())
}

/// What the roles open, in the order of the navigation; home is everybody's.
#[must_use]
pub fn nav(org: &OrgId, roles: &[Role]) -> Vec<NavItem> {
    let all = [
        (None, "Home", "", Icon::Home),
        (Some(Application::ContactManager), "Contacts", "/contacts", Icon::Users),
        (Some(Application::LicenseExtension), "Licences", "/licences", Icon::Key),
        (Some(Application::OrderBook), "Order Book", "/orders", Icon::Book),
        (Some(Application::PaymentRecord), "Payments", "/payments", Icon::Bank),
        (Some(Application::PaymentGateway), "Make Payment", "/pay", Icon::Card),
    ];
    let open = all.into_iter().filter(|it| it.0.is_none_or(|application| allows(roles, application)));
    open.map(|(_, label, path, icon)| NavItem {
        label,
        href: home(org) + path,
        icon,
        current: false,
        badge: None,
    })
    .collect()
}

/// What these staff roles open, in the order of the console's navigation.
#[must_use]
pub fn staff_nav(roles: &[StaffRole]) -> Vec<NavItem> {
    let all = [
        (Desk::Overview, "Work queue", "", Icon::Home),
        (Desk::Booking, "Orders", "/orders", Icon::Book),
        (Desk::Licensing, "Licences", "/licences", Icon::Key),
        (Desk::Reconciling, "Payments", "/payments", Icon::Bank),
        (Desk::Catalogue, "Products", "/products", Icon::Receipt),
    ];
    let open = all.into_iter().filter(|it| it.0.opens_to(roles));
    open.map(|(_, label, path, icon)| NavItem {
        label,
        href: format!("/staff{path}"),
        icon,
        current: false,
        badge: None,
    })
    .collect()
}

/// What `?done=<code>` says on the page after a deed. Unknown codes say nothing, so no address can put words there.
#[must_use]
pub fn flash(code: &str) -> Option<Flash> {
    let text = match code {
        "extension-granted" => {
            "The licence is extended by a day. Product screens will show it within 2 hours."
        }
        "extension-rejected" => {
            let text = "The licence was not extended. The list says why, and when it can be.";
            return Some(Flash { tone: Tone::Attention, text: text.to_owned() });
        }
        "contact-added" => "The contact was added. The verification mail is on its way.",
        "contact-added-quietly" => "The contact was added. No mail was sent yet; press Verify to send it.",
        "contact-deleted" => "The contact was deleted and can no longer see this organisation.",
        "verification-sent" => "A new verification mail is on its way. The older link no longer works.",
        "roles-assigned" => "The roles were assigned. Everybody concerned gets a mail.",
        "primary-handed-over" => "You handed over the Primary role.",
        "calendar-revoked" => "The calendar address no longer works.",
        "order-booked" => "The order is booked. The customer sees it now.",
        "order-cancelled" => "The order is cancelled. The customer is told.",
        "subscription-cancelled" => "The subscription is cancelled. The customer is told.",
        "licence-changed" => "The licence is changed. The customer is told.",
        "payment-under-review" => "You have taken it up. Colleagues see that.",
        "payment-information-needed" => "The question is sent. The record waits for the customer.",
        "payment-reconciled" => "The payment is reconciled. The customer is told.",
        "payment-rejected" => "The record is rejected. The customer reads your reason.",
        "payment-noted" => "The note is added.",
        "product-added" => "The product is in the catalogue.",
        "product-changed" => "The product is changed.",
        "renamed" => "The organisation has its new name.",
        "name-changed" => "Your name was changed.",
        "password-changed" => "Your password was changed. Every other session has ended.",
        "password-set" => "Your password is set. Sign in with it.",
        "session-ended" => "That session has ended.",
        "seeded" => "The demo data is loaded.",
        "signed-out" => "You are signed out.",
        _ => return None,
    };
    Some(Flash { tone: Tone::Good, text: text.to_owned() })
}

/// A mail by its kind; what stands before the dot is the application that owns it. `None` for a kind that nobody
/// knows and for a payload that cannot be read: such a mail can never be sent.
#[must_use]
pub fn mail(kind: &str, payload: &Value, mailing: &Mailing) -> Option<Mail> {
    match kind.split_once('.')?.0 {
        "contacts" => contacts::mail::render(kind, payload, mailing),
        "orgs" => orgs::mail::render(kind, payload, mailing),
        "booking" => staff::booking::mail::render(kind, payload, mailing),
        "licensing" => staff::licensing::mail::render(kind, payload, mailing),
        "reconciling" => staff::reconciling::mail::render(kind, payload, mailing),
        "licences" => licences::mail::render(kind, payload, mailing),
        "sign_in" => sign_in::render(kind, payload, mailing),
        _ => None,
    }
}
