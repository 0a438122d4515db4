use serde::{Deserialize, Serialize};

use crate::kernel::Day;

/// The months of India's financial year begin with April.
const FIRST_OF_FINANCIAL: u32 = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Grain {
    Daily,
    Monthly,
}

/// What the address calls a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// By its first day. By months it is the year that ends with it.
    Month(Day),
    Year(Day),
    /// `fy2026` begins in April 2026.
    Financial(Day),
}

/// From the first day to the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub grain: Grain,
    pub first: Day,
    pub last: Day,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    Chart,
    Table,
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("Write \"daily\" or \"monthly\".")]
pub struct BadGrain;

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("Write a month such as 2026-10, a year such as 2026, or a financial year such as fy2026.")]
pub struct BadPeriod;

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("Write \"chart\" or \"table\".")]
pub struct BadShow;

impl Period {
    #[must_use]
    pub fn of(day: Day) -> Self {
        Self::Month(day.month_after(0))
    }

    #[must_use]
    pub fn span(self, grain: Grain) -> Span {
        let (first, months) = match (self, grain) {
            (Self::Month(first), Grain::Daily) => (first, 1),
            (Self::Month(last), Grain::Monthly) => (last.month_before(11), 12),
            (Self::Year(first) | Self::Financial(first), _) => (first, 12),
        };
        Span { grain, first, last: first.month_after(months).minus(1) }
    }

    /// The period before this one, and the one after it.
    #[must_use]
    pub fn neighbours(self, grain: Grain) -> (Self, Self) {
        let moved = |by: u32| match (self, grain) {
            (Self::Month(it), _) => (Self::Month(it.month_before(by)), Self::Month(it.month_after(by))),
            (Self::Year(it), _) => (Self::Year(it.month_before(12)), Self::Year(it.month_after(12))),
            (Self::Financial(it), _) => {
                (Self::Financial(it.month_before(12)), Self::Financial(it.month_after(12)))
            }
        };
        moved(if grain == Grain::Monthly { 12 } else { 1 })
    }

    /// As the address writes it.
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Self::Month(it) => format!("{}-{:02}", it.year(), it.month()),
            Self::Year(it) => it.year().to_string(),
            Self::Financial(it) => format!("fy{}", it.year()),
        }
    }

    /// The financial year that a day lies in.
    #[must_use]
    pub fn financial(day: Day) -> Self {
        let back = (day.month() + 12 - FIRST_OF_FINANCIAL) % 12;
        Self::Financial(day.month_before(back))
    }

    #[must_use]
    pub fn year(day: Day) -> Self {
        Self::Year(day.month_before(day.month() - 1))
    }
}

impl Span {
    /// `November 2026`, `Apr 2026 to Mar 2027`.
    #[must_use]
    pub fn words(self) -> String {
        let month = |it: Day| it.words().split_once(' ').map_or_else(String::new, |it| it.1.to_owned());
        let (first, last) = (month(self.first), month(self.last));
        if first == last { first } else { format!("{first} to {last}") }
    }
}

impl TryFrom<String> for Grain {
    type Error = BadGrain;

    fn try_from(text: String) -> Result<Self, BadGrain> {
        match text.as_str() {
            "daily" => Ok(Self::Daily),
            "monthly" => Ok(Self::Monthly),
            _ => Err(BadGrain),
        }
    }
}

impl Grain {
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Monthly => "monthly",
        }
    }
}

impl TryFrom<String> for Show {
    type Error = BadShow;

    fn try_from(text: String) -> Result<Self, BadShow> {
        match text.as_str() {
            "chart" => Ok(Self::Chart),
            "table" => Ok(Self::Table),
            _ => Err(BadShow),
        }
    }
}

impl TryFrom<String> for Period {
    type Error = BadPeriod;

    fn try_from(text: String) -> Result<Self, BadPeriod> {
        let text = text.trim().to_ascii_lowercase();
        let day = |rest: &str| Day::try_from(format!("{rest}-01")).map_err(|_| BadPeriod);
        if let Some(year) = text.strip_prefix("fy") {
            return Ok(Self::Financial(day(&format!("{year}-{FIRST_OF_FINANCIAL:02}"))?));
        }
        if text.len() == 4 {
            Ok(Self::Year(day(&format!("{text}-01"))?))
        } else {
            Ok(Self::Month(day(&text)?))
        }
    }
}
