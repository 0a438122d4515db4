//! Licences: how they stand, every change of them, and the request to extend one (domain 6).

mod history;
mod rules;
mod words;
