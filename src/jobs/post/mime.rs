//! A mail as bytes (RFC 5322). Whoever typed the names in it, they stay where they belong: what could end a header
//! is taken out here, and the builder encodes the rest.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_builder::MessageBuilder;
use mail_builder::headers::HeaderType;
use mail_builder::headers::address::Address;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::raw::Raw;
use mail_builder::headers::url::URL;
use mail_builder::mime::{BodyPart, MimePart};

use super::Outgoing;
use crate::access::{Config, Parcel};
use crate::kernel::{Email, MailId};
use crate::page::{Attachment, Mail};

/// Comes back with the id of the mail in it, where the installation hears of it.
#[must_use]
pub fn return_path(config: &Config, id: &MailId) -> String {
    match &config.mail.bounce_domain {
        Some(domain) => format!("bounces+{}@{domain}", id.as_str()),
        None => config.mail.from.as_str().to_owned(),
    }
}

/// `now` is when it leaves. Apart from that date it is the same at each attempt, byte by byte.
#[must_use]
pub fn parcel(config: &Config, outgoing: &Outgoing, now: i64) -> Option<Parcel> {
    let Outgoing { id, to, mail } = outgoing;
    let from = &config.mail.from;
    let mut message = MessageBuilder::new()
        .from(Address::new_address(Some(clean(&config.brand.vendor_name)), from.as_str()))
        .to(Address::new_address(None::<&str>, to.as_str()));
    if let Some(reply_to) = reply_to(config) {
        message = message.reply_to(Address::new_address(None::<&str>, reply_to.as_str()));
    }
    message = message
        .subject(clean(&mail.subject))
        .date(now)
        .message_id(format!("{}@{}", id.as_str(), from.domain()))
        .header("Auto-Submitted", Raw::new("auto-generated"));
    for (name, value) in list_headers(mail) {
        let value: HeaderType<'_> = match name {
            UNSUBSCRIBE => URL::new(value).into(),
            _ => Raw::new(value).into(),
        };
        message = message.header(name, value);
    }
    let message = message.body(body(id, mail)).write_to_string().ok().filter(|it| it.is_ascii())?;
    Some(Parcel { from: return_path(config, id), to: to.as_str().to_owned(), message })
}

/// Answers go to people, not to the address that sends.
#[must_use]
pub fn reply_to(config: &Config) -> Option<&Email> {
    Some(&config.support_email).filter(|it| **it != config.mail.from)
}

/// Letters of a line of base64 (RFC 2045, 6.8).
const LINE: usize = 76;

const UNSUBSCRIBE: &str = "List-Unsubscribe";

/// Of a mail that can be switched off (RFC 8058): the address, and that one POST is enough.
#[must_use]
pub fn list_headers(mail: &Mail) -> Vec<(&'static str, String)> {
    // A browser's rules for an address: no space and nothing that ends it inside `<>`.
    let fits = |it: &&String| it.bytes().all(|b| b.is_ascii_graphic() && !b"<>,".contains(&b));
    let Some(address) = mail.unsubscribe.as_ref().filter(fits) else { return Vec::new() };
    vec![(UNSUBSCRIBE, address.clone()), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned())]
}

/// Text, then the same in HTML, then the files.
fn body<'a>(id: &MailId, mail: &'a Mail) -> MimePart<'a> {
    let (text, html) = (printable(&mail.text), printable(&mail.html));
    let within = |separator: &str| text.contains(separator) || html.contains(separator);
    let (alternative, mixed) = (multipart("alternative", id, within), multipart("mixed", id, within));
    let parts = vec![
        MimePart::new("text/plain", BodyPart::Text(text.into())),
        MimePart::new("text/html", BodyPart::Text(html.into())),
    ];
    let both = MimePart::new(alternative, parts);
    if mail.attachments.is_empty() {
        return both;
    }
    let files = mail.attachments.iter().map(file);
    MimePart::new(mixed, std::iter::once(both).chain(files).collect::<Vec<_>>())
}

/// With a separator of our own, for the builder's would differ at each attempt. It is longer where somebody guessed it,
/// be it with signs in between that are not sent.
fn multipart(kind: &str, id: &MailId, within: impl Fn(&str) -> bool) -> ContentType<'static> {
    let mut separator = format!("=_{kind}_{}", id.as_str());
    while within(&separator) {
        separator.push('_');
    }
    ContentType::new(format!("multipart/{kind}")).attribute("boundary", separator)
}

/// In base64 always: no byte of a file is anybody's to change on its way, and none can end a part or a line.
fn file(it: &Attachment) -> MimePart<'_> {
    let text = STANDARD.encode(&it.bytes);
    let lines = text.as_bytes().chunks(LINE).map(String::from_utf8_lossy).collect::<Vec<_>>().join("\r\n");
    MimePart::new(media_type(&it.kind), BodyPart::Text(lines.into()))
        .transfer_encoding("base64")
        .attachment(clean(&it.name))
}

fn media_type(kind: &str) -> ContentType<'static> {
    let is_token = |it: &str| {
        !it.is_empty() && it.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&b))
    };
    let (name, parameters) = kind.split_once(';').unwrap_or((kind, ""));
    let name = name.trim().split_once('/').filter(|it| is_token(it.0) && is_token(it.1));
    let Some((class, sub)) = name else { return ContentType::new("application/octet-stream") };
    let parameters = parameters.split(';').filter_map(|it| it.trim().split_once('='));
    parameters
        .filter(|it| is_token(it.0) && is_token(it.1))
        .fold(ContentType::new(format!("{class}/{sub}")), |it, (key, value)| {
            it.attribute(key.to_owned(), value.to_owned())
        })
}

/// One line without control characters, and nothing in it that a reader would decode once more (RFC 2047).
#[must_use]
pub fn clean(text: &str) -> String {
    let spaced = text.replace(char::is_control, " ").replace("=?", "= ?");
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn printable(text: &str) -> String {
    text.chars().filter(|it| !it.is_control() || matches!(it, '\n' | '\t')).collect()
}
