use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::api::{ContactFacts, ContactPage};
use super::rules::{Contact, Holding, MOST_CONTACTS, MailState, roles_of};
use crate::answer::View;
use crate::kernel::{Role, Zone, rfc3339};
use crate::page::{self, Column, ColumnKind, Draft, Field, Frame, Icon, Kind, Question, Tone};

pub struct ContactList {
    pub contacts: Vec<Contact>,
    pub holdings: Vec<Holding>,
    /// Of the form below the list.
    pub draft: Draft,
    /// What a deed on a row was refused with; shown above the list.
    pub refusal: Draft,
    pub at: String,
    pub zone: Zone,
    /// A fresh one for the form, so that a double click adds one contact.
    pub key: String,
}

impl View for ContactList {
    fn page(&self, frame: &Frame) -> Html<String> {
        let full = self.contacts.len() >= MOST_CONTACTS;
        let actions = html! {
            @if !full { (page::button_link(Kind::Secondary, "Add Contact", "#add", Some(Icon::Plus))) }
            (page::button_link(Kind::Secondary, "Manage Roles", &self.roles_at(), Some(Icon::Shield)))
        };
        let intro =
            "The people and group addresses who may see this organisation, and what each of them is for.";
        let main = html! {
            (page::page_head("Contacts", Some(intro), actions))
            (self.refusal.summary())
            (page::meter("contacts", u32::try_from(self.contacts.len()).unwrap_or(0), 5))
            (self.table())
            @if full { (full_house()) } @else { (self.form()) }
        };
        page::screen(frame, "Contacts", main)
    }

    fn json(&self) -> Value {
        let items =
            self.contacts.iter().map(|it| ContactFacts::of(it, roles_of(it, &self.holdings))).collect();
        json!(ContactPage { items, limit: MOST_CONTACTS })
    }
}

impl ContactList {
    fn roles_at(&self) -> String {
        self.at.trim_end_matches("/contacts").to_owned() + "/roles"
    }

    fn table(&self) -> Markup {
        let columns = [
            Column { label: "Contact", kind: ColumnKind::Text },
            Column { label: "Roles", kind: ColumnKind::Text },
            Column { label: "Verification", kind: ColumnKind::Text },
            Column { label: "Last sign-in", kind: ColumnKind::Short },
            Column { label: "Actions", kind: ColumnKind::Actions },
        ];
        let rows = self.contacts.iter().map(|contact| {
            let roles = roles_of(contact, &self.holdings);
            vec![
                page::person(contact.display_name.as_str(), contact.email.as_str()),
                html! {
                    @if roles.is_empty() { span.quiet { "No role" } }
                    (page::badges(&roles.iter().map(|it| page::tag(it.label())).collect::<Vec<_>>()))
                },
                self.verification(contact),
                html! {
                    @match contact.signed_in_at {
                        Some(at) => (page::moment(&rfc3339(at), &self.zone.day_words(at))),
                        None => span.quiet { "Never" },
                    }
                },
                self.row_actions(contact, &roles),
            ]
        });
        page::table("Contacts of this organisation", &columns, rows.collect())
    }

    /// Whether the contact is verified; if not, what became of the mail.
    fn verification(&self, contact: &Contact) -> Markup {
        let when = |at: i64| page::moment(&rfc3339(at), &self.zone.words(at));
        let is_under_way = matches!(contact.mail_state, Some(MailState::Queued | MailState::Sending));
        let pending = contact.verified_at.is_none() && is_under_way;
        html! { div id={ "mail-" (contact.id.as_str()) } data-pending[pending] {
            @if let Some(at) = contact.verified_at {
                (page::badge(Tone::Good, "Verified Contact")) br;
                small { (page::moment(&rfc3339(at), &self.zone.day_words(at))) }
            } @else {
                @match contact.mail_state {
                    None => { (page::badge(Tone::Neutral, "No mail sent yet")) },
                    Some(MailState::Queued | MailState::Sending) => { (page::badge(Tone::Info, "Mail queued")) },
                    Some(MailState::Sent) => { (page::badge(Tone::Attention, "Mail sent")) },
                    Some(MailState::Failed | MailState::Dropped) => { (page::badge(Tone::Danger, "Mail failed")) },
                    Some(MailState::Bounced) => { (page::badge(Tone::Danger, "Mail came back")) },
                }
                @if let Some(at) = contact.mail_at { br; small { (when(at)) } }
                @if let Some(reason) = contact.mail_reason { br; small { (reason.words()) } }
            }
        } }
    }

    fn row_actions(&self, contact: &Contact, roles: &[Role]) -> Markup {
        let at = format!("{}/{}", self.at, contact.id.as_str());
        html! {
            @if contact.verified_at.is_none() {
                form method="post" action={ (at) "/verification" } {
                    button.button.secondary { (if contact.mail_state.is_some() { "Send again" } else { "Verify" }) }
                }
            }
            @if !roles.contains(&Role::Primary) {
                a.button.quiet href={ (at) "/removal" } data-confirm {
                    "Delete" span.vh { " " (contact.display_name.as_str()) }
                }
            }
        }
    }

    fn form(&self) -> Markup {
        let draft = &self.draft;
        let body = html! {
            form #add method="post" action=(self.at) novalidate {
                (draft.summary())
                input type="hidden" name="idempotency_key" value=(self.key);
                (Field::text("display_name", "Display name").required().max_length(80).autocomplete("off")
                    .hint("Shows until they verify; after that, the name they have given themselves does.").show(draft))
                (Field::text("email", "E-mail id").email().required().max_length(254).autocomplete("off")
                    .hint("Of a person, or of a group that reads its mail together.").show(draft))
                (page::checkbox(draft, "send_verification", "Send Verification Email",
                    Some("They confirm the address with the link in it, and can then sign in."), true))
                (page::actions(page::button(Kind::Primary, "Add Contact")))
            }
        };
        page::card(Some("Add Contact"), body)
    }
}

fn full_house() -> Markup {
    page::notice(
        Tone::Neutral,
        "All 5 places are taken",
        html! { p { "An organisation can have at most 5 contacts. Delete one before you add another." } },
    )
}

/// The question before a contact is deleted (domain 4.4).
pub struct Removal {
    pub contact: Contact,
    pub roles: Vec<Role>,
    pub org_name: String,
    pub at: String,
}

impl View for Removal {
    fn page(&self, frame: &Frame) -> Html<String> {
        let name = self.contact.display_name.as_str();
        let mut consequences =
            vec![format!("{name} can no longer see {} from this moment on.", self.org_name)];
        consequences.extend(self.roles.iter().map(|role| falls_vacant(*role).to_owned()));
        consequences.push("Adding the address again later starts with a new verification mail.".to_owned());
        let question = Question {
            title: &format!("Delete {name}?"),
            consequences: &consequences,
            action_href: &format!("{}/{}/removal", self.at, self.contact.id.as_str()),
            verb: &format!("Delete {name}"),
            keep_label: "Keep",
            keep_href: &self.at,
            hidden: &[],
            danger: true,
        };
        page::screen(frame, "Delete contact", page::confirm(&question))
    }

    fn json(&self) -> Value {
        json!(ContactFacts::of(&self.contact, self.roles.clone()))
    }
}

fn falls_vacant(role: Role) -> &'static str {
    match role {
        Role::Primary => "Nobody will be able to manage contacts.",
        Role::Billing => {
            "The Billing role falls vacant: nobody will be able to record payments or ask for licence extensions until \
             you assign it."
        }
        Role::Support => {
            "The Support role falls vacant: nobody will reach the help desk until you assign it."
        }
        Role::Technical => "The Technical role falls vacant.",
    }
}
