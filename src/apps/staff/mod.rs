//! The vendor's side: one folder per desk. Customers find nothing here (domain 11).

mod audit;
pub mod customers;
pub mod keys;
mod mail_room;
pub mod members;
mod overview;
pub mod partners;
mod sign_on;
mod view_as;

use crate::access::Routes;

#[must_use]
pub fn routes() -> Routes {
    Routes::default()
        .merge(overview::routes())
        .merge(customers::routes())
        .merge(partners::routes())
        .merge(members::routes())
        .merge(mail_room::routes())
        .merge(view_as::routes())
        .merge(audit::routes())
        .merge(keys::routes())
        .merge(sign_on::routes())
}
