//! The twins of KV, of R2, of the queue, of `waitUntil` and of the log.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;

use futures::future::{BoxFuture, FutureExt, poll_fn, ready};
use hmac::{Hmac, Mac};
use portal::access::{Files, Kv, Later, Listed, Listing, MailQueue, Signer, Unreachable};
use portal::kernel::MailId;
use sha2::Sha256;

use crate::trouble::{Mood, Trouble};

/// KV as a map; it counts, and can forget, remember what it should not, or be out of reach.
#[derive(Default)]
pub struct Shelf {
    pub kept: Mutex<BTreeMap<String, String>>,
    pub reads: Mutex<usize>,
    pub puts: Mutex<usize>,
    pub down: AtomicBool,
    /// Every answer comes a turn later, so that requests sent together all read before the first one writes.
    pub dawdles: Mutex<bool>,
    pub mood: Mutex<Mood>,
    /// What stood there before the newest write of each key.
    pub before: Mutex<BTreeMap<String, Option<String>>>,
    pub trouble: Arc<Trouble>,
}

impl Shelf {
    fn reach(&self) -> Result<(), Unreachable> {
        if self.down.load(Ordering::Relaxed) { Err(Unreachable("KV is down".into())) } else { Ok(()) }
    }

    pub fn reads(&self) -> usize {
        *self.reads.lock().unwrap()
    }

    pub fn puts(&self) -> usize {
        *self.puts.lock().unwrap()
    }

    pub fn keep(&self, key: &str, value: &str) {
        let before = self.kept.lock().unwrap().insert(key.to_owned(), value.to_owned());
        self.before.lock().unwrap().insert(key.to_owned(), before);
    }

    /// From now on; what was written before this is known everywhere.
    pub fn turns(&self, mood: Mood) {
        self.before.lock().unwrap().clear();
        *self.mood.lock().unwrap() = mood;
    }

    fn look(&self, key: &str) -> Result<Option<String>, Unreachable> {
        self.reach()?;
        let before = self.before.lock().unwrap().get(key).cloned();
        match (*self.mood.lock().unwrap(), before) {
            (Mood::Mute, _) => Err(Unreachable("KV GET failed: 503 Service Unavailable".into())),
            (Mood::Stale, Some(before)) => Ok(before),
            (Mood::Blind, Some(_)) => Ok(None),
            _ => Ok(self.kept.lock().unwrap().get(key).cloned()),
        }
    }
}

impl Kv for Shelf {
    fn get(&self, key: String) -> BoxFuture<'static, Result<Option<String>, Unreachable>> {
        *self.reads.lock().unwrap() += 1;
        let found = self.trouble.meets(|| self.look(&key));
        let mut dawdles = *self.dawdles.lock().unwrap();
        let turn = poll_fn(move |context| {
            if std::mem::take(&mut dawdles) {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            Poll::Ready(())
        });
        turn.then(|()| found).boxed()
    }

    fn put(&self, key: String, value: String, ttl: u64) -> BoxFuture<'static, Result<(), Unreachable>> {
        assert!(ttl >= 60, "KV refuses a TTL of {ttl}");
        *self.puts.lock().unwrap() += 1;
        self.trouble.meets(|| {
            self.reach()?;
            if *self.mood.lock().unwrap() == Mood::Full {
                return Err(Unreachable("KV PUT failed: 429 Too Many Requests".into()));
            }
            self.keep(&key, &value);
            Ok(())
        })
    }
}

/// R2 as a map. It counts, and can be out of reach.
#[derive(Default)]
pub struct Drawer {
    pub kept: Mutex<BTreeMap<String, (Vec<u8>, i64)>>,
    pub puts: Mutex<usize>,
    pub down: AtomicBool,
    /// Stamped on what is put.
    pub now: AtomicI64,
    pub trouble: Arc<Trouble>,
}

impl Drawer {
    fn reach(&self) -> Result<(), Unreachable> {
        if self.down.load(Ordering::Relaxed) { Err(Unreachable("R2 is down".into())) } else { Ok(()) }
    }

    pub fn keep(&self, key: &str, bytes: &[u8], at: i64) {
        self.kept.lock().unwrap().insert(key.to_owned(), (bytes.to_vec(), at));
    }

    pub fn keys(&self) -> Vec<String> {
        self.kept.lock().unwrap().keys().cloned().collect()
    }
}

impl Files for Drawer {
    fn get(&self, key: String) -> BoxFuture<'static, Result<Option<Vec<u8>>, Unreachable>> {
        self.trouble.meets(|| {
            self.reach()?;
            Ok(self.kept.lock().unwrap().get(&key).map(|it| it.0.clone()))
        })
    }

    fn put(
        &self,
        key: String,
        _: &'static str,
        bytes: Vec<u8>,
    ) -> BoxFuture<'static, Result<(), Unreachable>> {
        *self.puts.lock().unwrap() += 1;
        self.trouble.meets(|| {
            self.reach()?;
            self.kept.lock().unwrap().insert(key, (bytes, self.now.load(Ordering::Relaxed)));
            Ok(())
        })
    }

    fn delete(&self, keys: Vec<String>) -> BoxFuture<'static, Result<(), Unreachable>> {
        assert!(keys.len() <= 1000, "R2 refuses to delete {} at once", keys.len());
        self.trouble.meets(|| {
            self.reach()?;
            self.kept.lock().unwrap().retain(|key, _| !keys.contains(key));
            Ok(())
        })
    }

    fn list(
        &self,
        prefix: String,
        after: Option<String>,
    ) -> BoxFuture<'static, Result<Listing, Unreachable>> {
        let kept = self.kept.lock().unwrap();
        let found = kept
            .iter()
            .filter(|it| it.0.starts_with(&prefix) && after.as_ref().is_none_or(|after| it.0 > after));
        let files: Vec<Listed> =
            found.take(1000).map(|(key, it)| Listed { key: key.clone(), uploaded_at: it.1 }).collect();
        let next = if files.len() == 1000 { files.last().map(|it| it.key.clone()) } else { None };
        self.trouble.meets(|| self.reach().map(|()| Listing { files, next }))
    }
}

/// In the place of RSA, which the host has no use for: an HMAC over the message, keyed with the text of the key. What
/// RS256 itself makes is looked at in workerd, by clients that nobody here wrote.
pub struct Seal;

impl Seal {
    pub fn of(jwk: &str, message: &[u8]) -> Vec<u8> {
        let mut mac = Hmac::<Sha256>::new_from_slice(jwk.as_bytes()).unwrap();
        mac.update(message);
        mac.finalize().into_bytes().to_vec()
    }
}

impl Signer for Seal {
    fn sign(&self, jwk: String, message: Vec<u8>) -> BoxFuture<'static, Result<Vec<u8>, Unreachable>> {
        ready(Ok(Self::of(&jwk, &message))).boxed()
    }
}

thread_local! {
    static LOG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

pub fn log(line: &str) {
    LOG.with_borrow_mut(|it| it.push(line.to_owned()));
}

/// What was logged since the last look, or since the newest portal was made. Each test has a thread of its own.
pub fn logged() -> Vec<String> {
    LOG.take()
}

/// The queue, as the list of what was put into it.
#[derive(Default)]
pub struct Queue(pub Mutex<Vec<MailId>>, pub AtomicBool, pub Arc<Trouble>);

impl MailQueue for Queue {
    fn send(&self, ids: Vec<MailId>) -> BoxFuture<'static, Result<(), Unreachable>> {
        assert!(ids.len() <= 100, "the queue refuses {} messages at once", ids.len());
        self.2.meets(|| {
            if self.1.load(Ordering::Relaxed) {
                return Err(Unreachable("the queue is deaf".into()));
            }
            self.0.lock().unwrap().extend(ids);
            Ok(())
        })
    }
}

/// What waits for the answer to have left.
#[derive(Default)]
pub struct Afterwards(Mutex<Vec<BoxFuture<'static, ()>>>);

impl Afterwards {
    pub fn settle(&self) {
        loop {
            let work = std::mem::take(&mut *self.0.lock().unwrap());
            if work.is_empty() {
                return;
            }
            // What waits for a call that never comes back is cut off with its isolate.
            for it in work {
                it.now_or_never();
            }
        }
    }
}

impl Afterwards {
    /// The isolate is gone, and what waited with it.
    pub fn forget(&self) {
        self.0.lock().unwrap().clear();
    }
}

impl Later for Afterwards {
    fn run(&self, work: BoxFuture<'static, ()>) {
        self.0.lock().unwrap().push(work);
    }
}
