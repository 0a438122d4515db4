//! The vendor's side: one folder per desk. Customers find nothing here (domain 11).

mod overview;
mod sign_on;

use crate::access::Routes;

#[must_use]
pub fn routes() -> Routes {
    overview::routes().merge(sign_on::routes())
}
