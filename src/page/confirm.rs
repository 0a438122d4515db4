use maud::{Markup, html};

use super::Icon;
use super::form::{Kind, button, button_link};

/// Asked only before what cannot be undone. The title is the question, the buttons are verbs.
pub struct Question<'a> {
    pub title: &'a str,
    pub consequences: &'a [String],
    pub action_href: &'a str,
    pub verb: &'a str,
    pub keep_label: &'a str,
    pub keep_href: &'a str,
    pub hidden: &'a [(&'a str, &'a str)],
    pub danger: bool,
}

/// A page of its own; a link to it that carries `data-confirm` opens it as a dialog where script runs.
#[must_use]
pub fn confirm(question: &Question) -> Markup {
    let kind = if question.danger { Kind::Danger } else { Kind::Primary };
    html! {
        section.confirm data-question {
            @if question.danger { span.confirm-icon { (Icon::Alert) } }
            h1 #question { (question.title) }
            @if !question.consequences.is_empty() {
                ul { @for consequence in question.consequences { li { (consequence) } } }
            }
            form method="post" action=(question.action_href) {
                @for (name, value) in question.hidden { input type="hidden" name=(name) value=(value); }
                div.form-actions {
                    (button(kind, question.verb))
                    (button_link(Kind::Secondary, question.keep_label, question.keep_href, None))
                }
            }
        }
    }
}
