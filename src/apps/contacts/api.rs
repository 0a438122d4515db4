//! What programs read of contacts and roles; what they send is in `rules`.

use serde::Serialize;

use super::rules::{Contact, MailState};
use crate::kernel::{ContactId, DisplayName, Email, Role, rfc3339};

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = ContactList))]
pub struct ContactPage {
    /// In the order in which they were added.
    pub items: Vec<ContactFacts>,
    /// How many contacts an organisation can have.
    pub limit: usize,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = Contact))]
pub struct ContactFacts {
    pub id: ContactId,
    pub email: Email,
    /// What the Primary contact typed, until the contact has verified; then the person's own name.
    pub display_name: DisplayName,
    pub roles: Vec<Role>,
    pub status: Status,
    /// RFC 3339 in UTC.
    #[cfg_attr(not(target_arch = "wasm32"), schema(format = DateTime, required = true))]
    pub verified_at: Option<String>,
    pub mail: MailFacts,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = ContactStatus))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Unverified,
    Verified,
}

/// What became of the newest verification mail.
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = VerificationMail))]
pub struct MailFacts {
    pub state: Delivery,
    /// RFC 3339 in UTC.
    #[cfg_attr(not(target_arch = "wasm32"), schema(format = DateTime, required = true))]
    pub at: Option<String>,
}

#[derive(Clone, Copy, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    None,
    Queued,
    Sent,
    Failed,
}

/// A mail will go out.
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema))]
pub struct MailQueued {
    pub status: Delivery,
}

impl ContactFacts {
    pub fn of(contact: &Contact, roles: Vec<Role>) -> Self {
        let state = match contact.mail_state {
            None => Delivery::None,
            Some(MailState::Queued | MailState::Sending) => Delivery::Queued,
            Some(MailState::Sent) => Delivery::Sent,
            Some(MailState::Failed | MailState::Dropped | MailState::Bounced) => Delivery::Failed,
        };
        Self {
            id: contact.id.clone(),
            email: contact.email.clone(),
            display_name: contact.display_name.clone(),
            roles,
            status: if contact.verified_at.is_some() { Status::Verified } else { Status::Unverified },
            verified_at: contact.verified_at.map(rfc3339),
            mail: MailFacts { state, at: contact.mail_at.map(rfc3339) },
        }
    }
}
