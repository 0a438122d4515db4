//! The vendor's side: one folder per desk. Customers find nothing here (domain 11).

mod overview;

use crate::access::Routes;

#[must_use]
pub fn routes() -> Routes {
    overview::routes()
}
