use futures::future::BoxFuture;
use js_sys::{Array, JSON, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use worker::send::SendFuture;
use worker::wasm_bindgen_futures::JsFuture;

use crate::access::{Signer, Unreachable};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], js_name = importKey, catch)]
    fn import_key(
        format: &str,
        key: &JsValue,
        algorithm: &JsValue,
        extractable: bool,
        usages: &Array,
    ) -> Result<Promise, JsValue>;

    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], js_name = sign, catch)]
    fn sign(algorithm: &str, key: &JsValue, message: &Uint8Array) -> Result<Promise, JsValue>;
}

const RS256: &str = "RSASSA-PKCS1-v1_5";

/// The platform's own RSA, which is thirteen times as fast as one in wasm and leaks nothing by its time. The key is
/// imported so that it can never be exported again.
pub struct WebCrypto;

impl Signer for WebCrypto {
    fn sign(&self, jwk: String, message: Vec<u8>) -> BoxFuture<'static, Result<Vec<u8>, Unreachable>> {
        Box::pin(SendFuture::new(async move { signed(&jwk, &message).await.map_err(|it| failed(&it)) }))
    }
}

async fn signed(jwk: &str, message: &[u8]) -> Result<Vec<u8>, JsValue> {
    let jwk: Object = JSON::parse(jwk)?.unchecked_into();
    // What the JWK itself says of its use would have to agree, and says nothing that is not said here.
    for member in ["use", "key_ops", "alg", "ext"] {
        Reflect::delete_property(&jwk, &member.into())?;
    }
    let algorithm = Object::new();
    Reflect::set(&algorithm, &"name".into(), &RS256.into())?;
    Reflect::set(&algorithm, &"hash".into(), &"SHA-256".into())?;
    let usages = Array::of1(&"sign".into());
    let key = JsFuture::from(import_key("jwk", &jwk, &algorithm, false, &usages)?).await?;
    let signature = JsFuture::from(sign(RS256, &key, &Uint8Array::from(message))?).await?;
    Ok(Uint8Array::new(&signature).to_vec())
}

/// The name of the error alone: its text could quote the key.
fn failed(error: &JsValue) -> Unreachable {
    let name = Reflect::get(error, &"name".into()).ok().and_then(|it| it.as_string());
    Unreachable(format!("SIGNING_KEYS: the platform cannot sign with it ({})", name.unwrap_or_default()))
}
