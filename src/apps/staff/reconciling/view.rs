use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::api::QueuePage;
use super::path_of;
use super::rules::{Record, RecordCursor};
use crate::answer::View;
use crate::apps::orders::date;
use crate::apps::payments::rules::Status;
use crate::apps::payments::rules::ageing::WorkingDays;
use crate::kernel::Day;
use crate::page::{
    self, Choice, Column, ColumnKind, Control, Draft, FilterBar, Frame, Icon, Kind, Tone, button_link,
    filter_bar,
};

const AT: &str = "/staff/payments";

/// Payments that wait, the oldest first.
pub struct Queue {
    pub records: Vec<Record>,
    pub next: Option<RecordCursor>,
    pub draft: Draft,
    pub filters: String,
    pub today: Day,
}

impl View for Queue {
    fn page(&self, frame: &Frame) -> Html<String> {
        let intro = "What customers say they have paid. What waits longest stands first; three working days are promised.";
        let main = html! {
            (page::page_head("Payments", Some(intro), html! {}))
            (self.draft.summary())
            (self.bar())
            @if self.records.is_empty() { (self.nothing()) } @else { (self.table()) (self.pages()) }
        };
        page::screen(frame, "Payments", main)
    }

    fn json(&self) -> Value {
        json!(QueuePage::of(&self.records, self.next.as_ref()))
    }
}

impl Queue {
    fn value(&self, name: &str) -> Option<&str> {
        self.draft.value(name).filter(|it| !it.trim().is_empty())
    }

    fn filtered(&self) -> bool {
        ["q", "status"].iter().any(|it| self.value(it).is_some())
    }

    fn bar(&self) -> Markup {
        let statuses =
            Status::ALL.map(|it| Choice { value: it.code().to_owned(), label: it.label().to_owned() });
        filter_bar(&FilterBar {
            action: AT,
            search: Some(("q", "Search customer, invoice or reference", self.value("q"))),
            controls: vec![Control::OneOf {
                name: "status",
                label: "Status",
                options: &statuses,
                chosen: self.value("status"),
                every: "Waiting for us",
            }],
            clear: self.filtered().then_some(AT),
            export: None,
            errors: &self.draft.errors,
        })
    }

    fn table(&self) -> Markup {
        let columns = [
            Column { label: "Customer", kind: ColumnKind::Text },
            Column { label: "Invoice", kind: ColumnKind::Short },
            Column { label: "Amount paid", kind: ColumnKind::Number },
            Column { label: "Recorded on", kind: ColumnKind::Short },
            Column { label: "Status", kind: ColumnKind::Short },
            Column { label: "Waits", kind: ColumnKind::Short },
        ];
        let rows = self.records.iter().map(|it| {
            vec![
                html! { a href=(path_of(&it.id)) { (it.organisation) } },
                html! { (it.invoice_number) },
                html! { (it.paid().words()) },
                date(it.recorded_on),
                html! { (badge(it.status)) @if let Some(by) = &it.decided_by { br; small { (by) } } },
                age(it, self.today),
            ]
        });
        page::table("Payments, the oldest on top", &columns, rows.collect())
    }

    fn pages(&self) -> Markup {
        let and = if self.filters.is_empty() { "" } else { "&" };
        let first = self.draft.value("cursor").map(|_| format!("{AT}?{}", self.filters));
        let next = self.next.as_ref().map(|it| format!("{AT}?{}{and}cursor={}", self.filters, it.text()));
        html! {
            @if first.is_some() || next.is_some() {
                nav.pages aria-label="Pages" {
                    p {}
                    @if let Some(first) = first { a.button.secondary href=(first) { (Icon::Back) "The oldest" } }
                    @if let Some(next) = next { a.button.secondary rel="next" href=(next) { "Newer" (Icon::Arrow) } }
                }
            }
        }
    }

    fn nothing(&self) -> Markup {
        if self.filtered() || self.draft.value("cursor").is_some() {
            let clear = button_link(Kind::Secondary, "Show what waits", AT, None);
            return page::empty_state(
                Icon::Search,
                "Nothing matches",
                "No payment fits what you look for.",
                Some(clear),
            );
        }
        page::empty_state(
            Icon::Check,
            "Nothing waits",
            "Every payment that was recorded has been decided.",
            None,
        )
    }
}

pub fn badge(status: Status) -> Markup {
    let tone = match status {
        Status::Submitted | Status::UnderReview => Tone::Info,
        Status::InformationNeeded => Tone::Attention,
        Status::Reconciled => Tone::Good,
        Status::Rejected => Tone::Danger,
        Status::Withdrawn => Tone::Neutral,
    };
    page::badge(tone, status.label())
}

/// How long it has waited, and whether that is too long.
pub fn age(it: &Record, today: Day) -> Markup {
    let days = today.since(it.recorded_on);
    let said = match days {
        0 => "since today".to_owned(),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    };
    let late = WorkingDays::default().is_late(it.recorded_on, it.status, today);
    html! {
        @if !it.status.is_open() { span.quiet { "Done" } }
        @else if late { (page::badge(Tone::Danger, &format!("{said}, late"))) }
        @else { (said) }
    }
}
