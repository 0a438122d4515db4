//! What each guard is for. The same race twice: with it the invariants hold, and without it one of them is broken, and
//! the checker says which. A test of a race that nothing could fail would prove nothing.

use axum::body::Body;
use axum::http::{Request, header};

use crate::crash_points::deeds::{self, old_link};
use crate::crash_points::rest;
use crate::fixtures::{Answer, PASSWORD, Portal, cookie};
use crate::invariants::broken;
use crate::licence_cast::LICENCES;
use crate::samples::VIC_JOINS;
use crate::sign_in::NEW;
use crate::sso_cast::{code, desks, exchange};
use crate::without;

struct Case {
    guards: &'static [&'static str],
    after: String,
    /// Many at once, or one while something else happens; how many were told that it is done.
    race: fn(&Portal) -> usize,
    /// As many may be.
    most: usize,
    /// The invariant that is broken without; empty where it is only that more were told so.
    breaks: &'static str,
}

/// All of them have read before the first one writes.
fn at_once(portal: &Portal, method: &str, path: &str, person: &str, bodies: &[&str]) -> Vec<Answer> {
    let requests = bodies.iter().map(|body| {
        let request = Request::builder().method(method).uri(path).header(header::HOST, "localhost:8787");
        let request = request.header(header::COOKIE, cookie(person)).header("if-match", "\"1\"");
        let request = request.header(header::CONTENT_TYPE, "application/json");
        request.body(Body::from((*body).to_owned())).unwrap()
    });
    portal.ask_at_once(requests.collect())
}

fn done(answers: &[Answer]) -> usize {
    answers.iter().filter(|it| it.status.as_u16() < 400).count()
}

/// By the sample of a deed, without a key.
fn sampled(portal: &Portal, name: &str, count: usize) -> Vec<Answer> {
    let deed = deeds::all().into_iter().find(|it| it.name == name).unwrap();
    let mut ask = (deed.ready)().1;
    ask.headers.retain(|it| it.0 != "idempotency-key");
    portal.ask_at_once((0..count).map(|_| ask.request()).collect())
}

const CONTACTS: &str = "/api/v1/organisations/acme/contacts";
const ROOM: &str = "delete from contact where id in ('c-sue', 'c-tom');";

#[expect(clippy::too_many_lines, reason = "a table")]
fn cases() -> Vec<Case> {
    let case = |guards, after: &str, most, breaks, race| Case {
        guards,
        after: after.to_owned(),
        race,
        most,
        breaks,
    };
    vec![
        case(&["contact_limit"], "", 1, "INV-1 no organisation has more", |portal| {
            let bodies = ["a", "b", "c"]
                .map(|it| format!(r#"{{"display_name": "Zoe {it}", "email": "{it}@acme.example"}}"#));
            done(&at_once(portal, "POST", CONTACTS, "ann", &bodies.each_ref().map(String::as_str)))
        }),
        case(&["contact (org_id, person_id)"], ROOM, 1, "INV-1 nobody is the same", |portal| {
            let zoe = r#"{"display_name": "Zoe", "email": "zoe@acme.example"}"#;
            done(&at_once(portal, "POST", CONTACTS, "ann", &[zoe; 2]))
        }),
        case(&["stale in roles_version"], "", 1, "", |portal| {
            let bodies = ["c-tom", "c-sue", "c-bob"].map(|it| {
                format!(r#"{{"primary": "c-ann", "billing": "{it}", "support": null, "technical": null}}"#)
            });
            let path = "/api/v1/organisations/acme/roles";
            done(&at_once(portal, "PUT", path, "ann", &bodies.each_ref().map(String::as_str)))
        }),
        case(&["stale in from person where"], "", 1, "", |portal| {
            let bodies = [r#"{"display_name": "Ann A."}"#, r#"{"display_name": "Ann B."}"#];
            done(&at_once(portal, "PATCH", "/api/v1/me", "ann", &bodies))
        }),
        case(&["link-spent"], "", 0, "", |portal| {
            let token = old_link(portal, "l-una", "verify", "una", Some("c-una"));
            let body = format!(r#"{{"token": "{token}"}}"#);
            portal.db.meanwhile("update link set voided_at = 1795327680");
            done(&[portal.send("POST", "/api/v1/verifications/confirm", "", &body)])
        }),
        case(&["link-spent"], "", 0, "", |portal| {
            let token = old_link(portal, "l-ann", "reset", "ann", None);
            let body = format!(r#"{{"token": "{token}", "new_password": "{NEW}"}}"#);
            portal.db.meanwhile("update link set voided_at = 1795327680");
            done(&[portal.send("POST", "/api/v1/password-resets/confirm", "", &body)])
        }),
        case(&["code-spent"], &desks(), 0, "INV-5 a code of a sign-on", |portal| {
            let code = code(portal, "sue", &[]);
            portal.db.meanwhile_after(
                1,
                "insert into oidc_token (hash, code_hash, created_at, expires_at)
                   select 'theirs', hash, 1795327680, 1795329999 from oidc_code;
                 update oidc_code set used_at = 1795327680;",
            );
            done(&[exchange(portal, &code, &[])])
        }),
        case(&["bad-credentials"], "", 0, "", |portal| {
            portal.db.meanwhile_after(1, "update person set session_epoch = 1 where id = 'ann'");
            let body = format!(r#"{{"email": "ann@acme-canary.example", "password": "{PASSWORD}"}}"#);
            done(&[portal.send("POST", "/api/v1/session", "", &body)])
        }),
        case(&["sign-in-required"], "", 0, "", |portal| {
            portal.db.meanwhile("update session set ended_at = 5 where id = 'ann'");
            done(&[portal.post(CONTACTS, "ann", r#"{"display_name": "Zoe", "email": "z@acme.example"}"#)])
        }),
        case(&["role-required"], "", 0, "", |portal| {
            portal
                .db
                .meanwhile("update role set contact_id = 'c-bob' where org_id = 'acme' and role = 'primary'");
            done(&[portal.post(CONTACTS, "ann", r#"{"display_name": "Zoe", "email": "z@acme.example"}"#)])
        }),
        case(
            &["extension_limit", "facts-changed in extension_request"],
            LICENCES,
            2,
            "INV-8 not more than two",
            |portal| {
                let body = r#"{"licence_id": "l-sky", "reason": "renewal_delayed", "description": "The order is on its way."}"#;
                let path = "/api/v1/organisations/acme/extension-requests";
                let answers = at_once(portal, "POST", path, "bob", &[body; 4]);
                answers.iter().filter(|it| it.json()["status"] == "granted").count()
            },
        ),
        case(
            &["payment_record_once", "facts-changed"],
            "",
            1,
            "INV-8 a payment is decided once, and declared once",
            |portal| done(&sampled(portal, "POST /api/v1/organisations/{org}/payment-records", 3)),
        ),
        case(
            &["payment_effect_is_single", "facts-changed", "payment_record_once"],
            LICENCES,
            1,
            "INV-8 a payment extends",
            |portal| done(&sampled(portal, "POST /api/v1/organisations/{org}/payment-records", 3)),
        ),
        case(
            &["not-in-this-state", "payment_status_is_followed"],
            "",
            1,
            "INV-8 a payment is decided once",
            |portal| {
                let bodies = [
                    r#"{"action": "reconcile", "message": ""}"#,
                    r#"{"action": "reject", "message": "Not ours"}"#,
                ];
                let path = "/api/v1/staff/payment-records/p-acme/decisions";
                done(&at_once(portal, "POST", path, "st-billing", &bodies))
            },
        ),
        case(&["idempotency (owner, key)"], "", 3, "INV-9 a key has one answer", |portal| {
            let deeds = deeds::all();
            let deed = deeds.iter().find(|it| it.name == "POST /api/v1/staff/notifications").unwrap();
            let ask = (deed.ready)().1;
            done(&portal.ask_at_once((0..3).map(|_| ask.request()).collect()))
        }),
        case(&["key-rotated"], "", 1, "", |portal| {
            let wish = r#"{"overlap": "week", "expires_on": "2027-01-31"}"#;
            done(&at_once(portal, "POST", "/api/v1/staff/api-keys/k-sales/rotation", "st-admin", &[wish; 3]))
        }),
        case(&["key-exists"], "", 1, "", |portal| {
            let wish = r#"{"name": "ERP", "scopes": ["sales"], "expires_on": "2027-01-31"}"#;
            done(&at_once(portal, "POST", "/api/v1/staff/api-keys", "st-admin", &[wish; 3]))
        }),
        case(&["report_is_asked_for_seldom"], "", 1, "", |portal| {
            done(&at_once(portal, "POST", "/api/v1/organisations/acme/reports", "ann", &["{}"; 3]))
        }),
        case(&["too-soon"], VIC_JOINS, 1, "", |portal| {
            done(&at_once(portal, "POST", &format!("{CONTACTS}/c-vic/verification"), "ann", &[""; 3]))
        }),
        case(&["client-exists"], "", 1, "", |portal| done(&sampled(portal, "POST /staff/sign-on", 2))),
    ]
}

#[test]
fn without_its_guard_a_race_breaks_what_it_keeps() {
    let mut wrong = Vec::new();
    for Case { guards, after, race, most, breaks } in cases() {
        let portal = Portal::after(&after);
        let told = race(&portal);
        rest(&portal);
        if told > most || !broken(&portal).is_empty() {
            wrong.push(format!("with {guards:?}: {told} were told it is done, {:?}", broken(&portal)));
        }
        let portal = without::portal(guards, &after);
        let told = race(&portal);
        rest(&portal);
        let found = broken(&portal);
        let seen =
            if breaks.is_empty() { told > most } else { found.iter().any(|it| it.starts_with(breaks)) };
        if !seen {
            wrong.push(format!(
                "without {guards:?}: {told} were told it is done, and {breaks} holds: {found:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The list that `make guards` goes through: each of them is one, and no trigger or verdict is left out.
#[test]
fn the_list_of_guards_is_whole() {
    let list = include_str!("../fixtures/guards.txt");
    let list: Vec<&str> = list.lines().filter(|it| !it.is_empty() && !it.starts_with('#')).collect();
    let guards: Vec<&str> =
        list.iter().map(|it| it.split(" -- ").next().unwrap().split(" @ ").next().unwrap()).collect();
    let mut sources = Vec::new();
    crate::tidy::each_source(|_, text| sources.push(text.to_owned()));
    for guard in &guards {
        assert!(without::is_known(guard, &sources), "{guard} is no guard");
    }
    let schema = include_str!("../../schema.sql");
    let named = |kind: &str| -> Vec<String> {
        let all = schema.lines().filter_map(|it| it.strip_prefix(&format!("create {kind} ")));
        all.map(|it| it.split(' ').next().unwrap().to_owned()).collect()
    };
    for name in [named("trigger"), named("unique index")].concat() {
        assert!(guards.contains(&name.as_str()), "{name} is not in guards.txt");
    }
    for text in &sources {
        for verdict in text.split("json_extract('{}', '").skip(1).map(|it| it.split('\'').next().unwrap()) {
            let known =
                guards.iter().any(|it| it.split(" in ").next() == Some(verdict)) || verdict == "<code>";
            assert!(known, "the verdict {verdict} is not in guards.txt");
        }
    }
}
