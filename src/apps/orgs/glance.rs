//! The top of the home page: is anything wrong, and what is next. Each matter is there for whom its application is.

use super::rules::NextEnd;
use crate::apps::dashboards::Reached;
use crate::apps::licences::{Licence, Standing};
use crate::apps::payments::{OPEN_SHOWN, Record, Status};
use crate::kernel::Day;
use crate::page::{Glance, Tone};

/// A subscription that ends within so many days is worth a thought (domain 3.4).
const SOON: i64 = 30;

/// What the home page has read, and what of it the reader's roles open.
pub struct Matters<'a> {
    pub licences: Option<&'a [Licence]>,
    /// Whether the licences can be opened, and not only looked at here.
    pub opens_licences: bool,
    pub payments: Option<&'a [Record]>,
    pub next_end: Option<&'a NextEnd>,
    /// What came near or over what was bought this month, the highest share first.
    pub reached: &'a [Reached],
    pub today: Day,
    /// Of the organisation's home.
    pub at: &'a str,
}

pub fn glances(it: &Matters) -> Vec<Glance> {
    let licences = it.licences.filter(|all| !all.is_empty()).map(|all| licences(all, it));
    let next_end = it.next_end.map(|next| subscription(next, it));
    let payments = it.payments.map(|open| payments(open, it.at));
    let usage = it.reached.first().map(|highest| usage(highest, it));
    [licences, next_end, usage, payments].into_iter().flatten().collect()
}

fn licences(all: &[Licence], it: &Matters) -> Glance {
    let href = it.opens_licences.then(|| format!("{}/licences", it.at));
    let standing = |licence: &Licence| licence.standing(it.today);
    let mut urgent: Vec<&Licence> =
        all.iter().filter(|it| matches!(standing(it), Standing::Expired | Standing::ExpiringSoon)).collect();
    urgent.sort_by_key(|it| it.valid_till);
    let (fact, text) = match urgent.as_slice() {
        [] => ("All valid".to_owned(), "None ends within 30 days.".to_owned()),
        [first, others @ ..] => {
            let fact = said_of(&first.product, &first.how_long(it.today));
            let till = format!("Valid till {}", first.valid_till.words());
            let text = match others.len() {
                0 => till,
                1 => format!("{till}, and 1 more needs a look"),
                more => format!("{till}, and {more} more need a look"),
            };
            (fact, text)
        }
    };
    let tone = match urgent.first().map(|it| standing(it)) {
        Some(Standing::Expired) => Tone::Danger,
        Some(_) => Tone::Attention,
        None => Tone::Good,
    };
    Glance { label: "Licences", fact, text, tone, href }
}

fn subscription(next: &NextEnd, it: &Matters) -> Glance {
    let days = next.valid_till.since(it.today);
    let tone = if days <= SOON { Tone::Attention } else { Tone::Good };
    let fact = match days {
        0 => format!("{} ends today", next.product),
        1 => format!("{} ends tomorrow", next.product),
        2..=SOON => format!("{} ends in {days} days", next.product),
        _ => next.valid_till.words(),
    };
    let text = if days <= SOON {
        format!("On {}", next.valid_till.words())
    } else {
        format!("{} is the first to end.", next.product)
    };
    Glance { label: "Next subscription end", fact, text, tone, href: Some(format!("{}/orders", it.at)) }
}

/// There is none where nothing came near: that nothing is measured looks the same.
fn usage(highest: &Reached, it: &Matters) -> Glance {
    let share = highest.threshold;
    let fact = match share {
        100.. => format!("{} is used up", highest.product),
        _ => format!("{} is at {share} %", highest.product),
    };
    let text = match it.reached.len() {
        1 => format!("{} since {}", highest.label, highest.crossed_on.words()),
        more => format!("{} since {}, and {} more", highest.label, highest.crossed_on.words(), more - 1),
    };
    let tone = if share >= 100 { Tone::Danger } else { Tone::Attention };
    let (product, part) = (highest.product_id.as_str(), highest.sub_product.as_str());
    let href = format!("{}/usage?product={product}&sub_product={part}", it.at);
    Glance { label: "Usage", fact, text, tone, href: Some(href) }
}

fn payments(open: &[Record], at: &str) -> Glance {
    let asked: Vec<&Record> = open.iter().filter(|it| it.status == Status::InformationNeeded).collect();
    let href = match asked.first().copied().or(open.first()) {
        Some(it) if open.len() == 1 || asked.len() == 1 => format!("{at}/payments/{}", it.id.as_str()),
        _ => format!("{at}/payments"),
    };
    let said = |it: &Record| format!("{}, {}: {}", it.invoice_number, it.amount.words(), it.status.label());
    let (fact, text, tone) = match (open, asked.as_slice()) {
        ([], _) => ("Nothing open".to_owned(), "Every recorded payment is settled.".to_owned(), Tone::Good),
        (_, [only]) => ("A question is waiting".to_owned(), said(only), Tone::Attention),
        (_, [first, ..]) => (format!("{} questions are waiting", asked.len()), said(first), Tone::Attention),
        ([only], []) => ("1 is on its way".to_owned(), said(only), Tone::Info),
        ([first, ..], []) if open.len() < OPEN_SHOWN => {
            (format!("{} are on their way", open.len()), said(first), Tone::Info)
        }
        ([first, ..], []) => ("Several are on their way".to_owned(), said(first), Tone::Info),
    };
    Glance { label: "Payments", fact, text, tone, href: Some(href) }
}

/// "Expires in 4 days" goes on behind the name; "Today is its last valid day" stands behind a colon.
fn said_of(product: &str, how_long: &str) -> String {
    let mut letters = how_long.chars();
    let lower: String = letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect();
    let between = if lower.starts_with("expire") { " " } else { ": " };
    [product, between, &lower].concat()
}
