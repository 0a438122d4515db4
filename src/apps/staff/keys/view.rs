use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::actions::Made;
use super::api::{KeyFacts, KeyPage, MadeFacts};
use super::rules::{ApiKey, LONGEST_DAYS, Overlap, State};
use crate::access::desk::Desk;
use crate::answer::View;
use crate::kernel::{Day, StaffRole, Zone, rfc3339};
use crate::page::{self, Choice, Column, ColumnKind, Draft, Field, Frame, Icon, Kind, Question, Tone};

/// Proposed for a new key.
const USUAL_DAYS: u64 = 180;

pub struct KeyList {
    pub keys: Vec<ApiKey>,
    pub draft: Draft,
    pub today: Day,
    pub now: i64,
    pub zone: Zone,
    pub at: &'static str,
}

/// Name of the checkbox of a scope.
pub fn tick(role: StaffRole) -> String {
    format!("scope_{}", role.code())
}

impl View for KeyList {
    fn page(&self, frame: &Frame) -> Html<String> {
        let intro = "What programs of yours, such as an ERP, sign in with. A key is shown once and kept nowhere; what it \
                     did stands in the audit log under its name.";
        let actions = page::button_link(Kind::Secondary, "Make a key", "#make", Some(Icon::Plus));
        let main = html! {
            (page::page_head("API keys", Some(intro), actions))
            @if self.keys.is_empty() {
                (page::empty_state(Icon::Key, "No keys yet", "Nothing but people can use the vendor's side so far.", None))
            } @else { (self.table()) }
            (self.form())
        };
        page::screen(frame, "API keys", main)
    }

    fn json(&self) -> Value {
        json!(KeyPage { items: self.keys.iter().map(|it| KeyFacts::of(it, self.now)).collect() })
    }
}

impl KeyList {
    fn table(&self) -> Markup {
        let columns = [
            Column { label: "Key", kind: ColumnKind::Text },
            Column { label: "Scopes", kind: ColumnKind::Text },
            Column { label: "State", kind: ColumnKind::Short },
            Column { label: "Last used", kind: ColumnKind::Short },
            Column { label: "Made by", kind: ColumnKind::Text },
            Column { label: "Actions", kind: ColumnKind::Actions },
        ];
        let rows = self.keys.iter().map(|key| {
            let scopes: Vec<Markup> = key.scopes().iter().map(|it| page::tag(it.label())).collect();
            vec![
                html! { (key.name) br; small { code { (key.prefix) "\u{2026}" } } },
                page::badges(&scopes),
                state(key, self.now, self.zone),
                used(key, self.zone),
                html! { (key.made_by_name) br; small { (page::moment(&rfc3339(key.created_at), &self.zone.day_words(key.created_at))) } },
                self.row_actions(key),
            ]
        });
        page::table("API keys, newest first", &columns, rows.collect())
    }

    fn row_actions(&self, key: &ApiKey) -> Markup {
        let at = format!("{}/{}", self.at, key.id.as_str());
        let works = matches!(key.state(self.now), State::Active | State::Ending);
        html! {
            @if works {
                @if !key.is_followed.0 {
                    a.button.secondary href={ (at) "/rotation" } { "Rotate" span.vh { " " (key.name) } }
                }
                a.button.quiet href={ (at) "/revocation" } data-confirm { "Revoke" span.vh { " " (key.name) } }
            }
        }
    }

    fn form(&self) -> Markup {
        let draft = &self.draft;
        let usual = self.today.plus(USUAL_DAYS).to_string();
        let latest = format!(
            "At the latest {}: a key lives for a year at most.",
            self.today.plus(LONGEST_DAYS).words()
        );
        let body = html! {
            form #make method="post" action=(self.at) novalidate {
                (draft.summary())
                (Field::text("name", "Name").required().max_length(80).autocomplete("off")
                    .hint("Of the program, so that its lines in the audit log can be told apart.").show(draft))
                fieldset.field id="field-scopes" {
                    legend { "Scopes" }
                    p.hint { "The same words as the staff roles. Fewer is safer." }
                    @for role in StaffRole::ALL { (page::checkbox(draft, &tick(role), role.label(), Some(&opens(role)), false)) }
                    @for error in draft.errors_of("scopes") { p.error { (Icon::Alert) span { (error.message) } } }
                }
                (Field::text("expires_on", "Last day").date().required().hint(&latest).initial(&usual).show(draft))
                (page::actions(page::button(Kind::Primary, "Make the key")))
            }
        };
        page::card(Some("Make a key"), body)
    }
}

/// What a scope opens, by the matrix.
fn opens(role: StaffRole) -> String {
    let name = |desk: Desk| json!(desk).as_str().unwrap_or_default().replace('_', " ");
    let all: Vec<String> = Desk::ALL.into_iter().filter(|it| it.opens_to(&[role])).map(name).collect();
    match role {
        StaffRole::Admin => "Everything.".to_owned(),
        _ => format!("Opens {}.", all.join(", ")),
    }
}

fn state(key: &ApiKey, now: i64, zone: Zone) -> Markup {
    let till = |word: &str, at: i64| html! { br; small { (word) " " (page::moment(&rfc3339(at), &zone.day_words(at))) } };
    match key.state(now) {
        State::Active => html! { (page::badge(Tone::Good, "Works")) (till("till", key.expires_at - 1)) },
        State::Ending => {
            html! { (page::badge(Tone::Attention, "Ends soon")) (till("till", key.expires_at - 1)) }
        }
        State::Expired => html! { (page::badge(Tone::Neutral, "Expired")) (till("on", key.expires_at - 1)) },
        State::Revoked => {
            html! { (page::badge(Tone::Danger, "Revoked")) @if let Some(at) = key.revoked_at { (till("on", at)) } }
        }
    }
}

fn used(key: &ApiKey, zone: Zone) -> Markup {
    html! {
        @match key.last_used_at {
            Some(at) => (page::moment(&rfc3339(at), &zone.words(at))),
            None => span.quiet { "Never" },
        }
    }
}

/// The key itself, this once.
pub struct Fresh {
    pub made: Made,
    pub origin: String,
    pub at: &'static str,
}

impl View for Fresh {
    fn page(&self, frame: &Frame) -> Html<String> {
        let try_it = format!(
            "curl -H 'Authorization: Bearer {}' {}/api/v1/staff/payment-records",
            self.made.secret, self.origin
        );
        let scopes: Vec<&str> = self.made.scopes.iter().map(|it| it.label()).collect();
        let main = html! {
            (page::page_head("Your new key", Some("Copy it now: it is not shown again."), html! {}))
            (page::card(None, html! {
                (page::code_line("Key", &self.made.secret))
                (page::code_line("Try it", &try_it))
                (page::definition(&[
                    ("Name", html! { (self.made.name) }),
                    ("Scopes", html! { (scopes.join(", ")) }),
                    ("Last day", html! { (self.made.expires_on.words()) }),
                ]))
                (page::actions(page::button_link(Kind::Primary, "I have copied it", self.at, None)))
            }))
            (page::notice(Tone::Attention, "Keep it where secrets are kept", html! {
                p { "Whoever has this key can do what its scopes allow, from anywhere. If somebody else may have seen it, \
                     revoke it on the page of the keys; it stops at that moment." }
            }))
        };
        page::screen(frame, "Your new key", main)
    }

    fn json(&self) -> Value {
        let Made { id, secret, name, scopes, expires_on } = &self.made;
        json!(MadeFacts {
            id: id.clone(),
            key: secret.clone(),
            name: name.clone(),
            scopes: scopes.clone(),
            expires_on: *expires_on,
        })
    }
}

pub struct RotationForm {
    pub key: ApiKey,
    pub draft: Draft,
    pub today: Day,
    pub now: i64,
    pub at: &'static str,
}

impl View for RotationForm {
    fn page(&self, frame: &Frame) -> Html<String> {
        let draft = &self.draft;
        let title = format!("Rotate {}", self.key.name);
        let usual = self.today.plus(USUAL_DAYS).to_string();
        let choices =
            Overlap::ALL.map(|it| Choice { value: it.code().to_owned(), label: it.label().to_owned() });
        let intro = "A new key with the same name and scopes is made. Put it into the program while the old one still \
                     works.";
        let main = html! {
            (page::page_head(&title, Some(intro), html! {}))
            (page::card(None, html! {
                form method="post" action={ (self.at) "/" (self.key.id.as_str()) "/rotation" } novalidate {
                    (draft.summary())
                    (page::select(draft, "overlap", "How long the old key goes on", Some("Never longer than it would have worked anyway."), &choices, Some("week"), None))
                    (Field::text("expires_on", "Last day of the new key").date().required().initial(&usual).show(draft))
                    (page::actions(html! {
                        (page::button(Kind::Primary, "Make the new key"))
                        (page::button_link(Kind::Secondary, "Keep the old one", self.at, None))
                    }))
                }
            }))
        };
        page::screen(frame, &title, main)
    }

    fn json(&self) -> Value {
        json!(KeyFacts::of(&self.key, self.now))
    }
}

/// The question before a program is cut off.
pub struct Revocation {
    pub key: ApiKey,
    pub now: i64,
    pub zone: Zone,
    pub at: &'static str,
}

impl View for Revocation {
    fn page(&self, frame: &Frame) -> Html<String> {
        let used = match self.key.last_used_at {
            Some(at) => format!("It was last used on {}.", self.zone.words(at)),
            None => "It was never used.".to_owned(),
        };
        let consequences = [
            "The program is refused from this moment on.".to_owned(),
            used,
            "It cannot be taken back; a new key would have to be made.".to_owned(),
        ];
        let question = Question {
            title: &format!("Revoke {}?", self.key.name),
            consequences: &consequences,
            action_href: &format!("{}/{}/revocation", self.at, self.key.id.as_str()),
            verb: "Revoke the key",
            keep_label: "Keep",
            keep_href: self.at,
            hidden: &[],
            danger: true,
        };
        page::screen(frame, "Revoke a key", page::confirm(&question))
    }

    fn json(&self) -> Value {
        json!(KeyFacts::of(&self.key, self.now))
    }
}
