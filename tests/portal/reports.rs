//! Reports of undelivered mail, as real servers write them and as somebody might write them who means harm.

use futures_executor::block_on;
use portal::jobs::reports::{LONGEST, Received, Report, receive, report};
use serde_json::json;

use crate::fixtures::{NOW, Portal, logged};
use crate::jobs::{id, put};

const POSTFIX: &str = include_str!("../fixtures/bounces/postfix.eml");
const EXCHANGE: &str = include_str!("../fixtures/bounces/exchange.eml");
const GMAIL: &str = include_str!("../fixtures/bounces/gmail.eml");
const RFC: &str = include_str!("../fixtures/bounces/rfc3464.eml");
const DELAYED: &str = include_str!("../fixtures/bounces/delayed.eml");
const AWAY: &str = include_str!("../fixtures/bounces/out-of-office.eml");

const MAIL: &str = "01938a00-0000-7000-8000-00000000aaaa";

fn listening() -> Portal {
    Portal::configured(&[("BOUNCE_DOMAIN", "bounces.vendor.example")])
}

fn comes(portal: &Portal, to: &str, raw: &str) -> Received {
    block_on(receive(portal.app(), to, raw.as_bytes()))
}

fn row(portal: &Portal) -> serde_json::Value {
    portal.rows("select state, reason, error, state_at, lease_until from outbox").remove(0)
}

#[test]
fn what_real_servers_write() {
    for (raw, status, said) in [
        (POSTFIX, "5.1.1", "X-Postfix; unknown user: \"nobody\""),
        (EXCHANGE, "5.2.2", "smtp;554 5.2.2 mailbox full; STOREDRV.Deliver.Exception"),
        (GMAIL, "5.1.2", "smtp; DNS Error: 1234567 DNS type 'mx' lookup of group.example"),
        (RFC, "4.0.0", "smtp; 426 connection timed out"),
    ] {
        for raw in [raw.to_owned(), raw.replace("\r\n", "\n")] {
            let found = report(raw.as_bytes()).unwrap();
            assert_eq!(found.status, status);
            assert!(found.said.starts_with(said), "{}", found.said);
        }
    }
    assert_eq!(report(DELAYED.as_bytes()), Err("it speaks of nobody whom delivery failed for"));
    assert_eq!(report(AWAY.as_bytes()), Err("it is no report of a delivery"));
}

#[test]
fn a_mail_that_came_back_says_so_once() {
    let portal = listening();
    let to = format!("bounces+{MAIL}@bounces.vendor.example");
    put(&portal.db, MAIL, "state = 'sent', attempts = 1");
    portal.now.set(NOW + 90);
    assert_eq!(comes(&portal, &to, POSTFIX), Received::Noted(id(MAIL)));
    let bounced = json!({
        "state": "bounced", "reason": "unknown_address", "state_at": NOW + 90, "lease_until": null,
        "error": "5.1.1 X-Postfix; unknown user: \"nobody\"",
    });
    assert_eq!(row(&portal), bounced);
    portal.now.set(NOW + 900);
    assert_eq!(comes(&portal, &to, GMAIL), Received::Ignored("no mail of this id is out"));
    assert_eq!(row(&portal), bounced);
    let log = logged().join("\n");
    assert!(!log.contains("nobody") && log.contains(MAIL), "{log}");
}

#[test]
fn only_a_mail_that_has_left_comes_back() {
    for (changes, noted) in [
        ("state = 'sent', attempts = 2", true),
        // It left, and the mark was lost: it must not leave once more.
        ("state = 'sending', attempts = 1, lease_until = 1", true),
        ("state = 'queued', attempts = 1", true),
        ("state = 'queued'", false),
        ("state = 'failed', attempts = 3", false),
        ("state = 'dropped', attempts = 1", false),
    ] {
        let portal = listening();
        put(&portal.db, MAIL, changes);
        let before = row(&portal);
        let to = format!("BOUNCES+{}@Bounces.Vendor.Example", MAIL.to_uppercase());
        assert_eq!(comes(&portal, &to, POSTFIX) == Received::Noted(id(MAIL)), noted, "{changes}");
        assert_eq!(row(&portal) != before, noted, "{changes}");
    }
}

#[test]
fn the_address_decides_and_not_what_the_report_says() {
    let portal = listening();
    put(&portal.db, MAIL, "state = 'sent', attempts = 1");
    let before = row(&portal);
    for to in [
        "",
        "@",
        "bounces+",
        "bounces@bounces.vendor.example",
        "bounces+@bounces.vendor.example",
        "bounces+01938a00-0000-7000-8000-00000000aaaa@evil.example",
        "bounces+01938a00-0000-7000-8000-00000000aaaa@bounces.vendor.example.evil.example",
        "xbounces+01938a00-0000-7000-8000-00000000aaaa@bounces.vendor.example",
        "bounces+' or 1=1 --@bounces.vendor.example",
        "bounces+../../x@bounces.vendor.example",
        "postmaster@bounces.vendor.example",
        "portal@mail.vendor.example",
    ] {
        assert_eq!(comes(&portal, to, POSTFIX), Received::NotOurs, "{to}");
    }
    let forged = "bounces+01938a00-0000-7000-8000-00000000bbbb@bounces.vendor.example";
    assert_eq!(comes(&portal, forged, POSTFIX), Received::Ignored("no mail of this id is out"));
    assert_eq!(row(&portal), before);
    // Where no domain is configured, no mail is ours.
    let to = format!("bounces+{MAIL}@bounces.vendor.example");
    assert_eq!(comes(&Portal::new(), &to, POSTFIX), Received::NotOurs);
}

#[test]
fn a_database_that_is_away_is_logged_and_hurts_nobody() {
    let portal = listening();
    portal.db.breaks(Some("D1_ERROR: D1 DB is overloaded"));
    let to = format!("bounces+{MAIL}@bounces.vendor.example");
    assert_eq!(comes(&portal, &to, POSTFIX), Received::Ignored("the database did not answer"));
}

fn status(fields: &str) -> String {
    format!(
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\
         Content-Type: text/plain\r\n\r\nSorry.\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; x.example\r\n\r\n{fields}\r\n\r\n--b--\r\n"
    )
}

#[test]
fn broken_and_hostile_reports_are_ignored() {
    let good = "Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1";
    assert_eq!(report(status(good).as_bytes()), Ok(Report { status: "5.1.1".into(), said: String::new() }));
    for fields in [
        "",
        "Action: failed\r\nStatus: 5.1.1",
        "Final-Recipient: \r\nAction: failed\r\nStatus: 5.1.1",
        "Final-Recipient: rfc822; a@b.example\r\nStatus: 5.1.1",
        "Final-Recipient: rfc822; a@b.example\r\nAction: failed",
        "Final-Recipient: rfc822; a@b.example\r\nAction: delivered\r\nStatus: 2.0.0",
        "Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 2.1.5",
        "Final-Recipient: rfc822; a@b.example\r\nAction: relayed\r\nStatus: 5.1.1",
        "Final-Recipient: rfc822; a@b.example\r\n\r\nAction: failed\r\n\r\nStatus: 5.1.1",
        ":\r\n:::\r\n \r\n\t",
        "\u{0}\u{1}\u{ff}",
    ] {
        assert!(report(status(fields).as_bytes()).is_err(), "{fields:?}");
    }
    // Inside a letter that is sent back, and inside a report of another kind.
    let inner = status(good);
    let nested = format!(
        "Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\nContent-Type: message/rfc822\r\n\r\n{inner}\r\n--o--\r\n"
    );
    let deeper = format!(
        "Content-Type: multipart/report; report-type=delivery-status; boundary=o\r\n\r\n--o\r\nContent-Type: message/rfc822\r\n\r\n{inner}\r\n--o--\r\n"
    );
    let read = inner.replace("delivery-status;", "disposition-notification;");
    for raw in [nested, deeper, read, String::new(), "\r\n".repeat(9000), good.to_owned()] {
        assert!(report(raw.as_bytes()).is_err());
    }
}

/// Whatever stands there is written into a row and shown to the staff.
#[test]
fn a_status_is_a_class_and_two_numbers() {
    let said = |it: &str| {
        let fields = format!("Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: {it}");
        report(status(&fields).as_bytes()).map(|it| it.status)
    };
    for (written, kept) in [
        ("5.1.1", "5.1.1"),
        ("4.999.0 (gave up)", "4.999.0"),
        ("5", "5.0.0"),
        ("5.1", "5.0.0"),
        ("5.1.1.1", "5.0.0"),
        ("5.1.1000", "5.0.0"),
        ("5.x.<script>", "5.0.0"),
        ("41.1.1", "4.0.0"),
        (&"5".repeat(200_000), "5.0.0"),
    ] {
        assert_eq!(said(written), Ok(kept.to_owned()));
    }
    assert!(said("6.1.1").is_err() && said("x5").is_err());
}

#[test]
fn size_and_depth_do_not_matter() {
    let good = "Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1";
    // 10 MB of letter behind the report, and 10 MB in front of it.
    let behind = format!("{}{}", status(good), "x".repeat(10_000_000));
    assert!(report(behind.as_bytes()).is_ok());
    let before = status(good).replace("Sorry.", &"Sorry. ".repeat(10_000_000 / 7));
    assert!(report(before.as_bytes()).is_err(), "only the first {LONGEST} bytes are looked at");
    let groups = status(
        &"Final-Recipient: rfc822; a@b.example\r\nAction: delivered\r\nStatus: 2.0.0\r\n\r\n".repeat(3000),
    );
    assert!(report(groups.as_bytes()).is_err());
    let mut nested = "x".to_owned();
    for depth in 0..2000 {
        nested = format!("Content-Type: multipart/mixed; boundary=b{depth}\r\n\r\n--b{depth}\r\n{nested}");
    }
    let letters = "Content-Type: message/rfc822\r\n\r\n".repeat(5000);
    let encoded = "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n".repeat(2000);
    for raw in [nested, letters, encoded, "Subject: x\r\n ".repeat(15_000), "--b\r\n".repeat(40_000)] {
        assert!(report(raw.as_bytes()).is_err());
    }
    for cut in (0..POSTFIX.len()).step_by(7) {
        let _ = report(&POSTFIX.as_bytes()[..cut]);
    }
}
