//! Whatever a licence or a customer is called: a calendar that a strict reader takes, saying just that.

use portal::apps::calendar::ics::{Calendar, Event};
use portal::kernel::{Day, LicenceId};

use super::texts;
use crate::fixtures::NOW;
use crate::ics_readers::{parse, plain, value};

pub fn holds(bytes: &[u8]) {
    let [name, vendor, summary, description, another, day] = texts(bytes);
    let on = Day::try_from(day.into_owned());
    let on = on.unwrap_or_else(|_| Day::try_from("2026-12-31".to_owned()).unwrap());
    let event = |id: &str, summary: &str, cancelled| Event {
        licence: LicenceId::try_from(id.to_owned()).unwrap(),
        sequence: 3,
        on,
        summary: summary.to_owned(),
        description: description.clone().into_owned(),
        url: "https://portal.vendor.example/o/acme/licences".to_owned(),
        cancelled,
    };
    let events = [event("l-1", &summary, false), event("l-2", &another, true)];
    let host = "portal.vendor.example";
    let text = Calendar { name: &name, vendor: &vendor, host, made_at: NOW, events: &events }.text();
    let (calendar, found) = parse(&text);
    let said = |text: &str| text.replace(|it: char| it.is_control() && it != '\n', "");
    assert_eq!(plain(value(&calendar, "NAME")), said(&name));
    assert_eq!(plain(value(&calendar, "PRODID")), format!("-//{}//Customer portal//EN", said(&vendor)));
    assert_eq!(calendar.len(), 8, "{calendar:?}");
    assert_eq!(found.len(), 2);
    for (event, found) in events.iter().zip(&found) {
        assert_eq!(plain(value(&found.properties, "SUMMARY")), said(&event.summary));
        assert_eq!(plain(value(&found.properties, "DESCRIPTION")), said(&description));
        assert_eq!(value(&found.properties, "UID"), format!("{}@{host}", event.licence.as_str()));
        assert_eq!(value(&found.properties, "DTSTART"), on.to_string().replace('-', ""));
        assert_eq!(found.properties.len(), 10, "{found:?}");
        assert_eq!(found.alarms.len(), if event.cancelled { 0 } else { 2 });
    }
}
