use worker::Env;
use worker::js_sys::Reflect;
use worker::wasm_bindgen::JsValue;

use super::config::NotConfigured;

/// A binding that is there. `worker` asks each for its class or its methods, at each call: five times the work.
pub fn bound(env: &Env, name: &'static str) -> Result<JsValue, NotConfigured> {
    match Reflect::get(env, &name.into()) {
        Ok(binding) if binding.is_object() => Ok(binding),
        _ => Err(NotConfigured::missing(name)),
    }
}
