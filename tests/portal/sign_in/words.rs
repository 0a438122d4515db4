//! What pages and mails say.

use axum::http::StatusCode;
use portal::apps::sign_in;
use portal::kernel::LinkId;
use portal::outbox::Mailing;
use serde_json::json;

use super::{ann, both};
use crate::fixtures::{NOW, Portal, keys, run, signed};

#[test]
fn pages_anybody_may_read() {
    let portal = Portal::new();
    for (path, said) in [
        ("/sign-in", "Sign in"),
        ("/forgot-password", "Forgotten your password?"),
        ("/password", "autocomplete=\"new-password\""),
        ("/verify", "Confirm your address"),
        ("/accessibility", "Web Content Accessibility Guidelines"),
        ("/setup", "Set-up secret"),
    ] {
        let page = portal.send("GET", path, "", "");
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(page.body.contains(said), "{path}");
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.headers.get_all("cache-control").iter().count(), 1);
    }
    assert_eq!(portal.db.round_trips(), 1, "only /setup asks");
    assert!(portal.send("GET", "/sign-in?done=password-set", "", "").body.contains("Your password is set."));
}

#[test]
fn what_the_mails_say() {
    let portal = Portal::new();
    let app = portal.app();
    let mailing = Mailing { config: app.config(), secrets: app.secrets() };
    let id = LinkId::try_from("l-snapshot".to_owned()).unwrap();
    let link = json!({ "id": id, "hash": keys().link_token(&id).unwrap().hash() });
    let linked = json!({ "name": "Asha Rao", "link": link });
    let happened = json!({
        "name": "Asha Rao", "email": "asha@acme.example", "device": "Firefox on Windows", "address": "192.0.2.1", "at": NOW,
    });
    for (kind, payload) in [
        ("sign_in.first_password", &linked),
        ("sign_in.reset", &linked),
        ("sign_in.password_changed", &happened),
        ("sign_in.new_device", &happened),
    ] {
        let mail = sign_in::render(kind, payload, &mailing).unwrap();
        assert!(mail.html.matches("href=").count() <= 1 && mail.text.matches("://").count() <= 1, "{kind}");
        insta::assert_snapshot!(kind, format!("Subject: {}\n\n{}", mail.subject, mail.text));
    }
    assert!(sign_in::render("contacts.verify", &linked, &mailing).is_none());
    assert!(sign_in::render("sign_in.reset", &json!({}), &mailing).is_none());
}

#[test]
fn a_session_of_a_person_who_is_gone_or_older_opens_nothing() {
    let portal = Portal::new();
    let session = ann(&portal).cookie("__Host-session");
    run(&portal.db, "update person set session_epoch = session_epoch + 1 where id = 'ann'").unwrap();
    assert_eq!(portal.send("GET", "/api/v1/me", &session, "").status, StatusCode::UNAUTHORIZED);
    let forged = signed("ann", "gus", 0, NOW + 60, &keys());
    assert_eq!(portal.send("GET", "/api/v1/me", &both(&forged, "x=y"), "").status, StatusCode::UNAUTHORIZED);
}
