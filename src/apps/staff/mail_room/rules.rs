use serde::Deserialize;

use crate::kernel::{Cursor, MailId, OrgId};
use crate::outbox::Reason;

/// A mail that could not be delivered.
#[derive(Debug, Deserialize)]
pub struct Undelivered {
    pub id: MailId,
    pub kind: String,
    pub org_id: Option<OrgId>,
    pub org: Option<String>,
    pub recipient: Option<String>,
    pub attempts: i64,
    pub state_at: i64,
    pub reason: Option<Reason>,
    /// In the words of the other side.
    pub error: Option<String>,
}

/// What is told of a mail that nothing is known about.
pub const NO_REASON: &str = "No reason was given. Ask for the right address first; then send it again.";

pub type Place = Cursor<i64, MailId>;

impl Undelivered {
    #[must_use]
    pub fn place(&self) -> Place {
        Cursor { key: self.state_at, id: self.id.clone() }
    }

    /// What happened and what helps, in words.
    #[must_use]
    pub fn why(&self) -> &'static str {
        self.reason.map_or(NO_REASON, Reason::words)
    }
}

/// A kind as people call the mail.
#[must_use]
pub fn title(kind: &str) -> String {
    match kind {
        "contacts.verify" => "Verify your e-mail address".to_owned(),
        "contacts.deleted" => "You are no longer a contact".to_owned(),
        "contacts.roles" => "Your roles have changed".to_owned(),
        "sign_in.first_password" => "Set your password".to_owned(),
        "sign_in.reset" => "Choose a new password".to_owned(),
        "sign_in.password_changed" => "Your password was changed".to_owned(),
        "sign_in.new_device" => "New sign-in".to_owned(),
        "customers.welcome" => "Welcome to the portal".to_owned(),
        "customers.primary_given" => "You are the Primary contact".to_owned(),
        "customers.primary_taken" => "You are no longer the Primary contact".to_owned(),
        "members.welcome" => "Welcome to the staff".to_owned(),
        "keys.ending" => "An API key ends soon".to_owned(),
        "orgs.renamed" => "The organisation was renamed".to_owned(),
        "booking.booked" => "Your order was booked".to_owned(),
        "booking.cancelled" => "Your order was cancelled".to_owned(),
        "licensing.changed" => "A licence was changed".to_owned(),
        "licences.extension" => "Extension request".to_owned(),
        "licences.expiry" => "A licence ends".to_owned(),
        "payments.customer" => "Payment recorded".to_owned(),
        "payments.vendor" => "A customer recorded a payment".to_owned(),
        "payments.overdue" => "A payment waits too long".to_owned(),
        "reconciling.decided" => "Your payment was decided".to_owned(),
        "dashboards.over_use" => "Usage near what was bought".to_owned(),
        "notifications.published" => "Announcement".to_owned(),
        "notifications.digest" => "Announcements of the week".to_owned(),
        "report.ready" => "Organisation report".to_owned(),
        other => other.replace(['_', '.'], " "),
    }
}

/// Of these the link has a short life, so another try may bring a dead one.
#[must_use]
pub fn carries_a_link(kind: &str) -> bool {
    ["contacts.verify", "sign_in.first_password", "sign_in.reset"].contains(&kind)
}
