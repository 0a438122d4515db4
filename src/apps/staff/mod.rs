//! The vendor's side: one folder per desk. Customers find nothing here (domain 11).

pub mod booking;
mod overview;
pub mod told;

use crate::access::Routes;

#[must_use]
pub fn routes() -> Routes {
    overview::routes().merge(booking::routes())
}
