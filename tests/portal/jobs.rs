use futures::future::{BoxFuture, FutureExt, ready};
use futures_executor::block_on;
use portal::access::{App, Deed, System};
use portal::apps;
use portal::db::{Arg, Db, Stmt};
use portal::jobs::{Bounce, DEAD, MAIL, Mailbox, Outcome, Outgoing, Post, Render, deliver_mail, on_message};
use portal::kernel::MailId;
use portal::outbox::{Mailing, Reason};
use portal::page::{Brand, Mail, MailText};
use serde::Deserialize;
use serde_json::Value;

use crate::fixtures::{NOW, Portal, ask, run};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

#[derive(Debug, Deserialize, PartialEq)]
struct Row {
    state: String,
    attempts: i64,
    lease_until: Option<i64>,
    error: Option<String>,
}

pub fn id(id: &str) -> MailId {
    MailId::try_from(id.to_owned()).unwrap()
}

/// Writes an outbox row as a deed does, then changes it as told.
pub fn put(db: &Db, id: &str, changes: &str) {
    let insert = "insert into outbox (id, kind, recipient, payload, created_at, state_at)
                  values (?1, 'test.hello', 'ann@acme-canary.example', '{\"subject\": \"Hello\"}', ?2, ?2)";
    let change: &'static str = if changes.is_empty() {
        "select 1"
    } else {
        Box::leak(format!("update outbox set {changes} where id = '{id}'").into_boxed_str())
    };
    let batch = vec![
        Stmt { sql: insert, args: vec![Arg::from(id), Arg::from(NOW)] },
        Stmt { sql: change, args: vec![] },
    ];
    block_on(db.write(batch)).unwrap();
}

fn row(portal: &Portal, id: &str) -> Row {
    let row = portal::sql!("select state, attempts, lease_until, error from outbox where id = ?1", id);
    ask(&portal.db, row).unwrap().remove(0)
}

pub fn mails(portal: &Portal) -> i64 {
    portal.number("select count(*) as n from mailbox")
}

fn words(kind: &str, payload: &Value, _: &Mailing) -> Option<Mail> {
    let subject = payload.get("subject")?.as_str()?.to_owned();
    (kind == "test.hello").then(|| MailText { subject, ..MailText::default() }.dressed(&Brand::default()))
}

pub fn at(portal: &Portal, seconds: i64) -> App {
    portal.now.set(NOW + seconds);
    portal.app()
}

pub fn deliver(app: App, post: &dyn Post, mail: &str) -> Outcome {
    block_on(deliver_mail(&System::new(app), post, words, &id(mail))).unwrap()
}

fn message(app: &App, queue: &str, body: &str) -> Outcome {
    block_on(on_message(app, queue, Some(body)))
}

struct Bouncing(Bounce);

impl Post for Bouncing {
    fn send<'a>(&'a self, _: &'a System, _: &'a Outgoing) -> BoxFuture<'a, Result<Vec<Deed>, Bounce>> {
        ready(Err(self.0.clone())).boxed()
    }
}

fn full() -> Bouncing {
    Bouncing(Bounce::Temporary("the mailbox is full".into()))
}

/// While one consumer sends, another one takes the same message.
struct Meanwhile {
    other: App,
    by: Box<dyn Post>,
    then: Box<dyn Post>,
}

impl Post for Meanwhile {
    fn send<'a>(
        &'a self,
        system: &'a System,
        mail: &'a Outgoing,
    ) -> BoxFuture<'a, Result<Vec<Deed>, Bounce>> {
        Box::pin(async move {
            deliver_mail(&System::new(self.other.clone()), &*self.by, words, &mail.id).await.unwrap();
            self.then.send(system, mail).await
        })
    }
}

/// The connection breaks while the mail is on its way.
struct Dying(Db);

impl Post for Dying {
    fn send<'a>(
        &'a self,
        system: &'a System,
        mail: &'a Outgoing,
    ) -> BoxFuture<'a, Result<Vec<Deed>, Bounce>> {
        self.0.breaks(Some("Network connection lost"));
        Mailbox.send(system, mail)
    }
}

#[test]
fn a_mail_is_delivered_once_however_often_the_queue_says_so() {
    let portal = Portal::new();
    put(&portal.db, "m", "");
    for seconds in [0, 0, 1, 500, 100_000] {
        assert_eq!(deliver(at(&portal, seconds), &Mailbox, "m"), Outcome::Done);
    }
    assert_eq!(row(&portal, "m"), Row { state: "sent".into(), attempts: 1, lease_until: None, error: None });
    assert_eq!(mails(&portal), 1);
    assert_eq!(portal.number("select count(*) as n from mailbox where id = 'm' and subject = 'Hello'"), 1);
}

#[test]
fn of_two_consumers_at_the_same_moment_one_has_the_mail() {
    let portal = Portal::new();
    put(&portal.db, "m", "");
    let post = Meanwhile { other: portal.app(), by: Box::new(full()), then: Box::new(Mailbox) };
    assert_eq!(deliver(portal.app(), &post, "m"), Outcome::Done);
    assert_eq!((row(&portal, "m").attempts, mails(&portal)), (1, 1));
}

#[test]
fn a_consumer_that_died_loses_its_lease_after_two_minutes() {
    let portal = Portal::new();
    put(&portal.db, "m", "");
    let dying = Dying(portal.db.clone());
    assert!(block_on(deliver_mail(&System::new(portal.app()), &dying, words, &id("m"))).is_err());
    portal.db.breaks(None);
    assert_eq!((row(&portal, "m").state.as_str(), mails(&portal)), ("sending", 0));
    deliver(at(&portal, 120), &Mailbox, "m");
    assert_eq!((row(&portal, "m").attempts, mails(&portal)), (1, 0));
    deliver(at(&portal, 121), &Mailbox, "m");
    assert_eq!(row(&portal, "m"), Row { state: "sent".into(), attempts: 2, lease_until: None, error: None });
    assert_eq!(mails(&portal), 1);
}

/// The first consumer was only slow, and comes back after the second one has taken over.
#[test]
fn who_lost_the_lease_does_not_overrule_the_new_holder() {
    type Transport = Box<dyn Post>;
    let permanent = || -> Transport {
        Box::new(Bouncing(Bounce::Permanent(Reason::UnknownAddress, "no such mailbox".into())))
    };
    let temporary = || -> Transport { Box::new(full()) };
    let cases: [(Transport, Transport, &str, i64); 6] = [
        (temporary(), Box::new(Mailbox), "sent", 1),
        (permanent(), Box::new(Mailbox), "sent", 1),
        (temporary(), permanent(), "failed", 0),
        (permanent(), temporary(), "queued", 0),
        // But what has left has left.
        (Box::new(Mailbox), permanent(), "sent", 1),
        (Box::new(Mailbox), Box::new(Mailbox), "sent", 1),
    ];
    for (slow, other, state, arrived) in cases {
        let portal = Portal::new();
        put(&portal.db, "m", "");
        let first = portal.app();
        let post = Meanwhile { other: at(&portal, 121), by: other, then: slow };
        deliver(first, &post, "m");
        assert_eq!((row(&portal, "m").state.as_str(), row(&portal, "m").attempts), (state, 2));
        assert_eq!(mails(&portal), arrived);
    }
}

#[test]
fn a_temporary_failure_waits_twice_as_long_each_time_and_ends_after_a_day() {
    let portal = Portal::new();
    put(&portal.db, "m", "");
    let (mut now, mut waits) = (0, Vec::new());
    while let Outcome::RetryIn(seconds) = deliver(at(&portal, now), &full(), "m") {
        let expected = Row {
            state: "queued".into(),
            attempts: i64::try_from(waits.len()).unwrap() + 1,
            lease_until: Some(NOW + now + seconds),
            error: Some("the mailbox is full".into()),
        };
        assert_eq!(row(&portal, "m"), expected);
        assert_eq!(deliver(at(&portal, now + seconds - 1), &Mailbox, "m"), Outcome::Done, "too early");
        assert_eq!(row(&portal, "m"), expected);
        now += seconds;
        waits.push(seconds);
    }
    for (attempt, wait) in waits.iter().enumerate() {
        let full = (15 << (attempt + 1)).min(6 * HOUR);
        assert!((full * 3 / 4..=full).contains(wait), "{waits:?}");
    }
    assert!(now <= DAY && waits.len() >= 11, "{waits:?}");
    let end = row(&portal, "m");
    assert_eq!((end.state.as_str(), end.lease_until), ("failed", None));
    assert!(end.error.unwrap().contains("the mailbox is full"));
    assert_eq!(deliver(at(&portal, now + DAY), &Mailbox, "m"), Outcome::Done);
    assert_eq!(mails(&portal), 0);
}

#[test]
fn what_failed_for_a_time_can_still_arrive() {
    let portal = Portal::new();
    put(&portal.db, "m", "");
    let Outcome::RetryIn(seconds) = deliver(portal.app(), &full(), "m") else { panic!() };
    assert_eq!(deliver(at(&portal, seconds), &Mailbox, "m"), Outcome::Done);
    assert_eq!(row(&portal, "m"), Row { state: "sent".into(), attempts: 2, lease_until: None, error: None });
}

#[test]
fn a_permanent_failure_is_the_end() {
    let portal = Portal::new();
    put(&portal.db, "m", "");
    let gone = Bouncing(Bounce::Permanent(Reason::UnknownAddress, "no such mailbox".into()));
    assert_eq!(deliver(portal.app(), &gone, "m"), Outcome::Done);
    let expected =
        Row { state: "failed".into(), attempts: 1, lease_until: None, error: Some("no such mailbox".into()) };
    assert_eq!(row(&portal, "m"), expected);
}

#[test]
fn what_nobody_can_render_fails_and_says_why() {
    for (change, why) in [
        ("kind = 'nobody.knows'", "nobody.knows"),
        ("kind = 'contacts'", "contacts"),
        ("kind = 'contacts.unheard'", "contacts.unheard"),
        ("kind = 'contacts.verify', payload = '{}'", "contacts.verify"),
        ("kind = 'contacts.verify', payload = '[1]'", "contacts.verify"),
        ("recipient = 'ann'", "the address is none"),
    ] {
        let portal = Portal::new();
        put(&portal.db, "m", change);
        let system = System::new(portal.app());
        let done = block_on(deliver_mail(&system, &Mailbox, apps::mail as Render, &id("m"))).unwrap();
        let row = row(&portal, "m");
        assert_eq!((done, row.state.as_str()), (Outcome::Done, "failed"), "{change}");
        assert!(row.error.as_ref().is_some_and(|it| it.contains(why)), "{change}: {row:?}");
    }
}

#[test]
fn a_mail_to_nobody_is_dropped() {
    let portal = Portal::new();
    put(&portal.db, "m", "recipient = null");
    assert_eq!(deliver(portal.app(), &full(), "m"), Outcome::Done);
    assert_eq!(
        row(&portal, "m"),
        Row { state: "dropped".into(), attempts: 1, lease_until: None, error: None }
    );
}

#[test]
fn poison_is_thrown_away() {
    let portal = Portal::new();
    let app = portal.app();
    assert_eq!(block_on(on_message(&app, MAIL, None)), Outcome::Done);
    for body in ["", "no id!", "'; drop table outbox", &"a".repeat(37), "{\"id\": \"m\"}", "\u{0}", "gone"] {
        for queue in [MAIL, DEAD, "unheard-of"] {
            assert_eq!(message(&app, queue, body), Outcome::Done, "{queue} {body:?}");
        }
    }
}

#[test]
fn a_message_waits_while_the_database_is_away() {
    let portal = Portal::new();
    put(&portal.db, "m", "");
    portal.db.breaks(Some("D1_ERROR: D1 DB is overloaded"));
    assert_eq!(message(&portal.app(), MAIL, "m"), Outcome::RetryIn(60));
    assert_eq!(message(&portal.app(), DEAD, "m"), Outcome::RetryIn(60));
    portal.db.breaks(None);
    assert_eq!(row(&portal, "m").state, "queued");
}

#[test]
fn production_without_a_transport_keeps_its_mail() {
    let portal = Portal::configured(&[
        ("ENVIRONMENT", "production"),
        ("PORTAL_ORIGIN", "https://portal.vendor.example"),
    ]);
    let kind =
        "kind = 'contacts.deleted', payload = '{\"name\": \"A\", \"organisation\": \"B\", \"by\": \"C\"}'";
    put(&portal.db, "m", kind);
    let Outcome::RetryIn(seconds) = message(&portal.app(), MAIL, "m") else { panic!() };
    assert!((22..=30).contains(&seconds));
    let row_now = row(&portal, "m");
    assert_eq!(row_now.error.as_deref(), Some("no mail transport is configured"));
    assert_eq!((row_now.state.as_str(), mails(&portal)), ("queued", 0));
    // Where the wait is long the message ends, for it may come back a handful of times only; the row stays.
    put(&portal.db, "long", &format!("{kind}, attempts = 8"));
    assert_eq!(message(&portal.app(), MAIL, "long"), Outcome::Done);
    let row_now = row(&portal, "long");
    assert!(row_now.state == "queued" && row_now.lease_until.unwrap() > NOW + 600, "{row_now:?}");
}

#[test]
fn the_dead_letter_queue_ends_what_was_tried() {
    let portal = Portal::new();
    for (mail, change, expected) in [
        ("tried", "attempts = 3", "failed"),
        ("stuck", "state = 'sending', attempts = 1, lease_until = 1", "failed"),
        ("sent", "state = 'sent', attempts = 1", "sent"),
        ("dropped", "state = 'dropped', attempts = 1", "dropped"),
        ("untried", "", "queued"),
    ] {
        put(&portal.db, mail, change);
        assert_eq!(message(&portal.app(), DEAD, mail), Outcome::Done);
        let row = row(&portal, mail);
        assert_eq!(row.state, expected, "{mail}");
        assert_eq!(row.error.as_deref(), (expected == "failed").then_some("the queue gave up"), "{mail}");
    }
}

#[test]
fn mails_that_come_in_any_order_all_arrive() {
    #[derive(Deserialize)]
    struct Kept {
        recipient: String,
        body_text: String,
    }

    let portal = Portal::new();
    run(&portal.db, "delete from contact where id in ('c-sue', 'c-tom')").unwrap();
    for name in ["zoe", "yan"] {
        let body = format!("display_name={name}&email={name}%40acme.example&send_verification=on");
        assert_eq!(portal.post("/o/acme/contacts", "ann", &body).status, 303);
    }
    let told: Vec<MailId> = portal.queue.0.lock().unwrap().drain(..).collect();
    assert_eq!(told.len(), 2);
    for mail in told.iter().rev().chain(&told) {
        assert_eq!(message(&portal.app(), MAIL, mail.as_str()), Outcome::Done);
    }
    let kept: Vec<Kept> =
        ask(&portal.db, portal::sql!("select recipient, body_text from mailbox order by recipient")).unwrap();
    assert_eq!(
        kept.iter().map(|it| it.recipient.as_str()).collect::<Vec<_>>(),
        ["yan@acme.example", "zoe@acme.example"]
    );
    for mail in kept {
        let link = mail.body_text.lines().find(|it| it.starts_with("http")).unwrap();
        let code = link.strip_prefix("http://localhost:8787/verify#").unwrap();
        assert_eq!(code.len(), 43);
        assert_eq!(mail.body_text.matches("://").count(), 1);
        assert_eq!(mail.body_text.matches(code).count(), 2, "once in the link, once to paste");
    }
}
