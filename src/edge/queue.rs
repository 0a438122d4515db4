use futures::future::BoxFuture;
use worker::send::SendFuture;
use worker::{BatchMessageBuilder, Env, Queue};

use super::config::NotConfigured;
use crate::access::{MailQueue, Unreachable};
use crate::kernel::MailId;

pub struct Mail(Queue);

impl Mail {
    pub fn open(env: &Env, binding: &'static str) -> Result<Self, NotConfigured> {
        env.queue(binding).map(Self).map_err(|it| NotConfigured::binding(binding, &it))
    }
}

impl MailQueue for Mail {
    fn send(&self, ids: Vec<MailId>) -> BoxFuture<'static, Result<(), Unreachable>> {
        let queue = self.0.clone();
        Box::pin(SendFuture::new(async move {
            let batch = BatchMessageBuilder::new().messages(ids.into_iter().map(String::from)).build();
            queue.send_batch(batch).await.map_err(|it| Unreachable(it.to_string()))
        }))
    }
}
