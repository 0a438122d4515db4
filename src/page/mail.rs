//! The look of a mail: one column, a text part that says the same, one link and its code.
//!
//! Mail programs read neither style sheets nor much of CSS, so this is the one place with styles inside the markup.
//! Whatever a program drops, what is left is text in the right order.

use maud::{DOCTYPE, Markup, html};

use super::Brand;

/// A mail ready to leave.
#[derive(Debug, Clone, PartialEq)]
pub struct Mail {
    pub subject: String,
    pub text: String,
    pub html: String,
    pub attachments: Vec<Attachment>,
    /// Where one POST without a cookie ends such mails (RFC 8058); `None` for those that nobody may switch off.
    pub unsubscribe: Option<String>,
}

/// A file that goes with a mail.
#[derive(Debug, Clone, PartialEq)]
pub struct Attachment {
    pub name: String,
    /// Media type, such as `text/html; charset=utf-8`.
    pub kind: String,
    pub bytes: Vec<u8>,
}

/// What a mail says, before it has a look.
#[derive(Default)]
pub struct MailText {
    /// Starts with the fact; no secret in it.
    pub subject: String,
    pub greeting: String,
    /// Paragraphs above the button. The first one also stands beside the subject in a list of mails.
    pub lines: Vec<String>,
    pub button: Option<MailButton>,
    /// Paragraphs below it.
    pub after: Vec<String>,
    /// "You get this because …".
    pub reason: String,
    /// The address behind "Unsubscribe"; `None` where the mail cannot be switched off.
    pub unsubscribe: Option<String>,
}

pub struct MailButton {
    pub label: &'static str,
    /// The only link of the mail.
    pub url: String,
    /// To paste where no link can be followed; the same token as in the link.
    pub code: Option<String>,
}

/// Characters of a line of the text part (RFC 5322 wants less than 79). Only an address or a code is longer.
const WIDTH: usize = 72;

const PAGE: &str = "margin:0;padding:0;background-color:#f2f0eb;color:#17171f;";
const COLUMN: &str = "width:100%;max-width:600px;margin:0 auto;border-collapse:separate;text-align:left;\
                      font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif;";
const VENDOR: &str = "padding:0 4px 16px;font-size:15px;line-height:22px;font-weight:600;color:#17171f;";
const SHEET: &str = "padding:32px 28px 16px;background-color:#ffffff;border:1px solid #e4e0d8;border-radius:14px;\
                     font-size:16px;line-height:25px;color:#17171f;";
const PARAGRAPH: &str = "margin:0 0 16px;";
const BUTTON_CELL: &str = "border-radius:9px;background-color:#2b3fd4;";
const BUTTON: &str = "display:inline-block;padding:13px 24px;border:1px solid #2b3fd4;border-radius:9px;\
                      background-color:#2b3fd4;color:#ffffff;font-size:16px;line-height:22px;font-weight:600;\
                      text-decoration:none;";
const LABEL: &str = "margin:0 0 4px;font-size:13px;line-height:20px;color:#65646e;";
const PLAIN: &str = "margin:0 0 16px;padding:10px 12px;border:1px solid #e4e0d8;border-radius:9px;\
                     background-color:#f6f4f0;color:#17171f;font-size:13px;line-height:20px;\
                     font-family:ui-monospace,Menlo,Consolas,monospace;word-break:break-all;";
const FOOT: &str = "padding:20px 4px 0;font-size:13px;line-height:20px;color:#65646e;";
const UNSEEN: &str = "display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;font-size:1px;line-height:1px;\
                      color:#f2f0eb;mso-hide:all;";

/// For programs that know dark colours; the others turn the light ones round by themselves, which these survive.
const DARK: &str = ":root{color-scheme:light dark;supported-color-schemes:light dark}\
    @media (max-width:480px){.sheet{padding:24px 20px 8px !important}.outer{padding:20px 12px !important}}\
    @media (prefers-color-scheme:dark){\
    body,.outer{background-color:#0a0b0f !important;color:#f1f1f4 !important}\
    .vendor{color:#f1f1f4 !important}\
    .sheet{background-color:#181a21 !important;border-color:#282a34 !important;color:#f1f1f4 !important}\
    .plain{background-color:#0d0e13 !important;border-color:#383b48 !important;color:#f1f1f4 !important}\
    .button,.button-cell{background-color:#4a5fe6 !important;border-color:#4a5fe6 !important;color:#ffffff !important}\
    .label,.foot{color:#9495a3 !important}}";

impl MailText {
    #[must_use]
    pub fn dressed(self, brand: &Brand) -> Mail {
        let (text, html) = (self.text(brand), self.html(brand).into_string());
        let Self { subject, unsubscribe, .. } = self;
        Mail { subject, text, html, attachments: Vec::new(), unsubscribe }
    }

    fn text(&self, brand: &Brand) -> String {
        let mut parts = vec![wrapped(&self.greeting)];
        parts.extend(self.lines.iter().map(|it| wrapped(it)));
        if let Some(button) = &self.button {
            parts.push(format!("{}:\n{}", button.label, button.url));
            if let Some(code) = &button.code {
                parts.push(format!("Or paste this code where you are asked for it:\n{code}"));
            }
        }
        parts.extend(self.after.iter().map(|it| wrapped(it)));
        let questions = wrapped(&format!("Questions: {}", brand.support_email));
        let mut foot = format!("-- \n{}\n{}\n{questions}", brand.vendor_name, wrapped(&self.reason));
        if let Some(address) = &self.unsubscribe {
            foot = format!("{foot}\nUnsubscribe: {address}");
        }
        parts.push(foot);
        parts.retain(|it| !it.is_empty());
        parts.join("\n\n") + "\n"
    }

    fn html(&self, brand: &Brand) -> Markup {
        html! {
            (DOCTYPE)
            html lang="en" dir="ltr" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="supported-color-schemes" content="light dark";
                    // iPhones make links of whatever looks like a number or a date.
                    meta name="format-detection" content="telephone=no, date=no, address=no, email=no";
                    title { (self.subject) }
                    style { (DARK) }
                }
                body style=(PAGE) {
                    @if let Some(first) = self.lines.first() { div style=(UNSEEN) { (first) (padding()) } }
                    table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" {
                        tr { td.outer align="center" style="padding:32px 16px;background-color:#f2f0eb;" {
                            table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0" style=(COLUMN) {
                                tr { td.vendor style=(VENDOR) { (brand.vendor_name) } }
                                tr { td.sheet style=(SHEET) { (self.letter()) } }
                                tr { td.foot style=(FOOT) { (self.foot(brand)) } }
                            }
                        } }
                    }
                }
            }
        }
    }

    fn letter(&self) -> Markup {
        html! {
            p style=(PARAGRAPH) { (self.greeting) }
            @for line in &self.lines { p style=(PARAGRAPH) { (line) } }
            @if let Some(button) = &self.button {
                table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:24px 0;" {
                    tr { td.button-cell bgcolor="#2b3fd4" style=(BUTTON_CELL) {
                        a.button href=(button.url) style=(BUTTON) { (button.label) }
                    } }
                }
                p.label style=(LABEL) { "If the button does nothing, copy this address into your browser:" }
                p.plain style=(PLAIN) { (button.url) }
                @if let Some(code) = &button.code {
                    p.label style=(LABEL) { "Or paste this code where you are asked for it:" }
                    p.plain style=(PLAIN) { (code) }
                }
            }
            @for line in &self.after { p style=(PARAGRAPH) { (line) } }
        }
    }

    fn foot(&self, brand: &Brand) -> Markup {
        html! {
            @if !self.reason.is_empty() { (self.reason) br; }
            (brand.vendor_name) " · Questions? Write to " (brand.support_email)
            @if let Some(address) = &self.unsubscribe {
                br; a.foot href=(address) style="color:#65646e;" { "Unsubscribe" }
            }
        }
    }
}

/// Keeps the rest of the letter out of the preview that a list of mails shows.
fn padding() -> String {
    "\u{a0}\u{200c}".repeat(60)
}

/// At spaces only, so that nothing which must be copied is broken.
fn wrapped(paragraph: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in paragraph.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}
