//! Every deed, cut off at every call of the database in every way, asked once more with the same key, and everything
//! run to rest: the end is the same as if nothing had happened (security 8.1 to 8.3).

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use futures_executor::block_on;
use portal::access::{Endpoint, Guard};
use portal::db::Stumble;
use portal::jobs::{MAIL, on_message, on_schedule};
use portal::routes::all;
use serde_json::Value;

use crate::audit_chain::assert_chained;
use crate::fixtures::{Portal, cookie, logged};
use crate::samples::{Sample, sample};

const WAYS: [Stumble; 4] = [Stumble::Unheard, Stumble::Unanswered, Stumble::CutBefore, Stumble::CutAfter];

/// What is shown once is made anew, and the one that nobody saw ends with it: asking twice leaves two lines in the log.
const MADE_ANEW: [&str; 3] = [
    "/o/{org}/calendar",
    "/staff/organisations/{org}/contacts/{contact}/view-as",
    "/staff/sign-on/{client}/secret",
];

fn deeds() -> Vec<Endpoint> {
    let all = all().index.into_iter();
    all.filter(|it| it.method != "GET" && it.guard != Guard::Anyone).collect()
}

fn request(url: &Endpoint, deed: &Sample) -> Request<Body> {
    let kind =
        if url.path.starts_with("/api/") { "application/json" } else { "application/x-www-form-urlencoded" };
    let mut request = Request::builder().method(url.method.clone()).uri(&deed.path);
    if !deed.headers.iter().any(|it| it.0 == "content-type") {
        request = request.header(header::CONTENT_TYPE, kind);
    }
    for (name, value) in deed.headers {
        request = request.header(*name, *value);
    }
    request
        .header(header::HOST, "localhost:8787")
        .header(header::COOKIE, cookie(deed.person))
        .header("idempotency-key", "the-same-key")
        .body(Body::from(deed.body))
        .unwrap()
}

/// What became of everything, in words that do not depend on chance: ids, tokens and salts are only marked.
#[derive(Debug, PartialEq)]
struct End {
    rows: Vec<String>,
    mails: Vec<String>,
    /// In the database, not in R2: what nobody refers to is swept a day later.
    documents_without_file: Vec<String>,
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

/// The crons and the queue, until nothing is left to do.
fn rest(portal: &Portal) {
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
    assert_chained(portal);
    let mut rows: Vec<String> =
        portal.contents().iter().map(|it| marked(&serde_json::from_str(it).unwrap()).to_string()).collect();
    rows.sort();
    let mails = portal.rows("select recipient || ': ' || subject as mail from mailbox order by mail");
    let kept = portal.files.keys();
    let documents = portal.rows("select object from payment_document order by object");
    End {
        rows,
        mails: mails.iter().map(|it| it["mail"].as_str().unwrap().to_owned()).collect(),
        documents_without_file: documents
            .iter()
            .map(|it| it["object"].as_str().unwrap().to_owned())
            .filter(|it| !kept.contains(it))
            .collect(),
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

/// The one that nobody saw has ended, and what told of it stays; of a secret there is the newest alone.
fn is_of_the_one_before(line: &str) -> bool {
    let told = line.starts_with("+ [\"audit\"") || line.starts_with("+ [\"notification\"");
    let ended = ["+ [\"calendar_feed\"", "+ [\"view_as\""].iter().any(|it| line.starts_with(it));
    told || (ended && !line.ends_with("null]")) || line[2..].starts_with("[\"oidc_client\"")
}

#[test]
fn a_deed_that_is_cut_off_anywhere_and_asked_again_is_done_once() {
    let mut wrong = Vec::new();
    let mut runs = 0;
    for url in deeds() {
        let deed = sample(&url);
        let portal = Portal::after(deed.after);
        let before = portal.db.round_trips();
        let first = portal.ask(request(&url, &deed));
        assert!(first.status.as_u16() < 400, "{} {}: {}", url.method, url.path, first.body);
        let calls = portal.db.round_trips() - before;
        let undisturbed = end(&portal);
        for (call, how) in (0..calls).flat_map(|call| WAYS.map(|how| (call, how))) {
            runs += 1;
            let at = format!("{} {}, call {call}, {how:?}", url.method, url.path);
            let portal = Portal::after(deed.after);
            portal.db.stumbles_after(call, how);
            let answer = portal.try_to_ask(request(&url, &deed));
            let cut = matches!(how, Stumble::CutBefore | Stumble::CutAfter);
            match answer.as_ref().map(|it| it.status) {
                None if cut => {}
                Some(StatusCode::SERVICE_UNAVAILABLE) if !cut => {}
                // What a lost answer was about could be seen at once.
                Some(status) if status.as_u16() < 400 && !cut => {}
                other => wrong.push(format!("{at}: answered {other:?}")),
            }
            let again = portal.ask(request(&url, &deed));
            if again.status.is_server_error() {
                wrong.push(format!("{at}: {} when asked again", again.status));
            }
            let disturbed = end(&portal);
            if !disturbed.documents_without_file.is_empty() {
                wrong.push(format!("{at}: documents without a file"));
            }
            let anew = MADE_ANEW.contains(&url.path.as_str()) && again.status.as_u16() < 400;
            let different = differences(&undisturbed, &disturbed);
            for it in different.into_iter().filter(|it| !anew || !is_of_the_one_before(it)) {
                wrong.push(format!("{at}, then {}: {it}", again.status));
            }
            logged();
        }
    }
    println!("{runs} runs");
    assert!(wrong.is_empty(), "of {runs} runs, {} lines:\n{}", wrong.len(), wrong.join("\n"));
}
