//! Attempts within a window, counted before the work they ask for, so that parallel guesses cannot slip through
//! (security 1.1). A bucket is named after what is attacked or who attacks: `account:<address>`, `from:<network>`.

use std::net::IpAddr;

use serde::Deserialize;

use crate::access::{App, Deed, Scope};
use crate::db::{DbError, Rows, Stmt};
use crate::error::Error;

/// So many attempts within so many seconds.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    pub most: i64,
    pub within: i64,
}

/// What a bucket holds after this attempt.
#[derive(Debug, Deserialize)]
pub struct Attempts {
    pub bucket: String,
    #[serde(rename = "attempts")]
    count: i64,
    started_at: i64,
}

impl Limit {
    /// Counts one attempt; `Attempts::of` reads what came of it.
    #[must_use]
    pub fn count(self, scope: &impl Scope, bucket: &str, now: i64) -> Deed {
        scope.unbound(Stmt {
            sql: "insert into throttle (bucket, attempts, started_at) values (?1, 1, ?2)
                  on conflict (bucket) do update set
                    attempts = case when started_at <= ?3 then 1 else attempts + 1 end,
                    started_at = case when started_at <= ?3 then ?2 else started_at end
                  returning bucket, attempts, started_at",
            args: vec![bucket.into(), now.into(), (now - self.within).into()],
        })
    }
}

impl Attempts {
    pub fn of(rows: Rows) -> Result<Self, Error> {
        let found = rows.decode()?.into_iter().next();
        found.ok_or_else(|| DbError("an attempt was not counted".to_owned()).into())
    }

    #[must_use]
    pub fn exceed(&self, limit: Limit) -> bool {
        self.count > limit.most
    }

    /// 429 when these are too many.
    pub fn check(&self, limit: Limit, now: i64, said: &str) -> Result<(), Error> {
        if self.exceed(limit) {
            return Err(Error::slow_down(self.started_at + limit.within - now, said));
        }
        Ok(())
    }
}

/// Forgets a bucket: whoever it protects has shown to be themselves.
#[must_use]
pub fn clear(scope: &impl Scope, bucket: &str) -> Deed {
    scope.unbound(Stmt { sql: "delete from throttle where bucket = ?1", args: vec![bucket.into()] })
}

/// Takes one attempt back: it was none.
#[must_use]
pub fn give_back(scope: &impl Scope, bucket: &str) -> Deed {
    let sql = "update throttle set attempts = max(attempts - 1, 0) where bucket = ?1";
    scope.unbound(Stmt { sql, args: vec![bucket.into()] })
}

/// `from:192.0.2.1`. Of an IPv6 address the first half, since whoever has one has the whole network.
#[must_use]
pub fn from_here(kind: &str, app: &App) -> String {
    let address = app.caller().address.as_str();
    match address.parse() {
        Ok(IpAddr::V6(six)) => {
            let [a, b, c, d, ..] = six.segments();
            format!("{kind}:{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Ok(IpAddr::V4(_)) | Err(_) => format!("{kind}:{address}"),
    }
}
