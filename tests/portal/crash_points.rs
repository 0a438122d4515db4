//! Every deed, cut off at every call of D1, KV, R2, the queue and the world outside, in every way; asked once more with
//! the same key, and everything run to rest: the end is the same as if nothing had happened, and all invariants hold
//! (security 8.1 to 8.3). `deeds` says what is done, and what is not.

pub mod deeds;

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use futures_executor::block_on;
use portal::db::Stumble;
use portal::jobs::{MAIL, on_message, on_schedule};
use serde_json::Value;

use crate::fixtures::{Answer, Portal, logged};
use crate::invariants::broken;
use deeds::{Deed, all};

const WAYS: [Stumble; 4] = [Stumble::Unheard, Stumble::Unanswered, Stumble::CutBefore, Stumble::CutAfter];

/// The same each time it is sent.
#[derive(Clone)]
pub struct Ask {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Ask {
    pub fn request(&self) -> Request<Body> {
        let mut request = Request::builder()
            .method(self.method.as_str())
            .uri(&self.path)
            .header(header::HOST, "localhost:8787");
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request.body(Body::from(self.body.clone())).unwrap()
    }

    /// Another body that says almost the same.
    fn reworded(&self) -> Self {
        let body = if self.body.starts_with("--") {
            self.body.replace("%PDF-1.7", "%PDF-1.6")
        } else {
            self.body.clone() + if self.path.starts_with("/api/") { "\r\n" } else { "&" }
        };
        Self { body, ..self.clone() }
    }
}

/// What became of everything, in words that do not depend on chance: ids, tokens and salts are only marked.
#[derive(Debug, PartialEq)]
struct End {
    rows: Vec<String>,
    mails: Vec<String>,
}

fn unnamed(text: &str) -> String {
    if text.starts_with("$argon2") {
        return "$".to_owned();
    }
    let mut out = String::new();
    let mut word = String::new();
    for it in text.chars().chain([' ']) {
        if it.is_ascii_alphanumeric() || it == '-' || it == '_' {
            word.push(it);
            continue;
        }
        out.push_str(if word.len() < 32 { &word } else { "#" });
        word.clear();
        out.push(it);
    }
    out.pop();
    out
}

fn marked(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(unnamed(text)),
        Value::Array(all) => Value::Array(all.iter().map(marked).collect()),
        other => other.clone(),
    }
}

fn rows(portal: &Portal) -> Vec<String> {
    let mut rows: Vec<String> =
        portal.contents().iter().map(|it| marked(&serde_json::from_str(it).unwrap()).to_string()).collect();
    rows.sort();
    rows
}

/// The crons and the queue, until nothing is left to do.
pub fn rest(portal: &Portal) {
    for _ in 0..3 {
        portal.now.set(portal.now.get() + 300);
        for cron in ["*/5 * * * *", "17 2 * * *"] {
            block_on(on_schedule(portal.app(), cron));
            portal.settle();
        }
        let heard = std::mem::take(&mut *portal.queue.0.lock().unwrap());
        for id in heard {
            block_on(on_message(&portal.app(), MAIL, Some(id.as_str())));
            portal.settle();
        }
    }
}

fn end(portal: &Portal) -> End {
    rest(portal);
    let mails = portal.rows("select recipient || ': ' || subject as mail from mailbox order by mail");
    End {
        rows: rows(portal),
        mails: mails.iter().map(|it| it["mail"].as_str().unwrap().to_owned()).collect(),
    }
}

fn differences(undisturbed: &End, disturbed: &End) -> Vec<String> {
    let count = |end: &End| {
        let mut lines = BTreeMap::<String, i32>::new();
        for it in end.rows.iter().chain(&end.mails) {
            *lines.entry(it.clone()).or_default() += 1;
        }
        lines
    };
    let (should, is) = (count(undisturbed), count(disturbed));
    let missing =
        should.iter().filter(|it| is.get(it.0).unwrap_or(&0) < it.1).map(|it| format!("- {}", it.0));
    let more = is.iter().filter(|it| should.get(it.0).unwrap_or(&0) < it.1).map(|it| format!("+ {}", it.0));
    missing.chain(more).collect()
}

/// How a deed goes when nothing happens to it.
struct Course {
    /// Calls of D1, and of everything else.
    calls: [usize; 2],
    /// Right after its answer.
    done: Vec<String>,
    end: End,
}

fn undisturbed(deed: &Deed) -> Course {
    let (portal, ask) = (deed.ready)();
    let before = [portal.db.round_trips(), portal.trouble.calls()];
    let first = portal.ask(ask.request());
    assert!(first.status.as_u16() < 400, "{}: {} {}", deed.name, first.status, first.body);
    let calls = [portal.db.round_trips() - before[0], portal.trouble.calls() - before[1]];
    let done = rows(&portal);
    let end = end(&portal);
    assert_eq!(broken(&portal), Vec::<String>::new(), "{}, undisturbed", deed.name);
    Course { calls, done, end }
}

/// What is wrong after this call of D1 (0) or of another store (1) has failed in this way.
fn cut(deed: &Deed, course: &Course, store: usize, call: usize, how: Stumble) -> Vec<String> {
    let (portal, ask) = (deed.ready)();
    match store {
        0 => portal.db.stumbles_after(call, how),
        _ => portal.trouble.comes_after(call, how),
    }
    let mut wrong = Vec::new();
    let first = portal.try_to_ask(ask.request()).map(|it| it.status);
    let is_cut = matches!(how, Stumble::CutBefore | Stumble::CutAfter);
    let succeeded = first.is_some_and(|it| it.as_u16() < 400);
    let fits = match first {
        None => is_cut,
        Some(StatusCode::SERVICE_UNAVAILABLE) => !is_cut,
        // What a lost answer was about could be seen at once, or went on after the answer had left.
        Some(_) => succeeded && (!is_cut || store == 1),
    };
    if !fits {
        wrong.push(format!("answered {first:?}"));
    }
    if succeeded && rows(&portal) != course.done {
        wrong.push("INV-10 what was told as done is done".to_owned());
    }
    let again = portal.ask(ask.request());
    if again.status.is_server_error() {
        wrong.push(format!("{} when asked again", again.status));
    }
    wrong.extend(answers(&portal, &ask, &again));
    let disturbed = end(&portal);
    wrong.extend(broken(&portal));
    let anew = deed.anew.filter(|_| again.status.as_u16() < 500);
    let different = differences(&course.end, &disturbed).into_iter();
    wrong.extend(different.filter(|it| !anew.is_some_and(|may| may(it))));
    logged();
    let store = ["D1", "another store"][store];
    let at = format!("{}, call {call} of {store}, {how:?}, then {}", deed.name, again.status);
    wrong.into_iter().map(|it| format!("{at}: {it}")).collect()
}

/// INV-9: while its key is kept, the same request gets the same answer, and another one is refused.
fn answers(portal: &Portal, ask: &Ask, again: &Answer) -> Vec<String> {
    let kept = portal.number("select count(*) as n from idempotency where key = 'the-same-key'") == 1;
    if !kept || again.status.as_u16() >= 400 {
        return Vec::new();
    }
    let (third, other) = (portal.ask(ask.request()), portal.ask(ask.reworded().request()));
    let mut wrong = Vec::new();
    if (third.status, &third.body) != (again.status, &again.body) {
        wrong.push(format!("INV-9 the same key, the same answer: {} {}", third.status, third.body));
    }
    if other.status != StatusCode::UNPROCESSABLE_ENTITY {
        wrong.push(format!("INV-9 the same key for another request: {}", other.status));
    }
    wrong
}

/// Each deed, each call of this store, each way.
fn walk(store: usize) {
    let (mut wrong, mut runs) = (Vec::new(), 0);
    for deed in all() {
        let course = undisturbed(&deed);
        for (call, how) in (0..course.calls[store]).flat_map(|call| WAYS.map(|how| (call, how))) {
            runs += 1;
            wrong.extend(cut(&deed, &course, store, call, how));
        }
    }
    println!("{runs} runs");
    assert!(wrong.is_empty(), "of {runs} runs, {} lines:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_deed_that_is_cut_off_at_any_call_of_d1_and_asked_again_is_done_once() {
    walk(0);
}

#[test]
fn a_deed_that_is_cut_off_at_any_other_call_and_asked_again_is_done_once() {
    walk(1);
}
