use maud::{Markup, html};

/// Fields side by side, as many as there is room for.
#[must_use]
pub fn grid(fields: Markup) -> Markup {
    html! { div.field-grid { (fields) } }
}

/// Fields that belong together, under a heading of their own.
#[must_use]
pub fn group(legend: &str, fields: Markup) -> Markup {
    html! { fieldset.group { legend { (legend) } (fields) } }
}

/// Submits the form it stands in, and says by its name that something else is wanted.
#[must_use]
pub fn button_named(label: &str, name: &str) -> Markup {
    html! { button.button.secondary type="submit" name=(name) value="on" { (label) } }
}
