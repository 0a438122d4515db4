//! What leaves is a message of RFC 5322 and says what was meant, whatever people have called themselves.

use mail_parser::{MessageParser, MimeHeaders};
use portal::jobs::post::mime;
use portal::page::{Attachment, Mail};
use proptest::prelude::*;

use crate::fixtures::{NOW, configuration};
use crate::properties::mails::{self, HEADERS, headers};
use crate::transports::{outgoing, plain};

fn message(name: &str, mail: Mail) -> String {
    let config = configuration(&[("MAIL_FROM", "portal@mail.vendor.example"), ("VENDOR_NAME", name)]);
    mime::parcel(&config, &outgoing(mail), NOW).unwrap().message
}

#[test]
fn a_mail_with_everything() {
    let mail = Mail {
        subject: "Überblick für Ærø GmbH – 日本".into(),
        text: "Grüße\nzweite Zeile\n".into(),
        attachments: vec![Attachment {
            name: "Übersicht 2026.html".into(),
            kind: "text/html; charset=utf-8".into(),
            bytes: "<p>größer".into(),
        }],
        unsubscribe: Some("https://portal.vendor.example/unsubscribe/abc?x=1&y=2".into()),
        ..plain()
    };
    let text = message("Meridian \"Soft\", Ltd", mail.clone());
    assert_eq!(text, message("Meridian \"Soft\", Ltd", mail), "the same at each attempt");
    insta::assert_snapshot!("whole_message", text.replace("\r\n", "\n"));
    let parsed = MessageParser::default().parse(&text).unwrap();
    assert_eq!(parsed.subject(), Some("Überblick für Ærø GmbH – 日本"));
    assert_eq!(parsed.body_text(0).unwrap().replace('\r', ""), "Grüße\nzweite Zeile\n");
    assert_eq!(parsed.attachment(0).unwrap().attachment_name(), Some("Übersicht 2026.html"));
    assert_eq!(parsed.attachment(0).unwrap().contents(), "<p>größer".as_bytes());
}

#[test]
fn a_mail_that_cannot_be_switched_off_does_not_say_how() {
    let headers = headers(&message("Meridian", plain()));
    assert!(headers.keys().all(|it| !it.starts_with("List-")), "{headers:?}");
    let expected: Vec<&str> = HEADERS.into_iter().filter(|it| !it.starts_with("List-")).collect();
    assert!(
        expected.iter().all(|it| headers.contains_key(*it)) && headers.len() == expected.len(),
        "{headers:?}"
    );
}

#[test]
fn the_return_path_has_the_id_where_reports_are_heard() {
    let quiet = configuration(&[("MAIL_FROM", "portal@mail.vendor.example")]);
    let id = outgoing(plain()).id;
    assert_eq!(mime::return_path(&quiet, &id), "portal@mail.vendor.example");
    let heard = configuration(&[("BOUNCE_DOMAIN", "b.vendor.example")]);
    assert_eq!(
        mime::return_path(&heard, &id),
        "bounces+01938a00-0000-7000-8000-00000000aaaa@b.vendor.example"
    );
}

#[test]
fn what_is_no_media_type_becomes_bytes() {
    for kind in ["", "text", "text/", "/html", "text/html\r\nBcc: a@b.example", "text/ht ml", "a/b/c;d"] {
        let attachments = vec![Attachment { name: "x".into(), kind: kind.into(), bytes: b"x".to_vec() }];
        let text = message("Meridian", Mail { attachments, ..plain() });
        let parsed = MessageParser::default().parse(&text).unwrap();
        let found = parsed.attachment(0).unwrap().content_type().unwrap();
        assert_eq!((found.ctype(), found.subtype()), ("application", Some("octet-stream")), "{kind}");
    }
}

/// Anything that could end a header, and anything that people have in their names.
fn nasty() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\r\nBcc: thief@evil.example\r\n".to_owned()),
        Just("\n\n<html>".to_owned()),
        Just("\r".to_owned()),
        Just("\u{2028}\u{85}\u{0}\u{b}".to_owned()),
        Just("=?utf-8?Q?=0D=0ABcc:_x?=".to_owned()),
        Just("\", <thief@evil.example>, \"".to_owned()),
        Just("--=_alternative_01938a00-0000-7000-8000-00000000aaaa".to_owned()),
        Just("漢字🦀é\u{202e}".to_owned()),
        Just("%0d%0aTo: x".to_owned()),
        "[ -~]{0,30}",
        "[a-z]{60,90}",
        any::<String>(),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|it| it.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nobody_writes_a_header_through_a_name(texts in prop::collection::vec(nasty(), 6)) {
        let texts: Vec<&[u8]> = texts.iter().map(String::as_bytes).collect();
        mails::holds(&texts.join(&0xff));
    }
}
