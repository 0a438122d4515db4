//! Domain 4.5: who holds which role, and how the Primary role changes hands.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::fixtures::{Answer, NED_JOINS, Portal, cookie};
use crate::samples::VIC_JOINS;

const PAGE: &str = "/o/acme/roles";
const API: &str = "/api/v1/organisations/acme/roles";

fn wish(primary: &str, billing: &str, support: &str, technical: &str) -> (String, String) {
    let form =
        format!("version=1&primary={primary}&billing={billing}&support={support}&technical={technical}");
    let id = |it: &str| if it.is_empty() { Value::Null } else { it.into() };
    let wish = [primary, billing, support, technical].map(id);
    let json = json!({ "primary": wish[0], "billing": wish[1], "support": wish[2], "technical": wish[3] });
    (form, json.to_string())
}

fn put(portal: &Portal, body: &str, etag: &str) -> Answer {
    portal.send_with("PUT", API, &cookie("ann"), body, &[("if-match", etag)])
}

fn mailed(portal: &Portal) -> Vec<(String, Value, Value)> {
    let rows =
        portal.rows("select recipient, payload from outbox where kind = 'contacts.roles' order by recipient");
    let facts = |it: &Value| serde_json::from_str::<Value>(it["payload"].as_str().unwrap()).unwrap();
    let name = |it: &Value| it["recipient"].as_str().unwrap().split('@').next().unwrap().to_owned();
    rows.iter().map(|it| (name(it), facts(it)["gained"].clone(), facts(it)["lost"].clone())).collect()
}

#[test]
fn roles_are_assigned_on_both_faces_and_everybody_concerned_is_told() {
    let (form, program) = wish("c-ann", "c-tom", "", "c-tom");
    for page in [true, false] {
        let portal = Portal::new();
        let answer = if page { portal.post(PAGE, "ann", &form) } else { put(&portal, &program, "\"1\"") };
        if page {
            assert_eq!(answer.header("location"), "/o/acme/contacts?done=roles-assigned", "{}", answer.body);
        } else {
            let roles =
                json!({ "primary": "c-ann", "billing": "c-tom", "support": null, "technical": "c-tom" });
            assert_eq!(
                (answer.status, answer.json(), answer.header("etag")),
                (StatusCode::OK, roles, "\"2\"")
            );
        }
        let holders = portal.rows("select role, contact_id from role where org_id = 'acme' order by role");
        let held = |role: &str, contact: &str| json!({ "role": role, "contact_id": contact });
        assert_eq!(holders, [held("billing", "c-tom"), held("primary", "c-ann"), held("technical", "c-tom")]);
        assert_eq!(
            mailed(&portal),
            [
                ("bob".to_owned(), json!([]), json!(["billing"])),
                ("sue".to_owned(), json!([]), json!(["support"])),
                ("tom".to_owned(), json!(["billing"]), json!([])),
            ]
        );
        assert_eq!(portal.queue.0.lock().unwrap().len(), 3);
        let line = &portal.rows("select target, before, after from audit where action = 'roles.assigned'")[0];
        let text = |name: &str| serde_json::from_str::<Value>(line[name].as_str().unwrap()).unwrap();
        assert_eq!((&line["target"], &text("before")["billing"]), (&json!("roles"), &json!("c-bob")));
        assert_eq!((&text("after")["billing"], &text("after")["support"]), (&json!("c-tom"), &Value::Null));
        let sees = portal.get("/api/v1/organisations/acme", "tom").json()["roles"].clone();
        assert_eq!(sees, json!(["billing", "technical"]), "in force at once");
    }
}

#[test]
fn one_contact_may_hold_all_roles() {
    let portal = Portal::new();
    let (_, all) = wish("c-ann", "c-ann", "c-ann", "c-ann");
    assert_eq!(put(&portal, &all, "\"1\"").status, StatusCode::OK);
    assert_eq!(portal.number("select count(*) as n from role where contact_id = 'c-ann'"), 4);
    let page = portal.get("/o/acme", "ann").body;
    assert!(page.contains("You are the Primary, Billing, Support and Technical contact."), "{page}");
}

#[test]
fn what_does_not_change_is_not_written() {
    let (form, program) = wish("c-ann", "c-bob", "c-sue", "c-tom");
    for page in [true, false] {
        let portal = Portal::new();
        let before = portal.contents();
        let trips = portal.db.round_trips() + 1;
        let answer = if page { portal.post(PAGE, "ann", &form) } else { put(&portal, &program, "\"1\"") };
        assert!(answer.status == StatusCode::OK || answer.status == StatusCode::SEE_OTHER, "{}", answer.body);
        assert_eq!(portal.db.round_trips(), trips);
        assert_eq!(portal.contents(), before);
        assert!(!answer.header("location").contains("done="), "nobody gets a mail, so nothing says so");
        assert!(page || answer.header("etag") == "\"1\"");
    }
}

#[track_caller]
fn refused(after: &str, body: &str, errors: &[(&str, &str)]) {
    let portal = Portal::after(after);
    let before = portal.contents();
    let answer = put(&portal, body, "\"1\"");
    let problem = answer.json();
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
    let said = problem["errors"].as_array().unwrap();
    let said: Vec<_> =
        said.iter().map(|it| (it["field"].as_str().unwrap(), it["code"].as_str().unwrap())).collect();
    assert_eq!(said, errors, "{problem}");
    let whole = errors[0].1;
    let whole =
        if ["required", "not-text", "unknown", "malformed"].contains(&whole) { "invalid" } else { whole };
    assert_eq!(problem["type"], format!("/problems/{whole}"));
    assert_eq!(portal.contents(), before);
}

#[test]
fn what_cannot_be_a_holder_is_refused_role_by_role() {
    let vic = format!("delete from contact where id = 'c-sue'; {VIC_JOINS}");
    let body = |primary, billing| wish(primary, billing, "", "").1;
    refused(&vic, &body("c-ann", "c-vic"), &[("billing", "role-needs-verified-contact")]);
    refused(
        &vic,
        &body("c-vic", "c-vic"),
        &[("primary", "role-needs-verified-contact"), ("billing", "role-needs-verified-contact")],
    );
    refused("", &body("c-ann", "c-gus"), &[("billing", "role-needs-verified-contact")]);
    refused("", &body("c-ann", "c-nobody"), &[("billing", "role-needs-verified-contact")]);
    refused("", &body("", "c-bob"), &[("primary", "primary-required")]);
    refused(
        "",
        &body("", "c-gus"),
        &[("primary", "primary-required"), ("billing", "role-needs-verified-contact")],
    );
    refused(
        "",
        "{}",
        &[
            ("primary", "required"),
            ("billing", "required"),
            ("support", "required"),
            ("technical", "required"),
        ],
    );
    refused(
        "",
        r#"{"primary": ["c-ann"], "billing": 5, "support": null, "technical": "not an id", "handing_over": "yes"}"#,
        &[
            ("primary", "not-text"),
            ("billing", "not-text"),
            ("technical", "malformed"),
            ("handing_over", "unknown"),
        ],
    );
    let (form, _) = wish("c-ann", "c-vic", "c-tom", "c-tom");
    let page = Portal::after(&vic).post(PAGE, "ann", &form);
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.body.contains("Only a verified contact of this organisation can hold a role"),
        "{}",
        page.body
    );
    assert!(page.body.contains("<option value=\"c-tom\" selected>"), "what was chosen stays chosen");
}

#[test]
fn the_drop_downs_hold_verified_contacts_only() {
    let vic = format!("delete from contact where id = 'c-sue'; {VIC_JOINS}");
    let page = Portal::after(&vic).get(PAGE, "ann").body;
    assert!(!page.contains("c-vic") && page.contains("not verified yet: Vic Acme-canary"), "{page}");
    assert_eq!(page.matches("value=\"c-bob\"").count(), 4);
    assert_eq!(page.matches("Nobody</option>").count(), 3, "Primary has no empty entry");
}

#[test]
fn handing_over_the_primary_role_is_asked_about_once_and_ends_at_home() {
    let (form, program) = wish("c-bob", "c-bob", "c-sue", "c-tom");
    let portal = Portal::new();
    let before = portal.contents();
    let question = portal.post(PAGE, "ann", &form);
    assert_eq!((question.status, portal.contents() == before), (StatusCode::OK, true));
    for word in [
        "Hand the Primary role to Bob Acme-canary?",
        "You will lose access to Contacts",
        "name=\"handing_over\"",
    ] {
        assert!(question.body.contains(word), "{word} in {}", question.body);
    }
    let done = portal.post(PAGE, "ann", &format!("{form}&handing_over=yes"));
    assert_eq!(done.header("location"), "/o/acme?done=primary-handed-over");
    assert_eq!(portal.get("/o/acme/contacts", "ann").status, StatusCode::FORBIDDEN);
    assert_eq!(portal.get("/o/acme/contacts", "bob").status, StatusCode::OK);
    let home = portal.get("/o/acme?done=primary-handed-over", "ann").body;
    assert!(
        home.contains("You are a contact without a role")
            && home.contains("You handed over the Primary role")
    );
    let told: Vec<String> = mailed(&portal).into_iter().map(|it| it.0).collect();
    assert_eq!(told, ["ann", "bob"], "both are mailed");
    // A program has answered by asking.
    let portal = Portal::new();
    assert_eq!(put(&portal, &program, "\"1\"").status, StatusCode::OK);
    assert_eq!(portal.get(API, "ann").status, StatusCode::FORBIDDEN);
    assert_eq!(portal.number("select count(*) as n from role where org_id = 'acme' and role = 'primary'"), 1);
}

/// Nobody is asked to agree to something that is refused afterwards.
#[test]
fn the_question_comes_after_the_rules() {
    let vic = Portal::after(&format!("delete from contact where id = 'c-sue'; {VIC_JOINS}"));
    for (primary, billing) in [("c-vic", "c-bob"), ("c-bob", "c-vic"), ("c-gus", "")] {
        let answer = vic.post(PAGE, "ann", &wish(primary, billing, "", "").0);
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
    }
}

#[test]
fn a_stale_or_missing_version_changes_nothing() {
    let (_, program) = wish("c-ann", "c-tom", "", "");
    let portal = Portal::new();
    assert_eq!(portal.get(API, "ann").header("etag"), "\"1\"");
    let before = portal.contents();
    let missing = portal.send("PUT", API, &cookie("ann"), &program);
    assert_eq!(
        (missing.status, &missing.json()["type"]),
        (StatusCode::PRECONDITION_REQUIRED, &json!("/problems/precondition-required"))
    );
    let page = portal.post(PAGE, "ann", "primary=c-ann&billing=c-tom&support=&technical=");
    assert_eq!(page.status, StatusCode::PRECONDITION_REQUIRED);
    for etag in ["\"0\"", "\"2\"", "\"1\"x", "1 or 1", ""] {
        let stale = put(&portal, &program, etag);
        assert_eq!(
            (stale.status, &stale.json()["type"]),
            (StatusCode::PRECONDITION_FAILED, &json!("/problems/stale")),
            "{etag}"
        );
    }
    let (form, _) = wish("c-ann", "c-tom", "", "");
    let page = portal.post(PAGE, "ann", &form.replace("version=1", "version=7"));
    assert_eq!(page.status, StatusCode::PRECONDITION_FAILED);
    assert!(
        page.body.contains("Somebody changed this after you opened it")
            && page.body.contains("name=\"version\" value=\"1\"")
    );
    assert_eq!(portal.contents(), before);
    for etag in ["W/\"1\"", "*"] {
        assert_eq!(put(&Portal::new(), &program, etag).status, StatusCode::OK, "{etag}");
    }
}

#[test]
fn who_was_quicker_wins_and_the_other_is_told_to_look_again() {
    let (_, program) = wish("c-ann", "c-tom", "", "");
    for meanwhile in [
        "update organisation set roles_version = 2 where id = 'acme'",
        "delete from role where contact_id = 'c-tom'; delete from contact where id = 'c-tom'",
    ] {
        let portal = Portal::new();
        portal.db.meanwhile(meanwhile);
        let answer = put(&portal, &program, "\"1\"");
        assert_eq!(
            (answer.status, &answer.json()["type"]),
            (StatusCode::PRECONDITION_FAILED, &json!("/problems/stale")),
            "{meanwhile}"
        );
        assert_eq!(portal.contents(), Portal::after(meanwhile).contents());
        assert!(portal.queue.0.lock().unwrap().is_empty());
    }
}

#[test]
fn a_role_of_somebody_deleted_is_free_again() {
    let portal = Portal::new();
    portal.send("DELETE", "/api/v1/organisations/acme/contacts/c-bob", &cookie("ann"), "");
    let roles = portal.get(API, "ann");
    assert_eq!((&roles.json()["billing"], roles.header("etag")), (&Value::Null, "\"2\""));
    let (_, program) = wish("c-ann", "c-tom", "c-sue", "c-tom");
    assert_eq!(put(&portal, &program, "\"1\"").status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(put(&portal, &program, "\"2\"").status, StatusCode::OK);
}

/// Domain 2.1 and Q14: a warning, no refusal.
#[test]
fn a_holder_on_another_domain_is_pointed_out() {
    let warned = |portal: &Portal| portal.get(PAGE, "ann").body.contains("contact is on another domain");
    assert!(!warned(&Portal::new()));
    let portal = Portal::after(NED_JOINS);
    assert_eq!(put(&portal, &wish("c-ann", "c-ned2", "", "").1, "\"1\"").status, StatusCode::OK);
    let page = portal.get(PAGE, "ann").body;
    assert!(
        page.contains("The Billing contact is on another domain") && page.contains("ned@both.example"),
        "{page}"
    );
    let partner = Portal::after(
        "update organisation set channel = 'partner', partner_name = 'Helper', partner_domains = '[\"helper.example\"]' where id = 'acme'",
    );
    assert!(warned(&partner));
}
