//! The customer account portal of a software vendor.
//!
//! Each module may name only those above it in this list; `tests/portal/tidy.rs` holds it to that.
//! Only `edge` and `db::d1` may name the `worker` crate; the host build cannot see it at all.

pub mod kernel;

pub mod db;

pub mod page;

pub mod answer;

pub mod error;

pub mod access;

pub mod outbox;

pub mod link;

pub mod audit;

pub mod throttle;

pub mod apps;

pub mod jobs;

pub mod routes;

#[cfg(not(target_arch = "wasm32"))]
pub mod openapi;

#[cfg(target_arch = "wasm32")]
mod edge;
