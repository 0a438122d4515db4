use std::sync::Arc;

use axum::response::Html;
use maud::{DOCTYPE, Markup, html};

use super::shell;
use super::{Icon, Kind, Tone, button_link};

/// Who runs the portal: configuration, the same on every page.
#[derive(Debug, Clone, Default)]
pub struct Brand {
    pub vendor_name: String,
    pub support_email: String,
    pub documentation_url: Option<String>,
}

#[derive(Debug, Clone)]
pub struct NavItem {
    pub label: &'static str,
    pub href: String,
    pub icon: Icon,
    pub current: bool,
    pub badge: Option<u32>,
}

/// Where the reader stands; it decides which shell is drawn around the page.
#[derive(Debug, Clone)]
pub enum Place {
    /// Nobody is signed in: one centred card.
    Doorstep,
    /// Signed in, outside any organisation: the profile, the chooser.
    Person { name: String, email: String, is_staff: bool, elsewhere: Option<Elsewhere> },
    /// The vendor's side.
    Staff { name: String, email: String, role: &'static str, nav: Vec<NavItem>, elsewhere: Option<Elsewhere> },
    Organisation {
        name: String,
        email: String,
        org_id: String,
        org_name: String,
        roles: Vec<&'static str>,
        nav: Vec<NavItem>,
        can_switch: bool,
        can_rename: bool,
        viewing: Option<Viewing>,
    },
}

/// Somebody of the staff sees this page as its contact does; a banner says so on each.
#[derive(Debug, Clone)]
pub struct Viewing {
    pub by: String,
    /// Time of day.
    pub until: String,
}

/// The same one where there is nothing of the contact to see: the own account, the vendor's side.
#[derive(Debug, Clone)]
pub struct Elsewhere {
    /// Home of the organisation.
    pub href: String,
    pub contact: String,
    pub org_name: String,
    /// Time of day.
    pub until: String,
}

/// What the last deed has to say, shown once at the top of the next page.
#[derive(Debug, Clone)]
pub struct Flash {
    pub tone: Tone,
    pub text: String,
}

#[derive(Debug, Clone)]
pub struct Frame {
    pub brand: Arc<Brand>,
    pub place: Place,
    pub flash: Option<Flash>,
}

/// The whole document. The heading of `main` comes from `page_head`, not from here.
pub fn screen(frame: &Frame, title: &str, main: Markup) -> Html<String> {
    let body_class = match frame.place {
        Place::Doorstep => "doorstep",
        Place::Staff { .. } => "inside staff",
        Place::Person { .. } | Place::Organisation { .. } => "inside",
    };
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                title { (title) " · " (frame.brand.vendor_name) }
                meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover";
                meta name="color-scheme" content="light dark";
                meta name="theme-color" media="(prefers-color-scheme: light)" content="#f2f0eb";
                meta name="theme-color" media="(prefers-color-scheme: dark)" content="#0a0b0f";
                link rel="icon" href="/favicon.ico" sizes="32x32";
                link rel="icon" href="/favicon.svg" type="image/svg+xml";
                link rel="apple-touch-icon" href="/apple-touch-icon.png";
                link rel="stylesheet" href="/app.css";
                script src="/app.js" defer {}
            }
            body class=(body_class) {
                a.skip href="#main" { "Skip to content" }
                @match &frame.place {
                    Place::Doorstep => (shell::doorstep_head(&frame.brand)),
                    Place::Person { .. } | Place::Staff { .. } | Place::Organisation { .. } => (shell::head(frame, title)),
                }
                div.stage {
                    (viewing(&frame.place))
                    main #main tabindex="-1" {
                        (flash(frame.flash.as_ref()))
                        (main)
                    }
                    (shell::foot(&frame.brand))
                }
                (shell::dock(&frame.place, title))
                (shell::keyboard_dialog())
            }
        }
    };
    Html(page.into_string())
}

#[must_use]
pub fn page_head(title: &str, intro: Option<&str>, actions: Markup) -> Markup {
    html! {
        header.page-head {
            div {
                h1 { (title) }
                @if let Some(intro) = intro { p.intro { (intro) } }
            }
            @if !actions.0.is_empty() { div.actions { (actions) } }
        }
    }
}

/// Paper needs no button where there is no script: the browser's own menu prints as well.
#[must_use]
pub fn print_button() -> Markup {
    html! { button.button.quiet.js-only type="button" data-print { (Icon::Document) "Print" } }
}

/// A page that could not be shown: what happened, what to do next, and the number support will ask for.
pub fn problem(
    frame: &Frame,
    status: u16,
    title: &str,
    what_happened: &str,
    what_next: &str,
    request_id: Option<&str>,
    action: Option<(&str, &str)>,
) -> Html<String> {
    let main = html! {
        section.problem {
            p.problem-code { "Error " (status) }
            h1 { (title) }
            p.intro { (what_happened) }
            @if !what_next.is_empty() { p { (what_next) } }
            @if let Some((label, href)) = action {
                div.actions { (button_link(Kind::Primary, label, href, None)) }
            }
            @if let Some(request_id) = request_id {
                p.quiet { "If you write to support, mention request " code { (request_id) } "." }
            }
        }
    };
    screen(frame, title, main)
}

impl Elsewhere {
    fn said(&self, here: &str) -> Markup {
        html! {
            b { (here) }
            " In " (self.org_name) " you see what " (self.contact) " sees, until " (self.until) ". "
            a href=(self.href) { "Back to it" }
        }
    }
}

fn viewing(place: &Place) -> Markup {
    let said = match place {
        Place::Organisation { name, org_name, roles, viewing: Some(viewing), .. } => {
            let roles = if roles.is_empty() { "no role".to_owned() } else { roles.join(", ") };
            html! {
                b { "You see " (org_name) " as " (name) " (" (roles) ") does." }
                " Reading only, until " (viewing.until) ". The customer's log names you: " (viewing.by) "."
            }
        }
        Place::Person { elsewhere: Some(it), .. } => it.said("This is your own account."),
        Place::Staff { elsewhere: Some(it), .. } => it.said("This is your own desk."),
        Place::Doorstep | Place::Person { .. } | Place::Staff { .. } | Place::Organisation { .. } => {
            return html! {};
        }
    };
    html! {
        aside.viewing aria-label="View as" {
            (Icon::User)
            p { (said) }
            form method="post" action="/staff/view-as/end" {
                button.button.secondary type="submit" { (Icon::Cross) "End the view" }
            }
        }
    }
}

fn flash(flash: Option<&Flash>) -> Markup {
    html! {
        div.toasts role="status" {
            @if let Some(flash) = flash {
                div class={ "toast " (flash.tone.class()) } {
                    (flash.tone.icon())
                    p { (flash.text) }
                    button.js-only type="button" data-close aria-label="Dismiss this message" { (Icon::Cross) }
                }
            }
        }
    }
}
