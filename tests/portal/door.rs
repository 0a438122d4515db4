//! The central idea: the gate travels with what it guards.

use std::sync::atomic::Ordering;

use axum::http::{Method, StatusCode};
use axum::routing::{get, post};
use portal::access::matrix::openers;
use portal::access::{Access, Endpoint, Guard, OrderBook, PaymentRecord, Routes, Scope};
use portal::error::Error;
use portal::sql;

use crate::fixtures::{NED_JOINS, Portal, cookie, logged, worthless_cookies};
use crate::licence_cast::LICENCES;
use crate::samples::{ANN_PAYS, NOTICES, Sample, sample};

/// Every route with a good request and a portal in which it can succeed.
fn each_route(mut check: impl FnMut(&Endpoint, &Sample, Portal)) {
    for url in portal::routes::all().index {
        let sample = sample(&url);
        let portal = Portal::after(&room_for(&sample));
        check(&url, &sample, portal);
    }
}

/// Acme has five places, so who comes for a sample takes Sue's.
fn room_for(sample: &Sample) -> String {
    if sample.after.is_empty() {
        String::new()
    } else {
        format!("delete from contact where id = 'c-sue';{}", sample.after)
    }
}

fn is_deed(url: &Endpoint) -> bool {
    url.method != "GET"
}

#[test]
fn a_page_is_one_round_trip_and_a_deed_two() {
    each_route(|url, sample, portal| {
        let (before, said) = (portal.contents(), format!("{} {}", url.method, url.path));
        let trips = portal.db.round_trips();
        let answer = sample.send(&portal, url.method.as_str());
        let trips = portal.db.round_trips() - trips;
        // A file leaves a line in the log, once it has left itself.
        let most = if is_deed(url) || url.path.contains(".csv") { 2 } else { 1 };
        assert!(trips <= most, "{said} made {trips} round trips");
        // The self-check is there to ask everything.
        let kv = portal.sessions.reads() + portal.tokens.reads();
        assert!(kv <= 1 || url.path == "/staff/installation", "{said} reads KV more than once");
        if url.guard != Guard::Anyone {
            assert!(
                answer.status.is_success() || answer.status == StatusCode::SEE_OTHER,
                "{said}: {}",
                answer.body
            );
            assert_eq!(portal.contents() != before, is_deed(url), "{said} changes what it should");
        }
        if let Guard::Contact(_) = url.guard {
            assert_eq!((trips, portal.sessions.reads()), (most, 1), "{said}");
        }
    });
}

/// A cookie that does not verify reaches no storage at all.
#[test]
fn who_cannot_be_signed_in_costs_nothing() {
    let portal = Portal::new();
    for (who, cookie) in worthless_cookies().iter().take(6) {
        for url in portal::routes::all().index.iter().filter(|it| it.guard != Guard::Anyone) {
            sample(url).send_as(&portal, url.method.as_str(), cookie);
            let cost = (portal.db.round_trips(), portal.sessions.reads());
            assert_eq!(cost, (0, 0), "{who} {} {}", url.method, url.path);
        }
    }
}

#[test]
fn what_is_taken_away_between_reading_and_writing_stops_the_deed() {
    let cases = [
        (
            "update role set contact_id = '{other}' where org_id = 'acme' and role = '{role}'",
            StatusCode::FORBIDDEN,
        ),
        (
            "update role set contact_id = '{other}' where org_id = 'acme' and role = '{role}';
             delete from contact where id = 'c-{person}'",
            StatusCode::NOT_FOUND,
        ),
        ("update person set session_epoch = 1 where id = '{person}'", StatusCode::UNAUTHORIZED),
        ("update session set ended_at = 1795327680 where id = '{person}'", StatusCode::UNAUTHORIZED),
        ("update session set expires_at = 1795327680 where id = '{person}'", StatusCode::UNAUTHORIZED),
        ("delete from session where id = '{person}'", StatusCode::UNAUTHORIZED),
    ];
    for (meanwhile, expected) in cases {
        each_route(|url, sample, portal| {
            let Guard::Contact(Some(application)) = url.guard else { return };
            // What everybody opens is not lost with a role.
            if !is_deed(url) || (expected == StatusCode::FORBIDDEN && openers(application).is_none()) {
                return;
            }
            let (role, other) =
                if sample.person == "ann" { ("primary", "c-bob") } else { ("billing", "c-ann") };
            let meanwhile = meanwhile.replace("{role}", role).replace("{other}", other);
            let meanwhile = meanwhile.replace("{person}", sample.person);
            let after = Portal::after(&format!("{};{meanwhile}", room_for(sample))).contents();
            portal.db.meanwhile(&meanwhile);
            let answer = sample.send(&portal, url.method.as_str());
            let said = format!("{} {} after {meanwhile}: {}", url.method, url.path, answer.body);
            let page = !url.path.starts_with("/api/") && expected == StatusCode::UNAUTHORIZED;
            assert_eq!(answer.status, if page { StatusCode::SEE_OTHER } else { expected }, "{said}");
            assert!(!page || answer.header("location") == "/sign-in", "{said}");
            assert_eq!(portal.db.round_trips(), 2, "{said}");
            assert_eq!(portal.contents(), after, "{said}");
            assert!(portal.queue.0.lock().unwrap().is_empty(), "{said}");
        });
    }
}

#[test]
fn two_organisations_never_leak() {
    let billed = [LICENCES, NOTICES, ANN_PAYS].concat()
        + "insert into role values ('globex', 'billing', 'c-gus');
           update payment_session set by_person = 'gus' where org_id = 'globex';
           insert into licence (id, org_id, product_id, kind, valid_from, valid_till, created_at)
           select 'l-' || id, id, 'vaultastic', 'subscription', '2026-01-01', '2026-12-31', 1 from organisation;";
    for (org, person, contact, theirs, other) in [
        ("acme", "ann", "c-tom", "acme-canary", "globex-canary"),
        ("globex", "gus", "c-ned", "globex-canary", "acme-canary"),
    ] {
        for url in portal::routes::all()
            .index
            .iter()
            .filter(|it| matches!(it.guard, Guard::Contact(_)) && !is_deed(it))
            .filter(|it| it.path != "/o/{org}/helpdesk")
        // it leads out of the portal and shows nothing
        {
            let sample = sample(url);
            let path = sample.path.replace("acme", org).replace("c-tom", contact);
            let person = if org == "acme" { sample.person } else { person };
            let answer = Portal::after(&billed).get(&path, person);
            let body = answer.body.to_lowercase();
            assert_eq!(answer.status, StatusCode::OK, "{person} {path}: {body}");
            assert!(!body.contains(other), "{person} {path}: {body}");
            let bare = path.starts_with("/api/") || path.contains(".csv");
            assert!(bare || body.contains(theirs), "{person} {path}: {body}");
        }
    }
}

/// A's deeds with the ids of B: as if the id had been made up, and nothing changes anywhere.
#[test]
fn ids_of_another_organisation_name_nothing() {
    for url in portal::routes::all().index.iter().filter(|it| matches!(it.guard, Guard::Contact(_))) {
        let sample = sample(url);
        if !sample.path.contains("/c-") && !sample.body.contains("c-") {
            continue;
        }
        let answers = ["c-una", "c-nobody"].map(|id| {
            let portal = Portal::new();
            let before = portal.contents();
            let path = sample.path.replace("c-tom", id).replace("c-vic", id);
            let body = sample.body.replace("c-tom", id);
            let answer = portal.send_with(url.method.as_str(), &path, &cookie("ann"), &body, sample.headers);
            assert_eq!(portal.contents(), before, "{} {path}", url.method);
            let refused = [StatusCode::NOT_FOUND, StatusCode::UNPROCESSABLE_ENTITY].contains(&answer.status);
            assert!(refused, "{} {path}: {}", url.method, answer.status);
            answer.body.replace(answer.header("x-request-id"), "").replace(id, "")
        });
        assert_eq!(answers[0], answers[1], "{} {}", url.method, url.path);
    }
}

/// Who may not enter learns nothing of what is missing, whatever is sent.
#[test]
fn a_refusal_at_the_door_comes_before_everything_else() {
    let worst = [("idempotency-key", "a b"), ("if-match", "\"9\""), ("content-type", "text/plain")];
    for url in portal::routes::all()
        .index
        .iter()
        .filter(|it| matches!(it.guard, Guard::Contact(Some(it)) if openers(it).is_some()) && is_deed(it))
    {
        for (person, expected) in [("gus", StatusCode::NOT_FOUND), ("tom", StatusCode::FORBIDDEN)] {
            let path = sample(url).path;
            let answer = Portal::new().send_with(url.method.as_str(), &path, &cookie(person), "{{{", &worst);
            assert_eq!(answer.status, expected, "{person} {} {path}: {}", url.method, answer.body);
        }
    }
}

/// A handler that forgets what it should ask and tries what it must not.
async fn careless(door: Access<PaymentRecord>) -> Result<String, Error> {
    let deed = door.org().deed(sql!("update organisation set name = 'careless' where id = ?1"));
    Ok(format!(
        "{} changed",
        door.write(vec![deed]).await?.iter().map(portal::db::Rows::changes).sum::<usize>()
    ))
}

async fn sly(door: Access<OrderBook>) -> Result<String, Error> {
    let query = door.org().query::<Vec<String>>(sql!("delete from role where org_id = ?1 returning role"));
    door.read(query).await?;
    Ok(String::new())
}

#[test]
fn a_write_without_a_read_is_guarded_all_the_same_and_a_read_cannot_write() {
    let router = || {
        let doors = Routes::default().page::<PaymentRecord>(&Method::POST, "/careless", post(careless));
        doors.page::<OrderBook>(&Method::GET, "/sly", get(sly)).into_router()
    };
    for (who, expected) in [
        ("bob", StatusCode::OK),
        ("ann", StatusCode::FORBIDDEN),
        ("gus", StatusCode::NOT_FOUND),
        ("eve", StatusCode::NOT_FOUND),
    ] {
        let portal = Portal::serving(router());
        let before = portal.contents();
        let trips = portal.db.round_trips();
        assert_eq!(portal.post("/o/acme/careless", who, "").status, expected, "{who}");
        assert_eq!(portal.db.round_trips() - trips, 1, "{who}");
        assert_eq!(portal.contents() != before, expected == StatusCode::OK, "{who}");
    }
    let portal = Portal::serving(router());
    let before = portal.contents();
    assert_eq!(portal.post("/o/acme/careless", "nobody", "").status, StatusCode::SEE_OTHER);
    assert_eq!(portal.get("/o/acme/sly", "ann").status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(portal.contents(), before);
}

/// The client is told to come back or that it is our fault, and gets a number; the cause goes to the log.
#[test]
fn a_database_that_fails_says_nothing_to_the_outside() {
    for (text, expected, wait) in [
        (
            "D1_ERROR: Network connection lost while running select_secret",
            StatusCode::SERVICE_UNAVAILABLE,
            "5",
        ),
        (
            "D1 DB is overloaded. Requests queued for too long: select_secret",
            StatusCode::SERVICE_UNAVAILABLE,
            "5",
        ),
        ("D1_ERROR: no such column: select_secret: SQLITE_ERROR", StatusCode::INTERNAL_SERVER_ERROR, ""),
    ] {
        each_route(|url, sample, portal| {
            if url.guard == Guard::Anyone {
                return;
            }
            let before = portal.contents();
            portal.db.breaks(Some(text));
            let answer = sample.send(&portal, url.method.as_str());
            portal.db.breaks(None);
            let said = format!("{} {}: {}", url.method, url.path, answer.body);
            assert_eq!((answer.status, answer.header("retry-after")), (expected, wait), "{said}");
            assert!(!answer.body.contains("select_secret") && !answer.body.contains("D1"), "{said}");
            assert!(answer.body.contains(answer.header("x-request-id")), "{said}");
            assert_eq!(portal.contents(), before, "{said}");
            let log = logged();
            assert!(log.len() == 1 && log[0].contains("select_secret"), "{log:?}");
            assert!(log[0].contains(answer.header("x-request-id")), "{log:?}");
        });
    }
}

/// KV is asked at the same time as D1, and nothing hangs on its answer.
#[test]
fn a_kv_that_fails_changes_nothing() {
    each_route(|url, sample, portal| {
        let answer = sample.send(&portal, url.method.as_str());
        let without = Portal::after(&room_for(sample));
        for shelf in [&without.sessions, &without.tokens] {
            shelf.down.store(true, Ordering::Relaxed);
        }
        let found = sample.send(&without, url.method.as_str());
        let said = format!("{} {}: {}", url.method, url.path, found.body);
        assert_eq!(
            (found.status, without.contents().len()),
            (answer.status, portal.contents().len()),
            "{said}"
        );
    });
}

/// Whoever belongs to both sees each by its own roles.
#[test]
fn one_person_has_different_roles_in_two_organisations() {
    let portal =
        Portal::after(&format!("{NED_JOINS} insert into role values ('globex', 'billing', 'c-ned');"));
    let roles =
        |org: &str| portal.get(&format!("/api/v1/organisations/{org}"), "ned").json()["roles"].clone();
    assert_eq!(roles("acme"), serde_json::json!([]));
    assert_eq!(roles("globex"), serde_json::json!(["billing"]));
}
