use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::api::CustomerPage;
use super::rules::{Listed, Place};
use crate::answer::View;
use crate::apps::contacts::Channel;
use crate::kernel::{Domain, rfc3339};
use crate::page::{self, Column, ColumnKind, Draft, FilterBar, Frame, Icon, Kind, button_link};

const AT: &str = "/staff/organisations";

/// Customers by name, or those that a search finds.
pub struct CustomerList {
    pub customers: Vec<Listed>,
    pub next: Option<Place>,
    pub draft: Draft,
    pub filters: String,
    pub may_create: bool,
}

pub const SHEET: [&str; 8] = [
    "Organisation",
    "Id",
    "Channel",
    "Partner",
    "Domains",
    "Primary contact",
    "Primary address",
    "Customer since",
];

pub fn row(it: &Listed) -> Vec<String> {
    vec![
        it.name.as_str().to_owned(),
        it.id.as_str().to_owned(),
        it.channel.code().to_owned(),
        it.partner.clone().unwrap_or_default(),
        Domain::list(&it.domains),
        it.primary_name.as_ref().map_or_else(String::new, |it| it.as_str().to_owned()),
        it.primary_email.as_ref().map_or_else(String::new, |it| it.as_str().to_owned()),
        rfc3339(it.created_at),
    ]
}

impl View for CustomerList {
    fn page(&self, frame: &Frame) -> Html<String> {
        let intro =
            "Search by the beginning of a name, a domain, an address, an order number or an invoice number.";
        let create = html! {
            @if self.may_create { (button_link(Kind::Primary, "New customer", "/staff/organisations/new", Some(Icon::Plus))) }
        };
        let main = html! {
            (page::page_head("Customers", Some(intro), create))
            (self.draft.summary())
            (self.filter_bar())
            @if self.draft.errors.is_empty() {
                @if self.customers.is_empty() { (self.nothing()) } @else { (table("Customers by name", &self.customers)) (self.pages()) }
            }
        };
        page::screen(frame, "Customers", main)
    }

    fn json(&self) -> Value {
        json!(CustomerPage::of(&self.customers, self.next.as_ref()))
    }
}

impl CustomerList {
    fn sought(&self) -> Option<&str> {
        self.draft.value("q").filter(|it| !it.trim().is_empty())
    }

    fn with(&self, path: &str, cursor: Option<&str>) -> String {
        let cursor = cursor.map(|it| format!("cursor={it}"));
        let parts: Vec<&str> = [self.filters.as_str(), cursor.as_deref().unwrap_or_default()]
            .into_iter()
            .filter(|it| !it.is_empty())
            .collect();
        if parts.is_empty() { path.to_owned() } else { format!("{path}?{}", parts.join("&")) }
    }

    fn filter_bar(&self) -> Markup {
        page::filter_bar(&FilterBar {
            action: AT,
            search: Some(("q", "Name, domain, address, order or invoice number", self.sought())),
            controls: Vec::new(),
            clear: self.sought().map(|_| AT),
            export: Some(&self.with("/staff/organisations.csv", None)),
            errors: &self.draft.errors,
        })
    }

    fn pages(&self) -> Markup {
        let first = self.draft.value("cursor").map(|_| self.with(AT, None));
        let next = self.next.as_ref().map(|it| self.with(AT, Some(&it.text())));
        let count = match self.customers.len() {
            1 => "1 customer on this page".to_owned(),
            shown => format!("{shown} customers on this page"),
        };
        html! {
            nav.pages aria-label="Pages" {
                p { (count) }
                @if let Some(first) = &first { (button_link(Kind::Secondary, "From the beginning", first, Some(Icon::Back))) }
                @if let Some(next) = &next { (button_link(Kind::Secondary, "Next", next, Some(Icon::Arrow))) }
            }
        }
    }

    fn nothing(&self) -> Markup {
        let back = |label| Some(button_link(Kind::Secondary, label, AT, None));
        match (self.sought(), self.draft.value("cursor")) {
            (Some(_), _) => {
                let said = "Nothing begins like this. Try fewer letters, another word of the name, or the number without its prefix letters left out.";
                page::empty_state(Icon::Search, "No customer is found by this", said, back("All customers"))
            }
            (None, Some(_)) => page::empty_state(
                Icon::Building,
                "The list ends here",
                "There are no more customers.",
                back("From the beginning"),
            ),
            (None, None) => page::empty_state(
                Icon::Building,
                "No customers yet",
                "A customer is set up with its first contact, who gets a mail to choose a password.",
                self.may_create.then(|| {
                    button_link(Kind::Primary, "New customer", "/staff/organisations/new", Some(Icon::Plus))
                }),
            ),
        }
    }
}

#[must_use]
pub fn table(caption: &str, customers: &[Listed]) -> Markup {
    let columns = [
        Column { label: "Organisation", kind: ColumnKind::Text },
        Column { label: "Primary contact", kind: ColumnKind::Text },
        Column { label: "Orders", kind: ColumnKind::Text },
        Column { label: "Domains", kind: ColumnKind::Text },
        Column { label: "First licence ends", kind: ColumnKind::Short },
    ];
    let rows = customers.iter().map(|it| {
        vec![
            html! { a href={ (AT) "/" (it.id.as_str()) } { (it.name.as_str()) } },
            html! {
                @match (&it.primary_name, &it.primary_email) {
                    (Some(name), Some(email)) => { (name.as_str()) br; small { (email.as_str()) } }
                    _ => span.quiet { "None" }
                }
            },
            channel(it.channel, it.partner.as_deref()),
            domains(&it.domains),
            html! {
                @match it.ends_on { Some(day) => time datetime=(day) { (day.words()) }, None => span.quiet { "No licence" } }
            },
        ]
    });
    page::table(caption, &columns, rows.collect())
}

pub fn channel(channel: Channel, partner: Option<&str>) -> Markup {
    html! {
        @match (channel, partner) {
            (Channel::Partner, Some(partner)) => { "Through " (partner) }
            _ => "Directly"
        }
    }
}

pub fn domains(domains: &[Domain]) -> Markup {
    html! {
        @if domains.is_empty() { span.quiet { "None on record" } }
        @for (at, domain) in domains.iter().enumerate() { @if at > 0 { ", " } (domain.as_str()) }
    }
}
