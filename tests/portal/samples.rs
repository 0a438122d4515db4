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

const MULTIPART: &[(&str, &str)] = &[("content-type", "multipart/form-data; boundary=sample")];

macro_rules! part {
    ($name:literal, $value:literal) => {
        concat!("--sample\r\ncontent-disposition: form-data; name=\"", $name, "\"\r\n\r\n", $value, "\r\n")
    };
}

const REPLY: &str = concat!(
    part!("note", "From the account in Pune."),
    "--sample\r\ncontent-disposition: form-data; name=\"proof\"; filename=\"advice.pdf\"\r\n\r\n",
    "%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n\r\n--sample--\r\n",
);

/// The vendor waits for an answer.
const IS_ASKED: &str = "update payment_record set status = 'information_needed' where org_id = 'acme';";

const PAYMENT: &str = concat!(
    part!("invoice_number", "MER/2026/0041"),
    part!("currency", "INR"),
    part!("amount", "1,81,440.00"),
    part!("tax_deducted", "16,800"),
    part!("paid_on", "2026-11-20"),
    part!("method", "neft"),
    part!("reference", "UTR 123"),
    part!("note", ""),
    "--sample\r\ncontent-disposition: form-data; name=\"proof\"; filename=\"advice.pdf\"\r\n\r\n",
    "%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n\r\n--sample--\r\n",
);

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
    ("POST", "/o/{org}/report", "", ""),
    ("POST", "/api/v1/organisations/{org}/reports", "", ""),
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
    (
        "POST",
        "/o/{org}/pay",
        "invoice=MER%2F7&currency=INR&amount=1%2C98%2C240.00&name=Ann&email=ann%40acme-canary.example",
        "",
    ),
    ("GET", "/o/{org}/pay/{attempt}", "", ANN_PAYS),
    ("POST", "/o/{org}/payments/new", PAYMENT, ""),
    ("POST", "/api/v1/organisations/{org}/payment-records", PAYMENT, ""),
    ("POST", "/o/{org}/payments/{payment}/replies", REPLY, IS_ASKED),
    ("POST", "/api/v1/organisations/{org}/payment-records/{payment}/replies", REPLY, IS_ASKED),
    ("POST", "/o/{org}/payments/{payment}/withdrawal", "", ""),
    ("POST", "/api/v1/organisations/{org}/payment-records/{payment}/withdrawal", "", ""),
    (
        "POST",
        "/staff/notifications",
        "title=Downtime&body=On+Sunday&category=downtime&organisations=Acme-canary&product=&link=&role_primary=on\
         &pinned_until=&expires_on=2026-12-31",
        "",
    ),
    (
        "POST",
        "/staff/notifications/{notice}/edit",
        "version=1&title=Downtime&body=On+Monday&category=downtime&organisations=&product=&link=",
        A_DRAFT,
    ),
    ("POST", "/staff/notifications/{notice}/publication", "version=1", A_DRAFT),
    ("POST", "/staff/notifications/{notice}/pin", "version=1&pinned_until=2026-12-01", A_DRAFT),
    ("POST", "/staff/notifications/{notice}/withdrawal", "version=1", A_NOTICE),
    (
        "POST",
        "/api/v1/staff/notifications",
        r#"{"title": "Downtime", "body": "On Sunday", "category": "downtime", "publish": true}"#,
        "",
    ),
    ("PATCH", "/api/v1/staff/notifications/{notice}", r#"{"title": "No downtime"}"#, A_DRAFT),
    ("GET", "/staff/notifications/{notice}", "", A_DRAFT),
    ("GET", "/staff/notifications/{notice}/edit", "", A_DRAFT),
    ("GET", "/staff/notifications/{notice}/withdrawal", "", A_NOTICE),
    ("GET", "/api/v1/staff/notifications/{notice}", "", A_DRAFT),
    ("POST", "/staff/keys", "name=ERP&scope_sales=on&scope_billing=on&expires_on=2027-01-31", ""),
    ("POST", "/staff/keys/{key}/rotation", "overlap=week&expires_on=2027-01-31", ""),
    ("POST", "/staff/keys/{key}/revocation", "", ""),
    (
        "POST",
        "/api/v1/staff/api-keys",
        r#"{"name": "ERP", "scopes": ["sales", "billing"], "expires_on": "2027-01-31"}"#,
        "",
    ),
    (
        "POST",
        "/api/v1/staff/api-keys/{key}/rotation",
        r#"{"overlap": "week", "expires_on": "2027-01-31"}"#,
        "",
    ),
    ("DELETE", "/api/v1/staff/api-keys/{key}", "", ""),
    ("GET", "/o/{org}/notifications/{notification}", "", NOTICES),
    ("POST", "/o/{org}/notifications/{notification}/read", "", NOTICES),
    ("PUT", "/api/v1/organisations/{org}/notifications/{notification}/read", "", NOTICES),
    ("POST", "/o/{org}/notifications/read-all", "", NOTICES),
    ("POST", "/api/v1/organisations/{org}/notifications/read-all", "", NOTICES),
    ("POST", "/o/{org}/notifications/preferences", PREFERENCES, ""),
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
    (
        "POST",
        "/staff/sign-on",
        "name=Help+desk&kind=oidc&redirect_uris=https%3A%2F%2Fdesk.example%2Fcallback&login_uri=",
        "",
    ),
    ("POST", "/staff/sign-on/{client}/secret", "", A_DESK),
    ("POST", "/staff/sign-on/{client}/switch", "to=off", A_DESK),
    (
        "POST",
        "/staff/organisations",
        "name=Initech&channel=direct&partner_id=&domains=initech.example&first_contact.email=kim%40initech.example&first_contact.display_name=Kim",
        "",
    ),
    (
        "POST",
        "/api/v1/staff/organisations",
        r#"{"name": "Initech", "channel": "direct", "domains": ["initech.example"],
            "first_contact": {"email": "kim@initech.example", "display_name": "Kim"}}"#,
        "",
    ),
    (
        "POST",
        "/staff/organisations/{org}/edit",
        "version=1&name=Acme+Mills&channel=direct&partner_id=&domains=",
        "",
    ),
    ("PATCH", "/api/v1/staff/organisations/{org}", r#"{"name": "Acme Mills"}"#, ""),
    (
        "POST",
        "/staff/organisations/{org}/primary",
        "email=bob%40acme-canary.example&display_name=Bob&reason=We+called+them+back.",
        "",
    ),
    (
        "POST",
        "/api/v1/staff/organisations/{org}/primary",
        r#"{"email": "bob@acme-canary.example", "display_name": "Bob", "reason": "We called them back."}"#,
        "",
    ),
    ("POST", "/staff/partners", "name=Banyan+Row&domains=banyanrow.example", ""),
    ("POST", "/api/v1/staff/partners", r#"{"name": "Banyan Row", "domains": ["banyanrow.example"]}"#, ""),
    ("POST", "/staff/partners/{partner}/edit", "version=1&name=Banyan+Tree&domains=", ""),
    ("PATCH", "/api/v1/staff/partners/{partner}", r#"{"name": "Banyan Tree"}"#, ""),
    ("POST", "/staff/organisations/{org}/orders", ORDER_FORM, ""),
    ("POST", "/api/v1/staff/organisations/{org}/orders", ORDER_JSON, ""),
    ("POST", "/api/v1/staff/orders", ORDERS_JSON, ""),
    ("POST", "/staff/organisations/{org}/orders/{order}/cancellation", CANCEL_FORM, ""),
    ("POST", "/api/v1/staff/organisations/{org}/orders/{order}/cancellation", CANCEL_JSON, ""),
    ("POST", "/staff/organisations/{org}/subscriptions/{subscription}/cancellation", CANCEL_FORM, ""),
    ("POST", "/api/v1/staff/organisations/{org}/subscriptions/{subscription}/cancellation", CANCEL_JSON, ""),
    ("POST", "/staff/members", "display_name=Zoe&email=zoe%40vendor.example&role=sales", ""),
    (
        "POST",
        "/api/v1/staff/members",
        r#"{"display_name": "Zoe", "email": "zoe@vendor.example", "role": "sales"}"#,
        "",
    ),
    ("POST", "/staff/members/{member}/role", "role=billing", ""),
    ("PATCH", "/api/v1/staff/members/{member}", r#"{"role": "billing"}"#, ""),
    ("POST", "/staff/members/{member}/removal", "", ""),
    ("DELETE", "/api/v1/staff/members/{member}", "", ""),
    ("POST", "/staff/mails/{mail}/again", "", A_MAIL_FAILED),
    (
        "POST",
        "/staff/organisations/{org}/contacts/{contact}/view-as",
        "reason=Ticket+4711%2C+a+blank+page",
        "",
    ),
    ("POST", "/staff/view-as/end", "", THE_ADMIN_LOOKS),
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
    (
        "POST",
        "/api/v1/staff/usage",
        r#"{"items": [{"organisation_id": "acme", "product_id": "skyconnect", "sub_product": "imported", "date": "2026-11-21", "used": 3}]}"#,
        "insert into sub_product values ('skyconnect', 'imported', 'Imported', 'users');",
    ),
];

/// Ann has begun to pay an invoice of each organisation, `a-acme` and `a-globex`.
pub const ANN_PAYS: &str = "insert into payment_session (id, org_id, gateway, gateway_id, url, invoice_number, currency, amount,
        payer_name, payer_email, by_person, by_name, started_at, status_at)
    select 'a-' || id, id, 'stripe', 'cs_' || id, 'https://pay.example/' || id, 'MER/7', 'INR', 19824000, 'Ann ' || name,
           'pay@' || lower(name) || '.example', 'ann', 'Ann', 1795327000, 1795327000 from organisation;";

const A_DESK: &str = "insert into oidc_client (id, name, kind, secret_hash, created_at)
    values ('a-desk', 'Help desk', 'oidc', 'no hash of anything', 1);";

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
/// A notification of each organisation, `n-acme` and `n-globex`.
pub const NOTICES: &str =
    "insert into notification (id, org_id, category, title, body, source, published_at, created_at)
    select 'n-' || id, id, 'general', 'Notice to ' || name, 'About ' || name, 'vendor', 1795000000, 1795000000
      from organisation;";
const PREFERENCES: &str = "billing=weekly&downtime=on&release=off&report=on&account=on&general=weekly";

/// Something that nobody has been told yet.
pub const A_DRAFT: &str =
    "insert into announcement (id, title, body, category, made_by, made_by_name, created_at)
    values ('n-1', 'Downtime', 'On **Sunday**', 'downtime', 'st-publisher', 'The publisher colleague', 1);";

/// Something that everybody has been told.
pub const A_NOTICE: &str = "insert into announcement (id, title, body, category, made_by, made_by_name, created_at, state, published_at)
    values ('n-1', 'Downtime', 'On **Sunday**', 'downtime', 'st-publisher', 'The publisher colleague', 1, 'published', 2);
    insert into notification (id, category, title, body, source, published_at, created_at, announcement_id)
    values ('n-1-all', 'downtime', 'Downtime', 'On **Sunday**', 'vendor', 2, 2, 'n-1');";

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

const THE_ADMIN_LOOKS: &str = "insert into view_as (id, session_id, person_id, org_id, contact_id, reason, started_at, ends_at)
    values ('v', 'st-admin', 'st-admin', 'acme', 'c-tom', 'Ticket 4711, a blank page', 1795327600, 1795329400);";

/// To Bob, who has no mailbox of this name.
const A_MAIL_FAILED: &str = "insert into outbox (id, kind, org_id, recipient, payload, state, attempts, created_at, state_at, error)
    values ('m-bob', 'contacts.roles', 'acme', 'bob@acme-canary.example', '{}', 'failed', 3, 5, 6, '550 no such mailbox');";

/// The request of somebody who may: Ann, who is Primary of Acme, or else Bob, who is its Billing contact, or Sue, who is
/// its Support contact; an Admin on the vendor's side.
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
    let path =
        path.replace("{session}", "another").replace("{code}", "not-found").replace("{client}", "a-desk");
    let path =
        path.replace("{order}", "o-acme").replace("{licence}", "l-acme").replace("{payment}", "p-acme");
    let path =
        path.replace("{member}", "st-publisher").replace("{mail}", "m-bob").replace("{report}", "r-acme");
    let path = path.replace("{document}", "d-acme").replace("{key}", "k-sales").replace("{notice}", "n-1");
    let path = path.replace("{partner}", "pa-row");
    let path = path.replace("{subscription}", "s-acme").replace("{product}", "skyconnect");
    let path = path.replace("{notification}", "n-acme").replace("{attempt}", "a-acme");
    let headers = match url.method.as_str() {
        "PUT" | "PATCH" => IF_MATCH,
        _ if body.starts_with("--sample") => MULTIPART,
        _ => &[],
    };
    let may = |role| match url.guard {
        Guard::Contact(Some(it)) => allows(&[role], it),
        Guard::Contact(None) | Guard::Person | Guard::Anyone => true,
        Guard::Staff(_) => false,
    };
    let cast = [("ann", Role::Primary), ("bob", Role::Billing), ("sue", Role::Support)];
    let person = cast.into_iter().find(|it| may(it.1)).map_or("st-admin", |it| it.0);
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
