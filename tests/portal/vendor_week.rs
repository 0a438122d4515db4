//! A vendor's week, played through the API alone: a customer is set up, orders, uses, pays, renews and is told
//! something. After each step each of its contacts sees what is theirs to see, and nothing else.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use portal::outbox::Mailing;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::fixtures::{Answer, Portal, ask};
use crate::multipart::Form;

const OWN: &str = "a few words that nobody else has";

#[derive(Deserialize)]
struct Row {
    kind: String,
    payload: String,
}

struct Week {
    portal: Portal,
    key: String,
    org: String,
    deeds: std::cell::Cell<usize>,
}

/// Somebody with a cookie.
struct Person(String);

impl Week {
    /// The vendor's ERP; each deed is sent twice, as after an answer that got lost, and done once.
    fn erp(&self, method: &str, path: &str, body: &Value) -> Value {
        self.deeds.set(self.deeds.get() + 1);
        let (bearer, once) = (format!("Bearer {}", self.key), format!("deed-{}", self.deeds.get()));
        let headers = [("authorization", bearer.as_str()), ("idempotency-key", once.as_str())];
        let path = format!("/api/v1/staff{}", path.replace("{org}", &self.org));
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let send = || self.portal.send_with(method, &path, "", &body, &headers);
        let (first, second) = (send(), send());
        assert!(first.status.is_success(), "{method} {path}: {}", first.body);
        if method == "POST" {
            assert_eq!(first.body, second.body, "{path} is done once");
        }
        first.json()
    }

    fn call(&self, who: &Person, method: &str, path: &str, body: &Value) -> Answer {
        let path = format!("/api/v1/organisations/{}{path}", self.org);
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.portal.send_with(method, &path, &who.0, &body, &[("if-match", "*")])
    }

    /// The code in the newest mail that has one for this page.
    fn code(&self, to: &str, page: &str) -> String {
        let rows: Vec<Row> = ask(
            &self.portal.db,
            portal::sql!("select kind, payload from outbox where recipient = ?1 order by rowid desc", to),
        )
        .unwrap();
        let app = self.portal.app();
        let mailing = Mailing { config: app.config(), secrets: app.secrets() };
        let texts = rows.iter().filter_map(|it| {
            let payload = serde_json::from_str(&it.payload).unwrap();
            portal::apps::mail(&it.kind, &payload, &mailing).map(|it| it.text)
        });
        let mark = format!("/{page}#");
        let text =
            texts.into_iter().find(|it| it.contains(&mark)).unwrap_or_else(|| panic!("no {page} for {to}"));
        text.split_once(&mark).unwrap().1.split_whitespace().next().unwrap().to_owned()
    }

    /// Chooses a password by the link in the mail and signs in.
    fn arrives(&self, email: &str) -> Person {
        let token = self.code(email, "password");
        let chosen = json!({ "token": token, "new_password": OWN }).to_string();
        let chosen = self.portal.send("POST", "/api/v1/password-resets/confirm", "", &chosen);
        assert_eq!(chosen.status, StatusCode::NO_CONTENT, "{}", chosen.body);
        let entering = json!({ "email": email, "password": OWN }).to_string();
        let entered = self.portal.send("POST", "/api/v1/session", "", &entering);
        assert_eq!(entered.status, StatusCode::OK, "{}", entered.body);
        Person(entered.cookie("__Host-session"))
    }

    /// A contact whom the Primary adds, verifies and gets going.
    fn joins(&self, primary: &Person, email: &str, name: &str) -> (String, Person) {
        let new = json!({ "display_name": name, "email": email });
        let added = self.call(primary, "POST", "/contacts", &new);
        assert_eq!(added.status, StatusCode::CREATED, "{}", added.body);
        let token = json!({ "token": self.code(email, "verify") }).to_string();
        let verified = self.portal.send("POST", "/api/v1/verifications/confirm", "", &token);
        assert_eq!(verified.status, StatusCode::OK, "{}", verified.body);
        (added.json()["id"].as_str().unwrap().to_owned(), self.arrives(email))
    }

    /// The field of each entry of a list, or the code of the refusal.
    fn sees(&self, who: &Person, path: &str, field: &str) -> Vec<String> {
        let answer = self.call(who, "GET", path, &Value::Null).json();
        let Some(items) = answer["items"].as_array() else {
            return vec![answer["type"].as_str().unwrap_or("?").replace("/problems/", "")];
        };
        items.iter().map(|it| it[field].as_str().unwrap_or_default().to_owned()).collect()
    }
}

fn refused() -> Vec<String> {
    vec!["role-required".to_owned()]
}

fn order(number: &str, kind: &str, quantity: i64, from: &str, till: &str) -> Value {
    json!({
        "number": number, "ordered_on": "2026-11-20", "kind": kind, "agreement": "contract",
        "lines": [{ "product_id": "skyconnect", "sku": "SKY-MAIL", "description": "Mailboxes", "quantity": quantity,
                    "unit": "users", "valid_from": from, "valid_till": till }],
    })
}

#[test]
fn a_week_of_the_vendor_is_seen_by_each_contact_as_its_roles_allow() {
    let portal =
        Portal::after("insert into sub_product values ('skyconnect', 'mailboxes', 'Mailboxes', 'users');");
    let wish =
        json!({ "name": "ERP", "scopes": ["sales", "billing", "publisher"], "expires_on": "2027-05-31" });
    let key = portal.post("/api/v1/staff/api-keys", "st-admin", &wish.to_string()).json();
    let key = key["key"].as_str().unwrap().to_owned();
    let mut week = Week { portal, key, org: String::new(), deeds: 0.into() };

    // Monday: the customer is set up, its Primary arrives and brings two colleagues.
    let first = json!({ "email": "kim@initech.example", "display_name": "Kim" });
    let made = json!({ "name": "Initech", "channel": "direct", "domains": ["initech.example"], "first_contact": first });
    week.org = week.erp("POST", "/organisations", &made)["id"].as_str().unwrap().to_owned();
    let kim = week.arrives("kim@initech.example");
    let (lee_id, lee) = week.joins(&kim, "lee@initech.example", "Lee");
    let (_, max) = week.joins(&kim, "max@initech.example", "Max");
    let now = week.call(&kim, "GET", "/roles", &Value::Null).json();
    assert_eq!(now["primary"], now["support"], "the first contact is Primary and Support");
    let roles =
        json!({ "primary": now["primary"], "billing": lee_id, "support": now["support"], "technical": null });
    assert_eq!(week.call(&kim, "PUT", "/roles", &roles).status, StatusCode::OK);
    for who in [&kim, &lee] {
        assert!(week.sees(who, "/orders", "number").is_empty());
    }
    assert_eq!(week.sees(&max, "/orders", "number"), refused(), "Max has no role");

    // Tuesday: an order.
    week.erp("POST", "/organisations/{org}/orders", &order("SO-W1", "new", 50, "2026-11-20", "2026-12-19"));
    for who in [&kim, &lee] {
        assert_eq!(week.sees(who, "/orders", "number"), ["SO-W1"]);
    }
    assert_eq!(week.sees(&lee, "/licences", "valid_till"), ["2026-12-19"]);
    assert_eq!(
        (week.sees(&kim, "/licences", "valid_till"), week.sees(&max, "/orders", "number")),
        (refused(), refused())
    );

    // Wednesday: usage comes in.
    let sample = json!({ "organisation_id": week.org, "product_id": "skyconnect", "sub_product": "mailboxes", "date": "2026-11-21", "used": 41 });
    week.erp("POST", "/usage", &json!({ "items": [sample] }));
    let asked = "/usage?product=skyconnect&sub_product=mailboxes&grain=daily&period=2026-11";
    for who in [&kim, &lee] {
        let usage = week.call(who, "GET", asked, &Value::Null).json();
        let point = usage["points"].as_array().unwrap().iter().find(|it| it["date"] == "2026-11-21").cloned();
        assert_eq!(point.unwrap()["used"].as_f64(), Some(41.0), "{usage}");
    }
    assert_eq!(week.call(&max, "GET", asked, &Value::Null).status, StatusCode::FORBIDDEN);

    // Thursday: Lee declares a payment, the ERP finds it in the bank's statement.
    let form = Form::payment();
    let request = Request::post(format!("/api/v1/organisations/{}/payment-records", week.org))
        .header("host", "localhost:8787")
        .header("cookie", &lee.0)
        .header("content-type", format!("multipart/form-data; boundary={}", form.boundary));
    let recorded = week.portal.ask(request.body(Body::from(form.bytes())).unwrap());
    assert_eq!(recorded.status, StatusCode::CREATED, "{}", recorded.body);
    let open = week.erp("GET", "/payment-records?status=submitted", &Value::Null);
    let open = open["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["organisation_id"] == week.org.as_str())
        .cloned();
    let payment = open.unwrap()["id"].as_str().unwrap().to_owned();
    let decisions = format!("/payment-records/{payment}/decisions");
    for (decision, status) in [("take_up", "under_review"), ("reconcile", "reconciled")] {
        week.erp("POST", &decisions, &json!({ "action": decision, "message": "Received with thanks." }));
        assert_eq!(week.sees(&lee, "/payment-records", "status"), [status]);
        assert_eq!(
            (week.sees(&kim, "/payment-records", "status"), week.sees(&max, "/payment-records", "status")),
            (refused(), refused())
        );
    }

    // Friday: the renewal, and something to tell the Primaries.
    week.erp(
        "POST",
        "/organisations/{org}/orders",
        &order("SO-W2", "renewal", 60, "2026-12-20", "2027-12-19"),
    );
    assert_eq!(week.sees(&kim, "/orders", "number").len(), 2);
    assert_eq!(week.sees(&lee, "/licences", "valid_till"), ["2027-12-19"]);
    let told = json!({ "title": "Prices of 2027", "body": "They **stay**.", "category": "account", "roles": ["primary"], "publish": true });
    week.erp("POST", "/notifications", &told);
    let reads = |who: &Person| week.sees(who, "/notifications?q=Prices", "title").len();
    assert_eq!((reads(&kim), reads(&lee), reads(&max)), (1, 0, 0));

    // And all of it stands in the log that Kim reads, in the name of who did it.
    let log = week.sees(&kim, "/audit?actor=Key+ERP", "action");
    let expected =
        ["order.booked", "payment.decided", "payment.decided", "order.booked", "organisation.created"];
    assert_eq!(log, expected);
    assert_eq!(week.sees(&lee, "/audit", "action"), refused());
    crate::audit_chain::assert_chained(&week.portal);
}
