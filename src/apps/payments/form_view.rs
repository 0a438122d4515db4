use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::rules::bridge::{self, Effect};
use super::rules::proof;
use super::rules::withheld::{GST_PERCENT, Section, Withheld};
use super::rules::{Method, ageing};
use crate::answer::View;
use crate::kernel::{Currency, Day, PaymentId};
use crate::page::{self, Choice, Draft, Field, Frame, Icon, Kind, Tone};

/// The form of a payment, with what it would do to each licence today.
pub struct RecordPayment {
    /// The product, its last day, and what a record does to it.
    pub preview: Vec<(String, Day, Effect)>,
    pub today: Day,
    pub draft: Draft,
    pub helper: Option<Helper>,
    /// The record that says the same already.
    pub twice: Option<PaymentId>,
    pub vendor: String,
    /// Path of the list.
    pub at: String,
    /// A fresh one for the form, so that a double click records once.
    pub key: String,
}

/// What the helper has worked out.
pub struct Helper {
    pub section: Section,
    pub withheld: Withheld,
}

impl View for RecordPayment {
    fn page(&self, frame: &Frame) -> Html<String> {
        let intro = format!(
            "Tell the {} team that an invoice is paid. Licences that are about to end move on by {} days at once.",
            self.vendor,
            bridge::DAYS
        );
        let back = page::button_link(Kind::Secondary, "All payments", &self.at, Some(Icon::Back));
        let main = html! {
            (page::page_head("Record a payment", Some(&intro), back))
            @if let Some(id) = &self.twice {
                (page::notice(Tone::Attention, "It is recorded already", html! {
                    p { a href={ (self.at) "/" (id.as_str()) } { "Open the record with this invoice, amount and reference" } }
                }))
            }
            (page::columns(page::card(None, self.form()), self.beside()))
        };
        page::screen(frame, "Record a payment", main)
    }

    fn json(&self) -> Value {
        json!({ "tax_deducted": self.helper.as_ref().map(|it| it.withheld.tax) })
    }
}

impl RecordPayment {
    fn form(&self) -> Markup {
        let draft = &self.draft;
        let here = format!("{}/new", self.at);
        let choice = |value: &str, label: &str| Choice { value: value.to_owned(), label: label.to_owned() };
        let currencies = [
            choice(Currency::Inr.code(), "INR, Indian rupees"),
            choice(Currency::Usd.code(), "USD, US dollars"),
        ];
        let methods = Method::ALL.map(|it| choice(it.code(), it.label()));
        let today = self.today.to_string();
        html! {
            form method="post" action=(here) enctype="multipart/form-data" novalidate {
                (draft.summary())
                input type="hidden" name="idempotency_key" value=(self.key);
                (Field::text("invoice_number", "Invoice number").required().max_length(40)
                    .hint("As it stands on the invoice. One invoice in each record.").show(draft))
                div.field-row {
                    (page::select(draft, "currency", "Currency", None, &currencies, Some(Currency::Inr.code()), None))
                    (Field::text("amount", "Amount paid").required().input_mode("decimal")
                        .hint("What reached the bank, for example 1,98,240.00.").show(draft))
                }
                (Field::text("tax_deducted", "Tax deducted at source (TDS)").input_mode("decimal")
                    .hint("In rupees only; leave it empty where none was deducted.").show(draft))
                (self.tax_helper())
                div.field-row {
                    (Field::text("paid_on", "Paid on").date().required().initial(&today).show(draft))
                    (page::select(draft, "method", "Method of payment", None, &methods, None, Some("Choose a method")))
                }
                (Field::text("reference", "Transaction reference").required().max_length(60)
                    .hint("UTR, cheque or transaction number.").show(draft))
                (Field::text("note", "Additional information").textarea(3).max_length(1000).counted().show(draft))
                (self.files())
                (page::actions(html! {
                    (page::button(Kind::Primary, "Record the payment"))
                    (page::button_link(Kind::Quiet, "Back to the payments", &self.at, None))
                }))
            }
        }
    }

    fn files(&self) -> Markup {
        let again = if self.draft.typed.contains_key("reference") && !self.draft.errors.is_empty() {
            " A browser forgets them when a form comes back, so choose them again."
        } else {
            ""
        };
        let hint = format!(
            "1 to {} files, each a PDF, PNG or JPEG of at most {} MB: the payment advice, a screenshot, a photo of the cheque.{again}",
            proof::MOST_FILES,
            proof::MOST_BYTES / 1024 / 1024
        );
        html! {
            div data-files={ (proof::MOST_FILES) } {
                (Field::text(proof::FIELD, "Proof of payment").required().file(proof::ACCEPT, true).hint(&hint).show(&self.draft))
                // On a telephone the chooser above offers files; this one opens the camera.
                label.camera {
                    span { "Or take a photo of it" }
                    input type="file" name=(proof::FIELD) accept="image/jpeg,image/png" capture="environment";
                }
            }
        }
    }

    /// Works without script: the button asks for this page again, with what was typed.
    fn tax_helper(&self) -> Markup {
        let draft = &self.draft;
        let sections =
            Section::ALL.map(|it| Choice { value: it.code().to_owned(), label: it.label().to_owned() });
        let open = self.helper.is_some() || draft.errors.iter().any(|it| it.field.starts_with("tax_"));
        html! {
            details.helper #tax-helper open[open] {
                summary { "Work out the tax" }
                p.hint {
                    "From the value of the invoice without GST, rounded to the rupee. Which rate applies is for your "
                    "accountant to say; the sections are those of the Income-tax Act, 1961, which section 393 of the new "
                    "act takes over."
                }
                div.field-row {
                    (Field::text("tax_value", "Value without GST, in rupees").input_mode("decimal").show(draft))
                    (page::select(draft, "tax_section", "Withheld from", None, &sections, None, None))
                }
                button.button.secondary type="submit" formmethod="get" formaction={ (self.at) "/new" }
                    formenctype="application/x-www-form-urlencoded" formnovalidate data-work-out="#tax-helper" { "Work it out" }
                @if let Some(Helper { section, withheld }) = &self.helper {
                    div.worked-out role="status" {
                        (page::definition(&[
                            ("Tax to deduct", html! { b { (withheld.tax.words()) } " · " (section.label()) }),
                            ("The bank should have received", html! { b { (withheld.received.words()) } }),
                            ("Out of", html! {
                                (withheld.value.words()) " and " (GST_PERCENT) " % GST, " (withheld.gst.words())
                            }),
                        ]))
                    }
                }
            }
        }
    }

    fn beside(&self) -> Markup {
        let rows: Vec<(&str, Markup)> = self
            .preview
            .iter()
            .map(|(product, till, effect)| {
                let said = match effect {
                    Effect::Extended { to, .. } => html! {
                        (page::badge(Tone::Good, "Moves")) " to " b { (to.words()) } ", from " (till.words())
                    },
                    Effect::Unchanged(why) => html! {
                        (page::badge(Tone::Neutral, "Stays")) " valid till " (till.words())
                        br; small { (why.said()) }
                    },
                };
                (product.as_str(), said)
            })
            .collect();
        html! {
            (page::card(Some("What happens at once"), html! {
                @if rows.is_empty() { p { "There is no licence yet that a payment could move." } }
                @else { (page::definition(&rows)) }
            }))
            (page::card(Some("What happens next"), html! {
                p { (ageing::sentence()) }
                p { "Until it is taken up you can withdraw the record. It cannot be edited." }
            }))
        }
    }
}
