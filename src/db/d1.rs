use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use worker::d1::D1Database;
use worker::js_sys::futures::JsFuture;
use worker::js_sys::{Array, Error, JSON};
use worker::send::{SendFuture, SendWrapper};
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::worker_sys::{D1Database as Binding, D1PreparedStatement};

use super::{Arg, DbError, Stmt};

#[derive(Clone)]
pub struct Db(Arc<SendWrapper<Binding>>);

/// What one statement found or changed.
#[derive(Deserialize)]
pub struct Rows {
    /// Not read before somebody asks, and then straight into what it becomes.
    results: Option<Box<RawValue>>,
    #[serde(default)]
    meta: Meta,
}

#[derive(Default, Deserialize)]
struct Meta {
    #[serde(default)]
    changes: usize,
}

impl Rows {
    pub fn decode<T: DeserializeOwned>(self) -> Result<Vec<T>, DbError> {
        let Some(results) = self.results else { return Ok(Vec::new()) };
        serde_json::from_str(results.get()).map_err(|it| DbError(format!("a row of another shape: {it}")))
    }

    /// How many rows the statement changed; 0 for a question.
    #[must_use]
    pub fn changes(&self) -> usize {
        self.meta.changes
    }
}

impl Db {
    #[must_use]
    pub fn new(d1: D1Database) -> Self {
        Self(Arc::new(SendWrapper::new(JsValue::from(d1).unchecked_into())))
    }

    pub async fn read(&self, batch: Vec<Stmt>) -> Result<Vec<Rows>, DbError> {
        self.batch(batch).await
    }

    /// All statements happen or none does.
    pub async fn write(&self, batch: Vec<Stmt>) -> Result<Vec<Rows>, DbError> {
        self.batch(batch).await
    }

    /// A batch is the only transaction that D1 has. `SendFuture` stands here once, so no handler needs it.
    ///
    /// The answer crosses into wasm as one text: a field at a time would cost ten times as much (docs/performance.md).
    async fn batch(&self, batch: Vec<Stmt>) -> Result<Vec<Rows>, DbError> {
        SendFuture::new(async {
            let statements = Array::new();
            for stmt in batch {
                let statement = self.prepare(stmt).map_err(failed)?;
                statements.push(&statement);
            }
            let answer = JsFuture::from(self.0.batch(statements).map_err(failed)?).await.map_err(failed)?;
            let text = JSON::stringify(&answer).map_err(failed)?;
            serde_json::from_str(&String::from(text))
                .map_err(|it| DbError(format!("an answer of another shape: {it}")))
        })
        .await
    }

    fn prepare(&self, stmt: Stmt) -> Result<D1PreparedStatement, JsValue> {
        let args = stmt.args.into_iter().map(to_js).collect();
        self.0.prepare(stmt.sql)?.bind(args)
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

/// The message and not the cause: D1 gives a cause to most of its errors only.
#[expect(clippy::needless_pass_by_value, reason = "shape of map_err")]
fn failed(error: JsValue) -> DbError {
    DbError(match error.dyn_ref::<Error>() {
        Some(error) => error.message().into(),
        None => format!("{error:?}"),
    })
}
