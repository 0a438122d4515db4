use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::api::MemberList;
use super::rules::{Colleague, purpose};
use crate::answer::View;
use crate::kernel::{PersonId, StaffRole, Zone, rfc3339};
use crate::page::{
    self, Choice, Column, ColumnKind, Draft, Field, Frame, Kind, Question, Tone, badge, button, moment,
    select, tag,
};

pub struct Listing {
    pub members: Vec<Colleague>,
    pub myself: Option<PersonId>,
    pub draft: Draft,
    pub refusal: Draft,
    pub key: String,
    pub zone: Zone,
}

pub struct Removal {
    pub member: Colleague,
}

fn roles() -> Vec<Choice> {
    let choice = |it: StaffRole| Choice {
        value: it.code().to_owned(),
        label: format!("{}: {}", it.label(), purpose(it)),
    };
    StaffRole::ALL.into_iter().map(choice).collect()
}

impl View for Listing {
    fn page(&self, frame: &Frame) -> Html<String> {
        let intro =
            "Whoever is here reaches every customer, as far as the role goes. Each colleague has one role.";
        let main = html! {
            (page::page_head("Staff", Some(intro), html! {}))
            (self.refusal.summary())
            (self.table())
            (page::card(Some("Add a colleague"), self.form()))
        };
        page::screen(frame, "Staff", main)
    }

    fn json(&self) -> Value {
        json!(MemberList::of(&self.members))
    }
}

impl Listing {
    fn table(&self) -> Markup {
        let columns = [
            Column { label: "Colleague", kind: ColumnKind::Text },
            Column { label: "Role", kind: ColumnKind::Text },
            Column { label: "Last signed in", kind: ColumnKind::Short },
            Column { label: "What to do", kind: ColumnKind::Actions },
        ];
        page::table(
            "The vendor's own people by name",
            &columns,
            self.members.iter().map(|it| self.row(it)).collect(),
        )
    }

    fn row(&self, it: &Colleague) -> Vec<Markup> {
        let is_me = self.myself.as_ref() == Some(&it.id);
        let at = format!("/staff/members/{}", it.id.as_str());
        let label = format!("Role of {}", it.name.as_str());
        vec![
            page::person(it.name.as_str(), it.email.as_str()),
            html! {
                @if is_me { (tag(it.role.label())) " " small { "you" } }
                @else {
                    form.inline-form method="post" action={ (at) "/role" } {
                        span.select {
                            select name="role" aria-label=(label) {
                                @for role in StaffRole::ALL {
                                    option value=(role.code()) selected[role == it.role] { (role.label()) }
                                }
                            }
                            (page::Icon::Down)
                        }
                        (button(Kind::Quiet, "Change"))
                    }
                }
            },
            html! {
                @match (it.signed_in_at, it.has_password) {
                    (Some(at), _) => (moment(&rfc3339(at), &self.zone.words(at))),
                    (None, 0) => (badge(Tone::Attention, "No password yet")),
                    (None, _) => span.quiet { "Not lately" },
                }
            },
            html! {
                @if !is_me { a.button.quiet href={ (at) "/removal" } data-confirm { (page::Icon::Trash) "Remove" } }
            },
        ]
    }

    fn form(&self) -> Markup {
        let draft = &self.draft;
        html! {
            form method="post" action="/staff/members" novalidate {
                (draft.summary())
                input type="hidden" name="idempotency_key" value=(self.key);
                (Field::text("display_name", "Name").required().max_length(80).autocomplete("off").show(draft))
                (Field::text("email", "E-mail address").hint("A mail with a link to choose a password goes there.").email().required().autocomplete("off").show(draft))
                (select(draft, "role", "Role", None, &roles(), Some("support"), None))
                (page::actions(button(Kind::Primary, "Add to the staff")))
            }
        }
    }
}

impl View for Removal {
    fn page(&self, frame: &Frame) -> Html<String> {
        let it = &self.member;
        let mut consequences = vec![
            "Every session of theirs ends at once, also where they are a contact of a customer.".to_owned(),
            "What they did stays in the log under their name.".to_owned(),
        ];
        if it.keys > 0 {
            let keys = if it.keys == 1 { "1 API key".to_owned() } else { format!("{} API keys", it.keys) };
            consequences.push(format!("{keys} made by them go on working. Revoke those that must not."));
        }
        let question = page::confirm(&Question {
            title: &format!("Remove {} from the staff?", it.name.as_str()),
            consequences: &consequences,
            action_href: &format!("/staff/members/{}/removal", it.id.as_str()),
            verb: "Remove",
            keep_label: "Keep",
            keep_href: "/staff/members",
            hidden: &[],
            danger: true,
        });
        page::screen(frame, "Remove a colleague", question)
    }

    fn json(&self) -> Value {
        Value::Null
    }
}
