use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::Subject;
use crate::answer::View;
use crate::kernel::OrgName;
use crate::page::{self, Frame, Kind};

pub struct Asking {
    pub subject: Subject,
    pub org: OrgName,
    /// Whether there is still something to stop.
    pub ends: bool,
    pub at: String,
}

pub struct Stopped {
    pub subject: Subject,
    pub org: OrgName,
    pub preferences: String,
}

impl View for Asking {
    fn page(&self, frame: &Frame) -> Html<String> {
        let what = what(self.subject, &self.org);
        let body = html! {
            h1 { "Stop these mails?" }
            @if self.ends {
                p { "You will no longer get " (what) ". Everything stays in the portal." }
                form method="post" action=(self.at) { (page::actions(page::button(Kind::Primary, "Stop these mails"))) }
            } @else {
                p { "You do not get " (what) " any more. There is nothing to stop." }
            }
        };
        page::screen(frame, "Unsubscribe", page::door(body, always()))
    }

    fn json(&self) -> Value {
        json!({})
    }
}

impl View for Stopped {
    fn page(&self, frame: &Frame) -> Html<String> {
        let body = html! {
            h1 { "These mails have stopped" }
            p { "You no longer get " (what(self.subject, &self.org)) ". Everything stays in the portal." }
            (page::actions(page::button_link(Kind::Secondary, "Choose again", &self.preferences, None)))
        };
        page::screen(frame, "Unsubscribed", page::door(body, always()))
    }

    fn json(&self) -> Value {
        json!({})
    }
}

fn what(subject: Subject, org: &OrgName) -> Markup {
    html! {
        @match subject {
            Subject::Category(category) => { "mails about " b { (category.label().to_lowercase()) } },
            Subject::Digest => { "the " b { "weekly mail" } },
        }
        " of " b { (org.as_str()) }
    }
}

fn always() -> Markup {
    html! { p { "Mails about licences and security are always sent, because missing one of them does harm." } }
}
