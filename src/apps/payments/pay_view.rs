use axum::response::Html;
use maud::html;
use serde_json::{Value, json};

use crate::answer::View;
use crate::page::{self, Frame, Icon, Tone, card, definition, notice, steps};

/// What is needed to pay online, and the way to the gateway.
pub struct MakePayment {
    /// With what is known filled in; none where none is configured.
    pub gateway: Option<String>,
    pub name: String,
    pub email: String,
    pub org_name: String,
    pub vendor: String,
    pub support: String,
}

impl View for MakePayment {
    fn page(&self, frame: &Frame) -> Html<String> {
        let intro = "Pay an invoice online by card or net banking. The gateway asks for the card; this portal never does.";
        let main = html! {
            (page::page_head("Make Payment", Some(intro), html! {}))
            @match &self.gateway {
                Some(gateway) => {
                    (card(Some("Have this at hand"), html! {
                        (definition(&[
                            ("Invoice number", html! { "As it stands on the invoice of " (self.vendor) }),
                            ("Amount and currency", html! { "What is due, less the tax that you deduct at source" }),
                            ("Name", html! { (self.name) }),
                            ("E-mail", html! { (self.email) }),
                            ("Organisation", html! { (self.org_name) }),
                            ("Contact number", html! { "The gateway asks for one" }),
                        ]))
                    }))
                    (card(Some("How it goes"), html! {
                        (steps(&[
                            "The payment gateway opens in a new tab; your name, e-mail and organisation are filled in.",
                            "Type the invoice number and the amount, and check the rest.",
                            "Choose the card or the bank, and confirm.",
                            "Keep the receipt. It may take up to three working days until the payment shows on the account.",
                        ]))
                        p {
                            a.button.primary href=(gateway) target="_blank" rel="noopener noreferrer" {
                                "Proceed to the payment gateway" (Icon::External) span.vh { " (opens in a new tab)" }
                            }
                        }
                    }))
                },
                None => (notice(Tone::Info, "Paying online is not possible here", html! {
                    p {
                        (self.vendor) " has not set up a payment gateway. Pay by bank transfer to the account that the "
                        "invoice names, or ask " a href={ "mailto:" (self.support) } { (self.support) } "."
                    }
                })),
            }
        };
        page::screen(frame, "Make Payment", main)
    }

    fn json(&self) -> Value {
        json!({ "gateway": self.gateway })
    }
}

/// The address of the gateway with what is known in its query, whatever stands there already.
pub fn filled(gateway: &str, known: &[(&str, &str)]) -> String {
    let (address, fragment) = gateway.split_once('#').map_or((gateway, None), |it| (it.0, Some(it.1)));
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
        let known = [("name", "Zoë & Sons"), ("email", "a+b@x.example")];
        let query = "name=Zo%C3%AB+%26+Sons&email=a%2Bb%40x.example";
        for (gateway, filled_in) in [
            ("https://pay.example/", format!("https://pay.example/?{query}")),
            ("https://pay.example/?", format!("https://pay.example/?{query}")),
            ("https://pay.example/?a=b#now", format!("https://pay.example/?a=b&{query}#now")),
        ] {
            assert_eq!(filled(gateway, &known), filled_in);
        }
    }
}
