//! The vendor's side: one folder per desk. Customers find nothing here (domain 11).

pub mod customers;
mod mail_room;
pub mod members;
mod overview;
pub mod partners;
mod view_as;

use crate::access::Routes;

#[must_use]
pub fn routes() -> Routes {
    overview::routes()
        .merge(customers::routes())
        .merge(partners::routes())
        .merge(members::routes())
        .merge(mail_room::routes())
        .merge(view_as::routes())
}
