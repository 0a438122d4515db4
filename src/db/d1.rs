use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::js_sys::futures::JsFuture;
use worker::js_sys::{Array, Error, JSON, JsString, Promise, Uint8Array};
use worker::send::{SendFuture, SendWrapper};
use worker::wasm_bindgen::{JsCast, JsValue};

use super::{Arg, Bookmark, DbError, Stmt};

// `worker` takes each text as a Rust string, which is decoded anew each time; these take one that is there already.
#[wasm_bindgen]
extern "C" {
    type Binding;
    #[wasm_bindgen(method, catch)]
    fn prepare(this: &Binding, sql: &JsString) -> Result<Statement, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn batch(this: &Binding, statements: &Array) -> Result<Promise, JsValue>;
    /// A session has `prepare` and `batch`, too.
    #[wasm_bindgen(method, catch, js_name = withSession)]
    fn with_session(this: &Binding, how: &str) -> Result<Binding, JsValue>;
    #[wasm_bindgen(method, catch, js_name = getBookmark)]
    fn bookmark(this: &Binding) -> Result<Option<String>, JsValue>;

    type Statement;
    #[wasm_bindgen(method, catch, variadic)]
    fn bind(this: &Statement, values: &Array) -> Result<Statement, JsValue>;

    type Answer;
    #[wasm_bindgen(method, getter)]
    fn results(this: &Answer) -> JsValue;

    type TextEncoder;
    #[wasm_bindgen(constructor)]
    fn new() -> TextEncoder;
    #[wasm_bindgen(method)]
    fn encode(this: &TextEncoder, text: &JsString) -> Uint8Array;
}

thread_local! {
    /// The statements of this isolate that were asked so far, by where their text lies: there are as many as the source
    /// has, and none of them holds a value.
    static TEXTS: RefCell<HashMap<(usize, usize), JsString>> = RefCell::default();
    static ENCODER: TextEncoder = TextEncoder::new();
}

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
    pub fn new(d1: JsValue) -> Self {
        Self(Arc::new(SendWrapper::new(d1.unchecked_into())))
    }

    /// Only what was found crosses into wasm: what D1 tells about a question costs as much as a short answer.
    pub async fn read(&self, batch: Vec<Stmt>) -> Result<Vec<Rows>, DbError> {
        SendFuture::new(async { found(&run(&self.0, batch).await?) }).await
    }

    /// `read` from any copy that has come as far as the bookmark.
    pub async fn read_nearest(
        &self,
        since: Option<&Bookmark>,
        batch: Vec<Stmt>,
    ) -> Result<Vec<Rows>, DbError> {
        SendFuture::new(async {
            let how = since.map_or("first-unconstrained", Bookmark::as_str);
            let session = self.0.with_session(how).map_err(failed)?;
            found(&run(&session, batch).await?)
        })
        .await
    }

    /// All statements happen or none does.
    pub async fn write(&self, batch: Vec<Stmt>) -> Result<Vec<Rows>, DbError> {
        SendFuture::new(async { crossing(&run(&self.0, batch).await?) }).await
    }

    /// `write`, and how far a copy has to come to show it.
    pub async fn write_marked(&self, batch: Vec<Stmt>) -> Result<(Vec<Rows>, Option<Bookmark>), DbError> {
        SendFuture::new(async {
            let session = self.0.with_session("first-primary").map_err(failed)?;
            let rows = crossing(&run(&session, batch).await?)?;
            let bookmark = session.bookmark().map_err(failed)?;
            Ok((rows, bookmark.and_then(|it| Bookmark::try_from(it).ok())))
        })
        .await
    }
}

/// A batch is the only transaction that D1 has. `SendFuture` stands with the callers, so no handler needs it.
async fn run(on: &Binding, batch: Vec<Stmt>) -> Result<Array, DbError> {
    let statements = Array::new();
    for stmt in batch {
        let statement = prepare(on, stmt).map_err(failed)?;
        statements.push(&statement);
    }
    let answers = JsFuture::from(on.batch(&statements).map_err(failed)?).await.map_err(failed)?;
    Ok(answers.unchecked_into())
}

fn prepare(on: &Binding, stmt: Stmt) -> Result<Statement, JsValue> {
    let args: Array = stmt.args.into_iter().map(to_js).collect();
    let statement = TEXTS.with_borrow_mut(|texts| {
        let place = (stmt.sql.as_ptr().addr(), stmt.sql.len());
        let text = texts.entry(place).or_insert_with(|| JsString::from(stmt.sql));
        on.prepare(text)
    })?;
    statement.bind(&args)
}

fn found(answers: &Array) -> Result<Vec<Rows>, DbError> {
    let found: Array = answers.iter().map(|it| it.unchecked_into::<Answer>().results()).collect();
    let found: Vec<Option<Box<RawValue>>> = crossing(&found)?;
    Ok(found.into_iter().map(|results| Rows { results, meta: Meta::default() }).collect())
}

/// Into wasm as one text, and as bytes: a field at a time would cost ten times as much (docs/performance.md).
fn crossing<T: DeserializeOwned>(from: &Array) -> Result<T, DbError> {
    let text = JSON::stringify(from).map_err(failed)?;
    let bytes = ENCODER.with(|it| it.encode(&text)).to_vec();
    serde_json::from_slice(&bytes).map_err(|it| DbError(format!("an answer of another shape: {it}")))
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
    DbError(said(&error))
}

/// What the platform says went wrong.
#[must_use]
pub fn said(error: &JsValue) -> String {
    error.dyn_ref::<Error>().map_or_else(|| format!("{error:?}"), |it| it.message().into())
}
