use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::rules::{Affected, Customer, Period};
use crate::answer::View;
use crate::apps::orders::api::OrderFacts;
use crate::apps::orders::{Order, Standing, date, quantity};
use crate::kernel::Day;
use crate::page::{
    self, Column, ColumnKind, Draft, Field, Frame, Icon, Kind, Tone, button, button_link, card, definition,
    notice,
};

/// An order as the vendor sees it, with what became of each line.
pub struct OrderPage {
    pub customer: Customer,
    pub order: Order,
    pub periods: Vec<Period>,
    pub today: Day,
    /// Path of the customer's orders.
    pub at: String,
}

/// Asks before something is cancelled.
pub struct Ending {
    /// The question.
    pub title: String,
    /// `order` or `subscription`.
    pub what: &'static str,
    pub licences: Vec<Affected>,
    pub action: String,
    pub back: String,
    pub today: Day,
    pub draft: Draft,
}

impl View for OrderPage {
    fn page(&self, frame: &Frame) -> Html<String> {
        let order = &self.order;
        let title = format!("Order {}", order.number);
        let here = format!("{}/{}", self.at, order.id.as_str());
        let open = self.periods.iter().any(Period::is_open);
        let actions = html! {
            @if open {
                (button_link(Kind::Primary, "Renew", &format!("{}/new?renews_order={}", self.at, order.id.as_str()), Some(Icon::Refresh)))
            }
            @if order.state != Standing::Cancelled && open {
                (button_link(Kind::Secondary, "Cancel the order", &format!("{here}/cancellation"), Some(Icon::Trash)))
            }
        };
        let customer = format!("/staff/organisations/{}", self.customer.id.as_str());
        let facts = [
            ("Customer", html! { a href=(customer) { (self.customer.name) } }),
            ("Ordered on", date(order.ordered_on)),
            (
                "Purchase order",
                html! {
                    @if let Some(number) = &order.po_number { (number) } @else { span.quiet { "None" } }
                    @if let Some(on) = order.po_on { br; small { (date(on)) } }
                },
            ),
            ("Ordered through", html! { (order.partner.as_deref().unwrap_or("Direct")) }),
            ("Payment agreement", html! { (order.agreement.label()) }),
            ("Type", html! { (order.kind.label()) }),
            ("State", html! { (order.state.label()) }),
        ];
        let main = html! {
            (page::page_head(&title, None, actions))
            @if let Some(on) = order.cancelled_on {
                (notice(Tone::Attention, &format!("Cancelled on {}", on.words()), html! { p { (order.cancellation_note) } }))
            }
            (card(None, definition(&facts)))
            (page::section("Lines", None, html! {}, self.lines()))
        };
        page::screen(frame, &title, main)
    }

    fn json(&self) -> Value {
        json!(OrderFacts::of(&self.order))
    }
}

impl OrderPage {
    fn lines(&self) -> Markup {
        let columns = [
            Column { label: "SKU", kind: ColumnKind::Text },
            Column { label: "Product", kind: ColumnKind::Text },
            Column { label: "Quantity", kind: ColumnKind::Number },
            Column { label: "Valid from", kind: ColumnKind::Short },
            Column { label: "Valid till", kind: ColumnKind::Short },
            Column { label: "Stands", kind: ColumnKind::Short },
            Column { label: "What to do", kind: ColumnKind::Actions },
        ];
        // Orders that were brought over may have lines without a subscription.
        if self.periods.is_empty() {
            let rows = self.order.lines.iter().map(|it| {
                vec![
                    html! { (it.sku) },
                    html! { (it.product) },
                    html! { (quantity(it.quantity)) " " (it.unit) },
                    date(it.valid_from),
                    date(it.valid_till),
                    html! { span.quiet { "No subscription" } },
                    html! {},
                ]
            });
            return page::table("Lines of the order", &columns, rows.collect());
        }
        let rows = self.periods.iter().map(|it| {
            let cancel = format!(
                "/staff/organisations/{}/subscriptions/{}/cancellation",
                self.customer.id.as_str(),
                it.id.as_str()
            );
            vec![
                html! { (it.sku) br; small { (it.description) } },
                html! { (it.product) },
                html! { (quantity(it.quantity)) " " (it.unit) },
                date(it.starts_on),
                date(it.valid_till),
                standing(it, self.today),
                html! {
                    @if it.is_open() {
                        (button_link(Kind::Secondary, "Renew", &format!("{}/new?renews={}", self.at, it.id.as_str()), None))
                        @if it.valid_till >= self.today { (button_link(Kind::Quiet, "Cancel", &cancel, None)) }
                    }
                },
            ]
        });
        page::table("Lines of the order", &columns, rows.collect())
    }
}

fn standing(it: &Period, today: Day) -> Markup {
    let (tone, said) = match it.cancelled_on {
        Some(on) if on <= today => (Tone::Neutral, format!("Cancelled on {}", on.words())),
        Some(on) => (Tone::Attention, format!("Ends on {}", on.words())),
        None if it.renewed_by.is_some() => (Tone::Neutral, "Renewed".to_owned()),
        None if it.starts_on > today => (Tone::Info, "Upcoming".to_owned()),
        None if it.valid_till < today => (Tone::Danger, "Expired".to_owned()),
        None if it.is_trial.0 => (Tone::Info, "Trial".to_owned()),
        None => (Tone::Good, "Active".to_owned()),
    };
    page::badge(tone, &said)
}

impl View for Ending {
    fn page(&self, frame: &Frame) -> Html<String> {
        let today = self.today.to_string();
        let main = html! {
            section.confirm {
                span.confirm-icon { (Icon::Alert) }
                h1 { (self.title) }
                ul {
                    li { "The customer sees the day and your note, and gets a mail." }
                    @for it in &self.licences { li { (it.effect.words(&it.product)) } }
                    @if self.licences.is_empty() { li { "No licence is changed: other orders run on it, or none does." } }
                    li { "It cannot be taken back; book a new order instead." }
                }
                form method="post" action=(self.action) novalidate {
                    (self.draft.summary())
                    (Field::text("cancelled_on", "Cancelled on").date().initial(&today).required()
                        .hint("The first day on which nothing runs any more.").show(&self.draft))
                    (Field::text("note", "Note to the customer").textarea(3).required().max_length(500).show(&self.draft))
                    (page::actions(html! {
                        (button(Kind::Danger, &format!("Cancel the {}", self.what)))
                        (button_link(Kind::Secondary, "Keep it", &self.back, None))
                    }))
                }
            }
        };
        page::screen(frame, &self.title, main)
    }

    fn json(&self) -> Value {
        json!({})
    }
}
