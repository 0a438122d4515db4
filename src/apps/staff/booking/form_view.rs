use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::rules::{Customer, Kind as OrderKind, MOST_LINES, Period, Product};
use crate::answer::View;
use crate::apps::orders::{Agreement, date, quantity};
use crate::kernel::Day;
use crate::page::{
    self, Choice, Draft, Field, Frame, Icon, Kind, button, button_link, button_named, card, checkbox, grid,
    group, select,
};

/// Booking an order for one customer.
pub struct NewOrderForm {
    pub customer: Customer,
    pub products: Vec<Product>,
    /// What the customer has and had.
    pub periods: Vec<Period>,
    pub today: Day,
    pub draft: Draft,
    /// Path of the customer's orders.
    pub at: String,
    /// For the hidden field that makes a second press harmless.
    pub key: String,
    /// One line more than was typed.
    pub more: bool,
}

/// The form of a renewal: each earlier period again, right after it and as long.
#[must_use]
pub fn renewal(earlier: &[&Period], today: Day) -> Draft {
    let Some(first) = earlier.first() else { return Draft::default() };
    let mut draft = Draft::default();
    let mut put = |name: String, value: String| draft.typed.insert(name, value);
    put("kind".to_owned(), "renewal".to_owned());
    put("ordered_on".to_owned(), today.to_string());
    put("agreement".to_owned(), code(first.agreement).to_owned());
    for (at, it) in earlier.iter().take(MOST_LINES).enumerate() {
        let (from, till) = it.next();
        let facts = [
            ("product_id", it.product_id.as_str().to_owned()),
            ("sku", it.sku.clone()),
            ("description", it.description.clone()),
            ("quantity", it.quantity.map(|it| it.to_string()).unwrap_or_default()),
            ("unit", it.unit.clone()),
            ("valid_from", from.to_string()),
            ("valid_till", till.to_string()),
            ("renews", it.id.as_str().to_owned()),
        ];
        for (name, value) in facts {
            put(format!("lines.{at}.{name}"), value);
        }
    }
    draft
}

fn code(agreement: Agreement) -> &'static str {
    match agreement {
        Agreement::Contract => "contract",
        Agreement::PpuPrepaid => "ppu_prepaid",
        Agreement::PpuPostpaid => "ppu_postpaid",
    }
}

impl View for NewOrderForm {
    fn page(&self, frame: &Frame) -> Html<String> {
        let intro = format!(
            "For {}. The order appears in the customer's Order Book at once, and its licences reach as far as it says.",
            self.customer.name
        );
        let main = html! {
            (page::page_head("Book an order", Some(&intro), html! {}))
            (page::columns(self.form(), self.beside()))
        };
        page::screen(frame, "Book an order", main)
    }

    fn json(&self) -> Value {
        json!({})
    }
}

impl NewOrderForm {
    fn form(&self) -> Markup {
        let lines: Vec<usize> = (0..self.line_count()).collect();
        html! {
            form method="post" action=(self.at) novalidate {
                (self.draft.summary())
                input type="hidden" name="idempotency_key" value=(self.key);
                (card(None, html! { (self.order()) }))
                @for at in lines { (card(None, self.line(at))) }
                (page::actions(html! {
                    (button(Kind::Primary, "Book the order"))
                    @if self.line_count() < MOST_LINES { (button_named("Add another line", "add_line")) }
                }))
            }
        }
    }

    /// As many as were typed into, and one more where that was asked for.
    fn line_count(&self) -> usize {
        let place = |name: &String| name.strip_prefix("lines.")?.split('.').next()?.parse::<usize>().ok();
        let typed = self.draft.typed.keys().filter_map(place).max().map_or(0, |it| it + 1);
        (typed + usize::from(self.more)).clamp(1, MOST_LINES)
    }

    fn order(&self) -> Markup {
        let draft = &self.draft;
        let kinds = OrderKind::ALL.map(|it| choice(it.code(), it.label()));
        let agreements = [Agreement::Contract, Agreement::PpuPrepaid, Agreement::PpuPostpaid]
            .map(|it| choice(code(it), it.label()));
        let today = self.today.to_string();
        let partner = self.customer.partner_name.as_deref().unwrap_or_default();
        group(
            "Order",
            html! {
                (grid(html! {
                    (Field::text("number", "Order number").required().max_length(40).show(draft))
                    (Field::text("ordered_on", "Ordered on").date().initial(&today).required().show(draft))
                    (select(draft, "kind", "Type", None, &kinds, Some("new"), None))
                    (select(draft, "agreement", "Payment agreement", None, &agreements, Some("contract"), None))
                    (Field::text("partner", "Ordered through").hint("The partner. Empty: directly.")
                        .initial(partner).max_length(120).show(draft))
                    (Field::text("po_number", "PO number").max_length(60).show(draft))
                    (Field::text("po_on", "PO date").date().show(draft))
                }))
                (checkbox(draft, "is_trial", "This is a trial",
                    Some("It makes a trial licence, which gives way to the first order that is paid for."), false))
            },
        )
    }

    fn line(&self, at: usize) -> Markup {
        let draft = &self.draft;
        let name = |field: &str| format!("lines.{at}.{field}");
        let products: Vec<Choice> = self.products.iter().map(|it| choice(it.id.as_str(), &it.name)).collect();
        let renews = name("renews");
        let follows = draft.value(&renews).filter(|it| !it.is_empty());
        let earlier = follows.and_then(|id| self.periods.iter().find(|it| it.id.as_str() == id));
        group(
            &format!("Line {}", at + 1),
            html! {
                @if let Some(id) = follows { input type="hidden" name=(renews) value=(id); }
                @if let Some(it) = earlier {
                    p.hint { "Follows " (it.sku) ", " (date(it.starts_on)) " to " (date(it.valid_till)) "." }
                }
                @for error in draft.errors_of(&renews) { p.error { (Icon::Alert) span { (error.message) } } }
                (grid(html! {
                    (select(draft, &name("product_id"), "Product", None, &products, None, Some("Choose a product")))
                    (Field::text(&name("sku"), "SKU").required().max_length(60).show(draft))
                    (Field::text(&name("description"), "Description").required().max_length(200).show(draft))
                    (Field::text(&name("quantity"), "Quantity").hint("Empty when metered.").input_mode("numeric").show(draft))
                    (Field::text(&name("unit"), "Unit").hint("Such as users, GB, packs.").required().max_length(30).show(draft))
                    (Field::text(&name("valid_from"), "Valid from").date().required().show(draft))
                    (Field::text(&name("valid_till"), "Valid till").hint("The last day.").date().required().show(draft))
                }))
            },
        )
    }

    fn beside(&self) -> Markup {
        let running: Vec<&Period> = self
            .periods
            .iter()
            .filter(|it| it.renewed_by.is_none() && it.last_day().is_some_and(|last| last >= self.today))
            .collect();
        card(
            Some("What the customer has"),
            html! {
                @if running.is_empty() { p.quiet { "Nothing that runs today or later." } }
                @else {
                    dl.definition {
                        @for it in running {
                            div {
                                dt { (it.sku) }
                                dd {
                                    (quantity(it.quantity)) " " (it.unit) br;
                                    "till " (date(it.valid_till))
                                    @if it.cancelled_on.is_none() {
                                        br;
                                        (button_link(Kind::Quiet, "Renew", &format!("{}/new?renews={}", self.at, it.id.as_str()), Some(Icon::Refresh)))
                                    }
                                }
                            }
                        }
                    }
                }
            },
        )
    }
}

fn choice(value: &str, label: &str) -> Choice {
    Choice { value: value.to_owned(), label: label.to_owned() }
}
