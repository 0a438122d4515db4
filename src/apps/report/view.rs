use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::rules::{Asked, Standing};
use crate::answer::View;
use crate::kernel::{Email, FieldError, OrgName, Zone, rfc3339};
use crate::page::{self, Draft, Frame, Icon, Kind, button, button_link, moment};

/// What the report is, the button that asks for it, and what became of the last one.
pub struct Page {
    pub latest: Option<Asked>,
    pub covered: Vec<OrgName>,
    pub email: Email,
    pub now: i64,
    pub zone: Zone,
    /// Of the form, so that two presses are one deed.
    pub key: String,
    pub at: String,
    pub errors: Vec<FieldError>,
}

impl View for Page {
    fn page(&self, frame: &Frame) -> Html<String> {
        let intro = "Everything about your organisations in one file that opens anywhere and prints well.";
        let main = html! {
            (page::page_head("Organisation report", Some(intro), html! {}))
            (Draft::blank(self.errors.clone()).summary())
            (page::columns(html! { (self.form()) @if let Some(latest) = &self.latest { (self.last(latest)) } }, self.about()))
        };
        page::screen(frame, "Organisation report", main)
    }

    fn json(&self) -> Value {
        json!({ "latest": self.latest.as_ref().map(|it| &it.id) })
    }
}

impl Page {
    fn form(&self) -> Markup {
        let body = html! {
            p { "The report will be sent to " b { (self.email.as_str()) } " as an HTML attachment." }
            form method="post" action=(self.at) {
                input type="hidden" name="idempotency_key" value=(self.key);
                (page::actions(button(Kind::Primary, "Get organisation report")))
            }
        };
        page::card(None, body)
    }

    fn last(&self, latest: &Asked) -> Markup {
        let at = |at: i64| moment(&rfc3339(at), &self.zone.words(at));
        let said = match latest.standing(self.now) {
            Standing::Making => html! {
                p #report-made data-pending { "It is being made and mailed. This takes less than a minute." }
            },
            Standing::Fresh(till) => html! {
                p #report-made { "Mailed to you. It can be downloaded until " (at(till)) "." }
                div.actions { (button_link(Kind::Secondary, "Download", &format!("{}/{}", self.at, latest.id.as_str()), Some(Icon::Download))) }
            },
            Standing::Old => html! { p { "Mailed to you. What it says is old by now; ask for a new one." } },
            Standing::Lost => {
                html! { p { "Something went wrong and it was not made. Please ask for a new one." } }
            }
        };
        let body = html! { p.quiet { "Asked for " (at(latest.asked_at)) } (said) };
        page::card(Some("Your last report"), body)
    }

    fn about(&self) -> Markup {
        let what = [
            "Contacts and their roles",
            "Subscriptions and packs",
            "Licences and how they stand",
            "What was used last",
        ];
        html! {
            (page::section("What stands in it", None, html! {}, page::steps(&what)))
            section.part {
                h2 { "About" }
                ul.covered { @for name in &self.covered { li { (name.as_str()) } } }
                p.quiet { "All organisations of which you are the Primary contact." }
            }
        }
    }
}
