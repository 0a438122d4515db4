//! Domain 4.1 to 4.4: who is added, how the mail and the link go out, who goes again.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::fixtures::{NED_JOINS, NOW, Portal, cookie, run};

const PAGE: &str = "/o/acme/contacts";
const API: &str = "/api/v1/organisations/acme/contacts";
const ZOE: &str = "display_name=Zoe&email=Zoe%40Acme.example&send_verification=on";
const ZOE_JSON: &str = r#"{"display_name": "Zoe", "email": "zoe@acme.example"}"#;

fn audit(portal: &Portal) -> Vec<Value> {
    portal.rows(
        "select json_array(action, actor_id, actor_name, target, json(before), json(after), address, org_id) as line
           from audit where action <> 'access.refused' order by at, id",
    )
}

fn outbox(portal: &Portal) -> Vec<Value> {
    portal.rows("select kind, recipient, org_id, state, payload from outbox order by created_at, id")
}

#[track_caller]
fn problem(answer: &crate::fixtures::Answer, status: StatusCode, code: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.json()["type"], format!("/problems/{code}"), "{}", answer.body);
}

#[test]
fn adding_with_a_mail_makes_the_row_the_link_and_the_pointer_at_once() {
    for (path, body, expected) in [(PAGE, ZOE, StatusCode::SEE_OTHER), (API, ZOE_JSON, StatusCode::CREATED)] {
        let portal = Portal::new();
        let answer = portal.post(path, "ann", body);
        assert_eq!(answer.status, expected, "{}", answer.body);
        let mail = &outbox(&portal)[0];
        assert_eq!(
            (&mail["kind"], &mail["recipient"]),
            (&json!("contacts.verify"), &json!("zoe@acme.example"))
        );
        assert_eq!((&mail["org_id"], &mail["state"]), (&json!("acme"), &json!("queued")));
        let link = portal.rows(
            "select link.hash, link.expires_at - link.created_at as lives from link
               join contact on contact.id = link.contact_id and contact.person_id = link.person_id
              where purpose = 'verify' and used_at is null and voided_at is null",
        );
        assert_eq!((link.len(), &link[0]["lives"]), (1, &json!(7 * 24 * 3600)));
        let hash = link[0]["hash"].as_str().unwrap();
        let pointers: Vec<String> = portal.tokens.kept.lock().unwrap().keys().cloned().collect();
        assert_eq!(pointers, [format!("link:{hash}")]);
        let id = &portal.rows("select id from outbox")[0]["id"];
        let queue = portal.queue.0.lock().unwrap();
        assert_eq!(queue.iter().map(|it| json!(it)).collect::<Vec<_>>(), std::slice::from_ref(id));
    }
}

/// The secret is in the mail alone: neither the database nor KV nor the queue could give it away.
#[test]
fn no_token_is_stored_anywhere() {
    let portal = Portal::new();
    portal.post(PAGE, "ann", ZOE);
    let row = &portal.rows("select kind, json(payload) as payload from outbox")[0];
    let payload: Value = serde_json::from_str(row["payload"].as_str().unwrap()).unwrap();
    let app = portal.app();
    let mailing = portal::outbox::Mailing { config: app.config(), secrets: app.secrets() };
    let mail = portal::apps::contacts::mail::render("contacts.verify", &payload, &mailing).unwrap();
    let token = mail.text.split('#').nth(1).unwrap().split_whitespace().next().unwrap();
    assert_eq!(token.len(), 43);
    let kept = format!("{:?}", portal.tokens.kept.lock().unwrap());
    assert!(!format!("{payload}{kept}{:?}", portal.contents()).contains(token));
    assert_eq!(mail.text.matches(token).count(), 2, "once in the link and once as a code");
}

#[test]
fn adding_without_a_mail_sends_nothing_until_verify_is_pressed() {
    let body = r#"{"display_name": "Zoe", "email": "zoe@acme.example", "send_verification": false}"#;
    let portal = Portal::new();
    let added = portal.post(API, "ann", body);
    assert_eq!(added.json()["mail"], json!({ "state": "none", "at": null }));
    assert!(outbox(&portal).is_empty() && portal.tokens.kept.lock().unwrap().is_empty());
    assert!(portal.get(PAGE, "ann").body.contains("No mail sent yet"));
    let id = added.json()["id"].as_str().unwrap().to_owned();
    let pressed = portal.post(&format!("{API}/{id}/verification"), "ann", "");
    assert_eq!((pressed.status, pressed.json()), (StatusCode::ACCEPTED, json!({ "status": "queued" })));
    assert_eq!(outbox(&portal).len(), 1);
    let quiet = Portal::new().post(PAGE, "ann", "display_name=Zoe&email=zoe%40acme.example");
    assert_eq!(quiet.header("location"), format!("{PAGE}?done=contact-added-quietly"));
}

/// A person is one; what the Primary typed shows until the owner of the address agrees to be seen.
#[test]
fn a_known_address_keeps_its_own_name_and_tells_nothing_before_it_has_verified() {
    let portal = Portal::new();
    let gus = r#"{"display_name": "Our Gustav", "email": "GUS@Globex-canary.example"}"#;
    let added = portal.post(API, "ann", gus);
    assert_eq!(added.status, StatusCode::CREATED);
    assert_eq!(portal.number("select count(*) as n from person where email like 'gus@%'"), 1);
    assert_eq!(portal.number("select count(*) as n from contact where person_id = 'gus'"), 2);
    let name = |portal: &Portal| portal.get(API, "ann").json()["items"][4]["display_name"].clone();
    assert_eq!(name(&portal), "Our Gustav");
    let row = |portal: &Portal| {
        let body = portal.get(PAGE, "ann").body;
        body.split("Our Gustav").nth(1).unwrap_or_default().split("</tr>").next().unwrap().to_owned()
    };
    assert!(row(&portal).contains("Never"), "when somebody signed in elsewhere is not Acme's to know");
    assert_eq!(portal.get("/o/acme", "gus").status, StatusCode::NOT_FOUND);
    run(&portal.db, "update contact set verified_at = 9 where name = 'Our Gustav'").unwrap();
    assert_eq!(name(&portal), "Gus Globex-canary");
    assert_eq!(portal.get("/o/acme", "gus").status, StatusCode::OK);
}

#[test]
fn a_new_address_makes_a_person_with_the_typed_name() {
    let portal = Portal::new();
    portal.post(PAGE, "ann", ZOE);
    let person =
        &portal.rows("select display_name, password, email from person where email = 'zoe@acme.example'")[0];
    assert_eq!((&person["display_name"], &person["password"]), (&json!("Zoe"), &Value::Null));
}

#[test]
fn five_at_most_by_the_rule_and_by_the_schema() {
    for (path, body) in [(PAGE, ZOE), (API, ZOE_JSON)] {
        let full = Portal::after(NED_JOINS);
        let before = full.contents();
        let by_rule = full.post(path, "ann", body);
        let race = Portal::new();
        race.db.meanwhile(NED_JOINS);
        let by_schema = race.post(path, "ann", body);
        for (portal, answer) in [(full, by_rule), (race, by_schema)] {
            assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.body);
            assert!(answer.body.contains("An organisation can have at most 5 contacts"), "{}", answer.body);
            assert_eq!(portal.contents(), before);
        }
    }
    problem(&Portal::after(NED_JOINS).post(API, "ann", ZOE_JSON), StatusCode::CONFLICT, "contact-limit");
    let page = Portal::after(NED_JOINS).get(PAGE, "ann").body;
    assert!(page.contains("All 5 places are taken") && !page.contains("name=\"email\""), "{page}");
}

#[test]
fn an_address_is_once_in_an_organisation_in_any_case_of_letters() {
    for email in ["bob@acme-canary.example", "BOB@ACME-Canary.Example", " Bob@acme-canary.example "] {
        let body = json!({ "display_name": "Bob", "email": email }).to_string();
        let portal = Portal::new();
        let answer = portal.post(API, "ann", &body);
        problem(&answer, StatusCode::CONFLICT, "contact-exists");
        assert_eq!(answer.json()["errors"][0]["field"], "email");
    }
    let portal = Portal::new();
    portal.db.meanwhile(
        "insert into person (id, email, display_name, created_at) values ('zoe', 'zoe@acme.example', 'Z', 1);
         insert into contact (id, org_id, person_id, name, created_at) values ('c-z', 'globex', 'zoe', 'Z', 1)",
    );
    let at_globex = API.replace("acme", "globex");
    problem(&portal.post(&at_globex, "gus", ZOE_JSON), StatusCode::CONFLICT, "contact-exists");
    // Full and there already: what helps more is said.
    let ned = r#"{"display_name": "Ned", "email": "ned@both.example"}"#;
    problem(&Portal::after(NED_JOINS).post(API, "ann", ned), StatusCode::CONFLICT, "contact-exists");
}

#[test]
fn what_is_wrong_with_a_contact_is_said_field_by_field() {
    let long = "a".repeat(81);
    let many = format!("{}@{}.example", "a".repeat(64), "b".repeat(63));
    let over = format!("{}@acme.example", "a".repeat(65));
    for (name, email, wrong) in [
        ("", "zoe@acme.example", vec!["display_name"]),
        ("  ", "", vec!["display_name", "email"]),
        (long.as_str(), "zoe@acme.example", vec!["display_name"]),
        (&long[1..], many.as_str(), vec![]),
        ("Z", over.as_str(), vec!["email"]),
        ("Zo\u{0}e", "zoe@acme.example", vec!["display_name"]),
        ("Zo\u{202e}e", "zoe@acme.example", vec!["display_name"]),
        ("Zoe\nBcc: eve@nowhere.example", "zoe@acme.example", vec!["display_name"]),
        ("Zoe", "zoe@acme.example\r\nBcc: eve@nowhere.example", vec!["email"]),
        ("Zoe", "zoe@acme.example,eve@nowhere.example", vec!["email"]),
        ("Zoe", "\"zoe\"@acme.example", vec!["email"]),
        ("Zoe", "mıke@acme.example", vec!["email"]),
        ("Zoe", "zoe@", vec!["email"]),
    ] {
        let portal = Portal::new();
        let before = portal.contents();
        let body = json!({ "display_name": name, "email": email }).to_string();
        let answer = portal.post(API, "ann", &body);
        if wrong.is_empty() {
            assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
            continue;
        }
        problem(&answer, StatusCode::UNPROCESSABLE_ENTITY, "invalid");
        let fields: Vec<Value> =
            answer.json()["errors"].as_array().unwrap().iter().map(|it| it["field"].clone()).collect();
        assert_eq!(fields, wrong, "{body}");
        assert_eq!(portal.contents(), before, "{body}");
    }
}

#[test]
fn a_refused_page_keeps_what_was_typed() {
    let answer = Portal::new().post(PAGE, "ann", "display_name=%3Cb%3EZoe&email=zoe%40");
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for word in ["value=\"&lt;b&gt;Zoe\"", "value=\"zoe@\"", "Write the whole address", "Bob Acme-canary"] {
        assert!(answer.body.contains(word), "{word} in {}", answer.body);
    }
    assert!(!answer.body.contains("value=\"on\" checked"), "what was unticked stays so");
}

#[test]
fn a_program_reads_what_the_contract_says() {
    let portal = Portal::new();
    portal.post(PAGE, "ann", ZOE);
    let list = portal.get(API, "ann").json();
    assert_eq!((&list["limit"], list["items"].as_array().unwrap().len()), (&json!(5), 5));
    assert_eq!(
        list["items"][0],
        json!({
            "id": "c-ann", "email": "ann@acme-canary.example", "display_name": "Ann Acme-canary",
            "roles": ["primary"], "status": "verified", "verified_at": "1970-01-01T00:00:01Z",
            "mail": { "state": "none", "at": null },
        })
    );
    let zoe = &list["items"][4];
    assert_eq!((&zoe["status"], &zoe["verified_at"]), (&json!("unverified"), &Value::Null));
    assert_eq!(zoe["mail"], json!({ "state": "queued", "at": portal::kernel::rfc3339(NOW) }));
}

#[test]
fn the_primary_sees_what_became_of_the_mail() {
    for (state, program, page) in [
        ("queued", "queued", "Mail queued"),
        ("sending", "queued", "Mail queued"),
        ("sent", "sent", "Mail sent"),
        ("failed", "failed", "Mail failed"),
        ("dropped", "failed", "Mail failed"),
        ("bounced", "failed", "Mail came back"),
    ] {
        let portal = Portal::new();
        portal.post(PAGE, "ann", ZOE);
        portal.db.meanwhile(&format!("update outbox set state = '{state}', state_at = 1795327685"));
        portal.post("/o/acme/name", "ann", "version=1&name=Acme+anew");
        let mail = &portal.get(API, "ann").json()["items"][4]["mail"];
        assert_eq!((&mail["state"], &mail["at"]), (&json!(program), &json!("2026-11-22T06:08:05Z")));
        assert!(portal.get(PAGE, "ann").body.contains(page), "{state}");
    }
}

#[test]
fn each_deed_leaves_its_line_in_the_audit_log() {
    let portal = Portal::new();
    let id = portal.post(API, "ann", ZOE_JSON).json()["id"].as_str().unwrap().to_owned();
    portal.now.set(NOW + 60);
    portal.post(&format!("{API}/{id}/verification"), "ann", "");
    portal.now.set(NOW + 61);
    portal.send("DELETE", &format!("{API}/c-bob"), &cookie("ann"), "");
    let lines: Vec<Value> =
        audit(&portal).iter().map(|it| serde_json::from_str(it["line"].as_str().unwrap()).unwrap()).collect();
    let by = |action: &str, target: &str, before: Value, after: Value| {
        json!([action, "ann", "Ann Acme-canary", target, before, after, "local", "acme"])
    };
    let zoe = json!({ "display_name": "Zoe", "email": "zoe@acme.example" });
    let bob = json!({
        "display_name": "Bob Acme-canary", "email": "bob@acme-canary.example", "roles": ["billing"],
    });
    assert_eq!(
        lines,
        [
            by("contact.added", &id, Value::Null, zoe.clone()),
            by("contact.verification_sent", &id, Value::Null, zoe),
            by("contact.deleted", "c-bob", bob, Value::Null),
        ]
    );
}
