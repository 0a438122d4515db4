use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat};

use super::Day;

const FURTHEST: i64 = 15 * 3600;

/// The vendor's time zone. Civil dates and the words for a moment are made in it (domain Q19). What the time zones of
/// the world are is asked of the platform where it knows, and of a table where it does not: the table would be a third
/// of the bundle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Zone(&'static str);

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("{0} is not a time zone of the IANA list, such as Asia/Kolkata")]
pub struct BadZone(String);

impl Zone {
    /// `22 Nov 2026, 11:38 UTC+5:30`.
    #[must_use]
    pub fn words(self, at: i64) -> String {
        let Some(there) = self.local(at) else { return String::new() };
        let minutes = (there.and_utc().timestamp() - at) / 60;
        let sign = if minutes < 0 { '-' } else { '+' };
        let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
        let offset = match (hours, rest) {
            (0, 0) => String::new(),
            (_, 0) => format!("{sign}{hours}"),
            _ => format!("{sign}{hours}:{rest:02}"),
        };
        format!("{} UTC{offset}", there.format("%-d %b %Y, %H:%M"))
    }

    /// `11:38`.
    #[must_use]
    pub fn clock_words(self, at: i64) -> String {
        self.local(at).map_or_else(String::new, |it| it.format("%H:%M").to_string())
    }

    /// `22 Nov 2026`.
    #[must_use]
    pub fn day_words(self, at: i64) -> String {
        self.local(at).map_or_else(String::new, |it| it.format("%-d %b %Y").to_string())
    }

    /// The civil date there.
    #[must_use]
    pub fn date(self, at: i64) -> Option<NaiveDate> {
        Some(self.local(at)?.date())
    }

    /// The moment at which this day begins. A wall clock can be asked in one direction only, so it is searched for;
    /// no place on earth is further than 15 hours away from Greenwich.
    #[must_use]
    pub fn start_of(self, day: Day) -> i64 {
        let day = NaiveDate::from(day);
        let midnight = day.and_time(NaiveTime::MIN).and_utc().timestamp();
        let (mut before, mut within) = (midnight - FURTHEST, midnight + FURTHEST);
        while within - before > 1 {
            let middle = before + (within - before) / 2;
            if self.date(middle).is_some_and(|it| it >= day) { within = middle } else { before = middle }
        }
        within
    }

    fn local(self, at: i64) -> Option<NaiveDateTime> {
        clock::local(self.0, at)
    }
}

impl TryFrom<String> for Zone {
    type Error = BadZone;

    /// An installation has one zone for as long as it runs, so its name is kept for ever.
    fn try_from(name: String) -> Result<Self, BadZone> {
        match clock::local(&name, 0) {
            Some(_) => Ok(Self(Box::leak(name.into_boxed_str()))),
            None => Err(BadZone(name)),
        }
    }
}

/// Seconds since 1970 as programs read them: `2026-11-22T06:08:00Z`. Empty for a year beyond the calendar.
#[must_use]
pub fn rfc3339(at: i64) -> String {
    DateTime::from_timestamp(at, 0)
        .map_or_else(String::new, |it| it.to_rfc3339_opts(SecondsFormat::Secs, true))
}

/// Wall clocks of the world, twice: `None` for a zone that is none.
#[cfg(not(target_arch = "wasm32"))]
mod clock {
    use chrono::{DateTime, NaiveDateTime};
    use chrono_tz::Tz;

    pub fn local(zone: &str, at: i64) -> Option<NaiveDateTime> {
        let zone: Tz = zone.parse().ok()?;
        Some(DateTime::from_timestamp(at, 0)?.with_timezone(&zone).naive_local())
    }
}

#[cfg(target_arch = "wasm32")]
mod clock {
    use std::cell::RefCell;

    use chrono::NaiveDateTime;
    use js_sys::{Array, Function, Object, Reflect, global};
    use wasm_bindgen::{JsCast, JsValue};

    thread_local! {
        /// Making one costs a hundred times what using it does.
        static FORMAT: RefCell<Option<(String, Function)>> = const { RefCell::new(None) };
    }

    /// `Intl` throws for a zone that is none, so everything goes through `Reflect`, which answers a `Result`.
    pub fn local(zone: &str, at: i64) -> Option<NaiveDateTime> {
        let kept = FORMAT.with_borrow(|it| it.as_ref().filter(|it| it.0 == zone).map(|it| it.1.clone()));
        let format = if let Some(format) = kept {
            format
        } else {
            let format = make(zone).ok()?;
            FORMAT.set(Some((zone.to_owned(), format.clone())));
            format
        };
        #[expect(clippy::cast_precision_loss, reason = "a JavaScript date is a float of milliseconds")]
        let text =
            format.call1(&JsValue::UNDEFINED, &JsValue::from_f64(at as f64 * 1000.0)).ok()?.as_string()?;
        NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M:%S").ok()
    }

    /// Swedish is written like ISO 8601.
    fn make(zone: &str) -> Result<Function, JsValue> {
        let options = Object::new();
        for (name, value) in [
            ("timeZone", zone),
            ("hourCycle", "h23"),
            ("year", "numeric"),
            ("month", "2-digit"),
            ("day", "2-digit"),
            ("hour", "2-digit"),
            ("minute", "2-digit"),
            ("second", "2-digit"),
        ] {
            Reflect::set(&options, &name.into(), &value.into())?;
        }
        let formats: Function =
            Reflect::get(&Reflect::get(&global(), &"Intl".into())?, &"DateTimeFormat".into())?.dyn_into()?;
        let format = Reflect::construct(&formats, &Array::of2(&"sv-SE".into(), &options))?;
        Reflect::get(&format, &"format".into())?.dyn_into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_when_its_clocks_say_so() {
        let start = |zone: &str, day: &str| {
            let zone = Zone::try_from(zone.to_owned()).unwrap();
            rfc3339(zone.start_of(Day::try_from(day.to_owned()).unwrap()))
        };
        assert_eq!(start("Asia/Kolkata", "2026-11-22"), "2026-11-21T18:30:00Z");
        assert_eq!(start("America/New_York", "2026-11-22"), "2026-11-22T05:00:00Z");
        assert_eq!(start("Pacific/Kiritimati", "2027-01-01"), "2026-12-31T10:00:00Z");
        assert_eq!(
            start("Asia/Beirut", "2026-03-29"),
            "2026-03-28T22:00:00Z",
            "its clocks jump from 0:00 to 1:00"
        );
    }

    proptest::proptest! {
        #[test]
        fn every_moment_lies_within_its_day(at in 1_700_000_000_i64..2_000_000_000, zone in 0_usize..6) {
            let zones = ["Asia/Kolkata", "UTC", "America/Los_Angeles", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin"];
            let zone = Zone::try_from(zones[zone].to_owned()).unwrap();
            let day = Day::today(at, zone).unwrap();
            proptest::prop_assert!(zone.start_of(day) <= at && at < zone.start_of(day.plus(1)));
        }
    }

    #[test]
    fn moments_in_words() {
        let zone = |name: &str| Zone::try_from(name.to_owned()).unwrap();
        assert_eq!(zone("Asia/Kolkata").words(1_795_327_680), "22 Nov 2026, 11:38 UTC+5:30");
        assert_eq!(zone("America/New_York").words(1_795_327_680), "22 Nov 2026, 01:08 UTC-5");
        assert_eq!(zone("Europe/London").words(1_795_327_680), "22 Nov 2026, 06:08 UTC");
        assert_eq!(zone("Asia/Kolkata").day_words(1_795_285_800), "22 Nov 2026");
        assert_eq!(zone("Asia/Kolkata").day_words(1_795_285_799), "21 Nov 2026");
        assert_eq!(rfc3339(1_795_327_680), "2026-11-22T06:08:00Z");
        assert!(Zone::try_from("Mars/Olympus".to_owned()).is_err());
    }
}
