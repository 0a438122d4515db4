use axum::response::Html;
use maud::{Markup, html};
use serde::Serialize;
use serde_json::{Value, json};

use super::rules::Session;
use crate::access::Person;
use crate::answer::View;
use crate::apps::home;
use crate::apps::sign_in::Membership;
use crate::kernel::{Email, OrgId, Password, Role, SessionId, Zone, rfc3339};
use crate::page::{
    Column, ColumnKind, Draft, Field, Frame, Icon, Kind, Tile, Tone, actions, badge, button, card,
    empty_state, launcher, moment, page_head, screen, section, stack, table,
};

/// `GET /api/v1/me`
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema))]
pub struct Me {
    id: String,
    email: String,
    display_name: String,
    organisations: Vec<Membership>,
}

/// `GET /api/v1/me/sessions`
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema))]
pub struct SessionList {
    items: Vec<SessionItem>,
    /// Always null: the newest hundred are all that is shown.
    next: Option<String>,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema))]
pub struct SessionItem {
    id: String,
    device: String,
    address: String,
    created_at: String,
    last_seen_at: String,
    /// Whether this request came with it.
    current: bool,
}

pub struct Sessions {
    pub sessions: Vec<Session>,
    pub current: SessionId,
}

impl Sessions {
    pub fn body(&self) -> Value {
        let items = self.sessions.iter().map(|it| SessionItem {
            id: it.id.as_str().to_owned(),
            device: it.device.clone(),
            address: it.address.clone(),
            created_at: rfc3339(it.created_at),
            last_seen_at: rfc3339(it.last_seen_at),
            current: it.id == self.current,
        });
        json!(SessionList { items: items.collect(), next: None })
    }
}

pub struct Profile {
    pub me: Person,
    pub organisations: Vec<Membership>,
    pub sessions: Sessions,
    pub zone: Zone,
    pub now: i64,
    pub draft: Draft,
}

impl View for Profile {
    fn page(&self, frame: &Frame) -> Html<String> {
        self.html(frame)
    }

    fn json(&self) -> Value {
        self.body()
    }

    fn etag(&self) -> Option<String> {
        Some(self.tag())
    }
}

impl Profile {
    pub fn body(&self) -> Value {
        let Person { id, name, email, .. } = &self.me;
        let (id, email, display_name) = (id.as_str().into(), email.as_str().into(), name.as_str().into());
        json!(Me { id, email, display_name, organisations: self.organisations.clone() })
    }

    pub fn tag(&self) -> String {
        format!("\"{}\"", self.me.version)
    }

    pub fn html(&self, frame: &Frame) -> Html<String> {
        let intro = format!("You sign in as {}.", self.me.email.as_str());
        let main = html! {
            (page_head("My profile", Some(&intro), html! {}))
            (self.draft.summary())
            (stack(html! { (self.name_card()) (self.password_card()) (self.sessions_part()) }))
        };
        screen(frame, "My profile", main)
    }

    fn name_card(&self) -> Markup {
        card(
            Some("Name"),
            html! {
                form method="post" action="/me/name" novalidate {
                    input type="hidden" name="version" value=(self.me.version);
                    (Field::text("display_name", "Display name").hint("How your colleagues and our people see you.")
                        .initial(self.me.name.as_str()).autocomplete("name").max_length(80).required().show(&self.draft))
                    (actions(button(Kind::Primary, "Save the name")))
                }
            },
        )
    }

    fn password_card(&self) -> Markup {
        let hint =
            format!("At least {} characters. Every other session ends when you change it.", Password::LEAST);
        card(
            Some("Password"),
            html! {
                form method="post" action="/me/password" novalidate {
                    (Field::text("current_password", "Current password").password().autocomplete("current-password")
                        .required().show(&self.draft))
                    (Field::text("new_password", "New password").password().autocomplete("new-password").hint(&hint)
                        .required().show(&self.draft))
                    (Field::text("new_password_again", "The same again").password().autocomplete("new-password")
                        .required().show(&self.draft))
                    (actions(button(Kind::Primary, "Change the password")))
                }
            },
        )
    }

    fn sessions_part(&self) -> Markup {
        let columns = [
            Column { label: "Browser", kind: ColumnKind::Text },
            Column { label: "Address", kind: ColumnKind::Short },
            Column { label: "Signed in", kind: ColumnKind::Short },
            Column { label: "Last seen", kind: ColumnKind::Short },
            Column { label: "End", kind: ColumnKind::Actions },
        ];
        let rows = self.sessions.sessions.iter().map(|it| self.row(it)).collect();
        let intro = "If you do not know one of these, end it and change your password.";
        let list = table("Where you are signed in", &columns, rows);
        section("Where you are signed in", Some(intro), html! {}, list)
    }

    fn row(&self, session: &Session) -> Vec<Markup> {
        let is_current = session.id == self.sessions.current;
        // Of the session that asks, D1 is the last to know.
        let last_seen_at = if is_current { self.now } else { session.last_seen_at };
        vec![
            html! { (session.device) @if is_current { " " (badge(Tone::Good, "This one")) } },
            html! { (session.address) },
            moment(&rfc3339(session.created_at), &self.zone.words(session.created_at)),
            moment(&rfc3339(last_seen_at), &self.zone.words(last_seen_at)),
            html! {
                @if !is_current {
                    form method="post" action={ "/me/sessions/" (session.id.as_str()) "/end" } {
                        (button(Kind::Secondary, "End"))
                    }
                }
            },
        ]
    }
}

pub struct Chooser {
    pub organisations: Vec<Membership>,
    pub last_org: Option<OrgId>,
    pub email: Email,
    pub is_staff: bool,
}

impl View for Chooser {
    fn page(&self, frame: &Frame) -> Html<String> {
        let main = if self.organisations.is_empty() { self.nothing(frame) } else { self.list() };
        screen(frame, "Organisations", main)
    }

    fn json(&self) -> Value {
        json!({ "items": self.organisations, "next": null })
    }
}

impl Chooser {
    fn list(&self) -> Markup {
        let tiles: Vec<Tile> = self.organisations.iter().map(|it| self.tile(it)).collect();
        html! {
            (page_head("Organisations", Some("Choose the one you want to work for."), html! {}))
            (launcher(&tiles))
        }
    }

    fn tile(&self, membership: &Membership) -> Tile {
        let roles: Vec<&str> = membership.roles.iter().map(|it: &Role| it.label()).collect();
        let roles = if roles.is_empty() { "No role yet".to_owned() } else { roles.join(", ") };
        let is_last = self.last_org.as_ref() == Some(&membership.id);
        let text = if is_last { format!("{roles} · you were here last") } else { roles };
        let label = membership.name.as_str().to_owned();
        Tile { label, text, href: home(&membership.id), icon: Icon::Building, external: false }
    }

    fn nothing(&self, frame: &Frame) -> Markup {
        let email = self.email.as_str();
        let text = if self.is_staff {
            format!(
                "No customer organisation lists {email} as a contact. You are signed in as one of {}'s own people.",
                frame.brand.vendor_name
            )
        } else {
            format!(
                "No organisation lists {email} as a confirmed contact, so there is nothing to show. If you expected \
                 one, ask its Primary contact to add you, or press the button in the mail that asked you to confirm \
                 your address."
            )
        };
        html! {
            (page_head("Organisations", None, html! {}))
            (empty_state(Icon::Building, "No organisation yet", &text, None))
        }
    }
}
