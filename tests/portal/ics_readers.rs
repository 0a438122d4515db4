//! Two readers of calendars: a strict one of our own, and the package `icalendar` of the Python people.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A property: its parameters and its value, as they stand.
pub type Properties = BTreeMap<String, (Vec<String>, String)>;

#[derive(Debug)]
pub struct Event {
    pub properties: Properties,
    pub alarms: Vec<Properties>,
}

/// A reader of RFC 5545 that forgives nothing: CRLF, folding, nesting, one of each property.
pub fn parse(text: &str) -> (Properties, Vec<Event>) {
    assert!(text.ends_with("\r\n"));
    for line in text.split("\r\n") {
        assert!(line.len() <= 75, "{line} has {} octets", line.len());
        assert!(!line.contains(['\r', '\n']), "a bare line end in {line}");
    }
    let unfolded = text.replace("\r\n ", "");
    let (mut calendar, mut events, mut open) = (Properties::new(), Vec::<Event>::new(), Vec::<&str>::new());
    for line in unfolded.trim_end().split("\r\n") {
        let (name, value) = line.split_once(':').unwrap_or_else(|| panic!("{line} is no property"));
        let mut parts = name.split(';').map(str::to_owned);
        let name = parts.next().unwrap();
        assert!(name.bytes().all(|it| it.is_ascii_uppercase() || it == b'-'), "{name}");
        match (name.as_str(), value) {
            ("BEGIN", "VEVENT") => events.push(Event { properties: Properties::new(), alarms: Vec::new() }),
            ("BEGIN", "VALARM") => events.last_mut().unwrap().alarms.push(Properties::new()),
            _ => {}
        }
        match name.as_str() {
            "BEGIN" => open.push(value),
            "END" => assert_eq!(open.pop(), Some(value)),
            _ => {
                let into = match open.as_slice() {
                    ["VCALENDAR"] => &mut calendar,
                    ["VCALENDAR", "VEVENT"] => &mut events.last_mut().unwrap().properties,
                    ["VCALENDAR", "VEVENT", "VALARM"] => {
                        events.last_mut().unwrap().alarms.last_mut().unwrap()
                    }
                    other => panic!("{line} within {other:?}"),
                };
                assert!(
                    into.insert(name, (parts.collect(), value.to_owned())).is_none(),
                    "{line} stands twice"
                );
            }
        }
    }
    assert!(open.is_empty(), "{open:?} never ends");
    for needed in ["VERSION", "PRODID", "METHOD"] {
        assert!(calendar.contains_key(needed), "{needed} is missing");
    }
    for event in &events {
        for needed in ["UID", "DTSTAMP", "DTSTART", "SUMMARY", "SEQUENCE", "STATUS"] {
            assert!(event.properties.contains_key(needed), "{needed} is missing");
        }
    }
    (calendar, events)
}

/// Text without its escapes; an escape that is none fails.
pub fn plain(escaped: &str) -> String {
    let (mut text, mut letters) = (String::new(), escaped.chars());
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some(it @ ('\\' | ';' | ',')) => text.push(it),
                Some('n' | 'N') => text.push('\n'),
                other => panic!("\\{other:?} is no escape"),
            },
            ';' | ',' => panic!("{letter} is not escaped in {escaped}"),
            other => text.push(other),
        }
    }
    text
}

pub fn value<'a>(properties: &'a Properties, name: &str) -> &'a str {
    &properties[name].1
}

/// The release that `scripts/provision.sh` puts into the cache.
const ICALENDAR: &str = "icalendar-7.3.0";

/// What the package `icalendar` reads there; `None` on a machine without it.
pub fn as_others_read_it(name: &str, texts: &[&str]) -> Option<serde_json::Value> {
    let cache = std::env::var("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|_| std::env::var("HOME").map(|it| PathBuf::from(it).join(".cache"))).ok()?;
    let python = cache.join("customer-portal").join(ICALENDAR).join("bin/python");
    if !python.exists() {
        eprintln!("{} is not there: no parser but our own has looked at the calendar", python.display());
        return None;
    }
    // A library, such as that of the fuzzers, has none.
    let dir = Path::new(option_env!("CARGO_TARGET_TMPDIR")?).join(name);
    std::fs::create_dir_all(&dir).unwrap();
    let files = texts.iter().enumerate().map(|(at, text)| {
        let file = dir.join(format!("{at}.ics"));
        std::fs::write(&file, text).unwrap();
        file
    });
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/calendar_check.py");
    let said = Command::new(python).arg(script).args(files).output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    Some(serde_json::from_slice(&said.stdout).unwrap())
}
