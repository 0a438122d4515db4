use maud::{Markup, html};

use super::Icon;

/// One thing that somebody is told.
pub struct Entry {
    pub href: String,
    pub title: String,
    /// Its beginning.
    pub text: String,
    pub icon: Icon,
    pub unread: bool,
    pub pinned: bool,
    /// What sort of thing, when, about what.
    pub about: Vec<Markup>,
    /// What can be done with it at once.
    pub action: Option<Markup>,
}

/// What somebody is told, as a list: unread ones carry a mark and a word, so colour never says it alone.
#[must_use]
pub fn feed(label: &str, entries: &[Entry]) -> Markup {
    html! {
        ul.feed aria-label=(label) {
            @for it in entries {
                li.unread[it.unread] {
                    span.tile-icon { (it.icon) }
                    div.feed-words {
                        p.feed-title {
                            a href=(it.href) { (it.title) }
                            @if it.unread { span.feed-mark { "Unread" } }
                        }
                        @if !it.text.is_empty() { p { (it.text) } }
                        p.feed-about {
                            @if it.pinned { span { (Icon::Pin) "Pinned" } }
                            @for part in &it.about { span { (part) } }
                        }
                    }
                    @if let Some(action) = &it.action { div.feed-action { (action) } }
                }
            }
        }
    }
}
