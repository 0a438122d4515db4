//! What a customer says that it has paid, as typed and as taken (domain 7.2).

use serde::Deserialize;

use super::{Method, Status};
use crate::kernel::{Currency, Day, FieldError, Money, PaymentId, is_tricky};

/// How long ago a payment may have been made, in days.
const OLDEST: u64 = 365;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub struct InvoiceNumber(String);

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("Write the invoice number as it stands on the invoice, 3 to 40 characters on one line.")]
pub struct BadInvoiceNumber;

/// The form as it was typed.
#[derive(Debug, Default, Clone)]
pub struct Typed {
    pub invoice_number: String,
    pub currency: String,
    pub amount: String,
    pub tax_deducted: String,
    pub paid_on: String,
    pub method: String,
    pub reference: String,
    pub note: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct NewPayment {
    pub invoice: InvoiceNumber,
    pub amount: Money,
    pub tax_deducted: Money,
    pub paid_on: Day,
    pub method: Method,
    pub reference: String,
    pub note: String,
}

/// A record of the same organisation, for the duplicate guard.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "EarlierColumns")]
pub struct Earlier {
    pub id: PaymentId,
    pub invoice: InvoiceNumber,
    pub amount: Money,
    pub reference: String,
    pub status: Status,
}

#[derive(Deserialize)]
struct EarlierColumns {
    id: PaymentId,
    invoice_number: InvoiceNumber,
    currency: Currency,
    amount: i64,
    reference: String,
    status: Status,
}

#[derive(Debug, thiserror::Error)]
#[error("{0} is no amount of a payment")]
struct NoAmount(i64);

/// What the duplicate guard says of a new record.
#[derive(Debug, PartialEq)]
pub enum Seen<'a> {
    Never,
    /// A part payment, perhaps: allowed, with a word about the earlier ones.
    SameInvoice(Vec<&'a PaymentId>),
    /// Refused, with a link to it.
    Twice(&'a PaymentId),
}

impl InvoiceNumber {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For comparison: `inv-7` and `INV-7` are the same invoice.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_uppercase()
    }

    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl NewPayment {
    /// Every flaw at once, each at its field.
    pub fn check(typed: &Typed, today: Day) -> Result<Self, Vec<FieldError>> {
        let mut flaws = Vec::new();
        let invoice = kept(
            &mut flaws,
            "invoice_number",
            InvoiceNumber::try_from(typed.invoice_number.clone()).map_err(flaw),
        );
        let currency = kept(&mut flaws, "currency", Currency::try_from(typed.currency.clone()).map_err(flaw));
        let in_currency = currency.unwrap_or(Currency::Inr);
        let amount = kept(&mut flaws, "amount", Money::typed(&typed.amount, in_currency).map_err(flaw));
        let tax = kept(&mut flaws, "tax_deducted", tax_deducted(&typed.tax_deducted, in_currency, amount));
        let paid_on = kept(&mut flaws, "paid_on", paid_on(&typed.paid_on, today));
        let method = kept(&mut flaws, "method", Method::try_from(typed.method.clone()).map_err(flaw));
        let reference = kept(&mut flaws, "reference", reference(&typed.reference));
        let note = kept(&mut flaws, "note", note(&typed.note));
        match (invoice, currency, amount, tax, paid_on, method, reference, note) {
            (
                Some(invoice),
                Some(_),
                Some(amount),
                Some(tax_deducted),
                Some(paid_on),
                Some(method),
                Some(reference),
                Some(note),
            ) => Ok(Self { invoice, amount, tax_deducted, paid_on, method, reference, note }),
            _ => Err(flaws),
        }
    }

    #[must_use]
    pub fn seen<'a>(&self, earlier: &'a [Earlier]) -> Seen<'a> {
        let same: Vec<&Earlier> = earlier
            .iter()
            .filter(|it| it.status != Status::Rejected && it.invoice.is(&self.invoice))
            .collect();
        let twice = same.iter().find(|it| {
            it.amount == self.amount && it.reference.to_uppercase() == self.reference.to_uppercase()
        });
        match twice {
            Some(twice) => Seen::Twice(&twice.id),
            None if same.is_empty() => Seen::Never,
            None => Seen::SameInvoice(same.iter().map(|it| &it.id).collect()),
        }
    }
}

impl TryFrom<EarlierColumns> for Earlier {
    type Error = NoAmount;

    fn try_from(it: EarlierColumns) -> Result<Self, NoAmount> {
        let EarlierColumns { id, invoice_number: invoice, currency, amount, reference, status } = it;
        let amount = Money::of_minor(amount, currency).ok_or(NoAmount(amount))?;
        Ok(Self { id, invoice, amount, reference, status })
    }
}

pub(super) type Flaw = (&'static str, String);

fn kept<T>(flaws: &mut Vec<FieldError>, field: &str, read: Result<T, Flaw>) -> Option<T> {
    read.map_err(|(code, message)| flaws.push(FieldError::new(field, code, message))).ok()
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn flaw(why: impl ToString) -> Flaw {
    ("malformed", why.to_string())
}

fn tax_deducted(text: &str, currency: Currency, amount: Option<Money>) -> Result<Money, Flaw> {
    if text.trim().is_empty() {
        return Ok(Money::none(currency));
    }
    let tax = Money::typed_or_zero(text, currency).map_err(flaw)?;
    if currency != Currency::Inr && tax.minor() > 0 {
        let said = "Tax is deducted at source from payments in INR only. Leave this empty.";
        return Err(("inr-only", said.to_owned()));
    }
    if amount.is_some_and(|it| tax.minor() > it.minor()) {
        let said = "This is more than the amount paid. Write what reached the bank above, and the tax withheld here.";
        return Err(("too-much", said.to_owned()));
    }
    Ok(tax)
}

fn paid_on(text: &str, today: Day) -> Result<Day, Flaw> {
    let day = Day::try_from(text.to_owned()).map_err(flaw)?;
    if day > today {
        let said = format!("This day is still to come. Today is {}.", today.words());
        return Err(("in-the-future", said));
    }
    if day < today.minus(OLDEST) {
        let said = format!(
            "A payment of more than {OLDEST} days ago, before {}, cannot be recorded here. Ask the vendor's billing team.",
            today.minus(OLDEST).words()
        );
        return Err(("too-old", said));
    }
    Ok(day)
}

fn reference(text: &str) -> Result<String, Flaw> {
    let text = text.trim();
    if (1..=60).contains(&text.chars().count()) && !text.contains(is_tricky) {
        return Ok(text.to_owned());
    }
    Err(flaw("Write the UTR, cheque or transaction number, 1 to 60 characters on one line."))
}

/// Lines may break here, and nothing else that cannot be seen.
pub(super) fn note(text: &str) -> Result<String, Flaw> {
    let text = text.replace("\r\n", "\n").trim().to_owned();
    if text.chars().count() > 1000 {
        return Err(("too-long", "Write at most 1000 characters.".to_owned()));
    }
    if text.contains(|it| it != '\n' && it != '\t' && is_tricky(it)) {
        return Err(flaw("This has signs in it that cannot be seen. Type it anew instead of pasting it."));
    }
    Ok(text)
}

impl TryFrom<String> for InvoiceNumber {
    type Error = BadInvoiceNumber;

    fn try_from(text: String) -> Result<Self, BadInvoiceNumber> {
        let text = text.trim();
        let fits = (3..=40).contains(&text.chars().count()) && !text.contains(is_tricky);
        if fits { Ok(Self(text.to_owned())) } else { Err(BadInvoiceNumber) }
    }
}
