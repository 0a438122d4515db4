use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::api::{PartnerFacts, PartnerPage};
use super::rules::{Partner, Place};
use crate::answer::View;
use crate::apps::staff::customers::{self, Listed};
use crate::kernel::Domain;
use crate::page::{self, Column, ColumnKind, Draft, Field, Frame, Icon, Kind, button_link};

const AT: &str = "/staff/partners";
const DOMAINS: &str = "Behind the @ of the partner's addresses, parted by blanks. Primary and Billing of its customers are expected there.";

pub struct Listing {
    pub partners: Vec<Partner>,
    pub next: Option<Place>,
    pub is_first: bool,
    pub may_create: bool,
}

pub struct Whole {
    pub partner: Partner,
    pub customers: Vec<Listed>,
    pub next: Option<customers::Place>,
    pub may_change: bool,
}

pub struct Creation {
    pub draft: Draft,
    pub key: String,
}

pub struct Editing {
    pub partner: Partner,
    pub draft: Draft,
}

impl View for Listing {
    fn page(&self, frame: &Frame) -> Html<String> {
        let intro = "Through whom customers order. Primary and Billing of such a customer are expected on the partner's domains.";
        let create = || button_link(Kind::Primary, "New partner", "/staff/partners/new", Some(Icon::Plus));
        let columns = [
            Column { label: "Partner", kind: ColumnKind::Text },
            Column { label: "Domains", kind: ColumnKind::Text },
            Column { label: "Customers", kind: ColumnKind::Number },
        ];
        let rows = self.partners.iter().map(|it| {
            vec![
                html! { a href={ (AT) "/" (it.id.as_str()) } { (it.name.as_str()) } },
                html! { @if it.domains.is_empty() { span.quiet { "None on record" } } @else { (Domain::list(&it.domains)) } },
                html! { (it.customers) },
            ]
        });
        let next = self.next.as_ref().map(|it| format!("{AT}?cursor={}", it.text()));
        let main = html! {
            (page::page_head("Partners", Some(intro), html! { @if self.may_create { (create()) } }))
            @if self.partners.is_empty() {
                (page::empty_state(Icon::Users, "No partners", "A partner is set up once, and then chosen for each customer who orders through it.", self.may_create.then(create)))
            } @else {
                (page::table("Partners by name", &columns, rows.collect()))
                (onward((!self.is_first).then_some(AT), next.as_deref()))
            }
        };
        page::screen(frame, "Partners", main)
    }

    fn json(&self) -> Value {
        json!(PartnerPage::of(&self.partners, self.next.as_ref()))
    }
}

impl View for Whole {
    fn page(&self, frame: &Frame) -> Html<String> {
        let it = &self.partner;
        let at = format!("{AT}/{}", it.id.as_str());
        let change = html! {
            @if self.may_change { (button_link(Kind::Secondary, "Change", &format!("{at}/edit"), Some(Icon::Pencil))) }
        };
        let domains =
            if it.domains.is_empty() { "No domain on record".to_owned() } else { Domain::list(&it.domains) };
        let next = self.next.as_ref().map(|it| format!("{at}?cursor={}", it.text()));
        let main = html! {
            (page::page_head(it.name.as_str(), Some(&domains), change))
            @if self.customers.is_empty() {
                (page::empty_state(Icon::Building, "No customers here", "Choose this partner when you set up or change a customer, and it appears here.", None))
            } @else {
                (customers::table("Customers of the partner by name", &self.customers))
                (onward(None, next.as_deref()))
            }
        };
        page::screen(frame, it.name.as_str(), main)
    }

    fn json(&self) -> Value {
        json!(PartnerFacts::of(&self.partner))
    }

    fn etag(&self) -> Option<String> {
        Some(format!("\"{}\"", self.partner.version))
    }
}

fn onward(first: Option<&str>, next: Option<&str>) -> Markup {
    html! {
        @if first.is_some() || next.is_some() {
            nav.pages aria-label="Pages" {
                p {}
                @if let Some(first) = first { (button_link(Kind::Secondary, "From the beginning", first, Some(Icon::Back))) }
                @if let Some(next) = next { (button_link(Kind::Secondary, "Next", next, Some(Icon::Arrow))) }
            }
        }
    }
}

impl View for Creation {
    fn page(&self, frame: &Frame) -> Html<String> {
        let form = html! {
            form method="post" action=(AT) novalidate {
                (self.draft.summary())
                input type="hidden" name="idempotency_key" value=(self.key);
                (Field::text("name", "Name").required().max_length(120).autocomplete("off").show(&self.draft))
                (Field::text("domains", "Domains").hint(DOMAINS).autocomplete("off").show(&self.draft))
                (page::actions(html! {
                    (page::button(Kind::Primary, "Add the partner"))
                    (button_link(Kind::Quiet, "Back to the partners", AT, None))
                }))
            }
        };
        let main = html! { (page::page_head("New partner", None, html! {})) (page::card(None, form)) };
        page::screen(frame, "New partner", main)
    }

    fn json(&self) -> Value {
        Value::Null
    }
}

impl View for Editing {
    fn page(&self, frame: &Frame) -> Html<String> {
        let (it, draft) = (&self.partner, &self.draft);
        let at = format!("{AT}/{}", it.id.as_str());
        let form = html! {
            form method="post" action={ (at) "/edit" } novalidate {
                (draft.summary())
                input type="hidden" name="version" value=(it.version);
                (Field::text("name", "Name").initial(it.name.as_str()).required().max_length(120).autocomplete("off").show(draft))
                (Field::text("domains", "Domains").hint(DOMAINS).initial(&Domain::list(&it.domains)).autocomplete("off").show(draft))
                (page::actions(html! {
                    (page::button(Kind::Primary, "Save"))
                    (button_link(Kind::Quiet, "Leave it as it is", &at, None))
                }))
            }
        };
        let title = format!("Change {}", it.name.as_str());
        let intro = "The change shows at once at each customer of the partner.";
        let main = html! { (page::page_head(&title, Some(intro), html! {})) (page::card(None, form)) };
        page::screen(frame, &title, main)
    }

    fn json(&self) -> Value {
        Value::Null
    }
}
