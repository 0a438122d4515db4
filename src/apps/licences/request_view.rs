use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::api::RequestPage;
use super::history::{Outcome, Product, Request, RequestCursor};
use super::history_view::{dates, export, nothing, older, product_choices, said};
use super::rules::{Decision, Facts};
use super::rules::{Description, Grant, Kind as LicenceKind, Licence, Policy, Reason};
use super::view::{Tab, ask_at, badge, day, tab};
use crate::answer::View;
use crate::kernel::{Day, LicenceId, Zone, rfc3339};
use crate::page::{
    self, Choice, Column, ColumnKind, Control, Draft, Field, FilterBar, Frame, Icon, Kind, Tone,
};

pub struct Requests {
    pub items: Vec<Request>,
    pub next: Option<RequestCursor>,
    pub products: Vec<Product>,
    pub draft: Draft,
    pub filters: String,
    pub zone: Zone,
    pub at: String,
}

impl View for Requests {
    fn page(&self, frame: &Frame) -> Html<String> {
        let what = "A request to extend a licence is listed here, granted or not, with the reason.";
        let main = html! {
            (said(&self.draft))
            (self.filter_bar())
            @if self.items.is_empty() { (nothing(&self.filters, &self.here(), what)) }
            @else { (self.table()) }
            (older(&self.here(), &self.filters, &self.draft, self.next.as_ref().map(RequestCursor::text)))
        };
        tab(frame, &self.at, Tab::Requests, &main)
    }

    fn json(&self) -> Value {
        json!(RequestPage::of(&self.items, self.next.as_ref()))
    }
}

pub const SHEET: [&str; 10] = [
    "product",
    "requested_on",
    "at",
    "reason",
    "description",
    "by",
    "status",
    "message",
    "valid_till",
    "next_possible_on",
];

pub fn row(request: &Request) -> Vec<String> {
    vec![
        request.product.clone(),
        request.requested_on.to_string(),
        rfc3339(request.at),
        request.reason.code().to_owned(),
        request.description.clone(),
        request.by_name.clone(),
        request.status.code().to_owned(),
        request.message.clone(),
        request.valid_till.to_string(),
        request.next_possible_on.map(|it| it.to_string()).unwrap_or_default(),
    ]
}

impl Requests {
    fn here(&self) -> String {
        self.at.clone() + Tab::Requests.path()
    }

    fn filter_bar(&self) -> Markup {
        let choice = |it: &Outcome| Choice { value: it.code().to_owned(), label: it.label().to_owned() };
        let outcomes: Vec<Choice> = Outcome::ALL.iter().map(choice).collect();
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
                name: "status",
                label: "Status",
                options: &outcomes,
                chosen: self.draft.value("status").filter(|it| !it.is_empty()),
                every: "Granted and rejected",
            },
        ];
        controls.extend(dates(&self.draft));
        page::filter_bar(&FilterBar {
            action: &here,
            search: None,
            controls,
            clear: (!self.filters.is_empty()).then_some(here.as_str()),
            export: Some(&export(&here, &self.filters)),
            errors: &self.draft.errors,
        })
    }

    /// The eight columns of domain 6.2, in its order.
    fn table(&self) -> Markup {
        let columns = [
            Column { label: "Product", kind: ColumnKind::Text },
            Column { label: "Requested", kind: ColumnKind::Short },
            Column { label: "Reason", kind: ColumnKind::Text },
            Column { label: "Description", kind: ColumnKind::Text },
            Column { label: "Requested by", kind: ColumnKind::Text },
            Column { label: "Status", kind: ColumnKind::Short },
            Column { label: "Message", kind: ColumnKind::Text },
            Column { label: "Licence valid till", kind: ColumnKind::Short },
        ];
        let rows = self.items.iter().map(|it| {
            vec![
                html! { (it.product) },
                page::moment(&rfc3339(it.at), &self.zone.words(it.at)),
                html! { (it.reason.label()) },
                html! { (it.description) },
                html! { (it.by_name) },
                match it.status {
                    Outcome::Granted => page::badge(Tone::Good, it.status.label()),
                    Outcome::Rejected => page::badge(Tone::Attention, it.status.label()),
                },
                html! { (it.message) },
                day(it.valid_till),
            ]
        });
        page::table("Extension requests, newest first", &columns, rows.collect())
    }
}

/// The form, with what each licence would answer before anybody has asked.
pub struct Asking {
    pub licences: Vec<Licence>,
    pub grants: Vec<Grant>,
    pub policy: Policy,
    pub today: Day,
    pub chosen: Option<LicenceId>,
    pub draft: Draft,
    pub at: String,
    /// A fresh one for the form, so that a double click asks once.
    pub key: String,
}

impl View for Asking {
    fn page(&self, frame: &Frame) -> Html<String> {
        let intro = "The decision is made at once. Below is what it would be today.";
        let body = if self.licences.is_empty() {
            let text = "A licence appears as soon as an order for a product is booked. There is nothing to extend before that.";
            page::empty_state(Icon::Key, "No licence yet", text, None)
        } else {
            page::columns(page::card(None, self.form()), self.previews())
        };
        let main = html! { (page::page_head("Request Licence Extension", Some(intro), html! {})) (body) };
        page::screen(frame, "Request Licence Extension", main)
    }

    fn json(&self) -> Value {
        let preview = |it: &Licence| {
            let decision = self.decide(it);
            json!({ "licence_id": it.id, "code": decision.code(), "next_possible_on": decision.next_possible_on() })
        };
        json!({ "items": self.licences.iter().map(preview).collect::<Vec<_>>(), "next": null })
    }
}

impl Asking {
    fn decide(&self, licence: &Licence) -> Decision {
        self.policy.decide(&Facts { licence, grants: &self.grants, today: self.today })
    }

    /// The one that was asked for, or else the first that would be granted.
    fn first_choice(&self) -> Option<&str> {
        let chosen =
            self.chosen.as_ref().and_then(|it| self.licences.iter().find(|licence| licence.id == *it));
        let granted = || self.licences.iter().find(|it| self.decide(it).is_granted());
        chosen.or_else(granted).map(|it| it.id.as_str())
    }

    fn form(&self) -> Markup {
        let licences: Vec<Choice> = self
            .licences
            .iter()
            .map(|it| Choice {
                value: it.id.as_str().to_owned(),
                label: format!(
                    "{}, valid till {} ({})",
                    it.product,
                    it.valid_till.words(),
                    it.standing(self.today).label()
                ),
            })
            .collect();
        let any_trial = self.licences.iter().any(|it| it.kind == LicenceKind::Trial);
        let reasons: Vec<Choice> = Reason::ALL
            .into_iter()
            .filter(|it| any_trial || *it != Reason::TrialExtension)
            .map(|it| Choice { value: it.code().to_owned(), label: it.label().to_owned() })
            .collect();
        let here = self.at.clone() + Tab::Requests.path();
        html! {
            form method="post" action=(here) novalidate {
                (self.draft.summary())
                input type="hidden" name="idempotency_key" value=(self.key);
                (page::select(&self.draft, "licence_id", "Product", None, &licences, self.first_choice(), None))
                (page::select(&self.draft, "reason", "Reason", None, &reasons, None, Some("Choose a reason")))
                (Field::text("description", "Description").textarea(4).required().max_length(Description::MOST).counted()
                    .hint("What the renewal or payment waits for, in 10 to 500 characters.").show(&self.draft))
                (page::actions(html! {
                    (page::button(Kind::Primary, "Request extension"))
                    (page::button_link(Kind::Quiet, "Back to the requests", &here, None))
                }))
            }
        }
    }

    fn previews(&self) -> Markup {
        let said = |it: &Licence| {
            html! {
                (badge(it, self.today)) " " (it.how_long(self.today)) ". " (self.decide(it).preview())
                br; a href=(ask_at(&self.at, Some(it))) { "Choose " (it.product) }
            }
        };
        let rows: Vec<(&str, Markup)> =
            self.licences.iter().map(|it| (it.product.as_str(), said(it))).collect();
        let body = html! {
            (page::definition(&rows))
            p { a href={ (self.at) (Tab::Rules.path()) } { "The rules in full" } }
        };
        page::card(Some("What would happen today"), body)
    }
}
