//! An invoice paid at a gateway: the form, the way there, how it stands, and what the gateway tells (domain 7.5). Card
//! data is typed at the gateway and nowhere else.

mod actions;
mod handlers;
mod hear;
mod link;
pub mod mail;
mod stripe;
mod view;

use axum::http::Method;
use axum::routing::{get, post};
use futures::future::BoxFuture;

use super::rules::online::Order;
use crate::access::{App, GatewayChoice, Routes};
use crate::error::Error;
use crate::kernel::{OrgId, PaymentSessionId};

pub use super::sql::Attempt;
pub use hear::hear;

type Screen = crate::access::PaymentGateway;

pub fn routes() -> Routes {
    Routes::default()
        .page::<Screen>(&Method::GET, "/pay", get(handlers::form))
        .page::<Screen>(&Method::POST, "/pay", post(handlers::begin))
        .page::<Screen>(&Method::GET, "/pay/{attempt}", get(handlers::attempt))
}

/// Somebody's wish to pay, on its way to the gateway.
pub struct Wish<'a> {
    pub id: &'a PaymentSessionId,
    pub org: &'a OrgId,
    pub organisation: &'a str,
    pub order: &'a Order,
}

/// Where the customer goes on, with what was typed filled in there.
#[derive(Debug)]
pub struct Begun {
    pub url: String,
    /// What the gateway calls it, where it calls it anything.
    pub gateway_id: Option<String>,
}

/// A place where money is taken. What it is told is what was typed; what was paid only it can say.
pub trait Gateway: Send + Sync {
    fn code(&self) -> &'static str;
    fn begin<'a>(&'a self, app: &'a App, wish: &'a Wish) -> BoxFuture<'a, Result<Begun, Error>>;
}

/// The one that is configured, if it has all that it needs.
fn gateway(app: &App) -> Option<Box<dyn Gateway>> {
    let choice = &app.config().gateway;
    if !choice.lacks(app.secrets()).is_empty() {
        return None;
    }
    match choice {
        GatewayChoice::None => None,
        GatewayChoice::Link(template) => Some(Box::new(link::Link { template: template.clone() })),
        GatewayChoice::Stripe(api) => Some(Box::new(stripe::Stripe { api: api.clone() })),
    }
}
