//! How long a session lasts: KV keeps when it was last seen, D1 judges, and either may be wrong alone.

use std::sync::atomic::Ordering;

use axum::http::StatusCode;
use portal::kernel::SessionId;

use crate::fixtures::{Portal, cookie, keys, logged, signed};

const PAGE: &str = "/api/v1/organisations/acme";

fn key(session: &str) -> String {
    portal::access::Record::key(&SessionId::try_from(session.to_owned()).unwrap())
}

/// Ann's session, last seen so many seconds ago by D1, and by KV if it still knows.
#[track_caller]
fn check(by_d1: i64, by_kv: Option<&str>, expected: StatusCode) {
    let portal =
        Portal::after(&format!("update session set last_seen_at = 1795327680 - {by_d1} where id = 'ann'"));
    if let Some(record) = by_kv {
        portal.sessions.keep(&key("ann"), record);
    }
    assert_eq!(portal.get(PAGE, "ann").status, expected);
}

fn seen(ago: i64) -> String {
    format!("{{\"last_seen_at\": {}, \"last_org\": null}}", crate::fixtures::NOW - ago)
}

#[test]
fn an_hour_of_silence_ends_a_session_by_whichever_store_saw_it_last() {
    check(3600, None, StatusCode::OK);
    check(3601, None, StatusCode::UNAUTHORIZED);
    check(3601, Some(&seen(3600)), StatusCode::OK);
    check(3601, Some(&seen(3601)), StatusCode::UNAUTHORIZED);
    check(80, Some(&seen(9000)), StatusCode::OK);
    check(4000, Some(&seen(-30)), StatusCode::OK); // a clock that runs ahead
    check(4800, Some(&seen(10)), StatusCode::OK);
    check(4801, Some(&seen(10)), StatusCode::UNAUTHORIZED); // D1 never lags as far as that
    for nonsense in ["", "{}", "null", "[1]", "{\"last_seen_at\": \"now\"}"] {
        check(3600, Some(nonsense), StatusCode::OK);
        check(3601, Some(nonsense), StatusCode::UNAUTHORIZED);
    }
}

/// However much KV remembers, what D1 has ended is over.
#[test]
fn kv_cannot_bring_a_session_back() {
    for (change, cookie) in [
        ("", signed("ended", "ann", 0, crate::fixtures::NOW + 60, &keys())),
        ("update person set session_epoch = 1 where id = 'ann'", cookie("ann")),
        ("update session set expires_at = 1795327680 where id = 'ann'", cookie("ann")),
        ("delete from session where id = 'ann'", cookie("ann")),
    ] {
        let portal = Portal::after(change);
        for session in ["ann", "ended"] {
            portal.sessions.keep(&key(session), &seen(1));
        }
        assert_eq!(portal.send("GET", PAGE, &cookie, "").status, StatusCode::UNAUTHORIZED, "{change}");
        assert_eq!(portal.sessions.puts(), 0, "{change}");
    }
}

#[test]
fn kv_hears_every_five_minutes_and_d1_every_twenty() {
    let portal = Portal::new();
    let start = portal.now.get();
    let last_seen = || portal.number("select last_seen_at as n from session where id = 'ann'") - start;
    // Seconds since the first request, then what both stores have been told by then.
    for (at, puts, in_d1) in [
        (0, 1, -80),
        (299, 1, -80),
        (300, 2, -80),
        (599, 2, -80),
        (900, 3, -80),
        (1119, 3, -80),
        (1120, 3, 1120),
        (1419, 3, 1120), // what D1 knows counts as well
        (1420, 4, 1120),
        (2319, 5, 1120),
        (2320, 5, 2320),
    ] {
        portal.now.set(start + at);
        assert_eq!(portal.get(PAGE, "ann").status, StatusCode::OK, "after {at} s");
        assert_eq!((portal.sessions.puts(), last_seen()), (puts, in_d1), "after {at} s");
    }
}

/// Without KV, D1 alone keeps somebody awake who works all day, up to the end of the session.
#[test]
fn somebody_who_works_on_stays_in_while_kv_is_down() {
    let portal = Portal::new();
    portal.sessions.down.store(true, Ordering::Relaxed);
    let start = portal.now.get();
    for minutes in (0..600).step_by(25) {
        portal.now.set(start + minutes * 60);
        assert_eq!(portal.get(PAGE, "ann").status, StatusCode::OK, "after {minutes} minutes");
    }
    assert!(logged().iter().any(|it| it.contains("KV is down")));
}

/// The record remembers where `/` leads back to, and is told at once when that changes.
#[test]
fn the_record_follows_from_one_organisation_to_another() {
    let portal = Portal::after(crate::fixtures::NED_JOINS);
    let last = || portal.sessions.kept.lock().unwrap().get(&key("ned")).cloned().unwrap();
    portal.get("/o/acme", "ned");
    portal.get("/o/acme", "ned");
    assert_eq!(portal.sessions.puts(), 1);
    portal.get("/o/globex", "ned");
    assert!(last().contains("globex"), "{}", last());
    assert_eq!(portal.get("/o/globex/contacts", "ned").status, StatusCode::FORBIDDEN);
    assert_eq!(portal.get("/o/nowhere", "ned").status, StatusCode::NOT_FOUND);
    assert!(last().contains("globex"), "{}", last());
}
