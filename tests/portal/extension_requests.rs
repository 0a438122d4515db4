use futures_executor::block_on;
use portal::jobs::{MAIL, on_message};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::fixtures::{Answer, NOW, Portal, ask, cookie, keys, run, signed};
use crate::licence_cast::LICENCES;

const PATH: &str = "/api/v1/organisations/acme/extension-requests";

/// Two grants of Acme's `SkyConnect`, within the window when today is 22 Nov 2026; the first leaves it on 29 Nov.
const TWO_GRANTS: &str = "
    insert into extension_request (id, org_id, licence_id, product_id, at, requested_on, reason, description, by_person,
                                   by_name, status, code, message, valid_till) values
      ('x-1', 'acme', 'l-sky', 'p-sky', 1788170000, '2026-08-31', 'renewal_delayed', 'ten letters', 'bob', 'Bob Acme-canary', 'granted', 'GRANTED', 'm', '2026-09-01'),
      ('x-2', 'acme', 'l-sky', 'p-sky', 1793960000, '2026-11-06', 'renewal_delayed', 'ten letters', 'bob', 'Bob Acme-canary', 'granted', 'GRANTED', 'm', '2026-11-07');";

fn body(licence: &str) -> String {
    asking(licence, "renewal_delayed", "The order is on its way.")
}

fn asking(licence: &str, reason: &str, description: &str) -> String {
    json!({ "licence_id": licence, "reason": reason, "description": description }).to_string()
}

fn after(more: &str) -> Portal {
    Portal::after(&(LICENCES.to_owned() + more))
}

fn asked(portal: &Portal, licence: &str) -> Value {
    let answer = portal.post(PATH, "bob", &body(licence));
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()
}

#[derive(Debug, Deserialize, PartialEq)]
struct Line {
    line: String,
}

fn lines(portal: &Portal, stmt: portal::db::Stmt) -> Vec<String> {
    ask::<Line>(&portal.db, stmt).unwrap().into_iter().map(|it| it.line).collect()
}

/// Subject, recipient and text of everything in the queue, as it would have left.
fn mails(portal: &Portal) -> Vec<String> {
    let ids: Vec<_> = std::mem::take(&mut *portal.queue.0.lock().unwrap());
    for id in ids {
        block_on(on_message(&portal.app(), MAIL, Some(id.as_str())));
    }
    lines(
        portal,
        portal::sql!(
            "select 'To: ' || mailbox.recipient || char(10) || 'Subject: ' || subject || char(10, 10) || body_text as line
               from mailbox join outbox using (id) order by mailbox.recipient, outbox.created_at"
        ),
    )
}

#[test]
fn a_grant_is_written_down_everywhere_at_once() {
    let portal = after("");
    let trips = portal.db.round_trips();
    let answer = asked(&portal, "l-sky");
    assert_eq!(portal.db.round_trips() - trips, 2);
    let message =
        "Licence extended by 1 day, valid till 23 Nov 2026. Product screens will show it within 2 hours.";
    assert_eq!(
        answer,
        json!({
            "id": answer["id"], "status": "granted", "code": "GRANTED", "message": message,
            "licence": { "id": "l-sky", "valid_till": "2026-11-23" }, "next_possible_on": null,
        })
    );
    let licence = portal::sql!(
        "select json_array(valid_till, version, flag_on) as line from licence where id = 'l-sky'"
    );
    assert_eq!(lines(&portal, licence), [r#"["2026-11-23",2,"2026-10-24"]"#]);
    let events = portal.get("/api/v1/organisations/acme/licence-events?limit=1", "bob").json();
    assert_eq!(
        events["items"][0],
        json!({
            "id": events["items"][0]["id"], "at": "2026-11-22T06:08:00Z", "licence_id": "l-sky",
            "product": "SkyConnect", "old_valid_till": "2026-11-20", "new_valid_till": "2026-11-23",
            "cause": "extension_request", "by": "Bob Acme-canary",
            "note": "The renewal is delayed: The order is on its way.",
        })
    );
    let audit = portal::sql!("select json_array(action, target, actor_id, before) as line from audit");
    assert_eq!(
        lines(&portal, audit),
        [r#"["extension.granted","l-sky","bob","{\"valid_till\":\"2026-11-20\"}"]"#]
    );
    let notes = portal::sql!(
        "select json_array(org_id, roles, category, title, body, link, source, state) as line from notification"
    );
    let note = json!([
        "acme",
        r#"["primary","billing"]"#,
        "license",
        "SkyConnect licence extended till 23 Nov 2026",
        message,
        "/o/acme",
        "system",
        "published"
    ]);
    assert_eq!(lines(&portal, notes), [note.to_string()]);
    insta::assert_snapshot!("granted_mails", mails(&portal).join("\n========\n"));
}

#[test]
fn a_rejection_is_stored_listed_and_explained() {
    let portal = after(TWO_GRANTS);
    let answer = asked(&portal, "l-sky");
    let message = "This facility has been used twice in the last 90 days, on 31 Aug 2026 and 6 Nov 2026. \
                   Next possible on 29 Nov 2026.";
    assert_eq!(
        answer,
        json!({
            "id": answer["id"], "status": "rejected", "code": "LIMIT_REACHED", "message": message,
            "licence": { "id": "l-sky", "valid_till": "2026-11-20" }, "next_possible_on": "2026-11-29",
        })
    );
    portal.now.set(NOW + 1);
    let answer = asked(&portal, "l-clr");
    assert_eq!((&answer["code"], &answer["next_possible_on"]), (&json!("NOT_EXPIRED"), &json!("2027-11-22")));
    let listed = portal.get(&format!("{PATH}?limit=2"), "bob").json();
    assert_eq!(
        listed["items"][1],
        json!({
            "id": listed["items"][1]["id"], "licence_id": "l-sky", "product": "SkyConnect",
            "at": "2026-11-22T06:08:00Z", "requested_on": "2026-11-22", "reason": "renewal_delayed",
            "description": "The order is on its way.", "by": "Bob Acme-canary", "status": "rejected",
            "code": "LIMIT_REACHED", "message": message, "valid_till": "2026-11-20",
            "next_possible_on": "2026-11-29",
        })
    );
    assert_eq!(
        portal.get(&format!("{PATH}?status=rejected&product=SkyConnect"), "bob").json()["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        portal.get(&format!("{PATH}?to=2026-11-06"), "bob").json()["items"].as_array().unwrap().len(),
        2
    );
    let page = portal.get("/o/acme/licences/extension-requests", "bob").body;
    assert!(page.contains(message) && page.contains("Rejected") && page.contains("20 Nov 2026"), "{page}");
    assert_eq!(portal.number("select count(*) as n from licence_event where cause = 'extension_request'"), 0);
    assert_eq!(portal.number("select version as n from licence where id = 'l-sky'"), 1);
    let roles = portal::sql!("select roles || ' ' || link as line from notification");
    assert_eq!(lines(&portal, roles), vec![r#"["billing"] /o/acme/licences/extension-requests"#; 2]);
    insta::assert_snapshot!("rejected_mails", mails(&portal).join("\n========\n"));
}

#[test]
fn on_the_named_day_it_is_granted_and_a_day_before_it_is_not() {
    for (days, status) in [(6, "rejected"), (7, "granted")] {
        let portal = after(TWO_GRANTS);
        portal.now.set(portal.now.get() + days * 86_400);
        run(&portal.db, "update session set expires_at = 1796000000, last_seen_at = 1795932000").unwrap();
        let cookie = signed("bob", "bob", 0, portal.now.get() + 60, &keys());
        let answer = portal.send("POST", PATH, &cookie, &body("l-sky"));
        assert_eq!(answer.json()["status"], status, "{days}: {}", answer.body);
    }
}

#[test]
fn a_cancelled_licence_stays_cancelled() {
    let portal = after("update licence set cancelled_on = '2026-11-21' where id = 'l-sky';");
    let answer = asked(&portal, "l-sky");
    assert_eq!((&answer["code"], &answer["next_possible_on"]), (&json!("CANCELLED"), &Value::Null));
    let answer = asked(&portal, "l-flow");
    assert_eq!((&answer["code"], &answer["next_possible_on"]), (&json!("NOT_EXPIRED"), &Value::Null));
}

#[test]
fn bad_input_is_answered_by_field_and_stored_nowhere() {
    let portal = after("");
    let before = portal.contents();
    let (nine, long, spaces) = ("nine lett", "é".repeat(501), " ".repeat(20));
    for (body, field) in [
        (asking("l-glo", "renewal_delayed", "ten letters"), "licence_id"),
        (asking("l-none", "renewal_delayed", "ten letters"), "licence_id"),
        (asking("", "renewal_delayed", "ten letters"), "licence_id"),
        (asking("no id!", "renewal_delayed", "ten letters"), "licence_id"),
        (asking("l-sky", "trial_extension", "ten letters"), "reason"),
        (asking("l-sky", "other", "ten letters"), "reason"),
        (asking("l-sky", "", "ten letters"), "reason"),
        (asking("l-sky", "renewal_delayed", ""), "description"),
        (asking("l-sky", "renewal_delayed", nine), "description"),
        (asking("l-sky", "renewal_delayed", &long), "description"),
        (asking("l-sky", "renewal_delayed", &spaces), "description"),
        (asking("l-sky", "renewal_delayed", "ten\u{0}letters"), "description"),
        (json!({ "licence_id": "l-sky", "reason": "renewal_delayed" }).to_string(), "description"),
        (json!({ "licence_id": 5, "reason": "renewal_delayed", "description": "ten letters" }).to_string(), "licence_id"),
        (json!({ "licence_id": "l-sky", "reason": "renewal_delayed", "description": "ten letters", "days": 9 }).to_string(), "days"),
    ] {
        let answer = portal.post(PATH, "bob", &body);
        assert_eq!(answer.status, 422, "{body}: {}", answer.body);
        let json = answer.json();
        assert_eq!((&json["errors"][0]["field"], &json["type"]), (&json!(field), &json!("/problems/invalid")), "{body}");
    }
    assert_eq!(portal.contents(), before);
    let trial = asking("l-vault", "trial_extension", "ten letters");
    assert_eq!(portal.post(PATH, "bob", &trial).json()["code"], "NOT_EXPIRED", "a trial may ask as a trial");
    let exactly = asking("l-sky", "payment_overdue", &"é".repeat(500));
    assert_eq!(portal.post(PATH, "bob", &exactly).json()["code"], "GRANTED");
}

#[test]
fn only_billing_may_ask() {
    let portal = after("");
    let before = portal.contents();
    for (who, status) in [("ann", 403), ("sue", 403), ("tom", 403), ("gus", 404), ("eve", 404)] {
        assert_eq!(portal.post(PATH, who, &body("l-sky")).status, status, "{who}");
    }
    assert_eq!(portal.contents(), before);
}

#[test]
fn the_form_shows_what_would_happen_and_keeps_what_was_typed() {
    let portal = after(TWO_GRANTS);
    let page = portal.get("/o/acme/licences/extension-requests/new?licence_id=l-vault", "bob").body;
    for words in [
        "It would be rejected: the facility was used on 31 Aug 2026 and 6 Nov 2026. Next possible on 29 Nov 2026.",
        "It would be rejected: it is valid till 26 Nov 2026. Next possible on 27 Nov 2026.",
        "It would be rejected: it is valid till 31 Dec 2026. No later day is possible.",
        "<option value=\"l-vault\" selected>",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let fresh = after("");
    let page = fresh.get("/o/acme/licences/extension-requests/new", "bob").body;
    assert!(page.contains("It would be granted: valid till 23 Nov 2026."), "{page}");
    assert!(page.contains("<option value=\"l-sky\" selected>"), "the one that can be extended: {page}");

    let form = "licence_id=l-sky&reason=trial_extension&description=a+line%0D%0Aand+one";
    let answer = fresh.post("/o/acme/licences/extension-requests", "bob", form);
    assert_eq!(answer.status, 422);
    assert!(
        answer.body.contains("This licence is no trial") && answer.body.contains("and one"),
        "{}",
        answer.body
    );
    let form = "licence_id=l-sky&reason=payment_overdue&description=a+line%0D%0Aand+one&idempotency_key=k1";
    for _ in 0..2 {
        let answer = fresh.post("/o/acme/licences/extension-requests", "bob", form);
        assert_eq!(answer.status, 303);
        assert!(answer.header("location").starts_with("/o/acme/licences/extension-requests"));
    }
    assert_eq!(fresh.number("select count(*) as n from extension_request"), 1, "a double click asks once");
    let list = fresh.get("/o/acme/licences/extension-requests?done=extension-granted", "bob").body;
    assert!(list.contains("The licence is extended by a day"), "{list}");
}

#[test]
fn each_preview_is_what_then_happens() {
    for more in ["", TWO_GRANTS, "update licence set cancelled_on = '2026-11-01' where id = 'l-sky';"] {
        for licence in ["l-sky", "l-vault", "l-clr", "l-flow"] {
            let portal = after(more);
            let page = portal.get("/o/acme/licences/extension-requests/new", "bob").body;
            let product = match licence {
                "l-sky" => "<dt>SkyConnect</dt>",
                "l-vault" => "<dt>Vaultastic</dt>",
                "l-clr" => "<dt>ClrStream</dt>",
                _ => "<dt>LegacyFlo</dt>",
            };
            let preview = page.split(product).nth(1).unwrap().split("</dd>").next().unwrap();
            let granted = preview.contains("It would be granted");
            let answer = asked(&portal, licence);
            assert_eq!(answer["status"] == "granted", granted, "{licence} {more}");
            if let Some(next) = answer["next_possible_on"].as_str() {
                let words = portal::kernel::Day::try_from(next.to_owned()).unwrap().words();
                assert!(preview.contains(&words), "{licence} {more}: {preview}");
            }
        }
    }
}

#[test]
fn the_same_key_asks_once() {
    let portal = after("");
    let key = [("idempotency-key", "k-1")];
    let send = |body: &str| portal.send_with("POST", PATH, &cookie("bob"), body, &key);
    let first = send(&body("l-sky"));
    let again = send(&body("l-sky"));
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    assert_eq!(portal.number("select count(*) as n from extension_request"), 1);
    let other = send(&body("l-vault"));
    assert_eq!(
        (other.status.as_u16(), &other.json()["type"]),
        (422, &json!("/problems/idempotency-key-reused"))
    );
}

/// What changes between reading and writing is decided anew, on what is there then.
#[test]
fn facts_that_change_meanwhile_lead_to_another_decision() {
    for (meanwhile, code) in [
        (
            "update licence set valid_till = '2027-03-31', version = version + 1 where id = 'l-sky'",
            "NOT_EXPIRED",
        ),
        (
            "update licence set cancelled_on = '2026-11-21', version = version + 1 where id = 'l-sky'",
            "CANCELLED",
        ),
        (TWO_GRANTS, "LIMIT_REACHED"),
        ("update licence set version = version + 1 where id = 'l-sky'", "GRANTED"),
    ] {
        let portal = after("");
        portal.db.meanwhile(meanwhile);
        assert_eq!(asked(&portal, "l-sky")["code"], code, "{meanwhile}");
        let stored =
            portal::sql!("select code as line from extension_request where id not in ('x-1', 'x-2')");
        assert_eq!(lines(&portal, stored), [code], "{meanwhile}");
    }
    let portal = after("");
    let before = portal.contents();
    portal.db.meanwhile("delete from role where org_id = 'acme' and role = 'billing'");
    assert_eq!(portal.post(PATH, "bob", &body("l-sky")).status, 403);
    let left: Vec<_> = portal.contents().into_iter().filter(|it| !it.contains("\"role\"")).collect();
    assert_eq!(left, before.into_iter().filter(|it| !it.contains("\"role\"")).collect::<Vec<_>>());
}

/// Forty have read "one is left" before the first of them writes.
#[test]
fn with_one_grant_left_forty_at_once_give_exactly_one() {
    const ONE_GRANT: &str = "delete from extension_request where id = 'x-1';";
    for scope in ["licence", "organisation"] {
        let script = LICENCES.to_owned()
            + TWO_GRANTS
            + ONE_GRANT
            + "update licence set valid_till = '2026-11-19' where id = 'l-vault';";
        let portal = Portal::configured_after(&script, &[("EXTENSION_LIMIT_SCOPE", scope)]);
        let (sky, vault) = (body("l-sky"), body("l-vault"));
        let bodies: Vec<&str> = (0..40)
            .map(|it| if it % 2 == 1 && scope == "organisation" { vault.as_str() } else { sky.as_str() })
            .collect();
        let trips = portal.db.round_trips();
        let answers = portal.post_at_once(PATH, "bob", &bodies);
        assert_eq!(portal.db.round_trips() - trips, 2 + 39 * 4, "all but one had to look again");
        assert!(
            answers.iter().all(|it| it.status == 201),
            "{:?}",
            answers.iter().find(|it| it.status != 201)
        );
        let granted = answers.iter().filter(|it| it.json()["status"] == "granted").count();
        assert_eq!(granted, 1, "{scope}");
        for answer in answers.iter().map(Answer::json).filter(|it| it["status"] == "rejected") {
            assert!(
                answer["next_possible_on"].is_string()
                    && answer["message"].as_str().unwrap().contains("Next possible"),
                "{answer}"
            );
        }
        assert_eq!(
            portal.number("select count(*) as n from extension_request where status = 'granted'"),
            2,
            "{scope}"
        );
        assert_eq!(
            portal.number("select count(*) as n from extension_request where status = 'rejected'"),
            39
        );
        assert_eq!(
            portal.number("select count(*) as n from licence_event where cause = 'extension_request'"),
            1
        );
        assert_eq!(portal.number("select count(*) as n from audit"), 40);
        assert_eq!(portal.number("select count(*) as n from notification"), 40);
    }
}

/// The schema by itself, should the statement ever let a third one pass.
#[test]
fn the_schema_refuses_a_third_grant() {
    let portal = after(TWO_GRANTS);
    let third = "insert into extension_request (id, org_id, licence_id, product_id, at, requested_on, reason, description,
            by_person, by_name, status, code, message, valid_till)
        select 'x-3', org_id, licence_id, product_id, at, '2026-11-22', reason, description, by_person, by_name, status,
            code, message, valid_till from extension_request where id = 'x-2'";
    assert!(run(&portal.db, third).unwrap_err().names("extension_limit"));
    assert!(
        run(&portal.db, "update licence_event set note = ''")
            .unwrap_err()
            .names("licence_event_is_append_only")
    );
}

#[test]
fn who_holds_both_roles_gets_one_mail() {
    let portal = after("update role set contact_id = 'c-bob' where org_id = 'acme' and role = 'primary';");
    asked(&portal, "l-sky");
    assert_eq!(portal.number("select count(*) as n from outbox"), 1);
}
