//! One integration test binary: linking many of them costs more than running them.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod awake;
mod bodies;
mod contacts;
mod door;
mod fixtures;
mod looks;
mod matrix;
mod noise;
mod once;
mod openapi;
mod orgs;
mod requests;
mod roles;
mod samples;
mod schema;
mod tidy;
mod verification;
