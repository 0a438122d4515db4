use worker::js_sys::Reflect;
use worker::wasm_bindgen::JsValue;
use worker::{Env, Error};

use super::config::NotConfigured;
use crate::access::Unreachable;

/// A binding that is there. `worker` asks each for its class or its methods, at each call: five times the work.
pub fn bound(env: &Env, name: &'static str) -> Result<JsValue, NotConfigured> {
    match Reflect::get(env, &name.into()) {
        Ok(binding) if binding.is_object() => Ok(binding),
        _ => Err(NotConfigured::missing(name)),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "shape of map_err")]
pub fn failed(error: Error) -> Unreachable {
    Unreachable(error.to_string())
}
