use maud::{Markup, html};

use super::{Icon, Tone};

/// Up to this many, a meter shows one mark for each place.
const MOST_MARKS: u32 = 12;

pub struct Tile {
    pub label: String,
    pub text: String,
    pub href: String,
    pub icon: Icon,
    pub external: bool,
}

#[must_use]
pub fn launcher(tiles: &[Tile]) -> Markup {
    html! {
        ul.launcher {
            @for tile in tiles {
                li {
                    a.tile href=(tile.href) target=[tile.external.then_some("_blank")] rel=[tile.external.then_some("noopener")] {
                        span.tile-icon { (tile.icon) }
                        b { (tile.label) @if tile.external { span.vh { " (other site, opens in a new tab)" } } }
                        span.tile-text { (tile.text) }
                        span.tile-go { @if tile.external { (Icon::External) } @else { (Icon::Arrow) } }
                    }
                }
            }
        }
    }
}

#[must_use]
pub fn card(title: Option<&str>, body: Markup) -> Markup {
    html! {
        section.card {
            @if let Some(title) = title { h2 { (title) } }
            (body)
        }
    }
}

/// The one card of a page where nobody is signed in, and what stands below it.
#[must_use]
pub fn door(body: Markup, more: Markup) -> Markup {
    html! { section.door { (body) @if !more.0.is_empty() { div.door-more.prose { (more) } } } }
}

/// A titled part of a page without a box of its own: a heading, a line, actions at its right, and what follows.
#[must_use]
pub fn section(title: &str, intro: Option<&str>, actions: Markup, body: Markup) -> Markup {
    html! {
        section.part {
            header.part-head {
                div {
                    h2 { (title) }
                    @if let Some(intro) = intro { p { (intro) } }
                }
                @if !actions.0.is_empty() { div.actions { (actions) } }
            }
            (body)
        }
    }
}

/// Puts room between blocks that follow one another.
#[must_use]
pub fn stack(body: Markup) -> Markup {
    html! { div.stack { (body) } }
}

/// The main matter left, and what belongs beside it right; under one another where there is no room.
#[must_use]
pub fn columns(main: Markup, beside: Markup) -> Markup {
    html! { div.columns { div.stack { (main) } aside.stack { (beside) } } }
}

/// Two blocks of equal weight; under one another where there is no room.
#[must_use]
pub fn pair(first: Markup, second: Markup) -> Markup {
    html! { div.pair { (first) (second) } }
}

/// What will happen, in order.
#[must_use]
pub fn steps(items: &[&str]) -> Markup {
    html! { ol.steps role="list" { @for item in items { li { (item) } } } }
}

#[must_use]
pub fn definition(rows: &[(&str, Markup)]) -> Markup {
    html! { dl.definition { @for (term, what) in rows { div { dt { (term) } dd { (what) } } } } }
}

#[must_use]
pub fn empty_state(icon: Icon, title: &str, text: &str, action: Option<Markup>) -> Markup {
    html! {
        section.empty {
            span.empty-icon { (icon) }
            h2 { (title) }
            p { (text) }
            @if let Some(action) = action { div.actions { (action) } }
        }
    }
}

#[must_use]
pub fn notice(tone: Tone, title: &str, body: Markup) -> Markup {
    let icon = match tone {
        Tone::Attention => Icon::Alert,
        Tone::Neutral => Icon::Info, // the dot of a badge would be lost here
        Tone::Good | Tone::Warning | Tone::Danger | Tone::Info => tone.icon(),
    };
    html! {
        section class={ "notice " (tone.class()) } {
            (icon)
            div { h2 { (title) } (body) }
        }
    }
}

/// Each entry is a label, an address, and whether it is the one shown.
#[must_use]
pub fn tabs(items: &[(&str, &str, bool)]) -> Markup {
    html! {
        nav.tabs aria-label="Views" {
            ul {
                @for (label, href, current) in items {
                    li { a href=(href) aria-current=[current.then_some("page")] { (label) } }
                }
            }
        }
    }
}

/// Several looks at the same thing, side by side: label, drawing, address, and whether it is the one shown.
#[must_use]
pub fn segments(name: &str, items: &[(&str, Icon, &str, bool)]) -> Markup {
    html! {
        nav.segments aria-label=(name) {
            ul {
                @for (label, icon, href, current) in items {
                    li { a href=(href) aria-current=[current.then_some("true")] { (icon) (label) } }
                }
            }
        }
    }
}

/// How full something is, in percent. Decoration: the number stands beside it.
#[must_use]
pub fn gauge(tone: Tone, percent: f64) -> Markup {
    html! {
        svg class={ "gauge " (tone.class()) } viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" {
            rect.gauge-on height="4" width=(percent.clamp(0.0, 100.0)) {}
        }
    }
}

/// Says "3 of 5 contacts"; the drawing beside it is for the eye only.
#[must_use]
pub fn meter(label: &str, used: u32, most: u32) -> Markup {
    let tone = if used >= most { "full" } else { "free" };
    html! {
        div class={ "meter " (tone) } {
            @if most <= MOST_MARKS {
                span.marks aria-hidden="true" { @for place in 0..most { i.on[place < used] {} } }
            } @else {
                svg.gauge viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" {
                    rect.gauge-on height="4" width=(hundredths(used, most)) {}
                }
            }
            span { b { (used) } " of " (most) " " (label) }
        }
    }
}

/// A code to read or copy. The copy button appears when script is there to do it.
#[must_use]
pub fn code_line(label: &str, code: &str) -> Markup {
    html! {
        div.code-line {
            span.code-label { (label) }
            code { (code) }
            button.icon-button.js-only type="button" data-copy=(code) aria-label={ "Copy: " (label) } { (Icon::Copy) }
        }
    }
}

fn hundredths(used: u32, most: u32) -> u64 {
    (u64::from(used) * 100).checked_div(u64::from(most)).unwrap_or(0).min(100)
}
