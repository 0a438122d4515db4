use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::rules::Feed;
use crate::answer::View;
use crate::kernel::{Zone, rfc3339};
use crate::page::{self, Frame, Icon, Kind, Tone, button, button_link, card};

pub struct Feeds {
    pub feed: Option<Feed>,
    pub zone: Zone,
    pub at: String,
}

/// Shown once.
pub struct NewFeed {
    pub address: String,
    pub at: String,
}

const INTRO: &str = "The last day of every licence in your own calendar, with a reminder 30 and 7 days before. A date that \
                     moves in the portal moves there, too.";

impl View for Feeds {
    fn page(&self, frame: &Frame) -> Html<String> {
        let main = html! {
            (page::page_head("Calendar", Some(INTRO), self.back()))
            @match &self.feed {
                None => (self.none_yet()),
                Some(feed) => (self.there_is(feed)),
            }
        };
        page::screen(frame, "Calendar", main)
    }

    fn json(&self) -> Value {
        json!({ "created_at": self.feed.as_ref().map(|it| rfc3339(it.created_at)) })
    }
}

impl Feeds {
    fn back(&self) -> Markup {
        button_link(Kind::Secondary, "Order Book", &self.at.replace("/calendar", "/orders"), Some(Icon::Back))
    }

    fn none_yet(&self) -> Markup {
        card(
            Some("You have no calendar address yet"),
            html! {
                p { "An address of your own, to subscribe to in a calendar program. It works without signing in, so it is \
                     shown to you once, and you can take it back at any time. It stops by itself when your role no longer \
                     opens the Order Book." }
                form method="post" action=(self.at) { (page::actions(button(Kind::Primary, "Create my address"))) }
            },
        )
    }

    fn there_is(&self, feed: &Feed) -> Markup {
        let since = page::moment(&rfc3339(feed.created_at), &self.zone.words(feed.created_at));
        card(
            Some("Your calendar address works"),
            html! {
                p { (page::badge(Tone::Good, "Active")) " since " (since) }
                p { "It was shown once, when it was created. If you have lost it, or if somebody else may know it, create a \
                     new one: the old one stops at that moment." }
                div.form-actions {
                    form method="post" action=(self.at) { (button(Kind::Secondary, "Create a new address")) }
                    form method="post" action={ (self.at) "/revocation" } { (button(Kind::Danger, "Revoke the address")) }
                }
            },
        )
    }
}

impl View for NewFeed {
    fn page(&self, frame: &Frame) -> Html<String> {
        let webcal = self.webcal();
        let main = html! {
            (page::page_head("Your calendar address", Some("Copy it now: it is not shown again."), html! {}))
            (card(None, html! {
                (page::code_line("Web address", &self.address))
                (page::code_line("For programs that ask for webcal", &webcal))
                (page::actions(html! {
                    (button_link(Kind::Primary, "Open in my calendar program", &webcal, Some(Icon::Calendar)))
                    (button_link(Kind::Quiet, "Done", &self.at, None))
                }))
            }))
            (page::notice(Tone::Attention, "Keep it to yourself", html! {
                p { "Whoever knows this address sees your products and when their licences end, without signing in. Revoke \
                     it on the Calendar page when it is no longer needed." }
            }))
        };
        page::screen(frame, "Your calendar address", main)
    }

    fn json(&self) -> Value {
        json!({ "address": self.address })
    }
}

impl NewFeed {
    fn webcal(&self) -> String {
        format!("webcal://{}", self.address.split("://").nth(1).unwrap_or_default())
    }
}
