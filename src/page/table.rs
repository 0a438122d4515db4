use maud::{Markup, html};

use super::Icon;
use super::shell::initials;

#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub label: &'static str,
    pub kind: ColumnKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    Text,
    /// Text that must not break: a date, an order number.
    Short,
    Number,
    Actions,
}

impl ColumnKind {
    const fn class(self) -> Option<&'static str> {
        match self {
            Self::Text => None,
            Self::Short => Some("short"),
            Self::Number => Some("number"),
            Self::Actions => Some("row-actions"),
        }
    }
}

/// The first cell of a row names it. Where there is no room for columns each row becomes a card, and each cell
/// shows its column's label. The caption is read aloud and printed, not seen.
#[must_use]
pub fn table(caption: &str, columns: &[Column], rows: Vec<Vec<Markup>>) -> Markup {
    html! {
        div.sheet {
            table {
                caption { (caption) }
                thead { tr { @for column in columns { (head_cell(column)) } } }
                tbody {
                    @for row in &rows {
                        tr { @for (at, (column, cell)) in columns.iter().zip(row).enumerate() { (body_cell(at == 0, column, cell)) } }
                    }
                }
            }
        }
    }
}

/// A person in a table: a name, the address under it, and initials for the eye.
#[must_use]
pub fn person(name: &str, email: &str) -> Markup {
    html! {
        span.person {
            span.avatar aria-hidden="true" { (initials(name)) }
            span.who { b { (name) } small { (email) } }
        }
    }
}

/// Links to the neighbouring pages of a list, newest first.
#[must_use]
pub fn pages(newer: Option<&str>, older: Option<&str>, count: Option<&str>) -> Markup {
    html! {
        @if newer.is_some() || older.is_some() || count.is_some() {
            nav.pages aria-label="Pages" {
                p { (count.unwrap_or_default()) }
                @if let Some(newer) = newer { a.button.secondary rel="prev" href=(newer) { (Icon::Back) "Newer" } }
                @if let Some(older) = older { a.button.secondary rel="next" href=(older) { "Older" (Icon::Arrow) } }
            }
        }
    }
}

fn head_cell(column: &Column) -> Markup {
    html! {
        th scope="col" class=[column.kind.class()] {
            @if column.kind == ColumnKind::Actions { span.vh { (column.label) } } @else { (column.label) }
        }
    }
}

fn body_cell(first: bool, column: &Column, cell: &Markup) -> Markup {
    html! {
        @if first { th scope="row" class=[column.kind.class()] { (cell) } }
        @else { td class=[column.kind.class()] data-label=(column.label) { (cell) } }
    }
}
