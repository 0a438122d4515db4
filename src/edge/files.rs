use futures::future::BoxFuture;
use worker::send::SendFuture;
use worker::{Bucket, Env, HttpMetadata};

use super::bound::{bound, failed};
use super::config::NotConfigured;
use crate::access::{Files, Listed, Listing, Unreachable};

/// R2. It takes every key and gives back the bytes of the last one who put. Opened when it is asked for something.
pub struct Cabinet {
    env: Env,
    binding: &'static str,
}

impl Cabinet {
    pub fn open(env: &Env, binding: &'static str) -> Result<Self, NotConfigured> {
        bound(env, binding)?;
        Ok(Self { env: env.clone(), binding })
    }

    fn bucket(&self) -> Result<Bucket, Unreachable> {
        self.env.bucket(self.binding).map_err(failed)
    }
}

impl Files for Cabinet {
    fn get(&self, key: String) -> BoxFuture<'static, Result<Option<Vec<u8>>, Unreachable>> {
        let bucket = self.bucket();
        Box::pin(SendFuture::new(async move {
            let Some(object) = bucket?.get(key).execute().await.map_err(failed)? else { return Ok(None) };
            match object.body() {
                Some(body) => body.bytes().await.map(Some).map_err(failed),
                None => Err(Unreachable("an object came without its body".to_owned())),
            }
        }))
    }

    fn put(
        &self,
        key: String,
        kind: &'static str,
        bytes: Vec<u8>,
    ) -> BoxFuture<'static, Result<(), Unreachable>> {
        let bucket = self.bucket();
        let described = HttpMetadata { content_type: Some(kind.to_owned()), ..HttpMetadata::default() };
        Box::pin(SendFuture::new(async move {
            bucket?.put(key, bytes).http_metadata(described).execute().await.map(drop).map_err(failed)
        }))
    }

    fn delete(&self, keys: Vec<String>) -> BoxFuture<'static, Result<(), Unreachable>> {
        let bucket = self.bucket();
        Box::pin(SendFuture::new(async move { bucket?.delete_multiple(keys).await.map_err(failed) }))
    }

    fn list(
        &self,
        prefix: String,
        after: Option<String>,
    ) -> BoxFuture<'static, Result<Listing, Unreachable>> {
        let bucket = self.bucket();
        Box::pin(SendFuture::new(async move {
            let bucket = bucket?;
            let mut asked = bucket.list().prefix(prefix);
            if let Some(after) = after {
                asked = asked.cursor(after);
            }
            let found = asked.execute().await.map_err(failed)?;
            let next = if found.truncated() { found.cursor() } else { None };
            let files = found.objects().into_iter().map(|it| Listed {
                key: it.key(),
                uploaded_at: i64::try_from(it.uploaded().as_millis() / 1000).unwrap_or(i64::MAX),
            });
            Ok(Listing { files: files.collect(), next })
        }))
    }
}
