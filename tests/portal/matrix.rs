use axum::http::StatusCode;
use portal::access::matrix::{Application, allows, openers};
use portal::access::{Endpoint, Guard};
use portal::kernel::Role;

use crate::fixtures::{Answer, NED_JOINS, Portal, cookie, worthless_cookies};
use crate::samples::sample;

const PAPER: &str = include_str!("../fixtures/access_matrix.csv");
const ROUTES: &str = include_str!("../fixtures/routes.csv");

#[test]
fn the_code_says_what_the_paper_says() {
    let columns: &[&[Role]] =
        &[&[Role::Primary], &[Role::Billing], &[Role::Support], &[Role::Technical], &[]];
    let mut said = String::from("application,primary,billing,support,technical,unassigned\n");
    for application in Application::ALL {
        let name = serde_json::to_value(application).unwrap();
        let cells: Vec<&str> =
            columns.iter().map(|it| if allows(it, application) { "1" } else { "0" }).collect();
        said.extend([name.as_str().unwrap(), ",", &cells.join(","), "\n"]);
    }
    assert_eq!(said, PAPER);
}

/// A route and who may pass it, as `tests/fixtures/routes.csv` has it. A new route without a row fails here.
#[test]
fn every_route_is_on_paper() {
    let guard = |it: Guard| match it {
        Guard::Anyone => "anyone".to_owned(),
        Guard::Person => "person".to_owned(),
        Guard::Contact(None) => "contact".to_owned(),
        Guard::Contact(Some(it)) => serde_json::to_value(it).unwrap().as_str().unwrap().to_owned(),
        Guard::Staff(desk) => format!("staff:{}", serde_json::to_value(desk).unwrap().as_str().unwrap()),
    };
    let routes = portal::routes::all().index;
    let mut rows: Vec<String> =
        routes.iter().map(|it| format!("{},{},{}", it.method, it.path, guard(it.guard))).collect();
    rows.sort();
    let mut paper: Vec<&str> = ROUTES.lines().skip(1).collect();
    paper.sort_unstable();
    assert_eq!(rows, paper);
}

/// Each visit is to a portal of its own, so that no deed of one changes what the next may see.
pub fn visit(url: &Endpoint, org: &str, cookie: &str, script: &str) -> Answer {
    let mut sample = sample(url);
    sample.path = sample.path.replace("acme", org);
    // Five places: where the sample brings a contact of its own, Ned does not also come.
    let script = if sample.after.is_empty() { script.to_owned() } else { sample.after.to_owned() + script };
    let script = if sample.after.is_empty() {
        script
    } else {
        "delete from contact where id = 'c-sue';".to_owned() + &script
    };
    let portal = Portal::after(&script);
    let before = portal.contents();
    let answer = sample.send_as(&portal, url.method.as_str(), cookie);
    let let_in = answer.status.is_success() || answer.status == StatusCode::SEE_OTHER;
    assert!(let_in || portal.contents() == before, "{} {} refused and wrote", url.method, url.path);
    let api = url.path.starts_with("/api/");
    let kind = answer.header("content-type");
    assert!(
        !api || let_in || kind == "application/problem+json",
        "{} {} answers {kind}",
        url.method,
        url.path
    );
    answer
}

fn guarded() -> impl Iterator<Item = (Endpoint, Option<Application>)> {
    portal::routes::all().index.into_iter().filter_map(|it| match it.guard {
        Guard::Contact(application) => Some((it, application)),
        Guard::Anyone | Guard::Person | Guard::Staff(_) => None,
    })
}

#[test]
fn every_guarded_url_wants_a_session_that_still_counts() {
    for url in portal::routes::all().index.iter().filter(|it| it.guard != Guard::Anyone) {
        let api = url.path.starts_with("/api/");
        let expected = if api { StatusCode::UNAUTHORIZED } else { StatusCode::SEE_OTHER };
        for (who, cookie) in worthless_cookies() {
            let answer = visit(url, "acme", &cookie, "");
            assert_eq!(answer.status, expected, "{who} {} {}", url.method, url.path);
            let to = answer.header("location");
            assert!(api || to.starts_with("/sign-in"), "{who} {} {} goes to {to:?}", url.method, url.path);
        }
    }
}

/// Nobody, one role, two roles, no role: each with every URL. Ned is the one who holds them.
#[test]
fn every_url_asks_the_matrix() {
    let mut sets: Vec<Vec<Role>> = vec![vec![]];
    for (at, one) in Role::ALL.into_iter().enumerate() {
        sets.push(vec![one]);
        sets.extend(Role::ALL.into_iter().skip(at + 1).map(|two| vec![one, two]));
    }
    assert_eq!(sets.len(), 11);
    for (url, application) in guarded() {
        for roles in &sets {
            let moves = roles.iter().map(|it| {
                let code = it.code();
                format!(
                    "insert into role values ('acme', '{code}', 'c-ned2') on conflict (org_id, role) do update set contact_id = 'c-ned2';"
                )
            });
            // A report is somebody's own, and so is a payment that is begun.
            let his = "update report set person_id = 'ned' where id = 'r-acme';
                       update payment_session set by_person = 'ned';";
            let script = NED_JOINS.to_owned() + &moves.collect::<String>() + his;
            let answer = visit(&url, "acme", &cookie("ned"), &script);
            let open = application.is_none_or(|it| allows(roles, it));
            let said = format!("{roles:?} {} {}: {} {}", url.method, url.path, answer.status, answer.body);
            assert_eq!(answer.status != StatusCode::FORBIDDEN, open, "{said}");
            assert!(![StatusCode::NOT_FOUND, StatusCode::UNAUTHORIZED].contains(&answer.status), "{said}");
            assert!(!answer.status.is_server_error(), "{said}");
            if !open {
                let needed = application.and_then(openers).unwrap();
                assert!(needed.iter().all(|it| answer.body.contains(it.label())), "{said}");
                let grantor = if roles.contains(&Role::Primary) { "Ned" } else { "Ann Acme-canary" };
                assert!(answer.body.contains(&format!("{grantor} can grant it")), "{said}");
            }
        }
    }
}

/// A stranger, a contact who is not verified, a member of another organisation, an organisation that is not there
/// and an id that is none: nobody learns which of them it was.
#[test]
fn what_is_not_yours_is_not_there() {
    for (url, _) in guarded() {
        let cases =
            [("acme", "eve"), ("globex", "una"), ("acme", "gus"), ("globex", "ann"), ("nowhere", "ann")];
        let bodies = cases.map(|(org, person)| {
            let answer = visit(&url, org, &cookie(person), "");
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{person} {} {}", url.method, url.path);
            without_request_id(&answer)
        });
        assert!(bodies.iter().all(|it| *it == bodies[0]), "{} {}", url.method, url.path);
    }
    assert_eq!(Portal::new().get("/o/%20/contacts", "ann").status, StatusCode::NOT_FOUND);
    assert_eq!(Portal::new().get("/o/%ff/contacts", "ann").status, StatusCode::NOT_FOUND);
    assert_eq!(Portal::new().get("/api/v1/nothing", "ann").status, StatusCode::NOT_FOUND);
}

fn without_request_id(answer: &Answer) -> String {
    answer.body.replace(answer.header("x-request-id"), "")
}

/// A refusal leaves a line, and only a refusal of somebody who belongs here does (domain 2.3).
#[test]
fn a_forbidden_call_is_written_to_the_audit_log() {
    let portal = Portal::new();
    portal.get("/o/acme/contacts", "bob");
    assert_eq!(
        portal.number("select count(*) as n from audit where action = 'access.refused' and actor_id = 'bob'"),
        1
    );
    portal.get("/o/acme/contacts", "gus");
    assert_eq!(portal.number("select count(*) as n from audit"), 1);
}

#[test]
fn every_wrong_method_says_which_are_right() {
    for path in portal::routes::all().index.into_iter().map(|it| it.path) {
        let at = path.replace("{org}", "acme").replace("{contact}", "c-tom").replace("{session}", "bob");
        let at =
            at.replace("{order}", "o-acme").replace("{licence}", "l-acme").replace("{payment}", "p-acme");
        let at =
            at.replace("{partner}", "pa-row").replace("{member}", "st-publisher").replace("{mail}", "m-bob");
        let at = at.replace("{subscription}", "s-acme").replace("{product}", "skyconnect");
        for method in ["TRACE", "PROPFIND"] {
            let answer = Portal::new().send(method, &at, &cookie("ann"), "");
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            assert!(!answer.header("allow").is_empty(), "{method} {path}");
        }
    }
}
