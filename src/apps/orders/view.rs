use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::api::{SubscriptionFacts, SubscriptionPage};
use super::rules::{Product, State, Subscription};
use crate::answer::View;
use crate::kernel::{Day, FieldError};
use crate::page::{
    self, Choice, Column, ColumnKind, Control, Draft, FilterBar, Frame, Icon, Kind, Tone, button_link,
    filter_bar,
};

/// What both lists of the Order Book have in common.
pub struct List {
    pub typed: Draft,
    /// What is asked for, without the place in the list.
    pub filters: String,
    pub products: Vec<Product>,
    pub next: Option<String>,
    pub errors: Vec<FieldError>,
    /// Path of the Order Book.
    pub at: String,
}

/// The tab that opens first: what is in force as the sum of the orders.
pub struct Now {
    pub subscriptions: Vec<Subscription>,
    pub past_too: bool,
    pub today: Day,
    pub list: List,
    /// What is nearly used up, or is.
    pub over_use: Markup,
}

impl List {
    pub fn value(&self, name: &str) -> Option<&str> {
        self.typed.value(name).filter(|it| !it.trim().is_empty())
    }

    pub fn head(&self, history: bool) -> Markup {
        let intro = "What you have, until when, and the orders it came from. Orders are placed with the sales team and \
                     appear here once they are booked.";
        let (now, then) = (self.at.as_str(), format!("{}/history", self.at));
        let calendar = format!("{}/calendar", self.at.trim_end_matches("/orders"));
        let actions = html! {
            (page::print_button())
            (button_link(Kind::Secondary, "Calendar", &calendar, Some(Icon::Calendar)))
        };
        html! {
            (page::page_head("Order Book", Some(intro), actions))
            (page::tabs(&[("Current Subscription", now, !history), ("Order History", &then, history)]))
            (Draft::blank(self.errors.clone()).summary())
        }
    }

    /// A product of somebody else's catalogue stays chosen, so that the filter says what the list shows.
    pub fn choices(&self) -> Vec<Choice> {
        let mut choices: Vec<Choice> = self
            .products
            .iter()
            .map(|it| Choice { value: it.id.as_str().to_owned(), label: it.name.clone() })
            .collect();
        if let Some(other) = self.value("product").filter(|asked| choices.iter().all(|it| it.value != *asked))
        {
            choices.push(Choice { value: other.to_owned(), label: other.to_owned() });
        }
        choices
    }

    /// Where the same rows are had as a file.
    pub fn export(&self, path: &str) -> String {
        if self.filters.is_empty() { path.to_owned() } else { format!("{path}?{}", self.filters) }
    }

    /// One way on, and one back to where the list begins.
    pub fn pages(&self, path: &str, count: &str) -> Markup {
        let with = |cursor: Option<&str>| {
            let cursor = cursor.map(|it| format!("cursor={it}"));
            let parts: Vec<&str> = [self.filters.as_str(), cursor.as_deref().unwrap_or_default()]
                .into_iter()
                .filter(|it| !it.is_empty())
                .collect();
            format!("{path}?{}", parts.join("&"))
        };
        let newer = self.value("cursor").map(|_| self.export(path));
        let older = self.next.as_deref().map(|it| with(Some(it)));
        page::pages(newer.as_deref(), older.as_deref(), Some(count))
    }
}

impl View for Now {
    fn page(&self, frame: &Frame) -> Html<String> {
        let main = html! {
            (self.list.head(false))
            (self.over_use)
            (self.filter_bar())
            @if self.list.errors.is_empty() {
                @if self.subscriptions.is_empty() { (self.nothing()) }
                @for group in self.subscriptions.chunk_by(|a, b| a.product_id == b.product_id) { (self.group(group)) }
                @if !self.subscriptions.is_empty() { (self.list.pages(&self.list.at, &count(self.subscriptions.len(), "subscription"))) }
            }
        };
        page::screen(frame, "Order Book", main)
    }

    fn json(&self) -> Value {
        let items = self.subscriptions.iter().map(|it| SubscriptionFacts::of(it, self.today)).collect();
        json!(SubscriptionPage { items, next: self.list.next.clone() })
    }
}

impl Now {
    fn filter_bar(&self) -> Markup {
        let show = [Choice { value: "all".to_owned(), label: "What is over, too".to_owned() }];
        let choices = self.list.choices();
        let filtered = self.list.value("product").is_some() || self.past_too;
        filter_bar(&FilterBar {
            action: &self.list.at,
            search: None,
            controls: vec![
                Control::OneOf {
                    name: "product",
                    label: "Product",
                    options: &choices,
                    chosen: self.list.value("product"),
                    every: "All products",
                },
                Control::OneOf {
                    name: "show",
                    label: "Show",
                    options: &show,
                    chosen: self.list.value("show"),
                    every: "What is current",
                },
            ],
            clear: filtered.then_some(self.list.at.as_str()),
            export: Some(&self.list.export(&format!("{}.csv", self.list.at))),
            errors: &self.list.errors,
        })
    }

    fn group(&self, group: &[Subscription]) -> Markup {
        let columns = [
            Column { label: "SKU", kind: ColumnKind::Text },
            Column { label: "Description", kind: ColumnKind::Text },
            Column { label: "Quantity", kind: ColumnKind::Number },
            Column { label: "Unit", kind: ColumnKind::Text },
            Column { label: "Start", kind: ColumnKind::Short },
            Column { label: "Valid till", kind: ColumnKind::Short },
            Column { label: "Agreement", kind: ColumnKind::Short },
            Column { label: "State", kind: ColumnKind::Short },
        ];
        let name = group.first().map_or("", |it| it.product.as_str());
        let rows = group.iter().map(|it| {
            vec![
                html! {
                    (it.sku)
                    @if let (Some(id), Some(number)) = (&it.order_id, &it.order_number) {
                        br; small { "Order " a href={ (self.list.at) "/" (id.as_str()) } { (number) } }
                    }
                },
                html! { (it.description) },
                quantity(it.quantity),
                html! { (it.unit) },
                date(it.starts_on),
                html! { (date(it.valid_till)) br; small { (self.distance(it)) } },
                html! { (it.agreement.label()) },
                badge(it.state(self.today)),
            ]
        });
        let table = page::table(&format!("Subscriptions of {name}"), &columns, rows.collect());
        page::section(name, None, html! {}, table)
    }

    /// What the eye would count from the date.
    fn distance(&self, it: &Subscription) -> String {
        match it.state(self.today) {
            State::Upcoming => format!("starts in {}", days(it.starts_on.since(self.today))),
            State::Active | State::Trial if it.valid_till == self.today => "ends today".to_owned(),
            State::Active | State::Trial => format!("ends in {}", days(it.valid_till.since(self.today))),
            State::Expired => format!("ended {} ago", days(self.today.since(it.valid_till))),
            State::Renewed => "the next period has taken over".to_owned(),
            State::Cancelled => {
                it.cancelled_on.map(|on| format!("cancelled on {}", on.words())).unwrap_or_default()
            }
        }
    }

    fn nothing(&self) -> Markup {
        if self.list.value("product").is_some() || self.list.value("cursor").is_some() {
            let clear = button_link(Kind::Secondary, "Clear filters", &self.list.at, None);
            let said = "This organisation has no current subscription of that product.";
            return page::empty_state(Icon::Book, "Nothing matches", said, Some(clear));
        }
        let said = "Your subscriptions appear here as soon as the vendor has booked an order. What is over is shown when \
                    you ask for it above.";
        page::empty_state(Icon::Book, "No current subscription", said, None)
    }
}

#[must_use]
pub fn date(day: Day) -> Markup {
    html! { time datetime=(day) { (day.words()) } }
}

#[must_use]
pub fn quantity(quantity: Option<i64>) -> Markup {
    html! { @match quantity { Some(quantity) => (quantity), None => span.quiet { "metered" } } }
}

fn badge(state: State) -> Markup {
    let tone = match state {
        State::Active => Tone::Good,
        State::Trial | State::Upcoming => Tone::Info,
        State::Expired => Tone::Danger,
        State::Renewed | State::Cancelled => Tone::Neutral,
    };
    page::badge(tone, state.label())
}

fn days(days: i64) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}

pub fn count(shown: usize, what: &str) -> String {
    if shown == 1 { format!("1 {what} on this page") } else { format!("{shown} {what}s on this page") }
}
