//! Links that choose a password.

use axum::http::StatusCode;
use serde_json::json;

use super::{NEW, ann, choose, confirm, enter, forget, form, link, outbox, said, token};
use crate::fixtures::{Answer, NOW, PASSWORD, Portal, cookie, run};

#[test]
fn asking_for_a_link_tells_nothing() {
    let portal = Portal::new();
    let mut seen = Vec::new();
    for (who, email, to, kind) in [
        ("has a password", "ann@acme-canary.example", Some("ann@acme-canary.example"), "sign_in.reset"),
        (
            "typed in capitals",
            " GUS@Globex-Canary.Example",
            Some("gus@globex-canary.example"),
            "sign_in.reset",
        ),
        (
            "has none yet",
            "bob@acme-canary.example",
            Some("bob@acme-canary.example"),
            "sign_in.first_password",
        ),
        ("is not verified", "una@both.example", None, "sign_in.reset"),
        ("is nobody's contact", "eve@nowhere.example", None, "sign_in.reset"),
        ("is unknown", "who@nowhere.example", None, "sign_in.reset"),
        ("is no address", "who", None, "sign_in.reset"),
        ("looks like another", "gus@globex-cаnary.example", None, "sign_in.reset"),
    ] {
        let (trips, statements) = (portal.db.round_trips(), portal.db.statements());
        let (pointers, messages) =
            (portal.tokens.kept.lock().unwrap().len(), portal.queue.0.lock().unwrap().len());
        let answer = forget(&portal, email);
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (StatusCode::ACCEPTED, "{\"status\":\"accepted\"}"),
            "{who}"
        );
        seen.push([
            portal.db.round_trips() - trips,
            portal.db.statements() - statements,
            portal.tokens.kept.lock().unwrap().len() - pointers,
            portal.queue.0.lock().unwrap().len() - messages,
        ]);
        let posted = outbox(&portal);
        let last = posted.last().unwrap();
        assert_eq!((last.recipient.as_deref(), last.kind.as_str()), (to, kind), "{who}");
    }
    assert!(seen.iter().all(|it| *it == seen[0]), "{seen:?}");
    assert_eq!(seen[0], [2, 6, 1, 1]);
    assert_eq!(portal.number("select count(*) as n from link"), 3);
    let page = portal.send("POST", "/forgot-password", "", "email=ann%40acme-canary.example");
    assert_eq!((page.status, page.header("location")), (StatusCode::SEE_OTHER, "/forgot-password?sent"));
    assert!(portal.send("GET", "/forgot-password?sent", "", "").body.contains("Look into your mail"));
}

#[test]
fn asking_has_limits() {
    let portal = Portal::new();
    for round in 0..8 {
        assert_eq!(forget(&portal, "ann@acme-canary.example").status, StatusCode::ACCEPTED);
        let sent =
            portal.number("select count(*) as n from outbox where recipient = 'ann@acme-canary.example'");
        assert_eq!(sent, (round + 1).min(5));
    }
    assert_eq!(
        portal.number("select count(*) as n from link where voided_at is null"),
        1,
        "the newest one counts"
    );
    portal.now.set(NOW + 3600);
    forget(&portal, "ann@acme-canary.example");
    assert_eq!(portal.number("select count(*) as n from outbox where recipient is not null"), 6);

    let portal = Portal::new();
    let answers: Vec<Answer> = (0..22).map(|it| forget(&portal, &format!("a{it}@nowhere.example"))).collect();
    assert!(answers[..20].iter().all(|it| it.status == StatusCode::ACCEPTED));
    assert_eq!(
        (answers[20].status, answers[20].header("retry-after")),
        (StatusCode::TOO_MANY_REQUESTS, "900")
    );
    assert_eq!(ann(&portal).status, StatusCode::OK, "and signing in goes on");

    for (body, code) in [
        ("{}", "required"),
        ("{\"email\":1}", "not-text"),
        ("{\"email\":\"a@b.example\",\"x\":1}", "unknown"),
    ] {
        let answer = portal.send("POST", "/api/v1/password-resets", "", body);
        assert_eq!(
            (answer.status, &answer.json()["errors"][0]["code"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!(code))
        );
    }
}

#[test]
fn a_link_sets_the_password_once() {
    let portal = Portal::new();
    let old = cookie("ann");
    (0..5).for_each(|_| drop(enter(&portal, "ann@acme-canary.example", "a guess of somebody")));
    forget(&portal, "ann@acme-canary.example");
    let token = token(&portal);
    let before = portal.contents();
    for page in ["/password", "/verify"] {
        for method in ["GET", "HEAD"] {
            let seen = (0..20).map(|_| portal.send(method, page, "", ""));
            for answer in seen {
                assert_eq!(answer.status, StatusCode::OK);
                assert_eq!(answer.header("referrer-policy"), "no-referrer");
                assert_eq!(answer.header("cache-control"), "no-store");
            }
        }
    }
    assert_eq!(portal.contents(), before, "opening changes nothing");

    let answer = choose(&portal, &token, NEW);
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.body);
    assert_eq!(
        (answer.header("referrer-policy"), answer.header("cache-control")),
        ("no-referrer", "no-store")
    );
    assert_eq!(answer.cookie("__Host-session"), "", "nobody is signed in by a link");
    assert!(!answer.cookie("__Host-device").is_empty());
    assert_eq!(portal.send("GET", "/api/v1/me", &old, "").status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        portal.number("select count(*) as n from session where person_id = 'ann' and ended_at is null"),
        0
    );
    assert_eq!(enter(&portal, "ann@acme-canary.example", PASSWORD).status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        enter(&portal, "ann@acme-canary.example", NEW).status,
        StatusCode::OK,
        "the throttle is forgotten"
    );
    let sent: Vec<String> = outbox(&portal).into_iter().map(|it| it.kind).collect();
    assert_eq!(sent[..2], ["sign_in.reset", "sign_in.password_changed"]);
    assert_eq!(
        portal.number("select count(*) as n from audit where action = 'password.reset' and target = 'ann'"),
        1
    );

    let before = portal.contents();
    let again = choose(&portal, &token, "another fine password, not common");
    assert_eq!((again.status, &again.json()["type"]), (StatusCode::GONE, &json!("/problems/link-spent")));
    assert_eq!((again.header("referrer-policy"), portal.contents()), ("no-referrer", before));
}

#[test]
fn the_first_password_is_set_in_the_same_way() {
    let portal = Portal::new();
    let first = link(&portal, "l-bob", "first_password", "bob", None);
    let other = link(&portal, "l-bob2", "reset", "bob", None);
    let fields = [("token", first.as_str()), ("new_password", NEW), ("new_password_again", NEW)];
    let answer = portal.send("POST", "/password", "", &form(&fields));
    assert_eq!(
        (answer.status, answer.header("location")),
        (StatusCode::SEE_OTHER, "/sign-in?done=password-set")
    );
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert!(outbox(&portal).is_empty(), "no mail says that a password was changed that never was");
    assert_eq!(portal.number("select count(*) as n from audit where action = 'password.set'"), 1);
    assert_eq!(enter(&portal, "bob@acme-canary.example", NEW).status, StatusCode::OK);
    assert_eq!(choose(&portal, &other, NEW).status, StatusCode::GONE, "the other link went with it");
}

#[test]
fn links_that_choose_nothing() {
    let portal = Portal::new();
    let (expired, voided, used, verify) = (
        link(&portal, "l1", "reset", "ann", None),
        link(&portal, "l2", "reset", "ann", None),
        link(&portal, "l3", "reset", "ann", None),
        link(&portal, "l4", "verify", "una", Some("c-una")),
    );
    run(&portal.db, "update link set expires_at = 1795327680 where id = 'l1'").unwrap();
    run(&portal.db, "update link set voided_at = 1 where id = 'l2'").unwrap();
    run(&portal.db, "update link set used_at = 1 where id = 'l3'").unwrap();
    let unknown = portal::kernel::Token::from_bytes([1; 32]);
    let before = portal.contents();
    let mut bodies = Vec::new();
    for (what, token) in [
        ("expired", expired.as_str()),
        ("voided", &voided),
        ("used", &used),
        ("of another purpose", &verify),
        ("unknown", unknown.reveal()),
        ("malformed", "nonsense"),
        ("empty", ""),
        ("too long", &"A".repeat(5000)),
    ] {
        let answer = choose(&portal, token, NEW);
        assert_eq!(answer.status, StatusCode::GONE, "{what}: {}", answer.body);
        bodies.push(said(&answer));
        let weak = choose(&portal, token, "short");
        assert_eq!(weak.status, StatusCode::GONE, "{what}: the link comes first");
        let fields = [("token", token), ("new_password", NEW), ("new_password_again", NEW)];
        let page = portal.send("POST", "/password", "", &form(&fields));
        // Somebody who pastes half of a code has a code: the form comes back and says so.
        if portal::kernel::Token::try_from(token.to_owned()).is_err() {
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{what}");
            assert!(page.body.contains("Copy the whole code from the mail"), "{what}");
            continue;
        }
        assert_eq!(page.status, StatusCode::GONE, "{what}");
        assert!(page.body.contains("Send a new link") && page.body.contains("action=\"/forgot-password\""));
        assert!(token.is_empty() || !page.body.contains(token), "{what}");
    }
    assert!(bodies.iter().all(|it| *it == bodies[0]));
    assert_eq!(portal.contents(), before);
}

#[test]
fn a_weak_password_keeps_the_link() {
    let portal = Portal::new();
    let token = link(&portal, "l-ann", "reset", "ann", None);
    for (weak, code) in [
        ("", "malformed"),
        ("fourteen chars", "malformed"),
        (&"a".repeat(1025), "malformed"),
        ("Mailcreated5240", "too-common"),
        ("vjhtrhsvdctcegth", "too-common"),
        ("ann@acme-canary.example", "too-close"),
        ("Acme-Canary-2026!", "too-close"),
        ("Meridian Software", "too-close"),
    ] {
        let answer = choose(&portal, &token, weak);
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{weak}");
        let error = answer.json()["errors"][0].clone();
        assert_eq!((&error["field"], &error["code"]), (&json!("new_password"), &json!(code)), "{weak}");
    }
    for (body, field, code) in [
        (json!({ "token": token }), "new_password", "required"),
        (json!({ "new_password": NEW }), "token", "required"),
        (json!({ "token": 1, "new_password": NEW }), "token", "not-text"),
        (
            json!({ "token": token, "new_password": NEW, "new_password_again": NEW }),
            "new_password_again",
            "unknown",
        ),
    ] {
        let answer = portal.send("POST", "/api/v1/password-resets/confirm", "", &body.to_string());
        let error = answer.json()["errors"][0].clone();
        assert_eq!((&error["field"], &error["code"]), (&json!(field), &json!(code)), "{body}");
    }
    let fields =
        [("token", token.as_str()), ("new_password", NEW), ("new_password_again", "another one entirely")];
    let page = portal.send("POST", "/password", "", &form(&fields));
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("This is not the same password as above.") && page.body.contains(&token));
    assert!(!page.body.contains(NEW));
    assert_eq!(choose(&portal, &token, &"a1".repeat(512)).status, StatusCode::NO_CONTENT);
}

#[test]
fn of_many_presses_one_counts() {
    let portal = Portal::new();
    let token = link(&portal, "l-ann", "reset", "ann", None);
    portal.db.meanwhile("update link set used_at = 1 where id = 'l-ann'");
    let before = portal.contents();
    assert_eq!(choose(&portal, &token, NEW).status, StatusCode::GONE);
    let after = portal.contents();
    assert!(
        before.iter().filter(|it| !it.contains("\"link\"")).all(|it| after.contains(it)),
        "nothing else happened"
    );
    assert_eq!(before.len(), after.len());

    let portal = Portal::new();
    let token = link(&portal, "l-una", "verify", "una", Some("c-una"));
    let answers: Vec<StatusCode> = (0..50).map(|_| confirm(&portal, &token).status).collect();
    assert_eq!(answers.iter().filter(|it| **it == StatusCode::OK).count(), 1);
    assert_eq!(answers.iter().filter(|it| **it == StatusCode::GONE).count(), 49);
    assert_eq!(outbox(&portal).len(), 1);
}

#[test]
fn the_store_of_tokens_may_forget_and_may_lag() {
    let portal = Portal::new();
    let token = link(&portal, "l-ann", "reset", "ann", None);
    portal.tokens.kept.lock().unwrap().clear();
    assert_eq!(choose(&portal, &token, NEW).status, StatusCode::NO_CONTENT, "lost keys");
    assert_eq!(portal.number("select attempts as n from throttle where bucket = 'link:local'"), 1);

    let portal = Portal::new();
    let token = link(&portal, "l-ann", "reset", "ann", None);
    choose(&portal, &token, NEW);
    assert_eq!(portal.tokens.kept.lock().unwrap().len(), 1, "still there");
    assert_eq!(choose(&portal, &token, NEW).status, StatusCode::GONE);
    assert_eq!(portal.number("select count(*) as n from throttle where bucket like 'link:%'"), 0);
}

#[test]
fn junk_is_counted() {
    let portal = Portal::new();
    let answers: Vec<Answer> = (0..32).map(|it| confirm(&portal, &format!("junk {it}"))).collect();
    assert!(answers[..30].iter().all(|it| it.status == StatusCode::GONE));
    assert_eq!(
        (answers[30].status, answers[30].header("retry-after")),
        (StatusCode::TOO_MANY_REQUESTS, "900")
    );
    let good = link(&portal, "l-una", "verify", "una", Some("c-una"));
    assert_eq!(confirm(&portal, &good).status, StatusCode::OK, "what is known passes all the same");
    let unknown = portal::kernel::Token::from_bytes([1; 32]);
    assert_eq!(choose(&portal, unknown.reveal(), NEW).status, StatusCode::TOO_MANY_REQUESTS);
}
