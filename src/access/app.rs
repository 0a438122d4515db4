use std::sync::Arc;

use futures::future::BoxFuture;
use uuid::Uuid;

use super::config::Config;
use super::keys::Secrets;
use super::nearest::Reading;
use super::outside::Outside;
use super::session::{IDLE, Record};
use crate::db::Db;
use crate::error::Error;
use crate::kernel::{Day, MailId, OrgId, RequestId, Role, SessionId, StaffRole};
use crate::page::{Flash, NavItem};

/// A store of text by key that lags and forgets: a hint, never a judge (platform 2).
pub trait Kv: Send + Sync {
    fn get(&self, key: String) -> BoxFuture<'static, Result<Option<String>, Unreachable>>;
    /// `ttl` in seconds, at least 60.
    fn put(&self, key: String, value: String, ttl: u64) -> BoxFuture<'static, Result<(), Unreachable>>;
}

/// Messages that the queue takes in one call (platform 3).
const MOST_AT_ONCE: usize = 100;

/// Tells the consumer which outbox rows to look at. A message that is lost costs time, never a mail.
pub trait MailQueue: Send + Sync {
    /// At most `MOST_AT_ONCE`.
    fn send(&self, ids: Vec<MailId>) -> BoxFuture<'static, Result<(), Unreachable>>;
}

/// Documents: a store of bytes by key, strongly consistent. A key is made of ids and random bits, never of a name
/// that somebody chose.
pub trait Files: Send + Sync {
    fn get(&self, key: String) -> BoxFuture<'static, Result<Option<Vec<u8>>, Unreachable>>;
    /// Overwrites. The bytes are handed over, so a file is in memory once.
    fn put(
        &self,
        key: String,
        kind: &'static str,
        bytes: Vec<u8>,
    ) -> BoxFuture<'static, Result<(), Unreachable>>;
    /// At most 1,000 at once; what is not there is deleted, too.
    fn delete(&self, keys: Vec<String>) -> BoxFuture<'static, Result<(), Unreachable>>;
    /// Up to 1,000 whose keys begin like this, in the order of their keys, and where to go on.
    fn list(&self, prefix: String, after: Option<String>)
    -> BoxFuture<'static, Result<Listing, Unreachable>>;
}

pub struct Listing {
    pub files: Vec<Listed>,
    /// The cursor for the next call; `None`: this was all.
    pub next: Option<String>,
}

pub struct Listed {
    pub key: String,
    /// Seconds since 1970.
    pub uploaded_at: i64,
}

/// RSASSA-PKCS1-v1_5 with SHA-256, done by the platform: the key is handed over as the text that the secret holds,
/// and its bytes are never looked at here.
pub trait Signer: Send + Sync {
    fn sign(&self, jwk: String, message: Vec<u8>) -> BoxFuture<'static, Result<Vec<u8>, Unreachable>>;
}

/// What goes on after the answer has left, such as `waitUntil`.
pub trait Later: Send + Sync {
    fn run(&self, work: BoxFuture<'static, ()>);
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unreachable(pub String);

/// What lives as long as the isolate, or as one test.
pub struct Services {
    pub db: Db,
    pub config: Arc<Config>,
    pub secrets: Arc<Secrets>,
    pub sessions: Arc<dyn Kv>,
    pub tokens: Arc<dyn Kv>,
    pub mail: Arc<dyn MailQueue>,
    pub files: Arc<dyn Files>,
    pub outside: Arc<dyn Outside>,
    pub signer: Arc<dyn Signer>,
    pub later: Arc<dyn Later>,
    /// One JSON object a line.
    pub log: fn(&str),
    /// Fills the buffer from the system's generator.
    pub fill: fn(&mut [u8]),
    /// Navigation of an organisation for these roles, with so many unread notifications; it lies above this layer, so it
    /// is handed in.
    pub nav: fn(&OrgId, &[Role], u32) -> Vec<NavItem>,
    /// Navigation of the vendor's side for these roles.
    pub staff_nav: fn(&[StaffRole]) -> Vec<NavItem>,
    /// What `?done=<code>` says after a deed.
    pub flash: fn(&str) -> Option<Flash>,
}

/// Who calls, as far as the network tells.
#[derive(Debug, Clone)]
pub struct Caller {
    pub request: RequestId,
    /// IP address, or `local`.
    pub address: String,
    /// In words, such as "Firefox on Windows".
    pub device: String,
    /// Path and query.
    pub asked: String,
}

/// What one request can reach. The database is private to `access`: see `door`.
/// ```compile_fail,E0616
/// fn round_the_door(app: &portal::access::App) { let _ = &app.services.db; }
/// ```
#[derive(Clone)]
pub struct App {
    pub(super) services: Arc<Services>,
    pub(super) caller: Arc<Caller>,
    /// `None`: all is read from the primary.
    pub(super) reading: Option<Arc<Reading>>,
    now: i64,
    /// The same reading of the clock, so that ids made one after the other within a second sort that way.
    millis: u64,
}

/// For edge and tests, which make an `App` from the outside.
pub type Held = Arc<Services>;

impl App {
    /// `now` in seconds since 1970. For a request, `serve` fills in the caller; a job has none.
    #[must_use]
    pub fn new(services: Arc<Services>, now: i64) -> Self {
        Self::at_millis(services, u64::try_from(now).unwrap_or(0).saturating_mul(1000))
    }

    #[must_use]
    pub fn at_millis(services: Arc<Services>, millis: u64) -> Self {
        let caller = Caller {
            request: id(&services, millis),
            address: "local".to_owned(),
            device: "system".to_owned(),
            asked: String::new(),
        };
        let now = i64::try_from(millis / 1000).unwrap_or(i64::MAX);
        Self { services, caller: Arc::new(caller), reading: None, now, millis }
    }

    pub(super) fn called_by(&self, caller: Caller, reading: Option<Reading>) -> Self {
        Self { caller: Arc::new(caller), reading: reading.map(Arc::new), ..self.clone() }
    }

    /// Seconds since 1970, the same for the whole request. Rules take the time as an argument.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.now
    }

    /// The day it is for the vendor.
    pub fn today(&self) -> Result<Day, Error> {
        Day::today(self.now, self.config().zone).ok_or(Error::Ours("a day outside the calendar"))
    }

    #[must_use]
    pub fn config(&self) -> &Config {
        &self.services.config
    }

    #[must_use]
    pub fn secrets(&self) -> &Secrets {
        &self.services.secrets
    }

    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// A `UUIDv7`: sorts by the millisecond of the request.
    #[must_use]
    pub fn new_id<T: From<Uuid>>(&self) -> T {
        id(&self.services, self.millis)
    }

    /// 128 random bits; a UUID would not do for a session (security 1.2).
    #[must_use]
    pub fn new_session_id(&self) -> Option<SessionId> {
        let bytes = u128::from_be_bytes(self.random::<16>());
        SessionId::try_from(format!("{bytes:032x}")).ok()
    }

    #[must_use]
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        (self.services.fill)(&mut bytes);
        bytes
    }

    /// KV for pointers of one-time links.
    #[must_use]
    pub fn tokens(&self) -> &dyn Kv {
        &*self.services.tokens
    }

    #[must_use]
    pub fn files(&self) -> &dyn Files {
        &*self.services.files
    }

    /// The ways that mail leaves by.
    #[must_use]
    pub fn outside(&self) -> &dyn Outside {
        &*self.services.outside
    }

    #[must_use]
    pub fn signer(&self) -> &dyn Signer {
        &*self.services.signer
    }

    /// Tells KV that somebody is here now.
    pub fn remember(&self, session: &SessionId, last_org: Option<OrgId>) {
        let record = Record { last_seen_at: self.now, last_org };
        let text = serde_json::to_string(&record).unwrap_or_default();
        let put = self.services.sessions.put(Record::key(session), text, IDLE.unsigned_abs());
        self.later("session", async move { put.await.map_err(|it| it.to_string()) });
    }

    /// Goes on after the answer; a failure is logged and hurts nobody.
    pub fn later(&self, what: &'static str, work: impl Future<Output = Result<(), String>> + Send + 'static) {
        let (log, request) = (self.services.log, self.caller.request.clone());
        self.services.later.run(Box::pin(async move {
            if let Err(why) = work.await {
                log(&serde_json::json!({ "request_id": request, "later": what, "error": why }).to_string());
            }
        }));
    }

    /// Puts these mails into the queue's sight. The sweep does the same for whatever gets lost here.
    pub fn nudge(&self, mails: &[MailId]) {
        for mails in mails.chunks(MOST_AT_ONCE) {
            let sent = self.services.mail.send(mails.to_vec());
            self.later("queue", async move { sent.await.map_err(|it| it.to_string()) });
        }
    }

    /// What `?done=<code>` of this request says.
    #[must_use]
    pub fn flash(&self) -> Option<Flash> {
        let query = self.caller.asked.split_once('?')?.1;
        let done = form_urlencoded::parse(query.as_bytes()).find(|it| it.0 == "done")?.1;
        (self.services.flash)(&done)
    }

    pub fn log(&self, line: &serde_json::Value) {
        (self.services.log)(&line.to_string());
    }
}

fn id<T: From<Uuid>>(services: &Services, millis: u64) -> T {
    let mut random = [0; 10];
    (services.fill)(&mut random);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid().into()
}
