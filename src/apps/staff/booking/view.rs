use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::api::RecentPage;
use super::booked::{Recent, RecentCursor};
use crate::answer::View;
use crate::apps::orders::{Standing, date};
use crate::kernel::{Zone, rfc3339};
use crate::page::{
    self, Column, ColumnKind, Draft, FilterBar, Frame, Icon, Kind, Tone, button_link, filter_bar, moment,
};

const AT: &str = "/staff/orders";

/// What was booked last, over all customers.
pub struct RecentOrders {
    pub orders: Vec<Recent>,
    pub next: Option<RecentCursor>,
    pub draft: Draft,
    pub filters: String,
    pub zone: Zone,
}

impl View for RecentOrders {
    fn page(&self, frame: &Frame) -> Html<String> {
        let intro = "What was booked last. To book an order, open its customer.";
        let customers =
            button_link(Kind::Primary, "Choose a customer", "/staff/organisations", Some(Icon::Building));
        let main = html! {
            (page::page_head("Orders", Some(intro), customers))
            (self.draft.summary())
            (self.bar())
            @if self.orders.is_empty() { (self.nothing()) } @else { (self.table()) (self.pages()) }
        };
        page::screen(frame, "Orders", main)
    }

    fn json(&self) -> Value {
        json!(RecentPage::of(&self.orders, self.next.as_ref()))
    }
}

impl RecentOrders {
    fn searched(&self) -> Option<&str> {
        self.draft.value("q").filter(|it| !it.trim().is_empty())
    }

    fn bar(&self) -> Markup {
        filter_bar(&FilterBar {
            action: AT,
            search: Some(("q", "Search order, PO number or customer", self.searched())),
            controls: Vec::new(),
            clear: self.searched().map(|_| AT),
            export: None,
            errors: &self.draft.errors,
        })
    }

    fn table(&self) -> Markup {
        let columns = [
            Column { label: "Order", kind: ColumnKind::Short },
            Column { label: "Customer", kind: ColumnKind::Text },
            Column { label: "SKUs", kind: ColumnKind::Text },
            Column { label: "Type", kind: ColumnKind::Short },
            Column { label: "Ordered on", kind: ColumnKind::Short },
            Column { label: "Booked", kind: ColumnKind::Short },
        ];
        let rows = self.orders.iter().map(|it| {
            let at = format!("/staff/organisations/{}/orders/{}", it.org_id.as_str(), it.id.as_str());
            vec![
                html! {
                    a href=(at) { (it.number) }
                    @if it.state == Standing::Cancelled { br; (page::badge(Tone::Neutral, it.state.label())) }
                },
                html! { (it.organisation) @if let Some(partner) = &it.partner { br; small { "through " (partner) } } },
                html! { (it.skus.as_deref().unwrap_or("None")) },
                html! { (it.kind.label()) },
                date(it.ordered_on),
                moment(&rfc3339(it.created_at), &self.zone.words(it.created_at)),
            ]
        });
        page::table("Orders, booked last on top", &columns, rows.collect())
    }

    fn pages(&self) -> Markup {
        let and = if self.filters.is_empty() { "" } else { "&" };
        let newer = self.draft.value("cursor").map(|_| format!("{AT}?{}", self.filters));
        let older = self.next.as_ref().map(|it| format!("{AT}?{}{and}cursor={}", self.filters, it.text()));
        page::pages(newer.as_deref(), older.as_deref(), None)
    }

    fn nothing(&self) -> Markup {
        if self.searched().is_some() || self.draft.value("cursor").is_some() {
            let clear = button_link(Kind::Secondary, "Show all", AT, None);
            return page::empty_state(
                Icon::Search,
                "Nothing matches",
                "No order fits what you look for.",
                Some(clear),
            );
        }
        let said = "Orders appear here as soon as the first one is booked.";
        page::empty_state(Icon::Book, "No orders yet", said, None)
    }
}
