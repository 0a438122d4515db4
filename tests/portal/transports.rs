//! How each transport speaks, and how it sorts what it hears: temporary is what may be mended, permanent what never will.

use futures_executor::block_on;
use portal::access::{Declined, System};
use portal::jobs::post::{Bounce, Outgoing, judged};
use portal::jobs::transport;
use portal::kernel::{Email, MailId};
use portal::outbox::Reason;
use portal::page::{Attachment, Mail};

use crate::fixtures::Portal;

pub fn outgoing(mail: Mail) -> Outgoing {
    Outgoing {
        id: MailId::try_from("01938a00-0000-7000-8000-00000000aaaa".to_owned()).unwrap(),
        to: Email::try_from("ann@acme-canary.example".to_owned()).unwrap(),
        mail,
    }
}

pub fn plain() -> Mail {
    Mail {
        subject: "Verify your e-mail address".into(),
        text: "Hello,\n\n.a line that begins with a dot\n..and two\n".into(),
        html: "<p>Hello</p>".into(),
        attachments: Vec::new(),
        unsubscribe: None,
    }
}

fn by(transport: &str, more: &[(&str, &str)]) -> Portal {
    let base = [
        ("MAIL_TRANSPORT", transport),
        ("MAIL_FROM", "portal@mail.vendor.example"),
        ("MAIL_API_URL", "https://api.mail.example/"),
        ("SMTP_HOST", "smtp.mail.example"),
        ("BOUNCE_DOMAIN", "bounces.vendor.example"),
    ];
    Portal::configured(&[&base, more].concat())
}

fn send(portal: &Portal, mail: Mail) -> Result<(), Bounce> {
    let app = portal.app();
    let post = transport(app.config());
    block_on(post.send(&System::new(app), &outgoing(mail))).map(|also| assert!(also.is_empty()))
}

#[test]
fn the_provider_gets_the_mail_and_a_key_that_stays_the_same() {
    let portal = by("http", &[]);
    let mail = Mail {
        unsubscribe: Some("https://portal.vendor.example/u/1".into()),
        attachments: vec![Attachment {
            name: "report.html".into(),
            kind: "text/html; charset=utf-8".into(),
            bytes: b"<p>".to_vec(),
        }],
        ..plain()
    };
    for _ in 0..2 {
        portal.outside.replies(200, r#"{"id":"49a3999c"}"#);
        assert_eq!(send(&portal, mail.clone()), Ok(()));
    }
    let calls = portal.outside.calls.lock().unwrap();
    assert_eq!((calls[0].url.as_str(), calls[0].method), ("https://api.mail.example/emails", "POST"));
    assert_eq!(calls[0].body, calls[1].body, "or the provider takes it for another mail");
    let header = |name: &str| calls[0].headers.iter().find(|it| it.0 == name).unwrap().1.clone();
    assert_eq!(header("idempotency-key"), "01938a00-0000-7000-8000-00000000aaaa");
    assert_eq!(header("authorization"), "Bearer re_of_the_host_tests");
    let body: serde_json::Value = serde_json::from_str(&calls[0].body).unwrap();
    assert_eq!(
        body,
        serde_json::json!({
            "from": "Meridian Software <portal@mail.vendor.example>",
            "to": ["ann@acme-canary.example"],
            "reply_to": "support@vendor.example",
            "subject": "Verify your e-mail address",
            "text": plain().text,
            "html": "<p>Hello</p>",
            "headers": {
                "Auto-Submitted": "auto-generated",
                "List-Unsubscribe": "<https://portal.vendor.example/u/1>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
            "attachments": [
                { "filename": "report.html", "content_type": "text/html; charset=utf-8", "content": "PHA+" }
            ],
        })
    );
}

#[test]
fn answers_of_the_provider_are_sorted() {
    let of = |status, body: &str| judged(&portal::access::Reply { status, body: body.to_owned() });
    for status in [200, 201, 202, 299] {
        assert_eq!(of(status, "no JSON at all"), Ok(()));
    }
    for status in [0, 100, 302, 401, 403, 408, 425, 429, 500, 502, 503, 504, 599] {
        assert!(matches!(of(status, "{}"), Err(Bounce::Temporary(_))), "{status}");
    }
    for status in [400, 402, 404, 405, 409, 410, 415, 422, 451, 499] {
        assert!(matches!(of(status, "<html>"), Err(Bounce::Permanent(Reason::Refused, _))), "{status}");
    }
    assert!(matches!(of(413, ""), Err(Bounce::Permanent(Reason::TooLarge, _))));
    assert!(matches!(of(409, r#"{"name":"concurrent_idempotent_requests"}"#), Err(Bounce::Temporary(_))));
    let long = format!(r#"{{"name":"validation_error","message":"{}\r\nX: y"}}"#, "long ".repeat(200));
    let Err(Bounce::Permanent(_, why)) = of(422, &long) else { panic!() };
    assert!(why.starts_with("HTTP 422 validation_error: long long") && why.chars().count() == 300, "{why}");
}

#[test]
fn a_provider_that_does_not_answer_is_tried_later() {
    let portal = by("http", &[]);
    portal.outside.replies.lock().unwrap().push_back(Err("connection reset".into()));
    let away = Bounce::Temporary("the provider is out of reach: connection reset".into());
    assert_eq!(send(&portal, plain()), Err(away));
    *portal.outside.late.lock().unwrap() = true;
    assert_eq!(send(&portal, plain()), Err(Bounce::Temporary("no answer within 15 s".into())));
}

#[test]
fn the_relay_is_spoken_to_in_order() {
    let portal = by("smtp", &[("SMTP_PORT", "465")]);
    assert_eq!(send(&portal, plain()), Ok(()));
    let heard = portal.outside.heard();
    let mail = heard.iter().position(|it| it == "DATA").unwrap() + 1;
    assert_eq!(
        heard[..mail],
        [
            "EHLO localhost",
            "AUTH PLAIN AHBvcnRhbABvZiB0aGUgcmVsYXk=",
            "MAIL FROM:<bounces+01938a00-0000-7000-8000-00000000aaaa@bounces.vendor.example> BODY=8BITMIME",
            "RCPT TO:<ann@acme-canary.example>",
            "DATA",
        ]
    );
    assert!(heard.contains(&"..a line that begins with a dot".to_owned()), "{heard:?}");
    assert!(heard.contains(&"...and two".to_owned()));
    assert_eq!(heard[heard.len() - 2..], [".", "QUIT"]);
}

#[test]
fn at_587_no_password_leaves_before_the_line_is_safe() {
    let portal = by("smtp", &[("SMTP_PORT", "587")]);
    assert_eq!(send(&portal, plain()), Ok(()));
    let heard = portal.outside.heard();
    assert_eq!(heard[..3], ["EHLO localhost", "STARTTLS", "EHLO localhost"]);
    assert!(heard[3].starts_with("AUTH PLAIN "), "{heard:?}");
    // Somebody in between takes STARTTLS out of the greeting.
    portal.outside.says("EHLO", "250-relay.example\r\n250 AUTH PLAIN LOGIN");
    let Err(Bounce::Temporary(why)) = send(&portal, plain()) else { panic!() };
    assert!(why.contains("STARTTLS"), "{why}");
    assert!(portal.outside.heard().iter().all(|it| !it.starts_with("AUTH")));
}

#[test]
fn answers_of_the_relay_are_sorted_by_what_they_are_about() {
    for (word, answer, permanent) in [
        ("CONNECT", "", None),
        ("CONNECT", "554 5.7.1 your network is not welcome", None),
        ("CONNECT", "421 4.3.2 shutting down", None),
        ("EHLO", "550 5.7.1 no such name", None),
        ("AUTH", "535 5.7.8 wrong password", None),
        ("AUTH", "454 4.7.0 try later", None),
        ("MAIL", "530 5.7.0 log in first", None),
        ("MAIL", "451 4.3.0 busy", None),
        ("MAIL", "550 5.7.1 not your domain", Some(Reason::Refused)),
        ("RCPT", "450 4.2.0 greylisted", None),
        ("RCPT", "452 4.2.2 full for now", None),
        ("RCPT", "550 5.1.1 no such user", Some(Reason::UnknownAddress)),
        ("RCPT", "550-5.1.10 no such\r\n550 5.1.10 user", Some(Reason::UnknownAddress)),
        ("RCPT", "552 5.2.2 full for good", Some(Reason::MailboxFull)),
        ("RCPT", "554 go away", Some(Reason::Refused)),
        ("DATA", "451 4.7.1 wait", None),
        ("DATA", "554 5.5.1 no", Some(Reason::Refused)),
        ("END", "452 4.3.1 no room", None),
        ("END", "552 too big", Some(Reason::TooLarge)),
        ("END", "550 5.7.1 it looks like spam", Some(Reason::Refused)),
        ("END", "nonsense", None),
        ("RCPT", "250 fine\r\n", None),
    ] {
        let portal = by("smtp", &[]);
        portal.outside.says(word, answer);
        *portal.outside.late.lock().unwrap() = false;
        if word == "RCPT" && answer.starts_with("250") {
            assert_eq!(send(&portal, plain()), Err(Bounce::Temporary("the relay: parsing: Tag".into())));
            continue;
        }
        match (send(&portal, plain()), permanent) {
            (Err(Bounce::Temporary(why)), None) => assert!(!why.contains("of the relay"), "{why}"),
            (Err(Bounce::Permanent(reason, why)), Some(expected)) => {
                assert_eq!(reason, expected, "{word} {answer}");
                assert!(why.starts_with("the relay: 55"), "{why}");
            }
            (other, _) => panic!("{word} {answer}: {other:?}"),
        }
    }
}

#[test]
fn a_relay_that_falls_silent_costs_a_minute_and_not_the_mail() {
    for word in ["CONNECT", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "END"] {
        let portal = by("smtp", &[]);
        portal.outside.says(word, "");
        *portal.outside.late.lock().unwrap() = true;
        assert!(matches!(send(&portal, plain()), Err(Bounce::Temporary(_))), "{word}");
    }
    // It has the mail and does not say goodbye.
    let portal = by("smtp", &[]);
    portal.outside.says("QUIT", "");
    *portal.outside.late.lock().unwrap() = true;
    assert_eq!(send(&portal, plain()), Ok(()));
}

#[test]
fn the_platforms_own_service_gets_the_address_in_from_as_its_sender() {
    let portal = by("binding", &[]);
    assert_eq!(send(&portal, plain()), Ok(()));
    let parcel = portal.outside.parcels.lock().unwrap()[0].clone();
    assert_eq!(
        (parcel.from.as_str(), parcel.to.as_str()),
        ("portal@mail.vendor.example", "ann@acme-canary.example")
    );
    assert!(
        parcel.message.contains("Message-ID: <01938a00-0000-7000-8000-00000000aaaa@mail.vendor.example>\r\n")
    );
    let suppressed =
        Declined { code: Some("E_RECIPIENT_SUPPRESSED".into()), said: "recipient is suppressed".into() };
    *portal.outside.declines.lock().unwrap() = Some(suppressed);
    assert!(matches!(send(&portal, plain()), Err(Bounce::Permanent(Reason::Suppressed, _))));
}
