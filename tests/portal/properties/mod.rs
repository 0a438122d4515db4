//! What must hold of whatever is sent. The fuzzers of `fuzz/` ask these with bytes of their own making; the suite asks
//! them with what those have found worth keeping.
//!
//! Several texts travel in one input, parted by a byte that no UTF-8 has.

pub mod addresses;
pub mod bounces;
pub mod calendars;
pub mod cookies;
pub mod forms;
pub mod gateway;
pub mod house;
pub mod json;
pub mod mails;
pub mod markdown;
pub mod multipart;
pub mod proofs;
pub mod queries;
pub mod requests;
pub mod sheets;
pub mod sign_on;
pub mod words;

use std::borrow::Cow;

const PARTED_BY: u8 = 0xff;

/// So many parts of the input; those that it lacks are empty, and the last one is the rest.
pub fn parts<const N: usize>(bytes: &[u8]) -> [&[u8]; N] {
    let mut rest = bytes.splitn(N, |it| *it == PARTED_BY);
    std::array::from_fn(|_| rest.next().unwrap_or_default())
}

pub fn texts<const N: usize>(bytes: &[u8]) -> [Cow<'_, str>; N] {
    parts(bytes).map(String::from_utf8_lossy)
}
