use futures_executor::block_on;
use portal::jobs::on_schedule;
use portal::kernel::rfc3339;
use serde_json::json;

use crate::fixtures::{NOW, Portal, run};

#[test]
fn healthy_with_a_database_that_has_been_migrated() {
    let portal = Portal::new();
    let answer = portal.send("GET", "/healthz", "", "");
    assert_eq!((answer.status.as_u16(), answer.json()), (200, json!({ "status": "ok" })));
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(portal.db.round_trips(), 1);
}

#[test]
fn it_tells_when_licences_were_last_looked_at() {
    let portal = Portal::new();
    assert_eq!(portal.send("GET", "/healthz", "", "").header("x-licences-flagged-at"), "");
    block_on(on_schedule(portal.app(), "*/5 * * * *"));
    assert_eq!(portal.send("GET", "/healthz", "", "").header("x-licences-flagged-at"), rfc3339(NOW));
}

#[track_caller]
fn unhealthy(portal: &Portal) {
    let answer = portal.send("GET", "/healthz", "", "");
    assert_eq!(answer.status, 503);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let problem = answer.json();
    assert_eq!(problem["type"], "/problems/not-healthy");
    for secret in ["D1", "sqlite", "throttle", "trigger", "connection", "test"] {
        assert!(!answer.body.contains(secret), "{secret}: {}", answer.body);
    }
}

#[test]
fn not_healthy_when_the_database_is_away() {
    let portal = Portal::new();
    portal.db.breaks(Some("D1_ERROR: Network connection lost"));
    unhealthy(&portal);
    portal.db.breaks(None);
    assert_eq!(portal.send("GET", "/healthz", "", "").status, 200);
}

#[test]
fn not_healthy_without_a_table_or_a_law() {
    for sql in ["drop table throttle", "drop trigger primary_is_never_vacant", "drop table job_run"] {
        let portal = Portal::new();
        run(&portal.db, sql).unwrap();
        unhealthy(&portal);
    }
}

#[test]
fn healthy_under_any_host_even_in_production() {
    let portal = Portal::configured(&[
        ("ENVIRONMENT", "production"),
        ("PORTAL_ORIGIN", "https://portal.vendor.example"),
    ]);
    assert_eq!(portal.send("GET", "/healthz", "", "").status, 200);
}
