//! One good request for every route, so that a walk over the index can really do each deed. A route without a sample
//! fails the suite.

use portal::access::matrix::allows;
use portal::access::{Endpoint, Guard};
use portal::kernel::Role;

use crate::fixtures::{Answer, Portal, cookie};
use crate::licence_cast::LICENCES;

pub struct Sample {
    pub person: &'static str,
    pub path: String,
    pub body: &'static str,
    pub headers: &'static [(&'static str, &'static str)],
    /// What must have happened before.
    pub after: &'static str,
}

const IF_MATCH: &[(&str, &str)] = &[("if-match", "\"1\"")];

/// Deeds by method and path below the face; `None` for what needs no more than the path.
const BODIES: &[(&str, &str, &str, &str)] = &[
    ("POST", "/o/{org}/contacts", "display_name=Zoe&email=zoe%40acme.example&send_verification=on", ""),
    (
        "POST",
        "/api/v1/organisations/{org}/contacts",
        r#"{"display_name": "Zoe", "email": "zoe@acme.example"}"#,
        "",
    ),
    ("POST", "/o/{org}/contacts/{contact}/removal", "", ""),
    ("DELETE", "/api/v1/organisations/{org}/contacts/{contact}", "", ""),
    ("POST", "/o/{org}/contacts/{contact}/verification", "", VIC_JOINS),
    ("POST", "/api/v1/organisations/{org}/contacts/{contact}/verification", "", VIC_JOINS),
    ("POST", "/o/{org}/roles", "version=1&primary=c-ann&billing=c-tom&support=&technical=c-tom", ""),
    (
        "PUT",
        "/api/v1/organisations/{org}/roles",
        r#"{"primary": "c-ann", "billing": "c-tom", "support": null, "technical": "c-tom"}"#,
        "",
    ),
    ("POST", "/o/{org}/calendar", "", ""),
    ("POST", "/o/{org}/calendar/revocation", "", ANN_SUBSCRIBES),
    ("POST", "/o/{org}/name", "version=1&name=Acme-canary+Mills", ""),
    ("PATCH", "/api/v1/organisations/{org}", r#"{"name": "Acme-canary Mills"}"#, ""),
    ("POST", "/me/name", "version=1&display_name=Ann+A.", ""),
    ("PATCH", "/api/v1/me", r#"{"display_name": "Ann A."}"#, ""),
    ("POST", "/me/password", CHANGE_FORM, ""),
    ("PUT", "/api/v1/me/password", CHANGE_JSON, ""),
    ("POST", "/me/sessions/{session}/end", "", ANOTHER_SESSION),
    ("DELETE", "/api/v1/me/sessions/{session}", "", ANOTHER_SESSION),
    (
        "POST",
        "/o/{org}/licences/extension-requests",
        "licence_id=l-sky&reason=renewal_delayed&description=The+order+is+on+its+way.",
        LICENCES,
    ),
    (
        "POST",
        "/api/v1/organisations/{org}/extension-requests",
        r#"{"licence_id": "l-sky", "reason": "renewal_delayed", "description": "The order is on its way."}"#,
        LICENCES,
    ),
    ("POST", "/sign-out", "", ""),
    (
        "POST",
        "/api/v1/session",
        r#"{"email": "ann@acme-canary.example", "password": "a password of the cast"}"#,
        "",
    ),
    ("POST", "/api/v1/password-resets", r#"{"email": "ann@acme-canary.example"}"#, ""),
    ("POST", "/api/v1/password-resets/confirm", CHOOSE, ""),
    (
        "POST",
        "/api/v1/verifications/confirm",
        r#"{"token": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#,
        "",
    ),
    ("DELETE", "/api/v1/session", "", ""),
    ("POST", "/staff/organisations/{org}/orders", ORDER_FORM, ""),
    ("POST", "/api/v1/staff/organisations/{org}/orders", ORDER_JSON, ""),
    ("POST", "/api/v1/staff/orders", ORDERS_JSON, ""),
    ("POST", "/staff/organisations/{org}/orders/{order}/cancellation", CANCEL_FORM, ""),
    ("POST", "/api/v1/staff/organisations/{org}/orders/{order}/cancellation", CANCEL_JSON, ""),
    ("POST", "/staff/organisations/{org}/subscriptions/{subscription}/cancellation", CANCEL_FORM, ""),
    ("POST", "/api/v1/staff/organisations/{org}/subscriptions/{subscription}/cancellation", CANCEL_JSON, ""),
    ("POST", "/staff/licences/{licence}", "version=1&valid_till=2027-01-31&note=As+agreed", ""),
    ("PATCH", "/api/v1/staff/licences/{licence}", r#"{"valid_till": "2027-01-31", "note": "As agreed"}"#, ""),
    (
        "POST",
        "/staff/payments/{payment}/decisions",
        "action=reconcile&licences.0.id=l-acme&licences.0.valid_till=2027-12-31",
        "",
    ),
    (
        "POST",
        "/api/v1/staff/payment-records/{payment}/decisions",
        r#"{"action": "reconcile", "licences": [{"id": "l-acme", "valid_till": "2027-12-31"}]}"#,
        "",
    ),
    ("POST", "/staff/payments/{payment}/notes", "text=Seen+at+the+bank", ""),
    ("POST", "/api/v1/staff/payment-records/{payment}/notes", r#"{"text": "Seen at the bank"}"#, ""),
    (
        "POST",
        "/staff/products",
        "id=ideolve&name=Ideolve&access_grace_days=&suspension_days=30&trial_delete_days=",
        "",
    ),
    ("POST", "/api/v1/staff/products", r#"{"id": "ideolve", "name": "Ideolve", "suspension_days": 30}"#, ""),
    (
        "POST",
        "/staff/products/{product}",
        "version=1&name=SkyConnect+2&access_grace_days=14&suspension_days=30&trial_delete_days=7",
        "",
    ),
    ("PATCH", "/api/v1/staff/products/{product}", r#"{"name": "SkyConnect 2", "access_grace_days": 14}"#, ""),
];

const ORDER_FORM: &str = "number=SO-2&ordered_on=2026-11-20&kind=renewal&agreement=contract&partner=&po_number=PO-2&po_on=\
    &lines.0.product_id=skyconnect&lines.0.sku=SKY-MAIL&lines.0.description=Mailboxes&lines.0.quantity=50\
    &lines.0.unit=users&lines.0.valid_from=2027-01-01&lines.0.valid_till=2027-12-31";
pub const ORDER_JSON: &str = r#"{"number": "SO-2", "ordered_on": "2026-11-20", "kind": "renewal", "agreement": "contract",
    "lines": [{"product_id": "skyconnect", "sku": "SKY-MAIL", "description": "Mailboxes", "quantity": 50,
               "unit": "users", "valid_from": "2027-01-01", "valid_till": "2027-12-31"}]}"#;
const ORDERS_JSON: &str = r#"{"items": [{"organisation_id": "acme", "number": "SO-2", "ordered_on": "2026-11-20",
    "kind": "renewal", "agreement": "contract",
    "lines": [{"product_id": "skyconnect", "sku": "SKY-MAIL", "description": "Mailboxes", "quantity": 50,
               "unit": "users", "valid_from": "2027-01-01", "valid_till": "2027-12-31"}]}]}"#;
const CANCEL_FORM: &str = "cancelled_on=2026-12-01&note=As+agreed";
const CANCEL_JSON: &str = r#"{"cancelled_on": "2026-12-01", "note": "As agreed"}"#;

const CHANGE_FORM: &str = "current_password=a+password+of+the+cast&new_password=another+good+phrase&new_password_again=another+good+phrase";
const CHANGE_JSON: &str =
    r#"{"current_password": "a password of the cast", "new_password": "another good phrase"}"#;

/// A code of the right shape that no mail has carried.
const CHOOSE: &str =
    r#"{"token": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "new_password": "another good phrase"}"#;

const ANOTHER_SESSION: &str =
    "insert into session (id, person_id, device, address, created_at, last_seen_at, expires_at)
    values ('another', 'ann', 'Firefox on Linux', '192.0.2.1', 1795327000, 1795327600, 1795400000);";

/// A contact of Acme who has not verified.
pub const VIC_JOINS: &str = "insert into person (id, email, display_name, created_at) values ('vic', 'vic@acme-canary.example', 'Vic', 1);
    insert into contact (id, org_id, person_id, name, created_at) values ('c-vic', 'acme', 'vic', 'Vic Acme-canary', 6);";

/// Ann has an address of Acme's calendar.
const ANN_SUBSCRIBES: &str = "insert into calendar_feed (id, hash, person_id, org_id, created_at)
    values ('f-ann', 'no hash of anything', 'ann', 'acme', 1);";

/// The request of somebody who may: Ann, who is Primary of Acme, or else Bob, who is its Billing contact; an Admin on
/// the vendor's side.
pub fn sample(url: &Endpoint) -> Sample {
    let known = BODIES.iter().find(|it| url.method == it.0 && url.path == it.1);
    let (body, after) = known.map_or(("", ""), |it| (it.2, it.3));
    let reads = url.method == "GET";
    assert!(
        reads || known.is_some() || url.guard == Guard::Anyone,
        "no sample for {} {}",
        url.method,
        url.path
    );
    let contact = if after == VIC_JOINS { "c-vic" } else { "c-tom" };
    let path = url.path.replace("{org}", "acme").replace("{contact}", contact);
    let path = path.replace("{session}", "another").replace("{code}", "not-found");
    let path =
        path.replace("{order}", "o-acme").replace("{licence}", "l-acme").replace("{payment}", "p-acme");
    let path = path.replace("{subscription}", "s-acme").replace("{product}", "skyconnect");
    let headers = if matches!(url.method.as_str(), "PUT" | "PATCH") { IF_MATCH } else { &[] };
    let person = match url.guard {
        Guard::Contact(Some(it)) if !allows(&[Role::Primary], it) => "bob",
        Guard::Contact(_) | Guard::Person | Guard::Anyone => "ann",
        Guard::Staff(_) => "st-admin",
    };
    Sample { person, path, body, headers, after }
}

impl Sample {
    pub fn send(&self, portal: &Portal, method: &str) -> Answer {
        self.send_as(portal, method, &cookie(self.person))
    }

    pub fn send_as(&self, portal: &Portal, method: &str, cookie: &str) -> Answer {
        portal.send_with(method, &self.path, cookie, self.body, self.headers)
    }
}
