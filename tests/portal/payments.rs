//! Payments: the list, one record, the way to the gateway, and what is asked for in vain.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::fixtures::{Answer, Portal, looks, run};
use crate::orders::items;

const API: &str = "/api/v1/organisations/acme/payment-records";
const PAGE: &str = "/o/acme/payments";

/// 250 records of Acme, three a day, one in four in dollars, and of every status.
const MANY: &str = "
    with recursive n (i) as (select 1 union all select i + 1 from n where i < 250)
    insert into payment_record (id, org_id, at, recorded_on, invoice_number, invoice_key, currency, amount, tax_deducted,
                                paid_on, method, reference, reference_key, note, status_on, by_person, by_name)
      select printf('m-%04d', i), 'acme', 1700000000 + i / 3 * 86400, date(1700000000 + i / 3 * 86400, 'unixepoch'),
             printf('MER/%04d', i), printf('MER/%04d', i), iif(i % 4, 'INR', 'USD'), i * 100, iif(i % 4, i, 0),
             '2023-11-01', 'wire', printf('REF%04d', i), printf('REF%04d', i), iif(i % 5, '', '50% of ' || i), '2024-01-01',
             'bob', 'Bob Acme-canary' from n;
    update payment_record set status = 'reconciled' where id like 'm-%' and amount % 300 = 0;";

/// A record with everything there can be.
const WHOLE: &str = "
    insert into payment_effect values
      ('p-acme', 'l-acme', 'acme', '2026-11-20', '2026-11-25', 'extended', ''),
      ('p-acme', 'l-two', 'acme', '2027-01-31', '2027-01-31', 'time_left', 'Not extended: more than 5 days are left.');
    insert into payment_document values
      ('d-1', 'acme', 'p-acme', 'advice.pdf', 'application/pdf', 48213, 'k1', 1795000000);
    insert into payment_event (id, org_id, record_id, at, event, by_kind, by_name, message, is_public) values
      ('e-2', 'acme', 'p-acme', 1795100000, 'ask', 'vendor', null, 'Which bank was it?', 1),
      ('e-3', 'acme', 'p-acme', 1795100001, 'note', 'vendor', null, 'secret-of-the-staff', 0);
    update payment_record set status = 'information_needed', message = 'Which bank was it?' where id = 'p-acme';";

fn whole() -> Portal {
    let licence = "insert into licence (id, org_id, product_id, kind, valid_from, valid_till, created_at)
        values ('l-two', 'acme', 'vaultastic', 'subscription', '2026-02-01', '2027-01-31', 1);";
    Portal::after(&[licence, WHOLE].concat())
}

fn main_of(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::OK);
    let (from, to) = (answer.body.find("<main").unwrap(), answer.body.find("</main>").unwrap());
    // A form's key is made up anew each time.
    let lines = looks(&answer.body[from..to]);
    lines.lines().filter(|it| !it.contains("\"idempotency_key\"")).collect::<Vec<_>>().join("\n")
}

fn numbers(portal: &Portal, query: &str) -> Vec<String> {
    let found = items(&portal.get(&format!("{API}?limit=100&{query}"), "bob"));
    found.iter().map(|it| it["invoice_number"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_pages() {
    let portal = whole();
    insta::assert_snapshot!("payments", main_of(&portal.get(PAGE, "bob")));
    insta::assert_snapshot!("payment", main_of(&portal.get(&format!("{PAGE}/p-acme"), "bob")));
}

#[test]
fn a_record_says_all_of_it() {
    let portal = whole();
    let mut expected = json!({
        "id": "p-acme", "at": "2026-11-18T11:06:40Z", "recorded_on": "2026-11-18", "invoice_number": "INV-Acme-canary",
        "amount": { "amount_minor": 19_824_000, "currency": "INR" },
        "tax_deducted": { "amount_minor": 0, "currency": "INR" }, "paid_on": "2026-11-17", "method": "neft",
        "reference": "UTR-Acme-canary", "note": "Paid by Acme-canary", "status": "information_needed",
        "message": "Which bank was it?", "by": "Acme-canary",
        "licences": [
            { "licence_id": "l-acme", "product": "SkyConnect", "old_valid_till": "2026-11-20",
              "new_valid_till": "2026-11-25", "code": "extended", "message": "" },
            { "licence_id": "l-two", "product": "Vaultastic v4", "old_valid_till": "2027-01-31",
              "new_valid_till": "2027-01-31", "code": "time_left", "message": "Not extended: more than 5 days are left." },
        ],
        "documents": [
            { "id": "d-acme", "name": "Acme-canary.pdf", "kind": "application/pdf", "size": 60 },
            { "id": "d-1", "name": "advice.pdf", "kind": "application/pdf", "size": 48213 },
        ],
    });
    assert_eq!(portal.get(API, "bob").json(), json!({ "items": [expected], "next": null }));
    expected["timeline"] = json!([
        { "id": "e-acme", "at": "2026-11-18T11:06:40Z", "event": "submit", "by": "Acme-canary",
          "message": "Recorded by Acme-canary" },
        { "id": "e-2", "at": "2026-11-19T14:53:20Z", "event": "ask", "by": "Meridian Software team",
          "message": "Which bank was it?" },
    ]);
    assert_eq!(portal.get(&format!("{API}/p-acme"), "bob").json(), expected);
    let page = portal.get(&format!("{PAGE}/p-acme"), "bob");
    assert!(!page.body.contains("secret-of-the-staff") && page.body.contains("₹1,98,240.00"));
}

#[test]
fn filters_find_what_they_say() {
    let portal = Portal::after(MANY);
    assert_eq!(numbers(&portal, "currency=USD").len(), 62);
    assert_eq!(numbers(&portal, "status=reconciled").len(), 83);
    assert_eq!(numbers(&portal, "status=reconciled&currency=USD").len(), 20);
    assert_eq!(numbers(&portal, "status=withdrawn"), Vec::<String>::new());
    assert_eq!(numbers(&portal, "q=mer/000").len(), 9, "letters are letters, large or small");
    assert_eq!(numbers(&portal, "q=REF0250"), ["MER/0250"]);
    assert_eq!(numbers(&portal, "q=50%25%20of%20250"), ["MER/0250"], "% is a letter here");
    assert_eq!(numbers(&portal, "q=MER_0250"), Vec::<String>::new(), "_ too");
    assert_eq!(numbers(&portal, "from=2023-11-16&to=2023-11-16"), ["MER/0005", "MER/0004", "MER/0003"]);
    assert_eq!(numbers(&portal, "from=2026-01-01"), ["INV-Acme-canary"]);
    assert_eq!(numbers(&portal, "q=globex"), Vec::<String>::new());
}

#[test]
fn paging_walks_each_record_once() {
    let portal = Portal::after(MANY);
    let (mut walked, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = portal.get(&format!("{API}?limit=17{cursor}"), "bob");
        walked.extend(items(&page).iter().map(|it| it["id"].as_str().unwrap().to_owned()));
        let Some(next) = page.json()["next"].as_str().map(str::to_owned) else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!((walked.len(), walked[0].as_str()), (251, "p-acme"));
    assert!(walked[1..].is_sorted_by(|a, b| a > b), "latest on top");
    let older = portal.get(&format!("{PAGE}?currency=USD"), "bob");
    let older = older.body.split("rel=\"next\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let second = portal.get(&older.replace("&amp;", "&"), "bob");
    assert!(
        second.body.contains("rel=\"prev\" href=\"/o/acme/payments?currency=USD\"")
            && !second.body.contains('₹')
    );
}

#[test]
fn the_file_has_the_rows_of_the_list() {
    let portal = whole();
    let file = portal.get(&format!("{API}.csv"), "bob");
    assert!(file.header("content-type").starts_with("text/csv; charset=utf-8"));
    assert_eq!(
        file.header("content-disposition"),
        "attachment; filename=\"acme-canary_payments_2026-11-22.csv\""
    );
    assert_eq!(file.body, portal.get(&format!("{PAGE}.csv"), "bob").body);
    let row = "2026-11-18,INV-Acme-canary,INR,198240.00,0.00,2026-11-17,NEFT,UTR-Acme-canary,Paid by Acme-canary,\
               Information needed,SkyConnect: 2026-11-25,Which bank was it?,Acme-canary.pdf; advice.pdf,Acme-canary";
    assert_eq!(file.body.lines().nth(1), Some(row));
    let many = Portal::after(MANY);
    assert_eq!(many.get(&format!("{API}.csv?currency=USD"), "bob").body.lines().count(), 63);
    let more = Portal::after(&MANY.replace("i < 250", "i < 5001"));
    let answer = more.get(&format!("{API}.csv"), "bob");
    assert_eq!(answer.json()["errors"][0]["code"], json!("too-many"));
    assert_eq!(more.get(&format!("{PAGE}.csv"), "bob").status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[test]
fn nothing_yet_and_filtered_away_are_said_apart() {
    let portal = Portal::new();
    assert!(main_of(&portal.get(&format!("{PAGE}?q=nothing-like-it"), "bob")).contains("No payment matches"));
    run(&portal.db, "drop trigger payment_event_is_never_deleted").unwrap();
    run(&portal.db, "delete from payment_event").unwrap();
    run(&portal.db, "delete from payment_document").unwrap();
    run(&portal.db, "delete from payment_record").unwrap();
    let none = main_of(&portal.get(PAGE, "bob"));
    assert!(none.contains("No payments recorded yet") && !none.contains("Clear filters"));
}

#[test]
fn what_cannot_be_asked_for_is_said_at_its_field() {
    let portal = Portal::new();
    for (query, field) in [
        ("status=paid", "status"),
        ("currency=EUR", "currency"),
        ("from=2026-02-30", "from"),
        ("to=yesterday", "to"),
        ("from=2026-03-02&to=2026-03-01", "to"),
        ("q=%25%25%25%25%25%25%25%25%25%25%25%25%25%25%25%25%25%25%25%25%25%25%25%25%25", "q"),
    ] {
        for path in [API.to_owned(), format!("{API}.csv")] {
            let answer = portal.get(&format!("{path}?{query}"), "bob");
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path} {query}");
            let fields: Vec<Value> =
                answer.json()["errors"].as_array().unwrap().iter().map(|it| it["field"].clone()).collect();
            assert_eq!(fields, [json!(field)], "{query}");
        }
        let page = portal.get(&format!("{PAGE}?{query}"), "bob");
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        assert!(page.body.contains(&format!("id=\"error-{field}\"")), "{query}");
        assert!(page.body.contains("error-summary"), "{query}");
    }
    // Whoever may not enter learns nothing about filters.
    for (person, status) in [("ann", StatusCode::FORBIDDEN), ("gus", StatusCode::NOT_FOUND)] {
        assert_eq!(portal.get(&format!("{API}?status=paid"), person).status, status);
    }
}

#[test]
fn a_record_of_somebody_else_is_not_there() {
    let portal = Portal::new();
    for path in ["p-globex", "nothing", "%20", "%ff"] {
        for at in [API, PAGE] {
            assert_eq!(portal.get(&format!("{at}/{path}"), "bob").status, StatusCode::NOT_FOUND, "{path}");
        }
    }
}

/// Of every status and currency there is something to look at.
#[test]
fn the_demo_data_shows_everything() {
    let portal = Portal::new();
    assert_eq!(portal.send("POST", "/dev/seed", "", "").status, StatusCode::OK);
    let count = |sql| portal.number(sql);
    assert_eq!(count("select count(*) as n from payment_record"), 8);
    assert_eq!(count("select count(distinct status) as n from payment_record"), 6);
    assert_eq!(count("select count(distinct currency) as n from payment_record"), 2);
    assert_eq!(count("select count(*) as n from payment_event"), 15);
}

/// A page reads no more rows than it shows, and what hangs on them, however many lie behind it.
#[test]
fn a_page_costs_the_same_among_ten_thousand() {
    let steps = |records: usize, query: &str| {
        let portal = Portal::after(&MANY.replace("i < 250", &format!("i < {records}")));
        assert_eq!(items(&portal.get(&format!("{API}?{query}"), "bob")).len(), 20, "{query}");
        portal.db.history().iter().map(|it| it.steps).sum::<i32>()
    };
    for query in ["", "to=2023-12-01", "currency=USD", "status=reconciled", "q=mer"] {
        let (few, many) = (steps(1_000, query), steps(10_000, query));
        assert!(many < few + few / 4, "{query}: {few} steps among 1,000 and {many} among 10,000");
    }
}
