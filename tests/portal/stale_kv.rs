//! KV that lags, forgets, refuses to be read or to be written, while people come and go (architecture, idea 2; security
//! 8.4, I8). Locally it is always fresh, so without this nothing of it is tested. Nobody gets in who may not, nobody is
//! locked out: D1 decides, and KV may only cost a little more.

use axum::http::StatusCode;
use serde_json::json;

use crate::fixtures::{NOW, PASSWORD, Portal};
use crate::invariants::assert_sound;
use crate::sign_in::{NEW, link};
use crate::trouble::{MOODS, Mood};

const ANN: &str = "ann@acme-canary.example";

fn each_mood(story: impl Fn(&Portal)) {
    for mood in MOODS {
        let portal = Portal::new();
        portal.sessions.turns(mood);
        portal.tokens.turns(mood);
        println!("{mood:?}");
        story(&portal);
        crate::crash_points::rest(&portal);
        assert_sound(&portal);
    }
}

fn enter(portal: &Portal, email: &str, password: &str) -> (StatusCode, String) {
    let body = json!({ "email": email, "password": password }).to_string();
    let answer = portal.send("POST", "/api/v1/session", "", &body);
    (answer.status, answer.cookie("__Host-session"))
}

fn me(portal: &Portal, cookie: &str) -> u16 {
    portal.send("GET", "/api/v1/me", cookie, "").status.as_u16()
}

/// Not only who they are: a page, and a deed.
fn is_in(portal: &Portal, cookie: &str) -> [u16; 3] {
    let page = portal.send("GET", "/o/acme", cookie, "").status.as_u16();
    let deed = portal.send("PATCH", "/api/v1/me", cookie, r#"{"display_name": "Ann A."}"#).status.as_u16();
    [me(portal, cookie), page, deed]
}

const IN: [u16; 3] = [200, 200, 428]; // without If-Match
const OUT: [u16; 3] = [401, 303, 401];

#[test]
fn whoever_signs_in_is_in_and_whoever_signs_out_is_out() {
    each_mood(|portal| {
        let (status, cookie) = enter(portal, ANN, PASSWORD);
        assert_eq!(status, 200);
        assert_eq!(is_in(portal, &cookie), IN);
        let other = enter(portal, ANN, PASSWORD).1;
        assert_eq!(portal.send("DELETE", "/api/v1/session", &cookie, "").status, 204);
        assert_eq!(is_in(portal, &cookie), OUT);
        assert_eq!(is_in(portal, &other), IN, "the other one stays");
    });
}

#[test]
fn a_session_that_is_ended_from_elsewhere_is_out_at_once() {
    each_mood(|portal| {
        let (mine, other) = (enter(portal, ANN, PASSWORD).1, enter(portal, ANN, PASSWORD).1);
        assert_eq!([is_in(portal, &mine), is_in(portal, &other)], [IN, IN]);
        let sessions = portal.send("GET", "/api/v1/me/sessions", &mine, "").json();
        let ids = sessions["items"].as_array().unwrap().iter().filter(|it| it["current"] != true);
        for id in ids {
            let path = format!("/api/v1/me/sessions/{}", id["id"].as_str().unwrap());
            assert_eq!(portal.send("DELETE", &path, &mine, "").status, 204);
        }
        assert_eq!([is_in(portal, &mine), is_in(portal, &other)], [IN, OUT]);
    });
}

#[test]
fn a_new_password_ends_every_other_session() {
    each_mood(|portal| {
        let (mine, other) = (enter(portal, ANN, PASSWORD).1, enter(portal, ANN, PASSWORD).1);
        let body = json!({ "current_password": PASSWORD, "new_password": NEW }).to_string();
        let changed = portal.send("PUT", "/api/v1/me/password", &mine, &body);
        assert_eq!(changed.status, 204);
        let renewed = changed.cookie("__Host-session");
        assert_eq!([is_in(portal, &renewed), is_in(portal, &other)], [IN, OUT]);
        assert_eq!(is_in(portal, &mine), OUT, "the one before the change, too");
        assert_eq!(enter(portal, ANN, PASSWORD).0, 401);
        assert_eq!(enter(portal, ANN, NEW).0, 200);
    });
}

#[test]
fn a_link_works_once_and_opens_the_door() {
    each_mood(|portal| {
        let confirm = |token: &str| {
            let body = json!({ "token": token }).to_string();
            portal.send("POST", "/api/v1/verifications/confirm", "", &body).status.as_u16()
        };
        let choose = |token: &str| {
            let body = json!({ "token": token, "new_password": NEW }).to_string();
            portal.send("POST", "/api/v1/password-resets/confirm", "", &body).status.as_u16()
        };
        let contact = r#"{"display_name": "Zoe", "email": "zoe@acme.example"}"#;
        let ann = enter(portal, ANN, PASSWORD).1;
        let added = portal.send("POST", "/api/v1/organisations/acme/contacts", &ann, contact);
        assert_eq!(added.status, 201);
        crate::crash_points::rest(portal);
        let verify = newest(portal, "/verify#");
        assert_eq!([confirm(&verify), confirm(&verify)], [200, 410]);
        crate::crash_points::rest(portal);
        let first = newest(portal, "/password#");
        assert_eq!([choose(&first), choose(&first), confirm(&first)], [204, 410, 410]);
        let zoe = enter(portal, "zoe@acme.example", NEW).1;
        assert_eq!(is_in(portal, &zoe), IN);
    });
}

/// A pointer says what a link is for and that it is known; a lie about either opens nothing.
#[test]
fn an_older_link_is_void_whatever_its_pointer_says() {
    each_mood(|portal| {
        let old = link(portal, "l-old", "reset", "ann", None);
        crate::fixtures::run(&portal.db, "update link set created_at = created_at - 100").unwrap();
        let body = json!({ "email": ANN }).to_string();
        assert_eq!(portal.send("POST", "/api/v1/password-resets", "", &body).status, 202);
        let body = json!({ "token": old, "new_password": NEW }).to_string();
        assert_eq!(portal.send("POST", "/api/v1/password-resets/confirm", "", &body).status, 410);
        assert_eq!(enter(portal, ANN, PASSWORD).0, 200, "and the password is as it was");
    });
}

/// An hour passes while KV answers with what it knew before: it may be believed for as long as D1 may lag behind, and no
/// longer (twenty minutes).
#[test]
fn an_idle_session_ends_although_kv_remembers_it() {
    each_mood(|portal| {
        let cookie = enter(portal, ANN, PASSWORD).1;
        for minutes in [10, 20, 30, 70, 100] {
            portal.now.set(NOW + minutes * 60);
            assert_eq!(me(portal, &cookie), 200, "{minutes} minutes, used in between");
        }
        portal.now.set(NOW + (100 + 81) * 60);
        assert_eq!(me(portal, &cookie), 401);
    });
}

/// The same places are read whether KV is well or not: a page is one round trip to D1 all the same.
#[test]
fn bad_kv_costs_no_round_trip() {
    let trips = MOODS.map(|mood| {
        let portal = Portal::new();
        portal.sessions.turns(mood);
        let before = portal.db.round_trips();
        assert_eq!(portal.get("/o/acme/contacts", "ann").status, 200, "{mood:?}");
        portal.db.round_trips() - before
    });
    assert_eq!(trips, [trips[0]; 5]);
    assert_eq!(MOODS[0], Mood::Fresh);
}

/// The newest link to this page that has left.
fn newest(portal: &Portal, page: &str) -> String {
    let mails = portal.rows("select body_text as text from mailbox order by sent_at desc, id desc");
    let all = mails.iter().flat_map(|it| it["text"].as_str().unwrap().lines());
    let found = all.filter_map(|it| it.split_once(page)).map(|it| it.1.trim().to_owned());
    found.into_iter().next().unwrap()
}
