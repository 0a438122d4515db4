use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::api::{self, LicenceFacts};
use super::path_of;
use super::rules::{Event, Licence, LicenceCursor};
use crate::answer::View;
use crate::apps::licences::Kind as LicenceKind;
use crate::apps::orders::date;
use crate::kernel::{Day, Zone, rfc3339};
use crate::page::{
    self, Column, ColumnKind, Draft, Field, FilterBar, Frame, Icon, Kind, Tone, button, button_link, card,
    definition, filter_bar, moment, notice,
};

const AT: &str = "/staff/licences";

/// Licences over all customers, by the day on which they end.
pub struct Ending {
    pub licences: Vec<Licence>,
    pub next: Option<LicenceCursor>,
    pub draft: Draft,
    pub filters: String,
    pub today: Day,
}

pub struct LicencePage {
    pub licence: Licence,
    pub history: Vec<Event>,
    pub today: Day,
    pub draft: Draft,
    pub zone: Zone,
    pub vendor: String,
}

impl View for Ending {
    fn page(&self, frame: &Frame) -> Html<String> {
        let intro = "Over all customers, what ends first stands first. What ended more than sixty days ago is left out.";
        let main = html! {
            (page::page_head("Licences", Some(intro), html! {}))
            (self.draft.summary())
            (filter_bar(&FilterBar {
                action: AT,
                search: Some(("q", "Search customer or product", self.searched())),
                controls: Vec::new(),
                clear: self.searched().map(|_| AT),
                export: None,
                errors: &self.draft.errors,
            }))
            @if self.licences.is_empty() { (self.nothing()) } @else { (self.table()) (self.pages()) }
        };
        page::screen(frame, "Licences", main)
    }

    fn json(&self) -> Value {
        json!(api::LicencePage::of(&self.licences, self.next.as_ref(), self.today))
    }
}

impl Ending {
    fn searched(&self) -> Option<&str> {
        self.draft.value("q").filter(|it| !it.trim().is_empty())
    }

    fn table(&self) -> Markup {
        let columns = [
            Column { label: "Customer", kind: ColumnKind::Text },
            Column { label: "Product", kind: ColumnKind::Text },
            Column { label: "Valid till", kind: ColumnKind::Short },
            Column { label: "Stands", kind: ColumnKind::Short },
        ];
        let rows = self.licences.iter().map(|it| {
            vec![
                html! { a href=(path_of(&it.id)) { (it.organisation) } },
                html! { (it.product) @if it.kind == LicenceKind::Trial { " " (page::tag("Trial")) } },
                date(it.valid_till),
                standing(it, self.today),
            ]
        });
        page::table("Licences, what ends first on top", &columns, rows.collect())
    }

    fn pages(&self) -> Markup {
        let and = if self.filters.is_empty() { "" } else { "&" };
        let first = self.draft.value("cursor").map(|_| format!("{AT}?{}", self.filters));
        let later = self.next.as_ref().map(|it| format!("{AT}?{}{and}cursor={}", self.filters, it.text()));
        html! {
            nav.pages aria-label="Pages" {
                p {}
                @if let Some(first) = first { a.button.secondary href=(first) { (Icon::Back) "From the beginning" } }
                @if let Some(later) = later { a.button.secondary rel="next" href=(later) { "Later" (Icon::Arrow) } }
            }
        }
    }

    fn nothing(&self) -> Markup {
        if self.searched().is_some() || self.draft.value("cursor").is_some() {
            let clear = button_link(Kind::Secondary, "Show all", AT, None);
            return page::empty_state(
                Icon::Search,
                "Nothing matches",
                "No licence fits what you look for.",
                Some(clear),
            );
        }
        page::empty_state(
            Icon::Key,
            "No licences yet",
            "The first order that is booked makes the first licence.",
            None,
        )
    }
}

impl View for LicencePage {
    fn page(&self, frame: &Frame) -> Html<String> {
        let it = &self.licence;
        let title = format!("{} licence of {}", it.product, it.organisation);
        let customer = format!("/staff/organisations/{}", it.org_id.as_str());
        let facts = [
            ("Customer", html! { a href=(customer) { (it.organisation) } }),
            ("Type", html! { (if it.kind == LicenceKind::Trial { "Trial" } else { "Subscription" }) }),
            ("Valid from", date(it.valid_from)),
            ("Valid till", html! { (date(it.valid_till)) " " (standing(it, self.today)) }),
        ];
        let forms = html! {
            (self.draft.summary())
            @if self.must_confirm() { (self.confirmation()) }
            @else if it.cancelled_on.is_some() { (card(Some("Take the cancellation back"), self.revival())) }
            @else {
                (card(Some("Change the end"), self.change()))
                (card(Some("Cancel the licence"), self.cancellation()))
            }
        };
        let main = html! {
            (page::page_head(&title, None, button_link(Kind::Secondary, "All licences", AT, Some(Icon::Back))))
            (page::columns(forms, card(None, definition(&facts))))
            (page::section("History", Some("As the customer reads it."), html! {}, self.events()))
        };
        page::screen(frame, &title, main)
    }

    fn json(&self) -> Value {
        json!(LicenceFacts::of(&self.licence, self.today))
    }

    fn etag(&self) -> Option<String> {
        Some(format!("\"{}\"", self.licence.version))
    }
}

impl LicencePage {
    /// The refusal that is a question.
    fn must_confirm(&self) -> bool {
        self.draft.errors.iter().any(|it| it.field == "confirm")
    }

    fn form(&self, fields: &Markup, kind: Kind, verb: &str) -> Markup {
        html! {
            form method="post" action=(path_of(&self.licence.id)) novalidate {
                input type="hidden" name="version" value=(self.licence.version);
                (fields)
                (page::actions(button(kind, verb)))
            }
        }
    }

    /// What was typed into one form does not stand in the other.
    fn draft_of(&self, field: &str) -> Draft {
        if self.draft.typed.contains_key(field) { self.draft.clone() } else { Draft::default() }
    }

    /// Both forms have one; what is wrong is said of the form that was sent, so that one has the plain name.
    fn note(&self, field: &'static str) -> Markup {
        let other = !self.draft.typed.contains_key(field);
        let note = Field::text("note", "Note to the customer").textarea(3).required().max_length(500);
        note.apart(other.then_some(field)).show(&self.draft_of(field))
    }

    fn change(&self) -> Markup {
        let (draft, now) = (self.draft_of("valid_till"), self.licence.valid_till.to_string());
        let fields = html! {
            (Field::text("valid_till", "Valid till").date().initial(&now).required().hint("The last day.").show(&draft))
            (self.note("valid_till"))
        };
        self.form(&fields, Kind::Primary, "Change the end")
    }

    fn cancellation(&self) -> Markup {
        let draft = self.draft_of("cancelled_on");
        let fields = html! {
            p { "The product stops on that day, whatever else the licence says. The customer is told at once." }
            (Field::text("cancelled_on", "Cancelled on").date().required().hint("The first day without it.").show(&draft))
            (self.note("cancelled_on"))
        };
        self.form(&fields, Kind::Danger, "Cancel the licence")
    }

    fn revival(&self) -> Markup {
        let fields = html! {
            p { "It is valid till " (date(self.licence.valid_till)) " again." }
            input type="hidden" name="cancelled_on" value="";
            (self.note("cancelled_on"))
        };
        self.form(&fields, Kind::Primary, "Take it back")
    }

    fn confirmation(&self) -> Markup {
        let value = |name: &str| self.draft.value(name).unwrap_or_default().to_owned();
        let fields = html! {
            p { "The licence ends at once, and the product stops. The customer is told, with your note: " }
            p { (value("note")) }
            input type="hidden" name="valid_till" value=(value("valid_till"));
            input type="hidden" name="note" value=(value("note"));
            input type="hidden" name="confirm" value="on";
        };
        notice(
            Tone::Danger,
            "End it in the past?",
            html! {
                (self.form(&fields, Kind::Danger, "End the licence"))
                p { (button_link(Kind::Secondary, "Keep it", &path_of(&self.licence.id), None)) }
            },
        )
    }

    fn events(&self) -> Markup {
        if self.history.is_empty() {
            return page::empty_state(Icon::Clock, "No changes yet", "Every change is listed here.", None);
        }
        let columns = [
            Column { label: "When", kind: ColumnKind::Short },
            Column { label: "Before", kind: ColumnKind::Short },
            Column { label: "After", kind: ColumnKind::Short },
            Column { label: "Cause", kind: ColumnKind::Text },
            Column { label: "By", kind: ColumnKind::Text },
            Column { label: "Note", kind: ColumnKind::Text },
        ];
        let rows = self.history.iter().map(|it| {
            let by = match it.by_kind.as_str() {
                "contact" => it.by_name.clone().unwrap_or_default(),
                "system" => "System".to_owned(),
                _ => format!("{} team", self.vendor),
            };
            vec![
                moment(&rfc3339(it.at), &self.zone.words(it.at)),
                html! { @if let Some(old) = it.old_valid_till { (date(old)) } @else { span.quiet { "New" } } },
                date(it.new_valid_till),
                html! { (it.cause.label(&self.vendor)) },
                html! { (by) },
                html! { (it.note) },
            ]
        });
        page::table("Changes of the licence, newest on top", &columns, rows.collect())
    }
}

fn standing(it: &Licence, today: Day) -> Markup {
    let days = it.valid_till.since(today);
    let (tone, said) = match it.cancelled_on {
        Some(on) if on <= today => (Tone::Neutral, format!("Cancelled on {}", on.words())),
        Some(on) => (Tone::Attention, format!("Cancelled from {}", on.words())),
        None if days == -1 => (Tone::Danger, "Expired yesterday".to_owned()),
        None if days < 0 => (Tone::Danger, format!("Expired {} days ago", -days)),
        None if days == 0 => (Tone::Attention, "Ends today".to_owned()),
        None if days <= 30 => {
            (Tone::Attention, format!("Ends in {days} {}", if days == 1 { "day" } else { "days" }))
        }
        None => (Tone::Good, "Active".to_owned()),
    };
    page::badge(tone, &said)
}
