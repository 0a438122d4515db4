use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::api::LogPage;
use super::handlers::actions;
use super::lines::{Line, LineCursor};
use super::words;
use crate::answer::View;
use crate::kernel::{Zone, rfc3339};
use crate::page::{
    self, Choice, Column, ColumnKind, Control, Draft, FilterBar, Frame, Icon, Kind, button_link,
};

/// The log, newest first; the vendor's side shows whose line each is.
pub struct Log {
    pub lines: Vec<Line>,
    pub next: Option<LineCursor>,
    /// To choose from. With none the filter is a text.
    pub people: Vec<Choice>,
    pub organisations: bool,
    pub draft: Draft,
    /// The filters as they stand in the address, without the place in the list.
    pub filters: String,
    pub zone: Zone,
    /// Path of this list.
    pub at: String,
    pub intro: &'static str,
}

pub const SHEET: [&str; 11] = [
    "At",
    "Organisation",
    "Who",
    "Who (id)",
    "Action",
    "What happened",
    "Target",
    "Before",
    "After",
    "Address",
    "Request",
];

#[must_use]
pub fn row(it: &Line) -> Vec<String> {
    let json = |it: Value| if it.is_null() { String::new() } else { it.to_string() };
    vec![
        rfc3339(it.at),
        it.org_id.as_ref().map(|it| it.as_str().to_owned()).unwrap_or_default(),
        it.actor_name.clone(),
        it.actor_id.as_ref().map(|it| it.as_str().to_owned()).unwrap_or_default(),
        it.action.clone(),
        words::said(it),
        it.target.clone(),
        json(it.before()),
        json(it.after()),
        it.address.clone(),
        it.request_id.clone(),
    ]
}

impl View for Log {
    fn page(&self, frame: &Frame) -> Html<String> {
        let main = html! {
            (page::page_head("Audit log", Some(self.intro), page::print_button()))
            (self.draft.summary())
            (self.filter_bar())
            @if self.draft.errors.is_empty() {
                @if self.lines.is_empty() { (self.nothing()) } @else { (self.table()) (self.pages()) }
            }
        };
        page::screen(frame, "Audit log", main)
    }

    fn json(&self) -> Value {
        json!(LogPage::of(&self.lines, self.next.as_ref()))
    }
}

impl Log {
    fn value(&self, name: &str) -> Option<&str> {
        self.draft.value(name).filter(|it| !it.trim().is_empty())
    }

    fn filtered(&self) -> bool {
        ["actor", "action", "from", "to", "organisation"].iter().any(|it| self.value(it).is_some())
    }

    fn filter_bar(&self) -> Markup {
        let actions = actions();
        let mut controls = Vec::new();
        if !self.organisations {
            controls.push(Control::OneOf {
                name: "actor",
                label: "Who",
                options: &self.people,
                chosen: self.value("actor"),
                every: "Everybody",
            });
        }
        controls.extend([
            Control::OneOf {
                name: "action",
                label: "What",
                options: &actions,
                chosen: self.value("action"),
                every: "Every action",
            },
            Control::Date { name: "from", label: "From", value: self.value("from") },
            Control::Date { name: "to", label: "Until", value: self.value("to") },
        ]);
        let mark = if self.filters.is_empty() { "" } else { "?" };
        page::filter_bar(&FilterBar {
            action: &self.at,
            search: self.organisations.then(|| ("actor", "Whole name or address", self.value("actor"))),
            controls,
            clear: self.filtered().then_some(self.at.as_str()),
            export: Some(&format!("{}.csv{mark}{}", self.at, self.filters)),
            errors: &self.draft.errors,
        })
    }

    fn table(&self) -> Markup {
        let mut columns = vec![
            Column { label: "When", kind: ColumnKind::Short },
            Column { label: "What happened", kind: ColumnKind::Text },
            Column { label: "Before and after", kind: ColumnKind::Text },
            Column { label: "From", kind: ColumnKind::Short },
        ];
        if self.organisations {
            columns.insert(1, Column { label: "Organisation", kind: ColumnKind::Text });
        }
        let rows = self.lines.iter().map(|it| {
            let mut cells = vec![
                page::moment(&rfc3339(it.at), &self.zone.words(it.at)),
                html! { (words::said(it)) },
                changes(it),
                html! { (it.address) },
            ];
            if self.organisations {
                cells.insert(1, html! {
                    @match (&it.org_id, &it.org_name) {
                        (Some(id), name) => {
                            a href={ (self.at) "?organisation=" (id.as_str()) } { (name.as_deref().unwrap_or(id.as_str())) }
                        }
                        (None, _) => span.quiet { "None" },
                    }
                });
            }
            cells
        });
        page::table("The audit log, newest first", &columns, rows.collect())
    }

    fn pages(&self) -> Markup {
        let and = if self.filters.is_empty() { "" } else { "&" };
        let newer = self.value("cursor").map(|_| format!("{}?{}", self.at, self.filters));
        let next = self.next.as_ref().map(LineCursor::text);
        let older = next.map(|it| format!("{}?{}{and}cursor={it}", self.at, self.filters));
        page::pages(newer.as_deref(), older.as_deref(), None)
    }

    fn nothing(&self) -> Markup {
        let back = |label| Some(button_link(Kind::Secondary, label, &self.at, None));
        if self.filtered() {
            let said = "There may be lines, and none of them fits all of the filters above.";
            page::empty_state(Icon::Search, "Nothing fits", said, back("Clear filters"))
        } else if self.value("cursor").is_some() {
            page::empty_state(
                Icon::Clock,
                "The log ends here",
                "There are no older lines.",
                back("Back to the newest"),
            )
        } else {
            let said = "Whatever anybody does here from now on is written down.";
            page::empty_state(Icon::Clock, "Nothing has happened yet", said, None)
        }
    }
}

fn changes(line: &Line) -> Markup {
    let changes = words::changes(line);
    html! {
        @for (what, before, after) in &changes {
            div {
                small { (what) ": " }
                @match (before, after) {
                    (Some(before), Some(after)) => { del { (before) } " " ins { (after) } }
                    (Some(before), None) => del { (before) },
                    (None, Some(after)) => ins { (after) },
                    (None, None) => {},
                }
            }
        }
        @if changes.is_empty() { span.quiet { "Nothing to compare" } }
    }
}
