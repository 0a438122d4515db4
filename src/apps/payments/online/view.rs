use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::super::rules::online::Standing;
use super::Attempt;
use crate::answer::View;
use crate::kernel::{Currency, Zone, rfc3339};
use crate::page::{
    self, Choice, Draft, Field, Frame, Icon, Kind, Tone, badge, button_link, card, columns, definition,
    notice, steps,
};

/// The form of what is to be paid online.
pub struct MakePayment {
    /// A gateway is configured, and has what it needs.
    pub is_open: bool,
    /// The gateway tells what became of a payment, so nobody need record it.
    pub tells: bool,
    /// The newest of this person.
    pub attempts: Vec<Attempt>,
    pub draft: Draft,
    pub org_name: String,
    pub vendor: String,
    pub support: String,
    pub zone: Zone,
    /// Path of this page.
    pub at: String,
    /// A fresh one for the form.
    pub key: String,
}

/// One attempt: the way to the gateway, and what became of it.
pub struct AttemptPage {
    pub attempt: Attempt,
    pub vendor: String,
    pub zone: Zone,
    /// Path of the organisation.
    pub home: String,
    pub may_record: bool,
}

impl View for MakePayment {
    fn page(&self, frame: &Frame) -> Html<String> {
        let intro = "Pay an invoice online by card or net banking. The gateway asks for the card; this portal never does.";
        let main = html! {
            (page::page_head("Make Payment", Some(intro), html! {}))
            @if self.is_open {
                (columns(card(Some(&format!("Pay for {}", self.org_name)), self.form()), self.beside()))
            } @else {
                (self.draft.summary())
                (notice(Tone::Info, "Paying online is not possible here", html! {
                    p {
                        (self.vendor) " has not set up a payment gateway. Pay by bank transfer to the account that the "
                        "invoice names, or ask " a href={ "mailto:" (self.support) } { (self.support) } "."
                    }
                }))
            }
        };
        page::screen(frame, "Make Payment", main)
    }

    fn json(&self) -> Value {
        json!({})
    }
}

impl MakePayment {
    fn form(&self) -> Markup {
        let draft = &self.draft;
        let choice = |value: &str, label: &str| Choice { value: value.to_owned(), label: label.to_owned() };
        let currencies = [
            choice(Currency::Inr.code(), "INR, Indian rupees"),
            choice(Currency::Usd.code(), "USD, US dollars"),
        ];
        html! {
            form method="post" action=(self.at) novalidate {
                (draft.summary())
                input type="hidden" name="idempotency_key" value=(self.key);
                (Field::text("invoice", "Invoice number").required().max_length(40)
                    .hint("As it stands on the invoice.").show(draft))
                div.field-row {
                    (page::select(draft, "currency", "Currency", None, &currencies, Some(Currency::Inr.code()), None))
                    (Field::text("amount", "Amount").required().input_mode("decimal")
                        .hint("Less the tax that you deduct.").show(draft))
                }
                (Field::text("name", "Your name").required().max_length(100).autocomplete("name").show(draft))
                (Field::text("email", "E-mail").required().email().autocomplete("email")
                    .hint("The gateway sends its receipt here.").show(draft))
                (page::actions(page::button(Kind::Primary, "Continue")))
            }
        }
    }

    fn beside(&self) -> Markup {
        let last = if self.tells {
            "Once you have paid, the payment records itself. It is under review until the billing team has seen it."
        } else {
            "Keep the receipt. Your Billing contact records the payment with it, so that no licence runs out meanwhile."
        };
        html! {
            (card(Some("How it goes"), steps(&[
                "Look at what you have typed once more on the next page.",
                "The payment gateway opens in a new tab, with all of it filled in.",
                "Choose the card or the bank there, and confirm.",
                last,
            ])))
            @if !self.attempts.is_empty() {
                (card(Some("Begun by you lately"), html! {
                    ul.plain { @for it in &self.attempts {
                        li {
                            a href={ (self.at) "/" (it.id.as_str()) } { (it.invoice) } " · " (it.amount.words()) " "
                            (standing(it.standing))
                            br; small { (page::moment(&rfc3339(it.started_at), &self.zone.words(it.started_at))) }
                        }
                    } }
                }))
            }
        }
    }
}

impl View for AttemptPage {
    fn page(&self, frame: &Frame) -> Html<String> {
        let it = &self.attempt;
        let title = format!("Pay invoice {}", it.invoice);
        let main = html! {
            (page::page_head(&title, None, button_link(Kind::Secondary, "Make Payment", &self.form(), Some(Icon::Back))))
            (self.standing())
            (card(None, html! {
                (definition(&[
                    ("Invoice number", html! { (it.invoice) }),
                    ("Amount", html! { b { (it.amount.words()) } " " (it.amount.currency().code()) }),
                    ("Name", html! { (it.payer_name) }),
                    ("E-mail", html! { (it.payer_email) }),
                    ("Organisation", html! { (it.organisation.as_str()) }),
                    ("Begun", page::moment(&rfc3339(it.started_at), &self.zone.words(it.started_at))),
                ]))
                (self.way())
            }))
        };
        page::screen(frame, &title, main)
    }

    fn json(&self) -> Value {
        json!({})
    }
}

impl AttemptPage {
    fn form(&self) -> String {
        format!("{}/pay", self.home)
    }

    fn tells(&self) -> bool {
        self.attempt.gateway != "link"
    }

    /// The same again, or with something corrected.
    fn again(&self) -> String {
        let it = &self.attempt;
        let known = [
            ("invoice", it.invoice.as_str()),
            ("currency", it.amount.currency().code()),
            ("amount", &it.amount.plain()),
            ("name", &it.payer_name),
            ("email", &it.payer_email),
        ];
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(known).finish();
        format!("{}?{query}", self.form())
    }

    /// What the reader has to know or to do next.
    fn standing(&self) -> Markup {
        let vendor = &self.vendor;
        match self.attempt.standing {
            Standing::Started if self.tells() => notice(
                Tone::Info,
                "Nothing is paid yet",
                html! {
                    p {
                        "The gateway opens in a new tab. This page learns what became of the payment as soon as the gateway "
                        "says so, mostly within a minute: load it again then."
                    }
                },
            ),
            Standing::Started => notice(
                Tone::Info,
                "Nothing is paid yet",
                html! {
                    p {
                        "The gateway opens in a new tab, with all of this filled in. This portal does not hear from it, so "
                        "keep the receipt."
                        @if self.may_record { " Afterwards, " a href={ (self.home) "/payments/new" } { "record the payment" } "." }
                        @else { " Your Billing contact records the payment with it." }
                    }
                },
            ),
            Standing::Pending => notice(
                Tone::Info,
                "Waiting for the bank",
                html! {
                    p { "You have confirmed the payment, and the bank moves the money, which may take some days. Do not pay again." }
                },
            ),
            Standing::Paid => notice(
                Tone::Good,
                "Paid",
                html! {
                    p {
                        "The gateway has confirmed the payment. The " (vendor) " team marks the invoice as paid."
                        @if let (Some(record), true) = (&self.attempt.record, self.may_record) {
                            " " a href={ (self.home) "/payments/" (record.as_str()) } { "Open the payment record" }
                        }
                    }
                },
            ),
            Standing::Failed => notice(
                Tone::Danger,
                "Not paid",
                html! {
                    p { "The bank did not move the money, and nothing is paid. Try again, with another card or bank if need be." }
                },
            ),
            Standing::Expired => notice(
                Tone::Attention,
                "It ran out",
                html! {
                    p { "The page at the gateway was open for too long and is closed. Nothing is paid; begin again." }
                },
            ),
        }
    }

    fn way(&self) -> Markup {
        match self.attempt.standing {
            Standing::Started => page::actions(html! {
                a.button.primary href=(self.attempt.url) target="_blank" rel="noopener noreferrer" {
                    "Proceed to the secure payment gateway" (Icon::External) span.vh { " (opens in a new tab)" }
                }
                (button_link(Kind::Quiet, "Change something", &self.again(), None))
            }),
            Standing::Failed | Standing::Expired => {
                page::actions(button_link(Kind::Primary, "Begin again", &self.again(), None))
            }
            Standing::Pending | Standing::Paid => html! {},
        }
    }
}

fn standing(it: Standing) -> Markup {
    let tone = match it {
        Standing::Started | Standing::Pending => Tone::Info,
        Standing::Paid => Tone::Good,
        Standing::Failed => Tone::Danger,
        Standing::Expired => Tone::Neutral,
    };
    badge(tone, it.label())
}
