use futures::future::{BoxFuture, FutureExt, ready};
use futures_executor::block_on;
use portal::access::{App, Deed, System};
use portal::apps;
use portal::db::{Arg, Db, Stmt};
use portal::jobs::{
    Bounce, DEAD, MAIL, Mailbox, Outcome, Outgoing, Post, Render, deliver_mail, on_message, on_schedule,
    resend, retain,
};
use portal::kernel::MailId;
use portal::outbox::Mailing;
use portal::page::{Brand, Mail, MailText};
use serde::Deserialize;
use serde_json::{Value, json};

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

fn id(id: &str) -> MailId {
    MailId::try_from(id.to_owned()).unwrap()
}

/// Writes an outbox row as a deed does, then changes it as told.
fn put(db: &Db, id: &str, changes: &str) {
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

fn mails(portal: &Portal) -> i64 {
    portal.number("select count(*) as n from mailbox")
}

fn words(kind: &str, payload: &Value, _: &Mailing) -> Option<Mail> {
    let subject = payload.get("subject")?.as_str()?.to_owned();
    (kind == "test.hello").then(|| MailText { subject, ..MailText::default() }.dressed(&Brand::default()))
}

fn at(portal: &Portal, seconds: i64) -> App {
    portal.now.set(NOW + seconds);
    portal.app()
}

fn deliver(app: App, post: &dyn Post, mail: &str) -> Outcome {
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
    let permanent = || -> Transport { Box::new(Bouncing(Bounce::Permanent("no such mailbox".into()))) };
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
    let gone = Bouncing(Bounce::Permanent("no such mailbox".into()));
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
fn the_sweep_brings_back_what_was_lost_and_nothing_else() {
    let portal = Portal::new();
    for (mail, change) in [
        ("lost", "state_at = state_at - 120"),
        ("fresh", "state_at = state_at - 119"),
        ("waiting", "state_at = state_at - 500, lease_until = state_at + 1"),
        ("due", "state_at = state_at - 500, lease_until = state_at - 1"),
        ("on-its-way", "state = 'sending', state_at = state_at - 120, lease_until = state_at"),
        ("orphaned", "state = 'sending', state_at = state_at - 121, lease_until = state_at - 1"),
        ("sent", "state = 'sent', state_at = 1"),
        ("failed", "state = 'failed', state_at = 1"),
        ("dropped", "state = 'dropped', state_at = 1"),
    ] {
        put(&portal.db, mail, change);
    }
    let report = block_on(resend(&System::new(portal.app()))).unwrap();
    assert_eq!(report, json!({ "found": 3, "sent": 3 }));
    let mut found: Vec<String> = portal.queue.0.lock().unwrap().drain(..).map(String::from).collect();
    found.sort();
    assert_eq!(found, ["due", "lost", "orphaned"]);
    // And the consumer can do something with each of them.
    for mail in &found {
        deliver(portal.app(), &Mailbox, mail);
    }
    assert_eq!(mails(&portal), 3);
}

#[test]
fn the_sweep_takes_five_hundred_at_most_oldest_first() {
    let portal = Portal::new();
    run(
        &portal.db,
        "insert into outbox (id, kind, payload, created_at, state_at)
         with recursive n(i) as (select 1 union all select i + 1 from n where i < 620)
         select 'm' || i, 'x.y', '{}', 1, 100000 - i from n",
    )
    .unwrap();
    assert_eq!(block_on(resend(&System::new(portal.app()))).unwrap(), json!({ "found": 500, "sent": 500 }));
    let queue = portal.queue.0.lock().unwrap();
    assert!(queue.len() == 500 && queue.contains(&id("m620")) && !queue.contains(&id("m120")));
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

#[test]
fn every_cron_of_the_configuration_runs_a_job_and_leaves_a_heartbeat() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Run {
        job: String,
        ran_at: i64,
        report: String,
    }

    let configured = include_str!("../../wrangler.toml");
    let crons = configured.split_once("crons = [").unwrap().1.split_once(']').unwrap().0;
    let crons: Vec<&str> = crons.split('"').skip(1).step_by(2).collect();
    assert_eq!(crons.len(), 2);
    let portal = Portal::new();
    for seconds in [0, 300] {
        for cron in &crons {
            block_on(on_schedule(at(&portal, seconds), cron));
        }
    }
    block_on(on_schedule(portal.app(), "0 0 1 1 *"));
    let runs: Vec<Run> =
        ask(&portal.db, portal::sql!("select job, ran_at, report from job_run order by job")).unwrap();
    let run = |job: &str, report: &str| Run { job: job.into(), ran_at: NOW + 300, report: report.into() };
    let deleted = r#"{"idempotency":0,"link":0,"mailbox":0,"outbox":0,"session":0,"throttle":0}"#;
    assert_eq!(runs, [run("resend", r#"{"found":0,"sent":0}"#), run("retain", deleted)]);
}

#[test]
fn a_cron_that_finds_no_database_leaves_no_heartbeat() {
    let portal = Portal::new();
    portal.db.breaks(Some("Network connection lost"));
    for cron in ["*/5 * * * *", "17 2 * * *"] {
        block_on(on_schedule(portal.app(), cron));
    }
    portal.db.breaks(None);
    assert_eq!(portal.number("select count(*) as n from job_run"), 0);
}

#[test]
fn each_table_keeps_its_rows_as_long_as_it_says() {
    const AT: &str = "insert into throttle values ('old', 1, 1795241279), ('new', 1, 1795241280);
        insert into link (id, hash, purpose, person_id, created_at, expires_at) values
          ('old', 'o', 'reset', 'ann', 1, 1792735679), ('new', 'n', 'reset', 'ann', 1, 1792735680);
        delete from session;
        insert into session (id, person_id, device, address, created_at, last_seen_at, expires_at) values
          ('old', 'ann', 'x', 'x', 1, 1, 1792735679), ('new', 'ann', 'x', 'x', 1, 1, 1792735680);
        insert into idempotency values ('ann', 'old', 'x', 200, '', 1795241279), ('ann', 'new', 'x', 200, '', 1795241280);
        insert into mailbox (id, recipient, subject, body_text, body_html, sent_at) values
          ('old', 'x', 'x', 'x', 'x', 1792735679), ('new', 'x', 'x', 'x', 'x', 1792735680);
        insert into outbox (id, kind, payload, state, created_at, state_at) values
          ('old-1', 'x.y', '{}', 'sent', 1779775679, 1), ('old-2', 'x.y', '{}', 'dropped', 1779775679, 1),
          ('old-3', 'x.y', '{}', 'failed', 1779775679, 1), ('new', 'x.y', '{}', 'sent', 1779775680, 1),
          ('new-1', 'x.y', '{}', 'queued', 1, 1), ('new-2', 'x.y', '{}', 'sending', 1, 1);";
    let portal = Portal::after(AT);
    assert_eq!(portal.number("select 1795327680 - 86400 as n"), 1_795_241_280);
    let report = block_on(retain(&System::new(portal.app()))).unwrap();
    let expected =
        json!({ "throttle": 1, "link": 1, "session": 1, "idempotency": 1, "mailbox": 1, "outbox": 3 });
    assert_eq!(report, expected);
    for sql in [
        "select count(*) as n from throttle where bucket = 'old'",
        "select count(*) as n from link where id = 'old'",
        "select count(*) as n from session where id = 'old'",
        "select count(*) as n from idempotency where key = 'old'",
        "select count(*) as n from mailbox where id = 'old'",
        "select count(*) as n from outbox where id like 'old%'",
    ] {
        assert_eq!(portal.number(sql), 0, "{sql}");
    }
    assert_eq!(portal.number("select count(*) as n from outbox"), 3);
    assert_eq!(portal.number("select count(*) as n from session"), 1);
}

#[test]
fn much_is_deleted_in_pieces() {
    let portal = Portal::new();
    run(
        &portal.db,
        "insert into throttle with recursive n(i) as (select 1 union all select i + 1 from n where i < 12000)
         select 'b' || i, 1, 1 from n",
    )
    .unwrap();
    let before = portal.db.round_trips();
    let report = block_on(retain(&System::new(portal.app()))).unwrap();
    assert_eq!(report["throttle"], 12_000);
    assert_eq!(portal.db.round_trips() - before, 3);
}
