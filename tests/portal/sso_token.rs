//! The second half of a sign-on: what a code is good for, what it is not, and what its token opens.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::fixtures::{NOW, Portal, cookie, run, signed};
use crate::sso_cast::{
    NED_TWICE, SECRET, VERIFIER, basic, code, exchange, form, opened, token, userinfo, verdict, with_desks,
};

const REFUSED: (u16, &str) = (400, "invalid_grant");

fn is(answer: &crate::fixtures::Answer, (status, error): (u16, &str), what: &str) {
    assert_eq!(verdict(answer), (status, error.to_owned()), "{what}: {}", answer.body);
    assert_eq!(answer.header("content-type"), "application/json", "{what}");
    assert_eq!(answer.header("cache-control"), "no-store", "{what}");
}

#[test]
fn a_code_becomes_a_statement_and_a_token() {
    let portal = with_desks("");
    let code = code(&portal, "sue", &[]);
    let before = portal.db.round_trips();
    let answer = exchange(&portal, &code, &[]);
    assert_eq!(portal.db.round_trips() - before, 2);
    assert_eq!((answer.status, answer.header("cache-control")), (StatusCode::OK, "no-store"));
    let said = answer.json();
    assert_eq!((&said["token_type"], &said["expires_in"]), (&json!("Bearer"), &json!(600)));
    let (header, claims) = opened(said["id_token"].as_str().unwrap());
    assert_eq!(header, json!({ "alg": "RS256", "typ": "JWT", "kid": "new" }));
    let access = said["access_token"].as_str().unwrap();
    let sub = claims["sub"].as_str().unwrap().to_owned();
    assert_eq!(
        claims,
        json!({
            "iss": "http://localhost:8787", "aud": "desk", "iat": NOW, "exp": NOW + 600, "auth_time": 1_795_327_000,
            "nonce": "n-1", "at_hash": claims["at_hash"], "sub": sub, "name": "Sue Acme-canary", "given_name": "Sue",
            "family_name": "Acme-canary", "email": "sue@acme-canary.example", "email_verified": true, "org_id": "acme",
            "org_name": "Acme-canary", "roles": ["support"],
        })
    );
    assert!(sub.len() == 43 && !sub.contains("sue"), "{sub}");
    let kept = portal.rows("select hash from oidc_token");
    assert!(kept.len() == 1 && !kept[0]["hash"].as_str().unwrap().contains(access), "only the hash is kept");

    let mut about = claims.as_object().unwrap().clone();
    about.retain(|name, _| {
        !["iss", "aud", "iat", "exp", "auth_time", "nonce", "at_hash"].contains(&name.as_str())
    });
    assert_eq!(userinfo(&portal, access).json(), Value::Object(about));
    let header = [("content-type", "application/x-www-form-urlencoded")];
    let posted = portal.send_with("POST", "/sso/userinfo", "", &format!("access_token={access}"), &header);
    assert_eq!(posted.json()["sub"], sub.as_str());
}

#[test]
fn each_scope_opens_its_claims() {
    for (scope, has, lacks) in
        [("openid", "", "name email"), ("openid email", "email", "name"), ("profile openid", "name", "email")]
    {
        let portal = with_desks("");
        let answer = exchange(&portal, &code(&portal, "sue", &[("scope", scope)]), &[]);
        let (_, claims) = opened(answer.json()["id_token"].as_str().unwrap());
        for name in has.split_whitespace() {
            assert!(claims.get(name).is_some(), "{scope}: {claims}");
        }
        for name in lacks.split_whitespace() {
            assert!(claims.get(name).is_none(), "{scope}: {claims}");
        }
        assert_eq!((&claims["org_id"], &claims["roles"]), (&json!("acme"), &json!(["support"])));
    }
}

/// The same person in two organisations: one name, and each time the organisation they came for.
#[test]
fn a_person_has_one_name_and_a_sign_on_one_organisation() {
    let portal = with_desks(NED_TWICE);
    let claims = ["acme", "globex"].map(|org| {
        let answer = exchange(&portal, &code(&portal, "ned", &[("org", org)]), &[]);
        let (_, claims) = opened(answer.json()["id_token"].as_str().unwrap());
        assert_eq!(claims["org_id"], org);
        assert_eq!(userinfo(&portal, answer.json()["access_token"].as_str().unwrap()).json()["org_id"], org);
        claims
    });
    assert_eq!(claims[0]["sub"], claims[1]["sub"]);
    let open = code(&portal, "ned", &[("org", "acme"), ("client_id", "open")]);
    let (_, elsewhere) = opened(
        token(&portal, &form(&open, &[("client_id", "open")]), None).json()["id_token"].as_str().unwrap(),
    );
    assert_eq!((&elsewhere["sub"], &elsewhere["aud"]), (&claims[0]["sub"], &json!("open")));
}

#[test]
fn a_client_shows_itself_by_header_or_by_form() {
    let good = basic("desk", SECRET);
    let secret = ("client_secret", SECRET);
    for (changes, header, expected) in [
        (vec![], Some(good.clone()), (200, "")),
        (vec![], Some(good.replace("Basic", "bAsIc")), (200, "")),
        (vec![("client_id", "desk")], Some(good.clone()), (200, "")),
        (vec![("client_id", "desk"), secret], None, (200, "")),
        (vec![("client_id", "desk"), secret], Some(good.clone()), (400, "invalid_request")),
        (vec![("client_id", "open")], Some(good.clone()), (400, "invalid_request")),
        (vec![], None, (400, "invalid_request")),
        (vec![("client_id", "desk")], None, (401, "invalid_client")),
        (vec![("client_id", "desk"), ("client_secret", "wrong")], None, (401, "invalid_client")),
        (vec![("client_id", "nobody"), secret], None, (401, "invalid_client")),
        (vec![("client_id", "'"), secret], None, (401, "invalid_client")),
        (vec![("client_id", "gone")], None, (401, "invalid_client")),
        (vec![("client_id", "zen")], None, (401, "invalid_client")),
        (vec![("client_id", "open"), secret], None, (401, "invalid_client")),
        (vec![], Some(basic("desk", VERIFIER)), (401, "invalid_client")),
        (vec![], Some(basic("desk", "")), (401, "invalid_client")),
        (vec![], Some(basic("nobody", SECRET)), (401, "invalid_client")),
        (vec![], Some("Basic !!!".to_owned()), (401, "invalid_client")),
        (vec![], Some("Basic".to_owned()), (401, "invalid_client")),
        (vec![], Some(good.replace("Basic", "Bearer")), (401, "invalid_client")),
        (vec![], Some(basic("desk", SECRET).replace('=', "") + "\u{7f}"), (401, "invalid_client")),
        // Another client that may ask, with somebody else's code.
        (vec![("client_id", "open")], None, REFUSED),
    ] {
        let portal = with_desks("");
        let code = code(&portal, "sue", &[]);
        let header = header.filter(|it| axum::http::HeaderValue::from_str(it).is_ok());
        if header.is_none() && changes.is_empty() && expected.0 == 401 {
            continue; // what no header can carry
        }
        let answer = token(&portal, &form(&code, &changes), header.as_deref());
        is(&answer, expected, &format!("{changes:?} {header:?}"));
        let challenged = answer.header("www-authenticate");
        assert_eq!(challenged.starts_with("Basic "), expected.0 == 401 && header.is_some(), "{challenged}");
        if expected.0 != 200 {
            assert_eq!(exchange(&portal, &code, &[]).status, StatusCode::OK, "who is refused burns no code");
        }
    }
}

#[test]
fn what_does_not_belong_to_the_code_is_refused_and_burns_nothing() {
    let long = "x".repeat(129);
    for (changes, expected) in [
        (vec![("code_verifier", "another-verifier-of-the-right-length-and-shape")], REFUSED),
        (vec![("code_verifier", "short")], REFUSED),
        (vec![("code_verifier", &long)], REFUSED),
        (vec![("code_verifier", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")], REFUSED),
        (vec![("code_verifier", "")], (400, "invalid_request")),
        (vec![("redirect_uri", "https://desk.example/other?a=b")], REFUSED),
        (vec![("redirect_uri", "https://evil.example/")], REFUSED),
        (vec![("redirect_uri", "")], (400, "invalid_request")),
        (vec![("code", "")], (400, "invalid_request")),
        (vec![("code", "nonsense")], REFUSED),
        (vec![("code", VERIFIER)], REFUSED),
        (vec![("code", "\0")], REFUSED),
        (vec![("grant_type", "")], (400, "invalid_request")),
        (vec![("grant_type", "password")], (400, "unsupported_grant_type")),
        (vec![("grant_type", "refresh_token")], (400, "unsupported_grant_type")),
    ] {
        let portal = with_desks("");
        let code = code(&portal, "sue", &[]);
        is(&exchange(&portal, &code, &changes), expected, &format!("{changes:?}"));
        assert_eq!(portal.number("select count(*) as n from oidc_token"), 0, "{changes:?}");
        assert_eq!(exchange(&portal, &code, &[]).status, StatusCode::OK, "{changes:?}");
    }
}

#[test]
fn a_code_lives_for_a_minute() {
    for (seconds, status) in [(59, 200), (60, 400), (61, 400), (100_000, 400)] {
        let portal = with_desks("");
        let code = code(&portal, "sue", &[]);
        portal.now.set(NOW + seconds);
        assert_eq!(exchange(&portal, &code, &[]).status.as_u16(), status, "{seconds}");
    }
}

#[test]
fn a_code_that_comes_twice_takes_back_what_it_gave() {
    let portal = with_desks("");
    let (code, other) = (code(&portal, "sue", &[]), code(&portal, "sue", &[]));
    let access = exchange(&portal, &code, &[]).json()["access_token"].as_str().unwrap().to_owned();
    let unrelated = exchange(&portal, &other, &[]).json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(userinfo(&portal, &access).status, StatusCode::OK);
    // Another client learns nothing by it and ends nothing.
    is(&token(&portal, &form(&code, &[("client_id", "open")]), None), REFUSED, "another client");
    assert_eq!(userinfo(&portal, &access).status, StatusCode::OK);
    portal.now.set(NOW + 30);
    is(&exchange(&portal, &code, &[]), REFUSED, "again");
    is(&userinfo(&portal, &access), (401, "invalid_token"), "the token of the first exchange");
    assert_eq!(userinfo(&portal, &unrelated).status, StatusCode::OK);
    let log = portal.rows("select target, actor_id from audit where action = 'sso.code_replayed'");
    assert_eq!(log, [json!({ "target": "Help desk", "actor_id": null })]);
}

/// Two exchanges that have both looked before either uses the code up.
#[test]
fn of_two_exchanges_at_once_neither_keeps_a_token() {
    let portal = with_desks("");
    let code = code(&portal, "sue", &[]);
    portal.db.meanwhile(
        "update oidc_code set used_at = 1795327680;
         insert into oidc_token (hash, code_hash, created_at, expires_at)
           select 'of the quicker one', hash, 1795327680, 1795328280 from oidc_code;",
    );
    is(&exchange(&portal, &code, &[]), REFUSED, "the slower one");
    assert_eq!(portal.number("select count(*) as n from oidc_token where revoked_at is null"), 0);
}

#[test]
fn support_is_asked_for_again_at_each_step() {
    for script in [
        "delete from role where org_id = 'acme' and role = 'support'",
        "update role set contact_id = 'c-tom' where org_id = 'acme' and role = 'support'",
        "delete from contact where id = 'c-sue'",
        "update oidc_client set enabled = 0 where id = 'desk'",
    ] {
        // Between code and token, before the exchange has looked.
        let portal = with_desks("");
        let minted = code(&portal, "sue", &[]);
        run(&portal.db, script.to_owned().leak()).unwrap();
        let client_gone = script.contains("oidc_client");
        is(
            &exchange(&portal, &minted, &[]),
            if client_gone { (401, "invalid_client") } else { REFUSED },
            script,
        );
        assert_eq!(portal.number("select count(*) as n from oidc_token"), 0, "{script}");
        // And after it has looked.
        let portal = with_desks("");
        let minted = code(&portal, "sue", &[]);
        portal.db.meanwhile_after(1, script);
        is(&exchange(&portal, &minted, &[]), REFUSED, script);
        assert_eq!(portal.number("select count(*) as n from oidc_token"), 0, "{script}");
        // With a token already.
        let portal = with_desks("");
        let answer = exchange(&portal, &code(&portal, "sue", &[]), &[]).json();
        let access = answer["access_token"].as_str().unwrap();
        assert_eq!(userinfo(&portal, access).status, StatusCode::OK);
        run(&portal.db, script.to_owned().leak()).unwrap();
        is(&userinfo(&portal, access), (401, "invalid_token"), script);
    }
}

#[test]
fn userinfo_wants_a_token_of_ours() {
    let portal = with_desks("");
    let answer = exchange(&portal, &code(&portal, "sue", &[]), &[]).json();
    let (access, id_token) = (answer["access_token"].as_str().unwrap(), answer["id_token"].as_str().unwrap());
    let none = {
        let parts: Vec<&str> = id_token.split('.').collect();
        format!("eyJhbGciOiJub25lIn0.{}.", parts[1])
    };
    for (header, status, challenge) in [
        (None, 401, "Bearer realm=\"portal\""),
        (Some("Bearer ".to_owned()), 401, "error=\"invalid_token\""),
        (Some(format!("Bearer {none}")), 401, "error=\"invalid_token\""),
        (Some(format!("Bearer {id_token}")), 401, "error=\"invalid_token\""),
        (Some(format!("Bearer {VERIFIER}")), 401, "error=\"invalid_token\""),
        (Some(format!("Token {access}")), 401, "error=\"invalid_token\""),
        (Some(basic("desk", SECRET)), 401, "error=\"invalid_token\""),
        (Some(format!("bearer {access}")), 200, ""),
    ] {
        let header: Vec<(&str, &str)> = header.iter().map(|it| ("authorization", it.as_str())).collect();
        let said = portal.send_with("GET", "/sso/userinfo", &cookie("sue"), "", &header);
        assert_eq!(said.status.as_u16(), status, "{header:?}");
        assert!(
            said.header("www-authenticate").contains(challenge),
            "{header:?} {}",
            said.header("www-authenticate")
        );
    }
    let bearer = format!("Bearer {access}");
    let both = [("authorization", bearer.as_str())];
    let said = portal.send_with("POST", "/sso/userinfo", "", &format!("access_token={access}"), &both);
    is(&said, (400, "invalid_request"), "twice");
    assert_eq!(
        portal.send("GET", &format!("/sso/userinfo?access_token={access}"), "", "").status,
        StatusCode::UNAUTHORIZED
    );
    for (seconds, status) in [(599, 200), (600, 401)] {
        portal.now.set(NOW + seconds);
        assert_eq!(userinfo(&portal, access).status.as_u16(), status, "{seconds}");
    }
}

/// What we sign for others opens nothing here, under whatever algorithm and key.
#[test]
fn a_statement_is_no_session_and_no_key_is_taken_for_another() {
    let portal = with_desks("");
    let answer = exchange(&portal, &code(&portal, "sue", &[]), &[]).json();
    let id_token = answer["id_token"].as_str().unwrap();
    let jwks = portal.send("GET", "/sso/jwks", "", "").json();
    let n = jwks["keys"][0]["n"].as_str().unwrap();
    let confused = portal::access::Keyring::parse("S", &format!("k2:{n}")).unwrap();
    for cookie in [
        format!("__Host-session={id_token}"),
        format!("__Host-session=eyJhbGciOiJub25lIn0.{}.", id_token.split('.').nth(1).unwrap()),
        signed("sue", "sue", 0, NOW + 60, &confused),
    ] {
        assert_eq!(
            portal.send("GET", "/api/v1/me", &cookie, "").status,
            StatusCode::UNAUTHORIZED,
            "{cookie}"
        );
    }
}

#[test]
fn a_body_that_cannot_be_read_is_refused_in_the_words_of_the_standard() {
    let good = |portal: &Portal| form(&code(portal, "sue", &[]), &[]);
    let portal = with_desks("");
    let send = |kind: &str, body: &str| {
        let headers = [("content-type", kind), ("authorization", &basic("desk", SECRET))];
        portal.send_with("POST", "/sso/token", "", body, &headers)
    };
    let urlencoded = "application/x-www-form-urlencoded";
    let body = good(&portal);
    is(&send("application/json", "{}"), (415, "invalid_request"), "JSON");
    is(&send("text/plain", &body), (415, "invalid_request"), "text");
    is(&send("multipart/form-data; boundary=x", &body), (415, "invalid_request"), "multipart");
    is(&send(urlencoded, &format!("{body}&code=again")), (400, "invalid_request"), "twice");
    is(&send(urlencoded, &format!("{body}&x=1&x=2")), (400, "invalid_request"), "an unknown one twice");
    is(&send(urlencoded, "code=%ff"), (400, "invalid_request"), "not UTF-8");
    is(&send(urlencoded, &"x".repeat(70_000)), (413, "invalid_request"), "large");
    is(&send(urlencoded, ""), (400, "invalid_request"), "nothing");
    assert_eq!(
        send(&format!("{urlencoded}; charset=UTF-8"), &format!("{body}&resource=x")).status,
        StatusCode::OK
    );
    let cross = [("sec-fetch-site", "cross-site")];
    assert_eq!(portal.send_with("POST", "/sso/token", "", &body, &cross).status, StatusCode::FORBIDDEN);
}

#[test]
fn a_client_is_slowed_down_where_it_comes_from_and_nowhere_else() {
    let script = "insert into throttle values ('sso:desk:from:local', 599, 1795327680), ('sso::from:local', 600, 1795327680);";
    let portal = with_desks(script);
    let codes = [code(&portal, "sue", &[]), code(&portal, "sue", &[]), code(&portal, "sue", &[])];
    assert_eq!(exchange(&portal, &codes[0], &[]).status, StatusCode::OK);
    is(&exchange(&portal, &codes[1], &[]), (429, "slow_down"), "one too many");
    is(
        &token(&portal, &form(&codes[1], &[("client_id", "guess")]), None),
        (429, "slow_down"),
        "guessed names",
    );
    let elsewhere = [("cf-connecting-ip", "192.0.2.9"), ("authorization", &basic("desk", SECRET))];
    assert_eq!(
        portal.send_with("POST", "/sso/token", "", &form(&codes[1], &[]), &elsewhere).status,
        StatusCode::OK
    );
    portal.now.set(NOW + 60);
    is(&exchange(&portal, &codes[2], &[]), REFUSED, "by then the code is too old");
}

#[test]
fn discovery_says_what_there_is() {
    let portal = Portal::new();
    let said = portal.send("GET", "/.well-known/openid-configuration", "", "");
    assert_eq!(said.header("cache-control"), "public, max-age=3600");
    let said = said.json();
    assert_eq!(said, portal.send("GET", "/.well-known/oauth-authorization-server", "", "").json());
    assert_eq!(said["issuer"], "http://localhost:8787");
    assert_eq!(said["code_challenge_methods_supported"], json!(["S256"]));
    assert_eq!(said["id_token_signing_alg_values_supported"], json!(["RS256"]), "and never `none`");
    for name in ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"] {
        let path = said[name].as_str().unwrap().strip_prefix("http://localhost:8787").unwrap().to_owned();
        assert!(portal::routes::all().index.iter().any(|it| it.path == path), "{name} {path}");
    }
    let keys = portal.send("GET", "/sso/jwks", "", "").json();
    let kids: Vec<&str> =
        keys["keys"].as_array().unwrap().iter().map(|it| it["kid"].as_str().unwrap()).collect();
    assert_eq!(kids, ["new", "old"]);
    assert!(!keys.to_string().contains("private") && !keys.to_string().contains("\"d\""));
}
