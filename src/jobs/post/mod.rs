//! The ways a mail can leave.

mod binding;
mod http;
pub mod mime;
mod smtp;

use std::fmt;

use base64::prelude::{BASE64_STANDARD, Engine};
use futures::future::{BoxFuture, FutureExt, ready};
use serde_json::{Value, json};

pub use self::binding::Binding;
pub use self::http::{Http, judged, letter};
pub use self::smtp::Smtp;
use crate::access::{self, App, Config, Deed, Scope, System, Transport};
use crate::kernel::{Email, MailId};
use crate::outbox::Reason;
use crate::page::{Attachment, Mail};
use crate::sql;

/// A mail with an address on it. `id` is the same at every attempt: the key by which a transport tells a repetition.
pub struct Outgoing {
    pub id: MailId,
    pub to: Email,
    pub mail: Mail,
}

/// Why a mail did not leave. The text is for the log and for staff; the reason is what the Primary is told.
#[derive(Debug, Clone, PartialEq)]
pub enum Bounce {
    /// A later attempt may succeed.
    Temporary(String),
    Permanent(Reason, String),
}

/// A transport. Once the mail has left it answers what is to be written in the batch that marks it as sent, which for
/// those outside is nothing.
pub trait Post: Send + Sync {
    fn send<'a>(&'a self, system: &'a System, mail: &'a Outgoing)
    -> BoxFuture<'a, Result<Vec<Deed>, Bounce>>;
}

/// Of development and test: `/dev/mail` shows what it keeps. Its row and the mark are one batch, so exactly once.
pub struct Mailbox;

impl Post for Mailbox {
    fn send<'a>(
        &'a self,
        system: &'a System,
        mail: &'a Outgoing,
    ) -> BoxFuture<'a, Result<Vec<Deed>, Bounce>> {
        let Outgoing { id, to, mail } = mail;
        let keep = system.scope().deed(sql!(
            "insert or ignore into mailbox (id, recipient, subject, body_text, body_html, sent_at, attachments)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            id.as_str(),
            to.as_str(),
            mail.subject.as_str(),
            mail.text.as_str(),
            mail.html.as_str(),
            system.now(),
            json!(mail.attachments.iter().map(kept).collect::<Vec<_>>()).to_string(),
        ));
        ready(Ok(vec![keep])).boxed()
    }
}

/// As `/dev/mail?format=json` shows it.
fn kept(it: &Attachment) -> Value {
    json!({ "name": it.name, "type": it.kind, "size": it.bytes.len(), "base64": BASE64_STANDARD.encode(&it.bytes) })
}

/// Of an installation that has none yet: everything waits, and nothing is lost for a day.
pub struct NotYet;

impl Post for NotYet {
    fn send<'a>(&'a self, _: &'a System, _: &'a Outgoing) -> BoxFuture<'a, Result<Vec<Deed>, Bounce>> {
        ready(Err(Bounce::Temporary("no mail transport is configured".to_owned()))).boxed()
    }
}

#[must_use]
pub fn transport(config: &Config) -> Box<dyn Post> {
    match &config.mail.transport {
        Transport::None => Box::new(NotYet),
        Transport::Mailbox => Box::new(Mailbox),
        Transport::Binding => Box::new(Binding),
        Transport::Http(api) => Box::new(Http { api: api.clone() }),
        Transport::Smtp(relay) => Box::new(Smtp { relay: relay.clone() }),
    }
}

/// What is not done after so many seconds is tried again later.
async fn in_time<T>(app: &App, seconds: u32, work: impl Future<Output = T> + Send) -> Result<T, Bounce> {
    let late = || Bounce::Temporary(format!("no answer within {seconds} s"));
    access::in_time(app, seconds, work).await.ok_or_else(late)
}

impl fmt::Display for Bounce {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Temporary(why) | Self::Permanent(_, why) => to.write_str(why),
        }
    }
}
