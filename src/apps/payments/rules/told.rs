//! What the gateway tells: which of our payments it is about, what happened to it, and what follows from that.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::online::Standing;
use super::{InvoiceNumber, Method};
use crate::kernel::{Currency, Money, OrgId, PaymentSessionId};

/// Names of what a payment carries to the gateway and back.
pub const SESSION: &str = "portal_session";
pub const ORGANISATION: &str = "portal_organisation";
pub const INVOICE: &str = "portal_invoice";

/// Bytes; the largest event of the kind we take has a tenth of it.
pub const MOST_BYTES: usize = 256 * 1024;
const MOST_ID: usize = 255;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// The customer is through; the money may be there, or still on its way.
    Completed { paid: bool },
    /// Money that was on its way has come.
    Arrived,
    /// Money that was on its way does not come.
    Failed,
    /// Nobody has paid, and nobody can any more.
    Expired,
}

/// What follows for the payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Follows {
    Record,
    Mark(Standing),
    Nothing,
}

/// A message that speaks of a payment of this portal.
#[derive(Debug)]
pub struct Told {
    /// Of the message; the same whenever it is said again.
    pub id: String,
    pub kind: String,
    pub at: i64,
    pub heard: Heard,
    /// Of the payment there.
    pub gateway_id: String,
    pub session: PaymentSessionId,
    pub org: OrgId,
    pub invoice: InvoiceNumber,
    /// By which the money can be found there.
    pub reference: String,
    pub paid: Paid,
    pub method: Method,
}

/// What the gateway says that it has taken.
#[derive(Debug, Clone, PartialEq)]
pub enum Paid {
    Amount(Money),
    /// As it was written: a currency that no record has, or an amount beyond all invoices.
    Unheard(String),
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(String);

#[derive(Deserialize)]
struct Message {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    created: i64,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: Value,
}

#[derive(Deserialize)]
struct Checkout {
    id: String,
    payment_status: String,
    amount_total: Option<i64>,
    currency: Option<String>,
    payment_intent: Option<Value>,
    #[serde(default)]
    metadata: Option<BTreeMap<String, String>>,
    #[serde(default)]
    payment_method_types: Vec<String>,
}

/// Nothing where it is about something else: another kind of message, or a payment that another program has begun.
pub fn read(body: &[u8]) -> Result<Option<Told>, Unreadable> {
    let unreadable = |it: serde_json::Error| Unreadable(it.to_string());
    let message: Message = serde_json::from_slice(body).map_err(unreadable)?;
    let kind = message.kind.as_str();
    let named = ["completed", "async_payment_succeeded", "async_payment_failed", "expired"];
    let what = kind.strip_prefix("checkout.session.").filter(|it| named.contains(it));
    let Some(what) = what else { return Ok(None) };
    let checkout: Checkout = serde_json::from_value(message.data.object).map_err(unreadable)?;
    let metadata = checkout.metadata.unwrap_or_default();
    let Some(session) = metadata.get(SESSION) else { return Ok(None) };
    let named = |name: &str| metadata.get(name).cloned().unwrap_or_default();
    let odd = |name: &str| Unreadable(format!("{name} of the metadata is not as we have written it"));
    let session = PaymentSessionId::try_from(session.clone()).map_err(|_| odd(SESSION))?;
    let org = OrgId::try_from(named(ORGANISATION)).map_err(|_| odd(ORGANISATION))?;
    let invoice = InvoiceNumber::try_from(named(INVOICE)).map_err(|_| odd(INVOICE))?;
    if message.id.is_empty() || message.id.len().max(checkout.id.len()) > MOST_ID {
        return Err(Unreadable("it has no id".to_owned()));
    }
    let heard = match what {
        "completed" => Heard::Completed { paid: checkout.payment_status != "unpaid" },
        "async_payment_succeeded" => Heard::Arrived,
        "async_payment_failed" => Heard::Failed,
        _ => Heard::Expired,
    };
    Ok(Some(Told {
        heard,
        paid: paid(checkout.amount_total, checkout.currency.as_deref().unwrap_or_default()),
        reference: reference(checkout.payment_intent.as_ref(), &session),
        method: method(heard, &checkout.payment_method_types),
        id: message.id,
        kind: message.kind,
        at: message.created,
        gateway_id: checkout.id,
        session,
        org,
        invoice,
    }))
}

/// Whatever the order in which it is told: money that has come is never forgotten, and what has come to an end without
/// money is not begun again by an older message.
#[must_use]
pub fn follows(standing: Standing, heard: Heard) -> Follows {
    match (standing, heard) {
        (
            Standing::Started | Standing::Pending | Standing::Failed | Standing::Expired,
            Heard::Completed { paid: true } | Heard::Arrived,
        ) => Follows::Record,
        (Standing::Started | Standing::Expired, Heard::Completed { paid: false }) => {
            Follows::Mark(Standing::Pending)
        }
        (Standing::Started | Standing::Pending | Standing::Expired, Heard::Failed) => {
            Follows::Mark(Standing::Failed)
        }
        (Standing::Started, Heard::Expired) => Follows::Mark(Standing::Expired),
        (Standing::Paid, _)
        | (Standing::Pending | Standing::Failed, Heard::Completed { paid: false })
        | (Standing::Failed, Heard::Failed)
        | (Standing::Pending | Standing::Failed | Standing::Expired, Heard::Expired) => Follows::Nothing,
    }
}

fn paid(amount: Option<i64>, currency: &str) -> Paid {
    let known = Currency::try_from(currency.to_ascii_uppercase()).ok();
    let money = known.zip(amount).and_then(|(currency, it)| Money::of_minor(it, currency));
    let unheard = || {
        let amount = amount.map_or_else(|| "nothing".to_owned(), |it| it.to_string());
        let currency: String = currency.chars().filter(char::is_ascii_alphabetic).take(3).collect();
        Paid::Unheard(format!("{amount} (smallest units) {}", currency.to_ascii_uppercase()))
    };
    money.filter(|it| it.minor() > 0).map_or_else(unheard, Paid::Amount)
}

/// Of the payment intent, which is what the vendor finds the money by; a record has room for 60 signs.
fn reference(intent: Option<&Value>, session: &PaymentSessionId) -> String {
    let id = intent.and_then(|it| it.as_str().or_else(|| it.get("id")?.as_str()));
    let plain = |it: &&str| (1..=60).contains(&it.len()) && it.bytes().all(|b| b.is_ascii_graphic());
    id.filter(plain).unwrap_or(session.as_str()).to_owned()
}

/// Which of several ways was taken stands elsewhere at the gateway; money that arrives later came by a bank.
fn method(heard: Heard, types: &[String]) -> Method {
    match (types, heard) {
        ([only], _) if only == "upi" => Method::Upi,
        ([only], _) if only == "card" => Method::Card,
        (_, Heard::Arrived) => Method::NetBanking,
        ([only], _) if only == "netbanking" => Method::NetBanking,
        _ => Method::Card,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn message(kind: &str, change: impl FnOnce(&mut Value)) -> Vec<u8> {
        let mut object = json!({
            "id": "cs_test_1", "object": "checkout.session", "payment_status": "paid", "amount_total": 19_824_000,
            "currency": "inr", "payment_intent": "pi_1", "payment_method_types": ["card"],
            "metadata": { SESSION: "s-1", ORGANISATION: "acme", INVOICE: "MER/2026/0041" },
        });
        change(&mut object);
        json!({ "id": "evt_1", "object": "event", "type": kind, "created": 1, "data": { "object": object } })
            .to_string()
            .into_bytes()
    }

    const COMPLETED: &str = "checkout.session.completed";

    #[test]
    fn a_payment_is_read_with_what_was_really_paid() {
        let told = read(&message(COMPLETED, |_| {})).unwrap().unwrap();
        assert_eq!((told.heard, told.reference.as_str()), (Heard::Completed { paid: true }, "pi_1"));
        assert_eq!(told.paid, Paid::Amount(Money::of_minor(19_824_000, Currency::Inr).unwrap()));
        let unpaid = read(&message(COMPLETED, |it| it["payment_status"] = json!("unpaid")));
        assert_eq!(unpaid.unwrap().unwrap().heard, Heard::Completed { paid: false });
        for (amount, currency) in [
            (json!(100), json!("eur")),
            (json!(0), json!("inr")),
            (json!(-5), json!("inr")),
            (json!(null), json!("inr")),
            (json!(100), json!(null)),
            (json!(100_000_000_000_i64), json!("usd")),
        ] {
            let odd = message(COMPLETED, |it| {
                it["amount_total"] = amount.clone();
                it["currency"] = currency.clone();
            });
            assert!(matches!(read(&odd).unwrap().unwrap().paid, Paid::Unheard(_)), "{amount} {currency}");
        }
        let expanded = message(COMPLETED, |it| it["payment_intent"] = json!({ "id": "pi_2" }));
        assert_eq!(read(&expanded).unwrap().unwrap().reference, "pi_2");
        let none = message(COMPLETED, |it| it["payment_intent"] = Value::Null);
        assert_eq!(read(&none).unwrap().unwrap().reference, "s-1");
        let bank = message("checkout.session.async_payment_succeeded", |it| {
            it["payment_method_types"] = json!(["card", "us_bank_account"]);
        });
        assert_eq!(read(&bank).unwrap().unwrap().method, Method::NetBanking);
    }

    #[test]
    fn what_is_not_ours_is_told_from_what_cannot_be_read() {
        assert!(read(&message("invoice.paid", |_| {})).unwrap().is_none());
        assert!(read(&message("checkout.session.created", |_| {})).unwrap().is_none());
        assert!(read(&message(COMPLETED, |it| it["metadata"] = json!({}))).unwrap().is_none());
        assert!(read(&message(COMPLETED, |it| it["metadata"] = Value::Null)).unwrap().is_none());
        for odd in [json!({ SESSION: "" }), json!({ SESSION: "s-1" }), json!({ SESSION: 1 })] {
            read(&message(COMPLETED, |it| it["metadata"] = odd.clone())).map(|_| ()).unwrap_err();
        }
        for body in ["", "{}", "[]", "null", "{\"id\": 1}", "\u{0}"] {
            assert!(read(body.as_bytes()).is_err(), "{body}");
        }
        assert!(read(&[0xff, 0xfe]).is_err());
    }

    #[test]
    fn the_order_of_telling_changes_nothing() {
        const HEARD: [Heard; 5] = [
            Heard::Completed { paid: true },
            Heard::Completed { paid: false },
            Heard::Arrived,
            Heard::Failed,
            Heard::Expired,
        ];
        // Whichever three messages come, in whichever order: with money among them it is recorded, and once.
        for first in HEARD {
            for second in HEARD {
                for third in HEARD {
                    let (mut standing, mut records) = (Standing::Started, 0);
                    for heard in [first, second, third] {
                        match follows(standing, heard) {
                            Follows::Record => {
                                standing = Standing::Paid;
                                records += 1;
                            }
                            Follows::Mark(to) => standing = to,
                            Follows::Nothing => {}
                        }
                    }
                    let money = [first, second, third]
                        .iter()
                        .any(|it| matches!(it, Heard::Completed { paid: true } | Heard::Arrived));
                    assert_eq!(records, usize::from(money), "{first:?} {second:?} {third:?}");
                }
            }
        }
    }
}
