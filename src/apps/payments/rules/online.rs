//! An invoice that is to be paid at the gateway, as typed and as taken, and how that stands (domain 7.5).

use serde::{Deserialize, Serialize};

use super::{BadStatus, InvoiceNumber};
use crate::kernel::{Currency, DisplayName, Email, FieldError, Money};

/// Of one person within so many seconds: more are no clicks of somebody who pays.
pub const MOST: usize = 20;
pub const WITHIN: i64 = 600;

/// The form as it was typed; its names are those of the address that leads to it filled in.
#[derive(Debug, Default, Clone)]
pub struct Typed {
    pub invoice: String,
    pub currency: String,
    pub amount: String,
    pub name: String,
    pub email: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    pub invoice: InvoiceNumber,
    pub amount: Money,
    pub name: DisplayName,
    pub email: Email,
}

/// How a payment stands that somebody has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Started,
    /// Confirmed, and the bank still has to move the money.
    Pending,
    Paid,
    Failed,
    Expired,
}

impl Standing {
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Pending => "pending",
            Self::Paid => "paid",
            Self::Failed => "failed",
            Self::Expired => "expired",
        }
    }

    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Started => "Begun",
            Self::Pending => "Waiting for the bank",
            Self::Paid => "Paid",
            Self::Failed => "Not paid",
            Self::Expired => "Ran out",
        }
    }
}

impl TryFrom<String> for Standing {
    type Error = BadStatus;

    fn try_from(text: String) -> Result<Self, BadStatus> {
        let all = [Self::Started, Self::Pending, Self::Paid, Self::Failed, Self::Expired];
        all.into_iter().find(|it| it.code() == text).ok_or(BadStatus)
    }
}

impl Order {
    /// Every flaw at once, each at its field.
    pub fn check(typed: &Typed) -> Result<Self, Vec<FieldError>> {
        let mut flaws = Vec::new();
        let invoice = read(&mut flaws, "invoice", InvoiceNumber::try_from(typed.invoice.clone()));
        let currency = read(&mut flaws, "currency", Currency::try_from(typed.currency.clone()));
        let in_currency = currency.unwrap_or(Currency::Inr);
        let amount = read(&mut flaws, "amount", Money::typed(&typed.amount, in_currency));
        let name = read(&mut flaws, "name", DisplayName::try_from(typed.name.clone()));
        let email = read(&mut flaws, "email", Email::try_from(typed.email.clone()));
        match (invoice, currency, amount, name, email) {
            (Some(invoice), Some(_), Some(amount), Some(name), Some(email)) => {
                Ok(Self { invoice, amount, name, email })
            }
            _ => Err(flaws),
        }
    }
}

fn read<T, E: ToString>(flaws: &mut Vec<FieldError>, field: &'static str, it: Result<T, E>) -> Option<T> {
    it.map_err(|why| flaws.push(FieldError::new(field, "malformed", why.to_string()))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(field: &str, value: &str) -> Typed {
        let mut it = Typed {
            invoice: "MER/2026/0041".to_owned(),
            currency: "INR".to_owned(),
            amount: "1,98,240.00".to_owned(),
            name: "Asha Rao".to_owned(),
            email: "asha@acme.example".to_owned(),
        };
        let place = match field {
            "invoice" => &mut it.invoice,
            "currency" => &mut it.currency,
            "amount" => &mut it.amount,
            "name" => &mut it.name,
            _ => &mut it.email,
        };
        value.clone_into(place);
        it
    }

    #[test]
    fn what_can_be_paid() {
        let order = Order::check(&typed("currency", "INR")).unwrap();
        assert_eq!(order.amount.minor(), 19_824_000);
        for (field, value) in [
            ("invoice", "x"),
            ("invoice", "a\r\nb"),
            ("currency", "EUR"),
            ("amount", ""),
            ("amount", "0"),
            ("amount", "-1"),
            ("amount", "1.234"),
            ("amount", "1e309"),
            ("amount", "NaN"),
            ("amount", "١٢٣"),
            ("amount", "9999999999"),
            ("name", ""),
            ("email", "asha"),
        ] {
            let flaws = Order::check(&typed(field, value)).unwrap_err();
            assert_eq!(flaws.iter().map(|it| it.field.as_str()).collect::<Vec<_>>(), [field], "{value}");
        }
        assert_eq!(Order::check(&Typed::default()).unwrap_err().len(), 5, "all at once");
    }
}
