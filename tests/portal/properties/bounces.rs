//! Whoever writes to the return path: what is kept of it is short, of one line, and of the mail that is named.

use std::cell::RefCell;

use futures_executor::block_on;
use portal::jobs::reports::{Received, receive, report};

use super::parts;
use crate::fixtures::{Portal, logged};

const MAIL: &str = "01938a00-0000-7000-8000-00000000aaaa";
const A_MAIL_IS_OUT: &str = "insert into outbox (id, kind, org_id, recipient, payload, state, attempts, created_at, state_at)
    values ('01938a00-0000-7000-8000-00000000aaaa', 'contacts.roles', 'acme', 'bob@acme-canary.example', '{}', 'sent', 1, 5, 6);";

thread_local! {
    static PORTAL: RefCell<Option<Portal>> = const { RefCell::new(None) };
}

/// The recipient of the envelope, and the mail.
pub fn holds(bytes: &[u8]) {
    let [to, raw] = parts(bytes);
    let said = report(raw);
    if let Ok(report) = &said {
        let parts: Vec<&str> = report.status.split('.').collect();
        let digits = |it: &str| (1..=3).contains(&it.len()) && it.bytes().all(|it| it.is_ascii_digit());
        assert!(parts.len() == 3 && parts.iter().all(|it| digits(it)), "{report:?} (RFC 3463, 2)");
        assert!(["4", "5"].contains(&parts[0]), "{report:?}");
        assert!(report.said.chars().count() <= 300, "{report:?}");
        assert!(!report.said.contains(char::is_control), "{report:?}");
    }
    PORTAL.with_borrow_mut(|kept| {
        let portal = kept.get_or_insert_with(|| {
            Portal::configured_after(A_MAIL_IS_OUT, &[("BOUNCE_DOMAIN", "bounces.vendor.example")])
        });
        let to = String::from_utf8_lossy(to).replace("{mail}", MAIL);
        let received = block_on(receive(portal.app(), &to, raw));
        logged();
        match received {
            Received::NotOurs => {
                assert!(to.trim().to_ascii_lowercase() != format!("bounces+{MAIL}@bounces.vendor.example"));
            }
            Received::Ignored(why) => assert_ne!(why, "the database did not answer"),
            Received::Noted(id) => {
                assert!(said.is_ok());
                assert_eq!(id.as_str(), MAIL, "nobody knows of another");
                *kept = None;
            }
        }
    });
}
