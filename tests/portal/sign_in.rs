//! The door: signing in and out, links that choose a password or confirm an address, the first administrator.

use argon2::password_hash::{PasswordHasher, SaltString};
use argon2::{Algorithm, Argon2, KeyId, ParamsBuilder, Version};
use axum::http::StatusCode;
use futures_executor::block_on;
use portal::apps::sign_in;
use portal::kernel::LinkId;
use portal::outbox::Mailing;
use portal::page::Mail;
use portal::sql;
use serde_json::{Value, json};

use crate::fixtures::{Answer, NED_JOINS, NOW, PASSWORD, Portal, ask, cookie, keys, run, signed};

const NEW: &str = "kw3 ostrich lamp viaduct";
const SETUP: &str = "the one-time secret of this installation";

fn enter(portal: &Portal, email: &str, password: &str) -> Answer {
    enter_with(portal, email, password, "")
}

fn enter_with(portal: &Portal, email: &str, password: &str, cookie: &str) -> Answer {
    portal.send(
        "POST",
        "/api/v1/session",
        cookie,
        &json!({ "email": email, "password": password }).to_string(),
    )
}

fn ann(portal: &Portal) -> Answer {
    enter(portal, "ann@acme-canary.example", PASSWORD)
}

fn both(one: &str, two: &str) -> String {
    format!("{one}; {two}")
}

/// Without what differs from request to request.
fn said(answer: &Answer) -> Value {
    let mut body = answer.json();
    body.as_object_mut().unwrap().remove("request_id");
    body
}

fn form(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

#[derive(serde::Deserialize)]
pub struct Posted {
    pub kind: String,
    pub recipient: Option<String>,
    payload: String,
}

/// What is in the outbox, oldest first, as it would be sent.
pub fn outbox(portal: &Portal) -> Vec<Posted> {
    ask(&portal.db, sql!("select kind, recipient, payload from outbox order by rowid")).unwrap()
}

fn mail(portal: &Portal, posted: &Posted) -> Mail {
    let app = portal.app();
    let mailing = Mailing { config: app.config(), secrets: app.secrets() };
    let payload = serde_json::from_str(&posted.payload).unwrap();
    sign_in::render(&posted.kind, &payload, &mailing).unwrap()
}

/// The code in the newest mail.
fn token(portal: &Portal) -> String {
    let text = mail(portal, outbox(portal).last().unwrap()).text;
    let url = text.lines().find(|it| it.contains("/password#")).unwrap();
    url.split_once('#').unwrap().1.to_owned()
}

/// A link that is there already; answers its token.
fn link(portal: &Portal, id: &str, purpose: &str, person: &str, contact: Option<&str>) -> String {
    let token = keys().link_token(&LinkId::try_from(id.to_owned()).unwrap()).unwrap();
    let hash = token.hash();
    portal.tokens.kept.lock().unwrap().insert(format!("link:{}", hash.as_str()), purpose.to_owned());
    let insert = sql!(
        "insert into link (id, hash, purpose, person_id, contact_id, created_at, expires_at)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        id,
        hash.as_str(),
        purpose,
        person,
        contact,
        NOW,
        NOW + 3600,
    );
    block_on(portal.db.write(vec![insert])).unwrap();
    token.reveal().to_owned()
}

fn choose(portal: &Portal, token: &str, password: &str) -> Answer {
    let body = json!({ "token": token, "new_password": password }).to_string();
    portal.send("POST", "/api/v1/password-resets/confirm", "", &body)
}

fn confirm(portal: &Portal, token: &str) -> Answer {
    portal.send("POST", "/api/v1/verifications/confirm", "", &json!({ "token": token }).to_string())
}

fn forget(portal: &Portal, email: &str) -> Answer {
    portal.send("POST", "/api/v1/password-resets", "", &json!({ "email": email }).to_string())
}

// --- signing in

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
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/organisations"));
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

// --- the throttle

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

// --- sessions

#[test]
fn a_planted_cookie_is_never_taken_over() {
    let portal = Portal::new();
    let planted = cookie("bob");
    let answer = enter_with(&portal, "ann@acme-canary.example", PASSWORD, &planted);
    let fresh = answer.cookie("__Host-session");
    assert!(answer.status == StatusCode::OK && fresh != planted);
    assert_eq!(
        portal.send("GET", "/api/v1/me", &planted, "").status,
        StatusCode::UNAUTHORIZED,
        "it has ended"
    );
    assert_eq!(portal.send("GET", "/api/v1/me", &fresh, "").json()["id"], "ann");
    for (what, worthless) in crate::fixtures::worthless_cookies() {
        if what == "planted twice" {
            continue;
        }
        let fresh =
            enter_with(&portal, "ann@acme-canary.example", PASSWORD, &worthless).cookie("__Host-session");
        assert_eq!(portal.send("GET", "/api/v1/me", &fresh, "").status, StatusCode::OK, "{what}");
    }
    let many: std::collections::BTreeSet<String> =
        (0..20).map(|_| ann(&portal).cookie("__Host-session")).collect();
    assert_eq!(many.len(), 20);
}

#[test]
fn a_password_that_changes_meanwhile_opens_nothing() {
    let portal = Portal::new();
    portal.db.meanwhile_after(1, "update person set session_epoch = 1 where id = 'ann'");
    let before = portal.contents();
    let answer = ann(&portal);
    assert_eq!(
        (answer.status, &answer.json()["type"]),
        (StatusCode::UNAUTHORIZED, &json!("/problems/bad-credentials"))
    );
    assert!(!answer.headers.contains_key("set-cookie"));
    assert_eq!(portal.contents().len(), before.len());
}

/// As an earlier version of the portal would have stored it.
fn old_hash(password: &str) -> String {
    let mut params = ParamsBuilder::new();
    params.m_cost(8192).t_cost(1).p_cost(1).output_len(32).keyid(KeyId::new(b"p1").unwrap());
    let secret = b"0123456789abcdef0123456789abcdef";
    let argon2 =
        Argon2::new_with_secret(secret, Algorithm::Argon2id, Version::V0x13, params.build().unwrap())
            .unwrap();
    let salt = SaltString::encode_b64(&[9; 16]).unwrap();
    argon2.hash_password(password.as_bytes(), &salt).unwrap().to_string()
}

#[test]
fn an_old_hash_is_made_anew() {
    let portal =
        Portal::after(&format!("update person set password = '{}' where id = 'ann';", old_hash(PASSWORD)));
    let current = "select count(*) as n from person where id = 'ann' and password like '$argon2id$v=19$m=19456,t=2,p=1,%'";
    assert_eq!((portal.number(current), ann(&portal).status), (0, StatusCode::OK));
    assert_eq!((portal.number(current), ann(&portal).status), (1, StatusCode::OK));
}

#[test]
fn a_new_browser_is_announced_except_the_first() {
    let portal = Portal::after("delete from session where person_id = 'gus'");
    let device = enter(&portal, "gus@globex-canary.example", PASSWORD).cookie("__Host-device");
    assert!(outbox(&portal).is_empty(), "the first one is expected");
    enter_with(&portal, "gus@globex-canary.example", PASSWORD, &device);
    assert!(outbox(&portal).is_empty(), "a known one too");
    enter_with(&portal, "gus@globex-canary.example", PASSWORD, &ann(&portal).cookie("__Host-device"));
    let kinds: Vec<(String, Option<String>)> =
        outbox(&portal).into_iter().map(|it| (it.kind, it.recipient)).collect();
    let new = "sign_in.new_device".to_owned();
    assert_eq!(
        kinds,
        [
            (new.clone(), Some("ann@acme-canary.example".to_owned())),
            (new, Some("gus@globex-canary.example".to_owned()))
        ]
    );
    assert_eq!(portal.queue.0.lock().unwrap().len(), 2);
}

#[test]
fn signing_out_is_for_good() {
    for (method, path) in [("POST", "/sign-out"), ("DELETE", "/api/v1/session")] {
        let portal = Portal::new();
        let session = ann(&portal).cookie("__Host-session");
        let answer = portal.send(method, path, &session, "");
        let expected = if method == "POST" { StatusCode::SEE_OTHER } else { StatusCode::NO_CONTENT };
        assert_eq!(answer.status, expected, "{path}");
        assert_eq!(answer.header("clear-site-data"), "\"cache\", \"storage\"");
        assert!(answer.header("set-cookie").starts_with("__Host-session=; Path=/; Max-Age=0;"));
        assert_eq!(portal.send("GET", "/api/v1/me", &session, "").status, StatusCode::UNAUTHORIZED);
        assert_eq!(portal.number("select count(*) as n from audit where action = 'session.ended'"), 1);
        let again = portal.send(method, path, &session, "");
        let expected = if method == "POST" { StatusCode::SEE_OTHER } else { StatusCode::UNAUTHORIZED };
        assert_eq!(again.status, expected, "{path} again");
        assert_eq!(portal.number("select count(*) as n from audit where action = 'session.ended'"), 1);
    }
    let answer = Portal::new().send("POST", "/sign-out", "", "");
    assert_eq!(
        (answer.status, answer.header("location")),
        (StatusCode::SEE_OTHER, "/sign-in?done=signed-out")
    );
}

#[test]
fn another_site_signs_nobody_in_or_out() {
    let portal = Portal::new();
    let before = portal.contents();
    for (path, body) in
        [("/sign-in", "email=a&password=b"), ("/sign-out", ""), ("/forgot-password", "email=a%40b.example")]
    {
        for header in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
        ] {
            let answer = portal.send_with("POST", path, &cookie("ann"), body, &[header]);
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        }
    }
    assert_eq!(portal.contents(), before);
}

#[test]
fn idle_and_absolute_limits() {
    let portal = Portal::new();
    let session = ann(&portal).cookie("__Host-session");
    let me = |portal: &Portal| portal.send("GET", "/api/v1/me", &session, "").status;
    for minute in (0..24 * 60).step_by(50) {
        portal.now.set(NOW + minute * 60);
        assert_eq!(me(&portal), StatusCode::OK, "minute {minute}");
    }
    portal.now.set(NOW + 24 * 3600 - 1);
    assert_eq!(me(&portal), StatusCode::OK);
    portal.now.set(NOW + 24 * 3600);
    assert_eq!(me(&portal), StatusCode::UNAUTHORIZED, "activity never extends the day");
    let portal = Portal::new();
    let session = ann(&portal).cookie("__Host-session");
    portal.now.set(NOW + 3600);
    assert_eq!(portal.send("GET", "/api/v1/me", &session, "").status, StatusCode::OK);
    portal.now.set(NOW + 7201);
    assert_eq!(portal.send("GET", "/api/v1/me", &session, "").status, StatusCode::UNAUTHORIZED);
}

// --- a link to choose a password

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

// --- confirming an address

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
    let first = self::token(&portal);
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

// --- the first administrator

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

// --- words

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
