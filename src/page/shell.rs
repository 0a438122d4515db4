use maud::{Markup, html};

use super::Icon;
use super::frame::{Brand, Frame, NavItem, Place};

/// How many entries stand beside "More" in the bar at the bottom of a phone.
const DOCK_ENTRIES: usize = 4;

struct Reader<'a> {
    name: &'a str,
    email: &'a str,
    org: Option<Org<'a>>,
    /// Of the vendor's own people.
    staff_role: Option<&'static str>,
}

struct Org<'a> {
    id: &'a str,
    name: &'a str,
    roles: &'a [&'static str],
    can_switch: bool,
    can_rename: bool,
}

pub(super) fn doorstep_head(brand: &Brand) -> Markup {
    html! { header.door-head { (vendor(brand)) } }
}

/// The side bar of a wide screen and the top bar of a phone; the style sheet shows one of them.
pub(super) fn head(frame: &Frame, title: &str) -> Markup {
    let Some(reader) = reader(&frame.place) else { return html! {} };
    let nav = nav_of(&frame.place, title);
    html! {
        header.side {
            (vendor(&frame.brand))
            @if let Some(org) = &reader.org { (org_block(org)) }
            @if let Some(role) = reader.staff_role { (staff_block(role)) }
            nav aria-label="Applications" { ul { @for item in &nav { li { (nav_link(item)) } } } }
            details.menu.profile {
                summary {
                    span.avatar aria-hidden="true" { (initials(reader.name)) }
                    span.who { b { (reader.name) } small { (reader.email) } }
                    (Icon::More)
                    span.vh { "Your menu" }
                }
                div.menu-panel { (account_links(&reader)) }
            }
        }
        header.bar {
            @match (&reader.org, reader.staff_role) {
                (Some(org), _) => (org_block(org)),
                (None, Some(role)) => (staff_block(role)),
                (None, None) => (vendor(&frame.brand)),
            }
        }
    }
}

/// The bar a thumb reaches. Only phones show it.
pub(super) fn dock(place: &Place, title: &str) -> Markup {
    let Some(reader) = reader(place) else { return html! {} };
    let nav = nav_of(place, title);
    let (first, rest) = nav.split_at(nav.len().min(DOCK_ENTRIES));
    html! {
        nav.dock aria-label="Main" {
            ul {
                @for item in first { li { (nav_link(item)) } }
                li {
                    details.menu {
                        summary { (Icon::More) span { "More" } }
                        div.menu-panel {
                            p.menu-who { b { (reader.name) } small { (reader.email) } }
                            @for item in rest { (nav_link(item)) }
                            @if !rest.is_empty() { hr; }
                            (account_links(&reader))
                        }
                    }
                }
            }
        }
    }
}

pub(super) fn foot(brand: &Brand) -> Markup {
    html! {
        footer.foot {
            ul {
                @if !brand.support_email.is_empty() {
                    li { "Need help? " a href={ "mailto:" (brand.support_email) } { (brand.support_email) } }
                }
                @if let Some(url) = &brand.documentation_url {
                    li { a href=(url) rel="noopener" { "Documentation" } }
                }
                li { a href="/accessibility" { "Accessibility" } }
                li { a href="/accessibility#keyboard" data-help { "Keyboard help" } }
            }
            fieldset.theme.js-only {
                legend.vh { "Colours" }
                @for (value, label, icon) in
                    [("system", "As the device", Icon::Monitor), ("light", "Light", Icon::Sun), ("dark", "Dark", Icon::Moon)]
                {
                    label title=(label) {
                        input type="radio" name="theme" value=(value) checked[value == "system"];
                        (icon) span.vh { (label) }
                    }
                }
            }
        }
    }
}

/// Closed until script opens it; the same list stands on the accessibility page for everybody else.
pub(super) fn keyboard_dialog() -> Markup {
    html! {
        dialog #help aria-labelledby="help-title" {
            form method="dialog" {
                header { h2 #help-title { "Keyboard" } button.icon-button aria-label="Close" { (Icon::Cross) } }
            }
            (shortcuts())
            label.tick { input type="checkbox" data-shortcuts checked; span { "Single-key shortcuts are on" } }
        }
    }
}

pub(super) fn shortcuts() -> Markup {
    let rows: [(&[&str], &str); 5] = [
        (&["Tab"], "Next link, field or button"),
        (&["/"], "Search on this page"),
        (&["Ctrl", "K"], "Search, also when single-key shortcuts are off"),
        (&["?"], "This list"),
        (&["Esc"], "Close what is open"),
    ];
    html! {
        dl.keys {
            @for (keys, what) in rows {
                div { dt { @for key in keys { kbd { (key) } } } dd { (what) } }
            }
        }
    }
}

fn vendor(brand: &Brand) -> Markup {
    html! {
        a.vendor href="/" {
            img src="/favicon.svg" alt="" width="28" height="28";
            span { (brand.vendor_name) }
        }
    }
}

fn org_block(org: &Org) -> Markup {
    let inner = html! {
        span.org-mark aria-hidden="true" { (initials(org.name)) }
        span.who { b { (org.name) } small { (roles_in_words(org.roles)) } }
    };
    html! {
        @if org.can_switch {
            a.org href="/organisations" { (inner) (Icon::Swap) span.vh { "Switch organisation" } }
        } @else {
            div.org { (inner) }
        }
    }
}

/// Says at every moment that this is not a customer's page.
fn staff_block(role: &str) -> Markup {
    html! {
        div.org.staff-mark {
            span.org-mark aria-hidden="true" { (Icon::Key) }
            span.who { b { "Staff console" } small { (role) } }
        }
    }
}

fn nav_link(item: &NavItem) -> Markup {
    html! {
        a.nav-link href=(item.href) aria-current=[item.current.then_some("page")] {
            (item.icon) span { (item.label) }
            @if let Some(count) = item.badge.filter(|it| *it > 0) {
                b.count { @if count > 99 { "99+" } @else { (count) } span.vh { " unread" } }
            }
        }
    }
}

fn account_links(reader: &Reader) -> Markup {
    html! {
        @if let Some(org) = &reader.org {
            @if org.can_switch { a href="/organisations" { (Icon::Swap) "Switch organisation" } }
            @if org.can_rename {
                a href={ "/o/" (org.id) "/report" } { (Icon::Document) "Get organisation report" }
                a href={ "/o/" (org.id) "/name" } { (Icon::Pencil) "Rename organisation" }
            }
        }
        a href="/me" { (Icon::User) "My profile" }
        form method="post" action="/sign-out" { button type="submit" { (Icon::LogOut) "Sign out" } }
    }
}

fn reader(place: &Place) -> Option<Reader<'_>> {
    match place {
        Place::Doorstep => None,
        Place::Person { name, email, .. } => Some(Reader { name, email, org: None, staff_role: None }),
        Place::Staff { name, email, role, .. } => {
            Some(Reader { name, email, org: None, staff_role: Some(role) })
        }
        Place::Organisation { name, email, org_id, org_name, roles, can_switch, can_rename, .. } => {
            let org =
                Org { id: org_id, name: org_name, roles, can_switch: *can_switch, can_rename: *can_rename };
            Some(Reader { name, email, org: Some(org), staff_role: None })
        }
    }
}

/// Outside an organisation the title says which entry is the current one.
fn nav_of(place: &Place, title: &str) -> Vec<NavItem> {
    let entry = |label: &'static str, href: &str, icon| NavItem {
        label,
        href: href.into(),
        icon,
        current: label == title,
        badge: None,
    };
    match place {
        Place::Doorstep => Vec::new(),
        Place::Person { is_staff, .. } => {
            let mut all = vec![
                entry("Organisations", "/organisations", Icon::Building),
                entry("My profile", "/me", Icon::User),
            ];
            if *is_staff {
                all.insert(0, entry("Staff console", "/staff", Icon::Key));
            }
            all
        }
        Place::Staff { nav, .. } | Place::Organisation { nav, .. } => nav.clone(),
    }
}

fn roles_in_words(roles: &[&str]) -> String {
    if roles.is_empty() { "No role yet".into() } else { roles.join(", ") }
}

/// Two letters that stand for a name: of the first and the last word.
pub(super) fn initials(name: &str) -> String {
    let mut words =
        name.split_whitespace().filter_map(|it| it.chars().find(|letter| letter.is_alphanumeric()));
    let first = words.next();
    first.into_iter().chain(words.next_back()).flat_map(char::to_uppercase).collect()
}
