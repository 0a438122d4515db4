use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::api::InFull;
use super::glance::{Glance, Licence, Mail};
use super::rules::{Contact, Customer};
use super::view::{channel, domains};
use crate::access::desk::Desk;
use crate::answer::View;
use crate::apps::audit::words::WORDS;
use crate::apps::contacts::Channel;
use crate::apps::staff::mail_room;
use crate::apps::staff::mail_room::NO_REASON;
use crate::kernel::{Day, Role, StaffRole, Zone, rfc3339};
use crate::outbox::Reason;
use crate::page::{
    self, Column, ColumnKind, Frame, Icon, Kind, Tone, badge, badges, button_link, moment, notice, section,
    tag,
};

/// One customer as a whole.
pub struct CustomerPage {
    pub customer: Customer,
    pub contacts: Vec<Contact>,
    pub glance: Glance,
    /// Of whoever looks: what leads to a desk is shown to whom the desk opens.
    pub roles: Vec<StaffRole>,
    pub may_view: bool,
    pub zone: Zone,
    pub today: Day,
}

impl View for CustomerPage {
    fn page(&self, frame: &Frame) -> Html<String> {
        let name = self.customer.name.as_str();
        let since = format!("Customer since {}", self.zone.day_words(self.customer.created_at));
        let main = html! {
            (page::page_head(name, Some(&since), self.actions()))
            @for (role, contact) in self.customer.off_domain(&self.contacts) { (self.off_domain(role, contact)) }
            (page::card(Some("Terms"), self.terms()))
            (section("Contacts", None, self.contact_actions(), self.contact_table()))
            (section("Licences", None, html! {}, self.licences()))
            (section("Orders", Some("The newest ones."), html! {}, self.orders()))
            (section("Payments", Some("What the customer has recorded."), html! {}, self.payments()))
            (section("Mails", Some("What the portal sent."), html! {}, self.mails()))
            (page::pair(
                page::card(Some("Notifications"), self.notices()),
                page::card(Some("What happened"), self.log()),
            ))
        };
        page::screen(frame, name, main)
    }

    fn json(&self) -> Value {
        json!(InFull::of(&self.customer, &self.contacts))
    }

    fn etag(&self) -> Option<String> {
        Some(format!("\"{}\"", self.customer.version))
    }
}

impl CustomerPage {
    fn path(&self, below: &str) -> String {
        format!("/staff/organisations/{}{below}", self.customer.id.as_str())
    }

    fn opens(&self, desk: Desk) -> bool {
        desk.opens_to(&self.roles)
    }

    fn actions(&self) -> Markup {
        html! {
            @if self.opens(Desk::CustomerBook) { (button_link(Kind::Secondary, "Change", &self.path("/edit"), Some(Icon::Pencil))) }
            @if self.opens(Desk::Booking) { (button_link(Kind::Primary, "Book an order", &self.path("/orders/new"), Some(Icon::Plus))) }
        }
    }

    /// The words lead to the desk that has the whole of it.
    fn way(&self, desk: Desk, href: &str, words: &str) -> Markup {
        html! { @if self.opens(desk) { a href=(href) { (words) } } @else { (words) } }
    }

    fn contact_actions(&self) -> Markup {
        html! {
            @if self.opens(Desk::CustomerBook) {
                (button_link(Kind::Quiet, "Replace a lost Primary", &self.path("/primary"), Some(Icon::Shield)))
            }
        }
    }

    /// A question for somebody who knows the customer; the portal forbids nothing.
    fn off_domain(&self, role: Role, contact: &Contact) -> Markup {
        let whose = match self.customer.channel {
            Channel::Direct => "the customer's",
            Channel::Partner => "the partner's",
        };
        let title = format!("The {} contact has an address of another domain", role.label());
        notice(
            Tone::Attention,
            &title,
            html! {
                p { (contact.email.as_str()) " is not on " (whose) " domains: " (domains(self.customer.expected())) ". Ask whether this is right." }
            },
        )
    }

    fn terms(&self) -> Markup {
        let it = &self.customer;
        let partner = html! {
            @match (&it.partner_id, &it.partner) {
                (Some(id), Some(name)) => a href={ "/staff/partners/" (id.as_str()) } { (name) }
                _ => (channel(it.channel, it.partner.as_deref()))
            }
        };
        page::definition(&[
            (
                "Orders",
                html! { @if it.channel == Channel::Partner { "Through " (partner) } @else { "Directly" } },
            ),
            ("Domains", domains(&it.domains)),
            ("Domains of the partner", domains(&it.partner_domains)),
            ("Id", html! { code { (it.id.as_str()) } }),
        ])
    }

    fn contact_table(&self) -> Markup {
        let columns = [
            Column { label: "Contact", kind: ColumnKind::Text },
            Column { label: "Roles", kind: ColumnKind::Text },
            Column { label: "Stands", kind: ColumnKind::Short },
            Column { label: "Last signed in", kind: ColumnKind::Short },
            Column { label: "What to do", kind: ColumnKind::Actions },
        ];
        let rows = self.contacts.iter().map(|it| {
            let roles: Vec<Markup> = Role::ALL.into_iter().filter(|role| it.holds(*role)).map(|it| tag(it.label())).collect();
            vec![
                page::person(it.name.as_str(), it.email.as_str()),
                html! { @if roles.is_empty() { span.quiet { "No role" } } @else { (badges(&roles)) } },
                standing(it),
                html! { @match it.signed_in_at { Some(at) => (self.at(at)), None => span.quiet { "Not lately" } } },
                html! {
                    @if self.may_view && it.verified_at.is_some() {
                        (button_link(Kind::Quiet, "View as", &self.path(&format!("/contacts/{}/view-as", it.id.as_str())), Some(Icon::User)))
                    }
                },
            ]
        });
        page::table("Contacts", &columns, rows.collect())
    }

    fn licences(&self) -> Markup {
        let columns = [
            Column { label: "Product", kind: ColumnKind::Text },
            Column { label: "Kind", kind: ColumnKind::Text },
            Column { label: "Valid till", kind: ColumnKind::Short },
            Column { label: "Stands", kind: ColumnKind::Short },
        ];
        let rows = self.glance.licences.iter().map(|it| {
            vec![
                self.way(Desk::Licensing, &format!("/staff/licences/{}", it.id.as_str()), &it.product),
                html! { (words(&it.kind)) },
                date(it.valid_till),
                self.licence_stands(it),
            ]
        });
        listed("No licence yet. It comes with the first order.", "Licences", &columns, rows.collect())
    }

    fn licence_stands(&self, it: &Licence) -> Markup {
        let left = it.valid_till.since(self.today);
        match (it.cancelled_on, left) {
            (Some(_), _) => badge(Tone::Neutral, "Cancelled"),
            (None, ..0) => badge(Tone::Danger, "Expired"),
            (None, 0..30) => badge(Tone::Attention, &format!("{left} days left")),
            (None, _) => badge(Tone::Good, "Active"),
        }
    }

    fn orders(&self) -> Markup {
        let columns = [
            Column { label: "Number", kind: ColumnKind::Short },
            Column { label: "Ordered on", kind: ColumnKind::Short },
            Column { label: "Kind", kind: ColumnKind::Text },
            Column { label: "State", kind: ColumnKind::Text },
        ];
        let rows = self.glance.orders.iter().map(|it| {
            vec![
                self.way(Desk::Booking, &self.path(&format!("/orders/{}", it.id.as_str())), &it.number),
                date(it.ordered_on),
                html! { (words(&it.kind)) },
                html! { (words(&it.state)) },
            ]
        });
        listed("No order is booked yet.", "Orders, newest first", &columns, rows.collect())
    }

    fn payments(&self) -> Markup {
        let columns = [
            Column { label: "Invoice", kind: ColumnKind::Text },
            Column { label: "Recorded on", kind: ColumnKind::Short },
            Column { label: "Amount", kind: ColumnKind::Number },
            Column { label: "Status", kind: ColumnKind::Text },
        ];
        let rows = self.glance.payments.iter().map(|it| {
            vec![
                self.way(
                    Desk::Reconciling,
                    &format!("/staff/payments/{}", it.id.as_str()),
                    &it.invoice_number,
                ),
                date(it.recorded_on),
                html! { (it.amount()) },
                html! { (words(&it.status)) },
            ]
        });
        listed("The customer has recorded no payment.", "Payments, newest first", &columns, rows.collect())
    }

    fn mails(&self) -> Markup {
        let columns = [
            Column { label: "Mail", kind: ColumnKind::Text },
            Column { label: "To", kind: ColumnKind::Text },
            Column { label: "When", kind: ColumnKind::Short },
            Column { label: "Stands", kind: ColumnKind::Text },
        ];
        let rows = self.glance.mails.iter().map(|it| {
            vec![
                html! { (mail_room::title(&it.kind)) },
                html! { (it.recipient.as_deref().unwrap_or("nobody")) },
                self.at(it.at),
                delivery(it),
            ]
        });
        listed("No mail has gone out for this customer.", "Mails, newest first", &columns, rows.collect())
    }

    fn notices(&self) -> Markup {
        html! {
            @if self.glance.notices.is_empty() { p.quiet { "None for this customer alone." } }
            @else {
                ul.plain {
                    @for it in &self.glance.notices {
                        li { b { (it.title) } br; small { (words(&it.category)) " · " (words(&it.state)) " · " (self.at(it.at)) } }
                    }
                }
            }
        }
    }

    fn log(&self) -> Markup {
        html! {
            @if self.glance.log.is_empty() { p.quiet { "Nothing yet." } }
            @else {
                ul.plain {
                    @for it in &self.glance.log {
                        li { (label(&it.action)) br; small { (it.actor) " · " (self.at(it.at)) } }
                    }
                }
            }
        }
    }

    fn at(&self, at: i64) -> Markup {
        moment(&rfc3339(at), &self.zone.words(at))
    }
}

fn standing(it: &Contact) -> Markup {
    match (it.verified_at, it.has_password) {
        (None, _) => badge(Tone::Attention, "Not verified"),
        (Some(_), 0) => badge(Tone::Attention, "No password yet"),
        (Some(_), _) => badge(Tone::Good, "Verified"),
    }
}

fn delivery(it: &Mail) -> Markup {
    match it.state.as_str() {
        "sent" => badge(Tone::Good, "Sent"),
        "failed" | "bounced" => html! {
            (badge(Tone::Danger, "Failed"))
            br; small { (it.reason.map_or(NO_REASON, Reason::words)) }
        },
        "dropped" => badge(Tone::Neutral, "Nobody to send to"),
        _ => badge(Tone::Info, "On its way"),
    }
}

fn listed(empty: &str, caption: &str, columns: &[Column], rows: Vec<Vec<Markup>>) -> Markup {
    html! { @if rows.is_empty() { p.quiet { (empty) } } @else { (page::table(caption, columns, rows)) } }
}

fn date(day: Day) -> Markup {
    html! { time datetime=(day) { (day.words()) } }
}

fn label(action: &str) -> String {
    let known = WORDS.iter().find(|it| it.action == action);
    known.map_or_else(|| words(action), |it| it.label.to_owned())
}

/// `under_review` and `contact.added` as people read them.
fn words(code: &str) -> String {
    let mut words = code.replace(['_', '.'], " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}
