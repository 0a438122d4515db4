use maud::{Markup, html};

use super::Icon;

/// How a thing stands. Each tone has an icon of its own, so colour never carries the meaning alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Neutral,
    Good,
    Attention,
    /// Between the two.
    Warning,
    Danger,
    Info,
}

impl Tone {
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Good => "good",
            Self::Attention => "attention",
            Self::Warning => "warning",
            Self::Danger => "danger",
            Self::Info => "info",
        }
    }

    pub(super) const fn icon(self) -> Icon {
        match self {
            Self::Neutral => Icon::Dot,
            Self::Good => Icon::Check,
            Self::Attention => Icon::Clock,
            Self::Warning => Icon::Bell,
            Self::Danger => Icon::Alert,
            Self::Info => Icon::Info,
        }
    }
}

/// How something stands, in an icon and a word.
#[must_use]
pub fn badge(tone: Tone, text: &str) -> Markup {
    html! { span class={ "badge " (tone.class()) } { (tone.icon()) (text) } }
}

/// A word that sorts and does not judge: a role, a category.
#[must_use]
pub fn tag(text: &str) -> Markup {
    html! { span.tag { (text) } }
}

/// Several badges or tags in one place.
#[must_use]
pub fn badges(items: &[Markup]) -> Markup {
    html! { span.badges { @for item in items { (item) } } }
}
