use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::api::RecordPage;
use super::records::{Record, RecordCursor};
use super::rules::Status;
use crate::answer::View;
use crate::kernel::{Currency, Day, Money};
use crate::page::{
    self, Choice, Column, ColumnKind, Control, Draft, FilterBar, Frame, Icon, Kind, Tone, button_link,
};

/// What was recorded, newest first.
pub struct History {
    pub records: Vec<Record>,
    pub next: Option<RecordCursor>,
    pub draft: Draft,
    /// The filters as they stand in the address, without the place in the list.
    pub filters: String,
    pub vendor: String,
    /// Where questions about invoices are asked, if anywhere.
    pub bill_desk: Option<String>,
    /// Path of this list.
    pub at: String,
}

pub const SHEET: [&str; 14] = [
    "Recorded on",
    "Invoice number",
    "Currency",
    "Amount paid",
    "Tax deducted",
    "Paid on",
    "Method",
    "Reference",
    "Additional information",
    "Status",
    "Licences valid till",
    "Message",
    "Documents",
    "Recorded by",
];

pub fn row(it: &Record) -> Vec<String> {
    let licences = it.extended().map(|it| format!("{}: {}", it.product, it.new_valid_till));
    let documents: Vec<&str> = it.documents.iter().map(|it| it.name.as_str()).collect();
    vec![
        it.recorded_on.to_string(),
        it.invoice_number.clone(),
        it.amount.currency().code().to_owned(),
        it.amount.plain(),
        it.tax_deducted.plain(),
        it.paid_on.to_string(),
        it.method.label().to_owned(),
        it.reference.clone(),
        it.note.clone(),
        it.status.label().to_owned(),
        licences.collect::<Vec<_>>().join("; "),
        it.message.clone(),
        documents.join("; "),
        it.by_name.clone(),
    ]
}

impl View for History {
    fn page(&self, frame: &Frame) -> Html<String> {
        let intro = "The payments that you have recorded, and what became of each. Recording a payment is not the \
                     payment itself.";
        let main = html! {
            (page::page_head("Payments", Some(intro), html! {
                (page::print_button())
                (button_link(Kind::Primary, "Record a payment", &self.new_at(), None))
            }))
            (self.draft.summary())
            (self.filter_bar())
            @if self.draft.errors.is_empty() {
                @if self.records.is_empty() { (self.nothing()) } @else { (self.table()) (self.pages()) }
            }
            @if let Some(desk) = &self.bill_desk {
                p.quiet {
                    "A question about an invoice? "
                    a href=(desk) target="_blank" rel="noopener" { "Ask at the bill desk" span.vh { " (other site, opens in a new tab)" } }
                    ". You will be asked to sign in there."
                }
            }
        };
        page::screen(frame, "Payments", main)
    }

    fn json(&self) -> Value {
        json!(RecordPage::of(&self.records, self.next.as_ref()))
    }
}

impl History {
    fn value(&self, name: &str) -> Option<&str> {
        self.draft.value(name).filter(|it| !it.trim().is_empty())
    }

    fn filtered(&self) -> bool {
        ["q", "status", "currency", "from", "to"].iter().any(|it| self.value(it).is_some())
    }

    fn new_at(&self) -> String {
        format!("{}/new", self.at)
    }

    fn export(&self) -> String {
        let mark = if self.filters.is_empty() { "" } else { "?" };
        format!("{}.csv{mark}{}", self.at, self.filters)
    }

    fn filter_bar(&self) -> Markup {
        let choice = |value: &str, label: &str| Choice { value: value.to_owned(), label: label.to_owned() };
        let statuses = Status::ALL.map(|it| choice(it.code(), it.label()));
        let currencies = Currency::ALL.map(|it| choice(it.code(), it.code()));
        page::filter_bar(&FilterBar {
            action: &self.at,
            search: Some(("q", "Search invoice number, reference or note", self.value("q"))),
            controls: vec![
                Control::OneOf {
                    name: "status",
                    label: "Status",
                    options: &statuses,
                    chosen: self.value("status"),
                    every: "All statuses",
                },
                Control::OneOf {
                    name: "currency",
                    label: "Currency",
                    options: &currencies,
                    chosen: self.value("currency"),
                    every: "All currencies",
                },
                Control::Date { name: "from", label: "Recorded from", value: self.value("from") },
                Control::Date { name: "to", label: "Recorded until", value: self.value("to") },
            ],
            clear: self.filtered().then_some(self.at.as_str()),
            export: Some(&self.export()),
            errors: &self.draft.errors,
        })
    }

    fn table(&self) -> Markup {
        let columns = [
            Column { label: "Recorded on", kind: ColumnKind::Short },
            Column { label: "Invoice, information", kind: ColumnKind::Text },
            Column { label: "Paid, tax deducted", kind: ColumnKind::Number },
            Column { label: "Method", kind: ColumnKind::Text },
            Column { label: "Status, message", kind: ColumnKind::Text },
            Column { label: "Licence valid till", kind: ColumnKind::Short },
            Column { label: "Documents", kind: ColumnKind::Text },
        ];
        let rows = self.records.iter().map(|it| {
            vec![
                date(it.recorded_on),
                html! {
                    a href={ (self.at) "/" (it.id.as_str()) } { (it.invoice_number) }
                    @if !it.note.is_empty() { br; small { (it.note) } }
                },
                html! {
                    (it.amount.words())
                    @if it.tax_deducted.minor() > 0 { br; small { (it.tax_deducted.words()) " tax" } }
                },
                html! { (it.method.label()) br; small { (it.reference) } },
                html! { (badge(it.status)) @if !it.message.is_empty() { br; small { (it.message) } } },
                html! {
                    @for effect in it.extended() { div { (date(effect.new_valid_till)) " " small { (effect.product) } } }
                    @if it.extended().next().is_none() { span.quiet { "Not extended" } }
                },
                html! {
                    @for document in &it.documents {
                        div { a href={ (self.at) "/" (it.id.as_str()) "/documents/" (document.id.as_str()) } download { (document.name) } }
                    }
                    @if it.documents.is_empty() { span.quiet { "None" } }
                },
            ]
        });
        page::table("Payments, latest on top", &columns, rows.collect())
    }

    fn pages(&self) -> Markup {
        let and = if self.filters.is_empty() { "" } else { "&" };
        let newer = self.value("cursor").map(|_| format!("{}?{}", self.at, self.filters));
        let next = self.next.as_ref().map(RecordCursor::text);
        let older = next.map(|it| format!("{}?{}{and}cursor={it}", self.at, self.filters));
        let count = match self.records.len() {
            1 => "1 payment on this page".to_owned(),
            shown => format!("{shown} payments on this page"),
        };
        page::pages(newer.as_deref(), older.as_deref(), Some(&count))
    }

    fn nothing(&self) -> Markup {
        let back = |label| Some(button_link(Kind::Secondary, label, &self.at, None));
        if self.filtered() {
            let said = "There may be payments, and none of them fits all of the filters above.";
            page::empty_state(Icon::Search, "No payment matches", said, back("Clear filters"))
        } else if self.value("cursor").is_some() {
            let said = "There are no older payments.";
            page::empty_state(Icon::Bank, "The list ends here", said, back("Back to the newest"))
        } else {
            let said = format!(
                "A payment that is recorded for an invoice appears here with its status, until the {} team has \
                 reconciled it.",
                self.vendor
            );
            let record = button_link(Kind::Primary, "Record a payment", &self.new_at(), None);
            page::empty_state(Icon::Bank, "No payments recorded yet", &said, Some(record))
        }
    }
}

pub fn date(day: Day) -> Markup {
    html! { time datetime=(day) { (day.words()) } }
}

pub fn tax(tax: Money) -> Markup {
    html! { @if tax.minor() == 0 { span.quiet { "None" } } @else { (tax.words()) } }
}

pub fn or_none(text: &str) -> Markup {
    html! { @if text.is_empty() { span.quiet { "None" } } @else { (text) } }
}

pub fn badge(status: Status) -> Markup {
    let tone = match status {
        Status::Submitted | Status::UnderReview => Tone::Info,
        Status::InformationNeeded => Tone::Attention,
        Status::Reconciled => Tone::Good,
        Status::Rejected => Tone::Danger,
        Status::Withdrawn => Tone::Neutral,
    };
    page::badge(tone, status.label())
}
