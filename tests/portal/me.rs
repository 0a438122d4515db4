//! What belongs to a person: name, password, sessions, the choice of an organisation.

use axum::http::StatusCode;
use portal::access::Record;
use portal::kernel::{OrgId, SessionId};
use serde_json::json;

use crate::fixtures::{Answer, NED_JOINS, NOW, PASSWORD, Portal, cookie, worthless_cookies};
use crate::sign_in::outbox;

const NEW: &str = "kw3 ostrich lamp viaduct";

pub fn enter(portal: &Portal, email: &str, password: &str) -> Answer {
    let body = json!({ "email": email, "password": password }).to_string();
    portal.send("POST", "/api/v1/session", "", &body)
}

fn was_in(portal: &Portal, session: &str, org: &str) {
    let id = SessionId::try_from(session.to_owned()).unwrap();
    let record = Record { last_seen_at: NOW, last_org: OrgId::try_from(org.to_owned()).ok() };
    portal.sessions.kept.lock().unwrap().insert(Record::key(&id), serde_json::to_string(&record).unwrap());
}

#[test]
fn nobody_gets_in_without_a_session() {
    let portal = Portal::new();
    let before = portal.contents();
    for (what, cookie) in worthless_cookies() {
        for (method, path) in [
            ("GET", "/api/v1/me"),
            ("PATCH", "/api/v1/me"),
            ("PUT", "/api/v1/me/password"),
            ("GET", "/api/v1/me/sessions"),
            ("DELETE", "/api/v1/me/sessions/bob"),
            ("DELETE", "/api/v1/session"),
        ] {
            let answer = portal.send(method, path, &cookie, "{}");
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{what} {method} {path}");
            assert_eq!(answer.json()["type"], "/problems/sign-in-required", "{what} {method} {path}");
        }
        for (method, path, to) in [
            ("GET", "/", "/sign-in"),
            ("GET", "/me", "/sign-in?to=%2Fme"),
            ("GET", "/organisations", "/sign-in?to=%2Forganisations"),
            ("POST", "/me/name", "/sign-in"),
            ("POST", "/me/password", "/sign-in"),
            ("POST", "/me/sessions/bob/end", "/sign-in"),
        ] {
            let answer = portal.send(method, path, &cookie, "");
            assert_eq!(
                (answer.status, answer.header("location")),
                (StatusCode::SEE_OTHER, to),
                "{what} {method} {path}"
            );
        }
    }
    assert_eq!(portal.contents(), before);
}

#[test]
fn the_first_page_leads_home() {
    let portal = Portal::after(NED_JOINS);
    let home = |person: &str| portal.get("/", person).header("location").to_owned();
    assert_eq!(home("ann"), "/o/acme");
    assert_eq!(home("ned"), "/organisations");
    assert_eq!(home("eve"), "/organisations");
    assert_eq!(home("una"), "/organisations", "not verified");
    was_in(&portal, "ned", "acme");
    assert_eq!(home("ned"), "/o/acme");
    was_in(&portal, "ann", "globex");
    assert_eq!(home("ann"), "/o/acme", "it was never hers");
}

#[test]
fn the_chooser_lists_what_is_ones_own() {
    let portal = Portal::after(NED_JOINS);
    was_in(&portal, "ned", "globex");
    let page = portal.get("/organisations", "ned").body;
    assert!(page.contains("href=\"/o/acme\"") && page.contains("href=\"/o/globex\""));
    assert!(page.contains("No role yet · you were here last"));
    let page = portal.get("/organisations", "ann").body;
    assert!(page.contains("Primary") && !page.contains("Globex"));
    let page = portal.get("/organisations", "una").body;
    assert!(page.contains("No organisation lists una@both.example") && page.contains("Primary contact"));
}

#[test]
fn who_i_am() {
    let portal = Portal::after(NED_JOINS);
    let me = portal.get("/api/v1/me", "ned");
    assert_eq!((me.status, me.header("etag")), (StatusCode::OK, "\"1\""));
    assert_eq!(
        me.json(),
        json!({
            "id": "ned", "email": "ned@both.example", "display_name": "Ned",
            "organisations": [
                { "id": "acme", "name": "Acme-canary", "roles": [] },
                { "id": "globex", "name": "Globex-canary", "roles": [] },
            ],
        })
    );
    let before = portal.db.round_trips();
    portal.get("/me", "ann");
    assert_eq!(portal.db.round_trips() - before, 1);
    let page = portal.get("/me", "ann").body;
    assert!(page.contains("value=\"Ann Acme-canary\"") && page.contains("name=\"version\" value=\"1\""));
    assert!(
        page.contains("autocomplete=\"current-password\"") && page.contains("autocomplete=\"new-password\"")
    );
    assert!(page.contains("This one") && page.contains("Firefox on Linux") && page.contains("192.0.2.1"));
}

fn patch(portal: &Portal, body: &str, tag: &str) -> Answer {
    portal.send_with("PATCH", "/api/v1/me", &cookie("ann"), body, &[("if-match", tag)])
}

#[test]
fn a_name_is_changed_by_who_has_read_it() {
    let portal = Portal::new();
    let body = "{\"display_name\":\" Ann B. \"}";
    let answer = portal.send("PATCH", "/api/v1/me", &cookie("ann"), body);
    assert_eq!(
        (answer.status.as_u16(), &answer.json()["type"]),
        (428, &json!("/problems/precondition-required"))
    );
    let answer = patch(&portal, body, "\"0\"");
    assert_eq!((answer.status.as_u16(), &answer.json()["type"]), (412, &json!("/problems/stale")));
    let answer = patch(&portal, body, "\"1\"");
    assert_eq!((answer.status, answer.header("etag")), (StatusCode::OK, "\"2\""));
    assert_eq!(answer.json(), portal.get("/api/v1/me", "ann").json());
    assert_eq!(answer.json()["display_name"], "Ann B.");
    assert_eq!(patch(&portal, body, "\"1\"").status.as_u16(), 412);
    assert_eq!(patch(&portal, body, "W/\"2\"").status, StatusCode::OK);
    let line = "select count(*) as n from audit where action = 'person.renamed' and actor_id = 'ann'
                   and json_extract(before, '$.display_name') = 'Ann Acme-canary'";
    assert_eq!(portal.number(line), 1);
}

#[test]
fn a_name_that_changes_meanwhile_is_not_overwritten() {
    let portal = Portal::new();
    portal.db.meanwhile("update person set display_name = 'Quick', version = 2 where id = 'ann'");
    let answer = patch(&portal, "{\"display_name\":\"Slow\"}", "\"1\"");
    assert_eq!((answer.status.as_u16(), &answer.json()["type"]), (412, &json!("/problems/stale")));
    assert_eq!(portal.number("select count(*) as n from person where display_name = 'Quick'"), 1);
    assert_eq!(portal.number("select count(*) as n from audit"), 0);
}

#[test]
fn names_have_bounds() {
    let portal = Portal::new();
    for (body, field, code) in [
        ("{}".to_owned(), "display_name", "required"),
        ("{\"display_name\":7}".to_owned(), "display_name", "not-text"),
        ("{\"display_name\":null}".to_owned(), "display_name", "not-text"),
        ("{\"display_name\":\"\"}".to_owned(), "display_name", "malformed"),
        ("{\"display_name\":\"a\\nb\"}".to_owned(), "display_name", "malformed"),
        ("{\"display_name\":\"a\\u202eb\"}".to_owned(), "display_name", "malformed"),
        (json!({ "display_name": "ä".repeat(81) }).to_string(), "display_name", "malformed"),
        ("{\"display_name\":\"A\",\"email\":\"x@y.example\"}".to_owned(), "email", "unknown"),
        ("{\"display_name\":\"A\",\"version\":1}".to_owned(), "version", "unknown"),
        ("{\"display_name\":\"A\",\"session_epoch\":9}".to_owned(), "session_epoch", "unknown"),
        ("{".to_owned(), "", "unreadable"),
    ] {
        let answer = patch(&portal, &body, "\"1\"");
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        let error = answer.json()["errors"][0].clone();
        assert_eq!((&error["field"], &error["code"]), (&json!(field), &json!(code)), "{body}");
    }
    assert_eq!(
        patch(&portal, &json!({ "display_name": "ä".repeat(80) }).to_string(), "\"1\"").status,
        StatusCode::OK
    );
}

#[test]
fn a_name_is_changed_on_the_page() {
    let portal = Portal::new();
    let answer = portal.post("/me/name", "ann", "display_name=Ann+B.&version=1");
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/me?done=name-changed"));
    assert!(portal.get("/me?done=name-changed", "ann").body.contains("Your name was changed."));
    let late = portal.post("/me/name", "ann", "display_name=Late&version=1");
    assert_eq!(late.status.as_u16(), 412);
    assert!(late.body.contains("value=\"Late\"") && late.body.contains("name=\"version\" value=\"2\""));
    assert!(late.body.contains("Somebody changed this"));
    let empty = portal.post("/me/name", "ann", "display_name=+&version=2");
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.body.contains("href=\"#field-display_name\""));
}

fn change(portal: &Portal, cookie: &str, current: &str, new: &str) -> Answer {
    let body = json!({ "current_password": current, "new_password": new }).to_string();
    portal.send("PUT", "/api/v1/me/password", cookie, &body)
}

#[test]
fn a_new_password_ends_every_other_session() {
    let portal = Portal::new();
    let others: Vec<String> = (0..2)
        .map(|_| enter(&portal, "ann@acme-canary.example", PASSWORD).cookie("__Host-session"))
        .collect();
    was_in(&portal, "ann", "acme");
    let token = {
        portal.send("POST", "/api/v1/password-resets", "", "{\"email\":\"ann@acme-canary.example\"}");
        portal.number("select count(*) as n from link where voided_at is null")
    };
    assert_eq!(token, 1);
    let answer = change(&portal, &cookie("ann"), PASSWORD, NEW);
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.body);
    let mine = answer.cookie("__Host-session");
    assert!(!mine.is_empty() && mine != cookie("ann"));
    assert_eq!(portal.send("GET", "/api/v1/me", &mine, "").status, StatusCode::OK);
    for dead in others.iter().chain([&cookie("ann")]) {
        assert_eq!(portal.send("GET", "/api/v1/me", dead, "").status, StatusCode::UNAUTHORIZED);
    }
    let list = portal.send("GET", "/api/v1/me/sessions", &mine, "").json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!(list["items"][0]["current"], true);
    assert_eq!(portal.send("GET", "/", &mine, "").header("location"), "/o/acme", "the record goes on");
    assert_eq!(portal.number("select count(*) as n from link where voided_at is null"), 0);
    assert_eq!(portal.number("select count(*) as n from audit where action = 'password.changed'"), 1);
    assert_eq!(outbox(&portal).last().unwrap().kind, "sign_in.password_changed");
    assert_eq!(enter(&portal, "ann@acme-canary.example", PASSWORD).status, StatusCode::UNAUTHORIZED);
    assert_eq!(enter(&portal, "ann@acme-canary.example", NEW).status, StatusCode::OK);
}

#[test]
fn the_current_password_is_needed_and_counted() {
    let portal = Portal::new();
    let before = portal.contents();
    for round in 0..7 {
        let answer = change(&portal, &cookie("ann"), "a guess of somebody", NEW);
        if round < 5 {
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
            assert_eq!(answer.json()["type"], "/problems/bad-credentials");
            assert_eq!(answer.json()["errors"][0]["field"], "current_password");
        } else {
            assert_eq!((answer.status, answer.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "900"));
        }
    }
    assert_eq!(change(&portal, &cookie("ann"), PASSWORD, NEW).status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(portal.contents(), before);
    let device = enter(&portal, "gus@globex-canary.example", PASSWORD).cookie("__Host-device");
    let with_device = format!("{}; {device}", cookie("gus"));
    change(&portal, &with_device, "a guess of somebody", NEW);
    assert_eq!(
        portal.number("select coalesce(sum(attempts), 0) as n from throttle where bucket like 'device:%'"),
        1
    );
    assert_eq!(change(&portal, &with_device, PASSWORD, NEW).status, StatusCode::NO_CONTENT);
    assert_eq!(
        portal.number("select coalesce(sum(attempts), 0) as n from throttle where bucket like 'device:%'"),
        0
    );
}

#[test]
fn a_new_password_has_rules() {
    let portal = Portal::new();
    for (current, new, code) in [
        (PASSWORD, "fourteen chars", "malformed"),
        (PASSWORD, &"a".repeat(1025), "malformed"),
        (PASSWORD, "Mailcreated5240", "too-common"),
        (PASSWORD, "acme-canary 12345", "too-close"),
        (PASSWORD, "ann@acme-canary.example", "too-close"),
        (PASSWORD, PASSWORD, "unchanged"),
    ] {
        let answer = change(&portal, &cookie("ann"), current, new);
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{new}");
        let error = answer.json()["errors"][0].clone();
        assert_eq!((&error["field"], &error["code"]), (&json!("new_password"), &json!(code)), "{new}");
    }
    for (body, field, code) in [
        ("{}", "current_password", "required"),
        ("{\"current_password\":1,\"new_password\":\"x\"}", "current_password", "not-text"),
        (
            "{\"current_password\":\"x\",\"new_password\":\"x\",\"new_password_again\":\"x\"}",
            "new_password_again",
            "unknown",
        ),
    ] {
        let answer = portal.send("PUT", "/api/v1/me/password", &cookie("ann"), body);
        let error = answer.json()["errors"][0].clone();
        assert_eq!((&error["field"], &error["code"]), (&json!(field), &json!(code)), "{body}");
    }
    assert_eq!(
        portal.number("select coalesce(sum(attempts), 0) as n from throttle"),
        0,
        "nothing was guessed"
    );
}

#[test]
fn a_password_is_changed_on_the_page() {
    let portal = Portal::new();
    let fields = |current: &str, again: &str| {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("current_password", current),
                ("new_password", NEW),
                ("new_password_again", again),
            ])
            .finish()
    };
    let wrong = portal.post("/me/password", "ann", &fields("a guess of somebody", NEW));
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    assert!(wrong.body.contains("href=\"#field-current_password\"") && !wrong.body.contains(NEW));
    assert!(!wrong.body.contains("a guess of somebody"));
    let differs = portal.post("/me/password", "ann", &fields(PASSWORD, "something else"));
    assert_eq!(differs.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(differs.body.contains("This is not the same password as above."));
    let answer = portal.post("/me/password", "ann", &fields(PASSWORD, NEW));
    assert_eq!(
        (answer.status, answer.header("location")),
        (StatusCode::SEE_OTHER, "/me?done=password-changed")
    );
    let page = portal.send("GET", "/me?done=password-changed", &answer.cookie("__Host-session"), "");
    assert!(page.body.contains("Your password was changed."));
}

#[test]
fn a_session_that_ends_meanwhile_changes_nothing() {
    let portal = Portal::new();
    let before = portal.number("select count(*) as n from audit");
    for (method, path, body) in [
        ("PATCH", "/api/v1/me", "{\"display_name\":\"X\"}".to_owned()),
        ("DELETE", "/api/v1/me/sessions/asleep", String::new()),
        ("DELETE", "/api/v1/session", String::new()),
        (
            "PUT",
            "/api/v1/me/password",
            json!({ "current_password": PASSWORD, "new_password": NEW }).to_string(),
        ),
    ] {
        let portal = Portal::new();
        portal.db.meanwhile("update person set session_epoch = 1 where id = 'ann'");
        let answer = portal.send_with(method, path, &cookie("ann"), &body, &[("if-match", "*")]);
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
        assert_eq!(portal.number("select count(*) as n from audit"), before);
    }
    // Two changes at once: the second one's session is over when it writes.
    let portal = Portal::new();
    portal.db.meanwhile_after(1, "update person set session_epoch = 1 where id = 'ann'");
    assert_eq!(change(&portal, &cookie("ann"), PASSWORD, NEW).status, StatusCode::UNAUTHORIZED);
    assert_eq!(enter(&portal, "ann@acme-canary.example", PASSWORD).status, StatusCode::OK);
}
