//! What goes wrong between the portal and KV, R2, the queue or the world outside. The twin of D1 has its own (`Stumble`).

use std::sync::Mutex;

use futures::future::{BoxFuture, FutureExt, pending, ready};
use portal::access::Unreachable;
use portal::db::Stumble;

/// One call of any of them, the one after so many others.
#[derive(Default)]
pub struct Trouble(Mutex<(usize, Option<(usize, Stumble)>)>);

impl Trouble {
    /// How many calls there were.
    pub fn calls(&self) -> usize {
        self.0.lock().unwrap().0
    }

    pub fn comes_after(&self, calls: usize, how: Stumble) {
        let mut known = self.0.lock().unwrap();
        known.1 = Some((known.0 + calls, how));
    }

    fn next(&self) -> Option<Stumble> {
        let mut known = self.0.lock().unwrap();
        let this = known.0;
        known.0 += 1;
        known.1.take_if(|it| it.0 == this).map(|it| it.1)
    }

    /// What the store does, unless this is the call.
    pub fn meets<T: Send + 'static>(
        &self,
        call: impl FnOnce() -> Result<T, Unreachable>,
    ) -> BoxFuture<'static, Result<T, Unreachable>> {
        let lost = || ready(Err(Unreachable("Network connection lost.".into()))).boxed();
        match self.next() {
            None => ready(call()).boxed(),
            Some(Stumble::Unheard) => lost(),
            Some(Stumble::CutBefore) => pending().boxed(),
            Some(Stumble::Unanswered) => call().map_or_else(|it| ready(Err(it)).boxed(), |_| lost()),
            Some(Stumble::CutAfter) => call().map_or_else(|it| ready(Err(it)).boxed(), |_| pending().boxed()),
        }
    }
}

/// How KV lets a reader down. It is allowed to: it is eventually consistent, and remembers that something was not there.
#[derive(Default, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    #[default]
    Fresh,
    /// It answers what was there before the newest write.
    Stale,
    /// What was written since is not there.
    Blind,
    /// It cannot be read.
    Mute,
    /// It cannot be written.
    Full,
}

pub const MOODS: [Mood; 5] = [Mood::Fresh, Mood::Stale, Mood::Blind, Mood::Mute, Mood::Full];
