use maud::{Markup, html};

use super::Draft;
use super::form::{Notes, field_id};

/// A labelled control that keeps what was typed and says what is wrong with it.
/// `Field::text("display_name", "Display name").required().max_length(80).show(&draft)`
pub struct Field<'a> {
    name: &'a str,
    label: &'a str,
    hint: Option<&'a str>,
    initial: Option<&'a str>,
    autocomplete: Option<&'a str>,
    input_mode: Option<&'a str>,
    accept: Option<&'a str>,
    max_length: Option<u32>,
    control: Control,
    apart: Option<&'a str>,
    required: bool,
    counted: bool,
    focused: bool,
}

enum Control {
    Input(&'static str),
    Password,
    Textarea(u32),
    File { several: bool },
}

impl<'a> Field<'a> {
    #[must_use]
    pub fn text(name: &'a str, label: &'a str) -> Self {
        Self {
            name,
            label,
            hint: None,
            initial: None,
            autocomplete: None,
            input_mode: None,
            accept: None,
            max_length: None,
            control: Control::Input("text"),
            apart: None,
            required: false,
            counted: false,
            focused: false,
        }
    }

    #[must_use]
    pub fn hint(self, hint: &'a str) -> Self {
        Self { hint: Some(hint), ..self }
    }

    /// What stands in the field before anybody typed.
    #[must_use]
    pub fn initial(self, value: &'a str) -> Self {
        Self { initial: Some(value), ..self }
    }

    /// A field that is not required says "optional".
    #[must_use]
    pub fn required(self) -> Self {
        Self { required: true, ..self }
    }

    #[must_use]
    pub fn autocomplete(self, token: &'a str) -> Self {
        Self { autocomplete: Some(token), ..self }
    }

    #[must_use]
    pub fn input_mode(self, mode: &'a str) -> Self {
        Self { input_mode: Some(mode), ..self }
    }

    #[must_use]
    pub fn max_length(self, most: u32) -> Self {
        Self { max_length: Some(most), ..self }
    }

    /// Shows how many characters are left, where script is there to count; needs `max_length`.
    #[must_use]
    pub fn counted(self) -> Self {
        Self { counted: true, ..self }
    }

    /// The cursor starts here. At most one per page, and only where the page is nothing but this form.
    #[must_use]
    pub fn focused(self) -> Self {
        Self { focused: true, ..self }
    }

    #[must_use]
    pub fn email(self) -> Self {
        Self { control: Control::Input("email"), input_mode: Some("email"), ..self }
    }

    /// Never gives back what was typed.
    #[must_use]
    pub fn password(self) -> Self {
        Self { control: Control::Password, ..self }
    }

    #[must_use]
    pub fn date(self) -> Self {
        Self { control: Control::Input("date"), ..self }
    }

    #[must_use]
    pub fn textarea(self, rows: u32) -> Self {
        Self { control: Control::Textarea(rows), ..self }
    }

    #[must_use]
    pub fn file(self, accept: &'a str, several: bool) -> Self {
        Self { control: Control::File { several }, accept: Some(accept), ..self }
    }

    /// Where another form of the page has a field of this name: a label leads to one field alone.
    #[must_use]
    pub fn apart(self, form: Option<&'a str>) -> Self {
        Self { apart: form, ..self }
    }

    #[must_use]
    pub fn show(&self, draft: &Draft) -> Markup {
        let key = self.key();
        let notes = Notes::of(draft, self.name, self.hint).called(&key);
        html! {
            div.field {
                label for=(field_id(&key)) {
                    (self.label)
                    @if !self.required { span.optional { "optional" } }
                }
                (notes.hint_line())
                (self.control(draft, &notes))
                (notes.error_lines())
            }
        }
    }

    fn key(&self) -> String {
        self.apart.map_or_else(|| self.name.to_owned(), |form| [form, "-", self.name].concat())
    }

    fn control(&self, draft: &Draft, notes: &Notes) -> Markup {
        let id = field_id(&self.key());
        let value = draft.value(self.name).or(self.initial);
        match self.control {
            Control::Input(kind) => self.input(&id, kind, value, notes),
            Control::Password => html! { div.secret { (self.input(&id, "password", None, notes)) } },
            Control::Textarea(rows) => html! {
                textarea id=(id) name=(self.name) rows=(rows) required[self.required] maxlength=[self.max_length]
                    autocomplete=[self.autocomplete] data-count[self.counted] autofocus[self.focused]
                    aria-describedby=[notes.ids()] aria-invalid=[notes.invalid()]
                    // A browser swallows the first line break of a textarea.
                    { "\n" (value.unwrap_or_default()) }
            },
            Control::File { several } => html! {
                input type="file" id=(id) name=(self.name) required[self.required] accept=[self.accept]
                    multiple[several] aria-describedby=[notes.ids()] aria-invalid=[notes.invalid()];
            },
        }
    }

    fn input(&self, id: &str, kind: &str, value: Option<&str>, notes: &Notes) -> Markup {
        html! {
            input type=(kind) id=(id) name=(self.name) value=[value] required[self.required]
                maxlength=[self.max_length] autocomplete=[self.autocomplete] inputmode=[self.input_mode]
                data-count[self.counted] autofocus[self.focused] autocapitalize=[matches!(kind, "email" | "password").then_some("none")]
                aria-describedby=[notes.ids()] aria-invalid=[notes.invalid()];
        }
    }
}
