//! The self-check: each thing that an installation can lack, in a state in which it is lacking. It is the same on the
//! staff's page and on the page that follows the set-up.

use std::sync::atomic::Ordering::Relaxed;

use axum::http::StatusCode;
use futures_executor::block_on;

use crate::fixtures::{Answer, Portal, cookie, run};

const PAGE: &str = "/staff/installation";
const SET_UP: &str =
    "secret=the+one-time+secret+of+this+installation&email=first%40vendor.example&display_name=First";

/// Its parts, a check each.
fn checks(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let list = answer.body.split_once("<ul class=\"checks\">").unwrap_or_else(|| panic!("{}", answer.body)).1;
    list.split_once("</ul>").unwrap().0.split("<h2>").skip(1).map(str::to_owned).collect()
}

fn with_crons(portal: Portal) -> Portal {
    for cron in ["*/5 * * * *", "17 2 * * *"] {
        block_on(portal::jobs::on_schedule(portal.app(), cron));
    }
    portal
}

/// Both places say of this portal that `name` is missing, why, and how it is mended.
fn is_missing(made: impl Fn() -> Portal, name: &str, words: &[&str]) {
    let send = |method: &str, path: &str, cookie: &str, body: &str| {
        let portal = made();
        let at = format!("{}{path}", portal.app().config().origin);
        portal.send(method, &at, cookie, body)
    };
    for answer in [send("GET", PAGE, &cookie("st-admin"), ""), send("POST", "/setup", "", SET_UP)] {
        let all = checks(&answer);
        let check =
            all.iter().find(|it| it.starts_with(name)).unwrap_or_else(|| panic!("no {name}: {all:?}"));
        assert!(check.contains("Missing"), "{check}");
        for word in words {
            assert!(check.contains(word), "{word}: {check}");
        }
    }
}

#[test]
fn where_nothing_is_missing_each_check_says_so() {
    let portal = with_crons(Portal::configured(&[("PORTAL_ORIGIN", "https://portal.vendor.example")]));
    for answer in [portal.get(PAGE, "st-admin"), portal.send("POST", "/setup", "", SET_UP)] {
        let all = checks(&answer);
        let names = [
            "Database",
            "Sessions",
            "One-time links",
            "Documents",
            "Mail queue",
            "Crons",
            "Mail",
            "Payment gateway",
            "Address",
            "Secrets",
        ];
        assert_eq!(all.len(), names.len(), "{all:?}");
        for (check, name) in all.iter().zip(names) {
            assert!(check.starts_with(name) && !check.contains("Missing"), "{name}: {check}");
        }
        assert!(answer.body.contains("Everything that the portal needs is there."), "{}", answer.body);
        assert!(answer.body.contains("Licences were last looked at on"), "{}", answer.body);
    }
}

#[test]
fn a_migration_that_was_not_applied_is_named() {
    let portal = || {
        let portal = Portal::new();
        run(&portal.db, "drop trigger audit_is_never_deleted").unwrap();
        portal
    };
    is_missing(portal, "Database", &["audit_is_never_deleted", "wrangler d1 migrations apply DB"]);
}

#[test]
fn each_binding_that_does_not_answer_is_named() {
    let broken = |which: &'static str| {
        move || {
            let portal = Portal::new();
            match which {
                "SESSIONS" => portal.sessions.down.store(true, Relaxed),
                "TOKENS" => portal.tokens.down.store(true, Relaxed),
                "DOCUMENTS" => portal.files.down.store(true, Relaxed),
                _ => portal.queue.1.store(true, Relaxed),
            }
            portal
        }
    };
    is_missing(broken("SESSIONS"), "Sessions", &["KV is down", "kv namespace create SESSIONS"]);
    is_missing(broken("TOKENS"), "One-time links", &["KV is down", "kv namespace create TOKENS"]);
    is_missing(broken("DOCUMENTS"), "Documents", &["R2 is down", "r2 bucket create"]);
    is_missing(broken("MAIL"), "Mail queue", &["the queue is deaf", "queues create"]);
}

#[test]
fn crons_that_do_not_fire_are_named() {
    is_missing(Portal::new, "Crons", &["Not seen lately", "wrangler deploy"]);
    let stopped = || {
        let portal = with_crons(Portal::new());
        run(&portal.db, "update job_run set ran_at = ran_at - 1801 where job = 'digest'").unwrap();
        portal
    };
    is_missing(stopped, "Crons", &["Not seen lately: the weekly digest (digest)."]);
}

#[test]
fn a_mail_that_cannot_leave_is_not_waited_for() {
    let portal = || {
        Portal::configured(&[
            ("ENVIRONMENT", "production"),
            ("PORTAL_ORIGIN", "https://portal.vendor.example"),
        ])
    };
    is_missing(portal, "Mail<", &["No transport is chosen", "MAIL_TRANSPORT"]);
}

/// Nobody can set up what has no tables, and the page says so instead of failing.
#[test]
fn a_database_without_tables_cannot_be_set_up_and_says_why() {
    let portal = Portal::new();
    run(&portal.db, "drop table installation").unwrap();
    for (method, body) in [("GET", ""), ("POST", SET_UP)] {
        let answer = portal.send(method, "/setup", "", body);
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.body);
        assert!(answer.body.contains("lacks installation"), "{}", answer.body);
        assert!(answer.body.contains("wrangler d1 migrations apply DB"), "{}", answer.body);
    }
}
