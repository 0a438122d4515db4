//! The first half of a sign-on: what is let in, what is told to the client, and what is told to nobody but the person.

use axum::http::StatusCode;
use serde_json::json;

use crate::fixtures::{NOW, Portal, cookie, run, worthless_cookies};
use crate::sso_cast::{BACK, NED_TWICE, code, opened, request, said, with_desks};

#[test]
fn somebody_of_support_is_led_back_with_a_code() {
    let portal = with_desks("");
    let answer = portal.get(&request(&[]), "sue");
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(answer.header("location").starts_with(&format!("{BACK}?code=")), "{}", answer.header("location"));
    assert_eq!(said(&answer, "state").unwrap(), "a state & more");
    assert_eq!(said(&answer, "iss").unwrap(), "http://localhost:8787");
    assert_eq!(portal.db.round_trips(), 2, "one to look, one to mint");
    let kept = portal.rows(
        "select client_id, person_id, org_id, scope, nonce, auth_at, expires_at, used_at from oidc_code",
    );
    assert_eq!(
        kept,
        [json!({
            "client_id": "desk", "person_id": "sue", "org_id": "acme", "scope": "openid profile email", "nonce": "n-1",
            "auth_at": 1_795_327_000, "expires_at": NOW + 60, "used_at": null,
        })]
    );
    let shown = said(&answer, "code").unwrap();
    assert!(!portal.rows("select hash from oidc_code")[0]["hash"].as_str().unwrap().contains(&shown));
    let log = portal.rows("select org_id, actor_id, target from audit where action = 'sso.signed_on'");
    assert_eq!(log, [json!({ "org_id": "acme", "actor_id": "sue", "target": "Help desk" })]);
}

#[test]
fn an_address_keeps_its_own_query() {
    let other = "https://desk.example/other?a=b";
    let answer = with_desks("").get(&request(&[("redirect_uri", other)]), "sue");
    assert!(
        answer.header("location").starts_with(&format!("{other}&code=")),
        "{}",
        answer.header("location")
    );
}

/// RFC 6749, 4.1.2.1: who cannot be trusted with an address gets a page of ours.
#[test]
fn a_request_from_nowhere_leads_nowhere() {
    let long = "x".repeat(2000);
    for changes in [
        [("client_id", "")],
        [("client_id", "nobody")],
        [("client_id", "gone")],
        [("client_id", "zen")],
        [("client_id", "' or 1=1 --")],
        [("redirect_uri", "")],
        [("redirect_uri", "https://desk.example/callback/")],
        [("redirect_uri", "https://desk.example/callback?x=1")],
        [("redirect_uri", "https://DESK.example/callback")],
        [("redirect_uri", "https://desk.example/callback#x")],
        [("redirect_uri", "https://desk.example.evil.example/callback")],
        [("redirect_uri", "https://desk.example/callback/../evil")],
        [("redirect_uri", "https://evil.example/callback")],
        [("redirect_uri", "//desk.example/callback")],
        [("redirect_uri", "javascript:alert(1)")],
        [("redirect_uri", "\0")],
        [("state", &long)],
    ] {
        for person in ["sue", "nobody"] {
            let portal = with_desks("");
            let cookie = if person == "sue" { cookie(person) } else { String::new() };
            let answer = portal.send("GET", &request(&changes), &cookie, "");
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{changes:?} {}", answer.header("location"));
            assert_eq!(answer.header("location"), "");
            assert!(
                answer.body.contains("This sign-on cannot go on") && !answer.body.contains("evil.example")
            );
            assert_eq!(portal.number("select count(*) as n from oidc_code"), 0);
        }
    }
    let twice = request(&[]) + "&redirect_uri=https%3A%2F%2Fevil.example%2F";
    assert_eq!(with_desks("").get(&twice, "sue").status, StatusCode::BAD_REQUEST);
    let twice = request(&[]) + "&client_id=open";
    assert_eq!(with_desks("").get(&twice, "sue").status, StatusCode::BAD_REQUEST);
    assert_eq!(with_desks("").get("/sso/authorize", "sue").status, StatusCode::BAD_REQUEST);
}

#[test]
fn what_is_wrong_with_a_request_is_told_to_the_client() {
    for (changes, error) in [
        (vec![("response_type", "")], "invalid_request"),
        (vec![("response_type", "token")], "unsupported_response_type"),
        (vec![("response_type", "id_token")], "unsupported_response_type"),
        (vec![("response_type", "code id_token")], "unsupported_response_type"),
        (vec![("response_mode", "fragment")], "invalid_request"),
        (vec![("scope", "")], "invalid_scope"),
        (vec![("scope", "profile email")], "invalid_scope"),
        (vec![("code_challenge", "")], "invalid_request"),
        (vec![("code_challenge", "short")], "invalid_request"),
        (vec![("code_challenge", "!Bjft!eZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")], "invalid_request"),
        (vec![("code_challenge_method", "")], "invalid_request"),
        (vec![("code_challenge_method", "plain")], "invalid_request"),
        (vec![("code_challenge_method", "s256")], "invalid_request"),
        (vec![("request", "e30.e30.")], "request_not_supported"),
        (vec![("request_uri", "https://desk.example/r")], "request_uri_not_supported"),
        (vec![("prompt", "none login")], "invalid_request"),
        (vec![("max_age", "soon")], "invalid_request"),
        (vec![("max_age", "-1")], "invalid_request"),
        (vec![("nonce", "\u{fffd}")], "invalid_request"),
        (vec![("nonce", "\0")], "invalid_request"),
        (vec![("nonce", "a"), ("state", "s"), ("prompt", "login"), ("prompt", "none")], "invalid_request"),
        (vec![("org", "globex")], "access_denied"),
        (vec![("org", "nowhere")], "access_denied"),
    ] {
        let portal = with_desks("");
        let answer = portal.get(&request(&changes), "sue");
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{changes:?}: {}", answer.body);
        let to = answer.header("location");
        assert!(to.starts_with(&format!("{BACK}?error={error}&error_description=")), "{changes:?}: {to}");
        assert!(said(&answer, "state").is_some() && said(&answer, "iss").is_some(), "{to}");
        assert_eq!(portal.number("select count(*) as n from oidc_code"), 0, "{changes:?}");
    }
}

/// Parameters that nobody knows are ignored, and so are wishes that need no fulfilment.
#[test]
fn what_is_not_known_is_ignored() {
    let more = [
        ("display", "popup"),
        ("ui_locales", "de"),
        ("acr_values", "1"),
        ("claims", "{}"),
        ("login_hint", "sue@acme.example"),
        ("prompt", "consent"),
        ("extra", "x"),
        ("scope", "openid phone offline_access"),
        ("nonce", ""),
        ("state", ""),
    ];
    let portal = with_desks("");
    let answer = portal.get(&request(&more), "sue");
    assert!(said(&answer, "code").is_some() && said(&answer, "state").is_none(), "{answer:?}");
    assert_eq!(portal.rows("select scope from oidc_code")[0]["scope"], "openid");
}

#[test]
fn only_support_of_that_organisation_is_let_in() {
    for person in ["ann", "bob", "tom", "gus", "eve", "una"] {
        let portal = with_desks("");
        let answer = portal.get(&request(&[]), person);
        assert_eq!(said(&answer, "error").as_deref(), Some("access_denied"), "{person}");
        assert_eq!(portal.number("select count(*) as n from oidc_code"), 0, "{person}");
    }
}

/// The role goes between looking and minting: the transaction says no.
#[test]
fn a_role_that_goes_meanwhile_mints_nothing() {
    let portal = with_desks("");
    portal.db.meanwhile("delete from role where org_id = 'acme' and role = 'support'");
    let answer = portal.get(&request(&[]), "sue");
    assert_eq!(said(&answer, "error").as_deref(), Some("access_denied"));
    assert_eq!(portal.number("select count(*) as n from oidc_code"), 0);
    assert_eq!(portal.number("select count(*) as n from audit"), 0);
}

#[test]
fn whoever_is_not_signed_in_signs_in_first_and_comes_back() {
    for (who, cookie) in worthless_cookies() {
        let portal = with_desks("");
        let answer = portal.send("GET", &request(&[]), &cookie, "");
        let to = said(&answer, "to").unwrap_or_else(|| panic!("{who}: {answer:?}"));
        assert!(answer.header("location").starts_with("/sign-in?to=%2Fsso%2Fauthorize%3F"), "{who}");
        let page = portal.send("GET", answer.header("location"), "", "");
        assert!(page.body.contains("name=\"to\""), "{who}: the form leads on");
        let back = portal.get(&to, "sue");
        assert!(said(&back, "code").is_some() && said(&back, "state").unwrap() == "a state & more", "{who}");
    }
    let silent = with_desks("").send("GET", &request(&[("prompt", "none")]), "", "");
    assert_eq!(said(&silent, "error").as_deref(), Some("login_required"));
    assert!(said(&with_desks("").get(&request(&[("prompt", "none")]), "sue"), "code").is_some());
}

/// Chromium holds `form-action` against the redirects behind a form (security 1.3, trap 1).
#[test]
fn the_sign_in_page_lets_its_form_end_at_the_checked_address_and_no_other_page_does() {
    let portal = with_desks(
        "update person set password = (select password from person where id = 'ann') where id = 'sue';",
    );
    let form_action = |answer: &crate::fixtures::Answer| {
        let policy = answer.header("content-security-policy").to_owned();
        policy.split(';').find(|it| it.trim().starts_with("form-action")).unwrap().trim().to_owned()
    };
    let sign_in = |to: &str| {
        let to: String = form_urlencoded::byte_serialize(to.as_bytes()).collect();
        portal.send("GET", &format!("/sign-in?to={to}"), "", "")
    };
    assert_eq!(form_action(&sign_in(&request(&[]))), "form-action 'self' https://desk.example");
    for to in [
        "/o/acme".to_owned(),
        request(&[("redirect_uri", "https://evil.example/")]),
        request(&[("client_id", "gone")]),
        request(&[("client_id", "")]),
        format!("/o/acme?to={}", request(&[])),
        "https://evil.example/".to_owned(),
    ] {
        assert_eq!(form_action(&sign_in(&to)), "form-action 'self'", "{to}");
    }
    assert_eq!(form_action(&portal.send("GET", "/sign-in", "", "")), "form-action 'self'");

    // A wrong password first: the page that comes back leads on as well.
    let body = |password: &str| {
        let to: String = form_urlencoded::byte_serialize(request(&[]).as_bytes()).collect();
        format!("email=sue%40acme-canary.example&password={password}&to={to}")
    };
    let again = portal.send("POST", "/sign-in", "", &body("wrong"));
    assert_eq!(
        (again.status, form_action(&again)),
        (StatusCode::UNAUTHORIZED, "form-action 'self' https://desk.example".to_owned())
    );
    let entered = portal.send("POST", "/sign-in", "", &body("a+password+of+the+cast"));
    assert_eq!(entered.header("location"), request(&[]));
    let back = portal.send("GET", entered.header("location"), &entered.cookie("__Host-session"), "");
    assert!(said(&back, "code").is_some(), "{back:?}");
}

#[test]
fn a_client_may_want_a_newer_sign_in() {
    let portal = with_desks("");
    let at = |changes: &[(&str, &str)]| portal.get(&request(changes), "sue");
    // Sue has been here for 680 seconds.
    for (name, value) in [("prompt", "login"), ("max_age", "679"), ("max_age", "0")] {
        let answer = at(&[(name, value)]);
        assert!(answer.header("location").starts_with("/sign-in?to="), "{name}={value}");
        let silent = if name == "prompt" { continue } else { at(&[(name, value), ("prompt", "none")]) };
        assert_eq!(said(&silent, "error").as_deref(), Some("login_required"));
        // Once she has signed in anew, the same request is answered.
        let to = said(&answer, "to").unwrap();
        run(&portal.db, "update session set created_at = 1795327680 where id = 'sue'").unwrap();
        portal.now.set(NOW + 30);
        assert!(said(&portal.get(&to, "sue"), "code").is_some(), "{to}");
        portal.now.set(NOW);
        run(&portal.db, "update session set created_at = 1795327000 where id = 'sue'").unwrap();
    }
    assert!(said(&at(&[("max_age", "680")]), "code").is_some());
    let to = said(&at(&[("prompt", "login")]), "to").unwrap();
    assert!(
        portal.get(&to, "sue").header("location").starts_with("/sign-in"),
        "the old sign-in is still too old"
    );
}

#[test]
fn who_is_support_of_several_organisations_chooses() {
    let portal = with_desks(NED_TWICE);
    let page = portal.get(&request(&[]), "ned");
    assert_eq!(page.status, StatusCode::OK);
    insta::assert_snapshot!(crate::fixtures::looks(
        page.body.split_once("<main").unwrap().1.split_once("<footer").unwrap().0
    ));
    assert_eq!(portal.number("select count(*) as n from oidc_code"), 0);
    let way = page.body.split("href=\"").find(|it| it.contains("org=globex")).unwrap();
    let way = way.split('"').next().unwrap().replace("&amp;", "&");
    assert!(said(&portal.get(&way, "ned"), "code").is_some());
    assert_eq!(portal.rows("select org_id from oidc_code")[0]["org_id"], "globex");
    let silent = portal.get(&request(&[("prompt", "none")]), "ned");
    assert_eq!(said(&silent, "error").as_deref(), Some("interaction_required"));
    for (name, value) in [("org", "acme"), ("login_hint", "acme")] {
        let portal = with_desks(NED_TWICE);
        code(&portal, "ned", &[(name, value)]);
        assert_eq!(portal.rows("select org_id from oidc_code")[0]["org_id"], "acme", "{name}");
    }
    assert_eq!(with_desks("").get(&request(&[("prompt", "select_account")]), "sue").status, StatusCode::OK);
}

#[test]
fn a_hint_of_somebody_else_is_no_sign_on() {
    let portal = with_desks("");
    let first = crate::sso_cast::exchange(&portal, &code(&portal, "sue", &[]), &[]);
    let hint = first.json()["id_token"].as_str().unwrap().to_owned();
    assert!(said(&portal.get(&request(&[("id_token_hint", &hint)]), "sue"), "code").is_some());
    let answer = portal.get(&request(&[("id_token_hint", &hint)]), "ned");
    assert_eq!(said(&answer, "error").as_deref(), Some("login_required"));
}

#[test]
fn freshworks_gets_its_statement_at_once() {
    let fresh = |changes: &[(&str, &str)]| {
        let usual = [
            ("client_id", "fresh"),
            ("redirect_uri", "https://fresh.example/implicit"),
            ("response_type", "id_token"),
            ("code_challenge", ""),
            ("code_challenge_method", ""),
        ];
        let all = changes.iter().chain(usual.iter().filter(|it| !changes.iter().any(|new| new.0 == it.0)));
        request(&all.copied().collect::<Vec<_>>())
    };
    let portal = with_desks("");
    let answer = portal.get(&fresh(&[]), "sue");
    assert!(answer.header("location").starts_with("https://fresh.example/implicit?id_token="), "{answer:?}");
    assert_eq!(said(&answer, "state").unwrap(), "a state & more");
    let (header, claims) = opened(&said(&answer, "id_token").unwrap());
    assert_eq!((&header["alg"], &header["kid"]), (&json!("RS256"), &json!("new")));
    assert_eq!(
        (&claims["aud"], &claims["nonce"], &claims["email"]),
        (&json!("fresh"), &json!("n-1"), &json!("sue@acme-canary.example"))
    );
    assert_eq!(portal.number("select count(*) as n from oidc_code"), 0);
    assert_eq!(portal.number("select count(*) as n from audit where action = 'sso.signed_on'"), 1);
    for (changes, error) in
        [(("nonce", ""), "invalid_request"), (("response_type", "code"), "unsupported_response_type")]
    {
        assert_eq!(said(&portal.get(&fresh(&[changes]), "sue"), "error").as_deref(), Some(error));
    }
    assert_eq!(said(&portal.get(&fresh(&[]), "ann"), "error").as_deref(), Some("access_denied"));
}

#[test]
fn looking_without_reading_mints_nothing() {
    let portal = with_desks("");
    let answer = portal.send("HEAD", &request(&[]), &cookie("sue"), "");
    assert_eq!((answer.status, answer.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "GET"));
    assert_eq!(portal.number("select count(*) as n from oidc_code"), 0);
    let off = Portal::new().get(&request(&[]), "sue");
    assert_eq!(off.status, StatusCode::BAD_REQUEST);
}
