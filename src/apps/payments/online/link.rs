//! Any gateway that has an address. It tells us nothing, so the payment is recorded by whoever has paid.

use futures::future::{BoxFuture, FutureExt, ready};

use super::{Begun, Gateway, Wish};
use crate::access::App;
use crate::error::Error;

pub struct Link {
    /// With places in braces, or without.
    pub template: String,
}

impl Gateway for Link {
    fn code(&self) -> &'static str {
        "link"
    }

    fn begin<'a>(&'a self, _: &'a App, wish: &'a Wish) -> BoxFuture<'a, Result<Begun, Error>> {
        let Wish { id, organisation, order, .. } = wish;
        let amount = order.amount.plain();
        let known = [
            ("name", order.name.as_str()),
            ("email", order.email.as_str()),
            ("organisation", *organisation),
            ("invoice", order.invoice.as_str()),
            ("amount", amount.as_str()),
            ("currency", order.amount.currency().code()),
            ("reference", id.as_str()),
        ];
        ready(Ok(Begun { url: filled(&self.template, &known), gateway_id: None })).boxed()
    }
}

/// What is known in the places for it; where the address has none, in its query, whatever stands there already.
fn filled(template: &str, known: &[(&str, &str)]) -> String {
    if template.contains('{') {
        // What is filled in has no braces any more, so no value can name another.
        return known.iter().fold(template.to_owned(), |it, (name, value)| {
            let encoded: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
            it.replace(&format!("{{{name}}}"), &encoded.replace('+', "%20"))
        });
    }
    let (address, fragment) = template.split_once('#').map_or((template, None), |it| (it.0, Some(it.1)));
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(known).finish();
    let mark = match address.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    let fragment = fragment.map_or_else(String::new, |it| format!("#{it}"));
    format!("{address}{mark}{query}{fragment}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_filled_in() {
        let known = [("name", "Zoë & Sons"), ("email", "a+b@x.example"), ("invoice", "7/{email}?#")];
        let query = "name=Zo%C3%AB+%26+Sons&email=a%2Bb%40x.example&invoice=7%2F%7Bemail%7D%3F%23";
        for (template, filled_in) in [
            ("https://pay.example/", format!("https://pay.example/?{query}")),
            ("https://pay.example/?", format!("https://pay.example/?{query}")),
            ("https://pay.example/?a=b#now", format!("https://pay.example/?a=b&{query}#now")),
            (
                "https://pay.example/{invoice}?to={email}&n={name}",
                "https://pay.example/7%2F%7Bemail%7D%3F%23?to=a%2Bb%40x.example&n=Zo%C3%AB%20%26%20Sons"
                    .to_owned(),
            ),
        ] {
            assert_eq!(filled(template, &known), filled_in);
        }
    }
}
