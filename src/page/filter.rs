use maud::{Markup, html};

use super::form::field_id;
use super::{Choice, Icon};
use crate::kernel::{Day, FieldError};

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
    /// What was asked for and cannot be; each is said at its control.
    pub errors: &'a [FieldError],
}

#[must_use]
pub fn filter_bar(bar: &FilterBar) -> Markup {
    html! {
        // What the browser remembers of a form would contradict the address that Back leads to.
        form.filters method="get" action=(bar.action) role="search" autocomplete="off" {
            @if let Some((name, label, value)) = bar.search {
                div.filter-search {
                    label.search {
                        span.vh { (label) }
                        (Icon::Search)
                        input type="search" id=(field_id(name)) name=(name) value=[value] placeholder=(label) data-search
                            aria-invalid=[bar.invalid(name)] aria-describedby=[bar.described(name)];
                        kbd.js-only aria-hidden="true" { "/" }
                    }
                    (bar.said_of(name))
                }
            }
            @for control in &bar.controls { (bar.one(control)) }
            div.filter-actions {
                button.button.secondary type="submit" { "Show" }
                @if let Some(clear) = bar.clear { a.button.quiet href=(clear) { (Icon::Cross) "Clear filters" } }
                @if let Some(export) = bar.export { a.button.quiet href=(export) data-export { (Icon::Download) "CSV" } }
            }
        }
    }
}

impl FilterBar<'_> {
    fn one(&self, control: &Control) -> Markup {
        match control {
            Control::OneOf { name, label, options, chosen, every } => html! {
                div.filter {
                    label for=(field_id(name)) { (label) }
                    span.select {
                        select id=(field_id(name)) name=(name)
                            aria-invalid=[self.invalid(name)] aria-describedby=[self.described(name)] {
                            option value="" selected[chosen.is_none()] { (every) }
                            @for option in *options {
                                option value=(option.value) selected[*chosen == Some(option.value.as_str())] {
                                    (option.label)
                                }
                            }
                        }
                        (Icon::Down)
                    }
                    (self.said_of(name))
                }
            },
            Control::Date { name, label, value } => html! {
                div.filter {
                    label for=(field_id(name)) { (label) }
                    input type=(date_or_text(*value)) id=(field_id(name)) name=(name) value=[*value]
                        aria-invalid=[self.invalid(name)] aria-describedby=[self.described(name)];
                    (self.said_of(name))
                }
            },
        }
    }

    fn errors_of(&self, name: &str) -> impl Iterator<Item = &FieldError> {
        self.errors.iter().filter(move |it| it.field == name)
    }

    fn invalid(&self, name: &str) -> Option<&'static str> {
        self.errors_of(name).next().map(|_| "true")
    }

    fn described(&self, name: &str) -> Option<String> {
        self.invalid(name).map(|_| format!("error-{name}"))
    }

    fn said_of(&self, name: &str) -> Markup {
        html! {
            @if self.invalid(name).is_some() {
                p.error id={ "error-" (name) } {
                    (Icon::Alert)
                    span { @for (at, error) in self.errors_of(name).enumerate() { @if at > 0 { br; } (error.message) } }
                }
            }
        }
    }
}

/// A date field shows nothing for a date that does not exist, and what was typed must not vanish.
fn date_or_text(value: Option<&str>) -> &'static str {
    if value.is_none_or(|it| Day::try_from(it.to_owned()).is_ok()) { "date" } else { "text" }
}
