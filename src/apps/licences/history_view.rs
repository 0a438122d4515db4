use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::api::EventPage;
use super::history::{Cause, Event, EventCursor, Product};
use super::view::{Tab, day, tab};
use super::words::who;
use crate::answer::View;
use crate::kernel::{FieldError, Zone, rfc3339};
use crate::page::{self, Choice, Column, ColumnKind, Control, Draft, FilterBar, Frame, Icon, Kind};

pub struct History {
    pub events: Vec<Event>,
    pub next: Option<EventCursor>,
    pub products: Vec<Product>,
    pub draft: Draft,
    /// The filters as they stand in the address, without the place in the list.
    pub filters: String,
    pub zone: Zone,
    pub vendor: String,
    pub at: String,
}

impl View for History {
    fn page(&self, frame: &Frame) -> Html<String> {
        let main = html! {
            (said(&self.draft))
            (self.filter_bar())
            @if self.events.is_empty() { (nothing(&self.filters, &self.here(), "Every change of a licence is written down here.")) }
            @else { (self.table()) }
            (older(&self.here(), &self.filters, &self.draft, self.next.as_ref().map(EventCursor::text)))
        };
        tab(frame, &self.at, Tab::History, &main)
    }

    fn json(&self) -> Value {
        json!(EventPage::of(&self.events, self.next.as_ref(), &self.vendor))
    }
}

pub const SHEET: [&str; 7] = ["at", "product", "old_valid_till", "new_valid_till", "cause", "by", "note"];

pub fn row(event: &Event, vendor: &str) -> Vec<String> {
    vec![
        rfc3339(event.at),
        event.product.clone(),
        event.old_valid_till.map(|it| it.to_string()).unwrap_or_default(),
        event.new_valid_till.to_string(),
        event.cause.code().to_owned(),
        who(event.by_kind, event.by_name.as_deref(), vendor),
        event.note.clone(),
    ]
}

impl History {
    fn here(&self) -> String {
        self.at.clone() + Tab::History.path()
    }

    fn filter_bar(&self) -> Markup {
        let causes: Vec<Choice> = Cause::ALL
            .iter()
            .map(|it| Choice { value: it.code().to_owned(), label: it.label(&self.vendor) })
            .collect();
        let here = self.here();
        let products = product_choices(&self.products);
        let mut controls = vec![
            Control::OneOf {
                name: "product",
                label: "Product",
                options: &products,
                chosen: self.draft.value("product").filter(|it| !it.is_empty()),
                every: "All products",
            },
            Control::OneOf {
                name: "cause",
                label: "Cause",
                options: &causes,
                chosen: self.draft.value("cause").filter(|it| !it.is_empty()),
                every: "All causes",
            },
        ];
        controls.extend(dates(&self.draft));
        page::filter_bar(&FilterBar {
            action: &here,
            search: Some(("q", "Search notes and products", self.draft.value("q"))),
            controls,
            clear: (!self.filters.is_empty()).then_some(here.as_str()),
            export: Some(&export(&here, &self.filters)),
            errors: &self.draft.errors,
        })
    }

    fn table(&self) -> Markup {
        let columns = [
            Column { label: "When", kind: ColumnKind::Short },
            Column { label: "Product", kind: ColumnKind::Text },
            Column { label: "Old date", kind: ColumnKind::Short },
            Column { label: "New date", kind: ColumnKind::Short },
            Column { label: "Cause", kind: ColumnKind::Text },
            Column { label: "Changed by", kind: ColumnKind::Text },
            Column { label: "Note", kind: ColumnKind::Text },
        ];
        let rows = self.events.iter().map(|it| {
            vec![
                page::moment(&rfc3339(it.at), &self.zone.words(it.at)),
                html! { (it.product) },
                html! {
                    @match it.old_valid_till {
                        Some(till) => (day(till)),
                        None => span.quiet { "None" },
                    }
                },
                day(it.new_valid_till),
                html! { (it.cause.label(&self.vendor)) },
                html! { (who(it.by_kind, it.by_name.as_deref(), &self.vendor)) },
                html! { (it.note) },
            ]
        });
        page::table("Licence history, newest first", &columns, rows.collect())
    }
}

pub fn product_choices(products: &[Product]) -> Vec<Choice> {
    let choice = |it: &Product| Choice { value: it.id.as_str().to_owned(), label: it.name.clone() };
    products.iter().map(choice).collect()
}

pub fn dates(draft: &Draft) -> [Control<'_>; 2] {
    [
        Control::Date { name: "from", label: "From", value: draft.value("from") },
        Control::Date { name: "to", label: "To", value: draft.value("to") },
    ]
}

/// What is wrong with the address beyond the filters, which say so themselves.
pub fn said(draft: &Draft) -> Markup {
    const FILTERS: [&str; 6] = ["q", "product", "cause", "status", "from", "to"];
    let others = draft.errors.iter().filter(|it| !FILTERS.contains(&it.field.as_str())).cloned();
    let nameless = others.map(|it| FieldError { field: String::new(), ..it });
    Draft::blank(nameless.collect()).summary()
}

pub fn nothing(filters: &str, here: &str, what: &str) -> Markup {
    if filters.is_empty() {
        page::empty_state(Icon::Document, "Nothing yet", what, None)
    } else {
        let clear = page::button_link(Kind::Secondary, "Clear filters", here, Some(Icon::Cross));
        page::empty_state(Icon::Search, "Nothing fits", "No entry fits these filters.", Some(clear))
    }
}

pub fn export(here: &str, filters: &str) -> String {
    let mark = if filters.is_empty() { "" } else { "?" };
    format!("{here}.csv{mark}{filters}")
}

pub fn older(here: &str, filters: &str, draft: &Draft, next: Option<String>) -> Markup {
    let first = draft.value("cursor").map(|_| format!("{here}?{filters}"));
    let and = if filters.is_empty() { "" } else { "&" };
    let next = next.map(|it| format!("{here}?{filters}{and}cursor={it}"));
    page::pages(first.as_deref(), next.as_deref(), None)
}
