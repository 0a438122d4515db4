//! Where plotters draws: SVG whose looks come from the style sheet, so that light and dark, paper and high contrast are
//! its matter alone. A colour of plotters is a number here, and the number is a class.
//!
//! The library's own SVG backend writes fixed colours, and in wasm it measures text with a browser's canvas, which a
//! Worker does not have; this one never measures.

use maud::{Markup, Render, html};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};

/// Coordinates of plotters are whole numbers; a line would show it.
const FINE: i32 = 8;

/// What a stroke, a surface or a word is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Ink {
    Grid,
    Floor,
    Area,
    Line,
    Limit,
    Gap,
    Fine,
    Near,
    Close,
    Over,
    Tick,
    LimitLabel,
    Label,
}

const INKS: [(Ink, &str); 13] = [
    (Ink::Grid, "chart-grid"),
    (Ink::Floor, "chart-floor"),
    (Ink::Area, "chart-area"),
    (Ink::Line, "chart-line"),
    (Ink::Limit, "chart-limit"),
    (Ink::Gap, "chart-gap"),
    (Ink::Fine, "chart-fine"),
    (Ink::Near, "chart-near"),
    (Ink::Close, "chart-close"),
    (Ink::Over, "chart-over"),
    (Ink::Tick, "chart-tick"),
    (Ink::LimitLabel, "chart-limit-label"),
    (Ink::Label, "chart-label"),
];

fn class(color: BackendColor) -> &'static str {
    INKS.get(usize::from(color.rgb.0)).map_or("", |it| it.1)
}

impl Ink {
    pub fn color(self) -> plotters::style::RGBColor {
        plotters::style::RGBColor(self as u8, 0, 0)
    }
}

pub enum Shape {
    Path { class: &'static str, d: String },
    Rect { class: &'static str, x: String, y: String, width: String, height: String },
    Dot { class: &'static str, x: String, y: String, r: String },
    Text { class: &'static str, x: String, y: String, anchor: &'static str, text: String },
}

/// Where a word stands from its point.
#[derive(Debug, Clone, Copy)]
pub enum Side {
    Start,
    Middle,
    End,
}

impl Shape {
    pub fn word(ink: Ink, side: Side, at: BackendCoord, text: &str) -> Self {
        let anchor = match side {
            Side::Start => "start",
            Side::Middle => "middle",
            Side::End => "end",
        };
        let class = INKS.get(ink as usize).map_or("", |it| it.1);
        Self::Text { class, x: pixels(at.0), y: pixels(at.1), anchor, text: text.to_owned() }
    }
}

/// A sheet of so many pixels.
pub struct Paper<'a> {
    width: u32,
    height: u32,
    shapes: &'a mut Vec<Shape>,
}

/// It cannot fail.
pub type Never = std::convert::Infallible;
type Drawn = Result<(), DrawingErrorKind<Never>>;

impl<'a> Paper<'a> {
    pub fn new(width: u32, height: u32, shapes: &'a mut Vec<Shape>) -> Self {
        Self { width, height, shapes }
    }

    fn path(&mut self, points: impl IntoIterator<Item = BackendCoord>, color: BackendColor, close: &str) {
        let mut d = String::new();
        for (x, y) in points {
            let verb = if d.is_empty() { "M" } else { "L" };
            d.extend([verb, &pixels(x), " ", &pixels(y)]);
        }
        d.push_str(close);
        self.shapes.push(Shape::Path { class: class(color), d });
    }
}

/// So many units of plotters for so many pixels.
pub fn fine(pixels: u32) -> u32 {
    pixels * FINE.unsigned_abs()
}

/// `12.5`.
pub fn pixels(fine: i32) -> String {
    let (sign, fine) = (if fine < 0 { "-" } else { "" }, fine.abs());
    match (fine / FINE, fine % FINE * 100 / FINE) {
        (whole, 0) => format!("{sign}{whole}"),
        (whole, rest) => format!("{sign}{whole}.{}", format!("{rest:02}").trim_end_matches('0')),
    }
}

impl DrawingBackend for Paper<'_> {
    type ErrorType = Never;

    fn get_size(&self) -> (u32, u32) {
        (fine(self.width), fine(self.height))
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, _: BackendCoord, _: BackendColor) -> Drawn {
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.path([from, to], style.color(), "");
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        self.path(path, style.color(), "");
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        self.path(path, style.color(), "Z");
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
        _: bool,
    ) -> Drawn {
        let (width, height) = (to.0.saturating_sub(from.0).max(0), to.1.saturating_sub(from.1).max(0));
        self.shapes.push(Shape::Rect {
            class: class(style.color()),
            x: pixels(from.0),
            y: pixels(from.1),
            width: pixels(width),
            height: pixels(height),
        });
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(&mut self, at: BackendCoord, radius: u32, style: &S, _: bool) -> Drawn {
        let r = pixels(i32::try_from(radius).unwrap_or(0));
        self.shapes.push(Shape::Dot { class: class(style.color()), x: pixels(at.0), y: pixels(at.1), r });
        Ok(())
    }

    /// Words are set by `chart`, which knows what they are beside.
    fn draw_text<S: BackendTextStyle>(&mut self, _: &str, _: &S, _: BackendCoord) -> Drawn {
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        _: &str,
        _: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Never>> {
        Ok((0, 0))
    }
}

impl Render for Shape {
    fn render(&self) -> Markup {
        match self {
            Self::Path { class, d } => html! { path class=(class) d=(d) {} },
            Self::Rect { class, x, y, width, height } => html! {
                rect class=(class) x=(x) y=(y) width=(width) height=(height) rx="2" {}
            },
            Self::Dot { class, x, y, r } => html! { circle class=(class) cx=(x) cy=(y) r=(r) {} },
            Self::Text { class, x, y, anchor, text } => html! {
                text class=(class) x=(x) y=(y) text-anchor=(anchor) { (text) }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_ink_has_its_class() {
        for (at, (ink, class)) in INKS.iter().enumerate() {
            assert_eq!(*ink as usize, at, "{class}");
        }
        assert_eq!([pixels(0), pixels(8), pixels(12), pixels(-9)], ["0", "1", "1.5", "-1.12"]);
    }
}
