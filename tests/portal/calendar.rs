//! Licences in a calendar: as a file, and as an address that works for as long as its owner may look.

use axum::http::StatusCode;

use crate::fixtures::{Answer, NED_JOINS, NOW, Portal, cookie, logged, looks, run};
use crate::ics_readers::{as_others_read_it, parse, plain, value};

const FILE: &str = "/o/acme/licences/l-acme/calendar.ics";

/// The address that was shown, without scheme and host.
fn subscribe(portal: &Portal, person: &str) -> String {
    let answer = portal.post("/o/acme/calendar", person, "");
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    let token =
        answer.body.split("http://localhost:8787/calendar/").nth(1).unwrap().split(".ics").next().unwrap();
    assert!(answer.body.contains(&format!("webcal://localhost:8787/calendar/{token}.ics")));
    assert_eq!(token.len(), 43);
    format!("/calendar/{token}.ics")
}

/// As a calendar program asks: without a cookie.
fn read(portal: &Portal, path: &str) -> Answer {
    portal.send("GET", path, "", "")
}

#[test]
fn a_licence_as_a_file() {
    let portal = Portal::after("update licence set version = 7 where id = 'l-acme'");
    let file = portal.get(FILE, "bob");
    assert_eq!(file.status, StatusCode::OK);
    assert_eq!(file.header("content-type"), "text/calendar; charset=utf-8; method=PUBLISH");
    assert_eq!(
        file.header("content-disposition"),
        "attachment; filename=\"acme-canary_skyconnect_ends.ics\""
    );
    insta::assert_snapshot!("licence_file", file.body.replace("\r\n", "\n"));
    let (calendar, events) = parse(&file.body);
    assert_eq!(value(&calendar, "METHOD"), "PUBLISH");
    assert_eq!(calendar["REFRESH-INTERVAL"], (vec!["VALUE=DURATION".to_owned()], "PT12H".to_owned()));
    let event = &events[0].properties;
    assert_eq!((events.len(), value(event, "UID"), value(event, "SEQUENCE")), (1, "l-acme@localhost", "7"));
    let day = |it: &str| (vec!["VALUE=DATE".to_owned()], it.to_owned());
    assert_eq!(
        (&event["DTSTART"], &event["DTEND"]),
        (&day("20261231"), &day("20270101")),
        "the end is exclusive"
    );
    assert_eq!(value(event, "DTSTAMP"), "20261122T060800Z");
    assert_eq!(value(event, "STATUS"), "CONFIRMED");
    assert_eq!(value(event, "URL"), "http://localhost:8787/o/acme/orders");
    assert!(plain(value(event, "DESCRIPTION")).contains("http://localhost:8787/o/acme/orders"));
    let triggers: Vec<_> = events[0].alarms.iter().map(|it| value(it, "TRIGGER")).collect();
    assert_eq!(triggers, ["-P30D", "-P7D"]);
    assert!(
        events[0].alarms.iter().all(|it| value(it, "ACTION") == "DISPLAY" && it.contains_key("DESCRIPTION"))
    );
}

#[test]
fn a_move_keeps_the_id_and_raises_the_sequence() {
    let portal = Portal::new();
    let feed = subscribe(&portal, "ann");
    let first = |portal: &Portal| parse(&read(portal, &feed).body).1.remove(0).properties;
    let before = first(&portal);
    run(
        &portal.db,
        "update licence set valid_till = '2028-02-28', version = version + 1 where id = 'l-acme'",
    )
    .unwrap();
    let after = first(&portal);
    assert_eq!(before["UID"], after["UID"]);
    assert_eq!((value(&before, "SEQUENCE"), value(&after, "SEQUENCE")), ("1", "2"));
    assert_eq!((value(&after, "DTSTART"), value(&after, "DTEND")), ("20280228", "20280229"));
}

#[test]
fn a_cancelled_licence_is_a_cancelled_event() {
    let status = |cancelled_on: &str| {
        let script = format!("update licence set cancelled_on = '{cancelled_on}' where id = 'l-acme'");
        let event = parse(&Portal::after(&script).get(FILE, "ann").body).1.remove(0);
        (value(&event.properties, "STATUS").to_owned(), event.alarms.len())
    };
    assert_eq!(status("2026-11-22"), ("CANCELLED".to_owned(), 0));
    assert_eq!(status("2026-11-23"), ("CONFIRMED".to_owned(), 2), "not yet");
}

#[test]
fn names_with_commas_and_line_ends_stay_text() {
    let script = "update organisation set name = 'Ann, Bob; & \\ Sons ' || '日本語の長い名前の会社日本語の長い名前の会社' where id = 'acme';
                  update product set name = 'Sky' || char(13) || char(10) || 'END:VCALENDAR' where id = 'skyconnect'";
    let (calendar, events) = parse(&Portal::after(script).get(FILE, "ann").body);
    assert!(
        plain(value(&calendar, "NAME"))
            .contains("Ann, Bob; & \\ Sons 日本語の長い名前の会社日本語の長い名前の会社")
    );
    assert!(plain(value(&events[0].properties, "SUMMARY")).starts_with("Sky\nEND:VCALENDAR licence"));
}

#[test]
fn the_pages() {
    let portal = Portal::new();
    let main = |answer: Answer| {
        let (from, to) = (answer.body.find("<main").unwrap(), answer.body.find("</main>").unwrap());
        looks(&answer.body[from..to])
    };
    insta::assert_snapshot!("calendar_none", main(portal.get("/o/acme/calendar", "ann")));
    let created = portal.post("/o/acme/calendar", "ann", "");
    let token = created.body.split("/calendar/").nth(1).unwrap().split(".ics").next().unwrap().to_owned();
    insta::assert_snapshot!("calendar_created", main(created).replace(&token, "TOKEN"));
    insta::assert_snapshot!("calendar_active", main(portal.get("/o/acme/calendar", "ann")));
    // It was shown once, and it is nowhere in the database.
    assert!(!portal.get("/o/acme/calendar", "ann").body.contains(&token));
    assert_eq!(portal.number("select count(*) as n from calendar_feed where length(hash) = 64"), 1);
    assert_eq!(portal.number("select count(*) as n from audit where action = 'calendar.created'"), 1);
}

#[test]
fn the_feed_is_of_its_organisation_and_needs_no_session() {
    let portal = Portal::after(
        "insert into licence (id, org_id, product_id, kind, valid_from, valid_till, created_at)
         values ('l-trial', 'acme', 'vaultastic', 'trial', '2026-11-01', '2026-11-30', 1)",
    );
    let feed = subscribe(&portal, "bob");
    let answer = read(&portal, &feed);
    assert_eq!((answer.status, answer.header("content-disposition")), (StatusCode::OK, ""));
    assert!(!answer.body.to_lowercase().contains("globex"));
    let (_, events) = parse(&answer.body);
    let uids: Vec<_> = events.iter().map(|it| value(&it.properties, "UID")).collect();
    assert_eq!(uids, ["l-acme@localhost", "l-trial@localhost"]);
    assert!(value(&events[1].properties, "SUMMARY").contains("trial"));

    run(&portal.db, "delete from licence where org_id = 'acme'").unwrap();
    assert!(parse(&read(&portal, &feed).body).1.is_empty(), "an empty calendar is a calendar");
}

/// Each of these shuts the address at once; what was shut by a role opens again with it.
#[test]
fn the_address_dies_with_the_right_to_look() {
    for (what, sql) in [
        ("revoked", "update calendar_feed set revoked_at = 1"),
        ("no role", "delete from role where contact_id = 'c-bob'"),
        ("another role", "delete from role where role = 'support'; "),
        ("deleted", "delete from contact where id = 'c-bob'"),
    ] {
        let portal = Portal::new();
        let feed = subscribe(&portal, "bob");
        assert_eq!(read(&portal, &feed).status, StatusCode::OK);
        run(&portal.db, sql).unwrap();
        if what == "another role" {
            run(&portal.db, "delete from role where contact_id = 'c-bob'").unwrap();
            run(&portal.db, "insert into role values ('acme', 'support', 'c-bob')").unwrap();
        }
        assert_eq!(read(&portal, &feed).status, StatusCode::NOT_FOUND, "{what}");
    }
}

#[test]
fn who_is_not_verified_any_more_has_no_feed() {
    let portal = Portal::after("drop trigger contact_stays_verified");
    let feed = subscribe(&portal, "bob");
    run(&portal.db, "update contact set verified_at = null where id = 'c-bob'").unwrap();
    assert_eq!(read(&portal, &feed).status, StatusCode::NOT_FOUND);
}

#[test]
fn a_person_has_one_address_for_each_organisation() {
    let portal = Portal::new();
    let (first, second) = (subscribe(&portal, "ann"), subscribe(&portal, "ann"));
    let of_bob = subscribe(&portal, "bob");
    assert_eq!(read(&portal, &first).status, StatusCode::NOT_FOUND);
    assert_eq!(read(&portal, &second).status, StatusCode::OK);
    let revoked = portal.post("/o/acme/calendar/revocation", "ann", "");
    assert_eq!(
        (revoked.status, revoked.header("location")),
        (StatusCode::SEE_OTHER, "/o/acme/calendar?done=calendar-revoked")
    );
    assert!(portal.get(revoked.header("location"), "ann").body.contains("no longer works"));
    assert_eq!(read(&portal, &second).status, StatusCode::NOT_FOUND);
    assert_eq!(read(&portal, &of_bob).status, StatusCode::OK, "somebody else's goes on");
    // Revoking once more changes nothing.
    let before = portal.contents();
    assert_eq!(portal.post("/o/acme/calendar/revocation", "ann", "").status, StatusCode::SEE_OTHER);
    assert_eq!(portal.contents(), before);
}

#[test]
fn what_is_no_token_is_not_there() {
    let portal = Portal::new();
    let feed = subscribe(&portal, "ann");
    let without_ending = feed.trim_end_matches(".ics").to_owned();
    let trips = portal.db.round_trips();
    for path in
        ["/calendar/x.ics", "/calendar/.ics", "/calendar/%00.ics", "/calendar/%ff.ics", &without_ending]
    {
        assert_eq!(read(&portal, path).status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(portal.db.round_trips(), trips, "nonsense reaches no storage");
    let guessed = format!("/calendar/{}.ics", "A".repeat(43));
    assert_eq!(read(&portal, &guessed).status, StatusCode::NOT_FOUND);
    assert_eq!(portal.send("POST", &feed, "", "").status, StatusCode::METHOD_NOT_ALLOWED);
}

#[test]
fn the_log_never_says_the_token() {
    let portal = Portal::new();
    let feed = subscribe(&portal, "ann");
    run(&portal.db, "update calendar_feed set revoked_at = 1").unwrap();
    let token = feed.trim_start_matches("/calendar/").trim_end_matches(".ics");
    read(&portal, &feed);
    read(&portal, &feed.replace("/calendar/", "/Calendar/"));
    portal.send("POST", &feed, "", "");
    portal.db.breaks(Some("overloaded"));
    read(&portal, &feed);
    let lines = logged();
    assert!(lines.len() >= 4, "{lines:?}");
    assert!(lines.iter().all(|it| !it.contains(token)), "{lines:?}");
}

#[test]
fn a_licence_of_somebody_else_is_not_there() {
    let portal = Portal::after(NED_JOINS);
    for id in ["l-globex", "nothing", "%20"] {
        let path = format!("/o/acme/licences/{id}/calendar.ics");
        assert_eq!(portal.get(&path, "ann").status, StatusCode::NOT_FOUND, "{id}");
    }
    for (person, status) in [("sue", 403), ("tom", 403), ("ned", 403), ("gus", 404), ("eve", 404)] {
        assert_eq!(portal.get(FILE, person).status.as_u16(), status, "{person}");
        assert_eq!(portal.get("/o/acme/calendar", person).status.as_u16(), status, "{person}");
        assert_eq!(
            portal.send("POST", "/o/acme/calendar", &cookie(person), "").status.as_u16(),
            status,
            "{person}"
        );
    }
    assert_eq!(portal.now.get(), NOW);
}

#[test]
fn a_real_parser_reads_what_we_mean() {
    let odd = "update organisation set name = 'Ann, Bob; & \\ Sons “日本語の長い名前の会社日本語の長い名前の会社”' where id = 'acme';
               update licence set version = 9, valid_till = '2028-02-29' where id = 'l-acme';
               insert into licence (id, org_id, product_id, kind, valid_from, valid_till, cancelled_on, created_at)
               values ('l-gone', 'acme', 'vaultastic', 'trial', '2026-11-01', '2026-12-31', '2026-11-22', 1)";
    let portal = Portal::after(odd);
    let feed = read(&portal, &subscribe(&portal, "ann")).body;
    let empty = Portal::after("delete from licence");
    let empty = read(&empty, &subscribe(&empty, "ann")).body;
    let file = Portal::new().get(FILE, "ann").body;
    let Some(said) = as_others_read_it("calendar", &[&file, &feed, &empty]) else { return };
    let org = "Ann, Bob; & \\ Sons “日本語の長い名前の会社日本語の長い名前の会社”";
    let book = "http://localhost:8787/o/acme/orders";
    let event = |uid: &str,
                 sequence: i64,
                 days: [&str; 2],
                 status: &str,
                 summary: &str,
                 said: &str,
                 alarms: &[i64]| {
        serde_json::json!({
            "uid": uid, "sequence": sequence, "starts": days[0], "ends": days[1], "status": status, "summary": summary,
            "description": format!("{said}\n\nIn the portal: {book}"), "url": book, "alarm_days": alarms,
        })
    };
    let calendar = |name: &str, events: Vec<serde_json::Value>| {
        let name = format!("Licences of {name}");
        serde_json::json!({ "method": "PUBLISH", "name": name, "refresh_hours": 12.0, "events": events })
    };
    let plain = event(
        "l-acme@localhost",
        1,
        ["2026-12-31", "2027-01-01"],
        "CONFIRMED",
        "SkyConnect licence of Acme-canary ends",
        "31 Dec 2026 is the last day of the SkyConnect licence of Acme-canary.",
        &[-30, -7],
    );
    let leap = event(
        "l-acme@localhost",
        9,
        ["2028-02-29", "2028-03-01"],
        "CONFIRMED",
        &format!("SkyConnect licence of {org} ends"),
        &format!("29 Feb 2028 is the last day of the SkyConnect licence of {org}."),
        &[-30, -7],
    );
    let gone = event(
        "l-gone@localhost",
        1,
        ["2026-12-31", "2027-01-01"],
        "CANCELLED",
        &format!("Vaultastic v4 trial of {org} ends"),
        &format!("The Vaultastic v4 trial of {org} was cancelled as of 22 Nov 2026."),
        &[],
    );
    let expected = [
        calendar("Acme-canary", vec![plain]),
        calendar(org, vec![leap, gone]),
        calendar("Acme-canary", vec![]),
    ];
    assert_eq!(said, serde_json::json!(expected));
}
