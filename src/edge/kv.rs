use futures::future::BoxFuture;
use worker::Env;
use worker::kv::{KvError, KvStore};
use worker::send::SendFuture;

use super::config::NotConfigured;
use crate::access::{Kv, Unreachable};

/// Takes and gives plain text only: `worker` stores a map as `{}` and says nothing.
pub struct Shelf(KvStore);

impl Shelf {
    pub fn open(env: &Env, binding: &'static str) -> Result<Self, NotConfigured> {
        env.kv(binding).map(Self).map_err(|it| NotConfigured::binding(binding, &it))
    }
}

impl Kv for Shelf {
    fn get(&self, key: String) -> BoxFuture<'static, Result<Option<String>, Unreachable>> {
        let kv = self.0.clone();
        Box::pin(SendFuture::new(async move { kv.get(&key).text().await.map_err(failed) }))
    }

    fn put(&self, key: String, value: String, ttl: u64) -> BoxFuture<'static, Result<(), Unreachable>> {
        let kv = self.0.clone();
        Box::pin(SendFuture::new(async move {
            kv.put(&key, value).map_err(failed)?.expiration_ttl(ttl).execute().await.map_err(failed)
        }))
    }
}

#[expect(clippy::needless_pass_by_value, reason = "shape of map_err")]
fn failed(error: KvError) -> Unreachable {
    Unreachable(error.to_string())
}
