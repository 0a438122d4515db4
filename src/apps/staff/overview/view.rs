use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::rules::{Counts, JobRun, MOST_COUNTED, Stuck, Waiting, working_days};
use crate::answer::View;
use crate::apps::payments::rules::ageing::WorkingDays;
use crate::apps::staff::mail_room::NO_REASON;
use crate::kernel::{Day, Zone, rfc3339};
use crate::outbox::Reason;
use crate::page::{self, FilterBar, Frame, Icon, Kind, Tone, badge, button_link, moment, page_head, screen};

pub struct Overview {
    pub name: String,
    /// `None`: the role does not open the desk.
    pub waiting: Option<Vec<Waiting>>,
    pub stuck: Option<Vec<Stuck>>,
    pub counts: Counts,
    pub runs: Option<Vec<JobRun>>,
    pub finds_customers: bool,
    pub zone: Zone,
    pub today: Day,
    pub calendar: WorkingDays,
    pub now: i64,
}

impl View for Overview {
    fn page(&self, frame: &Frame) -> Html<String> {
        let main = html! {
            (page_head("Work queue", Some(&self.intro()), html! {}))
            @if self.finds_customers { (search()) }
            div.queue {
                @if let Some(waiting) = &self.waiting { (self.payments(waiting)) }
                @if let Some(stuck) = &self.stuck { (self.mails(stuck)) }
                @if let Some(runs) = &self.runs { (self.jobs(runs)) }
            }
            @if self.waiting.is_none() && self.stuck.is_none() && self.runs.is_none() {
                (page::empty_state(Icon::Check, "Nothing waits for you", "What your role decides appears here, oldest first.", None))
            }
        };
        screen(frame, "Work queue", main)
    }

    fn json(&self) -> Value {
        json!({})
    }
}

impl Overview {
    fn intro(&self) -> String {
        let mut open = 0;
        if self.waiting.is_some() {
            open += self.counts.waiting;
        }
        if self.stuck.is_some() {
            open += self.counts.stuck;
        }
        if let Some(runs) = &self.runs {
            open += i64::try_from(runs.iter().filter(|it| it.has_stopped(self.now)).count()).unwrap_or(0);
        }
        match open {
            0 => format!("Good to see you, {}. Nothing waits.", self.name),
            1 => "One thing waits for somebody.".to_owned(),
            many => format!("{} things wait for somebody, the oldest first.", counted(many)),
        }
    }

    fn payments(&self, waiting: &[Waiting]) -> Markup {
        let rows = waiting.iter().map(|it| {
            let days = working_days(&self.calendar, it.recorded_on, self.today);
            let age = match days {
                0 => "Since today".to_owned(),
                1 => "1 working day".to_owned(),
                many => format!("{many} working days"),
            };
            let mark = if it.is_overdue(&self.calendar, self.today) {
                badge(Tone::Danger, &age)
            } else if it.is_answered == 1 {
                badge(Tone::Attention, "Answered")
            } else {
                html! { span.quiet { (age) } }
            };
            row(&format!("/staff/payments/{}", it.id.as_str()), &it.org, &it.invoice_number, &mark)
        });
        let said = match self.counts.answered {
            0 => "Recorded by customers, waiting to be matched.".to_owned(),
            1 => "One customer has answered a question.".to_owned(),
            many => format!("{many} customers have answered a question."),
        };
        lane(
            "Payments to reconcile",
            Icon::Bank,
            self.counts.waiting,
            &said,
            None,
            &rows.collect::<Vec<_>>(),
            "Every payment is decided.",
        )
    }

    fn mails(&self, stuck: &[Stuck]) -> Markup {
        let rows = stuck.iter().map(|it| {
            let when =
                html! { span.quiet { (moment(&rfc3339(it.state_at), &self.zone.day_words(it.state_at))) } };
            let to = it.recipient.as_deref().unwrap_or("nobody");
            row("/staff/mails", to, it.reason.map_or(NO_REASON, Reason::words), &when)
        });
        let said = "Somebody waits for a mail that did not arrive.";
        lane(
            "Mails that failed",
            Icon::Mail,
            self.counts.stuck,
            said,
            Some(("Mail room", "/staff/mails")),
            &rows.collect::<Vec<_>>(),
            "Every mail has arrived.",
        )
    }

    fn jobs(&self, runs: &[JobRun]) -> Markup {
        let stopped: Vec<&JobRun> = runs.iter().filter(|it| it.has_stopped(self.now)).collect();
        let rows = stopped.iter().map(|it| {
            let last = if it.has_run() {
                format!("Last ran {}", self.zone.words(it.ran_at))
            } else {
                "Has never run".to_owned()
            };
            row("/staff/installation", it.title(), &last, &badge(Tone::Danger, "Has stopped"))
        });
        let count = i64::try_from(stopped.len()).unwrap_or(0);
        let said = "The crons of the installation do not fire.";
        lane(
            "Jobs that did not run",
            Icon::Clock,
            count,
            said,
            Some(("Self-check", "/staff/installation")),
            &rows.collect::<Vec<_>>(),
            "Every job runs as it should.",
        )
    }
}

fn search() -> Markup {
    page::filter_bar(&FilterBar {
        action: "/staff/organisations",
        search: Some(("q", "Find a customer, an order or an invoice", None)),
        controls: Vec::new(),
        clear: None,
        export: None,
        errors: &[],
    })
}

/// One kind of work: how much of it there is, and the oldest few.
fn lane(
    title: &str,
    icon: Icon,
    count: i64,
    said: &str,
    all: Option<(&str, &str)>,
    rows: &[Markup],
    done: &str,
) -> Markup {
    html! {
        section.lane {
            header {
                (icon)
                h2 { (title) }
                @if count > 0 { b.count { (counted(count)) } }
            }
            @if rows.is_empty() {
                p.lane-done { (Icon::Check) (done) }
            } @else {
                p.quiet { (said) }
                ul { @for row in rows { li { (row) } } }
                @if let Some((label, href)) = all { (button_link(Kind::Quiet, label, href, Some(Icon::Arrow))) }
            }
        }
    }
}

fn row(href: &str, title: &str, text: &str, mark: &Markup) -> Markup {
    html! {
        a.lane-row href=(href) {
            span.who { b { (title) } small { (text) } }
            (mark)
        }
    }
}

fn counted(count: i64) -> String {
    if count >= MOST_COUNTED { "99+".to_owned() } else { count.to_string() }
}
