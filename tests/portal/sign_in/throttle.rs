//! Guessing, and not being locked out by those who guess.

use axum::http::StatusCode;
use serde_json::json;

use super::{ann, enter, enter_with, form};
use crate::fixtures::{Answer, NOW, PASSWORD, Portal};

#[test]
fn five_guesses_in_fifteen_minutes() {
    for email in ["ann@acme-canary.example", "nobody@nowhere.example", "not an address"] {
        let portal = Portal::new();
        let answers: Vec<Answer> = (0..40).map(|_| enter(&portal, email, "a guess of somebody")).collect();
        assert_eq!(answers.iter().filter(|it| it.status == StatusCode::UNAUTHORIZED).count(), 5, "{email}");
        assert_eq!(
            answers.iter().filter(|it| it.status == StatusCode::TOO_MANY_REQUESTS).count(),
            35,
            "{email}"
        );
        assert_eq!(answers[39].json()["type"], "/problems/slow-down");
        assert_eq!(answers[39].header("retry-after"), "900");
    }
}

#[test]
fn the_right_password_has_to_wait_too() {
    let portal = Portal::new();
    (0..5).for_each(|_| drop(enter(&portal, "ann@acme-canary.example", "a guess of somebody")));
    portal.now.set(NOW + 899);
    let answer = ann(&portal);
    assert_eq!((answer.status, answer.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "1"));
    let page = portal.send(
        "POST",
        "/sign-in",
        "",
        &form(&[("email", "ann@acme-canary.example"), ("password", PASSWORD)]),
    );
    assert_eq!((page.status, page.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "1"));
    assert!(page.body.contains("too many attempts"));
    portal.now.set(NOW + 900);
    assert_eq!(ann(&portal).status, StatusCode::OK);
    let left = portal.number("select count(*) as n from throttle where bucket like 'account:%'");
    assert_eq!(left, 0, "success forgets the failures");
}

#[test]
fn a_known_browser_gets_in_while_its_account_is_attacked() {
    let portal = Portal::new();
    let device = ann(&portal).cookie("__Host-device");
    (0..20).for_each(|_| drop(enter(&portal, "ann@acme-canary.example", "a guess of somebody")));
    assert_eq!(ann(&portal).status, StatusCode::TOO_MANY_REQUESTS);
    let answer = enter_with(&portal, "ann@acme-canary.example", PASSWORD, &device);
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(ann(&portal).status, StatusCode::TOO_MANY_REQUESTS, "it forgives only its own");
    // The mark is of one person and has a limit of its own.
    let gus = "gus@globex-canary.example";
    (0..5).for_each(|_| drop(enter(&portal, gus, "a guess of somebody")));
    assert_eq!(enter_with(&portal, gus, PASSWORD, &device).status, StatusCode::TOO_MANY_REQUESTS);
    let guess = |_| enter_with(&portal, "ann@acme-canary.example", "a guess of somebody", &device).status;
    let answers: Vec<StatusCode> = (0..7).map(guess).collect();
    assert_eq!(answers.iter().filter(|it| **it == StatusCode::UNAUTHORIZED).count(), 5);
}

#[test]
fn one_network_has_a_hundred_failures() {
    let portal = Portal::after("insert into throttle values ('from:192.0.2.7', 98, 1795327600)");
    let from = |address: &str, email: &str, password: &str| {
        let body = json!({ "email": email, "password": password }).to_string();
        portal.send_with("POST", "/api/v1/session", "", &body, &[("cf-connecting-ip", address)]).status
    };
    assert_eq!(from("192.0.2.7", "gus@globex-canary.example", PASSWORD), StatusCode::OK, "is given back");
    assert_eq!(from("192.0.2.7", "a@nowhere.example", "x"), StatusCode::UNAUTHORIZED);
    assert_eq!(from("192.0.2.7", "b@nowhere.example", "x"), StatusCode::UNAUTHORIZED);
    assert_eq!(from("192.0.2.7", "c@nowhere.example", "x"), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(from("192.0.2.8", "c@nowhere.example", "x"), StatusCode::UNAUTHORIZED);
    from("2001:db8:1:2:3::4", "d@nowhere.example", "x");
    from("2001:db8:1:2:ffff::5", "e@nowhere.example", "x");
    assert_eq!(
        portal.number("select attempts as n from throttle where bucket = 'from:2001:db8:1:2::/64'"),
        2
    );
}
