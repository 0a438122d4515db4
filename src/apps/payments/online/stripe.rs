//! Stripe's Checkout by its HTTP API: `POST /v1/checkout/sessions`, a form, with an idempotency key.

use axum::http::StatusCode;
use futures::future::{BoxFuture, FutureExt};
use serde::Deserialize;
use serde_json::json;

use super::super::rules::told::{INVOICE, ORGANISATION, SESSION};
use super::{Begun, Gateway, Wish};
use crate::access::{App, Call, Reply, in_time};
use crate::apps::home;
use crate::error::Error;
use crate::kernel::FieldError;

pub struct Stripe {
    /// Without a slash at the end.
    pub api: String,
}

/// Of their API: what it means does not change under a name.
const VERSION: &str = "2024-06-20";
/// Somebody is waiting.
const PATIENCE: u32 = 10;
/// The second one is answered like the first by the idempotency key, so that a lost answer costs nothing.
const TRIES: usize = 2;

#[derive(Deserialize)]
struct Session {
    id: String,
    url: String,
}

#[derive(Deserialize, Default)]
struct Refusal {
    error: Flaw,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Flaw {
    code: Option<String>,
    param: Option<String>,
    message: Option<String>,
}

impl Gateway for Stripe {
    fn code(&self) -> &'static str {
        "stripe"
    }

    fn begin<'a>(&'a self, app: &'a App, wish: &'a Wish) -> BoxFuture<'a, Result<Begun, Error>> {
        async move {
            let call = self.call(app, wish);
            let mut said = String::new();
            for _ in 0..TRIES {
                match in_time(app, PATIENCE, app.outside().fetch(call.clone())).await {
                    Some(Ok(reply)) if reply.status < 500 && reply.status != 409 => {
                        return judged(app, &reply);
                    }
                    Some(Ok(reply)) => said = format!("HTTP {}", reply.status),
                    Some(Err(why)) => said = why.to_string(),
                    None => said = format!("no answer within {PATIENCE} s"),
                }
            }
            Err(out_of_reach(app, &said))
        }
        .boxed()
    }
}

impl Stripe {
    fn call(&self, app: &App, wish: &Wish) -> Call {
        let Wish { id, org, organisation, order } = wish;
        let key = app.secrets().stripe_key.clone().unwrap_or_default();
        let back = format!("{}{}/pay/{}", app.config().origin, home(org), id.as_str());
        let (invoice, amount) = (order.invoice.as_str(), order.amount.minor().to_string());
        let currency = order.amount.currency().code().to_ascii_lowercase();
        let about = format!("Invoice {invoice}, {organisation}");
        let fields = [
            ("mode", "payment"),
            ("client_reference_id", id.as_str()),
            ("customer_email", order.email.as_str()),
            ("success_url", &format!("{back}?done=paid-online")),
            ("cancel_url", &back),
            ("line_items[0][quantity]", "1"),
            ("line_items[0][price_data][currency]", &currency),
            ("line_items[0][price_data][unit_amount]", &amount),
            ("line_items[0][price_data][product_data][name]", &format!("Invoice {invoice}")),
            (&format!("metadata[{SESSION}]"), id.as_str()),
            (&format!("metadata[{ORGANISATION}]"), org.as_str()),
            (&format!("metadata[{INVOICE}]"), invoice),
            ("metadata[payer]", order.name.as_str()),
            ("payment_intent_data[description]", &about),
            (&format!("payment_intent_data[metadata][{SESSION}]"), id.as_str()),
        ];
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        Call {
            method: "POST",
            url: format!("{}/v1/checkout/sessions", self.api),
            headers: vec![
                ("authorization", format!("Bearer {key}")),
                ("content-type", "application/x-www-form-urlencoded".to_owned()),
                ("idempotency-key", id.as_str().to_owned()),
                ("stripe-version", VERSION.to_owned()),
                ("user-agent", "customer-portal".to_owned()),
            ],
            body,
        }
    }
}

fn judged(app: &App, reply: &Reply) -> Result<Begun, Error> {
    if (200..300).contains(&reply.status) {
        let session: Option<Session> = serde_json::from_str(&reply.body).ok();
        let leads = |it: &Session| {
            it.url.starts_with("https://") || (!app.config().is_production() && it.url.starts_with("http://"))
        };
        return match session.filter(leads) {
            Some(it) => Ok(Begun { url: it.url, gateway_id: Some(it.id) }),
            None => Err(out_of_reach(app, "its answer names no page to pay on")),
        };
    }
    let Flaw { code, param, message } =
        serde_json::from_str::<Refusal>(&reply.body).unwrap_or_default().error;
    let (code, param) = (code.unwrap_or_default(), param.unwrap_or_default());
    let field = if code.starts_with("amount_") || param.contains("unit_amount") {
        "amount"
    } else if param == "customer_email" {
        "email"
    } else if param.contains("currency") {
        "currency"
    } else {
        // A wrong key, an account that is not ready: nothing that the customer could mend.
        return Err(out_of_reach(app, &format!("HTTP {} {code} {param}", reply.status)));
    };
    let why: String = message.unwrap_or_default().chars().filter(|it| !it.is_control()).take(200).collect();
    let said = format!("The payment gateway does not take this: {why}");
    Err(Error::invalid(vec![FieldError::new(field, "declined", said.trim_end_matches(": ").to_owned())]))
}

fn out_of_reach(app: &App, why: &str) -> Error {
    app.log(&json!({ "request_id": app.caller().request, "gateway": why }));
    let said = "The payment gateway cannot be reached. Nothing was charged. Try again in a moment, or pay by bank \
                transfer to the account that the invoice names.";
    Error::refused(StatusCode::SERVICE_UNAVAILABLE, "try-again", said)
}
