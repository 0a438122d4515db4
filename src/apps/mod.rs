//! One folder per application of the portal. Inside: `mod` (URLs), `pages` and `api` (handlers), `actions` (deeds),
//! `rules` (pure), `sql`, `view`, `mail`.

pub mod audit;
pub mod calendar;
pub mod contacts;
pub mod dashboards;
pub mod dev;
pub mod health;
pub mod licences;
pub mod me;
pub mod notifications;
pub mod orders;
pub mod orgs;
pub mod payments;
pub mod problems;
pub mod report;
pub mod sign_in;
pub mod sso;
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
pub fn nav(org: &OrgId, roles: &[Role], unread: u32) -> Vec<NavItem> {
    let all = [
        (None, "Home", "", Icon::Home),
        (Some(Application::Notifications), "Notifications", "/notifications", Icon::Bell),
        (Some(Application::ContactManager), "Contacts", "/contacts", Icon::Users),
        (Some(Application::LicenseExtension), "Licences", "/licences", Icon::Key),
        (Some(Application::OrderBook), "Order Book", "/orders", Icon::Book),
        (Some(Application::Dashboards), "Usage", "/usage", Icon::Chart),
        (Some(Application::PaymentRecord), "Payments", "/payments", Icon::Bank),
        (Some(Application::PaymentGateway), "Make Payment", "/pay", Icon::Card),
        (Some(Application::HelpDesk), "Help desk", "/helpdesk", Icon::Lifebuoy),
        (Some(Application::ContactManager), "Audit log", "/audit", Icon::Shield),
    ];
    let open = all.into_iter().filter(|it| it.0.is_none_or(|application| allows(roles, application)));
    open.map(|(application, label, path, icon)| NavItem {
        label,
        href: home(org) + path,
        icon,
        current: false,
        badge: (application == Some(Application::Notifications)).then_some(unread),
    })
    .collect()
}

/// What these staff roles open, in the order of the console's navigation.
#[must_use]
pub fn staff_nav(roles: &[StaffRole]) -> Vec<NavItem> {
    let all = [
        (Desk::Overview, "Work queue", "", Icon::Home),
        (Desk::Customers, "Customers", "/organisations", Icon::Building),
        (Desk::Booking, "Orders", "/orders", Icon::Book),
        (Desk::Licensing, "Licences", "/licences", Icon::Key),
        (Desk::Reconciling, "Payments", "/payments", Icon::Bank),
        (Desk::Publishing, "Announcements", "/notifications", Icon::Bell),
        (Desk::Catalogue, "Products", "/products", Icon::Receipt),
        (Desk::Customers, "Partners", "/partners", Icon::Swap),
        (Desk::MailRoom, "Mail room", "/mails", Icon::Mail),
        (Desk::Members, "Staff", "/members", Icon::Users),
        (Desk::AuditTrail, "Audit log", "/audit", Icon::Shield),
        (Desk::Keys, "API keys", "/keys", Icon::Key),
        (Desk::SignOn, "Sign-on", "/sign-on", Icon::Lifebuoy),
        (Desk::Installation, "Installation", "/installation", Icon::Monitor),
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
        "payment-recorded" => "The payment is recorded. Below is what it has changed.",
        "paid-online" => "The gateway has taken your payment. It says so here within a minute or so.",
        "payment-answered" => "Your answer is on its way to the billing team.",
        "payment-withdrawn" => "The record is withdrawn.",
        "contact-added" => "The contact was added. The verification mail is on its way.",
        "contact-added-quietly" => "The contact was added. No mail was sent yet; press Verify to send it.",
        "contact-deleted" => "The contact was deleted and can no longer see this organisation.",
        "verification-sent" => "A new verification mail is on its way. The older link no longer works.",
        "roles-assigned" => "The roles were assigned. Everybody concerned gets a mail.",
        "primary-handed-over" => "You handed over the Primary role.",
        "notice-changed" => "The announcement is changed.",
        "notice-drafted" => "The draft is saved. This is what customers will see, and how many.",
        "notice-pinned" => "Saved.",
        "notice-published" => "It is published. Mails go out within minutes.",
        "notice-withdrawn" => "It is withdrawn. Nobody sees it in the portal any more.",
        "key-revoked" => "The key is revoked; the program is refused from now on.",
        "calendar-revoked" => "The calendar address no longer works.",
        "customer-changed" => "The customer is changed.",
        "customer-created" => "The customer is set up. Its first contact has mail on the way.",
        "mail-again" => "The mail is queued again.",
        "member-added" => "The colleague is added and has mail on the way.",
        "member-changed" => "The role is changed and counts from the next click on.",
        "member-removed" => "The colleague is removed. Every session of theirs has ended.",
        "partner-changed" => "The partner is changed, and each of its customers shows it.",
        "partner-created" => "The partner is set up. Choose it for the customers who order through it.",
        "primary-replaced" => "The Primary is replaced. Both have mail on the way.",
        "order-booked" => "The order is booked. The customer sees it now.",
        "order-cancelled" => "The order is cancelled. The customer is told.",
        "subscription-cancelled" => "The subscription is cancelled. The customer is told.",
        "notification-read" => "Marked as read.",
        "notifications-read" => "Everything is marked as read.",
        "preferences-saved" => "Your choice is saved. It holds from the next mail on.",
        "licence-changed" => "The licence is changed. The customer is told.",
        "payment-under-review" => "You have taken it up. Colleagues see that.",
        "payment-information-needed" => "The question is sent. The record waits for the customer.",
        "payment-reconciled" => "The payment is reconciled. The customer is told.",
        "payment-rejected" => "The record is rejected. The customer reads your reason.",
        "payment-noted" => "The note is added.",
        "product-added" => "The product is in the catalogue.",
        "product-changed" => "The product is changed.",
        "report-asked" => "The report is being made and will be mailed to you.",
        "renamed" => "The organisation has its new name.",
        "name-changed" => "Your name was changed.",
        "password-changed" => "Your password was changed. Every other session has ended.",
        "password-set" => "Your password is set. Sign in with it.",
        "view-ended" => "You are back on your own side.",
        "session-ended" => "That session has ended.",
        "client-on" => "The help desk is switched on.",
        "client-off" => "The help desk is switched off. Nobody new signs on to it from here.",
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
        "dashboards" => dashboards::mail::render(kind, payload, mailing),
        "contacts" => contacts::mail::render(kind, payload, mailing),
        "members" => staff::members::mail::render(kind, payload, mailing),
        "customers" => staff::customers::mail::render(kind, payload, mailing),
        "report" => report::mail::render(kind, payload, mailing),
        "orgs" => orgs::mail::render(kind, payload, mailing),
        "keys" => staff::keys::mail::render(kind, payload, mailing),
        "booking" => staff::booking::mail::render(kind, payload, mailing),
        "notifications" => notifications::mail::render(kind, payload, mailing),
        "licensing" => staff::licensing::mail::render(kind, payload, mailing),
        "reconciling" => staff::reconciling::mail::render(kind, payload, mailing),
        "licences" => licences::mail::render(kind, payload, mailing),
        "payments" => payments::mail::render(kind, payload, mailing),
        "sign_in" => sign_in::render(kind, payload, mailing),
        _ => None,
    }
}
