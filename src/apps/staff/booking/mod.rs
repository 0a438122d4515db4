//! Booking: orders that create and renew subscriptions and licences, and what ends them (domain 5 and 11).

mod actions;
pub mod api;
mod booked;
mod bulk;
mod form_view;
mod handlers;
pub mod mail;
mod order_view;
mod rules;
mod sql;
mod view;

use axum::http::Method;
use axum::routing::{get, post};

use crate::access::{Routes, seat};
use crate::kernel::{OrderId, OrgId};

use seat::Booking;

pub fn routes() -> Routes {
    const ORDERS: &str = "/organisations/{org}/orders";
    const ORDER: &str = "/organisations/{org}/orders/{order}";
    const CANCEL_ORDER: &str = "/organisations/{org}/orders/{order}/cancellation";
    const CANCEL_PERIOD: &str = "/organisations/{org}/subscriptions/{subscription}/cancellation";
    Routes::default()
        .desk::<Booking>(&Method::GET, "/orders", get(handlers::recent))
        .desk::<Booking>(&Method::GET, "/organisations/{org}/orders/new", get(handlers::blank))
        .desk::<Booking>(&Method::POST, ORDERS, post(handlers::book))
        .desk::<Booking>(&Method::GET, ORDER, get(handlers::order))
        .desk::<Booking>(&Method::GET, CANCEL_ORDER, get(handlers::ask_order))
        .desk::<Booking>(&Method::POST, CANCEL_ORDER, post(handlers::cancel_order))
        .desk::<Booking>(&Method::GET, CANCEL_PERIOD, get(handlers::ask_period))
        .desk::<Booking>(&Method::POST, CANCEL_PERIOD, post(handlers::cancel_period))
        .desk_api::<Booking>(&Method::GET, "/orders", get(handlers::recent))
        .desk_api::<Booking>(&Method::POST, "/orders", post(handlers::import))
        .desk_api::<Booking>(&Method::POST, ORDERS, post(handlers::book))
        .desk_api::<Booking>(&Method::GET, ORDER, get(handlers::order))
        .desk_api::<Booking>(&Method::POST, CANCEL_ORDER, post(handlers::cancel_order))
        .desk_api::<Booking>(&Method::POST, CANCEL_PERIOD, post(handlers::cancel_period))
}

/// The list of what was booked last.
fn orders_path() -> String {
    "/staff/orders".to_owned()
}

/// A customer's order, or where new ones are booked.
fn order_path(org: &OrgId, order: Option<&OrderId>) -> String {
    let end = order.map_or("", OrderId::as_str);
    format!("/staff/organisations/{}/orders/{end}", org.as_str()).trim_end_matches('/').to_owned()
}
