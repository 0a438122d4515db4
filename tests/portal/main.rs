//! One integration test binary: linking many of them costs more than running them.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod fixtures;
mod me;
mod sign_in;
