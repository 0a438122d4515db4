use axum::response::Html;
use maud::{Markup, html};

use super::Kept;
use crate::access::Config;
use crate::kernel::rfc3339;
use crate::page::{
    Frame, Icon, Kind, button, button_link, card, empty_state, moment, page_head, screen, stack,
};

pub fn mailbox(frame: &Frame, mails: &[Kept], config: &Config) -> Html<String> {
    let intro = "What the portal would have sent. This page is there in development and test only.";
    let refresh = button_link(Kind::Secondary, "Refresh", "/dev/mail", Some(Icon::Mail));
    let main = html! {
        (page_head("Mailbox", Some(intro), refresh))
        @if mails.is_empty() {
            (empty_state(Icon::Mail, "No mail yet", "Mail arrives here a moment after the deed that causes it.", None))
        } @else {
            (stack(html! { @for mail in mails { (one(mail, config)) } }))
        }
        (card(Some("Demo data"), html! {
            p { "Loads the demo data again from scratch. Everything else in this database is deleted, sessions and this mailbox too." }
            form method="post" action="/dev/seed" { (button(Kind::Danger, "Start over with the demo data")) }
        }))
    };
    screen(frame, "Mailbox", main)
}

fn one(mail: &Kept, config: &Config) -> Markup {
    let body = html! {
        p {
            "To " b { (mail.recipient) } ", "
            (moment(&rfc3339(mail.sent_at), &config.zone.words(mail.sent_at)))
            " · " a href={ "/dev/mail/" (mail.id.as_str()) "/html" } { "As it looks" }
        }
        pre.letter { (linked(&mail.body_text, &config.origin)) }
    };
    card(Some(&mail.subject), body)
}

/// A line that is an address of the portal leads there; no other address does.
fn linked(text: &str, origin: &str) -> Markup {
    html! {
        @for line in text.lines() {
            @if line.strip_prefix(origin).is_some_and(|it| it.starts_with('/')) { a href=(line) { (line) } }
            @else { (line) }
            "\n"
        }
    }
}
