//! Customers: finding them, looking at one as a whole, setting one up, changing it (domain 2.1, 11).

mod actions;
pub mod api;
mod deeds;
mod form_view;
mod glance;
mod handlers;
pub mod mail;
mod page_view;
mod rules;
mod sql;
mod view;

use axum::http::Method;
use axum::routing::{get, patch, post};

use crate::access::{Fields, Form, Routes, seat};
use rules::FirstContact;

pub use rules::{Change, Listed, NewCustomer, Place, Replacement, from_json, sorted};
pub use sql::of_partner;
pub use view::table;

pub fn routes() -> Routes {
    use handlers as to;
    Routes::default()
        .desk::<seat::Customers>(&Method::GET, "/organisations", get(to::list))
        .desk::<seat::Customers>(&Method::GET, "/organisations.csv", get(to::sheet))
        .desk::<seat::Customers>(&Method::GET, "/organisations/{org}", get(to::show))
        .desk::<seat::CustomerBook>(&Method::GET, "/organisations/new", get(to::new))
        .desk::<seat::CustomerBook>(&Method::POST, "/organisations", post(to::create))
        .desk::<seat::CustomerBook>(&Method::GET, "/organisations/{org}/edit", get(to::edit))
        .desk::<seat::CustomerBook>(&Method::POST, "/organisations/{org}/edit", post(to::change))
        .desk::<seat::CustomerBook>(&Method::GET, "/organisations/{org}/primary", get(to::ask_primary))
        .desk::<seat::CustomerBook>(&Method::POST, "/organisations/{org}/primary", post(to::replace_primary))
        .desk_api::<seat::Customers>(&Method::GET, "/organisations", get(to::list))
        .desk_api::<seat::Customers>(&Method::GET, "/organisations.csv", get(to::sheet))
        .desk_api::<seat::Customers>(&Method::GET, "/organisations/{org}", get(to::show))
        .desk_api::<seat::CustomerBook>(&Method::POST, "/organisations", post(to::create))
        .desk_api::<seat::CustomerBook>(&Method::PATCH, "/organisations/{org}", patch(to::change))
        .desk_api::<seat::CustomerBook>(
            &Method::POST,
            "/organisations/{org}/primary",
            post(to::replace_primary),
        )
}

impl Form for NewCustomer {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let (name, channel) = (fields.read("name"), fields.read("channel"));
        let (partner_id, domains) = (fields.given_or_none("partner_id"), fields.list("domains"));
        let first_contact = fields.within("first_contact", |fields| {
            let (email, display_name) = (fields.read("email"), fields.read("display_name"));
            Some(FirstContact { email: email?, display_name: display_name? })
        });
        Some(Self {
            name: name?,
            channel: channel?,
            partner_id: partner_id?.flatten(),
            domains: domains?,
            first_contact: first_contact?,
        })
    }
}

impl Form for Change {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let (name, channel) = (fields.given("name"), fields.given("channel"));
        let (partner_id, domains) = (fields.given_or_none("partner_id"), fields.given_list("domains"));
        Some(Self { name: name?, channel: channel?, partner_id: partner_id?, domains: domains? })
    }
}

impl Form for Replacement {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let (email, display_name) = (fields.read("email"), fields.read("display_name"));
        let (reason, keep_previous) = (fields.read("reason"), fields.flag("keep_previous", true));
        Some(Self {
            email: email?,
            display_name: display_name?,
            reason: reason?,
            keep_previous: keep_previous?,
        })
    }
}
