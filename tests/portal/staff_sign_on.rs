//! An Admin enters help desks, and only an Admin does.

use axum::http::StatusCode;
use serde_json::json;

use crate::fixtures::{Answer, Portal, looks, run};
use crate::sso_cast::{code, exchange, form, request, said, token, with_desks};

const AT: &str = "/staff/sign-on";
const NEW: &str = "name=New+desk&kind=oidc&redirect_uris=https%3A%2F%2Fdesk.example%2Fcallback&login_uri=";

fn shown(answer: &Answer, label: &str) -> String {
    let found = answer.body.split(&format!("{label}</span><code>")).nth(1);
    found.unwrap_or_else(|| panic!("{label}: {}", answer.body)).split('<').next().unwrap().to_owned()
}

#[test]
fn what_an_admin_enters_can_sign_on_at_once() {
    let portal = with_desks("");
    let added = portal.post(AT, "st-admin", NEW);
    assert_eq!(added.status, StatusCode::OK, "{}", added.body);
    let (id, secret) = (shown(&added, "Client id"), shown(&added, "Client secret"));
    let code = code(&portal, "sue", &[("client_id", &id)]);
    let answer = token(&portal, &form(&code, &[("client_id", &id), ("client_secret", &secret)]), None);
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert!(!portal.contents().iter().any(|it| it.contains(&secret)), "only its hash is kept");
    let log = portal.rows(
        "select actor_id, target, after ->> 'name' as name from audit where action = 'sso.client_added'",
    );
    assert_eq!(log, [json!({ "actor_id": "st-admin", "target": id, "name": "New desk" })]);
    let list = portal.get(AT, "st-admin").body;
    assert!(list.contains(&id) && !list.contains(&secret));
    // The same form once more, and another that sounds the same.
    for body in [NEW.to_owned(), NEW.replace("New+desk", "NEW+DESK")] {
        let again = portal.post(AT, "st-admin", &body);
        assert_eq!(again.status, StatusCode::CONFLICT);
        assert!(again.body.contains("There is a client of this name already."), "{}", again.body);
    }
    assert_eq!(
        portal.get(AT, "st-admin").body.matches("Client id").count(),
        list.matches("Client id").count()
    );
}

#[test]
fn a_new_secret_voids_the_old_one() {
    let portal = with_desks("");
    let renewed = portal.post(&format!("{AT}/desk/secret"), "st-admin", "");
    let secret = shown(&renewed, "Client secret");
    let minted = code(&portal, "sue", &[]);
    assert_eq!(exchange(&portal, &minted, &[]).status, StatusCode::UNAUTHORIZED);
    let answer = token(&portal, &form(&minted, &[("client_id", "desk"), ("client_secret", &secret)]), None);
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    for id in ["open", "zen"] {
        assert_eq!(portal.post(&format!("{AT}/{id}/secret"), "st-admin", "").status, StatusCode::CONFLICT);
    }
    for id in ["nobody", "%20", "%00"] {
        assert_eq!(portal.post(&format!("{AT}/{id}/secret"), "st-admin", "").status, StatusCode::NOT_FOUND);
    }
}

#[test]
fn a_client_is_switched_off_and_on() {
    let portal = with_desks("");
    let switch = |to: &str| portal.post(&format!("{AT}/desk/switch"), "st-admin", &format!("to={to}"));
    assert_eq!(switch("off").header("location"), "/staff/sign-on?done=client-off");
    assert_eq!(portal.get(&request(&[]), "sue").status, StatusCode::BAD_REQUEST);
    assert_eq!(switch("off").header("location"), "/staff/sign-on?done=client-off", "twice is no mistake");
    assert_eq!(switch("on").header("location"), "/staff/sign-on?done=client-on");
    assert!(said(&portal.get(&request(&[]), "sue"), "code").is_some());
    assert_eq!(portal.number("select count(*) as n from audit where action = 'sso.client_switched'"), 2);
    assert_eq!(switch("maybe").status, StatusCode::UNPROCESSABLE_ENTITY);
    portal.db.meanwhile("update oidc_client set version = version + 1");
    assert_eq!(switch("off").status, StatusCode::PRECONDITION_FAILED);
}

#[test]
fn what_does_not_fit_is_said_at_its_field_and_stays_as_it_was_typed() {
    for (body, field) in [
        ("name=&kind=oidc&redirect_uris=https%3A%2F%2Fd.example%2F&login_uri=", "name"),
        ("name=Desk&kind=saml&redirect_uris=https%3A%2F%2Fd.example%2F&login_uri=", "kind"),
        ("name=Desk&kind=oidc&redirect_uris=&login_uri=", "redirect_uris"),
        ("name=Desk&kind=oidc&redirect_uris=http%3A%2F%2Fd.example%2F&login_uri=", "redirect_uris"),
        ("name=Desk&kind=oidc&redirect_uris=https%3A%2F%2F*.d.example%2F&login_uri=", "redirect_uris"),
        (
            "name=Desk&kind=oidc&redirect_uris=https%3A%2F%2Fd.example%2F&login_uri=javascript%3Ax",
            "login_uri",
        ),
        ("name=Desk&kind=zendesk&redirect_uris=&login_uri=", "login_uri"),
        ("name=Desk&kind=freshworks&redirect_uris=https%3A%2F%2Fd.example%2F&login_uri=&public=on", "public"),
    ] {
        let portal = with_desks("");
        let before = portal.contents();
        let answer = portal.post(AT, "st-admin", body);
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert!(answer.body.contains(&format!("id=\"error-{field}\"")), "{body}: {}", answer.body);
        assert!(field == "name" || answer.body.contains("value=\"Desk\""), "{body}");
        assert_eq!(portal.contents(), before);
    }
    let twice = Portal::new().post(AT, "st-admin", &format!("{NEW}&name=x"));
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[test]
fn the_list_says_what_works() {
    let portal = with_desks("");
    run(&portal.db, "update oidc_client set login_uri = 'https://desk.example/login' where id = 'desk'")
        .unwrap();
    let body = portal.get(AT, "st-admin").body;
    insta::assert_snapshot!(looks(body.split_once("<main").unwrap().1.split_once("<footer").unwrap().0));
    let empty = Portal::new().get(AT, "st-admin").body;
    assert!(empty.contains("No help desk yet"));
}
