//! The vendor's side: one folder per desk. Customers find nothing here (domain 11).

mod audit;
pub mod booking;
pub mod catalogue;
pub mod customers;
pub mod installation;
pub mod keys;
pub mod licensing;
mod mail_room;
pub mod members;
pub mod metering;
mod overview;
pub mod partners;
pub mod publishing;
pub mod reconciling;
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
        .merge(licensing::routes())
        .merge(reconciling::routes())
        .merge(catalogue::routes())
        .merge(metering::routes())
}
