//! Calendars as text: RFC 5545, and the two properties of RFC 7986 that make programs look again. Written by hand:
//! the crate for it wants a clock and dice of its own, which an isolate must not have.

use chrono::DateTime;

use crate::kernel::{Day, LicenceId};

/// An all-day event.
pub struct Event {
    pub licence: LicenceId,
    /// Rises whenever the event is not what it was.
    pub sequence: i64,
    pub on: Day,
    pub summary: String,
    pub description: String,
    /// Where it can be looked at.
    pub url: String,
    pub cancelled: bool,
}

pub struct Calendar<'a> {
    pub name: &'a str,
    pub vendor: &'a str,
    /// Of the portal; with it, ids are unique in the world.
    pub host: &'a str,
    /// When this text was made, seconds since 1970.
    pub made_at: i64,
    pub events: &'a [Event],
}

/// Days before an event on which programs remind their owner.
const ALARMS: [u8; 2] = [30, 7];

/// Octets of a line without its end.
const LINE: usize = 75;

impl Calendar<'_> {
    #[must_use]
    pub fn text(&self) -> String {
        let mut lines = Lines(String::new());
        lines.raw("BEGIN:VCALENDAR");
        lines.raw("VERSION:2.0");
        lines.text("PRODID", &format!("-//{}//Customer portal//EN", self.vendor));
        lines.raw("CALSCALE:GREGORIAN");
        lines.raw("METHOD:PUBLISH");
        lines.text("NAME", self.name);
        lines.text("X-WR-CALNAME", self.name);
        lines.raw("REFRESH-INTERVAL;VALUE=DURATION:PT12H");
        lines.raw("X-PUBLISHED-TTL:PT12H");
        for event in self.events {
            self.event(&mut lines, event);
        }
        lines.raw("END:VCALENDAR");
        lines.0
    }

    fn event(&self, lines: &mut Lines, event: &Event) {
        lines.raw("BEGIN:VEVENT");
        lines.raw(&format!("UID:{}@{}", event.licence.as_str(), self.host));
        lines.raw(&format!("DTSTAMP:{}", instant(self.made_at)));
        lines.raw(&format!("SEQUENCE:{}", event.sequence));
        lines.raw(&format!("DTSTART;VALUE=DATE:{}", date(event.on)));
        lines.raw(&format!("DTEND;VALUE=DATE:{}", date(event.on.plus(1))));
        lines.text("SUMMARY", &event.summary);
        lines.text("DESCRIPTION", &event.description);
        lines.raw(&format!("URL:{}", event.url));
        lines.raw(if event.cancelled { "STATUS:CANCELLED" } else { "STATUS:CONFIRMED" });
        lines.raw("TRANSP:TRANSPARENT");
        for days in ALARMS.into_iter().filter(|_| !event.cancelled) {
            lines.raw("BEGIN:VALARM");
            lines.raw("ACTION:DISPLAY");
            lines.raw(&format!("TRIGGER:-P{days}D"));
            lines.text("DESCRIPTION", &event.summary);
            lines.raw("END:VALARM");
        }
        lines.raw("END:VEVENT");
    }
}

struct Lines(String);

impl Lines {
    /// Folds between characters, never within one: a line has at most 75 octets, its leading space included.
    fn raw(&mut self, line: &str) {
        let mut used = 0;
        for letter in line.chars() {
            if used + letter.len_utf8() > LINE {
                self.0.push_str("\r\n ");
                used = 1;
            }
            self.0.push(letter);
            used += letter.len_utf8();
        }
        self.0.push_str("\r\n");
    }

    fn text(&mut self, name: &str, value: &str) {
        let mut line = format!("{name}:");
        for letter in value.chars() {
            match letter {
                '\\' | ';' | ',' => line.extend(['\\', letter]),
                '\n' => line.push_str("\\n"),
                // Nothing else that is no letter may stand in a line.
                control if control.is_control() => {}
                letter => line.push(letter),
            }
        }
        self.raw(&line);
    }
}

fn date(day: Day) -> String {
    day.to_string().replace('-', "")
}

fn instant(at: i64) -> String {
    DateTime::from_timestamp(at, 0).map_or_else(String::new, |it| it.format("%Y%m%dT%H%M%SZ").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fold_at_75_octets_between_letters() {
        let mut lines = Lines(String::new());
        lines.text("SUMMARY", &"ä€😀".repeat(40));
        let text = lines.0;
        assert!(text.ends_with("\r\n"));
        for line in text.trim_end().split("\r\n") {
            assert!(line.len() <= LINE, "{line} has {} octets", line.len());
        }
        assert_eq!(text.trim_end().replace("\r\n ", ""), format!("SUMMARY:{}", "ä€😀".repeat(40)));
    }

    #[test]
    fn a_name_cannot_add_a_line() {
        let mut lines = Lines(String::new());
        lines.text("SUMMARY", "a;b,c\\d\r\nEND:VEVENT\u{0}\u{7f}");
        assert_eq!(lines.0, "SUMMARY:a\\;b\\,c\\\\d\\nEND:VEVENT\r\n");
    }
}
