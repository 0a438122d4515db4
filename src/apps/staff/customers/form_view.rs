use axum::response::Html;
use maud::{Markup, html};
use serde_json::Value;

use super::rules::{Contact, Customer, Partner};
use crate::answer::View;
use crate::apps::contacts::Channel;
use crate::kernel::{Domain, PartnerId, Role};
use crate::page::{self, Choice, Draft, Field, Frame, Kind, checkbox, select};

/// A new customer with its first contact.
pub struct Creation {
    pub partners: Vec<Partner>,
    pub draft: Draft,
    pub key: String,
}

pub struct Editing {
    pub customer: Customer,
    pub partners: Vec<Partner>,
    pub draft: Draft,
}

/// A Primary who cannot be reached any more gets a successor.
pub struct Replacing {
    pub customer: Customer,
    pub contacts: Vec<Contact>,
    pub draft: Draft,
}

const DOMAINS: &str =
    "Behind the @ of the customer's addresses, parted by blanks. Primary and Billing are expected there.";

fn channels() -> [Choice; 2] {
    [(Channel::Direct, "Directly"), (Channel::Partner, "Through a partner")]
        .map(|it| Choice { value: it.0.code().to_owned(), label: it.1.to_owned() })
}

fn choices(partners: &[Partner]) -> Vec<Choice> {
    let choice =
        |it: &Partner| Choice { value: it.id.as_str().to_owned(), label: it.name.as_str().to_owned() };
    partners.iter().map(choice).collect()
}

impl View for Creation {
    fn page(&self, frame: &Frame) -> Html<String> {
        let intro = "The first contact is Primary and Support, and gets a mail at once: with a link to choose a password, or \
                     with a word where there is a password already.";
        let draft = &self.draft;
        let form = html! {
            form method="post" action="/staff/organisations" novalidate {
                (draft.summary())
                input type="hidden" name="idempotency_key" value=(self.key);
                (Field::text("name", "Organisation name").required().max_length(120).autocomplete("off").show(draft))
                (select(draft, "channel", "Orders", None, &channels(), Some("direct"), None))
                (select(draft, "partner_id", "Partner", Some("For who orders through a partner."), &choices(&self.partners), None, Some("No partner")))
                (Field::text("domains", "Domains").hint(DOMAINS).autocomplete("off").show(draft))
                fieldset.field-group {
                    legend { "First contact" }
                    (Field::text("first_contact.display_name", "Name").required().max_length(80).autocomplete("off").show(draft))
                    (Field::text("first_contact.email", "E-mail address").email().required().autocomplete("off").show(draft))
                }
                (page::actions(html! {
                    (page::button(Kind::Primary, "Set up the customer"))
                    (page::button_link(Kind::Quiet, "Back to the customers", "/staff/organisations", None))
                }))
            }
        };
        let main =
            html! { (page::page_head("New customer", Some(intro), html! {})) (page::card(None, form)) };
        page::screen(frame, "New customer", main)
    }

    fn json(&self) -> Value {
        Value::Null
    }
}

impl View for Editing {
    fn page(&self, frame: &Frame) -> Html<String> {
        let (it, draft) = (&self.customer, &self.draft);
        let back = format!("/staff/organisations/{}", it.id.as_str());
        let domains = Domain::list(&it.domains);
        let form = html! {
            form method="post" action={ (back) "/edit" } novalidate {
                (draft.summary())
                input type="hidden" name="version" value=(it.version);
                (Field::text("name", "Organisation name").initial(it.name.as_str()).required().max_length(120).autocomplete("off").show(draft))
                (select(draft, "channel", "Orders", None, &channels(), Some(it.channel.code()), None))
                (select(draft, "partner_id", "Partner", Some("For who orders through a partner."), &choices(&self.partners), it.partner_id.as_ref().map(PartnerId::as_str), Some("No partner")))
                (Field::text("domains", "Domains").hint(DOMAINS).initial(&domains).autocomplete("off").show(draft))
                (page::actions(html! {
                    (page::button(Kind::Primary, "Save"))
                    (page::button_link(Kind::Quiet, "Leave it as it is", &back, None))
                }))
            }
        };
        let title = format!("Change {}", it.name.as_str());
        let intro = "Everybody concerned sees the change at once, and the customer's log keeps it.";
        let main = html! { (page::page_head(&title, Some(intro), html! {})) (page::card(None, form)) };
        page::screen(frame, &title, main)
    }

    fn json(&self) -> Value {
        Value::Null
    }
}

impl View for Replacing {
    fn page(&self, frame: &Frame) -> Html<String> {
        let (it, draft) = (&self.customer, &self.draft);
        let back = format!("/staff/organisations/{}", it.id.as_str());
        let form = html! {
            form method="post" action={ (back) "/primary" } novalidate {
                (draft.summary())
                (Field::text("email", "E-mail address of the new Primary").hint("Of a contact, or of somebody who becomes one.").email().required().autocomplete("off").show(draft))
                (Field::text("display_name", "Name").hint("Counts for somebody new to the portal.").required().max_length(80).autocomplete("off").show(draft))
                (Field::text("reason", "What was checked, and how").hint("With whom you spoke and how you know that it was them. The customer reads it in its log.").textarea(3).required().max_length(300).counted().show(draft))
                (checkbox(draft, "keep_previous", "Whoever was Primary stays a contact", None, false))
                (page::actions(html! {
                    (page::button(Kind::Danger, "Replace the Primary"))
                    (page::button_link(Kind::Quiet, "Leave it as it is", &back, None))
                }))
            }
        };
        let title = format!("Replace the Primary of {}", it.name.as_str());
        let intro = "Only after a check outside the portal: whoever is Primary opens everything of the customer. Both get a mail.";
        let main = html! {
            (page::page_head(&title, Some(intro), html! {}))
            (page::columns(page::card(None, form), page::card(Some("Contacts now"), self.now())))
        };
        page::screen(frame, &title, main)
    }

    fn json(&self) -> Value {
        Value::Null
    }
}

impl Replacing {
    fn now(&self) -> Markup {
        html! {
            ul.plain {
                @for it in &self.contacts {
                    li {
                        (it.name.as_str()) @if it.holds(Role::Primary) { " " (page::tag("Primary")) }
                        br; small { (it.email.as_str()) }
                    }
                }
            }
        }
    }
}
