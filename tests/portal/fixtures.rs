//! The cast, and a portal to send requests to.

use std::cell::Cell;
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use futures::future::{FutureExt, join_all};
use futures_executor::block_on;
use portal::access::{App, Config, Keyring, Services, bytes_of, serve};
use portal::db::{Db, DbError, Stmt};
use portal::kernel::Password;
use serde::de::DeserializeOwned;

pub use crate::cookies::{cookie, signed, worthless_cookies};

pub use crate::stores::logged;
use crate::stores::{Afterwards, Drawer, Queue, Seal, Shelf, log};
use crate::world::{World, secrets};

pub const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/0001_portal.sql"),
    include_str!("../../migrations/0002_orders_and_licences.sql"),
    include_str!("../../migrations/0003_payments.sql"),
    include_str!("../../migrations/0004_payment_waiting.sql"),
    include_str!("../../migrations/0005_notifications.sql"),
    include_str!("../../migrations/0006_usage.sql"),
    include_str!("../../migrations/0007_mail_that_leaves.sql"),
    include_str!("../../migrations/0008_sign_on.sql"),
    include_str!("../../migrations/0009_staff.sql"),
    include_str!("../../migrations/0010_console.sql"),
    include_str!("../../migrations/0011_vendor_desk.sql"),
    include_str!("../../migrations/0012_audit_keys_announcements.sql"),
    include_str!("../../migrations/0013_announcements.sql"),
    include_str!("../../migrations/0014_pay_online.sql"),
    include_str!("../../migrations/0016_views_end.sql"),
    include_str!("../../migrations/0020_client_names.sql"),
];

pub const NOW: i64 = 1_795_327_680; // 22 Nov 2026, 11:38 IST

/// Of everybody who has one.
pub const PASSWORD: &str = "a password of the cast";

/// Ann, Bob, Sue and Tom hold the four roles of Acme, Ned is its contact without one. Gus is Primary of Globex, where
/// Ned is verified too and Una is not. Eve is nobody's contact. Ann, Ned and Gus know a password; Una never had one.
/// `pa-row` is a partner without customers. The vendor's own people are `st-sales`, `st-billing`, `st-support`, `st-publisher` and `st-admin`; a key with each
/// scope is named like its role. Everybody verified has a session named like them. Each organisation has ordered something for 2026: order `o-acme`,
/// subscription `s-acme`, licence `l-acme`, and recorded a payment of it: `p-acme`, with its proof `d-acme`. Every text of an organisation
/// carries its canary word.
pub const TWO_ORGS: &str = "
    insert into person (id, email, display_name, created_at) values
      ('ann', 'ann@acme-canary.example', 'Ann Acme-canary', 1), ('bob', 'bob@acme-canary.example', 'Bob Acme-canary', 1),
      ('sue', 'sue@acme-canary.example', 'Sue Acme-canary', 1), ('tom', 'tom@acme-canary.example', 'Tom Acme-canary', 1),
      ('ned', 'ned@both.example', 'Ned', 1), ('una', 'una@both.example', 'Una', 1),
      ('gus', 'gus@globex-canary.example', 'Gus Globex-canary', 1), ('eve', 'eve@nowhere.example', 'Eve', 1);
    insert into partner (id, name, domains, created_at) values ('pa-row', 'The Row', '[\"row.example\"]', 1);
    insert into organisation (id, name, customer_domains, created_at) values
      ('acme', 'Acme-canary', '[\"acme-canary.example\"]', 1), ('globex', 'Globex-canary', '[]', 1);
    insert into contact (id, org_id, person_id, name, verified_at, created_at) values
      ('c-ann', 'acme', 'ann', 'Ann Acme-canary', 1, 1), ('c-bob', 'acme', 'bob', 'Bob Acme-canary', 1, 2),
      ('c-sue', 'acme', 'sue', 'Sue Acme-canary', 1, 3), ('c-tom', 'acme', 'tom', 'Tom Acme-canary', 1, 4),
      ('c-gus', 'globex', 'gus', 'Gus Globex-canary', 1, 1), ('c-una', 'globex', 'una', 'Una', null, 2),
      ('c-ned', 'globex', 'ned', 'Ned', 1, 3);
    insert into role (org_id, role, contact_id) values
      ('acme', 'primary', 'c-ann'), ('acme', 'billing', 'c-bob'), ('acme', 'support', 'c-sue'),
      ('acme', 'technical', 'c-tom'), ('globex', 'primary', 'c-gus');
    insert into person (id, email, display_name, created_at)
      select 'st-' || value, value || '@vendor.example', 'The ' || value || ' colleague', 1
        from json_each('[\"sales\", \"billing\", \"support\", \"publisher\", \"admin\"]');
    insert into staff (person_id, role, created_at) select id, substr(id, 4), 1 from person where id like 'st-%';
    insert into api_key (id, hash, prefix, name, scopes, made_by, created_at, expires_at)
      select 'k-' || value, value, 'portal_' || value, value || ' program', json_array(value), 'st-admin', 1, 1800000000
        from json_each('[\"sales\", \"billing\", \"support\", \"publisher\", \"admin\"]');
    insert into session (id, person_id, device, address, created_at, last_seen_at, expires_at)
      select id, id, 'Firefox on Linux', '192.0.2.1', 1795327000, 1795327600, 1795400000 from person;
    insert into session (id, person_id, device, address, created_at, last_seen_at, expires_at, ended_at) values
      ('ended', 'ann', 'Firefox on Linux', '192.0.2.1', 1795327000, 1795327600, 1795400000, 1795327650);
    insert into session (id, person_id, device, address, created_at, last_seen_at, expires_at) values
      ('asleep', 'ann', 'Firefox on Linux', '192.0.2.1', 1795300000, 1795324079, 1795400000);
    insert into product (id, name, access_grace_days, suspension_days) values
      ('skyconnect', 'SkyConnect', 14, 30), ('vaultastic', 'Vaultastic v4', null, null);
    insert into sales_order (id, org_id, number, ordered_on, po_number, agreement, kind, created_at)
      select 'o-' || id, id, 'SO-1-' || name, '2026-01-01', 'PO-' || name, 'contract', 'new', 1 from organisation;
    insert into order_line select id, 'o-' || id, 1, 'skyconnect', 'SKY-MAIL', 'Mailboxes of ' || name, 40, 'users',
      '2026-01-01', '2026-12-31' from organisation;
    insert into subscription (id, org_id, order_id, product_id, sku, description, quantity, unit, starts_on, valid_till,
                              agreement, created_at)
      select 's-' || id, id, 'o-' || id, 'skyconnect', 'SKY-MAIL', 'Mailboxes of ' || name, 40, 'users',
             '2026-01-01', '2026-12-31', 'contract', 1 from organisation;
    insert into licence (id, org_id, product_id, kind, valid_from, valid_till, created_at)
      select 'l-' || id, id, 'skyconnect', 'subscription', '2026-01-01', '2026-12-31', 1 from organisation;
    insert into payment_record (id, org_id, at, recorded_on, invoice_number, invoice_key, currency, amount, paid_on, method,
                                reference, reference_key, note, status_on, by_person, by_name)
      select 'p-' || id, id, 1795000000, '2026-11-18', 'INV-' || name, upper('INV-' || name), 'INR', 19824000, '2026-11-17',
             'neft', 'UTR-' || name, upper('UTR-' || name), 'Paid by ' || name, '2026-11-18', 'ann', name from organisation;
    insert into payment_event (id, org_id, record_id, at, event, by_kind, by_name, message)
      select 'e-' || id, id, 'p-' || id, 1795000000, 'submit', 'contact', name, 'Recorded by ' || name from organisation;
    insert into payment_document (id, org_id, record_id, name, kind, size, object, uploaded_at)
      select 'd-' || id, id, 'p-' || id, name || '.pdf', 'application/pdf', 60, 'payments/' || id || '/0', 1795000000
        from organisation;
    insert into report (id, org_id, person_id, asked_at, object, made_at, covers)
      select 'r-' || org_id, org_id, person_id, 1795324080, 'payments/' || org_id || '/0', 1795324081, json_array(org_id)
        from role join contact using (org_id) where role = 'primary' and contact.id = role.contact_id;";

/// He takes the fifth and last place of Acme.
pub const NED_JOINS: &str = "insert into contact (id, org_id, person_id, name, verified_at, created_at)
     values ('c-ned2', 'acme', 'ned', 'Ned Acme-canary', 1, 5);";

/// Hashing takes a tenth of a second, so the cast shares one hash.
static STORED: LazyLock<String> =
    LazyLock::new(|| pepper().hash(&Password::try_from(PASSWORD.to_owned()).unwrap(), [7; 16]).unwrap());

/// Migrations take as long as a test, so they run once and each portal gets a copy of what they made.
static CAST: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let know = format!("update person set password = '{}' where id in ('ann', 'ned', 'gus');", *STORED);
    Db::open(&[MIGRATIONS, &[TWO_ORGS, &know]].concat()).unwrap().image().unwrap()
});

/// As in an isolate: built once.
static ROUTER: LazyLock<Router> = LazyLock::new(|| portal::routes::all().into_router());

pub fn keys() -> Keyring {
    let keys = "k2:0123456789abcdef0123456789abcdef,k1:fedcba9876543210fedcba9876543210";
    Keyring::parse("SESSION_KEYS", keys).unwrap()
}

fn pepper() -> Keyring {
    Keyring::parse("PASSWORD_PEPPER", "p1:0123456789abcdef0123456789abcdef").unwrap()
}

pub fn configuration(changes: &[(&str, &str)]) -> Config {
    let text = |name: &str| {
        let usual = match name {
            "ENVIRONMENT" => "test",
            "PORTAL_ORIGIN" => "http://localhost:8787",
            "VENDOR_NAME" => "Meridian Software",
            "VENDOR_TIME_ZONE" => "Asia/Kolkata",
            "SUPPORT_EMAIL" => "support@vendor.example",
            "HELPDESK_URL" => "https://helpdesk.vendor.example/",
            "BILLDESK_URL" => "https://billdesk.vendor.example/",
            "DOCUMENTATION_URL" => "https://docs.vendor.example/",
            "GATEWAY_URL" => "https://pay.vendor.example/",
            "EXTENSION_LIMIT_SCOPE" => "licence",
            _ => "",
        };
        Some(changes.iter().find(|it| it.0 == name).map_or(usual, |it| it.1).to_owned())
    };
    Config::read(text).unwrap()
}

pub struct Portal {
    router: Router,
    services: Arc<Services>,
    afterwards: Arc<Afterwards>,
    pub db: Db,
    pub sessions: Arc<Shelf>,
    pub tokens: Arc<Shelf>,
    pub queue: Arc<Queue>,
    pub files: Arc<Drawer>,
    pub outside: Arc<World>,
    /// Time passes when a test says so.
    pub now: Cell<i64>,
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|it| panic!("{it}: {}", self.body))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |it| it.to_str().unwrap())
    }

    /// `name=value` of the cookie that was set, to be sent back.
    pub fn cookie(&self, name: &str) -> String {
        let set = self.headers.get_all(header::SET_COOKIE).iter().map(|it| it.to_str().unwrap());
        let set = set.rev().find(|it| it.starts_with(name));
        set.map_or_else(String::new, |it| it.split(';').next().unwrap().to_owned())
    }
}

impl Portal {
    pub fn new() -> Self {
        Self::after("")
    }

    /// After something else has happened.
    pub fn after(script: &str) -> Self {
        Self::made(ROUTER.clone(), script, configuration(&[]))
    }

    pub fn configured_after(script: &str, changes: &[(&str, &str)]) -> Self {
        Self::made(ROUTER.clone(), script, configuration(changes))
    }

    pub fn configured(changes: &[(&str, &str)]) -> Self {
        Self::made(ROUTER.clone(), "", configuration(changes))
    }

    pub fn serving(router: Router) -> Self {
        Self::made(router, "", configuration(&[]))
    }

    fn made(router: Router, script: &str, config: Config) -> Self {
        let db = Db::copy(&CAST, &[script]).unwrap();
        let (sessions, tokens, queue) =
            (Arc::<Shelf>::default(), Arc::<Shelf>::default(), Arc::<Queue>::default());
        let (afterwards, files) = (Arc::<Afterwards>::default(), Arc::<Drawer>::default());
        for name in ["Acme-canary", "Globex-canary"] {
            let key = format!("payments/{}/0", name.to_lowercase().trim_end_matches("-canary"));
            files.keep(&key, format!("%PDF-1.7 {name}\n%%EOF\n").as_bytes(), NOW - 327_680);
        }
        let outside = Arc::<World>::default();
        files.now.store(NOW, std::sync::atomic::Ordering::Relaxed);
        let services = Arc::new(Services {
            db: db.clone(),
            config: Arc::new(config),
            secrets: Arc::new(secrets(keys(), pepper())),
            sessions: sessions.clone(),
            tokens: tokens.clone(),
            mail: queue.clone(),
            files: files.clone(),
            outside: outside.clone(),
            signer: Arc::new(Seal),
            later: afterwards.clone(),
            log,
            fill: |bytes| getrandom::getrandom(bytes).unwrap(),
            nav: portal::apps::nav,
            staff_nav: portal::apps::staff_nav,
            flash: portal::apps::flash,
        });
        logged();
        let now = Cell::new(NOW);
        Self { router, services, afterwards, db, sessions, tokens, queue, files, outside, now }
    }

    /// For jobs.
    pub fn app(&self) -> App {
        App::new(self.services.clone(), self.now.get())
    }

    pub fn get(&self, path: &str, person: &str) -> Answer {
        self.send("GET", path, &cookie(person), "")
    }

    pub fn post(&self, path: &str, person: &str, body: &str) -> Answer {
        self.send("POST", path, &cookie(person), body)
    }

    /// What starts with `{` is sent to the API as JSON, anything else as a form.
    pub fn send(&self, method: &str, path: &str, cookie: &str, body: &str) -> Answer {
        self.send_with(method, path, cookie, body, &[])
    }

    pub fn send_with(
        &self,
        method: &str,
        path: &str,
        cookie: &str,
        body: &str,
        more: &[(&str, &str)],
    ) -> Answer {
        let kind =
            if path.starts_with("/api/") { "application/json" } else { "application/x-www-form-urlencoded" };
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, self.host());
        if !cookie.is_empty() {
            request = request.header(header::COOKIE, format!("theme=dark; {cookie}"));
        }
        if !more.iter().any(|it| it.0.eq_ignore_ascii_case("content-type")) {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        self.ask(request.body(Body::from(body.to_owned())).unwrap())
    }

    /// Of its own origin.
    fn host(&self) -> &str {
        self.services.config.origin.split("://").nth(1).unwrap()
    }

    pub fn ask(&self, request: Request<Body>) -> Answer {
        let answer = block_on(self.answer(request));
        self.settle();
        if answer.header("content-type") == "application/problem+json" && !answer.body.is_empty() {
            let code = answer.json()["type"].as_str().unwrap().replace("/problems/", "");
            let known = portal::error::problems::find(&code);
            assert_eq!(
                known.map(|it| it.status),
                Some(answer.status.as_u16()),
                "{code} is on no page of /problems"
            );
        }
        answer
    }

    /// `None` where whoever asked is gone before the answer.
    pub fn try_to_ask(&self, request: Request<Body>) -> Option<Answer> {
        let answer = self.answer(request).now_or_never();
        if answer.is_some() {
            self.settle();
        } else {
            self.afterwards.forget();
        }
        answer
    }

    /// The same deed by so many at once: all of them have read before the first one writes.
    pub fn post_at_once(&self, path: &str, person: &str, bodies: &[&str]) -> Vec<Answer> {
        let requests = bodies.iter().map(|body| {
            let request = Request::post(path).header(header::HOST, "localhost:8787");
            let request = request.header(header::COOKIE, cookie(person));
            let request = request.header(header::CONTENT_TYPE, "application/json");
            request.body(Body::from((*body).to_owned())).unwrap()
        });
        self.ask_at_once(requests.collect())
    }

    pub fn ask_at_once(&self, requests: Vec<Request<Body>>) -> Vec<Answer> {
        *self.sessions.dawdles.lock().unwrap() = true;
        let answers = block_on(join_all(requests.into_iter().map(|it| self.answer(it))));
        *self.sessions.dawdles.lock().unwrap() = false;
        self.settle();
        answers
    }

    async fn answer(&self, request: Request<Body>) -> Answer {
        let response = serve(&self.router, &self.app(), request).await;
        let (parts, body) = response.into_parts();
        let body = String::from_utf8(bytes_of(body).await).unwrap();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// Everything that was left for after the answer.
    pub fn settle(&self) {
        self.afterwards.settle();
    }

    pub fn rows(&self, sql: &'static str) -> Vec<serde_json::Value> {
        ask(&self.db, Stmt { sql, args: vec![] }).unwrap()
    }

    /// One number out of the database.
    pub fn number(&self, sql: &'static str) -> i64 {
        #[derive(serde::Deserialize)]
        struct Number {
            n: i64,
        }
        ask::<Number>(&self.db, Stmt { sql, args: vec![] }).unwrap()[0].n
    }
}

pub fn ask<T: DeserializeOwned>(db: &Db, stmt: Stmt) -> Result<Vec<T>, DbError> {
    block_on(db.read(vec![stmt]))?.remove(0).decode()
}

pub fn run(db: &Db, sql: &'static str) -> Result<Vec<usize>, DbError> {
    let rows = block_on(db.write(vec![Stmt { sql, args: vec![] }]))?;
    Ok(rows.iter().map(portal::db::Rows::changes).collect())
}

/// One tag a line and without drawings, for snapshots that people read.
pub fn looks(markup: &str) -> String {
    let tags = markup
        .split("<svg")
        .enumerate()
        .map(|(at, it)| if at == 0 { it } else { it.split_once("</svg>").unwrap().1 });
    tags.collect::<String>().replace('<', "\n<").replace("\n</", "</").trim().to_owned()
}
