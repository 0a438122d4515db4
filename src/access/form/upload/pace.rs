//! The body of an upload at the pace of its reader.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};

use axum::body::{BodyDataStream, Bytes};
use futures::{Stream, StreamExt};

/// Five files of 5 MB and what stands around them.
pub const MOST: usize = 26 * 1024 * 1024;
/// What is too large is read on up to here and dropped, so that whoever sends a sixth file sees the answer.
pub const MOST_DRAINED: usize = 40 * 1024 * 1024;
/// How much may arrive without being the end of anything: the headers of a part that never end would be searched
/// anew with each piece.
const MOST_UNREAD: usize = 256 * 1024;

/// Bytes that came since the reader last came to something, and in all.
#[derive(Default)]
pub struct Pace {
    unread: AtomicUsize,
    total: AtomicUsize,
    given_up: AtomicBool,
}

/// One piece at a time: the parser would take whatever is there, however much.
pub struct Paced {
    body: BodyDataStream,
    pace: Arc<Pace>,
    breathes: bool,
}

#[derive(Debug, Clone, Copy, thiserror::Error)]
pub enum Stopped {
    #[error("it is too large")]
    Large,
    #[error("there is no end of it")]
    Endless,
    #[error("it was cut off")]
    CutOff,
}

impl Pace {
    pub fn came_to_something(&self) {
        self.unread.store(0, Ordering::Relaxed);
    }

    /// Whatever still comes is dropped.
    pub fn give_up(&self) {
        self.given_up.store(true, Ordering::Relaxed);
    }

    /// What there is to say of the stream after these bytes.
    fn after(&self, bytes: usize) -> Option<Stopped> {
        let total = self.total.fetch_add(bytes, Ordering::Relaxed) + bytes;
        let unread = self.unread.fetch_add(bytes, Ordering::Relaxed);
        if total > MOST {
            Some(Stopped::Large)
        } else if unread > MOST_UNREAD || self.given_up.load(Ordering::Relaxed) {
            Some(Stopped::Endless)
        } else {
            None
        }
    }
}

impl Paced {
    pub fn new(body: BodyDataStream, pace: Arc<Pace>) -> Self {
        Self { body, pace, breathes: false }
    }
}

impl Stream for Paced {
    type Item = Result<Bytes, Stopped>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.breathes) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        loop {
            let piece = match self.body.poll_next_unpin(context) {
                Poll::Ready(Some(Ok(piece))) => piece,
                Poll::Ready(Some(Err(_))) => return Poll::Ready(Some(Err(Stopped::CutOff))),
                Poll::Ready(None) => {
                    let stopped = self.pace.after(0);
                    return Poll::Ready(stopped.map(Err));
                }
                Poll::Pending => return Poll::Pending,
            };
            match self.pace.after(piece.len()) {
                None => {
                    self.breathes = true;
                    return Poll::Ready(Some(Ok(piece)));
                }
                Some(stopped) if self.pace.total.load(Ordering::Relaxed) > MOST_DRAINED => {
                    return Poll::Ready(Some(Err(stopped)));
                }
                Some(_) => {} // read on and dropped
            }
        }
    }
}
