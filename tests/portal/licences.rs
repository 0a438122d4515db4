use serde_json::{Value, json};

use crate::fixtures::{Answer, NED_JOINS, Portal, cookie, run};
use crate::licence_cast::LICENCES;

const API: &str = "/api/v1/organisations/acme";

fn portal() -> Portal {
    Portal::after(LICENCES)
}

/// The values of one field, in order.
fn each(answer: &Answer, field: &str) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["items"].as_array().unwrap().iter().map(|it| it[field].clone()).collect()
}

#[test]
fn current_licences_say_how_they_stand() {
    let portal = portal();
    let answer = portal.get(&format!("{API}/licences"), "bob");
    assert_eq!(answer.json()["next"], Value::Null);
    assert_eq!(each(&answer, "id"), ["l-sky", "l-vault", "l-flow", "l-clr"]);
    assert_eq!(each(&answer, "status"), ["expired", "active", "cancelled", "active"]);
    assert_eq!(each(&answer, "days_left"), [json!(-2), json!(4), json!(null), json!(364)]);
    assert_eq!(each(&answer, "kind"), ["subscription", "trial", "subscription", "subscription"]);
    assert_eq!(answer.json()["items"][0]["valid_till"], "2026-11-20");
    assert_eq!(answer.json()["items"][0]["product"], "SkyConnect");

    let page = portal.get("/o/acme/licences", "bob").body;
    for words in [
        "Expired 2 days ago",
        "Expires in 4 days",
        "Cancelled on 1 Oct 2026",
        "Expires in 364 days",
        "Users keep access till 4 Dec 2026. The account is kept till 20 Dec 2026.",
        "the data of the trial is deleted on 3 Dec 2026",
        "Expiring soon",
        "Meridian Software team",
        "/o/acme/licences/extension-requests/new?licence_id=l-sky",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
}

#[test]
fn lists_go_on_where_they_ended() {
    let portal = portal();
    for (path, all) in [
        ("licences", vec!["l-sky", "l-vault", "l-flow", "l-clr"]),
        ("licence-events", vec!["e-4", "e-3", "e-2", "e-1"]),
    ] {
        for limit in 1..=4 {
            let (mut seen, mut cursor) = (Vec::new(), String::new());
            loop {
                let answer = portal.get(&format!("{API}/{path}?limit={limit}{cursor}"), "bob");
                let found = each(&answer, "id");
                assert!(found.len() <= limit && !found.is_empty(), "{path} {limit}");
                seen.extend(found);
                let json = answer.json();
                let Some(next) = json["next"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            assert_eq!(seen, all, "{path} by {limit}");
        }
    }
}

#[test]
fn the_history_has_who_what_and_why() {
    let portal = portal();
    let answer = portal.get(&format!("{API}/licence-events"), "bob");
    assert_eq!(
        each(&answer, "by"),
        ["Bob Acme-canary", "System", "Meridian Software team", "Meridian Software team"]
    );
    assert_eq!(
        answer.json()["items"][1],
        json!({
            "id": "e-3", "at": "2026-11-21T18:33:20Z", "licence_id": "l-clr", "product": "ClrStream",
            "old_valid_till": "2026-11-21", "new_valid_till": "2027-11-21", "cause": "renewal", "by": "System",
            "note": "",
        })
    );
    let found = |query: &str| each(&portal.get(&format!("{API}/licence-events?{query}"), "bob"), "id");
    assert_eq!(found("product=p-clr"), ["e-4", "e-3"]);
    assert_eq!(found("product=ClrStream&cause=renewal"), ["e-3"]);
    assert_eq!(found("product=nothing"), Vec::<Value>::new());
    assert_eq!(found("q=order"), ["e-1"]);
    assert_eq!(found("q=vaulta"), ["e-2"], "the product, too");
    assert_eq!(found("q=100%25"), ["e-2"]);
    assert_eq!(found("q=%25"), ["e-2"], "a wildcard is a letter");
    assert_eq!(found("q=_"), Vec::<Value>::new());
    // 1795286000 is three minutes after midnight in Kolkata, and the day before in Greenwich.
    assert_eq!(found("from=2026-11-22"), ["e-4", "e-3"]);
    assert_eq!(found("to=2026-11-21"), ["e-2", "e-1"]);
    assert_eq!(found("from=2026-11-22&to=2026-11-22"), ["e-4", "e-3"]);
    assert_eq!(found("from=&to=&q=&product=&cause="), ["e-4", "e-3", "e-2", "e-1"]);
    let page = portal.get("/o/acme/licences/history?cause=renewal", "bob").body;
    assert!(page.contains("Clear filters") && page.contains("history.csv?cause=renewal"), "{page}");
    let empty = portal.get("/o/acme/licences/history?q=zebra", "bob").body;
    assert!(empty.contains("Nothing fits"), "{empty}");
}

#[test]
fn what_the_vendor_does_shows_at_once() {
    let portal = portal();
    portal.get("/o/acme/licences", "bob");
    run(&portal.db, "update licence set valid_till = '2027-01-31', version = 2 where id = 'l-sky'").unwrap();
    run(
        &portal.db,
        "insert into licence_event (id, org_id, licence_id, product_id, at, old_valid_till, new_valid_till, cause, by_kind, note)
         values ('e-9', 'acme', 'l-sky', 'p-sky', 1795327679, '2026-11-20', '2027-01-31', 'vendor', 'vendor', 'Goodwill')",
    )
    .unwrap();
    let page = portal.get("/o/acme/licences", "bob").body;
    assert!(page.contains("31 Jan 2027") && page.contains("Expires in 70 days"), "{page}");
    assert!(portal.get("/o/acme/licences/history", "bob").body.contains("Goodwill"));
}

#[test]
fn an_address_that_makes_no_sense_is_told_so() {
    let portal = portal();
    let long = "q=".to_owned() + &"%25".repeat(51);
    let cases = [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=ten", "limit"),
        ("cursor=x", "cursor"),
        ("cursor=WzEsMl0", "cursor"),
        ("from=2026-02-30", "from"),
        ("to=yesterday", "to"),
        ("from=2026-11-22&to=2026-11-21", "to"),
        (long.as_str(), "q"),
        ("from=2026-11-01&from=2026-11-02", "from"),
        ("product=a&product=b", "product"),
    ];
    for (query, field) in cases {
        for list in ["licence-events", "extension-requests"] {
            if field == "q" && list == "extension-requests" {
                continue;
            }
            let answer = portal.get(&format!("{API}/{list}?{query}"), "bob");
            assert_eq!(answer.status, 422, "{list} {query}: {}", answer.body);
            assert_eq!(answer.json()["errors"][0]["field"], field, "{list} {query}");
        }
        let page = portal.get(&format!("/o/acme/licences/history?{query}"), "bob");
        assert_eq!(page.status, 422, "{query}");
        assert!(
            page.body.contains("aria-invalid") || page.body.contains("error-summary"),
            "{query}: {}",
            page.body
        );
        assert!(!page.body.contains("Order ACME-1"), "{query}");
    }
    for (query, field) in [("cause=magic", "cause"), ("q=%ff", "")] {
        let answer = portal.get(&format!("{API}/licence-events?{query}"), "bob");
        assert_eq!((answer.status.as_u16(), &answer.json()["errors"][0]["field"]), (422, &json!(field)));
    }
    assert_eq!(portal.get(&format!("{API}/extension-requests?status=maybe"), "bob").status, 422);
    assert_eq!(portal.get(&format!("{API}/licences?limit=0"), "bob").status, 422);
    assert_eq!(portal.get(&format!("{API}/licence-events.csv?from=2026-13-01"), "bob").status, 422);
    // Who may not come in does not learn what is wrong with the address.
    assert_eq!(portal.get(&format!("{API}/licence-events?limit=0"), "ann").status, 403);
    assert_eq!(portal.get(&format!("{API}/licence-events?limit=0"), "gus").status, 404);
    assert_eq!(portal.get(&format!("{API}/licence-events?limit=0&utm_source=mail"), "bob").status, 422);
    assert_eq!(portal.get(&format!("{API}/licence-events?utm_source=mail"), "bob").status, 200);
}

#[test]
fn each_list_is_a_file_as_well() {
    let portal = portal();
    let answer = portal.get(&format!("{API}/licence-events.csv?product=p-clr"), "bob");
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!(
        answer.header("content-disposition"),
        "attachment; filename=\"licence-history_2026-11-22.csv\""
    );
    insta::assert_snapshot!("history_csv", answer.body.replace('\r', "␍"));
    let page = portal.get("/o/acme/licences/history.csv?product=p-clr", "bob");
    assert_eq!(page.body, answer.body);
    insta::assert_snapshot!(
        "licences_csv",
        portal.get("/o/acme/licences.csv", "bob").body.replace('\r', "␍")
    );
    assert!(portal.get(&format!("{API}/extension-requests.csv"), "bob").body.starts_with('\u{feff}'));
}

#[test]
fn the_page_rules_says_what_is_configured() {
    let page = portal().get("/o/acme/licences/rules", "bob").body;
    assert!(page.contains("twice within 90 days, counted for each licence"), "{page}");
    let wider = Portal::configured(&[("EXTENSION_LIMIT_SCOPE", "organisation")]);
    let page = wider.get("/o/acme/licences/rules", "bob").body;
    assert!(page.contains("counted for all licences of the organisation together"), "{page}");
}

/// Primary and Billing see how the licences stand; nobody else learns that there are any (domain Q5).
#[test]
fn the_home_page_has_a_card_for_primary_and_billing() {
    let script = LICENCES.to_owned() + NED_JOINS;
    let portal = Portal::after(&script);
    for (who, sees, opens) in [
        ("ann", true, false),
        ("bob", true, true),
        ("sue", false, false),
        ("tom", false, false),
        ("ned", false, false),
    ] {
        let before = portal.db.round_trips();
        let page = portal.get("/o/acme", who).body;
        assert_eq!(portal.db.round_trips() - before, 1, "{who}");
        assert_eq!(page.contains("Expired 2 days ago"), sees, "{who}");
        assert_eq!(page.contains("SkyConnect"), sees, "{who}");
        assert_eq!(page.contains("href=\"/o/acme/licences\""), opens, "{who}");
    }
    assert!(!Portal::after("delete from licence").get("/o/acme", "ann").body.contains("Licences"));
}

#[test]
fn a_page_is_one_round_trip() {
    let portal = portal();
    for path in ["", "/history", "/extension-requests", "/extension-requests/new", "/rules"] {
        let before = portal.db.round_trips();
        assert_eq!(portal.get(&format!("/o/acme/licences{path}"), "bob").status, 200, "{path}");
        assert_eq!(portal.db.round_trips() - before, 1, "{path}");
    }
}

#[test]
fn nothing_of_one_organisation_shows_in_another() {
    let portal =
        Portal::after(&(LICENCES.to_owned() + "insert into role values ('globex', 'billing', 'c-gus');"));
    for path in ["", "/history", "/extension-requests", "/extension-requests/new"] {
        let ours = portal.get(&format!("/o/acme/licences{path}"), "bob").body;
        let theirs = portal.get(&format!("/o/globex/licences{path}"), "gus").body;
        assert!(!ours.contains("Globex-canary") && !theirs.contains("Acme-canary"), "{path}");
    }
    let answer = portal.send("GET", "/api/v1/organisations/globex/licence-events", &cookie("gus"), "");
    assert_eq!(each(&answer, "id"), ["e-5"]);
}

/// What a new customer sees.
#[test]
fn empty_lists_say_what_will_be_there() {
    let portal = Portal::after("delete from licence");
    for (path, words) in [
        ("", "No licence yet"),
        ("/history", "Nothing yet"),
        ("/extension-requests", "Nothing yet"),
        ("/extension-requests/new", "nothing to extend"),
    ] {
        let page = portal.get(&format!("/o/acme/licences{path}"), "bob").body;
        assert!(page.contains(words), "{path}: {page}");
    }
    assert_eq!(portal.get(&format!("{API}/licences"), "bob").json(), json!({ "items": [], "next": null }));
}

/// What stands between the navigation and the foot, one tag a line, without the drawings.
fn main_of(page: &str) -> String {
    let main = page.split("<main").nth(1).unwrap().split("</main>").next().unwrap();
    let mut text = String::new();
    for piece in main.split("<svg") {
        text += piece.split_once("</svg>").map_or(piece, |it| it.1);
    }
    let keys = text
        .split("name=\"idempotency_key\" value=\"")
        .collect::<Vec<_>>()
        .join("name=\"idempotency_key\" value=\"KEY ");
    keys.replace("><", ">\n<").lines().filter(|it| !it.contains("KEY ")).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_pages() {
    let portal = portal();
    for (name, path) in [
        ("page_current", ""),
        ("page_history", "/history?product=p-clr"),
        ("page_ask", "/extension-requests/new"),
        ("page_rules", "/rules"),
    ] {
        insta::assert_snapshot!(name, main_of(&portal.get(&format!("/o/acme/licences{path}"), "bob").body));
    }
    let form = "licence_id=l-sky&reason=payment_overdue&description=The+bank+is+closed+today.";
    portal.post("/o/acme/licences/extension-requests", "bob", form);
    let list = portal.get("/o/acme/licences/extension-requests?done=extension-granted", "bob");
    insta::assert_snapshot!("page_requests", main_of(&list.body));
    let home = main_of(&portal.get("/o/acme", "ann").body);
    let card = home.split("<section class=\"part\">").find(|it| it.contains("SkyConnect")).unwrap();
    insta::assert_snapshot!("card", card);
}
