use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::api::RecordFacts;
use super::path_of;
use super::rules::{Action, Licence, Record, Step};
use super::view::badge;
use crate::answer::View;
use crate::apps::licences::Kind as LicenceKind;
use crate::apps::orders::date;
use crate::kernel::{Zone, rfc3339};
use crate::page::{
    self, Column, ColumnKind, Draft, Field, Frame, Icon, Kind, Tone, button, button_link, card, checkbox,
    definition, grid, moment, notice, tag,
};

/// One payment, and what can be decided of it.
pub struct RecordPage {
    pub record: Record,
    pub timeline: Vec<Step>,
    pub licences: Vec<Licence>,
    pub draft: Draft,
    /// For the hidden field that makes a second press harmless.
    pub key: String,
    pub zone: Zone,
}

impl View for RecordPage {
    fn page(&self, frame: &Frame) -> Html<String> {
        let it = &self.record;
        let title = format!("Payment of invoice {}", it.invoice_number);
        let intro = format!("Recorded by {} of {}.", it.by_name, it.organisation);
        let back = button_link(Kind::Secondary, "All payments", "/staff/payments", Some(Icon::Back));
        let main = html! {
            (page::page_head(&title, Some(&intro), back))
            (self.draft.summary())
            (page::columns(self.decisions(), html! { (card(None, self.facts())) (card(Some("A note"), self.noting())) }))
            (page::section("What happened", None, html! {}, self.steps()))
        };
        page::screen(frame, &title, main)
    }

    fn json(&self) -> Value {
        json!(RecordFacts::in_full(&self.record, &self.timeline))
    }
}

impl RecordPage {
    fn facts(&self) -> Markup {
        let it = &self.record;
        let customer = format!("/staff/organisations/{}", it.org_id.as_str());
        let none = |text: &str| html! { @if text.is_empty() { span.quiet { "None" } } @else { (text) } };
        definition(&[
            (
                "Status",
                html! { (badge(it.status)) @if let Some(by) = &it.decided_by { br; small { (by) ", " (date(it.status_on)) } } },
            ),
            ("Customer", html! { a href=(customer) { (it.organisation) } }),
            ("Amount paid", html! { b { (it.paid().words()) } }),
            (
                "Deducted as tax",
                html! { @if it.tax_deducted == 0 { span.quiet { "None" } } @else { (it.tax().words()) } },
            ),
            ("Paid on", date(it.paid_on)),
            ("Method", html! { (it.method.label()) }),
            ("Reference", html! { (it.reference) }),
            ("Recorded", moment(&rfc3339(it.at), &self.zone.words(it.at))),
            ("Additional information", none(&it.note)),
            ("Documents", self.documents()),
        ])
    }

    fn documents(&self) -> Markup {
        html! {
            @if self.record.documents.is_empty() { span.quiet { "None" } }
            @for it in &self.record.documents {
                div { a href={ (path_of(&self.record.id)) "/documents/" (it.id.as_str()) } { (it.name) } " " small { (size(it.size)) } }
            }
        }
    }

    fn decisions(&self) -> Markup {
        let open = |action: Action| action.is_open_to(self.record.status);
        html! {
            @if !Action::ALL.into_iter().any(open) {
                (notice(Tone::Neutral, "Nothing is left to decide", html! { p { (self.record.standing()) } p { (self.record.message) } }))
            }
            @if open(Action::TakeUp) {
                (card(Some("Take it up"), self.form(Action::TakeUp, Kind::Secondary, "Take up", &html! {
                    p { "Colleagues see that you look into it, and the customer can no longer withdraw it." }
                })))
            }
            @if open(Action::Reconcile) {
                (card(Some("Reconcile"), self.form(Action::Reconcile, Kind::Primary, "Reconcile", &self.reconciling())))
            }
            @if open(Action::Ask) {
                (card(Some("Ask the customer"), self.form(Action::Ask, Kind::Secondary, "Send the question", &html! {
                    (Field::text("message", "Question").textarea(3).required().max_length(1000).apart(self.apart(Action::Ask)).show(&self.draft_of(Action::Ask)))
                })))
            }
            @if open(Action::Reject) {
                (card(Some("Reject"), self.form(Action::Reject, Kind::Danger, "Reject the record", &html! {
                    (Field::text("message", "Reason").textarea(3).required().max_length(1000)
                        .hint("The customer reads it.").apart(self.apart(Action::Reject)).show(&self.draft_of(Action::Reject)))
                })))
            }
        }
    }

    /// What was typed into one form does not stand in the others.
    fn draft_of(&self, action: Action) -> Draft {
        if self.draft.value("action") == Some(action.code()) { self.draft.clone() } else { Draft::default() }
    }

    /// What is wrong is said of the form that was sent, so that one has the plain names.
    fn apart(&self, action: Action) -> Option<&'static str> {
        (self.draft.value("action") != Some(action.code())).then(|| action.code())
    }

    fn form(&self, action: Action, kind: Kind, verb: &str, fields: &Markup) -> Markup {
        html! {
            form method="post" action={ (path_of(&self.record.id)) "/decisions" } novalidate {
                input type="hidden" name="action" value=(action.code());
                input type="hidden" name="idempotency_key" value={ (self.key) "-" (action.code()) };
                (fields)
                (page::actions(button(kind, verb)))
            }
        }
    }

    fn reconciling(&self) -> Markup {
        let draft = self.draft_of(Action::Reconcile);
        let licences: Vec<&Licence> = self.licences.iter().filter(|it| it.cancelled_on.is_none()).collect();
        html! {
            p { "The invoice counts as paid. Set the new last day of the licences that it pays for; the others stay as they are." }
            (grid(html! {
                @for (at, it) in licences.iter().enumerate() {
                    @let now = it.valid_till.to_string();
                    @let hint = format!("Now {}.", it.valid_till.words());
                    div {
                        input type="hidden" name={ "licences." (at) ".id" } value=(it.id.as_str());
                        (Field::text(&format!("licences.{at}.valid_till"), &licence_label(it)).date().initial(&now)
                            .hint(&hint).required().show(&draft))
                    }
                }
            }))
            (Field::text("message", "Message to the customer").textarea(2).max_length(1000).apart(self.apart(Action::Reconcile)).show(&draft))
        }
    }

    fn noting(&self) -> Markup {
        let draft = if self.draft.typed.contains_key("text") { self.draft.clone() } else { Draft::default() };
        html! {
            form method="post" action={ (path_of(&self.record.id)) "/notes" } novalidate {
                input type="hidden" name="idempotency_key" value={ (self.key) "-note" };
                (Field::text("text", "Note").textarea(3).required().max_length(1000).show(&draft))
                (checkbox(&draft, "public", "The customer may read it", None, false))
                (page::actions(button(Kind::Secondary, "Add the note")))
            }
        }
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
                moment(&rfc3339(it.at), &self.zone.words(it.at)),
                html! { (what(&it.event)) @if !it.is_public.0 { " " (tag("Internal")) } },
                html! { (it.by()) },
                html! { @for line in it.message.lines() { div { (line) } } },
            ]
        });
        page::table("Timeline, oldest first", &columns, rows.collect())
    }
}

fn licence_label(it: &Licence) -> String {
    let trial = if it.kind == LicenceKind::Trial { ", a trial," } else { "" };
    format!("{}{trial} valid till", it.product)
}

fn what(event: &str) -> &str {
    match event {
        "submit" => "Recorded",
        "take_up" => "Taken up",
        "ask" => "Question",
        "answer" => "Answer",
        "match" => "Reconciled",
        "refuse" => "Rejected",
        "withdraw" => "Withdrawn",
        _ => "Note",
    }
}

fn size(bytes: i64) -> String {
    if bytes < 1_048_576 {
        format!("{} kB", (bytes + 1023) / 1024)
    } else {
        format!("{} MB", bytes / 1_048_576)
    }
}
