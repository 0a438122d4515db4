use serde::{Deserialize, Serialize};

/// What invoices are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema))]
pub enum Currency {
    #[serde(rename = "INR")]
    Inr,
    #[serde(rename = "USD")]
    Usd,
}

/// An amount in minor units, paise or cents. Never a fraction, so sums are exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema))]
pub struct Money {
    /// Paise or cents.
    amount_minor: i64,
    currency: Currency,
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("There is no such currency; it is INR or USD.")]
pub struct BadCurrency;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadMoney {
    #[error("Write an amount in the digits 0 to 9, for example {}.", .0.example())]
    NotANumber(Currency),
    #[error("Commas or spaces do not part this amount as usual. Write {}, or leave them out.", .0.example())]
    Grouping(Currency),
    #[error("Write at most two digits behind the point.")]
    TooFine,
    #[error("Write an amount above zero.")]
    NotAboveZero,
    #[error("This is more than {}. Ask the vendor's billing team to take such a payment.", Money { amount_minor: Money::MOST, currency: *.0 }.words())]
    TooMuch(Currency),
}

impl Money {
    /// 999 999 999.99 (domain 7.2).
    pub const MOST: i64 = 99_999_999_999;

    #[must_use]
    pub fn none(currency: Currency) -> Self {
        Self { amount_minor: 0, currency }
    }

    /// From a column; none where no such amount can be.
    #[must_use]
    pub fn of_minor(amount_minor: i64, currency: Currency) -> Option<Self> {
        (0..=Self::MOST).contains(&amount_minor).then_some(Self { amount_minor, currency })
    }

    /// As people type it: `1,98,240.00`, `198240`, `1 98 240.5`, `₹ 198240`. Above zero.
    pub fn typed(text: &str, currency: Currency) -> Result<Self, BadMoney> {
        let money = Self::typed_or_zero(text, currency)?;
        if money.amount_minor == 0 { Err(BadMoney::NotAboveZero) } else { Ok(money) }
    }

    /// The same for what may be nothing at all.
    pub fn typed_or_zero(text: &str, currency: Currency) -> Result<Self, BadMoney> {
        let text = text.trim();
        let text = text.strip_prefix(currency.sign()).map_or(text, str::trim_start);
        let (whole, fraction) = text.split_once('.').map_or((text, None), |it| (it.0, Some(it.1)));
        let digits = ungrouped(whole).map_err(|it| match it {
            Flaw::Letters => BadMoney::NotANumber(currency),
            Flaw::Groups => BadMoney::Grouping(currency),
        })?;
        let minor = match fraction.map(str::as_bytes) {
            None => 0,
            Some(fraction) if !all_digits(fraction) => return Err(BadMoney::NotANumber(currency)),
            Some([tenths]) => 10 * value_of(*tenths),
            Some([tenths, hundredths]) => 10 * value_of(*tenths) + value_of(*hundredths),
            Some(_) => return Err(BadMoney::TooFine),
        };
        let digits = digits.trim_start_matches('0');
        if digits.len() > 9 {
            return Err(BadMoney::TooMuch(currency));
        }
        let units = digits.bytes().fold(0, |sum, it| 10 * sum + value_of(it));
        Ok(Self { amount_minor: 100 * units + minor, currency })
    }

    #[must_use]
    pub fn minor(self) -> i64 {
        self.amount_minor
    }

    #[must_use]
    pub fn currency(self) -> Currency {
        self.currency
    }

    /// `₹1,98,240.00` in lakh and crore, `$198,240.00` in thousands.
    #[must_use]
    pub fn words(self) -> String {
        let digits = (self.amount_minor / 100).to_string();
        let rest = match self.currency {
            Currency::Inr => 2,
            Currency::Usd => 3,
        };
        let mut grouped = String::new();
        for (at, digit) in digits.chars().enumerate() {
            let behind = digits.len() - at;
            if at > 0 && behind >= 3 && (behind - 3).is_multiple_of(rest) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        format!("{}{grouped}.{:02}", self.currency.sign(), self.amount_minor % 100)
    }

    /// `198240.00`, for spreadsheets.
    #[must_use]
    pub fn plain(self) -> String {
        format!("{}.{:02}", self.amount_minor / 100, self.amount_minor % 100)
    }
}

impl Currency {
    pub const ALL: [Self; 2] = [Self::Inr, Self::Usd];

    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Inr => "INR",
            Self::Usd => "USD",
        }
    }

    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Inr => "₹",
            Self::Usd => "$",
        }
    }

    fn example(self) -> &'static str {
        match self {
            Self::Inr => "1,98,240.00",
            Self::Usd => "198,240.00",
        }
    }
}

impl TryFrom<String> for Currency {
    type Error = BadCurrency;

    fn try_from(text: String) -> Result<Self, BadCurrency> {
        Self::ALL.into_iter().find(|it| it.code() == text.trim()).ok_or(BadCurrency)
    }
}

enum Flaw {
    Letters,
    Groups,
}

/// A comma that parts decimals elsewhere would make a hundredfold of an amount, so groups must be of the usual size:
/// three digits last, and before them twos (lakh) or threes throughout, parted by one and the same sign.
fn ungrouped(text: &str) -> Result<String, Flaw> {
    let parts = |it: char| matches!(it, ',' | ' ' | '\u{a0}' | '\u{202f}');
    let mut signs = text.chars().filter(|it| parts(*it));
    let first_sign = signs.next();
    let alike = signs.all(|it| Some(it) == first_sign);
    let groups: Vec<&str> = text.split(parts).collect();
    if groups.concat().is_empty() || !groups.iter().all(|it| all_digits_or_none(it)) {
        return Err(Flaw::Letters);
    }
    let usual = match groups.as_slice() {
        [_] => true,
        [first, middle @ .., last] => {
            let of =
                |most: usize| (1..=most).contains(&first.len()) && middle.iter().all(|it| it.len() == most);
            alike && last.len() == 3 && (of(2) || of(3))
        }
        [] => false,
    };
    if usual { Ok(groups.concat()) } else { Err(Flaw::Groups) }
}

fn all_digits(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

fn all_digits_or_none(text: &str) -> bool {
    text.bytes().all(|it| it.is_ascii_digit())
}

fn value_of(digit: u8) -> i64 {
    i64::from(digit.wrapping_sub(b'0'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Currency::{Inr, Usd};
    use super::*;

    #[test]
    fn as_people_type_it() {
        for (text, minor) in [
            ("198240", 19_824_000),
            ("1,98,240.00", 19_824_000),
            ("1 98 240.5", 19_824_050),
            ("198,240", 19_824_000),
            ("₹ 1,98,240.05", 19_824_005),
            ("₹198240", 19_824_000),
            (" 7 ", 700),
            ("0.01", 1),
            ("007.10", 710),
            ("1\u{a0}98\u{a0}240", 19_824_000),
            ("99,99,99,999.99", Money::MOST),
            ("999 999 999.99", Money::MOST),
            ("000000000000001", 100),
        ] {
            assert_eq!(Money::typed(text, Inr).map(Money::minor), Ok(minor), "{text}");
        }
        assert_eq!(Money::typed("$198,240.10", Usd).map(Money::minor), Ok(19_824_010));
    }

    #[test]
    fn what_is_no_amount() {
        for (text, why) in [
            ("", BadMoney::NotANumber(Inr)),
            (" ", BadMoney::NotANumber(Inr)),
            (".5", BadMoney::NotANumber(Inr)),
            ("5.", BadMoney::NotANumber(Inr)),
            ("1.2.3", BadMoney::NotANumber(Inr)),
            ("-5", BadMoney::NotANumber(Inr)),
            ("+5", BadMoney::NotANumber(Inr)),
            ("NaN", BadMoney::NotANumber(Inr)),
            ("1e309", BadMoney::NotANumber(Inr)),
            ("0x10", BadMoney::NotANumber(Inr)),
            ("١٢٣", BadMoney::NotANumber(Inr)),
            ("१२३", BadMoney::NotANumber(Inr)),
            ("１２", BadMoney::NotANumber(Inr)),
            ("$5", BadMoney::NotANumber(Inr)),
            (",", BadMoney::NotANumber(Inr)),
            ("1,50", BadMoney::Grouping(Inr)),
            ("1,,234", BadMoney::Grouping(Inr)),
            (",123", BadMoney::Grouping(Inr)),
            ("123,", BadMoney::Grouping(Inr)),
            ("1 98,240", BadMoney::Grouping(Inr)),
            ("1234,567", BadMoney::Grouping(Inr)),
            ("198.240", BadMoney::TooFine),
            ("0", BadMoney::NotAboveZero),
            ("0.00", BadMoney::NotAboveZero),
            ("1000000000", BadMoney::TooMuch(Inr)),
            ("99999999999999999999999999", BadMoney::TooMuch(Inr)),
        ] {
            assert_eq!(Money::typed(text, Inr), Err(why), "{text}");
        }
        assert_eq!(Money::typed_or_zero("0", Inr), Ok(Money::none(Inr)));
        assert!(BadMoney::TooMuch(Inr).to_string().contains("₹99,99,99,999.99"));
        assert_eq!(Money::of_minor(-1, Inr), None);
        assert_eq!(Money::of_minor(Money::MOST + 1, Inr), None);
    }

    #[test]
    fn grouped_as_each_currency_is() {
        let words = |minor, currency| Money::of_minor(minor, currency).map(Money::words).unwrap();
        for (minor, inr, usd) in [
            (0, "₹0.00", "$0.00"),
            (1, "₹0.01", "$0.01"),
            (99_999, "₹999.99", "$999.99"),
            (100_000, "₹1,000.00", "$1,000.00"),
            (1_000_000, "₹10,000.00", "$10,000.00"),
            (19_824_000, "₹1,98,240.00", "$198,240.00"),
            (123_456_789, "₹12,34,567.89", "$1,234,567.89"),
            (Money::MOST, "₹99,99,99,999.99", "$999,999,999.99"),
        ] {
            assert_eq!((words(minor, Inr).as_str(), words(minor, Usd).as_str()), (inr, usd));
        }
    }

    proptest! {
        #[test]
        fn what_is_said_is_read_back(minor in 1..=Money::MOST) {
            for currency in Currency::ALL {
                let money = Money::of_minor(minor, currency).unwrap();
                prop_assert_eq!(Money::typed(&money.words(), currency), Ok(money));
                prop_assert_eq!(Money::typed(&money.plain(), currency), Ok(money));
            }
        }

        #[test]
        fn whatever_is_typed_is_an_amount_or_refused(text in r"[0-9 ,.₹$eE+-]{0,24}|\PC{0,24}") {
            if let Ok(money) = Money::typed(&text, Inr) {
                prop_assert!((1..=Money::MOST).contains(&money.minor()));
            }
        }
    }
}
