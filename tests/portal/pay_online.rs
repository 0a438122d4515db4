//! Paying an invoice online: the form, the way to the gateway, and how an attempt stands.

use portal::access::Call;
use serde_json::json;

use crate::fixtures::{Answer, NED_JOINS, NOW, Portal, cookie, logged, run};
use crate::samples::ANN_PAYS;

pub const STRIPE: (&str, &str) = ("PAYMENT_GATEWAY", "stripe");
const PAGE: &str = "/o/acme/pay";
pub const TYPED: &str = "invoice=MER%2F2026%2F0041&currency=INR&amount=1%2C98%2C240.00&name=Ned+%26+Sons&email=ned%40both.example";

/// What Stripe answers when all is well.
pub fn session(number: usize) -> String {
    json!({ "id": format!("cs_test_{number}"), "object": "checkout.session", "url": format!("https://checkout.stripe.com/c/pay/cs_test_{number}") })
        .to_string()
}

pub fn stripe(script: &str) -> Portal {
    Portal::configured_after(script, &[STRIPE])
}

fn begun(portal: &Portal, person: &str, body: &str) -> Answer {
    let answer = portal.post(PAGE, person, body);
    assert_eq!(answer.status, 303, "{}", answer.body);
    portal.get(answer.header("location"), person)
}

/// The way out of the page, as it stands in the address.
fn way(page: &Answer) -> String {
    let link = page.body.split("<a class=\"button primary\" href=\"").nth(1).unwrap_or_default();
    assert!(link.contains("target=\"_blank\" rel=\"noopener noreferrer\""), "{}", page.body);
    link.split('"').next().unwrap().replace("&amp;", "&")
}

/// Everybody may pay; who holds no role, too.
#[test]
fn a_link_carries_what_was_typed() {
    for (address, leads_to) in [
        (
            "https://pay.vendor.example/",
            "https://pay.vendor.example/?name=Ned+%26+Sons&email=ned%40both.example&organisation=Acme-canary\
             &invoice=MER%2F2026%2F0041&amount=198240.00&currency=INR&reference=",
        ),
        (
            "https://pay.vendor.example/i/{invoice}?sum={amount}&cur={currency}&to={email}&by={name},%20{organisation}#x",
            "https://pay.vendor.example/i/MER%2F2026%2F0041?sum=198240.00&cur=INR&to=ned%40both.example\
             &by=Ned%20%26%20Sons,%20Acme-canary#x",
        ),
    ] {
        let portal = Portal::configured_after(NED_JOINS, &[("GATEWAY_URL", address)]);
        let trips = portal.db.round_trips();
        let answer = portal.post(PAGE, "ned", TYPED);
        assert_eq!(portal.db.round_trips() - trips, 2);
        let page = portal.get(answer.header("location"), "ned");
        assert!(way(&page).starts_with(leads_to), "{}", way(&page));
        assert!(page.body.contains("₹1,98,240.00") && page.body.contains("Nothing is paid yet"));
        assert!(!page.body.contains("/payments/new"), "recording is for Billing");
        assert_eq!(portal.outside.calls.lock().unwrap().len(), 0);
        assert_eq!(
            portal.number(
                "select count(*) as n from audit where action = 'payment.begun' and actor_id = 'ned'"
            ),
            1
        );
    }
    let portal = Portal::new();
    assert!(begun(&portal, "bob", TYPED).body.contains("href=\"/o/acme/payments/new\""));
}

#[test]
fn the_form_begins_with_what_is_known() {
    let portal = Portal::after(NED_JOINS);
    let page = portal
        .get(&format!("{PAGE}?invoice=MER%2F7&amount=1%2C200&currency=USD&utm=x&invoice=twice"), "ned")
        .body;
    for value in
        ["value=\"1,200\"", "value=\"Ned\"", "value=\"ned@both.example\"", "<option value=\"USD\" selected"]
    {
        assert!(page.contains(value), "{value} {page}");
    }
    assert!(page.contains("This was asked for twice."));
    assert!(page.contains("href=\"/o/acme/pay\" aria-current=\"page\""));
    assert!(!page.contains("href=\"/o/acme/payments\""), "the list is for Billing");
    for (wrong, field) in [
        ("amount=1%2C98%2C240.00", "amount=0"),
        ("amount=1%2C98%2C240.00", "amount=1e309"),
        ("MER%2F2026%2F0041", "%0d%0a"),
        ("email=ned%40both.example", "email=%3Cscript%3E"),
        ("currency=INR", "currency=EUR"),
        ("&name=Ned+%26+Sons", ""),
    ] {
        let answer = portal.post(PAGE, "ned", &TYPED.replace(wrong, field));
        assert_eq!(answer.status, 422, "{field}");
        assert!(
            answer.body.contains("aria-invalid=\"true\"") && answer.body.contains("Continue"),
            "{}",
            answer.body
        );
        assert!(
            field.starts_with("email") || answer.body.contains("value=\"ned@both.example\""),
            "what was typed stays"
        );
        assert!(!answer.body.contains("<script>"));
    }
    assert_eq!(portal.number("select count(*) as n from payment_session"), 0);
}

#[test]
fn without_a_gateway_there_is_a_way_all_the_same() {
    let without = Portal::configured(&[("GATEWAY_URL", "")]);
    let page = without.get(PAGE, "ann").body;
    assert!(
        page.contains("has not set up a payment gateway")
            && !page.contains("<form method=\"post\" action=\"/o/acme/pay\"")
    );
    let answer = without.post(PAGE, "ann", TYPED);
    assert!(answer.status == 409 && answer.body.contains("bank transfer"), "{}", answer.body);
}

#[test]
fn stripe_is_asked_as_it_wants_to_be_asked() {
    let portal = stripe(NED_JOINS);
    portal.outside.replies(200, &session(1));
    let trips = portal.db.round_trips();
    let answer = portal.post(PAGE, "ned", TYPED);
    assert_eq!(portal.db.round_trips() - trips, 2);
    let at = answer.header("location").to_owned();
    let id = at.rsplit('/').next().unwrap();
    let calls = portal.outside.calls.lock().unwrap().clone();
    let [Call { method, url, headers, body }] = calls.as_slice() else { panic!("{calls:?}") };
    assert_eq!((*method, url.as_str()), ("POST", "https://api.stripe.com/v1/checkout/sessions"));
    let header = |name: &str| headers.iter().find(|it| it.0 == name).map_or("", |it| it.1.as_str());
    assert_eq!(header("authorization"), "Bearer sk_test_of_the_host_tests");
    assert_eq!(header("content-type"), "application/x-www-form-urlencoded");
    assert_eq!(header("idempotency-key"), id);
    assert!(!header("stripe-version").is_empty());
    let fields: Vec<(String, String)> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let field = |name: &str| fields.iter().find(|it| it.0 == name).map_or("", |it| it.1.as_str());
    for (name, value) in [
        ("mode", "payment"),
        ("line_items[0][quantity]", "1"),
        ("line_items[0][price_data][currency]", "inr"),
        ("line_items[0][price_data][unit_amount]", "19824000"),
        ("line_items[0][price_data][product_data][name]", "Invoice MER/2026/0041"),
        ("customer_email", "ned@both.example"),
        ("client_reference_id", id),
        ("metadata[portal_session]", id),
        ("metadata[portal_organisation]", "acme"),
        ("metadata[portal_invoice]", "MER/2026/0041"),
        ("cancel_url", &format!("http://localhost:8787{at}")),
        ("success_url", &format!("http://localhost:8787{at}?done=paid-online")),
    ] {
        assert_eq!(field(name), value, "{name}");
    }
    let page = portal.get(&at, "ned");
    assert_eq!(way(&page), "https://checkout.stripe.com/c/pay/cs_test_1");
    assert!(
        portal
            .get(&format!("{at}?done=paid-online"), "ned")
            .body
            .contains("The gateway has taken your payment")
    );
    assert!(portal.get(PAGE, "ned").body.contains(&at), "it is among what was begun lately");
    for (other, person) in [(at.clone(), "ann"), (at.clone(), "bob"), (at.replace("acme", "globex"), "ned")] {
        assert_eq!(portal.get(&other, person).status, 404, "{person}");
    }
    assert!(!portal.get(PAGE, "ann").body.contains(id), "it is Ned's");
}

/// What the gateway refuses is said at the field; what nobody here can mend, as something to try later.
#[test]
fn a_gateway_that_says_no_or_nothing() {
    let error = |code: &str, param: &str| {
        json!({ "error": { "type": "invalid_request_error", "code": code, "param": param, "message": "Amount too small" } }).to_string()
    };
    for (status, body, answers, said) in [
        (400, error("amount_too_small", ""), 422, "does not take this: Amount too small"),
        (400, error("email_invalid", "customer_email"), 422, "does not take this"),
        (400, error("parameter_unknown", "mode"), 503, "Nothing was charged"),
        (401, "{\"error\": {}}".to_owned(), 503, "Nothing was charged"),
        (200, "no JSON".to_owned(), 503, "Nothing was charged"),
        (200, json!({ "id": "cs_1", "url": "javascript:alert(1)" }).to_string(), 503, "Nothing was charged"),
        (302, String::new(), 503, "Nothing was charged"),
    ] {
        let portal = stripe("");
        portal.outside.replies(status, &body);
        let answer = portal.post(PAGE, "ann", TYPED);
        assert_eq!(answer.status, answers, "{status} {body}: {}", answer.body);
        assert!(answer.body.contains(said) && answer.body.contains("MER/2026/0041"), "{}", answer.body);
        assert_eq!(portal.number("select count(*) as n from payment_session"), 0);
        assert!(logged().iter().all(|it| !it.contains("sk_test")));
    }
}

/// An answer that was lost is asked for again with the same key, so that there is one place to pay.
#[test]
fn a_lost_answer_is_asked_for_again() {
    let portal = stripe("");
    portal.outside.replies(500, "");
    portal.outside.replies(200, &session(1));
    assert_eq!(portal.post(PAGE, "ann", TYPED).status, 303);
    let calls = portal.outside.calls.lock().unwrap().clone();
    assert_eq!(calls.len(), 2);
    assert!(calls[0].headers == calls[1].headers && calls[0].body == calls[1].body);
    let portal = stripe("");
    portal
        .outside
        .replies
        .lock()
        .unwrap()
        .extend([Err("connection reset".to_owned()), Err("connection reset".to_owned())]);
    assert_eq!(portal.post(PAGE, "ann", TYPED).status, 503);
    *portal.outside.late.lock().unwrap() = true;
    assert_eq!(portal.post(PAGE, "ann", TYPED).status, 503, "it never answers");
}

#[test]
fn a_double_click_begins_once_and_a_flood_is_stopped() {
    let portal = stripe("");
    for at in 0..2 {
        portal.outside.replies(200, &session(at));
    }
    let body = format!("{TYPED}&idempotency_key=one");
    let answers = [0, 1].map(|_| portal.post(PAGE, "ann", &body).header("location").to_owned());
    assert!(answers[0] == answers[1] && answers[0].len() > 20, "{answers:?}");
    assert_eq!(portal.number("select count(*) as n from payment_session"), 1);
    assert_eq!(portal.outside.calls.lock().unwrap().len(), 1);

    let portal = Portal::new();
    let form = || {
        let request =
            axum::http::Request::post(PAGE).header("host", "localhost:8787").header("cookie", cookie("ann"));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.body(axum::body::Body::from(body.clone())).unwrap()
    };
    let answers = portal.ask_at_once((0..8).map(|_| form()).collect());
    let to: std::collections::BTreeSet<&str> = answers.iter().map(|it| it.header("location")).collect();
    assert_eq!(to.len(), 1, "{to:?}");
    assert_eq!(portal.number("select count(*) as n from payment_session"), 1);

    for at in 1..20 {
        assert_eq!(portal.post(PAGE, "ann", TYPED).status, 303, "{at}");
    }
    let answer = portal.post(PAGE, "ann", TYPED);
    assert!(answer.status == 429 && !answer.header("retry-after").is_empty(), "{}", answer.body);
    assert_eq!(portal.post(PAGE, "bob", TYPED).status, 303, "it is counted for each person");
    portal.now.set(NOW + 601);
    run(&portal.db, "update session set last_seen_at = last_seen_at + 600").unwrap();
    assert_eq!(portal.post(PAGE, "ann", TYPED).status, 303);
}

#[test]
fn the_pages() {
    let portal = stripe(ANN_PAYS);
    insta::assert_snapshot!("make_payment", looks(&portal.get(PAGE, "ann").body));
    insta::assert_snapshot!("begun_online", looks(&portal.get("/o/acme/pay/a-acme", "ann").body));
    for (status, says, leads_on) in [
        ("pending", "Do not pay again", false),
        ("failed", "nothing is paid", true),
        ("expired", "begin again", true),
        ("paid", "has confirmed the payment", false),
    ] {
        let script = format!("{ANN_PAYS} update payment_session set status = '{status}';");
        let page = stripe(&script).get("/o/acme/pay/a-acme", "ann").body;
        assert!(page.contains(says) && !page.contains("https://pay.example/"), "{status}: {page}");
        let again = "/o/acme/pay?invoice=MER%2F7&amp;currency=INR&amp;amount=198240.00";
        assert_eq!(page.contains(again), leads_on, "{status}");
    }
}

/// From the key on, which is made anew for each form.
fn looks(page: &str) -> String {
    let main = page.split("<main").nth(1).unwrap().split("</main>").next().unwrap();
    let (before, after) = main.split_once("name=\"idempotency_key\" value=\"").unwrap_or((main, ""));
    let after = after.split_once('"').map_or("", |it| it.1);
    crate::fixtures::looks(&format!("<main{before}{after}"))
}
