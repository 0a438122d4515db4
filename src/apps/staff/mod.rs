//! The vendor's side: one folder per desk. Customers find nothing here (domain 11).

mod audit;
pub mod booking;
pub mod customers;
mod installation;
pub mod keys;
mod mail_room;
pub mod members;
mod overview;
pub mod partners;
pub mod publishing;
mod sign_on;
pub mod told;
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
        .merge(installation::routes())
        .merge(audit::routes())
        .merge(keys::routes())
        .merge(publishing::routes())
        .merge(sign_on::routes())
        .merge(booking::routes())
}
