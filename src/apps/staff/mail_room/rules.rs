use serde::Deserialize;

use crate::kernel::{Cursor, MailId, OrgId};

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
    pub error: Option<String>,
}

pub type Place = Cursor<i64, MailId>;

impl Undelivered {
    #[must_use]
    pub fn place(&self) -> Place {
        Cursor { key: self.state_at, id: self.id.clone() }
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
        other => other.replace(['_', '.'], " "),
    }
}

/// Of these the link has a short life, so another try may bring a dead one.
#[must_use]
pub fn carries_a_link(kind: &str) -> bool {
    ["contacts.verify", "sign_in.first_password", "sign_in.reset"].contains(&kind)
}
