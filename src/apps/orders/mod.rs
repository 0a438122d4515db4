//! Order Book: what is in force and what was ordered (domain 5).

pub mod api;
mod history_view;
mod pages;
mod rules;
mod sheet;
mod sql;
mod view;

use axum::http::Method;
use axum::routing::get;

use crate::access::{OrderBook, OrgScope, Query, Routes};
use crate::kernel::OrderId;

pub use rules::{Agreement, Kind, Line, Order, Standing};
pub use view::{date, quantity};

pub use rules::Subscription;

pub fn routes() -> Routes {
    Routes::default()
        .page::<OrderBook>(&Method::GET, "/orders", get(pages::now))
        .page::<OrderBook>(&Method::GET, "/orders.csv", get(pages::now_csv))
        .page::<OrderBook>(&Method::GET, "/orders/history", get(pages::history))
        .page::<OrderBook>(&Method::GET, "/orders/history.csv", get(pages::history_csv))
        .page::<OrderBook>(&Method::GET, "/orders/{order}", get(pages::order))
        .api::<OrderBook>(&Method::GET, "/subscriptions", get(pages::now))
        .api::<OrderBook>(&Method::GET, "/subscriptions.csv", get(pages::now_csv))
        .api::<OrderBook>(&Method::GET, "/orders", get(pages::history))
        .api::<OrderBook>(&Method::GET, "/orders.csv", get(pages::history_csv))
        .api::<OrderBook>(&Method::GET, "/orders/{order}", get(pages::order))
}

/// With its lines, for the vendor's side, too.
#[must_use]
pub fn order(org: &OrgScope, id: &OrderId) -> Query<Option<Order>> {
    sql::order(org, id)
}
