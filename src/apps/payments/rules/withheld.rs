//! Tax deducted at source, in India: what the customer withholds from an invoice, and what then reaches the bank.

use crate::kernel::{Currency, Money};

/// GST on the vendor's services: 9 + 9 (domain 7.2).
pub const GST_PERCENT: i64 = 18;

/// Hundredths of a percent.
const WHOLE: i64 = 10_000;

/// What kind of payment the tax is withheld from; each has its rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    TechnicalServices,
    ProfessionalServices,
    Contract,
    ContractOfPerson,
    Goods,
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("Choose what the tax is withheld from.")]
pub struct BadSection;

/// Of one invoice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Withheld {
    /// Without GST.
    pub value: Money,
    pub gst: Money,
    /// Rounded to the rupee.
    pub tax: Money,
    /// What the bank should have received.
    pub received: Money,
}

impl Section {
    pub const ALL: [Self; 5] = [
        Self::TechnicalServices,
        Self::ProfessionalServices,
        Self::Contract,
        Self::ContractOfPerson,
        Self::Goods,
    ];

    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::TechnicalServices => "technical",
            Self::ProfessionalServices => "professional",
            Self::Contract => "contract",
            Self::ContractOfPerson => "contract_person",
            Self::Goods => "goods",
        }
    }

    /// In hundredths of a percent.
    fn rate(self) -> i64 {
        match self {
            Self::TechnicalServices | Self::Contract => 200,
            Self::ProfessionalServices => 1000,
            Self::ContractOfPerson => 100,
            Self::Goods => 10,
        }
    }

    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::TechnicalServices => "Technical services or software, 2 % (194J)",
            Self::ProfessionalServices => "Professional services, 10 % (194J)",
            Self::Contract => "Contract work, 2 % (194C)",
            Self::ContractOfPerson => "Contract work by an individual, 1 % (194C)",
            Self::Goods => "Purchase of goods, 0.1 % (194Q)",
        }
    }

    /// From the value without GST, in rupees; none for what is no amount in rupees, or too much of one.
    #[must_use]
    pub fn withheld(self, value: Money) -> Option<Withheld> {
        if value.currency() != Currency::Inr {
            return None;
        }
        let minor = value.minor();
        let gst = half_up(minor.checked_mul(GST_PERCENT)?, 100);
        let rupees = half_up(minor.checked_mul(self.rate())?, WHOLE * 100);
        let tax = rupees.checked_mul(100)?;
        let money = |minor| Money::of_minor(minor, Currency::Inr);
        Some(Withheld { value, gst: money(gst)?, tax: money(tax)?, received: money(minor + gst - tax)? })
    }
}

impl TryFrom<String> for Section {
    type Error = BadSection;

    fn try_from(text: String) -> Result<Self, BadSection> {
        Self::ALL.into_iter().find(|it| it.code() == text).ok_or(BadSection)
    }
}

fn half_up(number: i64, by: i64) -> i64 {
    (number + by / 2) / by
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn withheld(section: Section, value: &str) -> (String, String, String) {
        let it = section.withheld(Money::typed(value, Currency::Inr).unwrap()).unwrap();
        (it.gst.plain(), it.tax.plain(), it.received.plain())
    }

    #[test]
    fn as_an_accountant_works_it_out() {
        let said =
            |gst: &str, tax: &str, received: &str| (gst.to_owned(), tax.to_owned(), received.to_owned());
        let professional = withheld(Section::ProfessionalServices, "1,68,000");
        assert_eq!(professional, said("30240.00", "16800.00", "181440.00"));
        assert_eq!(
            withheld(Section::TechnicalServices, "1,68,000"),
            said("30240.00", "3360.00", "194880.00")
        );
        // 2 % of 12,345.60 is 246.912; 0.1 % of 1,500 is 1.5 and is rounded up.
        assert_eq!(withheld(Section::Contract, "12345.60"), said("2222.21", "247.00", "14320.81"));
        assert_eq!(withheld(Section::Goods, "1500"), said("270.00", "2.00", "1768.00"));
        assert_eq!(withheld(Section::Goods, "10"), said("1.80", "0.00", "11.80"));
        let dollars = Money::typed("100", Currency::Usd).unwrap();
        assert_eq!(Section::Goods.withheld(dollars), None);
        for section in Section::ALL {
            assert_eq!(Section::try_from(section.code().to_owned()), Ok(section));
        }
    }

    proptest! {
        #[test]
        fn nothing_is_lost(minor in 1..=Money::MOST) {
            let value = Money::of_minor(minor, Currency::Inr).unwrap();
            for section in Section::ALL {
                if let Some(it) = section.withheld(value) {
                    prop_assert_eq!(it.received.minor() + it.tax.minor(), minor + it.gst.minor());
                    prop_assert_eq!(it.tax.minor() % 100, 0);
                }
            }
        }
    }
}
