//! The cast, and a portal to send requests to.

use std::cell::Cell;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, LazyLock, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use futures::future::{FutureExt, join_all};
use futures_executor::block_on;
use portal::access::{App, Config, HEARD, Keyring, Services, bytes_of, serve};
use portal::db::{Db, DbError, Stmt};
use serde::de::DeserializeOwned;

pub use crate::cast::{MIGRATIONS, NED_JOINS, TWO_ORGS};
pub use crate::cookies::{cookie, signed, worthless_cookies};

use crate::cast::CAST;
pub use crate::stores::logged;
use crate::stores::{Afterwards, Drawer, Queue, Seal, Shelf, log};
use crate::trouble::Trouble;
use crate::without;
use crate::world::{World, secrets};

pub const NOW: i64 = 1_795_327_680; // 22 Nov 2026, 11:38 IST

/// Of everybody who has one.
pub const PASSWORD: &str = "a password of the cast";

/// As in an isolate: built once.
static ROUTER: LazyLock<Router> = LazyLock::new(|| portal::routes::all().into_router());

pub fn keys() -> Keyring {
    let keys = "k2:0123456789abcdef0123456789abcdef,k1:fedcba9876543210fedcba9876543210";
    Keyring::parse("SESSION_KEYS", keys).unwrap()
}

pub fn pepper() -> Keyring {
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
    /// Of a call of any store.
    pub trouble: Arc<Trouble>,
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
        Self::on(Db::copy(&CAST, &[script]).unwrap(), router, config)
    }

    /// On a database of another making.
    pub fn with(db: Db) -> Self {
        Self::on(db, ROUTER.clone(), configuration(&[]))
    }

    fn on(db: Db, router: Router, config: Config) -> Self {
        without::waived(&db);
        let trouble = Arc::<Trouble>::default();
        let shelf = || Arc::new(Shelf { trouble: trouble.clone(), ..Shelf::default() });
        let (sessions, tokens) = (shelf(), shelf());
        let queue = Arc::new(Queue(Mutex::default(), AtomicBool::default(), trouble.clone()));
        let files = Arc::new(Drawer { trouble: trouble.clone(), ..Drawer::default() });
        let afterwards = Arc::<Afterwards>::default();
        for name in ["Acme-canary", "Globex-canary"] {
            let key = format!("payments/{}/0", name.to_lowercase().trim_end_matches("-canary"));
            files.keep(&key, format!("%PDF-1.7 {name}\n%%EOF\n").as_bytes(), NOW - 327_680);
        }
        let outside = Arc::new(World { trouble: trouble.clone(), ..World::default() });
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
        Self { router, services, afterwards, db, sessions, tokens, queue, files, outside, trouble, now }
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

    /// The edge fetches nothing but `HEARD` of what a request says about itself.
    async fn answer(&self, mut request: Request<Body>) -> Answer {
        let unheard: Vec<_> = request.headers().keys().filter(|it| !HEARD.contains(it)).cloned().collect();
        for name in unheard {
            request.headers_mut().remove(name);
        }
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
