use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::api::{self, OrderFacts};
use super::rules::{Line, Order, Standing};
use super::view::{List, count, date, quantity};
use crate::answer::View;
use crate::page::{
    self, Column, ColumnKind, Control, FilterBar, Frame, Icon, Kind, Tone, button_link, card, definition,
    filter_bar,
};

/// Every order that was booked, latest on top.
pub struct History {
    pub orders: Vec<Order>,
    pub list: List,
}

/// One order with its lines, fit for paper.
pub struct OrderPage {
    pub order: Order,
    pub org_name: String,
    pub vendor: String,
    /// Path of the Order Book.
    pub at: String,
}

impl View for History {
    fn page(&self, frame: &Frame) -> Html<String> {
        let main = html! {
            (self.list.head(true))
            (self.filter_bar())
            @if self.list.errors.is_empty() {
                @if self.orders.is_empty() { (self.nothing()) } @else {
                    (self.table())
                    (self.list.pages(&self.path(), &count(self.orders.len(), "order")))
                }
            }
        };
        page::screen(frame, "Order History", main)
    }

    fn json(&self) -> Value {
        let items = self.orders.iter().map(OrderFacts::of).collect();
        json!(api::OrderPage { items, next: self.list.next.clone() })
    }
}

impl History {
    fn path(&self) -> String {
        format!("{}/history", self.list.at)
    }

    fn filtered(&self) -> bool {
        ["q", "product", "from", "to"].iter().any(|it| self.list.value(it).is_some())
    }

    fn filter_bar(&self) -> Markup {
        let (choices, path) = (self.list.choices(), self.path());
        filter_bar(&FilterBar {
            action: &path,
            search: Some(("q", "Search order number, PO number or SKU", self.list.value("q"))),
            controls: vec![
                Control::OneOf {
                    name: "product",
                    label: "Product",
                    options: &choices,
                    chosen: self.list.value("product"),
                    every: "All products",
                },
                Control::Date { name: "from", label: "Ordered from", value: self.list.value("from") },
                Control::Date { name: "to", label: "Ordered until", value: self.list.value("to") },
            ],
            clear: self.filtered().then_some(path.as_str()),
            export: Some(&self.list.export(&format!("{path}.csv"))),
            errors: &self.list.errors,
        })
    }

    fn table(&self) -> Markup {
        let columns = [
            Column { label: "Order", kind: ColumnKind::Short },
            Column { label: "Ordered on", kind: ColumnKind::Short },
            Column { label: "PO", kind: ColumnKind::Short },
            Column { label: "Through", kind: ColumnKind::Text },
            Column { label: "Lines", kind: ColumnKind::Text },
            Column { label: "Agreement", kind: ColumnKind::Short },
            Column { label: "Type", kind: ColumnKind::Short },
        ];
        let rows = self.orders.iter().map(|it| {
            vec![
                html! { a href={ (self.list.at) "/" (it.id.as_str()) } { (it.number) } },
                date(it.ordered_on),
                purchase_order(it),
                html! { (through(it)) },
                html! { ul.order-lines { @for line in &it.lines { li { (in_short(line)) } } } },
                html! { (it.agreement.label()) },
                html! { (it.kind.label()) (standing(it.state)) },
            ]
        });
        page::table("Orders, latest on top", &columns, rows.collect())
    }

    fn nothing(&self) -> Markup {
        let path = self.path();
        let clear = |label| Some(button_link(Kind::Secondary, label, &path, None));
        let unknown = self
            .list
            .value("product")
            .filter(|asked| self.list.products.iter().all(|it| it.id.as_str() != *asked));
        if unknown.is_some() {
            let said = "This organisation has never ordered that product.";
            page::empty_state(Icon::Search, "No such product here", said, clear("Clear filters"))
        } else if self.filtered() {
            let said = "There are orders, and none of them fits all of the filters above.";
            page::empty_state(Icon::Search, "No order matches", said, clear("Clear filters"))
        } else if self.list.value("cursor").is_some() {
            page::empty_state(
                Icon::Book,
                "The list ends here",
                "There are no older orders.",
                clear("Back to the newest"),
            )
        } else {
            let said = "Every order that the vendor books from your purchase order or your written confirmation appears \
                        here with what was bought and how long it is valid.";
            page::empty_state(Icon::Book, "No orders yet", said, None)
        }
    }
}

impl View for OrderPage {
    fn page(&self, frame: &Frame) -> Html<String> {
        let order = &self.order;
        let title = format!("Order {}", order.number);
        let history = format!("{}/history", self.at);
        let actions = html! {
            (page::print_button())
            (button_link(Kind::Secondary, "All orders", &history, Some(Icon::Back)))
        };
        let facts = [
            ("Ordered on", date(order.ordered_on)),
            ("Purchase order", purchase_order(order)),
            ("Ordered through", html! { (through(order)) }),
            ("Payment agreement", html! { (order.agreement.label()) }),
            ("Type", html! { (order.kind.label()) }),
            ("State", html! { (order.state.label()) }),
        ];
        let main = html! {
            p.on-paper { (self.vendor) " · " (self.org_name) }
            (page::page_head(&title, None, actions))
            @if let Some(on) = order.cancelled_on {
                (page::notice(Tone::Attention, &format!("Cancelled on {}", on.words()), html! { p { (order.cancellation_note) } }))
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
        if self.order.lines.is_empty() {
            return page::empty_state(Icon::Book, "No lines", "Nothing was ordered under this number.", None);
        }
        let columns = [
            Column { label: "SKU", kind: ColumnKind::Text },
            Column { label: "Product", kind: ColumnKind::Text },
            Column { label: "Description", kind: ColumnKind::Text },
            Column { label: "Quantity", kind: ColumnKind::Number },
            Column { label: "Unit", kind: ColumnKind::Text },
            Column { label: "Valid from", kind: ColumnKind::Short },
            Column { label: "Valid till", kind: ColumnKind::Short },
        ];
        let rows = self.order.lines.iter().map(|it| {
            vec![
                html! { (it.sku) },
                html! { (it.product) },
                html! { (it.description) },
                quantity(it.quantity),
                html! { (it.unit) },
                date(it.valid_from),
                date(it.valid_till),
            ]
        });
        page::table(&format!("Lines of order {}", self.order.number), &columns, rows.collect())
    }
}

fn in_short(line: &Line) -> Markup {
    html! {
        b { (line.sku) } " "
        @match line.quantity {
            Some(quantity) => { (quantity) " " (line.unit) },
            None => { "metered by " (line.unit) },
        }
        br; small { (date(line.valid_from)) " to " (date(line.valid_till)) }
    }
}

fn purchase_order(order: &Order) -> Markup {
    html! {
        @match &order.po_number {
            Some(number) => { (number) @if let Some(on) = order.po_on { br; small { (date(on)) } } },
            None => span.quiet { "None" },
        }
    }
}

fn through(order: &Order) -> &str {
    order.partner.as_deref().unwrap_or("Direct")
}

/// Only what differs from the usual is said.
fn standing(standing: Standing) -> Markup {
    let tone = match standing {
        Standing::Booked => return html! {},
        Standing::Amended => Tone::Info,
        Standing::Cancelled => Tone::Neutral,
    };
    html! { br; (page::badge(tone, standing.label())) }
}
