"""Reads calendars as a calendar program does, and says what it found as JSON: calendar_check.py FILE...

Needs the package `icalendar` (scripts/versions.sh names the release). Every fault of the text ends it with a status
that is not 0.
"""

import json
import sys
from pathlib import Path

from icalendar import Calendar
from icalendar.parser import unescape_char


def iso(component, name):
    return component.decoded(name).isoformat()


def read(path):
    raw = Path(path).read_bytes()
    lines = raw.split(b"\r\n")
    assert lines[-1] == b"", "the last line has no end"
    assert all(len(it) <= 75 and b"\n" not in it and b"\r" not in it for it in lines), "a line is too long or breaks"
    calendar = Calendar.from_ical(raw)
    broken = [fault for component in calendar.walk() for fault in component.errors]
    assert not broken, broken
    assert Calendar.from_ical(calendar.to_ical()) == calendar, "does not survive being written and read again"
    events = []
    for event in calendar.walk("VEVENT"):
        assert event["DTSTART"].params["VALUE"] == "DATE" and event["DTEND"].params["VALUE"] == "DATE"
        events.append({
            "uid": str(event["UID"]),
            "sequence": int(event["SEQUENCE"]),
            "starts": iso(event, "DTSTART"),
            "ends": iso(event, "DTEND"),
            "status": str(event["STATUS"]),
            "summary": str(event["SUMMARY"]),
            "description": str(event["DESCRIPTION"]),
            "url": str(event["URL"]),
            "alarm_days": [it.decoded("TRIGGER").days for it in event.walk("VALARM")],
        })
    return {
        "method": str(calendar["METHOD"]),
        # The package does not know yet that RFC 7986 says TEXT.
        "name": unescape_char(str(calendar["NAME"])),
        "refresh_hours": calendar.decoded("REFRESH-INTERVAL").total_seconds() / 3600,
        "events": events,
    }


if __name__ == "__main__":
    print(json.dumps([read(path) for path in sys.argv[1:]]))
