//! The vendor's side: one folder per desk. Customers find nothing here (domain 11).

pub mod booking;
pub mod catalogue;
pub mod licensing;
mod overview;
pub mod reconciling;
pub mod told;

use crate::access::Routes;

#[must_use]
pub fn routes() -> Routes {
    overview::routes()
        .merge(booking::routes())
        .merge(licensing::routes())
        .merge(reconciling::routes())
        .merge(catalogue::routes())
}
