use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::records::{Document, Record, Sibling, Step};
use super::rules::ageing::WORKING_DAYS;
use super::rules::{Status, proof};
use super::view::{badge, date, or_none, tax};
use crate::answer::View;
use crate::kernel::{Zone, rfc3339};
use crate::page::{
    self, Column, ColumnKind, Draft, Field, Frame, Icon, Kind, Question, Tone, button_link, card, definition,
    notice,
};

/// One payment with its timeline, fit for paper.
pub struct RecordPage {
    pub record: Record,
    pub timeline: Vec<Step>,
    pub siblings: Vec<Sibling>,
    pub zone: Zone,
    pub vendor: String,
    pub org_name: String,
    /// Path of the list.
    pub at: String,
    /// Of the answer.
    pub draft: Draft,
    /// A fresh one for the form of the answer.
    pub key: String,
}

/// The question before a record is withdrawn.
pub struct Withdrawal {
    pub record: Record,
    pub at: String,
}

impl View for RecordPage {
    fn page(&self, frame: &Frame) -> Html<String> {
        let it = &self.record;
        let title = format!("Payment of invoice {}", it.invoice_number);
        let actions = html! {
            (page::print_button())
            @if it.status == Status::Submitted {
                a.button.secondary href={ (self.here()) "/withdrawal" } data-confirm { "Withdraw" }
            }
            (button_link(Kind::Secondary, "All payments", &self.at, Some(Icon::Back)))
        };
        let facts = [
            ("Status", badge(it.status)),
            ("Amount paid", html! { (it.amount.words()) }),
            ("Deducted as tax", tax(it.tax_deducted)),
            ("Paid on", date(it.paid_on)),
            ("Method", html! { (it.method.label()) }),
            ("Reference", html! { (it.reference) }),
            (
                "Recorded",
                html! { (page::moment(&rfc3339(it.at), &self.zone.words(it.at))) " by " (it.by_name) },
            ),
            ("Additional information", or_none(&it.note)),
        ];
        let main = html! {
            p.on-paper { (self.vendor) " · " (self.org_name) }
            (page::page_head(&title, None, actions))
            (self.draft.summary())
            (self.standing())
            @if it.status == Status::InformationNeeded { (self.answer()) }
            (self.of_the_same_invoice())
            (card(None, definition(&facts)))
            (page::section("Licences", None, html! {}, self.licences()))
            @if !it.documents.is_empty() {
                (page::section("Documents", None, html! {}, html! { ul { @for proof in &it.documents { li { (self.document(proof)) } } } }))
            }
            @if !self.timeline.is_empty() {
                (page::section("What happened", None, html! {}, self.steps()))
            }
        };
        page::screen(frame, &title, main)
    }

    fn json(&self) -> Value {
        json!(self.record)
    }
}

impl View for Withdrawal {
    fn page(&self, frame: &Frame) -> Html<String> {
        let Self { record, at } = self;
        let here = format!("{at}/{}", record.id.as_str());
        let moved = record.extended().count();
        let kept = match moved {
            0 => "No licence was moved by it.",
            1 => "The days that a licence has got by it stay.",
            _ => "The days that the licences have got by it stay.",
        };
        let consequences = [
            "Nobody looks for the payment any more, and the invoice stays unpaid.".to_owned(),
            kept.to_owned(),
            "The same payment cannot be recorded again with the same reference.".to_owned(),
        ];
        let question = Question {
            title: &format!("Withdraw the payment of invoice {}?", record.invoice_number),
            consequences: &consequences,
            action_href: &format!("{here}/withdrawal"),
            verb: "Withdraw it",
            keep_label: "Keep it",
            keep_href: &here,
            hidden: &[],
            danger: true,
        };
        page::screen(frame, "Withdraw a payment record", page::confirm(&question))
    }

    fn json(&self) -> Value {
        json!(self.record)
    }
}

impl RecordPage {
    fn here(&self) -> String {
        format!("{}/{}", self.at, self.record.id.as_str())
    }

    /// Words, files, or both.
    fn answer(&self) -> Markup {
        let action = format!("{}/replies", self.here());
        let hint = format!(
            "Up to {} files, each a PDF, PNG or JPEG of at most {} MB.",
            proof::MOST_FILES,
            proof::MOST_BYTES / 1024 / 1024
        );
        card(
            Some("Your answer"),
            html! {
                form method="post" action=(action) enctype="multipart/form-data" novalidate {
                    input type="hidden" name="idempotency_key" value=(self.key);
                    (Field::text("note", "Answer").textarea(3).max_length(1000).counted().show(&self.draft))
                    div data-files={ (proof::MOST_FILES) } {
                        (Field::text(proof::FIELD, "Files").file(proof::ACCEPT, true).hint(&hint).show(&self.draft))
                    }
                    (page::actions(page::button(Kind::Primary, "Send the answer")))
                }
            },
        )
    }

    /// What the reader has to know or to do next.
    fn standing(&self) -> Markup {
        let vendor = &self.vendor;
        let (tone, title, said) = match self.record.status {
            Status::Submitted => (
                Tone::Info,
                "Waiting to be reconciled",
                format!(
                    "{} The {vendor} team reconciles it within {WORKING_DAYS} working days.",
                    self.moved()
                ),
            ),
            Status::UnderReview => {
                (Tone::Info, "Under review", format!("The {vendor} team is looking for the payment."))
            }
            Status::InformationNeeded => (
                Tone::Attention,
                "The billing team asks",
                format!("The {vendor} team cannot go on without an answer."),
            ),
            Status::Reconciled => (
                Tone::Good,
                "Reconciled",
                "The invoice is marked as paid. There is nothing left to do.".to_owned(),
            ),
            Status::Rejected => (
                Tone::Danger,
                "Rejected",
                "The payment could not be matched to the invoice. The reason is below.".to_owned(),
            ),
            Status::Withdrawn => {
                (Tone::Neutral, "Withdrawn", "The record was withdrawn before it was taken up.".to_owned())
            }
        };
        let message = &self.record.message;
        notice(tone, title, html! { p { (said) } @if !message.is_empty() { p { (message) } } })
    }

    /// Which licences have moved, in a sentence.
    fn moved(&self) -> String {
        let moved: Vec<String> = self
            .record
            .extended()
            .map(|it| format!("{} is valid till {}", it.product, it.new_valid_till.words()))
            .collect();
        match moved.as_slice() {
            [] => "No licence has moved; the table below says why.".to_owned(),
            moved => format!("{}.", moved.join(", ")),
        }
    }

    /// A part payment, perhaps, or a slip: allowed, and said.
    fn of_the_same_invoice(&self) -> Markup {
        html! {
            @if !self.siblings.is_empty() {
                (notice(Tone::Neutral, "This invoice has other records", html! {
                    p { "Each is reconciled by itself; withdraw one that says the same as another." }
                    ul { @for it in &self.siblings {
                        li {
                            a href={ (self.at) "/" (it.id.as_str()) } { "Recorded on " (it.recorded_on.words()) }
                            " " (badge(it.status))
                        }
                    } }
                }))
            }
        }
    }

    fn document(&self, it: &Document) -> Markup {
        let href = format!("{}/documents/{}", self.here(), it.id.as_str());
        let size = match it.size {
            size if size < 1024 => format!("{size} bytes"),
            size if size < 1024 * 1024 => format!("{} kB", size / 1024),
            size => format!("{}.{} MB", size / 1_048_576, size % 1_048_576 * 10 / 1_048_576),
        };
        html! { a href=(href) download { (it.name) } " " small.quiet { (size) } }
    }

    fn licences(&self) -> Markup {
        if self.record.effects.is_empty() {
            let said = "There was no licence that the payment could have moved.";
            return html! { p.quiet { (said) } };
        }
        let columns = [
            Column { label: "Product", kind: ColumnKind::Text },
            Column { label: "Valid till, before", kind: ColumnKind::Short },
            Column { label: "Valid till, after", kind: ColumnKind::Short },
            Column { label: "Why", kind: ColumnKind::Text },
        ];
        let rows = self.record.effects.iter().map(|it| {
            let moved = it.new_valid_till > it.old_valid_till;
            let why =
                if moved && it.message.is_empty() { "Extended by the record" } else { it.message.as_str() };
            vec![html! { (it.product) }, date(it.old_valid_till), date(it.new_valid_till), html! { (why) }]
        });
        page::table("What the record did to the licences", &columns, rows.collect())
    }

    fn steps(&self) -> Markup {
        let columns = [
            Column { label: "When", kind: ColumnKind::Short },
            Column { label: "What", kind: ColumnKind::Short },
            Column { label: "By", kind: ColumnKind::Text },
            Column { label: "Message", kind: ColumnKind::Text },
        ];
        let rows = self.timeline.iter().map(|it| {
            vec![
                page::moment(&rfc3339(it.at), &self.zone.words(it.at)),
                html! { (it.event.label()) },
                html! { (it.by(&self.vendor)) },
                or_none(&it.message),
            ]
        });
        page::table("Timeline, oldest first", &columns, rows.collect())
    }
}
