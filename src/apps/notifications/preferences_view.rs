use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::rules::{Category, Choice, Preference, in_force};
use crate::answer::View;
use crate::kernel::{Email, OrgName};
use crate::page::{self, Draft, Frame, Kind, Tone};

/// What comes by mail.
pub struct Preferences {
    pub chosen: Vec<Preference>,
    pub draft: Draft,
    pub email: Email,
    pub org: OrgName,
    /// Of the list of notifications.
    pub at: String,
}

impl View for Preferences {
    fn page(&self, frame: &Frame) -> Html<String> {
        let intro = format!(
            "In the portal you find every notification, always. Here you choose what also comes to {} about {}.",
            self.email.as_str(),
            self.org.as_str()
        );
        let main = html! {
            (page::page_head("Mail preferences", Some(&intro), html! {}))
            (page::card(Some("What you choose"), html! {
                form method="post" action={ (self.at) "/preferences" } novalidate {
                    (self.draft.summary())
                    div.field-grid { @for it in Category::ALL { (self.choice(it)) } }
                    (page::actions(html! {
                        (page::button(Kind::Primary, "Save"))
                        (page::button_link(Kind::Quiet, "All notifications", &self.at, None))
                    }))
                }
            }))
            (page::card(Some("What is always mailed"), page::definition(&fixed())))
            p.quiet {
                "Mails that something you did calls for, such as a link to set a password, are always sent. A weekly mail \
                 is sent only when there is something in it that you have not read."
            }
        };
        page::screen(frame, "Mail preferences", main)
    }

    fn json(&self) -> Value {
        let all = Category::ALL.map(|it| (it.code().to_owned(), json!(in_force(it, &self.chosen))));
        Value::Object(all.into_iter().collect())
    }
}

impl Preferences {
    fn choice(&self, category: Category) -> Markup {
        let options =
            Choice::ALL.map(|it| page::Choice { value: it.code().to_owned(), label: it.label().to_owned() });
        let chosen = in_force(category, &self.chosen).code();
        html! {
            @if category.fixed().is_none() {
                (page::select(&self.draft, category.code(), category.label(), Some(about(category)), &options, Some(chosen), None))
            }
        }
    }
}

fn fixed() -> Vec<(&'static str, Markup)> {
    let fixed = Category::ALL.into_iter().filter_map(|it| it.fixed().map(|why| (it.label(), why)));
    fixed
        .map(|(label, why)| {
            (label, html! { (page::badge(Tone::Neutral, "Always sent")) br; small { (why) } })
        })
        .collect()
}

const fn about(category: Category) -> &'static str {
    match category {
        Category::License => "How long your products may run",
        Category::Billing => "Invoices, payments and use beyond what was bought",
        Category::Downtime => "Maintenance that is planned, and what is down",
        Category::Release => "New versions of your products",
        Category::Security => "What endangers your data",
        Category::Report => "Reports that are ready",
        Category::Account => "Your organisation and its contacts",
        Category::General => "Everything else",
    }
}
