use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::api::{NotificationFacts, NotificationPage};
use super::rules::{Category, Notification, NotificationCursor, Source};
use crate::answer::View;
use crate::kernel::{Zone, rfc3339};
use crate::page::{self, Choice, Control, Draft, Entry, FilterBar, Frame, Icon, Kind};

/// Characters of the text that a list shows.
const EXCERPT: usize = 160;

pub struct List {
    pub notes: Vec<Notification>,
    pub next: Option<NotificationCursor>,
    pub unread: u32,
    pub draft: Draft,
    /// The filters as they stand in the address, without the place in the list.
    pub filters: String,
    pub zone: Zone,
    pub vendor: String,
    pub at: String,
}

pub struct Detail {
    pub note: Notification,
    pub zone: Zone,
    pub vendor: String,
    /// Of the list.
    pub at: String,
}

pub const SHEET: [&str; 7] = ["published_at", "category", "title", "body", "pinned", "read", "product"];

pub fn row(it: &Notification) -> Vec<String> {
    let truth = |it: bool| if it { "true" } else { "false" }.to_owned();
    vec![
        rfc3339(it.published_at),
        it.category.code().to_owned(),
        it.title.clone(),
        page::plain(&it.body).join("\n"),
        truth(it.pinned.0),
        truth(it.read.0),
        it.product.clone().unwrap_or_default(),
    ]
}

/// The beginning of the text, in words.
#[must_use]
pub fn excerpt(body: &str, most: usize) -> String {
    excerpt_of(&page::gist(body), most)
}

/// Whole words of the beginning.
#[must_use]
pub fn excerpt_of(words: &str, most: usize) -> String {
    if words.chars().count() <= most {
        return words.to_owned();
    }
    let cut: String = words.chars().take(most).collect();
    let whole = cut.rsplit_once(' ').map_or(cut.as_str(), |it| it.0);
    format!("{}…", whole.trim_end_matches([',', '.', ';', ':']))
}

/// As a list shows it; `at` is the address of the list of notifications.
#[must_use]
pub fn entry(it: &Notification, at: &str, zone: Zone) -> Entry {
    let mut about = vec![
        html! { (it.category.label()) },
        page::moment(&rfc3339(it.published_at), &zone.day_words(it.published_at)),
    ];
    about.extend(it.product.as_ref().map(|it| html! { (it) }));
    Entry {
        href: format!("{at}/{}", it.id.as_str()),
        title: it.title.clone(),
        text: excerpt(&it.body, EXCERPT),
        icon: icon(it.category),
        unread: !it.read.0,
        pinned: it.pinned.0,
        about,
        action: None,
    }
}

fn icon(category: Category) -> Icon {
    match category {
        Category::License => Icon::Key,
        Category::Billing => Icon::Receipt,
        Category::Downtime => Icon::Alert,
        Category::Release => Icon::Megaphone,
        Category::Security => Icon::Shield,
        Category::Report => Icon::Chart,
        Category::Account => Icon::Building,
        Category::General => Icon::Info,
    }
}

impl View for List {
    fn page(&self, frame: &Frame) -> Html<String> {
        let intro = match self.unread {
            _ if !self.draft.errors.is_empty() => String::new(),
            0 => "You have read everything.".to_owned(),
            1 => "One is unread.".to_owned(),
            2..100 => format!("{} are unread.", self.unread),
            _ => "More than 99 are unread.".to_owned(),
        };
        let main = html! {
            (page::page_head("Notifications", Some(&intro), self.ways()))
            (self.draft.summary())
            (self.filter_bar())
            @if self.draft.errors.is_empty() {
                @if self.notes.is_empty() { (self.nothing()) } @else { (self.entries()) (self.pages()) }
            }
        };
        page::screen(frame, "Notifications", main)
    }

    fn json(&self) -> Value {
        json!(NotificationPage::of(&self.notes, self.next.as_ref()))
    }
}

impl List {
    fn value(&self, name: &str) -> Option<&str> {
        self.draft.value(name).filter(|it| !it.trim().is_empty())
    }

    fn filtered(&self) -> bool {
        ["q", "category", "unread", "from", "to"].iter().any(|it| self.value(it).is_some())
    }

    fn ways(&self) -> Markup {
        html! {
            @if self.unread > 0 {
                form method="post" action={ (self.at) "/read-all" } { (page::button(Kind::Secondary, "Mark all as read")) }
            }
            (page::button_link(Kind::Quiet, "Mail preferences", &format!("{}/preferences", self.at), Some(Icon::Mail)))
        }
    }

    fn filter_bar(&self) -> Markup {
        let choice = |value: &str, label: &str| Choice { value: value.to_owned(), label: label.to_owned() };
        let categories = Category::ALL.map(|it| choice(it.code(), it.label()));
        let states = [choice("true", "Unread"), choice("false", "Read")];
        let export =
            format!("{}.csv{}{}", self.at, if self.filters.is_empty() { "" } else { "?" }, self.filters);
        page::filter_bar(&FilterBar {
            action: &self.at,
            search: Some(("q", "Search titles and texts", self.value("q"))),
            controls: vec![
                Control::OneOf {
                    name: "category",
                    label: "Category",
                    options: &categories,
                    chosen: self.value("category"),
                    every: "All categories",
                },
                Control::OneOf {
                    name: "unread",
                    label: "Read or not",
                    options: &states,
                    chosen: self.value("unread"),
                    every: "All",
                },
                Control::Date { name: "from", label: "From", value: self.value("from") },
                Control::Date { name: "to", label: "To", value: self.value("to") },
            ],
            clear: self.filtered().then_some(self.at.as_str()),
            export: Some(&export),
            errors: &self.draft.errors,
        })
    }

    fn entries(&self) -> Markup {
        let entries: Vec<Entry> = self
            .notes
            .iter()
            .map(|it| Entry {
                action: (!it.read.0).then(|| mark(&self.at, it, Kind::Quiet)),
                ..entry(it, &self.at, self.zone)
            })
            .collect();
        page::feed("Notifications, pinned ones first, then the newest", &entries)
    }

    fn pages(&self) -> Markup {
        let and = if self.filters.is_empty() { "" } else { "&" };
        let newer = self.value("cursor").map(|_| format!("{}?{}", self.at, self.filters));
        let next = self.next.as_ref().map(NotificationCursor::text);
        let older = next.map(|it| format!("{}?{}{and}cursor={it}", self.at, self.filters));
        let count = match self.notes.len() {
            1 => "1 notification on this page".to_owned(),
            shown => format!("{shown} notifications on this page"),
        };
        page::pages(newer.as_deref(), older.as_deref(), Some(&count))
    }

    fn nothing(&self) -> Markup {
        let back = |label| Some(page::button_link(Kind::Secondary, label, &self.at, None));
        if self.filtered() {
            let said = "There may be notifications, and none of them fits all of the filters above.";
            page::empty_state(Icon::Search, "No notification matches", said, back("Clear filters"))
        } else if self.value("cursor").is_some() {
            let said = "There are no older notifications.";
            page::empty_state(Icon::Bell, "The list ends here", said, back("Back to the newest"))
        } else {
            let said = format!(
                "What the {} team has to tell you appears here, and what the portal does for you.",
                self.vendor
            );
            page::empty_state(Icon::Bell, "Nothing to tell you yet", &said, None)
        }
    }
}

/// The name of the button says which one it marks, for who hears the page.
fn mark(at: &str, it: &Notification, kind: Kind) -> Markup {
    html! {
        form method="post" action={ (at) "/" (it.id.as_str()) "/read" } data-read {
            (page::button_about(kind, "Mark as read", &it.title))
        }
    }
}

impl View for Detail {
    fn page(&self, frame: &Frame) -> Html<String> {
        let it = &self.note;
        let by = match it.source {
            Source::Vendor => format!("{} team", self.vendor),
            Source::System => "The portal".to_owned(),
        };
        let link = it.link.as_deref().and_then(page::inside);
        let main = html! {
            (page::page_head(&it.title, None, html! {}))
            article.card.notice-text {
                p.feed-about {
                    @if it.pinned.0 { span { (Icon::Pin) "Pinned" } }
                    span { (it.category.label()) }
                    @if let Some(product) = &it.product { span { (product) } }
                    span { (page::moment(&rfc3339(it.published_at), &self.zone.words(it.published_at))) }
                    span { (by) }
                }
                @if !it.body.is_empty() { div.prose { (page::markdown(&it.body)) } }
                @if let Some(link) = link {
                    div.form-actions { (page::button_link(Kind::Primary, "Go there", link, Some(Icon::Arrow))) }
                }
            }
            div.form-actions {
                @if !it.read.0 { div data-read-on-sight { (mark(&self.at, it, Kind::Secondary)) } }
                (page::button_link(Kind::Quiet, "All notifications", &self.at, Some(Icon::Back)))
            }
        };
        page::screen(frame, &it.title, main)
    }

    fn json(&self) -> Value {
        json!(NotificationFacts::of(&self.note))
    }
}
