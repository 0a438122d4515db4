use futures::future::BoxFuture;
use worker::send::SendFuture;
use worker::{BatchMessageBuilder, Env};

use super::bound::{bound, failed};
use super::config::NotConfigured;
use crate::access::{MailQueue, Unreachable};
use crate::kernel::MailId;

/// Opened when something is sent: most calls send nothing.
pub struct Mail {
    env: Env,
    binding: &'static str,
}

impl Mail {
    pub fn open(env: &Env, binding: &'static str) -> Result<Self, NotConfigured> {
        bound(env, binding)?;
        Ok(Self { env: env.clone(), binding })
    }
}

impl MailQueue for Mail {
    fn send(&self, ids: Vec<MailId>) -> BoxFuture<'static, Result<(), Unreachable>> {
        let queue = self.env.queue(self.binding);
        Box::pin(SendFuture::new(async move {
            let queue = queue.map_err(failed)?;
            let batch = BatchMessageBuilder::new().messages(ids.into_iter().map(String::from)).build();
            queue.send_batch(batch).await.map_err(failed)
        }))
    }
}
