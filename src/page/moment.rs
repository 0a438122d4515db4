use maud::{Markup, html};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The words are seen ("2 hours ago"); the exact instant is in the title, and printed beside them on paper.
#[must_use]
pub fn moment(iso_utc: &str, words: &str) -> Markup {
    let exact = in_full(iso_utc).unwrap_or_else(|| iso_utc.to_owned());
    html! { time datetime=(iso_utc) title=(exact) { (words) span.on-paper { " (" (exact) ")" } } }
}

/// "2026-03-31T14:05:09Z" as "31 March 2026, 14:05 UTC"; a date alone as "31 March 2026".
fn in_full(iso: &str) -> Option<String> {
    let (date, time) = iso.split_once('T').unwrap_or((iso, ""));
    let mut parts = date.splitn(3, '-');
    let year = parts.next()?;
    let month = parts.next()?.parse::<usize>().ok()?;
    let day = parts.next()?.parse::<u8>().ok()?;
    let month = MONTHS.get(month.checked_sub(1)?)?;
    Some(match time.get(..5) {
        Some(minute) => format!("{day} {month} {year}, {minute} UTC"),
        None => format!("{day} {month} {year}"),
    })
}

#[cfg(test)]
mod tests {
    use super::in_full;

    #[test]
    fn reads_instants_and_dates_and_leaves_the_rest() {
        assert_eq!(in_full("2026-03-31T14:05:09Z").as_deref(), Some("31 March 2026, 14:05 UTC"));
        assert_eq!(in_full("2026-12-01").as_deref(), Some("1 December 2026"));
        assert_eq!(in_full("yesterday"), None);
        assert_eq!(in_full("2026-13-01"), None);
        assert_eq!(in_full(""), None);
    }
}
