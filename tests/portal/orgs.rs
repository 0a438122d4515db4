//! Domain 3.3, 3.4 and Q1: the home page and the organisation's name.

use axum::http::StatusCode;
use serde_json::json;

use crate::fixtures::{Answer, NED_JOINS, Portal, cookie};

const API: &str = "/api/v1/organisations/acme";
const NAME: &str = "/o/acme/name";

fn rename(portal: &Portal, name: &str, etag: &str) -> Answer {
    let body = json!({ "name": name }).to_string();
    portal.send_with("PATCH", API, &cookie("ann"), &body, &[("if-match", etag)])
}

#[test]
fn home_says_who_i_am_here_and_what_i_can_open() {
    for (person, roles, open) in [
        (
            "ann",
            json!(["primary"]),
            json!([
                "notifications",
                "contact_manager",
                "order_book",
                "dashboards",
                "documentation",
                "payment_gateway"
            ]),
        ),
        (
            "bob",
            json!(["billing"]),
            json!([
                "notifications",
                "order_book",
                "payment_record",
                "license_extension",
                "dashboards",
                "billdesk",
                "documentation",
                "payment_gateway"
            ]),
        ),
        (
            "sue",
            json!(["support"]),
            json!(["notifications", "dashboards", "helpdesk", "documentation", "payment_gateway"]),
        ),
        (
            "tom",
            json!(["technical"]),
            json!(["notifications", "dashboards", "documentation", "payment_gateway"]),
        ),
        ("ned", json!([]), json!(["notifications", "documentation", "payment_gateway"])),
    ] {
        let answer = Portal::after(NED_JOINS).get(API, person);
        let expected = json!({ "id": "acme", "name": "Acme-canary", "roles": roles, "applications": open });
        assert_eq!((answer.json(), answer.header("etag")), (expected, "\"1\""));
    }
}

#[test]
fn the_launcher_shows_what_the_roles_open_and_the_configuration_knows() {
    let all =
        ["/o/acme/contacts\"", "/o/acme/helpdesk\"", "https://billdesk.", "/o/acme/pay\"", "https://docs."];
    let shown = |portal: &Portal, person: &str| {
        let body = portal.get("/o/acme", person).body;
        let launcher = body.split("launcher").nth(1).unwrap().split("</ul>").next().unwrap().to_owned();
        all.map(|it| launcher.contains(it))
    };
    let portal = Portal::after(NED_JOINS);
    assert_eq!(shown(&portal, "ann"), [true, false, false, true, true]);
    assert_eq!(shown(&portal, "bob"), [false, false, true, true, true]);
    assert_eq!(shown(&portal, "sue"), [false, true, false, true, true]);
    assert_eq!(shown(&portal, "tom"), [false, false, false, true, true]);
    assert_eq!(shown(&portal, "ned"), [false, false, false, true, true]);
    let bare = Portal::configured(&[("HELPDESK_URL", ""), ("BILLDESK_URL", ""), ("GATEWAY_URL", "")]);
    assert_eq!(
        shown(&bare, "sue"),
        [false, true, false, true, true],
        "their pages say how to pay without a gateway, and how to ask without a desk"
    );
}

#[test]
fn only_who_can_fill_a_vacant_role_is_asked_to() {
    let hint = |portal: &Portal, person: &str, role: &str| {
        portal.get("/o/acme", person).body.contains(&format!("The {role} role is vacant"))
    };
    let vacant = Portal::after("delete from role where role in ('billing', 'support') and org_id = 'acme'");
    assert!(hint(&vacant, "ann", "Billing") && hint(&vacant, "ann", "Support"));
    assert!(vacant.get("/o/acme", "ann").body.contains("Nobody can record payments"));
    assert!(!hint(&vacant, "tom", "Billing") && !hint(&vacant, "bob", "Billing"));
    assert!(!hint(&Portal::new(), "ann", "Billing"));
}

#[test]
fn a_name_has_two_to_120_characters_on_one_line() {
    for (name, stored) in [
        ("A", None),
        (" A ", None),
        ("AB", Some("AB".to_owned())),
        ("  Two  Words ", Some("Two  Words".to_owned())),
        (&"ä".repeat(120), Some("ä".repeat(120))),
        (&"a".repeat(121), None),
        ("", None),
        ("A\nB", None),
        ("A\u{0}B", None),
        ("A\u{7f}B", None),
        ("A\u{202e}B", None),
        ("<script>alert(1)</script>", Some("<script>alert(1)</script>".to_owned())),
    ] {
        let portal = Portal::new();
        let before = portal.contents();
        let answer = rename(&portal, name, "\"1\"");
        if let Some(stored) = stored {
            assert_eq!((answer.status, answer.header("etag")), (StatusCode::OK, "\"2\""), "{name}");
            assert_eq!(answer.json()["name"], stored.as_str());
            assert!(!portal.get("/o/acme", "ann").body.contains("<script>alert"));
        } else {
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
            assert_eq!(answer.json()["errors"][0]["field"], "name");
            assert_eq!(portal.contents(), before);
        }
    }
}

#[test]
fn a_new_name_shows_at_once_to_everybody_and_in_the_log() {
    let portal = Portal::new();
    let answer = portal.post(NAME, "ann", "version=1&name=Acme+Mills");
    assert_eq!(answer.header("location"), "/o/acme?done=renamed");
    for person in ["ann", "tom"] {
        assert!(portal.get("/o/acme", person).body.contains("<h1>Acme Mills</h1>"));
    }
    let line = &portal.rows("select action, actor_id, target, before, after from audit")[0];
    let expected = json!({
        "action": "organisation.renamed", "actor_id": "ann", "target": "acme",
        "before": "{\"name\":\"Acme-canary\"}", "after": "{\"name\":\"Acme Mills\"}",
    });
    assert_eq!(*line, expected);
    // Two customers may be called alike.
    assert_eq!(rename(&portal, "Globex-canary", "\"2\"").status, StatusCode::OK);
}

#[test]
fn the_same_name_is_not_written_again() {
    let portal = Portal::new();
    let before = portal.contents();
    let answer = rename(&portal, " Acme-canary ", "\"1\"");
    assert_eq!((answer.status, answer.header("etag")), (StatusCode::OK, "\"1\""));
    assert_eq!(portal.contents(), before);
}

#[test]
fn only_the_primary_renames() {
    for person in ["bob", "sue", "tom"] {
        let portal = Portal::new();
        let before = portal.contents();
        let answer = portal.post(NAME, person, "version=1&name=Mine");
        assert!(answer.status == StatusCode::FORBIDDEN && portal.contents() == before, "{person}");
        assert!(!portal.get("/o/acme", person).body.contains(NAME), "{person}");
    }
    assert!(Portal::new().get("/o/acme", "ann").body.contains(NAME));
}

#[test]
fn a_stale_or_missing_version_changes_nothing() {
    let portal = Portal::new();
    let before = portal.contents();
    let missing = portal.send("PATCH", API, &cookie("ann"), r#"{"name": "Acme Mills"}"#);
    assert_eq!(
        (missing.status, &missing.json()["type"]),
        (StatusCode::PRECONDITION_REQUIRED, &json!("/problems/precondition-required"))
    );
    let stale = rename(&portal, "Acme Mills", "\"2\"");
    assert_eq!(
        (stale.status, &stale.json()["type"]),
        (StatusCode::PRECONDITION_FAILED, &json!("/problems/stale"))
    );
    let page = portal.post(NAME, "ann", "version=0&name=Acme+Mills");
    assert_eq!(page.status, StatusCode::PRECONDITION_FAILED);
    assert!(
        page.body.contains("value=\"Acme Mills\"") && page.body.contains("Somebody changed this"),
        "{}",
        page.body
    );
    assert_eq!(portal.contents(), before);
    let race = Portal::new();
    let meanwhile = "update organisation set name = 'Other', version = 2 where id = 'acme'";
    race.db.meanwhile(meanwhile);
    assert_eq!(rename(&race, "Acme Mills", "\"1\"").status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(race.contents(), Portal::after(meanwhile).contents());
}

/// Mass assignment: whatever else is sent is refused and never stored.
#[test]
fn no_other_field_comes_in_by_the_way() {
    for field in
        ["id", "org_id", "role", "verified", "staff", "created_at", "roles_version", "version", "channel"]
    {
        let portal = Portal::new();
        let before = portal.contents();
        let body = json!({ "name": "Acme Mills", field: 9 }).to_string();
        let answer = portal.send_with("PATCH", API, &cookie("ann"), &body, &[("if-match", "\"1\"")]);
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert_eq!(
            answer.json()["errors"],
            json!([{ "field": field, "code": "unknown", "message": "There is no such field." }])
        );
        assert_eq!(portal.contents(), before);
    }
}
