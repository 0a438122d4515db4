use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::AT;
use super::rules::{Client, Kind};
use crate::answer::View;
use crate::kernel::{ClientId, Zone, rfc3339};
use crate::page::{
    self, Choice, Column, ColumnKind, Draft, Field, Frame, Icon, Tone, actions, button, button_link, card,
    checkbox, code_line, empty_state, notice, page_head, screen, select, stack, table, tag,
};

pub struct List {
    pub clients: Vec<Client>,
    /// The kinds that the installation's secrets allow.
    pub ready: Vec<Kind>,
    pub issuer: String,
    pub zone: Zone,
}

const INTRO: &str = "The help desks that people of Support are signed in to from here. The newest one that is on and says \
                     where it begins is what \"Help desk\" leads to.";

const COLUMNS: [Column; 5] = [
    Column { label: "Help desk", kind: ColumnKind::Text },
    Column { label: "Client id", kind: ColumnKind::Text },
    Column { label: "Leads back to", kind: ColumnKind::Text },
    Column { label: "Added", kind: ColumnKind::Short },
    Column { label: "Actions", kind: ColumnKind::Actions },
];

impl View for List {
    fn page(&self, frame: &Frame) -> Html<String> {
        let add =
            || button_link(page::Kind::Primary, "Add a help desk", &format!("{AT}/new"), Some(Icon::Plus));
        let main = html! {
            (page_head("Sign-on", Some(INTRO), html! { @if !self.clients.is_empty() { (add()) } }))
            (stack(html! {
                @if self.ready.is_empty() {
                    (notice(Tone::Attention, "The installation has no signing key yet", html! {
                        p {
                            "Until the secret " code { "SIGNING_KEYS" } " (or, for Zendesk, " code { "ZENDESK_SHARED_SECRET" }
                            ") is set, \"Help desk\" is a plain link. The README says how to make one."
                        }
                    }))
                }
                @if self.clients.is_empty() {
                    (empty_state(Icon::Lifebuoy, "No help desk yet", "Add the one that your customers' Support contacts use.", Some(add())))
                } @else {
                    (table("Help desks", &COLUMNS, self.clients.iter().map(|it| self.row(it)).collect()))
                }
                (card(Some("What a help desk asks for"), html! {
                    (code_line("Issuer", &self.issuer))
                    (code_line("Discovery", &format!("{}/.well-known/openid-configuration", self.issuer)))
                }))
            }))
        };
        screen(frame, "Sign-on", main)
    }

    fn json(&self) -> Value {
        Value::Null
    }
}

impl List {
    fn row(&self, client: &Client) -> Vec<Markup> {
        let works = client.enabled.0 && self.ready.contains(&client.kind);
        let state = match (client.enabled.0, works) {
            (true, true) => page::badge(Tone::Good, "On"),
            (true, false) => page::badge(Tone::Attention, "No key"),
            (false, _) => page::badge(Tone::Neutral, "Off"),
        };
        let uris: Vec<String> = serde_json::from_str(&client.redirect_uris).unwrap_or_default();
        let at = format!("{AT}/{}", client.id.as_str());
        let (verb, to) = if client.enabled.0 { ("Switch off", "off") } else { ("Switch on", "on") };
        vec![
            html! {
                b { (client.name) } " " (state) " " (tag(client.kind.label()))
                @if client.login_uri.is_some() && client.enabled.0 { " " (tag("Launcher")) }
            },
            html! { code.address { (client.id.as_str()) } },
            html! {
                span.address { @match (uris.as_slice(), &client.login_uri) {
                    ([], Some(login)) => { (login) },
                    (uris, _) => { @for (at, uri) in uris.iter().enumerate() { @if at > 0 { br; } (uri) } },
                } }
            },
            page::moment(&rfc3339(client.created_at), &self.zone.day_words(client.created_at)),
            html! {
                @if client.has_secret.0 {
                    form method="post" action={ (at) "/secret" } { (button(page::Kind::Secondary, "New secret")) }
                }
                form method="post" action={ (at) "/switch" } {
                    input type="hidden" name="to" value=(to);
                    (button(page::Kind::Secondary, verb))
                }
            },
        ]
    }
}

pub struct Entry {
    pub draft: Draft,
}

impl View for Entry {
    fn page(&self, frame: &Frame) -> Html<String> {
        let kinds = Kind::ALL.map(|it| Choice { value: it.code().to_owned(), label: it.label().to_owned() });
        let form = html! {
            form method="post" action=(AT) novalidate {
                (self.draft.summary())
                (Field::text("name", "Name").hint("As people read it, such as Help desk.").required().max_length(80).show(&self.draft))
                (select(&self.draft, "kind", "How it takes a sign-on", Some("OpenID Connect, unless the product cannot."), &kinds, Some("oidc"), None))
                (Field::text("redirect_uris", "Addresses that it may be led back to")
                    .hint("One a line, exactly as it sends them. Freshworks shows its own. Zendesk has none.")
                    .textarea(3).show(&self.draft))
                (Field::text("login_uri", "Where signing in there begins")
                    .hint("\"Help desk\" in the launcher leads here. For Zendesk: https://….zendesk.com/access/jwt. Leave it empty to keep the launcher as it is.")
                    .input_mode("url").show(&self.draft))
                (checkbox(&self.draft, "public", "It cannot keep a secret", Some("A program without a server of its own. PKCE alone protects it."), false))
                (actions(html! {
                    (button(page::Kind::Primary, "Add the help desk"))
                    (button_link(page::Kind::Quiet, "Back", AT, None))
                }))
            }
        };
        let main = html! {
            (page_head("Add a help desk", Some("Its secret is shown once, on the next page."), html! {}))
            (card(None, form))
        };
        screen(frame, "Add a help desk", main)
    }

    fn json(&self) -> Value {
        Value::Null
    }
}

/// Shown once.
pub struct Credentials {
    pub id: ClientId,
    pub name: String,
    pub kind: Kind,
    pub secret: Option<String>,
    pub issuer: String,
}

impl View for Credentials {
    fn page(&self, frame: &Frame) -> Html<String> {
        let intro = match (&self.secret, self.kind) {
            (Some(_), _) => {
                "Copy the secret now: it is not shown again. One that was there before no longer works."
            }
            (None, Kind::Zendesk) => "Zendesk is given the same secret that stands in ZENDESK_SHARED_SECRET.",
            (None, Kind::Oidc | Kind::Freshworks) => "It needs no secret.",
        };
        let main = html! {
            (page_head(&self.name, Some(intro), html! {}))
            (card(None, html! {
                @if self.kind != Kind::Zendesk {
                    (code_line("Issuer", &self.issuer))
                    (code_line("Client id", self.id.as_str()))
                }
                @if let Some(secret) = &self.secret { (code_line("Client secret", secret)) }
                (actions(button_link(page::Kind::Primary, "Done", AT, None)))
            }))
        };
        screen(frame, &self.name, main)
    }

    fn json(&self) -> Value {
        json!({ "client_id": self.id, "client_secret": self.secret })
    }
}
