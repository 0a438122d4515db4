use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::api::LicencePage;
use super::history::{Change, LicenceCursor};
use super::rules::{Licence, Policy, Status};
use super::words::{Standing, who};
use crate::answer::View;
use crate::kernel::{Day, Zone, rfc3339};
use crate::page::{self, Column, ColumnKind, Frame, Icon, Kind, Tone};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    Current,
    History,
    Requests,
    Rules,
}

impl Tab {
    pub const fn path(self) -> &'static str {
        match self {
            Self::Current => "",
            Self::History => "/history",
            Self::Requests => "/extension-requests",
            Self::Rules => "/rules",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Current => "Current licences",
            Self::History => "Licence history",
            Self::Requests => "Extension requests",
            Self::Rules => "Rules",
        }
    }
}

/// One of the four tabs; `at` is the address of the first.
pub fn tab(frame: &Frame, at: &str, shown: Tab, main: &Markup) -> Html<String> {
    let all = [Tab::Current, Tab::History, Tab::Requests, Tab::Rules];
    let paths = all.map(|it| at.to_owned() + it.path());
    let items: Vec<(&str, &str, bool)> =
        all.iter().zip(&paths).map(|(it, path)| (it.label(), path.as_str(), *it == shown)).collect();
    let ask = html! { @if shown != Tab::Rules { (ask_button(at)) } };
    let intro = "How long each product may run, what changed that, and how to gain a day.";
    let page = html! {
        (page::page_head("Licences", Some(intro), ask))
        (page::tabs(&items))
        (main)
    };
    page::screen(frame, shown.label(), page)
}

fn ask_button(at: &str) -> Markup {
    page::button_link(Kind::Primary, "Request Licence Extension", &ask_at(at, None), Some(Icon::Clock))
}

pub fn ask_at(at: &str, licence: Option<&Licence>) -> String {
    let chosen = licence.map(|it| format!("?licence_id={}", it.id.as_str())).unwrap_or_default();
    format!("{at}{}/new{chosen}", Tab::Requests.path())
}

pub struct CurrentLicences {
    pub licences: Vec<Licence>,
    pub changes: Vec<Change>,
    pub next: Option<LicenceCursor>,
    pub today: Day,
    pub zone: Zone,
    pub vendor: String,
    pub at: String,
}

impl View for CurrentLicences {
    fn page(&self, frame: &Frame) -> Html<String> {
        let main = html! {
            @if self.licences.is_empty() {
                (page::empty_state(Icon::Key, "No licence yet",
                    "A licence appears here as soon as an order for a product is booked.", None))
            } @else {
                (self.table())
                p.quiet { a href={ (self.at) ".csv" } { "Download as CSV" } }
            }
        };
        tab(frame, &self.at, Tab::Current, &main)
    }

    fn json(&self) -> Value {
        json!(LicencePage::of(&self.licences, self.next.as_ref(), self.today))
    }
}

pub const SHEET: [&str; 6] =
    ["product", "licence_type", "valid_from", "valid_till", "status", "cancelled_on"];

pub fn row(licence: &Licence, today: Day) -> Vec<String> {
    vec![
        licence.product.clone(),
        licence.kind.label().to_owned(),
        licence.valid_from.to_string(),
        licence.valid_till.to_string(),
        match licence.status(today) {
            Status::Active => "active",
            Status::Expired => "expired",
            Status::Cancelled => "cancelled",
        }
        .to_owned(),
        licence.cancelled_on.map(|it| it.to_string()).unwrap_or_default(),
    ]
}

impl CurrentLicences {
    fn table(&self) -> Markup {
        let columns = [
            Column { label: "Product", kind: ColumnKind::Text },
            Column { label: "Valid", kind: ColumnKind::Short },
            Column { label: "Status", kind: ColumnKind::Text },
            Column { label: "What happens next", kind: ColumnKind::Text },
            Column { label: "Last changed", kind: ColumnKind::Text },
            Column { label: "Actions", kind: ColumnKind::Actions },
        ];
        let rows = self.licences.iter().map(|it| {
            vec![
                html! { b { (it.product) } br; small { (it.kind.label()) } },
                html! { (day(it.valid_from)) " till" br; b { (day(it.valid_till)) } },
                html! { (badge(it, self.today)) br; small { (it.how_long(self.today)) } },
                html! { (it.what_next(self.today)) },
                self.changed(it),
                html! {
                    @if it.status(self.today) == Status::Expired {
                        (page::button_link(Kind::Secondary, "Extend", &ask_at(&self.at, Some(it)), None))
                    }
                },
            ]
        });
        page::table("Current licences", &columns, rows.collect())
    }

    fn changed(&self, licence: &Licence) -> Markup {
        let last = self.changes.iter().find(|it| it.licence_id == licence.id);
        html! {
            @match last {
                Some(last) => {
                    (last.cause.label(&self.vendor))
                    br; small {
                        (page::moment(&rfc3339(last.at), &self.zone.day_words(last.at))) ", "
                        (who(last.by_kind, last.by_name.as_deref(), &self.vendor))
                    }
                },
                None => span.quiet { "Never" },
            }
        }
    }
}

pub fn day(day: Day) -> Markup {
    page::moment(&day.to_string(), &day.words())
}

pub fn badge(licence: &Licence, today: Day) -> Markup {
    let standing = licence.standing(today);
    let tone = match standing {
        Standing::Active => Tone::Good,
        Standing::ExpiringSoon => Tone::Attention,
        Standing::Expired => Tone::Danger,
        Standing::Cancelled => Tone::Neutral,
    };
    page::badge(tone, standing.label())
}

/// How the licences stand, on the home page; `at` is where more can be seen, for who may.
#[must_use]
pub fn status_card(licences: &[Licence], today: Day, at: Option<&str>) -> Markup {
    let more = html! {
        @if let Some(at) = at { (page::button_link(Kind::Secondary, "Open Licences", at, Some(Icon::Arrow))) }
    };
    let rows: Vec<(&str, Markup)> = licences
        .iter()
        .map(|it| {
            let said = html! {
                (badge(it, today)) " " (it.how_long(today)) @if it.cancelled_on.is_none() { ", valid till " (day(it.valid_till)) }
                br; small { (it.what_next(today)) }
            };
            (it.product.as_str(), said)
        })
        .collect();
    page::section("Licences", None, more, page::card(None, page::definition(&rows)))
}

pub struct Rules {
    pub policy: Policy,
    /// What a recorded payment does, in sentences of the rule that does it.
    pub payments: Vec<String>,
    pub at: String,
}

impl View for Rules {
    fn page(&self, frame: &Frame) -> Html<String> {
        let list = |sentences: &[String]| html! { div.prose { ul { @for it in sentences { li { (it) } } } } };
        let main = page::stack(html! {
            (page::card(Some("Extending a licence"), list(&self.policy.sentences())))
            (page::card(Some("Recording a payment"), list(&self.payments)))
        });
        tab(frame, &self.at, Tab::Rules, &main)
    }

    fn json(&self) -> Value {
        let items = [self.policy.sentences(), self.payments.clone()].concat();
        json!({ "items": items, "next": null })
    }
}
