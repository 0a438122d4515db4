//! Payments: what was paid, what became of it, and where to pay (domain 7).

pub mod rules;
