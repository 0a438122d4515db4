//! The vendor's side: one folder per desk. Customers find nothing here (domain 11).

pub mod customers;
mod overview;
pub mod partners;

use crate::access::Routes;

#[must_use]
pub fn routes() -> Routes {
    overview::routes().merge(customers::routes()).merge(partners::routes())
}
