//! The queue at its worst: messages twice, in any order, lost, poisoned, of mails that are long sent or gone, in the
//! wrong queue, with a consumer that dies at any call. What was promised leaves once, and nothing else does. Each storm is
//! drawn from a number: `SEED=7 cargo test --test portal queue_storms` plays that one alone.

use futures::future::FutureExt;
use futures_executor::block_on;
use portal::db::Stumble;
use portal::jobs::{DEAD, MAIL, on_message, on_schedule};

use crate::crash_points::rest;
use crate::fixtures::{Portal, logged, run};
use crate::invariants::assert_sound;
use crate::samples::VIC_JOINS;

/// Numbers that look drawn, the same at each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most.max(1)
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        all.get(self.below(all.len()))
    }
}

/// `None` is what is no text.
fn poison() -> Vec<Option<String>> {
    let text = |it: &str| Some(it.to_owned());
    vec![
        None,
        text(""),
        text(" "),
        text("{\"id\": 1}"),
        text("not an id"),
        text("é\u{0}"),
        text("' or 1=1 --"),
        text("nobody-knows-this"),
        text("01a201de-5e00-71a0-a920-6e9394b5e6b1"),
        Some("x".repeat(37)),
        Some("a".repeat(128_000)),
    ]
}

/// Mails of several kinds that nobody has been sent yet.
fn promised() -> Portal {
    let portal = Portal::after(VIC_JOINS);
    run(&portal.db, "insert into outbox (id, kind, recipient, payload, state, created_at, state_at) values ('m-old', 'contacts.deleted', 'old@acme.example', '{}', 'sent', 1, 1)").unwrap();
    run(&portal.db, "delete from contact where id in ('c-sue', 'c-tom')").unwrap();
    for name in ["zoe", "yan"] {
        let body = format!(r#"{{"display_name": "{name}", "email": "{name}@acme.example"}}"#);
        assert_eq!(portal.post("/api/v1/organisations/acme/contacts", "ann", &body).status, 201);
    }
    assert_eq!(portal.post("/api/v1/organisations/acme/contacts/c-vic/verification", "ann", "").status, 202);
    for email in ["gus@globex-canary.example", "nobody@unknown.example"] {
        let body = format!(r#"{{"email": "{email}"}}"#);
        assert_eq!(portal.send("POST", "/api/v1/password-resets", "", &body).status, 202);
    }
    portal
}

fn storm(seed: u64) {
    let (portal, mut dice) = (promised(), Dice(seed));
    let poison = poison();
    let mut waiting: Vec<String> =
        std::mem::take(&mut *portal.queue.0.lock().unwrap()).into_iter().map(String::from).collect();
    let all = waiting.clone();
    let hear = |queue: &str, body: Option<&str>| {
        let _ = on_message(&portal.app(), queue, body).now_or_never();
        portal.settle();
    };
    for _ in 0..40 {
        let at = dice.below(waiting.len());
        match dice.below(10) {
            // In any order, and some twice.
            0..=2 if !waiting.is_empty() => hear(MAIL, Some(&waiting.remove(at))),
            3 => all.iter().for_each(|it| hear(MAIL, Some(it))),
            4 if !waiting.is_empty() => drop(waiting.remove(at)),
            5 => {
                let queue = [MAIL, DEAD, "another"][dice.below(3)];
                hear(queue, dice.of(&poison).unwrap().as_deref());
            }
            // Long sent, or gone: the retention takes rows away while their messages still lie somewhere.
            6 => [MAIL, DEAD].into_iter().for_each(|it| hear(it, Some("m-old"))),
            7 => {
                let way = [Stumble::Unheard, Stumble::Unanswered, Stumble::CutBefore, Stumble::CutAfter];
                portal.db.stumbles_after(dice.below(3), way[dice.below(4)]);
                hear(MAIL, dice.of(&all).map(String::as_str));
                portal.db.stumbles_after(usize::MAX, Stumble::Unheard); // whether it came to that or not
            }
            8 => {
                portal.now.set(portal.now.get() + 60);
                drop(run(&portal.db, "delete from outbox where id = 'm-old'"));
            }
            _ => {
                let _ = on_schedule(portal.app(), "*/5 * * * *").now_or_never();
                let more = std::mem::take(&mut *portal.queue.0.lock().unwrap());
                waiting.extend(more.into_iter().map(String::from));
            }
        }
    }
    logged();
    // A day of crons.
    for _ in 0..4 {
        rest(&portal);
        portal.now.set(portal.now.get() + 3600);
    }
    assert_sound(&portal);
    let left = portal.rows("select state, recipient is null as nobody, count(*) as n from outbox where id <> 'm-old' group by 1, 2 order by 1");
    let left: Vec<String> =
        left.iter().map(|it| format!("{} {} {}", it["state"], it["nobody"], it["n"])).collect();
    assert_eq!(left, ["\"dropped\" 1 1", "\"sent\" 0 4"], "SEED={seed}");
    let mailed = portal.rows("select recipient from mailbox order by 1");
    let mailed: Vec<&str> = mailed.iter().map(|it| it["recipient"].as_str().unwrap()).collect();
    let expected =
        ["gus@globex-canary.example", "vic@acme-canary.example", "yan@acme.example", "zoe@acme.example"];
    assert_eq!(mailed, expected, "SEED={seed}: each mail once");
}

#[test]
fn whatever_the_queue_does_each_mail_leaves_once() {
    if let Some(seed) = std::env::var("SEED").ok().and_then(|it| it.parse().ok()) {
        return storm(seed);
    }
    (1..=60).for_each(storm);
}

/// Nothing but the cron: each message was lost.
#[test]
fn every_message_lost_loses_no_mail() {
    let portal = promised();
    portal.queue.0.lock().unwrap().clear();
    rest(&portal);
    assert_sound(&portal);
    assert_eq!(portal.number("select count(*) as n from mailbox"), 4);
}

/// The other queue: what was tried ends as failed and is seen; poison there does nothing, and what was sent stays so.
#[test]
fn the_dead_letter_queue_takes_poison_as_well() {
    let portal = promised();
    let before = portal.contents();
    for body in poison() {
        block_on(on_message(&portal.app(), DEAD, body.as_deref()));
    }
    block_on(on_message(&portal.app(), DEAD, Some("m-old")));
    assert_eq!(portal.contents(), before);
}
