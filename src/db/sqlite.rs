use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::limits::Limit;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, Row, StatementStatus, ToSql, params_from_iter};
use serde::de::DeserializeOwned;

use super::{Arg, Bookmark, DbError, Stmt};

/// In-memory `SQLite` with D1's limits and D1's way of binding numbers.
#[derive(Clone)]
pub struct Db(Arc<Mutex<Twin>>);

struct Twin {
    sqlite: Connection,
    round_trips: usize,
    statements: usize,
    meanwhile: Option<(usize, String)>,
    broken: Option<&'static str>,
    deaf: bool,
    stumble: Option<(usize, Stumble)>,
    history: Vec<Ran>,
    copy: Option<Copy>,
}

/// A copy of the database that is as far behind as it may be: it stands still until a bookmark demands more of it.
struct Copy {
    /// The whole database after each write; the bookmark counts them.
    images: Vec<Vec<u8>>,
    shows: usize,
    asked: usize,
}

/// What goes wrong with one call: at the edge of the network, or with the isolate that called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stumble {
    /// It does not arrive, and the caller is told.
    Unheard,
    /// It is done, and its answer is lost.
    Unanswered,
    /// Whoever called is gone before it arrives. The call never returns.
    CutBefore,
    /// Whoever called is gone once it is done. The call never returns.
    CutAfter,
}

/// A statement that ran, and how many steps of the virtual machine it took: what grows with the rows it touches.
#[derive(Debug, Clone)]
pub struct Ran {
    pub stmt: Stmt,
    pub steps: i32,
}

/// What one statement found or changed.
pub struct Rows {
    found: Vec<serde_json::Value>,
    changes: usize,
}

impl Rows {
    pub fn decode<T: DeserializeOwned>(self) -> Result<Vec<T>, DbError> {
        let decoded = self.found.into_iter().map(serde_json::from_value).collect::<Result<_, _>>();
        decoded.map_err(|it| DbError(it.to_string()))
    }

    /// How many rows the statement changed; 0 for a question.
    #[must_use]
    pub fn changes(&self) -> usize {
        self.changes
    }
}

impl Db {
    pub fn open(scripts: &[&str]) -> Result<Self, DbError> {
        Self::made_of(connect()?, scripts)
    }

    /// What `image` gave of another one, and then these scripts: a tenth of the time that migrations take.
    pub fn copy(image: &[u8], scripts: &[&str]) -> Result<Self, DbError> {
        let mut sqlite = connect()?;
        sqlite.deserialize_read_exact("main", image, image.len(), false).map_err(failed)?;
        Self::made_of(sqlite, scripts)
    }

    /// Every byte of it.
    pub fn image(&self) -> Result<Vec<u8>, DbError> {
        Ok(self.lock().sqlite.serialize("main").map_err(failed)?.to_vec())
    }

    fn made_of(sqlite: Connection, scripts: &[&str]) -> Result<Self, DbError> {
        for script in scripts {
            sqlite.execute_batch(script).map_err(failed)?;
        }
        for (limit, most) in [
            (Limit::SQLITE_LIMIT_VARIABLE_NUMBER, 100),
            (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50),
            (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 5),
        ] {
            sqlite.set_limit(limit, most).map_err(failed)?;
        }
        let history = Vec::new();
        let twin = Twin {
            sqlite,
            round_trips: 0,
            statements: 0,
            meanwhile: None,
            broken: None,
            deaf: false,
            stumble: None,
            history,
            copy: None,
        };
        Ok(Self(Arc::new(Mutex::new(twin))))
    }

    /// Stricter than D1: a statement that would write is refused, because writing has its own verb and guard.
    pub async fn read(&self, batch: Vec<Stmt>) -> Result<Vec<Rows>, DbError> {
        let stumble = self.lock().stumbles();
        stumble.before().await?;
        let rows = self.reads(batch);
        stumble.after().await.and(rows)
    }

    fn reads(&self, batch: Vec<Stmt>) -> Result<Vec<Rows>, DbError> {
        let mut twin = self.lock();
        twin.round_trips += 1;
        twin.statements += batch.len();
        twin.fails()?;
        let (rows, ran) = all(&twin.sqlite, batch, true);
        twin.history.extend(ran);
        rows
    }

    /// `read` from a copy that has come as far as the bookmark; from here where there is none.
    pub async fn read_nearest(
        &self,
        since: Option<&Bookmark>,
        batch: Vec<Stmt>,
    ) -> Result<Vec<Rows>, DbError> {
        if self.lock().copy.is_none() {
            return self.read(batch).await;
        }
        let image = self.lock().copy_since(since)?;
        let copy = Self::copy(&image, &[])?;
        let rows = copy.reads(batch);
        self.lock().history.extend(copy.history());
        rows
    }

    /// From now on there is a copy, and it lags.
    pub fn is_copied(&self) -> Result<(), DbError> {
        let images = vec![self.image()?];
        self.lock().copy = Some(Copy { images, shows: 0, asked: 0 });
        Ok(())
    }

    /// How often the copy was asked.
    #[must_use]
    pub fn asked_of_the_copy(&self) -> usize {
        self.lock().copy.as_ref().map_or(0, |it| it.asked)
    }

    /// `write`, and how far a copy has to come to show it.
    pub async fn write_marked(&self, batch: Vec<Stmt>) -> Result<(Vec<Rows>, Option<Bookmark>), DbError> {
        let rows = self.write(batch).await?;
        let count = self.lock().copy.as_ref().map_or(0, |it| it.images.len() - 1);
        Ok((rows, Bookmark::try_from(format!("{count:08x}-00000000-00000000-{count:032x}")).ok()))
    }

    /// All statements happen or none does.
    pub async fn write(&self, batch: Vec<Stmt>) -> Result<Vec<Rows>, DbError> {
        let stumble = self.lock().stumbles();
        stumble.before().await?;
        let rows = self.writes(batch);
        stumble.after().await.and(rows)
    }

    fn writes(&self, batch: Vec<Stmt>) -> Result<Vec<Rows>, DbError> {
        let mut twin = self.lock();
        twin.round_trips += 1;
        twin.statements += batch.len();
        twin.fails()?;
        match twin.meanwhile.take() {
            Some((0, script)) => twin.sqlite.execute_batch(&script).map_err(failed)?,
            later => twin.meanwhile = later.map(|it| (it.0 - 1, it.1)),
        }
        let transaction = twin.sqlite.transaction().map_err(failed)?;
        let (rows, ran) = all(&transaction, batch, false);
        if rows.is_ok() {
            transaction.commit().map_err(failed)?;
        } else {
            drop(transaction);
        }
        twin.history.extend(ran);
        twin.is_copied_later()?;
        if std::mem::take(&mut twin.deaf) {
            return Err(lost());
        }
        rows
    }

    /// After so many calls that go well, one goes wrong.
    pub fn stumbles_after(&self, calls: usize, how: Stumble) {
        self.lock().stumble = Some((calls, how));
    }

    /// The next batch is written, and nobody hears of it.
    pub fn loses_next_answer(&self) {
        self.lock().deaf = true;
    }

    /// How often a request would have waited for the network.
    #[must_use]
    pub fn round_trips(&self) -> usize {
        self.lock().round_trips
    }

    /// How many statements have travelled in them.
    #[must_use]
    pub fn statements(&self) -> usize {
        self.lock().statements
    }

    /// Everything that ran so far, in order.
    #[must_use]
    pub fn history(&self) -> Vec<Ran> {
        self.lock().history.clone()
    }

    /// What another request does just before the next write: the race that D1 allows and a test must force.
    pub fn meanwhile(&self, script: &str) {
        self.meanwhile_after(0, script);
    }

    /// The same race, after so many writes have gone through undisturbed.
    pub fn meanwhile_after(&self, writes: usize, script: &str) {
        self.lock().meanwhile = Some((writes, script.to_owned()));
    }

    /// From now on every batch fails with this text, as D1's do when it is overloaded or out of reach.
    pub fn breaks(&self, text: Option<&'static str>) {
        self.lock().broken = text;
    }

    fn lock(&self) -> MutexGuard<'_, Twin> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn connect() -> Result<Connection, DbError> {
    let sqlite = Connection::open_in_memory().map_err(failed)?;
    sqlite.execute_batch("pragma foreign_keys = on").map_err(failed)?;
    Ok(sqlite)
}

impl Twin {
    fn is_copied_later(&mut self) -> Result<(), DbError> {
        if let Some(copy) = &mut self.copy {
            copy.images.push(self.sqlite.serialize("main").map_err(failed)?.to_vec());
        }
        Ok(())
    }

    fn copy_since(&mut self, since: Option<&Bookmark>) -> Result<Vec<u8>, DbError> {
        self.fails()?;
        let copy = self.copy.as_mut().ok_or_else(|| DbError("there is no copy".into()))?;
        let number = since.and_then(|it| usize::from_str_radix(it.as_str().split('-').next()?, 16).ok());
        copy.shows = copy.shows.max(number.unwrap_or(0));
        copy.asked += 1;
        let image = copy.images.get(copy.shows).cloned();
        image.ok_or_else(|| DbError("a bookmark of the future".into()))
    }

    fn fails(&self) -> Result<(), DbError> {
        self.broken.map_or(Ok(()), |it| Err(DbError(it.to_owned())))
    }

    fn stumbles(&mut self) -> Option<Stumble> {
        match self.stumble.take() {
            Some((0, how)) => Some(how),
            later => {
                self.stumble = later.map(|it| (it.0 - 1, it.1));
                None
            }
        }
    }
}

trait Course {
    async fn before(self) -> Result<(), DbError>;
    async fn after(self) -> Result<(), DbError>;
}

impl Course for Option<Stumble> {
    async fn before(self) -> Result<(), DbError> {
        match self {
            Some(Stumble::Unheard) => Err(lost()),
            Some(Stumble::CutBefore) => pending().await,
            _ => Ok(()),
        }
    }

    async fn after(self) -> Result<(), DbError> {
        match self {
            Some(Stumble::Unanswered) => Err(lost()),
            Some(Stumble::CutAfter) => pending().await,
            _ => Ok(()),
        }
    }
}

fn lost() -> DbError {
    DbError("D1_ERROR: Network connection lost.".to_owned())
}

fn all(sqlite: &Connection, batch: Vec<Stmt>, only_read: bool) -> (Result<Vec<Rows>, DbError>, Vec<Ran>) {
    let mut ran = Vec::new();
    let rows = batch.into_iter().map(|stmt| {
        let (rows, steps) = run(sqlite, &stmt, only_read)?;
        ran.push(Ran { stmt, steps });
        Ok(rows)
    });
    let rows = rows.collect();
    (rows, ran)
}

fn run(sqlite: &Connection, stmt: &Stmt, only_read: bool) -> Result<(Rows, i32), DbError> {
    let mut prepared = sqlite.prepare(stmt.sql).map_err(failed)?;
    let readonly = prepared.readonly();
    if only_read && !readonly {
        return Err(DbError(format!("a read that writes: {}", stmt.sql)));
    }
    let names: Vec<String> = prepared.column_names().into_iter().map(str::to_owned).collect();
    let mut rows = prepared.query(params_from_iter(&stmt.args)).map_err(failed)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        found.push(object(&names, row)?);
    }
    drop(rows);
    let changes = if readonly { 0 } else { usize::try_from(sqlite.changes()).unwrap_or(usize::MAX) };
    Ok((Rows { found, changes }, prepared.get_status(StatementStatus::VmStep)))
}

fn object(names: &[String], row: &Row) -> Result<serde_json::Value, DbError> {
    let mut object = serde_json::Map::new();
    for (place, name) in names.iter().enumerate() {
        let value = match row.get_ref(place).map_err(failed)? {
            ValueRef::Null => serde_json::Value::Null,
            ValueRef::Integer(number) => number.into(),
            ValueRef::Real(number) => number.into(),
            ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
            ValueRef::Blob(_) => return Err(DbError(format!("{name} is a blob"))),
        };
        object.insert(name.clone(), value);
    }
    Ok(object.into())
}

impl ToSql for Arg {
    #[expect(clippy::cast_precision_loss, reason = "D1 binds every number as REAL, so the twin does")]
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Arg::Null => ToSqlOutput::Owned(Value::Null),
            Arg::Int(number) => ToSqlOutput::Owned(Value::Real(*number as f64)),
            Arg::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
        })
    }
}

#[expect(clippy::needless_pass_by_value, reason = "shape of map_err")]
fn failed(error: rusqlite::Error) -> DbError {
    DbError(error.to_string())
}
