use std::collections::BTreeMap;

use maud::{Markup, html};

use super::Icon;
use crate::kernel::FieldError;

/// What was typed and what is wrong with it; a blank form is the default.
#[derive(Debug, Default, Clone)]
pub struct Draft {
    pub typed: BTreeMap<String, String>,
    pub errors: Vec<FieldError>,
}

impl Draft {
    #[must_use]
    pub fn blank(errors: Vec<FieldError>) -> Self {
        Self { errors, ..Self::default() }
    }

    #[must_use]
    pub fn value(&self, field: &str) -> Option<&str> {
        self.typed.get(field).map(String::as_str)
    }

    pub fn errors_of(&self, field: &str) -> impl Iterator<Item = &FieldError> {
        self.errors.iter().filter(move |it| it.field == field)
    }

    /// Stands above the form and links to each field; nothing when nothing is wrong. An error without a field
    /// concerns the form as a whole, and is the title when it is the only one.
    #[must_use]
    pub fn summary(&self) -> Markup {
        let title = match self.errors.as_slice() {
            [] => return html! {},
            [only] if only.field.is_empty() => {
                return summary_box(&only.message, html! {});
            }
            [_] => "Please correct one thing".to_owned(),
            many => format!("Please correct {} things", many.len()),
        };
        let list = html! {
            ul {
                @for error in &self.errors {
                    li {
                        @if error.field.is_empty() { (error.message) }
                        @else { a href={ "#" (field_id(&error.field)) } { (error.message) } }
                    }
                }
            }
        };
        summary_box(&title, list)
    }
}

fn summary_box(title: &str, list: Markup) -> Markup {
    html! {
        div.error-summary role="alert" tabindex="-1" data-focus { (Icon::Alert) div { h2 { (title) } (list) } }
    }
}

/// One entry of a select.
#[derive(Debug, Clone)]
pub struct Choice {
    pub value: String,
    pub label: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Primary,
    Secondary,
    Quiet,
    Danger,
}

impl Kind {
    const fn class(self) -> &'static str {
        match self {
            Self::Primary => "button primary",
            Self::Secondary => "button secondary",
            Self::Quiet => "button quiet",
            Self::Danger => "button danger",
        }
    }
}

/// Submits the form it stands in.
#[must_use]
pub fn button(kind: Kind, label: &str) -> Markup {
    html! { button class=(kind.class()) type="submit" { (label) } }
}

/// The same where several stand in one list: who hears the page hears what it is about, too.
#[must_use]
pub fn button_about(kind: Kind, label: &str, about: &str) -> Markup {
    html! { button class=(kind.class()) type="submit" { (label) span.vh { " " (about) } } }
}

/// An arrow stands after the words, every other icon before them.
#[must_use]
pub fn button_link(kind: Kind, label: &str, href: &str, icon: Option<Icon>) -> Markup {
    let (before, after) = match icon {
        Some(Icon::Arrow | Icon::External) => (None, icon),
        _ => (icon, None),
    };
    html! {
        a class=(kind.class()) href=(href) {
            @if let Some(icon) = before { (icon) }
            (label)
            @if let Some(icon) = after { (icon) }
        }
    }
}

/// The row of buttons that ends a form; the main one first, so that it is also the first for the keyboard.
#[must_use]
pub fn actions(buttons: Markup) -> Markup {
    html! { div.form-actions { (buttons) } }
}

/// Whatever was typed wins over `ticked_by_default`: a form that comes back without the name was unticked.
#[must_use]
pub fn checkbox(
    draft: &Draft,
    name: &str,
    label: &str,
    hint: Option<&str>,
    ticked_by_default: bool,
) -> Markup {
    let ticked = if draft.typed.is_empty() { ticked_by_default } else { draft.value(name).is_some() };
    let id = field_id(name);
    let notes = Notes::of(draft, name, hint);
    html! {
        div.field.field-tick {
            label.tick for=(id) {
                input type="checkbox" id=(id) name=(name) value="on" checked[ticked]
                    aria-describedby=[notes.ids()] aria-invalid=[notes.invalid()];
                span { (label) }
            }
            (notes.show())
        }
    }
}

/// `none` is the label of the empty entry; without it something is always chosen.
#[must_use]
pub fn select(
    draft: &Draft,
    name: &str,
    label: &str,
    hint: Option<&str>,
    options: &[Choice],
    chosen: Option<&str>,
    none: Option<&str>,
) -> Markup {
    let chosen = draft.value(name).or(chosen).unwrap_or_default();
    let id = field_id(name);
    let notes = Notes::of(draft, name, hint);
    html! {
        div.field {
            label for=(id) { (label) }
            (notes.hint_line())
            div.select {
                select id=(id) name=(name) aria-describedby=[notes.ids()] aria-invalid=[notes.invalid()] {
                    @if let Some(none) = none { option value="" selected[chosen.is_empty()] { (none) } }
                    @for option in options {
                        option value=(option.value) selected[option.value == chosen] { (option.label) }
                    }
                }
                (Icon::Down)
            }
            (notes.error_lines())
        }
    }
}

/// The form behind a link from a mail. The token travels in the fragment: script moves it from the address into
/// the field and hides the field; without script the person pastes the code. Nothing is sent before the press.
#[must_use]
pub fn link_form(draft: &Draft, action: &str, fields: Markup, verb: &str) -> Markup {
    let code = super::Field::text("token", "Code from the mail")
        .hint("Paste the code that stands under the button in the mail.")
        .autocomplete("one-time-code")
        .required();
    html! {
        form method="post" action=(action) novalidate data-link-token {
            (draft.summary())
            div data-code-field { (code.show(draft)) }
            (fields)
            (actions(button(Kind::Primary, verb)))
        }
    }
}

pub(super) fn field_id(name: &str) -> String {
    format!("field-{name}")
}

/// The hint and the errors of one field, and the ids by which the control refers to them.
pub(super) struct Notes<'a> {
    name: &'a str,
    hint: Option<&'a str>,
    errors: Vec<&'a FieldError>,
}

impl<'a> Notes<'a> {
    pub(super) fn of(draft: &'a Draft, name: &'a str, hint: Option<&'a str>) -> Self {
        Self { name, hint, errors: draft.errors_of(name).collect() }
    }

    /// Its ids are made of this instead of the name.
    pub(super) fn called(self, key: &'a str) -> Self {
        Self { name: key, ..self }
    }

    pub(super) fn ids(&self) -> Option<String> {
        let hint = self.hint.map(|_| format!("hint-{}", self.name));
        let error = self.invalid().map(|_| format!("error-{}", self.name));
        match (hint, error) {
            (Some(hint), Some(error)) => Some(format!("{error} {hint}")),
            (hint, error) => error.or(hint),
        }
    }

    pub(super) fn invalid(&self) -> Option<&'static str> {
        (!self.errors.is_empty()).then_some("true")
    }

    pub(super) fn hint_line(&self) -> Markup {
        html! { @if let Some(hint) = self.hint { p.hint id={ "hint-" (self.name) } { (hint) } } }
    }

    pub(super) fn error_lines(&self) -> Markup {
        html! {
            @if !self.errors.is_empty() {
                p.error id={ "error-" (self.name) } {
                    (Icon::Alert)
                    span { @for (at, error) in self.errors.iter().enumerate() { @if at > 0 { br; } (error.message) } }
                }
            }
        }
    }

    fn show(&self) -> Markup {
        html! { (self.hint_line()) (self.error_lines()) }
    }
}
