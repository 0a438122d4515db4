//! A chart of what was used against what may be used: drawn on the server for three widths, of which the style sheet
//! shows one. Nothing in it needs script.

mod paper;

use maud::{Markup, html};
use plotters::chart::{ChartBuilder, ChartContext};
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::ranged1d::Ranged;
use plotters::coord::types::RangedCoordf64;
use plotters::drawing::{DrawingAreaErrorKind, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Polygon, Rectangle};
use plotters::style::Color;

use self::paper::{Ink, Never, Paper, Shape, Side, fine, pixels};
use super::Tone;

/// Up to so many marks, each says what it is when a pointer comes near.
const MOST_READ_OUT: usize = 62;
/// Name, width, height, room for the numbers at the left, and how many labels the axis has room for.
const SIZES: [(&str, u32, u32, u32, usize); 3] =
    [("wide", 960, 340, 52, 16), ("middle", 600, 300, 48, 9), ("narrow", 340, 260, 42, 5)];

/// Beyond these plotters would look for round numbers for ever.
const LEAST: f64 = 1e-3;
const MOST: f64 = 1e19;

/// One place on the axis.
#[derive(Clone)]
pub struct Mark {
    /// Under the axis; the chart leaves out what there is no room for.
    pub tick: Option<String>,
    /// None: nothing is known.
    pub value: Option<f64>,
    pub limit: Option<f64>,
    pub tone: Tone,
    /// What it says in words.
    pub told: String,
}

pub struct Chart<'a> {
    /// Unique on the page.
    pub id: &'a str,
    /// What is drawn, for who cannot see it.
    pub title: &'a str,
    pub summary: &'a str,
    pub marks: &'a [Mark],
    /// A column for each mark instead of one line through all.
    pub columns: bool,
    /// What stands at the line of what may be used.
    pub limit_label: fn(f64) -> String,
    /// What stands where nothing is known.
    pub gap_label: &'a str,
    /// Stands at the last mark.
    pub last_label: &'a str,
}

type Error = DrawingAreaErrorKind<Never>;
type Plot<'a, 'b> = ChartContext<'b, Paper<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// Shapes are what plotters drew; words it would have to measure, so they are set here.
#[derive(Default)]
struct Drawn {
    words: Vec<Shape>,
    places: Vec<Place>,
}

/// Where on the paper a mark stands.
struct Place {
    left: i32,
    width: i32,
    at: (i32, i32),
    top: i32,
    floor: i32,
}

#[must_use]
pub fn chart(chart: &Chart) -> Markup {
    let sound = |it: Option<f64>| it.filter(|it| (0.0..=MOST).contains(it));
    let marks: Vec<Mark> = chart
        .marks
        .iter()
        .map(|it| Mark { value: sound(it.value), limit: sound(it.limit), ..it.clone() })
        .collect();
    let chart = Chart { marks: &marks, ..*chart };
    html! {
        div.chart { @for (name, width, height, left, ticks) in SIZES { (chart.sized(name, width, height, left, ticks)) } }
    }
}

impl Chart<'_> {
    fn sized(&self, name: &str, width: u32, height: u32, left: u32, ticks: usize) -> Markup {
        let mut shapes = Vec::new();
        // What plotters can refuse is a paper too small for its margins, and this is none.
        let drawn = self.draw(Paper::new(width, height, &mut shapes), left, ticks).unwrap_or_default();
        let id = |part: &str| format!("{}-{name}-{part}", self.id);
        html! {
            svg class={ "chart-" (name) } viewBox={ "0 0 " (width) " " (height) } role="img"
                aria-labelledby={ (id("title")) " " (id("summary")) } {
                title id=(id("title")) { (self.title) }
                desc id=(id("summary")) { (self.summary) }
                linearGradient id=(id("fade")) x1="0" y1="0" x2="0" y2="1" {
                    stop.chart-fade-top offset="0" {} stop.chart-fade-floor offset="1" {}
                }
                g fill={ "url(#" (id("fade")) ")" } { @for shape in &shapes { (shape) } }
                @for word in &drawn.words { (word) }
                @if self.marks.len() <= MOST_READ_OUT {
                    @for (mark, place) in self.marks.iter().zip(&drawn.places) { (read_out(mark, place, width)) }
                }
            }
        }
    }

    fn draw(&self, paper: Paper, left: u32, ticks: usize) -> Result<Drawn, Error> {
        let root = paper.into_drawing_area();
        let steps = self.steps();
        let (top, end) = (steps.last().copied().unwrap_or(1.0), number(self.marks.len()) - 0.5);
        let mut builder = ChartBuilder::on(&root);
        builder.margin_top(fine(30)).margin_right(fine(8)).margin_left(fine(left)).margin_bottom(fine(28));
        let plot = builder.build_cartesian_2d(-0.5..end.max(0.5), 0.0..top)?;
        self.grid(&plot, &steps)?;
        self.gaps(&plot, top)?;
        if self.columns {
            self.draw_columns(&plot)?;
        } else {
            self.draw_line(&plot)?;
        }
        self.draw_limit(&plot)?;
        let mut words = numbers(&plot, &steps);
        words.extend(self.ticks(&plot, ticks));
        words.extend(self.labels(&plot));
        Ok(Drawn { words, places: self.places(&plot, top) })
    }

    /// Round numbers from nothing to beyond the highest thing there is.
    fn steps(&self) -> Vec<f64> {
        let highest = self.marks.iter().flat_map(|it| [it.value, it.limit]).flatten().fold(0.0, f64::max);
        let highest = if highest > LEAST { highest * 1.06 } else { 1.0 };
        let axis: RangedCoordf64 = (0.0..highest).into();
        let mut steps = axis.key_points(5);
        if let [.., before, last] = steps.as_slice()
            && *last < highest
        {
            steps.push(last + (last - before));
        }
        if steps.len() < 2 { vec![0.0, highest] } else { steps }
    }

    fn grid(&self, plot: &Plot, steps: &[f64]) -> Result<(), Error> {
        let end = (number(self.marks.len()) - 0.5).max(0.5);
        for step in steps {
            let ink = if *step == 0.0 { Ink::Floor } else { Ink::Grid };
            plot.plotting_area().draw(&PathElement::new(vec![(-0.5, *step), (end, *step)], ink.color()))?;
        }
        Ok(())
    }

    /// As many labels as there is room for, at equal distances.
    fn ticks(&self, plot: &Plot, room: usize) -> Vec<Shape> {
        let labelled: Vec<(usize, &String)> =
            self.marks.iter().enumerate().filter_map(|(at, it)| Some((at, it.tick.as_ref()?))).collect();
        let every = labelled.len().div_ceil(room).max(1);
        let label = |(mark, label): &(usize, &String)| {
            let (x, y) = at(plot, (number(*mark), 0.0));
            Shape::word(Ink::Tick, Side::Middle, (x, y + px(20)), label)
        };
        labelled.iter().step_by(every).map(label).collect()
    }

    /// Between two marks that are known: somebody should notice what is missing.
    fn gaps(&self, plot: &Plot, top: f64) -> Result<(), Error> {
        for (before, after) in self.missing() {
            let corners = [(number(before) + 0.5, top), (number(after) - 0.5, 0.0)];
            plot.plotting_area().draw(&Rectangle::new(corners, Ink::Gap.color().filled()))?;
        }
        Ok(())
    }

    fn draw_columns(&self, plot: &Plot) -> Result<(), Error> {
        for (at, mark) in self.marks.iter().enumerate() {
            if let Some(value) = mark.value {
                let corners = [(number(at) - 0.32, value), (number(at) + 0.32, 0.0)];
                plot.plotting_area().draw(&Rectangle::new(corners, ink(mark.tone).color().filled()))?;
            }
        }
        Ok(())
    }

    /// One piece for each run of known marks; a mark alone is a dot.
    fn draw_line(&self, plot: &Plot) -> Result<(), Error> {
        let area = plot.plotting_area();
        let points: Vec<Option<(f64, f64)>> =
            self.marks.iter().enumerate().map(|(at, it)| Some((number(at), it.value?))).collect();
        let mut last = None;
        for run in points.split(Option::is_none) {
            let run: Vec<(f64, f64)> = run.iter().copied().flatten().collect();
            let (Some(first), Some(end)) = (run.first().copied(), run.last().copied()) else { continue };
            last = Some(end);
            if run.len() == 1 {
                area.draw(&Circle::new(first, fine(3), Ink::Line.color().filled()))?;
                continue;
            }
            let floor = [(end.0, 0.0), (first.0, 0.0)];
            area.draw(&Polygon::new(
                run.iter().copied().chain(floor).collect::<Vec<_>>(),
                Ink::Area.color(),
            ))?;
            area.draw(&PathElement::new(run, Ink::Line.color()))?;
        }
        let tone = self.marks.iter().rev().find(|it| it.value.is_some()).map(|it| ink(it.tone));
        if let (Some(last), Some(tone)) = (last, tone) {
            area.draw(&Circle::new(last, fine(4), tone.color().filled()))?;
        }
        Ok(())
    }

    /// Goes up and down in steps: what was bought holds for whole days.
    fn draw_limit(&self, plot: &Plot) -> Result<(), Error> {
        let edges: Vec<Option<[(f64, f64); 2]>> = self
            .marks
            .iter()
            .enumerate()
            .map(|(at, it)| Some([(number(at) - 0.5, it.limit?), (number(at) + 0.5, it.limit?)]))
            .collect();
        for run in edges.split(Option::is_none) {
            let mut corners: Vec<(f64, f64)> = run.iter().copied().flatten().flatten().collect();
            corners.dedup();
            let mut plain: Vec<(f64, f64)> = Vec::new();
            for corner in corners {
                if let [.., before, last] = plain.as_slice()
                    && before.1.to_bits() == corner.1.to_bits()
                    && last.1.to_bits() == corner.1.to_bits()
                {
                    plain.pop();
                }
                plain.push(corner);
            }
            if plain.len() > 1 {
                plot.plotting_area().draw(&PathElement::new(plain, Ink::Limit.color()))?;
            }
        }
        Ok(())
    }

    /// At the things themselves and not in a legend.
    fn labels(&self, plot: &Plot) -> Vec<Shape> {
        let mut words = Vec::new();
        words.extend(self.limit_labels(plot));
        words.extend(self.gap_labels(plot));
        let last = self.marks.iter().enumerate().rev().find_map(|(at, it)| Some((at, it.value?, it.limit)));
        if let Some((mark, value, limit)) = last {
            let (x, y) = at(plot, (number(mark), value));
            let left = at(plot, (-0.5, 0.0)).0;
            let right = at(plot, ((number(self.marks.len()) - 0.5).max(0.5), 0.0)).0;
            // Above the line of what may be used, too, where that is near.
            let line = limit.map(|it| at(plot, (0.0, it)).1).filter(|it| (0..px(26)).contains(&(y - it)));
            let y = line.unwrap_or(y) - px(9);
            let (x, side) = match () {
                () if right - x < px(70) => (right, Side::End),
                () if x - left < px(70) => (left + px(4), Side::Start),
                () => (x, Side::Middle),
            };
            words.push(Shape::word(Ink::Label, side, (x, y), self.last_label));
        }
        words
    }

    /// At each level that lasts long enough to be labelled; else at the last one.
    fn limit_labels(&self, plot: &Plot) -> Vec<Shape> {
        let mut levels: Vec<(usize, usize, f64)> = Vec::new();
        for (mark, limit) in self.marks.iter().enumerate().filter_map(|(at, it)| Some((at, it.limit?))) {
            match levels.last_mut() {
                Some((_, end, level)) if *end + 1 == mark && level.to_bits() == limit.to_bits() => {
                    *end = mark;
                }
                _ => levels.push((mark, mark, limit)),
            }
        }
        let place = |(first, end, limit): &(usize, usize, f64)| {
            let (left, y) = at(plot, (number(*first) - 0.5, *limit));
            (left, at(plot, (number(*end) + 0.5, 0.0)).0, y, *limit)
        };
        let places: Vec<_> = levels.iter().map(place).collect();
        let last = self
            .marks
            .iter()
            .rposition(|it| it.value.is_some())
            .map_or(0, |it| at(plot, (number(it), 0.0)).0);
        let word = |(left, right, y, limit): &(i32, i32, i32, f64)| {
            // The newest mark has its own words above it.
            let taken = (left - px(60)..left + px(150)).contains(&last);
            let (x, side) = if taken { (*right, Side::End) } else { (left + px(4), Side::Start) };
            Shape::word(Ink::LimitLabel, side, (x, y - px(7)), &(self.limit_label)(*limit))
        };
        let mut words: Vec<Shape> = places.iter().filter(|it| it.1 - it.0 > px(120)).map(word).collect();
        if words.is_empty() {
            words.extend(places.last().map(word));
        }
        words
    }

    fn gap_labels(&self, plot: &Plot) -> Vec<Shape> {
        let floor = at(plot, (0.0, 0.0)).1;
        let label = |(before, after): (usize, usize)| {
            let left = at(plot, (number(before) + 0.5, 0.0)).0;
            let right = at(plot, (number(after) - 0.5, 0.0)).0;
            let middle = i32::midpoint(left, right);
            (right - left > px(72))
                .then(|| Shape::word(Ink::Tick, Side::Middle, (middle, floor - px(10)), self.gap_label))
        };
        self.missing().into_iter().filter_map(label).collect()
    }

    /// The known marks before and after each stretch of which nothing is known.
    fn missing(&self) -> Vec<(usize, usize)> {
        let known: Vec<usize> =
            self.marks.iter().enumerate().filter(|it| it.1.value.is_some()).map(|it| it.0).collect();
        let pairs = known.windows(2).filter_map(|it| it.first().copied().zip(it.last().copied()));
        pairs.filter(|(before, after)| after - before > 1).collect()
    }

    fn places(&self, plot: &Plot, top: f64) -> Vec<Place> {
        let places = self.marks.iter().enumerate().map(|(mark, it)| {
            let (left, top) = at(plot, (number(mark) - 0.5, top));
            let (right, floor) = at(plot, (number(mark) + 0.5, 0.0));
            let here = at(plot, (number(mark), it.value.unwrap_or(0.0)));
            Place { left, width: right - left, at: here, top, floor }
        });
        places.collect()
    }
}

/// At the left of the grid.
fn numbers(plot: &Plot, steps: &[f64]) -> Vec<Shape> {
    let number = |step: &f64| {
        let (x, y) = at(plot, (-0.5, *step));
        Shape::word(Ink::Tick, Side::End, (x - px(10), y + px(4)), &short(*step))
    };
    steps.iter().map(number).collect()
}

fn at(plot: &Plot, point: (f64, f64)) -> (i32, i32) {
    plot.plotting_area().map_coordinate(&point)
}

fn px(pixels: u32) -> i32 {
    i32::try_from(fine(pixels)).unwrap_or(0)
}

/// Of a place on the axis, of which there are at most 366.
fn number(place: usize) -> f64 {
    u32::try_from(place).map_or(0.0, f64::from)
}

/// `1.2k`, `340M`: no longer than the room at the left.
fn short(value: f64) -> String {
    let scales = [(1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")];
    let (scale, letter) = scales.into_iter().find(|it| value >= it.0).unwrap_or((1.0, ""));
    let text = format!("{:.2}", value / scale);
    format!("{}{letter}", text.trim_end_matches('0').trim_end_matches('.'))
}

/// What a mark says, shown by the style sheet while a pointer is over its part of the chart.
fn read_out(mark: &Mark, place: &Place, width: u32) -> Markup {
    let (x, height) = (pixels(place.at.0), pixels(place.floor - place.top));
    html! {
        g.chart-mark {
            rect x=(pixels(place.left)) y=(pixels(place.top)) width=(pixels(place.width)) height=(height) {}
            path d={ "M" (x) " " (pixels(place.top)) "V" (pixels(place.floor)) } {}
            @if mark.value.is_some() { circle class=(ink_class(mark.tone)) cx=(x) cy=(pixels(place.at.1)) r="4" {} }
            text x=(width - 8) y="14" text-anchor="end" { (mark.told) }
        }
    }
}

fn ink(tone: Tone) -> Ink {
    match tone {
        Tone::Attention => Ink::Near,
        Tone::Warning => Ink::Close,
        Tone::Danger => Ink::Over,
        Tone::Neutral | Tone::Good | Tone::Info => Ink::Fine,
    }
}

fn ink_class(tone: Tone) -> &'static str {
    match ink(tone) {
        Ink::Near => "chart-near",
        Ink::Close => "chart-close",
        Ink::Over => "chart-over",
        _ => "chart-fine",
    }
}
