//! The first administrator.

use axum::http::StatusCode;
use serde_json::json;

use super::{NEW, SETUP, choose, enter, form, token};
use crate::fixtures::{Answer, Portal};

#[test]
fn the_first_administrator_is_made_once() {
    let portal = Portal::new();
    assert_eq!(portal.send("GET", "/setup", "", "").status, StatusCode::OK);
    let fields = [("secret", SETUP), ("email", "Admin@Vendor.example"), ("display_name", "Adi")];
    let answer = portal.send("POST", "/setup", "", &form(&fields));
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert!(answer.body.contains("admin@vendor.example"));
    assert_eq!(portal.number("select count(*) as n from staff where role = 'admin'"), 1);
    assert_eq!(portal.number("select count(*) as n from audit where action = 'installation.set_up'"), 1);
    let token = token(&portal);
    assert_eq!(choose(&portal, &token, NEW).status, StatusCode::NO_CONTENT);
    assert_eq!(enter(&portal, "admin@vendor.example", NEW).json()["organisations"], json!([]));
    let before = portal.contents();
    assert_eq!(portal.send("GET", "/setup", "", "").status, StatusCode::NOT_FOUND);
    assert_eq!(portal.send("POST", "/setup", "", &form(&fields)).status, StatusCode::NOT_FOUND);
    assert_eq!(portal.contents(), before);
}

#[test]
fn two_set_ups_at_once_make_one() {
    let portal = Portal::new();
    portal.db.meanwhile_after(1, "insert into installation (id, set_at) values (1, 1)");
    let fields = form(&[("secret", SETUP), ("email", "admin@vendor.example"), ("display_name", "Adi")]);
    let before = portal.contents();
    assert_eq!(portal.send("POST", "/setup", "", &fields).status, StatusCode::NOT_FOUND);
    assert_eq!(portal.contents(), before);
}

#[test]
fn somebody_known_becomes_administrator() {
    let portal = Portal::new();
    let fields =
        form(&[("secret", SETUP), ("email", "ann@acme-canary.example"), ("display_name", "Somebody Else")]);
    assert_eq!(portal.send("POST", "/setup", "", &fields).status, StatusCode::OK);
    let kept = "select count(*) as n from staff join person on person.id = person_id where display_name = 'Ann Acme-canary'";
    assert_eq!(portal.number(kept), 1);
}

#[test]
fn the_secret_cannot_be_guessed() {
    let portal = Portal::new();
    let wrong = form(&[
        ("secret", "the one-time secret of that installation"),
        ("email", "a@b.example"),
        ("display_name", "A"),
    ]);
    let before = portal.contents();
    let answers: Vec<Answer> = (0..7).map(|_| portal.send("POST", "/setup", "", &wrong)).collect();
    assert!(answers[..5].iter().all(|it| it.status == StatusCode::UNAUTHORIZED));
    assert_eq!((answers[5].status, answers[5].header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "900"));
    assert!(!answers[0].body.contains("that installation"), "the secret is never given back");
    for (fields, said) in [
        (form(&[("email", "a@b.example"), ("display_name", "A")]), "This is needed."),
        (form(&[("secret", SETUP), ("email", "a"), ("display_name", "A")]), "Write the whole address"),
        (form(&[("secret", SETUP), ("email", "a@b.example"), ("display_name", " ")]), "1 to 80 characters"),
    ] {
        let answer = portal.send("POST", "/setup", "", &fields);
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains(said), "{said}");
    }
    assert_eq!(portal.contents(), before);
}
