//! Orders as the vendor books them: what they make, what is refused and where, and that nothing is done twice.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::fixtures::{Answer, Portal, cookie};

const ORDERS: &str = "/api/v1/staff/organisations/acme/orders";

fn line(sku: &str, from: &str, till: &str) -> Value {
    json!({ "product_id": "skyconnect", "sku": sku, "description": "Mailboxes", "quantity": 50, "unit": "users",
            "valid_from": from, "valid_till": till })
}

fn order(number: &str, kind: &str, lines: &[Value]) -> Value {
    json!({ "number": number, "ordered_on": "2026-11-20", "kind": kind, "agreement": "contract", "lines": lines })
}

fn send(portal: &Portal, body: &Value) -> Answer {
    portal.send("POST", ORDERS, &cookie("st-sales"), &body.to_string())
}

/// A field and the code it is refused with.
#[track_caller]
fn refused(portal: &Portal, body: &Value, field: &str, code: &str) {
    let before = portal.contents();
    let answer = send(portal, body);
    assert!([409, 422].contains(&answer.status.as_u16()), "{} {}", answer.status, answer.body);
    let errors = answer.json()["errors"].clone();
    let found = errors.as_array().unwrap().iter().any(|it| it["field"] == field && it["code"] == code);
    assert!(found, "{field} {code} is not in {errors}");
    assert_eq!(portal.contents(), before);
}

#[test]
fn a_renewal_follows_the_period_and_moves_the_licence() {
    let portal = Portal::new();
    let answer = send(&portal, &order("SO-2", "renewal", &[line("SKY-MAIL", "2027-01-01", "2027-12-31")]));
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    let body = answer.json();
    assert_eq!(body["subscriptions"][0]["renews"], json!(["s-acme"]));
    assert_eq!(body["licences"][0]["id"], "l-acme");
    assert_eq!(body["licences"][0]["new_valid_till"], "2027-12-31");
    let licence = &portal.rows("select valid_till, version, kind from licence where id = 'l-acme'")[0];
    assert_eq!(*licence, json!({ "valid_till": "2027-12-31", "version": 2, "kind": "subscription" }));
    let event =
        &portal.rows("select cause, by_kind, old_valid_till, new_valid_till, note from licence_event")[0];
    assert_eq!(event["cause"], "renewal");
    assert_eq!(
        (&event["old_valid_till"], &event["new_valid_till"]),
        (&json!("2026-12-31"), &json!("2027-12-31"))
    );
    assert_eq!(
        portal
            .number("select count(*) as n from subscription where id = 's-acme' and renewed_by is not null"),
        1
    );
    // Globex has nothing of it.
    assert_eq!(portal.number("select count(*) as n from subscription where org_id = 'globex'"), 1);
    let audit = &portal.rows("select actor_id, org_id, action, after from audit")[0];
    assert_eq!((&audit["actor_id"], &audit["org_id"]), (&json!("st-sales"), &json!("acme")));
    assert_eq!(audit["action"], "order.booked");
    // Ann is Primary and Bob is Billing.
    let mails = portal.rows("select kind, org_id, recipient from outbox order by recipient");
    let to: Vec<&str> = mails.iter().map(|it| it["recipient"].as_str().unwrap()).collect();
    assert_eq!(to, ["ann@acme-canary.example", "bob@acme-canary.example"]);
    assert!(mails.iter().all(|it| it["kind"] == "booking.booked" && it["org_id"] == "acme"));
    assert_eq!(
        portal
            .number("select count(*) as n from notification where org_id = 'acme' and category = 'billing'"),
        1
    );
}

#[test]
fn the_customer_sees_the_order() {
    let portal = Portal::new();
    send(&portal, &order("SO-2", "renewal", &[line("SKY-MAIL", "2027-01-01", "2027-12-31")]));
    for person in ["ann", "bob"] {
        let orders = portal.get("/api/v1/organisations/acme/orders", person).json();
        assert_eq!(orders["items"][0]["number"], "SO-2", "{person}");
    }
    let licences = portal.get("/api/v1/organisations/acme/licences", "bob").json();
    assert_eq!(licences["items"][0]["valid_till"], "2027-12-31");
    assert_eq!(portal.get("/o/acme/orders", "ann").status, StatusCode::OK);
}

#[test]
fn a_first_order_makes_a_licence_and_a_trial_gives_way() {
    let portal = Portal::new();
    let of = |number: &str, trial: bool, from: &str, till: &str| {
        let mut line = line("ARCHIVE", from, till);
        line["product_id"] = json!("vaultastic");
        let mut order = order(number, "new", &[line]);
        order["is_trial"] = json!(trial);
        order
    };
    assert_eq!(send(&portal, &of("T-1", true, "2026-11-22", "2026-12-21")).status, StatusCode::CREATED);
    let licence =
        || portal.rows("select kind, valid_from, valid_till from licence where product_id = 'vaultastic'");
    assert_eq!(
        licence(),
        [json!({ "kind": "trial", "valid_from": "2026-11-22", "valid_till": "2026-12-21" })]
    );
    let paid = send(&portal, &of("SO-9", false, "2026-12-01", "2027-11-30"));
    assert_eq!(paid.status, StatusCode::CREATED, "{}", paid.body);
    assert_eq!(
        licence(),
        [json!({ "kind": "subscription", "valid_from": "2026-11-22", "valid_till": "2027-11-30" })]
    );
    assert_eq!(paid.json()["subscriptions"][0]["renews"].as_array().unwrap().len(), 1);
    refused(&portal, &of("T-2", true, "2028-01-01", "2028-01-30"), "lines.0.product_id", "has-licence");
}

#[test]
fn what_cannot_be_is_refused_at_its_field() {
    let portal = Portal::new();
    let with = |change: &dyn Fn(&mut Value)| {
        let mut order = order("SO-2", "new", &[line("SKY-MAIL", "2027-01-01", "2027-12-31")]);
        change(&mut order);
        order
    };
    for (field, code, change) in [
        (
            "lines.0.valid_from",
            "overlaps",
            &(|it: &mut Value| it["lines"][0]["valid_from"] = json!("2026-12-31")) as &dyn Fn(&mut Value),
        ),
        ("lines.0.valid_till", "end-before-start", &|it| it["lines"][0]["valid_till"] = json!("2026-12-31")),
        ("lines.0.quantity", "not-above-zero", &|it| it["lines"][0]["quantity"] = json!(0)),
        ("lines.0.quantity", "not-above-zero", &|it| it["lines"][0]["quantity"] = json!(-3)),
        ("lines.0.quantity", "not-whole", &|it| it["lines"][0]["quantity"] = json!(1.5)),
        ("lines.0.quantity", "not-a-number", &|it| it["lines"][0]["quantity"] = json!("50")),
        ("lines.0.quantity", "required", &|it| it["lines"][0]["quantity"] = Value::Null),
        ("lines.0.quantity", "metered", &|it| it["agreement"] = json!("ppu_postpaid")),
        ("lines.0.product_id", "unknown-product", &|it| it["lines"][0]["product_id"] = json!("nothing")),
        ("lines.0.valid_till", "malformed", &|it| it["lines"][0]["valid_till"] = json!("2027-02-30")),
        ("lines.0.sku", "required", &|it| drop(it["lines"][0].as_object_mut().unwrap().remove("sku"))),
        ("lines.0.colour", "unknown", &|it| it["lines"][0]["colour"] = json!("red")),
        ("lines.0", "not-an-object", &|it| it["lines"][0] = json!("x")),
        ("lines", "not-a-list", &|it| it["lines"] = json!({})),
        ("lines", "required", &|it| it["lines"] = json!([])),
        ("lines", "too-many", &|it| it["lines"] = json!(vec![it["lines"][0].clone(); 51])),
        ("lines.1.valid_from", "overlaps", &|it| it["lines"] = json!(vec![it["lines"][0].clone(); 2])),
        ("number", "order-exists", &|it| it["number"] = json!("SO-1-Acme-canary")),
        ("number", "malformed", &|it| it["number"] = json!("x".repeat(41))),
        ("ordered_on", "in-the-future", &|it| it["ordered_on"] = json!("2026-11-23")),
        ("kind", "malformed", &|it| it["kind"] = json!("cancellation")),
        ("kind", "nothing-to-renew", &|it| {
            (it["kind"], it["lines"][0]["sku"]) = (json!("renewal"), json!("OTHER"));
        }),
        ("is_trial", "trial-is-new", &|it| (it["kind"], it["is_trial"]) = (json!("renewal"), json!(true))),
        ("lines.0.product_id", "nothing-to-top-up", &|it| it["kind"] = json!("top_up")),
        ("lines.0.renews", "no-renewal", &|it| it["lines"][0]["renews"] = json!("s-acme")),
        ("lines.0.renews", "cannot-be-renewed", &|it| {
            (it["kind"], it["lines"][0]["renews"]) = (json!("renewal"), json!("s-globex"));
        }),
    ] {
        refused(&portal, &with(change), field, code);
    }
    let unknown = portal.send(
        "POST",
        "/api/v1/staff/organisations/nowhere/orders",
        &cookie("st-sales"),
        &with(&|_| ()).to_string(),
    );
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[test]
fn what_is_metered_has_no_quantity() {
    let portal = Portal::new();
    let mut body = order("SO-2", "new", &[line("SKY-STORE", "2026-01-01", "2026-12-31")]);
    body["agreement"] = json!("ppu_postpaid");
    body["lines"][0]["quantity"] = Value::Null;
    assert_eq!(send(&portal, &body).status, StatusCode::CREATED);
    // The licence reached as far before, so nothing happened to it.
    assert_eq!(portal.number("select version as n from licence where id = 'l-acme'"), 1);
    assert_eq!(portal.number("select count(*) as n from licence_event"), 0);
}

/// What came over from another system is history and no news.
#[test]
fn an_order_of_the_past_is_told_to_nobody() {
    let portal = Portal::new();
    let body = order("OLD-1", "new", &[line("SKY-MAIL", "2024-01-01", "2024-12-31")]);
    assert_eq!(send(&portal, &body).status, StatusCode::CREATED);
    assert_eq!(portal.number("select count(*) as n from outbox"), 0);
    assert_eq!(portal.number("select count(*) as n from notification"), 0);
}

#[test]
fn one_key_books_once_and_a_number_belongs_to_one_order() {
    let portal = Portal::new();
    let body = order("SO-2", "renewal", &[line("SKY-MAIL", "2027-01-01", "2027-12-31")]).to_string();
    let key = [("idempotency-key", "order-2")];
    let first = portal.send_with("POST", ORDERS, &cookie("st-sales"), &body, &key);
    let again = portal.send_with("POST", ORDERS, &cookie("st-sales"), &body, &key);
    assert_eq!((first.status, first.body.as_str()), (again.status, again.body.as_str()));
    assert_eq!(portal.number("select count(*) as n from sales_order where number = 'SO-2'"), 1);
}

#[test]
fn of_many_at_once_one_is_booked() {
    let portal = Portal::new();
    let bodies: Vec<String> = (0..12)
        .map(|it| {
            order(&format!("SO-{}", 2 + it % 4), "renewal", &[line("SKY-MAIL", "2027-01-01", "2027-12-31")])
                .to_string()
        })
        .collect();
    let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
    let answers = portal.post_at_once(ORDERS, "st-sales", &bodies);
    assert_eq!(answers.iter().filter(|it| it.status == StatusCode::CREATED).count(), 1);
    for answer in answers.iter().filter(|it| it.status != StatusCode::CREATED) {
        assert!(["order-exists", "overlaps"].iter().any(|it| answer.body.contains(it)), "{}", answer.body);
    }
    assert_eq!(portal.number("select count(*) as n from subscription where org_id = 'acme'"), 2);
    assert_eq!(portal.number("select count(*) as n from licence_event"), 1);
}

#[test]
fn an_import_books_the_good_rows_and_names_the_others() {
    let portal = Portal::new();
    let row = |org: &str, order: Value| {
        let mut row = order;
        row["organisation_id"] = json!(org);
        row
    };
    let year = |sku: &str, year: i64| line(sku, &format!("{year}-01-01"), &format!("{year}-12-31"));
    let items = json!({ "items": [
        row("acme", order("SO-2", "renewal", &[year("SKY-MAIL", 2027)])),
        row("acme", order("SO-3", "renewal", &[year("SKY-MAIL", 2028)])),
        row("globex", order("SO-2", "renewal", &[year("SKY-MAIL", 2027)])),
        row("acme", order("SO-4", "new", &[year("SKY-MAIL", 2028)])),
        row("nowhere", order("SO-5", "new", &[year("SKY-MAIL", 2028)])),
        row("acme", order("SO-2", "new", &[year("OTHER", 2028)])),
        { "organisation_id": "acme" },
        7,
    ] });
    let send = || portal.send("POST", "/api/v1/staff/orders", &cookie("st-sales"), &items.to_string());
    let answer = send();
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let body = answer.json();
    assert_eq!(
        (&body["booked"], &body["unchanged"], &body["refused"]),
        (&json!(3), &json!(0), &json!(5)),
        "{body}"
    );
    let code = |at: usize| body["items"][at]["errors"][0]["code"].as_str().unwrap().to_owned();
    assert_eq!(
        [code(3), code(4), code(5), code(6), code(7)],
        ["overlaps", "unknown-organisation", "twice", "required", "not-an-object"]
    );
    let licences = portal.rows("select id, valid_till, version from licence order by id");
    assert_eq!(licences[0], json!({ "id": "l-acme", "valid_till": "2028-12-31", "version": 3 }));
    assert_eq!(licences[1], json!({ "id": "l-globex", "valid_till": "2027-12-31", "version": 2 }));
    assert_eq!(portal.number("select count(*) as n from licence_event"), 3);
    assert_eq!(portal.number("select count(*) as n from subscription where renewed_by is not null"), 3);
    assert_eq!(portal.number("select count(*) as n from audit where action = 'order.booked'"), 3);
    // Sent again, nothing happens.
    let before = portal.contents();
    let again = send().json();
    assert_eq!((&again["booked"], &again["unchanged"], &again["refused"]), (&json!(0), &json!(3), &json!(5)));
    assert_eq!(again["items"][0]["order_id"], body["items"][0]["order_id"]);
    assert_eq!(portal.contents(), before);
    let none = portal.send("POST", "/api/v1/staff/orders", &cookie("st-sales"), "{\"items\": []}");
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[test]
fn a_hundred_orders_are_three_round_trips_at_most() {
    let portal = Portal::new();
    portal.get("/staff", "st-sales");
    let items: Vec<Value> = (0..100)
        .map(|it| {
            let mut row =
                order(&format!("B-{it}"), "new", &[line(&format!("SKU-{it}"), "2027-01-01", "2027-12-31")]);
            row["organisation_id"] = json!(if it % 2 == 0 { "acme" } else { "globex" });
            row
        })
        .collect();
    let trips = portal.db.round_trips();
    let body = json!({ "items": items }).to_string();
    let answer = portal.send("POST", "/api/v1/staff/orders", &cookie("st-sales"), &body);
    assert_eq!(answer.json()["booked"], 100, "{}", answer.body);
    assert_eq!(portal.db.round_trips() - trips, 2);
}

#[test]
fn the_form_keeps_what_was_typed_and_gives_another_line() {
    let portal = Portal::new();
    let page = portal.get("/staff/organisations/acme/orders/new", "st-sales");
    assert!(page.body.contains("name=\"lines.0.sku\"") && !page.body.contains("name=\"lines.1.sku\""));
    let typed = "number=SO-7&kind=top_up&agreement=contract&lines.0.sku=SKY-X&lines.0.quantity=0";
    let more = portal.post("/staff/organisations/acme/orders", "st-sales", &format!("{typed}&add_line=on"));
    assert_eq!(more.status, StatusCode::OK);
    assert!(more.body.contains("name=\"lines.1.sku\"") && more.body.contains("value=\"SKY-X\""));
    let wrong = portal.post("/staff/organisations/acme/orders", "st-sales", typed);
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.body.contains("value=\"SO-7\"") && wrong.body.contains("href=\"#field-lines.0.valid_from\"")
    );
}

#[test]
fn a_renewal_begins_with_the_next_period() {
    let portal = Portal::new();
    let page = portal.get("/staff/organisations/acme/orders/new?renews=s-acme", "st-sales").body;
    for text in [
        "value=\"2027-01-01\"",
        "value=\"2027-12-31\"",
        "value=\"s-acme\"",
        "value=\"SKY-MAIL\"",
        "value=\"40\"",
    ] {
        assert!(page.contains(text), "{text}");
    }
}

#[test]
fn a_cancelled_order_ends_its_subscription_and_the_licence() {
    let portal = Portal::new();
    let at = format!("{ORDERS}/o-acme/cancellation");
    let body = r#"{"cancelled_on": "2026-12-01", "note": "As agreed by mail"}"#;
    let answer = portal.send("POST", &at, &cookie("st-sales"), body);
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(answer.json()["licences"][0]["cancelled_on"], "2026-12-01");
    assert_eq!(
        portal.rows("select cancelled_on, version from licence where id = 'l-acme'"),
        [json!({ "cancelled_on": "2026-12-01", "version": 2 })]
    );
    let event = &portal.rows("select cause, note from licence_event")[0];
    assert_eq!(*event, json!({ "cause": "cancellation", "note": "As agreed by mail" }));
    let seen = portal.get("/api/v1/organisations/acme/orders/o-acme", "ann").json();
    assert_eq!(
        (&seen["state"], &seen["cancellation_note"]),
        (&json!("cancelled"), &json!("As agreed by mail"))
    );
    assert!(portal.get("/o/acme/orders/o-acme", "ann").body.contains("As agreed by mail"));
    let again = portal.send("POST", &at, &cookie("st-sales"), body);
    assert_eq!(again.status, StatusCode::CONFLICT);
    let late = r#"{"cancelled_on": "2027-12-01", "note": "As agreed by mail"}"#;
    let late = portal.send(
        "POST",
        "/api/v1/staff/organisations/globex/orders/o-globex/cancellation",
        &cookie("st-sales"),
        late,
    );
    assert!(late.body.contains("after-the-end"), "{}", late.body);
    let foreign = portal.send(
        "POST",
        "/api/v1/staff/organisations/globex/orders/o-acme/cancellation",
        &cookie("st-sales"),
        body,
    );
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
}

/// An order that was booked by mistake leaves things as they were before it.
#[test]
fn a_renewal_that_never_ran_is_undone() {
    let portal = Portal::new();
    let booked =
        send(&portal, &order("SO-2", "renewal", &[line("SKY-MAIL", "2027-01-01", "2027-12-31")])).json();
    let at = format!("{ORDERS}/{}/cancellation", booked["id"].as_str().unwrap());
    let body = r#"{"cancelled_on": "2026-11-22", "note": "Booked twice"}"#;
    let answer = portal.send("POST", &at, &cookie("st-sales"), body);
    assert_eq!(answer.json()["licences"][0]["new_valid_till"], "2026-12-31", "{}", answer.body);
    assert_eq!(
        portal.rows("select renewed_by from subscription where id = 's-acme'")[0]["renewed_by"],
        Value::Null
    );
    assert_eq!(
        portal.rows("select valid_till, cancelled_on from licence where id = 'l-acme'")[0]["valid_till"],
        "2026-12-31"
    );
    // And it can be booked again.
    let again = send(&portal, &order("SO-3", "renewal", &[line("SKY-MAIL", "2027-01-01", "2027-12-31")]));
    assert_eq!(again.status, StatusCode::CREATED, "{}", again.body);
}
