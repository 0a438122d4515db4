//! A provider over HTTP, in the shape of Resend: `POST /emails`. The id of the mail is the idempotency key, so what is
//! sent a second time is not delivered a second time.

use base64::prelude::{BASE64_STANDARD, Engine};
use futures::future::{BoxFuture, FutureExt};
use serde_json::{Map, Value, json};

use super::{Bounce, Outgoing, Post, in_time, mime};
use crate::access::{Call, Config, Deed, Reply, System};
use crate::outbox::Reason;

pub struct Http {
    /// Without a slash at the end.
    pub api: String,
}

const PATIENCE: u32 = 15;

impl Post for Http {
    fn send<'a>(
        &'a self,
        system: &'a System,
        mail: &'a Outgoing,
    ) -> BoxFuture<'a, Result<Vec<Deed>, Bounce>> {
        async move {
            let app = system.app();
            let key = app.secrets().mail_api_key.clone().unwrap_or_default();
            let call = Call {
                method: "POST",
                url: format!("{}/emails", self.api),
                headers: vec![
                    ("authorization", format!("Bearer {key}")),
                    ("content-type", "application/json".to_owned()),
                    ("idempotency-key", mail.id.as_str().to_owned()),
                    ("user-agent", "customer-portal".to_owned()),
                ],
                body: letter(app.config(), mail).to_string(),
            };
            let reply = in_time(app, PATIENCE, app.outside().fetch(call)).await?;
            let reply =
                reply.map_err(|it| Bounce::Temporary(format!("the provider is out of reach: {it}")))?;
            judged(&reply).map(|()| Vec::new())
        }
        .boxed()
    }
}

/// Resend makes its own `Message-ID`, `Date` and `Return-Path`.
#[must_use]
pub fn letter(config: &Config, outgoing: &Outgoing) -> Value {
    let Outgoing { to, mail, .. } = outgoing;
    let mut headers = Map::new();
    headers.insert("Auto-Submitted".to_owned(), json!("auto-generated"));
    for (name, value) in mime::list_headers(mail) {
        let value = if value.starts_with("https:") { format!("<{value}>") } else { value };
        headers.insert(name.to_owned(), json!(value));
    }
    let files = mail.attachments.iter().map(|it| {
        json!({ "filename": mime::clean(&it.name), "content_type": it.kind, "content": BASE64_STANDARD.encode(&it.bytes) })
    });
    let mut letter = json!({
        "from": format!("{} <{}>", quoted(&config.brand.vendor_name), config.mail.from.as_str()),
        "to": [to.as_str()],
        "subject": mime::clean(&mail.subject),
        "text": mail.text,
        "html": mail.html,
        "headers": headers,
    });
    if let Some(letter) = letter.as_object_mut() {
        if let Some(reply_to) = mime::reply_to(config) {
            letter.insert("reply_to".to_owned(), json!(reply_to.as_str()));
        }
        if !mail.attachments.is_empty() {
            letter.insert("attachments".to_owned(), files.collect());
        }
    }
    letter
}

/// A name that is more than letters and spaces stands in quotation marks.
fn quoted(name: &str) -> String {
    let name = mime::clean(name);
    if name.chars().all(|it| it.is_alphanumeric() || it == ' ' || it == '-') {
        return name;
    }
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Temporary is what a later attempt, or the operator meanwhile, can mend: a key that is wrong or a domain that is not
/// verified yet speaks about us and not about the mail.
pub fn judged(reply: &Reply) -> Result<(), Bounce> {
    let facts: Value = serde_json::from_str(&reply.body).unwrap_or_default();
    let fact = |name: &str| facts.get(name).and_then(Value::as_str).map(mime::clean).unwrap_or_default();
    let said: String = format!("HTTP {} {}: {}", reply.status, fact("name"), fact("message"));
    let said: String = said.chars().take(300).collect();
    match reply.status {
        200..=299 => Ok(()),
        401 | 403 | 408 | 425 | 429 => Err(Bounce::Temporary(said)),
        // The same mail is on its way in another call.
        409 if fact("name") == "concurrent_idempotent_requests" => Err(Bounce::Temporary(said)),
        413 => Err(Bounce::Permanent(Reason::TooLarge, said)),
        400..=499 => Err(Bounce::Permanent(Reason::Refused, said)),
        _ => Err(Bounce::Temporary(said)),
    }
}
