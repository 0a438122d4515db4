//! The properties of `tests/portal/properties`, and the cast that they need, for the targets of libFuzzer.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]
// Of the cast some is for the suite alone.
#![allow(dead_code, unused_imports)]

#[path = "../../tests/portal/cast.rs"]
mod cast;
#[path = "../../tests/portal/contents.rs"]
mod contents;
#[path = "../../tests/portal/cookies.rs"]
mod cookies;
#[path = "../../tests/portal/fixtures.rs"]
mod fixtures;
#[path = "../../tests/portal/ics_readers.rs"]
mod ics_readers;
#[path = "../../tests/portal/licence_cast.rs"]
mod licence_cast;
#[path = "../../tests/portal/properties/mod.rs"]
pub mod properties;
#[path = "../../tests/portal/samples.rs"]
mod samples;
#[path = "../../tests/portal/sso_cast.rs"]
mod sso_cast;
#[path = "../../tests/portal/stores.rs"]
mod stores;
#[path = "../../tests/portal/trouble.rs"]
mod trouble;
#[path = "../../tests/portal/without.rs"]
mod without;
#[path = "../../tests/portal/world.rs"]
mod world;
