use chrono::{DateTime, SecondsFormat, TimeZone};
use chrono_tz::Tz;

/// The vendor's time zone. Civil dates and the words for a moment are made in it (domain Q19).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Zone(Tz);

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("{0} is not a time zone of the IANA list, such as Asia/Kolkata")]
pub struct BadZone(String);

impl Zone {
    /// `22 Nov 2026, 11:38 IST`.
    #[must_use]
    pub fn words(self, at: i64) -> String {
        self.format(at, "%-d %b %Y, %H:%M %Z")
    }

    /// `22 Nov 2026`.
    #[must_use]
    pub fn day_words(self, at: i64) -> String {
        self.format(at, "%-d %b %Y")
    }

    fn format(self, at: i64, pattern: &str) -> String {
        self.0.timestamp_opt(at, 0).single().map_or_else(String::new, |it| it.format(pattern).to_string())
    }
}

impl TryFrom<String> for Zone {
    type Error = BadZone;

    fn try_from(name: String) -> Result<Self, BadZone> {
        name.parse().map(Self).map_err(|_| BadZone(name))
    }
}

/// Seconds since 1970 as programs read them: `2026-11-22T06:08:00Z`. Empty for a year beyond the calendar.
#[must_use]
pub fn rfc3339(at: i64) -> String {
    DateTime::from_timestamp(at, 0)
        .map_or_else(String::new, |it| it.to_rfc3339_opts(SecondsFormat::Secs, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_in_words() {
        let zone = Zone::try_from("Asia/Kolkata".to_owned()).unwrap();
        assert_eq!(zone.words(1_795_327_680), "22 Nov 2026, 11:38 IST");
        assert_eq!(zone.day_words(1_795_285_800), "22 Nov 2026");
        assert_eq!(rfc3339(1_795_327_680), "2026-11-22T06:08:00Z");
        assert!(Zone::try_from("Mars/Olympus".to_owned()).is_err());
    }
}
