//! The look of a mail: one column, a text part that says the same, one link and its code.

use maud::{DOCTYPE, html};

use super::Brand;

/// A mail ready to leave.
#[derive(Debug, Clone, PartialEq)]
pub struct Mail {
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// What a mail says, before it has a look.
#[derive(Default)]
pub struct MailText {
    /// Starts with the fact; no secret in it.
    pub subject: String,
    pub greeting: String,
    /// Paragraphs above the button.
    pub lines: Vec<String>,
    pub button: Option<MailButton>,
    /// Paragraphs below it.
    pub after: Vec<String>,
    /// "You get this because …".
    pub reason: String,
}

pub struct MailButton {
    pub label: &'static str,
    /// The only link of the mail.
    pub url: String,
    /// To paste where no link can be followed; the same token as in the link.
    pub code: Option<String>,
}

impl MailText {
    #[must_use]
    pub fn dressed(self, brand: &Brand) -> Mail {
        let (text, html) = (self.text(brand), self.html(brand));
        Mail { subject: self.subject, text, html }
    }

    fn text(&self, brand: &Brand) -> String {
        let mut parts = vec![self.greeting.clone()];
        parts.extend(self.lines.iter().cloned());
        if let Some(button) = &self.button {
            parts.push(format!("{}:\n{}", button.label, button.url));
            if let Some(code) = &button.code {
                parts.push(format!("Or open the same page and paste this code:\n{code}"));
            }
        }
        parts.extend(self.after.iter().cloned());
        parts
            .push(format!("-- \n{}\n{}\nQuestions: {}", brand.vendor_name, self.reason, brand.support_email));
        parts.retain(|it| !it.is_empty());
        parts.join("\n\n") + "\n"
    }

    fn html(&self, brand: &Brand) -> String {
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head { meta charset="utf-8"; title { (self.subject) } }
                body {
                    p { (self.greeting) }
                    @for line in &self.lines { p { (line) } }
                    @if let Some(button) = &self.button {
                        p { a href=(button.url) { (button.label) } }
                        @if let Some(code) = &button.code { p { "Or paste this code: " code { (code) } } }
                    }
                    @for line in &self.after { p { (line) } }
                    p { (self.reason) " " (brand.vendor_name) ", " (brand.support_email) }
                }
            }
        };
        page.into_string()
    }
}
