//! Where an invoice is paid online, as this installation's variables say.

use super::config::{BadConfig, Environment, bad};
use super::keys::Secrets;

#[derive(Debug, Clone, PartialEq, Default)]
pub enum GatewayChoice {
    /// Nobody has set one up; the page says how to pay instead.
    #[default]
    None,
    /// Any gateway with an address: see `PLACES`.
    Link(String),
    /// Stripe's Checkout. Scheme and host of its API, without a slash at the end.
    Stripe(String),
}

/// What may stand in braces in `GATEWAY_URL`. Where nothing does, all of it is put into the query.
pub const PLACES: [&str; 7] = ["invoice", "amount", "currency", "name", "email", "organisation", "reference"];

const STRIPE: &str = "https://api.stripe.com";

impl GatewayChoice {
    /// `text` answers a variable, or who is to blame for it not being there.
    pub(super) fn read(
        environment: Environment,
        text: impl Fn(&'static str) -> Result<String, BadConfig>,
    ) -> Result<Self, BadConfig> {
        match text("PAYMENT_GATEWAY").unwrap_or_default().as_str() {
            "" | "link" => match text("GATEWAY_URL") {
                Ok(link) => template(&link).map(|()| Self::Link(link)),
                Err(_) => Ok(Self::None),
            },
            "stripe" => {
                let api = text("STRIPE_API_URL").unwrap_or_else(|_| STRIPE.to_owned());
                let safe = api.starts_with("https://") || environment != Environment::Production;
                if safe && api.starts_with("http") {
                    Ok(Self::Stripe(api.trim_end_matches('/').to_owned()))
                } else {
                    Err(bad("STRIPE_API_URL", format!("is {api}; it starts with https://")))
                }
            }
            other => Err(bad("PAYMENT_GATEWAY", format!("is {other}; it is link or stripe"))),
        }
    }

    /// The secrets that it cannot do without and that are not there. Unlike with mail, the rest of the portal works
    /// without them.
    #[must_use]
    pub fn lacks(&self, secrets: &Secrets) -> Vec<&'static str> {
        let needed = match self {
            Self::None | Self::Link(_) => Vec::new(),
            Self::Stripe(_) => vec![
                ("STRIPE_SECRET_KEY", secrets.stripe_key.is_none()),
                ("STRIPE_WEBHOOK_SECRET", secrets.stripe_webhook.is_empty()),
            ],
        };
        needed.into_iter().filter(|it| it.1).map(|it| it.0).collect()
    }
}

/// Braces stand behind the host, so that nothing typed can choose where people are led.
fn template(link: &str) -> Result<(), BadConfig> {
    let name = "GATEWAY_URL";
    let Some(rest) = link.strip_prefix("https://") else {
        return Err(bad(name, format!("is {link}; a link starts with https://")));
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.is_empty() || host.contains(['{', '}', '@', ' ']) {
        return Err(bad(name, format!("is {link}; a host stands behind https://")));
    }
    for part in rest.split('{').skip(1) {
        let (place, is_closed) = part.split_once('}').map_or((part, false), |it| (it.0, true));
        if !is_closed || !PLACES.contains(&place) {
            let known = PLACES.map(|it| format!("{{{it}}}")).join(", ");
            return Err(bad(name, format!("has {{{place}}}; what can be filled in is {known}")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(environment: Environment, set: &[(&str, &str)]) -> Result<GatewayChoice, BadConfig> {
        GatewayChoice::read(environment, |name| {
            let found = set.iter().find(|it| it.0 == name).map(|it| it.1.to_owned());
            found.ok_or_else(|| bad(name, "is not set"))
        })
    }

    #[test]
    fn a_link_unless_told_otherwise() {
        let read = |set: &[(&str, &str)]| read(Environment::Production, set).unwrap();
        assert_eq!(read(&[]), GatewayChoice::None);
        let link = "https://pay.example/{invoice}?a={amount}";
        assert_eq!(read(&[("GATEWAY_URL", link)]), GatewayChoice::Link(link.to_owned()));
        assert_eq!(read(&[("PAYMENT_GATEWAY", "stripe")]), GatewayChoice::Stripe(STRIPE.to_owned()));
    }

    #[test]
    fn nonsense_names_its_variable() {
        for (name, set) in [
            ("PAYMENT_GATEWAY", vec![("PAYMENT_GATEWAY", "paypal")]),
            ("GATEWAY_URL", vec![("GATEWAY_URL", "http://pay.example")]),
            ("GATEWAY_URL", vec![("GATEWAY_URL", "https://{name}/")]),
            ("GATEWAY_URL", vec![("GATEWAY_URL", "https://a@b/")]),
            ("GATEWAY_URL", vec![("GATEWAY_URL", "https://pay.example/{card}")]),
            ("GATEWAY_URL", vec![("GATEWAY_URL", "https://pay.example/{invoice")]),
            ("STRIPE_API_URL", vec![("PAYMENT_GATEWAY", "stripe"), ("STRIPE_API_URL", "http://localhost:1")]),
        ] {
            let wrong = read(Environment::Production, &set).map(|it| panic!("{set:?}: {it:?}")).unwrap_err();
            assert_eq!(wrong.name, name, "{set:?}");
        }
        let local = [("PAYMENT_GATEWAY", "stripe"), ("STRIPE_API_URL", "http://localhost:1/")];
        let local = read(Environment::Test, &local);
        assert_eq!(local, Ok(GatewayChoice::Stripe("http://localhost:1".to_owned())));
    }
}
