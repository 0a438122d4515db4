//! Mail is a row written in the batch of the deed that causes it, so nothing accepted is lost and nothing is sent
//! for a deed that failed. The queue carries the row's id; `jobs::deliver_mail` takes it from there.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::access::{App, Config, Deed, Scope, Secrets};
use crate::db::Stmt;
use crate::kernel::{ContactId, Email, LinkId, MailId, TokenHash};

/// A mail to be. What it says is made from the payload when it leaves, by the `mail` module of the application
/// that owns the kind.
pub struct Letter {
    /// `contacts.verify`: the application and its mail.
    pub kind: &'static str,
    /// `None` costs the same work and ends as `dropped`: nobody can tell by time or answer whether an address is
    /// known (security 1.5).
    pub to: Option<Email>,
    /// Whose delivery state this is on the Contacts screen.
    pub contact: Option<ContactId>,
    pub payload: Value,
}

/// A one-time link inside a payload. The token is no part of it: it is the HMAC of the id.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LinkRef {
    pub id: LinkId,
    pub hash: TokenHash,
}

/// What a `mail` module needs besides its payload.
pub struct Mailing<'a> {
    pub config: &'a Config,
    pub secrets: &'a Secrets,
}

impl Mailing<'_> {
    /// Address and code of a one-time link: `<portal>/verify#<token>`. `None` when its key is gone.
    #[must_use]
    pub fn link(&self, page: &str, link: &LinkRef) -> Option<(String, String)> {
        let token = self.secrets.session.link_token_with(&link.id, &link.hash)?;
        Some((format!("{}/{page}#{}", self.config.origin, token.reveal()), token.reveal().to_owned()))
    }
}

impl Letter {
    #[must_use]
    pub fn deed(self, scope: &impl Scope, app: &App) -> Deed {
        let id: MailId = app.new_id();
        let stmt = Stmt {
            sql: "insert into outbox (id, kind, org_id, contact_id, recipient, payload, created_at, state_at)
                  values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)",
            args: vec![
                id.as_str().into(),
                self.kind.into(),
                scope.org_id().map(|it| it.as_str().to_owned()).into(),
                self.contact.as_ref().map(|it| it.as_str().to_owned()).into(),
                self.to.map(String::from).into(),
                self.payload.to_string().into(),
                app.now().into(),
            ],
        };
        scope.unbound(stmt).mailing(&id)
    }
}

/// Why a mail never arrived, as far as it can be told to somebody who wants to mend it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Nobody has this address.
    UnknownAddress,
    MailboxFull,
    TooLarge,
    /// The mail service remembers that mails to this address came back.
    Suppressed,
    Refused,
    /// A day of attempts, or more than the queue makes.
    GaveUp,
    /// It never became a mail.
    Unmade,
}

impl Reason {
    /// As the column has it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::UnknownAddress => "unknown_address",
            Self::MailboxFull => "mailbox_full",
            Self::TooLarge => "too_large",
            Self::Suppressed => "suppressed",
            Self::Refused => "refused",
            Self::GaveUp => "gave_up",
            Self::Unmade => "unmade",
        }
    }

    /// Of an enhanced status code such as `5.1.1` (RFC 3463); nothing for text that is none.
    #[must_use]
    pub fn of_status(status: &str) -> Option<Self> {
        let mut parts = status.split('.').map(str::parse::<u16>);
        let (Some(Ok(4 | 5)), Some(Ok(subject)), Some(Ok(detail)), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return None;
        };
        Some(match (subject, detail) {
            (1, 0..=6 | 10) | (2, 1) => Self::UnknownAddress,
            (2, 2) => Self::MailboxFull,
            (2 | 3, 3 | 4) => Self::TooLarge,
            (4, _) => Self::GaveUp,
            _ => Self::Refused,
        })
    }

    /// What happened, and what helps.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::UnknownAddress => {
                "Their mail server knows nobody of this address. If it is misspelt, delete the contact and add it anew."
            }
            Self::MailboxFull => "Their mailbox is full. Send again once they have made room.",
            Self::TooLarge => "Their mail server takes no mail of this size.",
            Self::Suppressed => {
                "Earlier mails to this address came back, so none is sent there any more. Ask us to lift that."
            }
            Self::Refused => "Their mail server refused it. Ask their administrator to let our mails in.",
            Self::GaveUp => "It could not be handed over within a day. Check the address, then send again.",
            Self::Unmade => "It went wrong on our side. Send again; if that fails too, write to us.",
        }
    }
}
