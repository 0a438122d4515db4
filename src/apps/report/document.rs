//! The report as one HTML file: nothing in it is fetched from anywhere, so it opens without a network, and it is laid out
//! for A4. It lives outside the portal, so it carries its own looks.

use maud::{DOCTYPE, Markup, html};

use super::rules::{Book, OrganisationPart, SubscriptionLine};
use crate::kernel::Day;

/// No letter in it needs escaping.
const LOOKS: &str = "
:root { color-scheme: light dark; --ink: light-dark(#17171f, #f1f1f4); --soft: light-dark(#5c5b65, #a0a1ae); --line: light-dark(#dcd8cf, #33353f); --paper: light-dark(#fff, #14151b); --accent: light-dark(#2438c9, #a3b2ff); --wash: light-dark(#f6f4f0, #1c1e26); }
* { box-sizing: border-box; margin: 0; }
body { max-width: 60rem; margin: 0 auto; padding: 3rem 1.5rem; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, Segoe UI, Roboto, Noto Sans, Arial, sans-serif; font-variant-numeric: tabular-nums; }
header { padding-bottom: 1.5rem; border-bottom: 3px solid var(--accent); }
header p { color: var(--soft); }
.vendor { color: var(--ink); font-weight: 600; }
h1 { margin: 1.25rem 0 .375rem; font-size: 2rem; line-height: 1.15; letter-spacing: -.02em; }
h2 { margin: 3rem 0 .25rem; font-size: 1.5rem; letter-spacing: -.015em; }
h3 { margin: 1.75rem 0 .5rem; font-size: 1rem; }
nav { margin-top: 1.5rem; }
nav ol { padding-left: 1.25rem; }
a { color: var(--accent); }
.facts { color: var(--soft); }
.none { padding: .625rem .75rem; border-radius: 6px; background: var(--wash); color: var(--soft); }
table { width: 100%; border-collapse: collapse; font-size: .875rem; }
th { padding: .375rem .75rem .375rem 0; border-bottom: 1.5px solid var(--ink); font-weight: 600; text-align: left; vertical-align: bottom; }
td { padding: .4375rem .75rem .4375rem 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: break-word; }
td small { display: block; color: var(--soft); }
.number { text-align: right; white-space: nowrap; }
.day { white-space: nowrap; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .8125rem; }
@media (max-width: 40rem) { body { padding: 1.5rem 1rem; } .wide { overflow-x: auto; } .wide table { min-width: 36rem; } }
@media print {
  @page { size: A4; margin: 16mm 14mm; }
  :root { color-scheme: light; --ink: #000; --soft: #444; --line: #bbb; --paper: #fff; --wash: #fff; --accent: #000; }
  body { max-width: none; padding: 0; font-size: 9.5pt; }
  h1 { font-size: 20pt; }
  table { font-size: 8.5pt; }
  td, th { padding-right: .5rem; }
  h2 { margin-top: 0; font-size: 15pt; }
  .organisation + .organisation { break-before: page; }
  header + .organisation h2, nav + .organisation h2 { margin-top: 8mm; }
  h2, h3 { break-after: avoid; }
  thead { display: table-header-group; }
  tr { break-inside: avoid; }
  .none { padding-left: 0; }
  a { color: inherit; text-decoration: none; }
}
";

#[must_use]
pub fn document(book: &Book) -> String {
    let count = book.organisations.len();
    let covers = if count == 1 { "1 organisation".to_owned() } else { format!("{count} organisations") };
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                meta name="referrer" content="no-referrer";
                title { "Organisation report, " (book.made) }
                style { (LOOKS) }
            }
            body {
                header {
                    p.vendor { (book.vendor) }
                    h1 { "Organisation report" }
                    p { (covers) ". Made for " (book.reader) " on " (book.made) "." }
                }
                @if count > 1 {
                    nav aria-label="Organisations" {
                        ol { @for (at, it) in book.organisations.iter().enumerate() { li { a href={ "#o" (at) } { (it.name.as_str()) } } } }
                    }
                }
                @for (at, it) in book.organisations.iter().enumerate() { (organisation(at, it)) }
                @if book.is_cut { p.none { "There is more than one report holds; the rest stands in the portal." } }
                footer {
                    p { "Subscriptions, licences and contacts as they stood when this was made; usage of the newest day that was reported." }
                }
            }
        }
    };
    page.into_string()
}

fn organisation(at: usize, it: &OrganisationPart) -> Markup {
    html! {
        section.organisation {
            h2 id={ "o" (at) } { (it.name.as_str()) }
            h3 { "Contacts" }
            (table(&["Name", "E-mail", "Roles"], it.contacts.iter().map(|it| {
                let roles: Vec<&str> = it.roles.iter().map(|it| it.label()).collect();
                html! {
                    td { (it.name.as_str()) @if !it.is_verified { small { "not verified yet" } } }
                    td { (it.email.as_str()) }
                    td { @if roles.is_empty() { "–" } @else { (roles.join(", ")) } }
                }
            }).collect(), "No contact."))
            h3 { "Subscriptions" }
            (table(
                &["Product", "Start", "End", "Cancelled", "Agreement", "PO date", "State", "#Users, storage"],
                it.subscriptions.iter().filter(|it| !is_pack(it)).map(subscription).collect(),
                "No subscription."
            ))
            @if it.subscriptions.iter().any(is_pack) {
                h3 { "Packs" }
                (table(
                    &["Product", "Start", "End", "Cancelled", "Agreement", "PO date", "State", "#Packs"],
                    it.subscriptions.iter().filter(|it| is_pack(it)).map(subscription).collect(),
                    ""
                ))
            }
            h3 { "Licences" }
            (table(&["Product", "Valid from", "Valid till", "Status"], it.licences.iter().map(|it| html! {
                td { (it.product) } (day(Some(it.valid_from))) (day(Some(it.valid_till))) td { (it.status) }
            }).collect(), "No licence."))
            h3 { "Usage" }
            (table(&["Date", "Product", "Sub-product", "#Used", "Unit", "#Share"], it.usage.iter().map(|it| html! {
                (day(Some(it.on))) td { (it.product) } td { (it.label) } td.number { (it.used) } td { (it.unit) }
                td.number { (it.percent.as_deref().unwrap_or("–")) }
            }).collect(), "Nothing was reported."))
        }
    }
}

/// Bought in packs: what they hold is said beside them.
fn is_pack(it: &SubscriptionLine) -> bool {
    it.unit == "packs"
}

fn subscription(it: &SubscriptionLine) -> Markup {
    html! {
        td { (it.product) small { (it.description) } }
        (day(Some(it.starts_on))) (day(Some(it.valid_till))) (day(it.cancelled_on))
        td.day { (it.agreement) } (day(it.po_on)) td.day { (it.state) }
        td.number { @match it.quantity { Some(quantity) => { (quantity) " " (it.unit) }, None => "metered" } }
    }
}

fn day(day: Option<Day>) -> Markup {
    html! { td.day { @match day { Some(day) => { time datetime=(day) { (day.words()) } }, None => "–" } } }
}

/// A label that begins with `#` stands above numbers.
fn table(labels: &[&str], rows: Vec<Markup>, none: &str) -> Markup {
    html! {
        @if rows.is_empty() { p.none { (none) } } @else {
            div.wide {
                table {
                    thead { tr { @for label in labels { th scope="col" class=[label.starts_with('#').then_some("number")] { (label.trim_start_matches('#')) } } } }
                    tbody { @for row in rows { tr { (row) } } }
                }
            }
        }
    }
}
