use futures::future::BoxFuture;
use worker::Env;
use worker::js_sys::Promise;
use worker::js_sys::futures::JsFuture;
use worker::send::{SendFuture, SendWrapper};
use worker::wasm_bindgen::prelude::wasm_bindgen;
use worker::wasm_bindgen::{JsCast, JsValue};

use super::bound::bound;
use super::config::NotConfigured;
use crate::access::{Kv, Unreachable};
use crate::db::said;

// `worker` looks up five methods of a namespace before it is asked for anything.
#[wasm_bindgen]
extern "C" {
    #[derive(Clone)]
    type Namespace;
    #[wasm_bindgen(method, catch)]
    fn get(this: &Namespace, key: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn put(this: &Namespace, key: &str, value: &str, options: &Options) -> Result<Promise, JsValue>;

    type Options;
    #[wasm_bindgen(method, setter, js_name = expirationTtl)]
    fn expire_after(this: &Options, seconds: f64);
}

/// Plain text only.
pub struct Shelf(SendWrapper<Namespace>);

impl Shelf {
    pub fn open(env: &Env, binding: &'static str) -> Result<Self, NotConfigured> {
        Ok(Self(SendWrapper::new(bound(env, binding)?.unchecked_into())))
    }
}

impl Kv for Shelf {
    fn get(&self, key: String) -> BoxFuture<'static, Result<Option<String>, Unreachable>> {
        let kv = self.0.clone();
        Box::pin(SendFuture::new(async move {
            let found = JsFuture::from(kv.get(&key).map_err(failed)?).await.map_err(failed)?;
            Ok(found.as_string())
        }))
    }

    fn put(&self, key: String, value: String, ttl: u64) -> BoxFuture<'static, Result<(), Unreachable>> {
        let kv = self.0.clone();
        Box::pin(SendFuture::new(async move {
            let options: Options = JsValue::from(worker::js_sys::Object::new()).unchecked_into();
            #[expect(clippy::cast_precision_loss, reason = "seconds of some weeks at most")]
            options.expire_after(ttl as f64);
            JsFuture::from(kv.put(&key, &value, &options).map_err(failed)?).await.map(drop).map_err(failed)
        }))
    }
}

#[expect(clippy::needless_pass_by_value, reason = "shape of map_err")]
fn failed(error: JsValue) -> Unreachable {
    Unreachable(said(&error))
}
