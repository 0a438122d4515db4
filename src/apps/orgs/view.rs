use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::rules::{Holder, Organisation};
use crate::access::matrix::Application;
use crate::answer::View;
use crate::apps::notifications::{Notification, entry};
use crate::kernel::{Role, Zone};
use crate::page::{self, Draft, Entry, Field, Frame, Glance, Icon, Kind, Tile, Tone};

/// The organisation's front page.
pub struct Front {
    pub org: Organisation,
    pub roles: Vec<Role>,
    pub applications: Vec<Application>,
    pub tiles: Vec<Way>,
    pub holders: Vec<Holder>,
    pub vacant: Vec<Role>,
    /// Whether vacant roles can be filled by who looks at them.
    pub manages: bool,
    /// How they stand, for who may see it.
    pub licences: Option<Markup>,
    pub glances: Vec<Glance>,
    /// The first few notifications.
    pub news: Vec<Notification>,
    pub unread: u32,
    pub zone: Zone,
    pub at: String,
}

/// A way on from here.
pub struct Way {
    pub label: &'static str,
    pub href: String,
    pub icon: Icon,
    pub external: bool,
}

impl View for Front {
    fn page(&self, frame: &Frame) -> Html<String> {
        let mine: Vec<&str> = self.roles.iter().map(|it| it.label()).collect();
        let intro = match mine.as_slice() {
            [] => "You are a contact without a role. Your Primary contact can give you one.".to_owned(),
            [role] => format!("You are the {role} contact."),
            [rest @ .., last] => format!("You are the {} and {last} contact.", rest.join(", ")),
        };
        let tiles: Vec<Tile> = self.tiles.iter().map(Way::tile).collect();
        let main = html! {
            (page::page_head(self.org.name.as_str(), Some(&intro), html! {}))
            @for role in &self.vacant { (self.hint(*role)) }
            (page::glances(&self.glances))
            (self.notifications())
            @if let Some(licences) = &self.licences { (licences) }
            (page::section("All Controls", None, html! {}, page::launcher(&tiles)))
            (page::section("Who does what", None, self.manage(), self.who()))
        };
        page::screen(frame, "Home", main)
    }

    fn json(&self) -> Value {
        facts(&self.org, &self.roles, &self.applications)
    }

    fn etag(&self) -> Option<String> {
        Some(format!("\"{}\"", self.org.version))
    }
}

/// The organisation as programs see it.
pub fn facts(org: &Organisation, roles: &[Role], applications: &[Application]) -> Value {
    json!({ "id": org.id, "name": org.name, "roles": roles, "applications": applications })
}

impl Front {
    fn notifications(&self) -> Markup {
        let at = format!("{}/notifications", self.at);
        let all = page::button_link(Kind::Secondary, "View all", &at, Some(Icon::Arrow));
        let entries: Vec<Entry> = self.news.iter().map(|it| entry(it, &at, self.zone)).collect();
        let intro = match self.unread {
            0 => None,
            1 => Some("One is unread.".to_owned()),
            2..100 => Some(format!("{} are unread.", self.unread)),
            _ => Some("More than 99 are unread.".to_owned()),
        };
        let body = if entries.is_empty() {
            page::card(None, html! { p.quiet { "There is nothing to tell you at the moment." } })
        } else {
            page::feed("Newest notifications", &entries)
        };
        page::section("Notifications", intro.as_deref(), all, body)
    }

    /// Only who can fill the role is asked to (domain Q1).
    fn hint(&self, role: Role) -> Markup {
        let missing = match role {
            Role::Billing => {
                "Nobody can record payments or ask for a licence extension until Billing is assigned."
            }
            Role::Support => "Nobody can reach the help desk until Support is assigned.",
            Role::Primary | Role::Technical => return html! {},
        };
        html! {
            @if self.manages {
                (page::notice(Tone::Attention, &format!("The {} role is vacant", role.label()), html! {
                    p { (missing) " " a href={ (self.at) "/roles" } { "Assign it now" } }
                }))
            }
        }
    }

    fn manage(&self) -> Markup {
        html! { @if self.manages { (page::button_link(Kind::Secondary, "Manage Roles", &format!("{}/roles", self.at), Some(Icon::Shield))) } }
    }

    fn who(&self) -> Markup {
        let holder = |role: Role| self.holders.iter().find(|it| it.role == role);
        let rows: Vec<(&str, Markup)> = Role::ALL
            .into_iter()
            .map(|role| {
                let who = html! {
                    @match holder(role) {
                        Some(holder) => { (holder.name.as_str()) small { (purpose(role)) } },
                        None => { span.quiet { "Vacant" } small { (purpose(role)) } },
                    }
                };
                (role.label(), who)
            })
            .collect();
        page::card(None, page::definition(&rows))
    }
}

/// Whom to ask for what (domain 2.1).
const fn purpose(role: Role) -> &'static str {
    match role {
        Role::Primary => "adds contacts and assigns roles",
        Role::Billing => "records payments and asks for licence extensions",
        Role::Support => "talks to the help desk",
        Role::Technical => "looks after the products",
    }
}

impl Way {
    fn tile(&self) -> Tile {
        let text = match self.label {
            "Notifications" => "What there is to know, and what of it comes by mail",
            "Audit log" => "Who did what here, when and from where",
            "Contacts" => "Who may see this organisation, and who holds which role",
            "Licences" => "How long each product may run, its history, and a day more when a renewal is late",
            "Order Book" => "What you have, until when, and every order it came from",
            "Usage" => "What your products report each day, against what you bought",
            "Payments" => "The payments you have recorded, and what became of each",
            "Help desk" => "Ask a technical question and follow your tickets. You are signed in there",
            "Bill desk" => "Questions about invoices. You will be asked to sign in there",
            "Make Payment" => "Pay an invoice online through the payment gateway",
            "Documentation" => "Guides and answers for every product",
            _ => "",
        };
        Tile {
            label: self.label.to_owned(),
            text: text.to_owned(),
            href: self.href.clone(),
            icon: self.icon,
            external: self.external,
        }
    }
}

pub struct Naming {
    pub org: Organisation,
    pub draft: Draft,
    pub at: String,
}

impl View for Naming {
    fn page(&self, frame: &Frame) -> Html<String> {
        let intro = "The new name shows to all contacts at once. Invoices keep the legal name that we have on record.";
        let form = html! {
            form method="post" action=(self.at) novalidate {
                (self.draft.summary())
                input type="hidden" name="version" value=(self.org.version);
                (Field::text("name", "Organisation name").initial(self.org.name.as_str()).required().max_length(120)
                    .autocomplete("organization").show(&self.draft))
                (page::actions(html! {
                    (page::button(Kind::Primary, "Rename"))
                    (page::button_link(Kind::Quiet, "Keep the name", self.at.trim_end_matches("/name"), None))
                }))
            }
        };
        let main = html! {
            (page::page_head("Rename organisation", Some(intro), html! {}))
            (page::card(None, form))
        };
        page::screen(frame, "Rename organisation", main)
    }

    fn json(&self) -> Value {
        json!({ "id": self.org.id, "name": self.org.name })
    }
}
