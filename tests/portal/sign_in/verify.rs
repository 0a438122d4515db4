//! Links that confirm an address.

use axum::http::StatusCode;
use portal::sql;
use serde_json::json;

use super::{NEW, choose, confirm, enter, forget, form, link, mail, outbox, token};
use crate::fixtures::{NOW, PASSWORD, Portal, ask};

#[test]
fn confirming_makes_a_contact() {
    let portal = Portal::new();
    let token = link(&portal, "l-una", "verify", "una", Some("c-una"));
    let before = portal.contents();
    let seen = (0..20).map(|_| portal.send("GET", "/verify", "", ""));
    assert!(seen.into_iter().all(|it| it.status == StatusCode::OK && it.body.contains("data-link-token")));
    assert_eq!(portal.contents(), before);
    let answer = confirm(&portal, &token);
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.json(), json!({ "organisation": { "name": "Globex-canary" }, "needs_password": true }));
    assert_eq!(
        (answer.header("referrer-policy"), answer.header("cache-control")),
        ("no-referrer", "no-store")
    );
    assert!(!answer.headers.contains_key("set-cookie"));
    assert_eq!(portal.number("select verified_at as n from contact where id = 'c-una'"), NOW);
    let line = "select count(*) as n from audit where action = 'contact.verified' and target = 'c-una' and org_id = 'globex'";
    assert_eq!(portal.number(line), 1);
    let posted = outbox(&portal);
    assert_eq!(
        (posted[0].kind.as_str(), posted[0].recipient.as_deref()),
        ("sign_in.first_password", Some("una@both.example"))
    );
    let first = super::token(&portal);
    assert_eq!(choose(&portal, &first, NEW).status, StatusCode::NO_CONTENT);
    assert_eq!(enter(&portal, "una@both.example", NEW).json()["organisations"][0]["id"], "globex");
}

#[test]
fn confirming_on_the_page_says_what_comes_next() {
    let portal = Portal::after(
        "insert into contact (id, org_id, person_id, name, created_at) values ('c-ned2', 'acme', 'ned', 'Ned', 9);",
    );
    let una = link(&portal, "l-una", "verify", "una", Some("c-una"));
    let page = portal.send("POST", "/verify", "", &form(&[("token", &format!(" {una} "))]));
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.body.contains("confirmed contact of Globex-canary") && page.body.contains("una@both.example")
    );
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    let ned = link(&portal, "l-ned", "verify", "ned", Some("c-ned2"));
    let page = portal.send("POST", "/verify", "", &form(&[("token", &ned)]));
    assert!(page.body.contains("Sign in with the password that you already have."));
    assert_eq!(outbox(&portal).len(), 1, "who has a password gets no link to choose one");
    assert_eq!(
        enter(&portal, "ned@both.example", PASSWORD).json()["organisations"].as_array().unwrap().len(),
        2
    );
    let page = portal.send("POST", "/verify", "", &form(&[("token", &ned)]));
    assert_eq!(page.status, StatusCode::GONE);
    assert!(page.body.contains("This link no longer works") && page.body.contains("href=\"/sign-in\""));
}

#[test]
fn what_confirms_nothing() {
    let portal = Portal::new();
    let reset = link(&portal, "l-ann", "reset", "ann", None);
    let gone = link(&portal, "l-una", "verify", "una", Some("c-una"));
    assert_eq!(confirm(&portal, &reset).status, StatusCode::GONE, "another purpose");
    portal.db.meanwhile("delete from contact where id = 'c-una'");
    assert_eq!(confirm(&portal, &gone).status, StatusCode::GONE, "deleted a moment ago");
    assert_eq!(confirm(&portal, &gone).status, StatusCode::GONE);
    assert!(outbox(&portal).is_empty());
    for (body, code) in
        [("{}", "required"), ("{\"token\":null}", "not-text"), ("{\"token\":\"x\",\"y\":1}", "unknown")]
    {
        let answer = portal.send("POST", "/api/v1/verifications/confirm", "", body);
        assert_eq!(
            (answer.status, &answer.json()["errors"][0]["code"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!(code))
        );
    }
}

#[test]
fn no_secret_is_kept_anywhere() {
    #[derive(serde::Deserialize)]
    struct Line {
        line: String,
    }
    let portal = Portal::new();
    forget(&portal, "ann@acme-canary.example");
    let reset = token(&portal);
    let una = link(&portal, "l-una", "verify", "una", Some("c-una"));
    confirm(&portal, &una);
    let first = token(&portal);
    choose(&portal, &reset, NEW);
    enter(&portal, "ann@acme-canary.example", "a guess of somebody");
    let session = enter(&portal, "ann@acme-canary.example", NEW).cookie("__Host-session");
    let mut lines: Vec<String> = [
        sql!("select json_array(id, kind, recipient, payload, error) as line from outbox"),
        sql!("select json_array(id, hash, purpose) as line from link"),
        sql!("select json_array(id, target, before, after, actor_name) as line from audit"),
        sql!("select json_array(id, device, address) as line from session"),
        sql!("select json_array(bucket) as line from throttle"),
        sql!("select json_array(id, email, password) as line from person"),
    ]
    .into_iter()
    .flat_map(|it| ask::<Line>(&portal.db, it).unwrap())
    .map(|it| it.line)
    .collect();
    for shelf in [&portal.tokens, &portal.sessions] {
        lines.extend(shelf.kept.lock().unwrap().iter().map(|it| format!("{} {}", it.0, it.1)));
    }
    for secret in
        [&reset, &una, &first, NEW, PASSWORD, "a guess of somebody", session.split_once('=').unwrap().1]
    {
        assert!(lines.iter().all(|it| !it.contains(secret)), "{secret}");
    }
}

#[test]
fn a_link_in_a_mail_is_the_portals_own_whatever_the_request_says() {
    let portal = Portal::new();
    let body = json!({ "email": "ann@acme-canary.example" }).to_string();
    let more = [("x-forwarded-host", "evil.example"), ("forwarded", "host=evil.example")];
    portal.send_with("POST", "/api/v1/password-resets", "", &body, &more);
    let mail = mail(&portal, outbox(&portal).last().unwrap());
    assert!(mail.text.contains("http://localhost:8787/password#") && !mail.text.contains("evil"));
    assert_eq!(mail.html.matches("href=").count(), 1);
}
