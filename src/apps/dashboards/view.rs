use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::api::{PointFacts, SeriesFacts, UsageFacts, instant};
use super::rules::{Grain, Level, Meter, Part, Period, Point, Show, Used, level, percent, purchased};
use crate::answer::View;
use crate::kernel::{Day, FieldError, Zone, grouped, rfc3339};
use crate::page::{self, Chart, Choice, Column, ColumnKind, Draft, Frame, Icon, Kind, Mark, Tone, moment};

/// Months that the list of periods offers; an address may name any other.
const MOST_MONTHS: i64 = 36;
/// Reports come daily, and a weekend may lie between.
const FRESH_DAYS: i64 = 4;

/// All meters at a glance, and one of them over time.
pub struct Usage {
    pub meters: Vec<Meter>,
    pub parts: Vec<Part>,
    /// Which of the meters.
    pub chosen: Option<usize>,
    pub points: Vec<Point>,
    pub grain: Grain,
    pub period: Period,
    pub show: Show,
    pub today: Day,
    pub zone: Zone,
    pub at: String,
    pub errors: Vec<FieldError>,
    pub typed: Draft,
}

impl View for Usage {
    fn page(&self, frame: &Frame) -> Html<String> {
        let intro = "What your products report each day, against what you bought.";
        let main = html! {
            (page::page_head("Usage", Some(intro), page::print_button()))
            (Draft::blank(self.errors.clone()).summary())
            @if self.meters.is_empty() { (nothing()) } @else { (self.overview()) }
            @if !self.meters.is_empty() {
                @match self.meter() {
                    Some(meter) => (self.detail(meter)),
                    None => (not_measured()),
                }
            }
        };
        page::screen(frame, "Usage", main)
    }

    fn json(&self) -> Value {
        let (meter, span) = (self.meter(), self.period.span(self.grain));
        json!(UsageFacts {
            product_id: meter.map(|it| it.product_id.clone()),
            sub_product: meter.map(|it| it.sub_product.clone()),
            unit: meter.map(|it| it.unit.clone()),
            grain: self.grain,
            from: span.first,
            till: span.last,
            purchased: self.points.last().and_then(|it| it.purchased),
            points: self.points.iter().map(PointFacts::of).collect(),
            updated_at: instant(meter),
            series: self.meters.iter().map(SeriesFacts::of).collect(),
        })
    }
}

impl Usage {
    pub fn meter(&self) -> Option<&Meter> {
        self.chosen.and_then(|it| self.meters.get(it))
    }

    fn href(&self, meter: &Meter, grain: Grain, period: Option<Period>, show: Show) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("product", meter.product_id.as_str());
        query.append_pair("sub_product", meter.sub_product.as_str());
        if grain == Grain::Monthly {
            query.append_pair("grain", grain.text());
        }
        if let Some(period) = period {
            query.append_pair("period", &period.text());
        }
        if show == Show::Table {
            query.append_pair("view", "table");
        }
        format!("{}?{}", self.at, query.finish())
    }

    /// One card for each meter: how it stands, and the way to it.
    fn overview(&self) -> Markup {
        html! {
            nav.meters aria-label="What is measured" {
                ul { @for (at, meter) in self.meters.iter().enumerate() { li { (self.card(at, meter)) } } }
            }
        }
    }

    fn card(&self, at: usize, meter: &Meter) -> Markup {
        let bought = purchased(self.parts.iter().filter(|it| it.is_of(meter)), meter.last_on);
        let level = bought.map(|it| level(meter.last_used, it));
        let share = bought.and_then(|it| percent(meter.last_used, it));
        html! {
            a.meter-card href=(self.href(meter, self.grain, None, self.show)) aria-current=[(self.chosen == Some(at)).then_some("true")] {
                small { (meter.product) }
                b { (meter.label) }
                span.meter-number {
                    (meter.last_used.words()) " "
                    small { @if let Some(bought) = bought { "of " (grouped(bought)) " " } (meter.unit) }
                }
                @if let (Some(level), Some(share)) = (level, share) {
                    (page::gauge(tone(level), share))
                    span.meter-foot { (badge(level, share)) (self.stale(meter)) }
                } @else {
                    span.meter-foot { span.quiet { "No purchased quantity" } (self.stale(meter)) }
                }
            }
        }
    }

    /// A number that nobody has reported lately says of which day it is.
    fn stale(&self, meter: &Meter) -> Markup {
        html! { @if self.today.since(meter.last_on) > FRESH_DAYS { small { (meter.last_on.words()) } } }
    }

    fn detail(&self, meter: &Meter) -> Markup {
        let head = format!("{}: {}", meter.product, meter.label);
        let body = html! {
            (self.controls(meter))
            section.card.usage {
                header.usage-head {
                    div { h3 { (self.period.span(self.grain).words()) } p.quiet { (self.unit_line(meter)) } }
                    (page::segments("Show as", &[
                        ("Chart", Icon::Chart, &self.href(meter, self.grain, Some(self.period), Show::Chart), self.show == Show::Chart),
                        ("Table", Icon::Rows, &self.href(meter, self.grain, Some(self.period), Show::Table), self.show == Show::Table),
                    ]))
                }
                @if self.points.iter().all(|it| it.used.is_none()) { (self.nothing_here(meter)) }
                @else if self.show == Show::Chart { (self.chart(meter)) }
                @else { (self.table(meter)) }
                p.usage-foot {
                    "Last updated " (moment(&rfc3339(meter.updated_at), &self.zone.words(meter.updated_at)))
                }
            }
        };
        page::section(&head, None, html! {}, body)
    }

    fn unit_line(&self, meter: &Meter) -> String {
        match self.grain {
            Grain::Daily => format!("{} at the end of each day", meter.unit),
            Grain::Monthly => format!("{} on the highest day of each month", meter.unit),
        }
    }

    /// Whole days or months, and which of them.
    fn controls(&self, meter: &Meter) -> Markup {
        let (before, after) = self.period.neighbours(self.grain);
        let to = |period| self.href(meter, self.grain, Some(period), self.show);
        let last = Period::of(self.today.max(meter.last_on)).span(self.grain).last;
        let (choices, chosen) = (self.periods(meter), self.typed.value("period"));
        let chosen = chosen.map_or_else(|| self.period.text(), str::to_owned);
        html! {
            div.usage-controls {
                (page::segments("Grain", &[
                    ("Daily", Icon::Calendar, &self.href(meter, Grain::Daily, self.in_grain(Grain::Daily), self.show), self.grain == Grain::Daily),
                    ("Monthly", Icon::Columns, &self.href(meter, Grain::Monthly, self.in_grain(Grain::Monthly), self.show), self.grain == Grain::Monthly),
                ]))
                form.period method="get" action=(self.at) {
                    input type="hidden" name="product" value=(meter.product_id.as_str());
                    input type="hidden" name="sub_product" value=(meter.sub_product.as_str());
                    input type="hidden" name="grain" value=(self.grain.text());
                    @if self.show == Show::Table { input type="hidden" name="view" value="table"; }
                    a.button.secondary.step href=(to(before)) { (Icon::Back) span.vh { "Earlier" } }
                    label.vh for="field-period" { "Period" }
                    span.select {
                        select #field-period name="period" {
                            @for choice in &choices {
                                option value=(choice.value) selected[choice.value == chosen] { (choice.label) }
                            }
                        }
                        (Icon::Down)
                    }
                    button.button.secondary type="submit" { "Show" }
                    @if after.span(self.grain).first <= last {
                        a.button.secondary.step href=(to(after)) { (Icon::Arrow) span.vh { "Later" } }
                    }
                }
                a.button.quiet href=(self.export(meter)) data-export { (Icon::Download) "CSV" }
            }
        }
    }

    /// A month stays the month when days become months; of a year, the days of all of it would be no first glance.
    fn in_grain(&self, grain: Grain) -> Option<Period> {
        (grain == self.grain || matches!(self.period, Period::Month(_))).then_some(self.period)
    }

    fn export(&self, meter: &Meter) -> String {
        self.href(meter, self.grain, Some(self.period), Show::Chart).replacen("/usage?", "/usage.csv?", 1)
    }

    /// Newest first. What was asked for stays among them.
    fn periods(&self, meter: &Meter) -> Vec<Choice> {
        let newest = Period::of(self.today.max(meter.last_on));
        let mut periods = Vec::new();
        let mut month = newest.span(Grain::Daily).first;
        let from = meter.first_on.month_before(0);
        let mut years: Vec<Period> = Vec::new();
        for _ in 0..MOST_MONTHS {
            if month < from {
                break;
            }
            periods.push(Period::Month(month));
            for year in [Period::year(month), Period::financial(month)] {
                if !years.contains(&year) {
                    years.push(year);
                }
            }
            month = month.month_before(1);
        }
        if self.grain == Grain::Monthly {
            periods.truncate(1);
        }
        periods.extend(years);
        if !periods.contains(&self.period) {
            periods.push(self.period);
        }
        let choice = |it: &Period| Choice { value: it.text(), label: self.period_words(*it, newest) };
        periods.iter().map(choice).collect()
    }

    fn period_words(&self, period: Period, newest: Period) -> String {
        let words = period.span(self.grain).words();
        match period {
            Period::Month(_) if self.grain == Grain::Monthly && period == newest => {
                "Last 12 months".to_owned()
            }
            Period::Month(_) => words,
            Period::Year(first) => format!("Year {}", first.year()),
            Period::Financial(first) => {
                format!("Financial year {}-{:02}", first.year(), (first.year() + 1) % 100)
            }
        }
    }

    fn chart(&self, meter: &Meter) -> Markup {
        let marks: Vec<Mark> = self.points.iter().map(|it| self.mark(it, meter)).collect();
        let last = self.points.iter().rev().find_map(|it| Some((it, it.used?)));
        let last_label = last.map_or_else(String::new, |(point, used)| match point.percent() {
            Some(share) => format!("{} · {}", used.words(), share_words(share)),
            None => used.words(),
        });
        let title = format!("{} {} in {}", meter.product, meter.label, self.period.span(self.grain).words());
        page::chart(&Chart {
            id: "usage",
            title: &title,
            summary: &self.summary(meter),
            marks: &marks,
            columns: self.grain == Grain::Monthly,
            limit_label: |it| format!("Purchased {}", Used(it).words()),
            gap_label: "no report",
            last_label: &last_label,
        })
    }

    fn mark(&self, point: &Point, meter: &Meter) -> Mark {
        let whole_year = self.points.len() > 62;
        let tick = match self.grain {
            Grain::Monthly => Some(month_of(point.on)),
            Grain::Daily if whole_year => (point.on.day() == 1).then(|| month_of(point.on)),
            Grain::Daily => Some(point.on.day().to_string()),
        };
        let level = point.level();
        let used =
            point.used.map_or_else(|| "no report".to_owned(), |it| format!("{} {}", it.words(), meter.unit));
        let share = point.percent().map_or_else(String::new, |it| format!(", {}", share_words(it)));
        Mark {
            tick,
            value: point.used.map(|Used(it)| it),
            limit: point.purchased.map(|it| Used::of(it).0),
            tone: level.map_or(Tone::Neutral, tone),
            told: format!("{}: {used}{share}", self.on(point)),
        }
    }

    fn on(&self, point: &Point) -> String {
        match self.grain {
            Grain::Daily => point.on.words(),
            Grain::Monthly => format!("{} {}", month_of(point.on), point.on.year()),
        }
    }

    /// What the eye would take from the chart.
    fn summary(&self, meter: &Meter) -> String {
        let known: Vec<(&Point, Used)> = self.points.iter().filter_map(|it| Some((it, it.used?))).collect();
        let Some((first, last)) = known.first().zip(known.last()) else { return String::new() };
        let highest = known.iter().max_by(|a, b| a.1.0.total_cmp(&b.1.0)).unwrap_or(last);
        let mut said = vec![format!(
            "From {} {unit}, {}, to {} {unit}, {}; the highest is {} {unit}, {}.",
            first.1.words(),
            self.on(first.0),
            last.1.words(),
            self.on(last.0),
            highest.1.words(),
            self.on(highest.0),
            unit = meter.unit,
        )];
        if let Some((bought, share)) = last.0.purchased.zip(last.0.percent()) {
            let bought = grouped(bought);
            let (unit, share) = (&meter.unit, share_words(share));
            said.push(format!("{bought} {unit} were purchased; {share} are in use."));
        }
        let missing = self.points.len() - known.len();
        if missing > 0 {
            said.push(format!("Nothing was reported for {missing} of {}.", self.points.len()));
        }
        said.push("The table has the same numbers.".to_owned());
        said.join(" ")
    }

    fn table(&self, meter: &Meter) -> Markup {
        let columns = [
            Column {
                label: if self.grain == Grain::Daily { "Day" } else { "Month" },
                kind: ColumnKind::Short,
            },
            Column { label: "Used", kind: ColumnKind::Number },
            Column { label: "Purchased", kind: ColumnKind::Number },
            Column { label: "Share", kind: ColumnKind::Short },
        ];
        let dash = || html! { span.quiet { "–" span.vh { " nothing was reported" } } };
        let none = || html! { span.quiet { "–" span.vh { " no quantity" } } };
        let rows = self.points.iter().rev().map(|it| {
            vec![
                html! { time datetime=(it.on) { (self.on(it)) } },
                it.used.map_or_else(dash, |it| html! { (it.words()) " " small { (meter.unit) } }),
                it.purchased.map_or_else(none, |it| html! { (grouped(it)) }),
                it.level().zip(it.percent()).map_or_else(none, |(level, share)| badge(level, share)),
            ]
        });
        page::table(&self.unit_line(meter), &columns, rows.collect())
    }

    fn nothing_here(&self, meter: &Meter) -> Markup {
        let said = format!(
            "Nothing was reported for this period. There are reports from {} to {}.",
            meter.first_on.words(),
            meter.last_on.words()
        );
        let newest = self.href(meter, self.grain, None, self.show);
        let action = page::button_link(Kind::Secondary, "Go to the newest", &newest, None);
        page::empty_state(Icon::Chart, "Nothing in this period", &said, Some(action))
    }
}

fn not_measured() -> Markup {
    let said = "This organisation has no reports of that product. Choose one of those above.";
    page::empty_state(Icon::Chart, "Nothing is measured here", said, None)
}

fn nothing() -> Markup {
    let said = "Numbers appear here as soon as one of your products has reported its use, usually the day after it is set up.";
    page::empty_state(Icon::Chart, "No usage yet", said, None)
}

fn badge(level: Level, share: f64) -> Markup {
    html! {
        @if level == Level::Fine { span.share { (share_words(share)) } }
        @else { (page::badge(tone(level), &format!("{} {}", share_words(share), level.label()))) }
    }
}

/// Whole percents, rounded down.
pub fn share_words(share: f64) -> String {
    format!("{} %", Used(share.floor()).words())
}

fn tone(level: Level) -> Tone {
    match level {
        Level::Fine => Tone::Good,
        Level::Nearing => Tone::Attention,
        Level::Close => Tone::Warning,
        Level::Full | Level::Over => Tone::Danger,
    }
}

fn month_of(day: Day) -> String {
    day.words().split(' ').nth(1).unwrap_or_default().to_owned()
}
