//! One integration test binary: linking many of them costs more than running them.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod awake;
mod bodies;
mod booking;
mod calendar;
mod contacts;
mod cookies;
mod dev;
mod door;
mod expire_licences;
mod extension_requests;
mod fixtures;
mod health;
mod ics_readers;
mod jobs;
mod licence_cast;
mod licence_plans;
mod licences;
mod licensing;
mod looks;
mod mail;
mod matrix;
mod me;
mod my_sessions;
mod noise;
mod once;
mod openapi;
mod order_files;
mod orders;
mod orgs;
mod payment_laws;
mod payments;
mod plans;
mod reconciling;
mod requests;
mod roles;
mod samples;
mod schema;
mod sign_in;
mod staff_door;
mod stores;
mod sweep;
mod tidy;
mod verification;
