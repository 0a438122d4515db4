use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::rules::{Place, Undelivered, carries_a_link, title};
use crate::answer::View;
use crate::kernel::{Zone, rfc3339};
use crate::page::{self, Column, ColumnKind, Frame, Icon, Kind, button, moment};

pub struct Room {
    pub mails: Vec<Undelivered>,
    pub next: Option<Place>,
    pub is_first: bool,
    pub zone: Zone,
}

impl View for Room {
    fn page(&self, frame: &Frame) -> Html<String> {
        let intro =
            "Mails that could not be delivered. Ask for the right address first; then send them again.";
        let newer = (!self.is_first).then_some(super::AT);
        let older = self.next.as_ref().map(|it| format!("{}?cursor={}", super::AT, it.text()));
        let main = html! {
            (page::page_head("Mail room", Some(intro), html! {}))
            @if self.mails.is_empty() {
                (page::empty_state(Icon::Mail, "Every mail has arrived", "What cannot be delivered appears here with the reason that the other side gave.", None))
            } @else {
                (self.table())
                (page::pages(newer, older.as_deref(), None))
            }
        };
        page::screen(frame, "Mail room", main)
    }

    fn json(&self) -> Value {
        json!({})
    }
}

impl Room {
    fn table(&self) -> Markup {
        let columns = [
            Column { label: "Mail", kind: ColumnKind::Text },
            Column { label: "To", kind: ColumnKind::Text },
            Column { label: "Why it failed", kind: ColumnKind::Text },
            Column { label: "When", kind: ColumnKind::Short },
            Column { label: "What to do", kind: ColumnKind::Actions },
        ];
        let rows = self.mails.iter().map(|it| {
            vec![
                html! { (title(&it.kind)) @if carries_a_link(&it.kind) { br; small { "Its link may have expired by now" } } },
                html! {
                    (it.recipient.as_deref().unwrap_or("nobody"))
                    @if let (Some(id), Some(name)) = (&it.org_id, &it.org) {
                        br; small { a href={ "/staff/organisations/" (id.as_str()) } { (name) } }
                    }
                },
                html! {
                    (it.why())
                    br; small { (it.attempts) @if it.attempts == 1 { " attempt" } @else { " attempts" } }
                    @if let Some(error) = &it.error {
                        details.helper { summary { "What their side said" } p { code { (error) } } }
                    }
                },
                moment(&rfc3339(it.state_at), &self.zone.words(it.state_at)),
                html! {
                    form method="post" action={ (super::AT) "/" (it.id.as_str()) "/again" } { (button(Kind::Secondary, "Send again")) }
                },
            ]
        });
        page::table("Mails that failed, latest first", &columns, rows.collect())
    }
}
