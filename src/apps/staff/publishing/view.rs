use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::api::{NoticeFacts, NoticePage};
use super::form::tick;
use super::rules::{Notice, NoticeCursor, Product, Reach, State};
use crate::answer::View;
use crate::apps::notifications::Category;
use crate::kernel::{Day, Role, Zone, grouped, rfc3339};
use crate::page::{self, Choice, Column, ColumnKind, Draft, Field, Frame, Icon, Kind, Question, Tone};

pub struct NoticeList {
    pub notices: Vec<Notice>,
    pub next: Option<NoticeCursor>,
    pub now: i64,
    pub zone: Zone,
    pub draft: Draft,
    pub at: &'static str,
}

impl View for NoticeList {
    fn page(&self, frame: &Frame) -> Html<String> {
        let intro = "What customers are told. A draft is seen by nobody; what is published goes into the portal at once, \
                     and by mail to whoever wants mail of its kind.";
        let new = format!("{}/new", self.at);
        let actions = page::button_link(Kind::Primary, "New announcement", &new, Some(Icon::Plus));
        let main = html! {
            (page::page_head("Announcements", Some(intro), actions))
            (self.draft.summary())
            @if self.notices.is_empty() {
                (page::empty_state(Icon::Bell, "Nothing announced yet",
                    "Releases, planned downtime, changes of prices: what many customers should know stands here.", None))
            } @else { (self.table()) (self.pages()) }
        };
        page::screen(frame, "Announcements", main)
    }

    fn json(&self) -> Value {
        json!(NoticePage::of(&self.notices, self.next.as_ref()))
    }
}

impl NoticeList {
    fn table(&self) -> Markup {
        let columns = [
            Column { label: "Announcement", kind: ColumnKind::Text },
            Column { label: "State", kind: ColumnKind::Short },
            Column { label: "Audience", kind: ColumnKind::Text },
            Column { label: "Published", kind: ColumnKind::Short },
            Column { label: "Written by", kind: ColumnKind::Text },
        ];
        let rows = self.notices.iter().map(|it| {
            vec![
                html! { a href={ (self.at) "/" (it.id.as_str()) } { (it.title) } br; small { (it.category.label()) } },
                state(it, self.now),
                html! { (audience(it)) },
                html! {
                    @match it.published_at {
                        Some(at) => (page::moment(&rfc3339(at), &self.zone.words(at))),
                        None => span.quiet { "Not yet" },
                    }
                },
                html! { (it.made_by_name) },
            ]
        });
        page::table("Announcements, newest first", &columns, rows.collect())
    }

    fn pages(&self) -> Markup {
        let newer = self.draft.value("cursor").map(|_| self.at);
        let older = self.next.as_ref().map(|it| format!("{}?cursor={}", self.at, it.text()));
        page::pages(newer, older.as_deref(), None)
    }
}

/// "`SkyConnect` users with the role Primary or Billing, in 3 organisations".
fn audience(it: &Notice) -> String {
    let all = it.audience();
    let labels: Vec<&str> = all.roles.iter().map(|it| it.label()).collect();
    let who = match labels.as_slice() {
        [] if matches!(it.category, Category::Billing) => "Primary and Billing contacts".to_owned(),
        [] => "Every contact".to_owned(),
        some => format!("{} contacts", some.join(" and ")),
    };
    let of = it.product.as_ref().map_or_else(String::new, |it| format!(" of {it} customers"));
    let organisations = it.organisations();
    let place = match organisations.as_slice() {
        [] => String::new(),
        [one] => format!(", in {one}"),
        [one, two] => format!(", in {one} and {two}"),
        many => format!(", in {} organisations", many.len()),
    };
    who + &of + &place
}

fn state(it: &Notice, now: i64) -> Markup {
    let ended = it.expires_at.is_some_and(|it| it <= now);
    html! {
        @match it.state {
            State::Draft => (page::badge(Tone::Neutral, "Draft")),
            State::Published if ended => (page::badge(Tone::Neutral, "Ended")),
            State::Published => (page::badge(Tone::Good, "Published")),
            State::Withdrawn => (page::badge(Tone::Danger, "Withdrawn")),
        }
        @if it.is_pinned(now) { " " (page::tag("Pinned")) }
    }
}

/// "1,412 contacts in 397 organisations".
fn reach_words(reach: Reach) -> String {
    let organisations = counted(reach.organisations, "organisation", "organisations");
    format!("{} in {organisations}", contacts_words(reach))
}

fn contacts_words(reach: Reach) -> String {
    counted(reach.contacts, "contact", "contacts")
}

fn counted(of: i64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(of), if of == 1 { one } else { many })
}

/// One announcement as customers will read it, whom it reaches, and what can be done with it.
pub struct NoticeScreen {
    pub notice: Notice,
    pub reach: Reach,
    pub draft: Draft,
    pub now: i64,
    pub zone: Zone,
    pub at: &'static str,
}

impl View for NoticeScreen {
    fn page(&self, frame: &Frame) -> Html<String> {
        let it = &self.notice;
        let main = html! {
            (page::page_head(&it.title, None, html! { (state(it, self.now)) }))
            (self.draft.summary())
            (page::columns(
                html! {
                    article.card.notice-text {
                        p.feed-about {
                            span { (it.category.label()) }
                            @if let Some(product) = &it.product { span { (product) } }
                        }
                        div.prose { (page::markdown(&it.body)) }
                        @if let Some(link) = it.link.as_deref().and_then(page::inside) {
                            p.quiet { "Leads to " code { (link) } }
                        }
                    }
                },
                html! { (self.audience()) (self.deeds()) },
            ))
        };
        page::screen(frame, &it.title, main)
    }

    fn json(&self) -> Value {
        json!(NoticeFacts::of(&self.notice, Some(self.reach)))
    }

    fn etag(&self) -> Option<String> {
        Some(format!("\"{}\"", self.notice.version))
    }
}

impl NoticeScreen {
    fn audience(&self) -> Markup {
        let it = &self.notice;
        let day = |at: i64| page::moment(&rfc3339(at), &self.zone.day_words(at - 1));
        let when = match it.state {
            State::Draft => "would see it now",
            State::Published => "see it now",
            State::Withdrawn => "saw it or could have",
        };
        let mut rows = vec![
            ("Reaches", html! { b { (reach_words(self.reach)) } br; small { (when) } }),
            ("Audience", html! { (audience(it)) }),
        ];
        rows.extend(it.pinned_until.map(|at| ("Pinned till", day(at))));
        rows.extend(it.expires_at.map(|at| ("Stands till", day(at))));
        rows.extend(
            it.published_at.map(|at| ("Published", page::moment(&rfc3339(at), &self.zone.words(at)))),
        );
        rows.push(("Written by", html! { (it.made_by_name) }));
        page::card(Some("Who sees it"), page::definition(&rows))
    }

    fn deeds(&self) -> Markup {
        let it = &self.notice;
        let at = format!("{}/{}", self.at, it.id.as_str());
        let version = html! { input type="hidden" name="version" value=(it.version); };
        html! {
            @if it.state == State::Draft {
                (page::card(Some("Publish"), html! {
                    p { "It appears in the portal at once. Mails go out within minutes, to whoever wants mail of its kind." }
                    form method="post" action={ (at) "/publication" } {
                        (version)
                        (page::actions(page::button(Kind::Primary, &format!("Publish to {}", contacts_words(self.reach)))))
                    }
                }))
            }
            @if it.state != State::Withdrawn {
                (page::card(Some("Pin"), html! {
                    form method="post" action={ (at) "/pin" } novalidate {
                        (version)
                        @let until = it.pinned_until.and_then(|at| Day::today(at - 1, self.zone)).map(|it| it.to_string());
                        (Field::text("pinned_until", "Last day on top").date().hint("Empty: it is not pinned.")
                            .initial(until.as_deref().unwrap_or_default()).show(&self.draft))
                        (page::actions(page::button(Kind::Secondary, "Save")))
                    }
                }))
                div.form-actions {
                    (page::button_link(Kind::Secondary, "Edit", &format!("{at}/edit"), Some(Icon::Pencil)))
                    @if it.state == State::Published {
                        a.button.danger href={ (at) "/withdrawal" } data-confirm { "Withdraw" }
                    }
                }
            }
        }
    }
}

/// A new announcement, or one that is changed.
pub struct NoticeForm {
    pub notice: Option<Notice>,
    pub products: Vec<Product>,
    pub draft: Draft,
    pub zone: Zone,
    pub key: String,
    pub at: &'static str,
}

impl View for NoticeForm {
    fn page(&self, frame: &Frame) -> Html<String> {
        let title = if self.notice.is_some() { "Edit announcement" } else { "New announcement" };
        let intro =
            "It is saved as a draft first; you then see it as customers will, and how many it reaches.";
        let intro = if self.notice.is_some() { None } else { Some(intro) };
        let main = html! { (page::page_head(title, intro, html! {})) (page::card(None, self.form())) };
        page::screen(frame, title, main)
    }

    fn json(&self) -> Value {
        json!(self.notice.as_ref().map(|it| NoticeFacts::of(it, None)))
    }
}

impl NoticeForm {
    fn form(&self) -> Markup {
        let (draft, old) = (&self.draft, self.notice.as_ref());
        let action =
            old.map_or_else(|| self.at.to_owned(), |it| format!("{}/{}/edit", self.at, it.id.as_str()));
        let is_out = old.is_some_and(|it| it.state == State::Published);
        html! {
            form method="post" action=(action) novalidate {
                (draft.summary())
                @match old {
                    Some(it) => input type="hidden" name="version" value=(it.version);,
                    None => input type="hidden" name="idempotency_key" value=(self.key);,
                }
                (Field::text("title", "Title").required().max_length(120).counted()
                    .initial(old.map_or("", |it| &it.title)).show(draft))
                (Field::text("body", "Text").textarea(12).required().max_length(5000).counted()
                    .hint("Markdown: **bold**, lists, [links](https://\u{2026}). HTML shows as what you typed.")
                    .initial(old.map_or("", |it| &it.body)).show(draft))
                (page::select(draft, "category", "Category", Some("Decides who gets a mail of it."), &categories(),
                    Some(old.map_or("general", |it| it.category.code())), None))
                (Field::text("link", "Link").max_length(200).hint("A path of this portal, such as /me.")
                    .initial(old.and_then(|it| it.link.as_deref()).unwrap_or_default()).show(draft))
                @if is_out {
                    (page::notice(Tone::Info, "The audience stays", html! { p { "It is published, so who gets it can no longer be changed." } }))
                }
                (self.audience())
                (Field::text("pinned_until", "Last day on top").date()
                    .initial(&self.day(old.and_then(|it| it.pinned_until))).show(draft))
                (Field::text("expires_on", "Last day").date().hint("After it nobody sees the announcement any more.")
                    .initial(&self.day(old.and_then(|it| it.expires_at))).show(draft))
                (page::actions(html! {
                    (page::button(Kind::Primary, if old.is_some() { "Save" } else { "Save the draft" }))
                    (page::button_link(Kind::Quiet, "Back", &old.map_or_else(|| self.at.to_owned(), |it| format!("{}/{}", self.at, it.id.as_str())), None))
                }))
            }
        }
    }

    fn audience(&self) -> Markup {
        let (draft, old) = (&self.draft, self.notice.as_ref().map(Notice::audience));
        let organisations: Vec<String> =
            old.iter().flat_map(|it| it.organisations.iter().map(|it| it.as_str().to_owned())).collect();
        let products: Vec<Choice> = self
            .products
            .iter()
            .map(|it| Choice { value: it.id.as_str().to_owned(), label: it.name.clone() })
            .collect();
        let product = old.as_ref().and_then(|it| it.product.as_ref().map(|it| it.as_str().to_owned()));
        html! {
            (Field::text("organisations", "Organisations").textarea(3)
                .hint("One on each line, by its whole name or its id, at most 50. Empty: every organisation.")
                .initial(&organisations.join("\n")).show(draft))
            (page::select(draft, "product", "Product", Some("Only for who has or had it."), &products,
                product.as_deref(), Some("Whatever they have")))
            fieldset.field id="field-roles" {
                legend { "Roles" }
                p.hint { "None ticked: every contact, and of billing matters the Primary and Billing contacts." }
                @for role in Role::ALL {
                    (page::checkbox(draft, &tick(role), role.label(), None,
                        old.as_ref().is_some_and(|it| it.roles.contains(&role))))
                }
            }
        }
    }

    fn day(&self, end: Option<i64>) -> String {
        end.and_then(|it| Day::today(it - 1, self.zone)).map(|it| it.to_string()).unwrap_or_default()
    }
}

fn categories() -> Vec<Choice> {
    Category::ALL
        .iter()
        .map(|it| Choice { value: it.code().to_owned(), label: it.label().to_owned() })
        .collect()
}

/// The question before it is taken back.
pub struct Withdrawal {
    pub notice: Notice,
    pub reach: Reach,
    pub at: &'static str,
}

impl View for Withdrawal {
    fn page(&self, frame: &Frame) -> Html<String> {
        let at = format!("{}/{}", self.at, self.notice.id.as_str());
        let consequences = [
            format!("{} no longer see it in the portal.", reach_words(self.reach)),
            "Mails that went out cannot be called back.".to_owned(),
            "It stays in this list as withdrawn, and in the audit log.".to_owned(),
        ];
        let version = self.notice.version.to_string();
        let question = Question {
            title: &format!("Withdraw \u{201c}{}\u{201d}?", self.notice.title),
            consequences: &consequences,
            action_href: &format!("{at}/withdrawal"),
            verb: "Withdraw it",
            keep_label: "Keep",
            keep_href: &at,
            hidden: &[("version", &version)],
            danger: true,
        };
        page::screen(frame, "Withdraw an announcement", page::confirm(&question))
    }

    fn json(&self) -> Value {
        json!(NoticeFacts::of(&self.notice, Some(self.reach)))
    }
}
