use std::sync::Arc;

use serde::de::DeserializeOwned;
use worker::d1::{D1Database, D1PreparedStatement, D1Result, D1ResultMeta};
use worker::js_sys::Error;
use worker::send::SendFuture;
use worker::wasm_bindgen::JsValue;

use super::{Arg, DbError, Stmt};

#[derive(Clone)]
pub struct Db(Arc<D1Database>);

/// What one statement found or changed.
pub struct Rows(D1Result);

impl Rows {
    pub fn decode<T: DeserializeOwned>(self) -> Result<Vec<T>, DbError> {
        self.0.results().map_err(failed)
    }

    /// How many rows the statement changed; 0 for a question.
    #[must_use]
    pub fn changes(&self) -> usize {
        self.0.meta().ok().flatten().and_then(|it: D1ResultMeta| it.changes).unwrap_or(0)
    }
}

impl Db {
    #[must_use]
    pub fn new(d1: D1Database) -> Self {
        Self(Arc::new(d1))
    }

    pub async fn read(&self, batch: Vec<Stmt>) -> Result<Vec<Rows>, DbError> {
        self.batch(batch).await
    }

    /// All statements happen or none does.
    pub async fn write(&self, batch: Vec<Stmt>) -> Result<Vec<Rows>, DbError> {
        self.batch(batch).await
    }

    /// A batch is the only transaction that D1 has. `SendFuture` stands here once, so no handler needs it.
    async fn batch(&self, batch: Vec<Stmt>) -> Result<Vec<Rows>, DbError> {
        SendFuture::new(async {
            let batch = batch.into_iter().map(|it| self.prepare(it)).collect::<Result<_, _>>();
            let results = self.0.batch(batch.map_err(failed)?).await.map_err(failed)?;
            Ok(results.into_iter().map(Rows).collect())
        })
        .await
    }

    fn prepare(&self, stmt: Stmt) -> worker::Result<D1PreparedStatement> {
        let args: Vec<JsValue> = stmt.args.into_iter().map(to_js).collect();
        self.0.prepare(stmt.sql).bind(&args)
    }
}

#[expect(clippy::cast_precision_loss, reason = "D1 takes no BigInt; every number is bound as a float")]
fn to_js(arg: Arg) -> JsValue {
    match arg {
        Arg::Null => JsValue::NULL,
        Arg::Int(number) => JsValue::from_f64(number as f64),
        Arg::Text(text) => JsValue::from_str(&text),
    }
}

/// The message and not the cause: D1 gives a cause to most of its errors only, and without one `D1Error` knows nothing.
/// Never format a `D1Error` itself: its `Display` hangs the request in `worker` 0.8.7.
#[expect(clippy::needless_pass_by_value, reason = "shape of map_err")]
fn failed(error: worker::Error) -> DbError {
    DbError(match &error {
        worker::Error::D1(d1) => AsRef::<Error>::as_ref(d1).message().into(),
        worker::Error::UnknownJsError { message, .. } => message.clone(),
        other => other.to_string(),
    })
}
