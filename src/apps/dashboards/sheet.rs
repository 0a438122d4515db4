use super::rules::{Meter, Used};
use super::view::Usage;
use crate::kernel::csv;

const COLUMNS: [&str; 7] = ["Date", "Product", "Sub-product", "Used", "Unit", "Purchased", "Percent"];

/// What is missing is an empty cell: a sum must not count it as nothing.
pub fn points(usage: &Usage) -> String {
    let meter = usage.meter();
    let text = |part: fn(&Meter) -> &str| meter.map_or_else(String::new, |it| part(it).to_owned());
    let rows = usage.points.iter().map(|point| {
        vec![
            point.on.to_string(),
            text(|it| &it.product),
            text(|it| &it.label),
            point.used.map_or_else(String::new, Used::plain),
            text(|it| &it.unit),
            point.purchased.map_or_else(String::new, |it| it.to_string()),
            point.percent().map_or_else(String::new, |it| it.to_string()),
        ]
    });
    csv::sheet(&COLUMNS, rows)
}
