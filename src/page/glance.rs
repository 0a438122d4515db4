use maud::{Markup, html};

use super::Tone;

/// One matter and how it stands: the word, the fact, what is behind it, and where to see more.
pub struct Glance {
    pub label: &'static str,
    pub fact: String,
    pub text: String,
    pub tone: Tone,
    pub href: Option<String>,
}

/// What somebody wants to know first: is anything wrong, what is next. Whatever is wrong says so by icon and word.
#[must_use]
pub fn glances(items: &[Glance]) -> Markup {
    html! {
        @if !items.is_empty() {
            ul.glances {
                @for it in items {
                    li {
                        @match &it.href {
                            Some(href) => a class={ "glance " (it.tone.class()) } href=(href) { (inside(it)) },
                            None => div class={ "glance " (it.tone.class()) } { (inside(it)) },
                        }
                    }
                }
            }
        }
    }
}

fn inside(it: &Glance) -> Markup {
    html! {
        span.glance-label { (it.tone.icon()) (it.label) }
        b { (it.fact) }
        span.glance-text { (it.text) }
    }
}
