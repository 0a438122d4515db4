//! A mail that did not arrive: who sees it, what they read, and what they can do. And what a crash between sending and
//! marking costs.

use futures::future::{BoxFuture, FutureExt};
use futures_executor::block_on;
use portal::access::{Deed, System};
use portal::apps;
use portal::db::{Db, Stmt};
use portal::jobs::post::{Bounce, Outgoing, Post};
use portal::jobs::reports::{Received, receive};
use portal::jobs::{Outcome, Render, deliver_mail, transport};
use portal::kernel::MailId;
use portal::outbox::Reason;
use serde::Deserialize;

use crate::fixtures::{NOW, Portal};
use crate::jobs::{at, put};

const PAGE: &str = "/o/acme/contacts";
const ZOE: &str = "display_name=Zoe&email=zoe%40acme.example&send_verification=on";

fn leaving_by(transport: &str) -> Portal {
    let more = [
        ("MAIL_TRANSPORT", transport),
        ("MAIL_FROM", "portal@mail.vendor.example"),
        ("MAIL_API_URL", "https://api.mail.example"),
        ("SMTP_HOST", "smtp.mail.example"),
        ("BOUNCE_DOMAIN", "bounces.vendor.example"),
    ];
    Portal::configured(&more)
}

/// Adds a contact; the id of the mail to them.
fn invite(portal: &Portal) -> MailId {
    assert_eq!(portal.post(PAGE, "ann", ZOE).status, 303);
    portal.queue.0.lock().unwrap().drain(..).next_back().unwrap()
}

fn deliver(portal: &Portal, seconds: i64, mail: &MailId) -> Outcome {
    let app = at(portal, seconds);
    let post = transport(app.config());
    block_on(deliver_mail(&System::new(app), &*post, apps::mail as Render, mail)).unwrap()
}

fn state(portal: &Portal) -> Vec<serde_json::Value> {
    portal.rows("select state, attempts, reason from outbox order by created_at, id")
}

/// The mail has gone, and so has the database when that is to be written down.
struct Dying(Box<dyn Post>, Db);

impl Post for Dying {
    fn send<'a>(
        &'a self,
        system: &'a System,
        mail: &'a Outgoing,
    ) -> BoxFuture<'a, Result<Vec<Deed>, Bounce>> {
        async move {
            let sent = self.0.send(system, mail).await;
            self.1.breaks(Some("Network connection lost"));
            sent
        }
        .boxed()
    }
}

fn die_after_sending(portal: &Portal, mail: &MailId) {
    let app = portal.app();
    let post = Dying(transport(app.config()), portal.db.clone());
    let died = block_on(deliver_mail(&System::new(app), &post, apps::mail as Render, mail));
    assert!(died.is_err());
    portal.db.breaks(None);
    assert_eq!(state(portal)[0]["state"], "sending");
}

#[test]
fn a_crash_after_sending_costs_one_more_mail_at_most_with_the_same_link() {
    let portal = leaving_by("binding");
    let mail = invite(&portal);
    die_after_sending(&portal, &mail);
    for seconds in [1, 60, 120] {
        deliver(&portal, seconds, &mail);
        assert_eq!(portal.outside.parcels.lock().unwrap().len(), 1, "somebody may still be at it");
    }
    for seconds in [121, 122, 500, 100_000] {
        deliver(&portal, seconds, &mail);
    }
    assert_eq!(state(&portal)[0], serde_json::json!({ "state": "sent", "attempts": 2, "reason": null }));
    let parcels = portal.outside.parcels.lock().unwrap();
    assert_eq!(parcels.len(), 2);
    let dateless =
        |text: &str| text.lines().filter(|it| !it.starts_with("Date:")).collect::<Vec<_>>().join("\n");
    assert_eq!(dateless(&parcels[0].message), dateless(&parcels[1].message));
    assert_ne!(parcels[0].message, parcels[1].message);
    assert!(parcels[0].message.contains("/verify#"));
}

#[test]
fn the_provider_sees_by_the_key_that_it_has_the_mail_already() {
    let portal = leaving_by("http");
    let mail = invite(&portal);
    portal.outside.replies(200, "{}");
    die_after_sending(&portal, &mail);
    portal.outside.replies(200, "{}");
    deliver(&portal, 121, &mail);
    assert_eq!(state(&portal)[0]["state"], "sent");
    let calls = portal.outside.calls.lock().unwrap();
    assert_eq!(calls.len(), 2);
    assert_eq!((&calls[0].headers, &calls[0].body), (&calls[1].headers, &calls[1].body));
    assert!(calls[0].headers.contains(&("idempotency-key", mail.as_str().to_owned())));
}

#[test]
fn the_primary_reads_why_and_sends_another() {
    let portal = leaving_by("smtp");
    let mail = invite(&portal);
    portal.outside.says("RCPT", "550 5.1.1 <zoe@acme.example>: secret words of their server");
    assert_eq!(deliver(&portal, 5, &mail), Outcome::Done);
    let failed = serde_json::json!({ "state": "failed", "attempts": 1, "reason": "unknown_address" });
    assert_eq!(state(&portal)[0], failed);
    let page = portal.get(PAGE, "ann").body;
    assert!(page.contains("Mail failed") && page.contains(Reason::UnknownAddress.words()), "{page}");
    assert!(page.contains("Send again") && !page.contains("secret words"));

    portal.outside.says("RCPT", "250 fine");
    portal.now.set(NOW + 61);
    let contact =
        portal.rows("select id from contact where verified_at is null and org_id = 'acme'").remove(0);
    let path = format!("{PAGE}/{}/verification", contact["id"].as_str().unwrap());
    assert_eq!(portal.post(&path, "ann", "").status, 303);
    let second = portal.queue.0.lock().unwrap().drain(..).next_back().unwrap();
    assert_ne!(second, mail);
    let page = portal.get(PAGE, "ann").body;
    assert!(page.contains("Mail queued") && !page.contains(Reason::UnknownAddress.words()));
    deliver(&portal, 62, &second);
    assert!(portal.get(PAGE, "ann").body.contains("Mail sent"));
    assert_eq!(state(&portal)[0], failed, "the first one stays what it was");
}

#[test]
fn a_mail_that_came_back_is_seen_and_is_not_sent_once_more() {
    let portal = leaving_by("binding");
    let mail = invite(&portal);
    // It comes back sooner than it is noted that it left.
    die_after_sending(&portal, &mail);
    let report = include_str!("../fixtures/bounces/exchange.eml");
    let to = format!("bounces+{}@bounces.vendor.example", mail.as_str());
    assert_eq!(block_on(receive(at(&portal, 30), &to, report.as_bytes())), Received::Noted(mail.clone()));
    deliver(&portal, 121, &mail);
    assert_eq!(portal.outside.parcels.lock().unwrap().len(), 1);
    let page = portal.get(PAGE, "ann").body;
    assert!(page.contains("Mail came back") && page.contains(Reason::MailboxFull.words()), "{page}");
    let items = &portal.get("/api/v1/organisations/acme/contacts", "ann").json()["items"];
    assert_eq!(items[4]["mail"]["state"], "failed");
}

/// The consumer was slow to say that it had sent the mail; the report was faster.
#[test]
fn a_late_mark_does_not_hide_that_a_mail_came_back() {
    struct Slow(Box<dyn Post>, Db);
    impl Post for Slow {
        fn send<'a>(
            &'a self,
            system: &'a System,
            mail: &'a Outgoing,
        ) -> BoxFuture<'a, Result<Vec<Deed>, Bounce>> {
            self.1.meanwhile("update outbox set state = 'bounced', reason = 'refused'");
            self.0.send(system, mail)
        }
    }
    let portal = leaving_by("binding");
    let mail = invite(&portal);
    let app = portal.app();
    let post = Slow(transport(app.config()), portal.db.clone());
    block_on(deliver_mail(&System::new(app), &post, apps::mail as Render, &mail)).unwrap();
    assert_eq!(state(&portal)[0]["state"], "bounced");
}

#[derive(Deserialize)]
struct Step {
    detail: String,
}

#[test]
fn whoever_looks_after_mail_sees_the_newest_first_and_reads_no_more_than_that() {
    let portal = Portal::new();
    for n in 0..60 {
        let changes = format!(
            "state = '{}', state_at = {}, attempts = 1, reason = 'refused', error = '550 no'",
            if n % 2 == 0 { "failed" } else { "bounced" },
            NOW + n
        );
        put(&portal.db, &format!("m{n}"), &changes);
    }
    put(&portal.db, "sent", "state = 'sent'");
    let page = portal.get("/staff/mails", "st-support").body;
    let order: Vec<&str> =
        page.split("/staff/mails/m").skip(1).map(|it| it.split('/').next().unwrap()).collect();
    assert!(order.len() < 60 && order[..3] == ["59", "58", "57"], "{order:?}");
    // What helps comes first, and what the other side said is folded away.
    assert!(page.contains(Reason::Refused.words()) && page.contains("550 no"), "{page}");
    assert!(
        page.split("<details class=\"helper\"").next().unwrap().contains(Reason::Refused.words()),
        "{page}"
    );

    let sql =
        portal.db.history().into_iter().find(|it| it.stmt.sql.contains("outbox.attempts")).unwrap().stmt;
    let plan = Stmt { sql: format!("explain query plan {}", sql.sql).leak(), args: sql.args };
    let steps: Vec<Step> = block_on(portal.db.write(vec![plan])).unwrap().remove(0).decode().unwrap();
    assert!(steps[0].detail.contains("USING INDEX outbox_undelivered"), "{}", steps[0].detail);
    assert!(!steps.iter().any(|it| it.detail.starts_with("SCAN")), "{}", steps[0].detail);
}

#[test]
fn a_status_code_becomes_a_reason() {
    for (status, reason) in [
        ("5.1.1", Some(Reason::UnknownAddress)),
        ("5.1.10", Some(Reason::UnknownAddress)),
        ("5.2.1", Some(Reason::UnknownAddress)),
        ("4.2.2", Some(Reason::MailboxFull)),
        ("5.2.3", Some(Reason::TooLarge)),
        ("5.3.4", Some(Reason::TooLarge)),
        ("4.4.7", Some(Reason::GaveUp)),
        ("5.7.1", Some(Reason::Refused)),
        ("5.0.0", Some(Reason::Refused)),
        ("2.1.5", None),
        ("5.1", None),
        ("5.1.1.1", None),
        ("user", None),
        ("", None),
        ("5.99999999.1", None),
    ] {
        assert_eq!(Reason::of_status(status), reason, "{status}");
    }
}

/// The enum and the column know the same words.
#[test]
fn every_reason_fits_the_column() {
    let portal = Portal::new();
    for reason in [
        Reason::UnknownAddress,
        Reason::MailboxFull,
        Reason::TooLarge,
        Reason::Suppressed,
        Reason::Refused,
        Reason::GaveUp,
        Reason::Unmade,
    ] {
        let code = reason.code();
        put(&portal.db, code, &format!("reason = '{code}'"));
        assert_eq!(serde_json::json!(reason), code);
        assert!(reason.words().ends_with('.') && reason.words().len() < 120, "{code}");
    }
    let bad = "update outbox set reason = 'because'";
    assert!(crate::fixtures::run(&portal.db, bad).is_err());
}
