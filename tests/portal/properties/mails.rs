//! Whatever people call themselves: one message of RFC 5322, with no header but ours and just the words that were
//! meant.

use std::collections::BTreeMap;

use mail_parser::{MessageParser, PartType};
use portal::jobs::post::{Outgoing, letter, mime};
use portal::kernel::{Email, MailId};
use portal::page::{Attachment, Mail};

use super::texts;
use crate::fixtures::{NOW, configuration};

/// All that a mail may have.
pub const HEADERS: [&str; 11] = [
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
];

/// The vendor, a subject, a body, the name and the kind of a file, and an address that ends such mails.
pub fn holds(bytes: &[u8]) {
    let [vendor, subject, body, name, kind, link] = texts::<6>(bytes).map(std::borrow::Cow::into_owned);
    let vendor = format!("Vendor {vendor}");
    let attachments = vec![Attachment { name, kind, bytes: body.clone().into_bytes() }];
    let mail = Mail {
        subject: subject.clone(),
        text: body.clone(),
        html: body,
        attachments,
        unsubscribe: Some(link),
    };
    let outgoing = Outgoing {
        id: MailId::try_from("01938a00-0000-7000-8000-00000000aaaa".to_owned()).unwrap(),
        to: Email::try_from("ann@acme-canary.example".to_owned()).unwrap(),
        mail,
    };
    let config = configuration(&[("MAIL_FROM", "portal@mail.vendor.example"), ("VENDOR_NAME", &vendor)]);
    let text = mime::parcel(&config, &outgoing, NOW).unwrap().message;
    assert!(text.is_ascii());
    for line in text.split("\r\n") {
        assert!(line.len() <= 998, "{} octets", line.len());
        assert!(!line.contains(['\r', '\n', '\0']), "{line:?}");
    }
    let headers = headers(&text);
    for name in headers.keys() {
        assert!(HEADERS.contains(&name.as_str()), "{name}");
    }
    assert_eq!(headers["To"], "<ann@acme-canary.example>");
    assert!(headers["From"].ends_with("<portal@mail.vendor.example>"));
    let parsed = MessageParser::default().parse(&text).unwrap();
    assert_eq!(parsed.subject().unwrap_or_default(), mime::clean(&subject));
    let from = parsed.from().unwrap();
    assert_eq!(from.iter().map(|it| it.address()).collect::<Vec<_>>(), [Some("portal@mail.vendor.example")]);
    assert_eq!(parsed.parts.len(), 5, "two containers, two bodies, one file");
    let file = &parsed.attachment(0).unwrap().body;
    assert!(matches!(file, PartType::Binary(_) | PartType::Text(_) | PartType::Html(_)));

    let letter = letter(&config, &outgoing);
    for single in [&letter["from"], &letter["subject"], &letter["attachments"][0]["filename"]] {
        assert!(!single.as_str().unwrap().contains(char::is_control));
    }
    for value in letter["headers"].as_object().unwrap().values() {
        assert!(value.as_str().unwrap().bytes().all(|it| (b' '..127).contains(&it)), "{value}");
    }
}

/// The headers of the whole message, unfolded, each once.
pub fn headers(message: &str) -> BTreeMap<String, String> {
    let head = message.split_once("\r\n\r\n").unwrap().0.replace("\r\n ", " ").replace("\r\n\t", " ");
    let lines: Vec<_> = head.split("\r\n").map(|it| it.split_once(": ").unwrap_or((it, ""))).collect();
    let headers: BTreeMap<_, _> = lines.iter().map(|it| (it.0.to_owned(), it.1.to_owned())).collect();
    assert_eq!(headers.len(), lines.len(), "{head}");
    headers
}
