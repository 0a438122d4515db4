//! The vendor's side: its matrix, its door, and that no customer finds it.

use axum::http::StatusCode;
use portal::access::desk::Desk;
use portal::access::{Endpoint, Guard, key_hash};
use portal::kernel::StaffRole;

use crate::fixtures::{Answer, NOW, Portal, cookie, run};
use crate::matrix::visit;
use crate::samples::sample;

const PAPER: &str = include_str!("../fixtures/staff_matrix.csv");

fn guarded() -> impl Iterator<Item = (Endpoint, Desk)> {
    portal::routes::all().index.into_iter().filter_map(|it| match it.guard {
        Guard::Staff(desk) => Some((it, desk)),
        Guard::Anyone | Guard::Person | Guard::Contact(_) => None,
    })
}

#[test]
fn the_code_says_what_the_paper_says() {
    let mut said = String::from("desk,sales,billing,support,publisher,admin\n");
    for desk in Desk::ALL {
        let name = serde_json::to_value(desk).unwrap();
        let cells = StaffRole::ALL.map(|it| if desk.opens_to(&[it]) { "1" } else { "0" });
        said.extend([name.as_str().unwrap(), ",", &cells.join(","), "\n"]);
    }
    assert_eq!(said, PAPER);
}

#[test]
fn every_url_asks_the_matrix() {
    for (url, desk) in guarded() {
        for role in StaffRole::ALL {
            let answer = visit(&url, "acme", &cookie(&format!("st-{}", role.code())), "");
            let open = desk.opens_to(&[role]);
            let said = format!("{role:?} {} {}: {} {}", url.method, url.path, answer.status, answer.body);
            assert_eq!(answer.status != StatusCode::FORBIDDEN, open, "{said}");
            assert!(![StatusCode::NOT_FOUND, StatusCode::UNAUTHORIZED].contains(&answer.status), "{said}");
            assert!(!answer.status.is_server_error(), "{said}");
            assert!(open || desk.openers().iter().all(|it| answer.body.contains(it.label())), "{said}");
        }
    }
}

#[test]
fn a_customer_finds_nothing() {
    for (url, _) in guarded() {
        for person in ["ann", "bob", "gus", "ned", "eve"] {
            let answer = visit(&url, "acme", &cookie(person), "");
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{person} {} {}", url.method, url.path);
        }
    }
}

/// `key` has, in the fixtures, the hash of itself: a test changes one row to a real one.
fn with_key(url: &Endpoint, scope: &str, script: &str) -> (Portal, Answer) {
    let (key, sample) = ("portal_a_key_of_a_test", sample(url));
    let hash = key_hash(key);
    let portal = Portal::after(&format!(
        "{} update api_key set hash = '{hash}' where id = 'k-{scope}'; {script}",
        sample.after
    ));
    let bearer = format!("Bearer {key}");
    let headers = [sample.headers, &[("authorization", bearer.as_str())]].concat();
    let answer = portal.send_with(url.method.as_str(), &sample.path, "", sample.body, &headers);
    (portal, answer)
}

#[test]
fn a_key_opens_what_its_scope_opens_in_the_api_alone() {
    for (url, desk) in guarded() {
        let api = url.path.starts_with("/api/");
        for role in StaffRole::ALL {
            let (_, answer) = with_key(&url, role.code(), "");
            let said = format!("{role:?} {} {}: {} {}", url.method, url.path, answer.status, answer.body);
            if !api {
                assert_eq!(answer.status, StatusCode::SEE_OTHER, "{said}");
                assert!(answer.header("location").starts_with("/sign-in"), "{said}");
                continue;
            }
            assert_eq!(answer.status != StatusCode::FORBIDDEN, desk.opens_to(&[role]), "{said}");
            assert!(![StatusCode::NOT_FOUND, StatusCode::UNAUTHORIZED].contains(&answer.status), "{said}");
            let named = answer.body.contains("This key lacks the scope");
            assert!(answer.status != StatusCode::FORBIDDEN || named, "{said}");
        }
        if api {
            for dead in ["revoked_at = 1", "expires_at = 1795327680"] {
                let (_, answer) = with_key(&url, "admin", &format!("update api_key set {dead};"));
                assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{dead} {} {}", url.method, url.path);
            }
        }
    }
}

/// Quarter of an hour without a request, or eight hours in all (security, decisions).
#[test]
fn a_session_of_the_staff_ends_sooner() {
    let after = |seen: i64, created: i64| {
        let portal = Portal::after(&format!(
            "update session set last_seen_at = {seen}, created_at = {created} where id = 'st-admin'"
        ));
        portal.get("/staff", "st-admin").status
    };
    assert_eq!(after(NOW - 900, NOW - 28_799), StatusCode::OK);
    assert_eq!(after(NOW - 901, NOW - 1000), StatusCode::SEE_OTHER);
    assert_eq!(after(NOW, NOW - 28_800), StatusCode::SEE_OTHER);
}

/// Otherwise the profile would be a way to stay awake.
#[test]
fn no_other_page_keeps_the_staff_awake() {
    for path in ["/me", "/o/acme"] {
        let portal = Portal::after(
            "insert into staff values ('ann', 'support', 1);
             update session set last_seen_at = 1795327680 - 901 where id = 'ann'",
        );
        assert_eq!(portal.get(path, "ann").status, StatusCode::SEE_OTHER, "{path}");
    }
}

#[test]
fn whoever_leaves_the_staff_is_out_at_once() {
    let portal = Portal::new();
    assert_eq!(portal.get("/staff", "st-sales").status, StatusCode::OK);
    run(&portal.db, "delete from staff where person_id = 'st-sales'").unwrap();
    assert_eq!(portal.get("/staff", "st-sales").status, StatusCode::NOT_FOUND);
}

#[test]
fn a_page_is_one_round_trip() {
    for (url, desk) in guarded().filter(|it| it.0.method == "GET") {
        let (sample, portal) = (sample(&url), Portal::after(sample(&url).after));
        portal.get("/staff", "st-admin"); // so that nothing is noted later
        let trips = portal.db.round_trips();
        sample.send(&portal, "GET");
        // A file leaves a line in the log, once it has left itself.
        let most = if url.path.contains(".csv") { 2 } else { 1 };
        assert_eq!(portal.db.round_trips() - trips, most, "{} of {desk:?}", url.path);
    }
}
