use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::mail::role_opens;
use super::rules::{Assignment, Contact};
use crate::answer::View;
use crate::kernel::{ContactId, Email, Role};
use crate::page::{self, Choice, Draft, Frame, Kind, Question, Tone};

/// One drop-down for each role, holding the verified contacts only (domain 4.5).
pub struct RoleForm {
    pub contacts: Vec<Contact>,
    pub assignment: Assignment,
    pub off_domain: Vec<(Role, Email)>,
    pub version: i64,
    pub draft: Draft,
    pub at: String,
}

impl View for RoleForm {
    fn page(&self, frame: &Frame) -> Html<String> {
        let intro = "Each role has one holder at most, and one contact may hold several. Only verified contacts can be chosen.";
        let main = html! {
            (page::page_head("Manage Roles", Some(intro), html! {}))
            (self.warnings())
            (page::card(None, self.form()))
        };
        page::screen(frame, "Manage Roles", main)
    }

    fn json(&self) -> Value {
        json!(self.assignment)
    }

    fn etag(&self) -> Option<String> {
        Some(format!("\"{}\"", self.version))
    }
}

impl RoleForm {
    fn warnings(&self) -> Markup {
        html! {
            @for (role, email) in &self.off_domain {
                (page::notice(Tone::Attention, &format!("The {} contact is on another domain", role.label()), html! {
                    p {
                        (email.as_str()) " is not on a domain that is registered for this role. That may be right; "
                        "if not, choose a contact on the expected domain or ask us to register this one."
                    }
                }))
            }
        }
    }

    fn form(&self) -> Markup {
        let waiting: Vec<&str> = self.unverified().map(|it| it.display_name.as_str()).collect();
        html! {
            form method="post" action=(self.at) {
                (self.draft.summary())
                input type="hidden" name="version" value=(self.version);
                @for role in Role::ALL { (self.drop_down(role)) }
                @if !waiting.is_empty() {
                    p.quiet { "Not in the lists, because not verified yet: " (waiting.join(", ")) "." }
                }
                (page::actions(html! {
                    (page::button(Kind::Primary, "Assign"))
                    (page::button_link(Kind::Quiet, "Back to Contacts", &self.contacts_at(), None))
                }))
            }
        }
    }

    fn drop_down(&self, role: Role) -> Markup {
        let choices: Vec<Choice> = self
            .contacts
            .iter()
            .filter(|it| it.verified_at.is_some())
            .map(|it| Choice {
                value: it.id.as_str().to_owned(),
                label: format!("{} ({})", it.display_name.as_str(), it.email.as_str()),
            })
            .collect();
        let holder = self.assignment.holder(role).map(ContactId::as_str);
        // Primary has no empty entry: an organisation is never without one.
        let none = (role != Role::Primary).then_some("Nobody");
        let hint = format!("Lets somebody {}.", role_opens(role));
        page::select(&self.draft, role.code(), role.label(), Some(&hint), &choices, holder, none)
    }

    fn unverified(&self) -> impl Iterator<Item = &Contact> {
        self.contacts.iter().filter(|it| it.verified_at.is_none())
    }

    fn contacts_at(&self) -> String {
        self.at.trim_end_matches("/roles").to_owned() + "/contacts"
    }
}

/// The question before the Primary role goes to somebody else.
pub struct HandOver {
    pub wished: Assignment,
    pub to: String,
    pub version: i64,
    pub at: String,
}

impl HandOver {
    pub fn page(&self, frame: &Frame) -> Html<String> {
        let version = self.version.to_string();
        let value = |role| self.wished.holder(role).map_or("", ContactId::as_str);
        let mut hidden = vec![("version", version.as_str()), ("handing_over", "yes")];
        hidden.extend(Role::ALL.into_iter().map(|it| (it.code(), value(it))));
        let question = Question {
            title: &format!("Hand the Primary role to {}?", self.to),
            consequences: &[
                "You will lose access to Contacts and to Manage Roles at once.".to_owned(),
                format!("Only {} can give the role back to you.", self.to),
                "Both of you get a mail about it.".to_owned(),
            ],
            action_href: &self.at,
            verb: "Hand over and assign",
            keep_label: "Keep the Primary role",
            keep_href: &self.at,
            hidden: &hidden,
            danger: true,
        };
        page::screen(frame, "Hand over the Primary role", page::confirm(&question))
    }
}
