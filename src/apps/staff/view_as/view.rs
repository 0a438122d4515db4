use axum::response::Html;
use maud::html;
use serde_json::{Value, json};

use super::rules::Seen;
use crate::answer::View;
use crate::page::{self, Draft, Field, Frame, Kind, steps};

/// Why somebody wants to see the portal as this contact does.
pub struct Asking {
    pub seen: Seen,
    pub draft: Draft,
}

impl View for Asking {
    fn page(&self, frame: &Frame) -> Html<String> {
        let (it, draft) = (&self.seen, &self.draft);
        let back = format!("/staff/organisations/{}", it.org.as_str());
        let form = html! {
            form method="post" action={ (back) "/contacts/" (it.contact.as_str()) "/view-as" } novalidate {
                (draft.summary())
                (Field::text("reason", "Why you look").hint("The customer reads it in its log.").textarea(3).required().max_length(300).counted().show(draft))
                (page::actions(html! {
                    (page::button(Kind::Primary, "See the portal as this contact"))
                    (page::button_link(Kind::Quiet, "Do not", &back, None))
                }))
            }
        };
        let title = format!("View as {}", it.name.as_str());
        let intro = format!("{}, {}", it.org_name.as_str(), it.email.as_str());
        let means = steps(&[
            "You see what the contact sees, in this organisation and nowhere else. A banner on each page says so.",
            "Nothing can be changed, marked as read or downloaded from the documents.",
            "It ends after 30 minutes, or when you press the button in the banner.",
            "The Primary is told, and the log keeps who looked, when and why.",
        ]);
        let main = html! {
            (page::page_head(&title, Some(&intro), html! {}))
            (page::columns(page::card(None, form), page::card(Some("What it means"), means)))
        };
        page::screen(frame, &title, main)
    }

    fn json(&self) -> Value {
        json!({})
    }
}
