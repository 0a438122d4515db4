use maud::{Markup, html};

use super::{Choice, Icon};

pub enum Control<'a> {
    /// `every` is the label of the entry that filters nothing.
    OneOf {
        name: &'a str,
        label: &'a str,
        options: &'a [Choice],
        chosen: Option<&'a str>,
        every: &'a str,
    },
    Date {
        name: &'a str,
        label: &'a str,
        value: Option<&'a str>,
    },
}

/// The filters of a list; they stand in the address, so a filtered list can be shared and Back works.
pub struct FilterBar<'a> {
    pub action: &'a str,
    /// Name, label and what was searched; `/` jumps here.
    pub search: Option<(&'a str, &'a str, Option<&'a str>)>,
    pub controls: Vec<Control<'a>>,
    /// Where "Clear filters" leads; given only when something is filtered.
    pub clear: Option<&'a str>,
    /// Where the CSV of what is shown can be had.
    pub export: Option<&'a str>,
}

#[must_use]
pub fn filter_bar(bar: &FilterBar) -> Markup {
    html! {
        form.filters method="get" action=(bar.action) role="search" {
            @if let Some((name, label, value)) = bar.search {
                label.search {
                    span.vh { (label) }
                    (Icon::Search)
                    input type="search" name=(name) value=[value] placeholder=(label) data-search;
                    kbd.js-only aria-hidden="true" { "/" }
                }
            }
            @for control in &bar.controls { (one(control)) }
            div.filter-actions {
                button.button.secondary type="submit" { "Show" }
                @if let Some(clear) = bar.clear { a.button.quiet href=(clear) { (Icon::Cross) "Clear filters" } }
                @if let Some(export) = bar.export { a.button.quiet href=(export) data-export { (Icon::Download) "CSV" } }
            }
        }
    }
}

fn one(control: &Control) -> Markup {
    match control {
        Control::OneOf { name, label, options, chosen, every } => html! {
            label.filter {
                span { (label) }
                span.select {
                    select name=(name) {
                        option value="" selected[chosen.is_none()] { (every) }
                        @for option in *options {
                            option value=(option.value) selected[*chosen == Some(option.value.as_str())] {
                                (option.label)
                            }
                        }
                    }
                    (Icon::Down)
                }
            }
        },
        Control::Date { name, label, value } => html! {
            label.filter { span { (label) } input type="date" name=(name) value=[*value]; }
        },
    }
}
