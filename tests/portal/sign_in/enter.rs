//! Who gets in, and what everybody else is told.

use axum::http::StatusCode;
use serde_json::json;

use super::{ann, choose, enter, form, link, said};
use crate::fixtures::{NED_JOINS, PASSWORD, Portal};

#[test]
fn the_right_password_opens() {
    let portal = Portal::new();
    let answer = ann(&portal);
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(
        answer.json(),
        json!({
            "person": { "id": "ann", "email": "ann@acme-canary.example", "display_name": "Ann Acme-canary" },
            "organisations": [{ "id": "acme", "name": "Acme-canary", "roles": ["primary"] }],
        })
    );
    for set in answer.headers.get_all("set-cookie") {
        let set = set.to_str().unwrap();
        assert!(set.starts_with("__Host-"), "{set}");
        for part in ["; Path=/;", "; Secure;", "; HttpOnly;", "; SameSite=Lax"] {
            assert!(set.contains(part), "{set}");
        }
        assert!(!set.contains("Domain"), "{set}");
    }
    assert_eq!(answer.headers.get_all("set-cookie").iter().count(), 2);
    let session = answer.cookie("__Host-session");
    let me = portal.send("GET", "/api/v1/me", &session, "");
    assert_eq!((me.status, &me.json()["id"]), (StatusCode::OK, &json!("ann")));
    assert!(portal.sessions.kept.lock().unwrap().keys().any(|it| it.len() == "session:".len() + 32));
    assert_eq!(
        portal
            .number("select count(*) as n from audit where action = 'session.started' and actor_id = 'ann'"),
        1
    );
    let kept = portal.number("select expires_at - created_at as n from session where length(id) = 32");
    assert_eq!(kept, 24 * 3600);
}

#[test]
fn two_round_trips_and_never_more() {
    let portal = Portal::new();
    let before = portal.db.round_trips();
    ann(&portal);
    assert_eq!(portal.db.round_trips() - before, 2);
    let before = portal.db.round_trips();
    enter(&portal, "ann@acme-canary.example", "wrong");
    assert_eq!(portal.db.round_trips() - before, 1);
}

#[test]
fn people_land_where_they_belong() {
    let land = |portal: &Portal, email: &str, to: &str| {
        let fields = [("email", email), ("password", PASSWORD), ("to", to)];
        let answer = portal.send("POST", "/sign-in", "", &form(&fields));
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        answer.header("location").to_owned()
    };
    let portal = Portal::after(NED_JOINS);
    assert_eq!(land(&portal, "ann@acme-canary.example", ""), "/o/acme");
    assert_eq!(land(&portal, "Ann@ACME-canary.example ", ""), "/o/acme");
    assert_eq!(land(&portal, "ned@both.example", ""), "/organisations");
    assert_eq!(land(&portal, "ann@acme-canary.example", "/o/acme/contacts?q=x"), "/o/acme/contacts?q=x");
    for elsewhere in
        ["https://evil.example", "//evil.example", "/\\evil.example", "/o//evil", "/sign-out", "/api/v1/me"]
    {
        assert_eq!(land(&portal, "gus@globex-canary.example", elsewhere), "/o/globex", "{elsewhere}");
    }
}

#[test]
fn the_page_keeps_where_one_wanted_to_go() {
    let portal = Portal::new();
    let page = portal.send("GET", "/sign-in?to=%2Fo%2Facme%2Fcontacts", "", "");
    assert!(page.body.contains("name=\"to\" value=\"/o/acme/contacts\""), "{}", page.body);
    let again = portal.send(
        "POST",
        "/sign-in",
        "",
        &form(&[("email", "a@b.example"), ("password", "no"), ("to", "/me")]),
    );
    assert_eq!(again.status, StatusCode::UNAUTHORIZED);
    assert!(again.body.contains("name=\"to\" value=\"/me\"") && again.body.contains("value=\"a@b.example\""));
    assert!(!again.body.contains("value=\"no\""), "a password is never given back");
    assert!(again.body.contains("The e-mail address or the password is not correct."));
    assert!(again.body.contains("autocomplete=\"current-password\"") && !again.body.contains("onpaste"));
    let page = portal.send("GET", "/sign-in?to=%2F%2Fevil.example", "", "");
    assert!(!page.body.contains("evil.example"), "{}", page.body);
}

#[test]
fn every_failure_looks_and_costs_the_same() {
    let portal = Portal::after(
        "update person set password = (select password from person where id = 'ann') where id in ('una', 'eve');",
    );
    let mut seen = Vec::new();
    for (who, email, password) in [
        ("wrong password", "ann@acme-canary.example", "not her password"),
        ("unknown", "nobody@nowhere.example", PASSWORD),
        ("not verified", "una@both.example", PASSWORD),
        ("nobody's contact", "eve@nowhere.example", PASSWORD),
        ("no password yet", "bob@acme-canary.example", PASSWORD),
        ("no address", "ann", PASSWORD),
        ("nothing", "", ""),
        ("empty password", "gus@globex-canary.example", ""),
        ("a trailing space", "gus@globex-canary.example", "a password of the cast "),
        ("another case", "gus@globex-canary.example", "A password of the cast"),
        ("a look-alike", "gus@globex-cаnary.example", PASSWORD),
    ] {
        let (trips, statements) = (portal.db.round_trips(), portal.db.statements());
        let answer = enter(&portal, email, password);
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{who}");
        assert!(!answer.headers.contains_key("set-cookie"), "{who}");
        seen.push((
            who,
            said(&answer),
            answer.body.len(),
            portal.db.round_trips() - trips,
            portal.db.statements() - statements,
        ));
    }
    for it in &seen {
        assert_eq!((&it.1, it.2, it.3, it.4), (&seen[0].1, seen[0].2, seen[0].3, seen[0].4), "{}", it.0);
    }
    assert_eq!(seen[0].1["type"], "/problems/bad-credentials");
    assert_eq!(portal.number("select count(*) as n from session where length(id) = 32"), 0);
}

#[test]
fn the_vendors_people_need_no_organisation() {
    let portal = Portal::after(
        "insert into staff (person_id, role, created_at) values ('eve', 'admin', 1);
         update person set password = (select password from person where id = 'ann') where id = 'eve';",
    );
    let answer = portal.send(
        "POST",
        "/sign-in",
        "",
        &form(&[("email", "eve@nowhere.example"), ("password", PASSWORD)]),
    );
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/staff"));
    let page = portal.send("GET", "/organisations", &answer.cookie("__Host-session"), "");
    assert!(page.body.contains("No customer organisation lists eve@nowhere.example"), "{}", page.body);
}

#[test]
fn only_what_is_no_sign_in_at_all_is_a_422() {
    let portal = Portal::new();
    for (body, field, code) in [
        ("{}", "email", "required"),
        ("{\"email\":\"a@b.example\"}", "password", "required"),
        ("{\"email\":7,\"password\":\"x\"}", "email", "not-text"),
        ("{\"email\":\"a@b.example\",\"password\":null}", "password", "not-text"),
        ("{\"email\":\"a@b.example\",\"password\":[\"x\"]}", "password", "not-text"),
        ("{\"email\":\"a@b.example\",\"password\":\"x\",\"to\":\"/me\"}", "to", "unknown"),
        ("{\"email\":\"a@b.example\",\"password\":\"x\",\"admin\":true}", "admin", "unknown"),
        ("{\"email\":\"a@b.example\",\"password\":\"x\",\"password\":\"y\"}", "password", "twice"),
        ("[]", "", "unreadable"),
        ("", "", "unreadable"),
    ] {
        let answer = portal.send("POST", "/api/v1/session", "", body);
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        let errors = answer.json()["errors"].clone();
        let found = errors.as_array().unwrap().iter().any(|it| it["field"] == field && it["code"] == code);
        assert!(found, "{body}: {errors}");
    }
    assert_eq!(portal.send("POST", "/sign-in", "", "email=a").status, StatusCode::UNPROCESSABLE_ENTITY);
    let more = [("content-type", "text/plain")];
    assert_eq!(
        portal.send_with("POST", "/api/v1/session", "", "{}", &more).status,
        StatusCode::UNSUPPORTED_MEDIA_TYPE
    );
    assert_eq!(portal.number("select count(*) as n from throttle"), 0);
}

#[test]
fn a_password_of_any_length_is_counted() {
    let portal = Portal::new();
    for length in [1023, 1024, 1025, 50_000] {
        assert_eq!(
            enter(&portal, "gus@globex-canary.example", &"é".repeat(length / 2)).status,
            StatusCode::UNAUTHORIZED
        );
    }
    let counted = portal
        .number("select attempts as n from throttle where bucket = 'account:gus@globex-canary.example'");
    assert_eq!(counted, 4);
}

#[test]
fn a_long_password_is_compared_to_its_end() {
    let portal = Portal::new();
    let long = "quite a long one, ".repeat(6);
    let token = link(&portal, "l-ann", "reset", "ann", None);
    assert_eq!(choose(&portal, &token, &long).status, StatusCode::NO_CONTENT);
    assert_eq!(enter(&portal, "ann@acme-canary.example", long.trim_end()).status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        enter(&portal, "ann@acme-canary.example", &format!("{}?", &long[..107])).status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(enter(&portal, "ann@acme-canary.example", &long).status, StatusCode::OK);
}
