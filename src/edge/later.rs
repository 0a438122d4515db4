use futures::future::BoxFuture;
use worker::{Context, ScheduleContext};

use crate::access::Later;

/// What goes on after the answer. Cloudflare gives it 30 seconds.
pub enum Waiting {
    Call(Context),
    Cron(ScheduleContext),
}

impl Later for Waiting {
    fn run(&self, work: BoxFuture<'static, ()>) {
        match self {
            Self::Call(context) => context.wait_until(work),
            Self::Cron(context) => context.wait_until(work),
        }
    }
}
