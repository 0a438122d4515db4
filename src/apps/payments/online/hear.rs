//! What the gateway has told becomes true here: once, whenever and in whatever order it is told.

use axum::http::StatusCode;
use serde_json::json;

use super::super::actions::was_overtaken;
use super::super::deed::Recording;
use super::super::ground::Ground;
use super::super::records::ByKind;
use super::super::rules::online::Standing;
use super::super::rules::told::{Follows, Heard, Paid, Told, follows};
use super::super::rules::{Earlier, NewPayment, Seen};
use super::super::sql::{self, Attempt, Before};
use super::mail::Stray;
use crate::access::{Actor, Deed, OrgScope, System};
use crate::apps::licences::{self, mail::Reader};
use crate::audit;
use crate::error::Error;
use crate::kernel::{Day, Money};

/// The same message many times at once writes once; the rest is for other messages, and people, in between.
const MOST_TRIES: usize = 5;

/// Of the log, in the place of a person.
const WHO: &str = "Payment gateway";

struct Known {
    before: Option<Before>,
    attempt: Option<Attempt>,
    ground: Ground,
    earlier: Vec<Earlier>,
    readers: Vec<Reader>,
}

/// Answers what came of it, in a word for the log. An error is one that the same message may not meet again later.
pub async fn hear(system: &System, told: &Told) -> Result<&'static str, Error> {
    let org = system.within(told.org.clone());
    let today = day(system, system.now())?;
    let payment = payment(told, day(system, told.at)?.min(today));
    for _ in 0..MOST_TRIES {
        let known = load(system, &org, told, payment.as_ref()).await?;
        if known.before.is_some() {
            return Ok("heard before");
        }
        let (outcome, deeds) = Hearing { system, org: &org, told, today }.deeds(&known, payment.clone());
        match system.write(deeds).await {
            Ok(_) => return Ok(outcome),
            Err(error) if was_overtaken(&error) || is_repeated(&error) => {}
            Err(error) => return Err(error),
        }
    }
    let said = "Others were quicker again and again. Nothing was recorded; say it again.";
    Err(Error::refused(StatusCode::SERVICE_UNAVAILABLE, "try-again", said))
}

struct Hearing<'a> {
    system: &'a System,
    org: &'a OrgScope,
    told: &'a Told,
    today: Day,
}

async fn load(
    system: &System,
    org: &OrgScope,
    told: &Told,
    payment: Option<&NewPayment>,
) -> Result<Known, Error> {
    let questions = (
        sql::told(org, &told.id),
        sql::attempt(org, &told.session),
        sql::ground(org, &told.invoice.key()),
        sql::earlier(org, payment),
        licences::readers(org),
    );
    let (before, attempt, ground, earlier, readers) = system.read(questions).await?;
    let ground = ground.ok_or(Error::Ours("the ground of a decision is a row"))?;
    Ok(Known { before, attempt, ground, earlier, readers })
}

/// What was paid, by the gateway's word alone. None where no record can say it.
fn payment(told: &Told, paid_on: Day) -> Option<NewPayment> {
    let Paid::Amount(amount) = told.paid else { return None };
    Some(NewPayment {
        invoice: told.invoice.clone(),
        amount,
        tax_deducted: Money::none(amount.currency()),
        paid_on,
        method: told.method,
        reference: told.reference.clone(),
        note: "Paid online.".to_owned(),
    })
}

impl Hearing<'_> {
    /// With what they will have done.
    fn deeds(&self, known: &Known, payment: Option<NewPayment>) -> (&'static str, Vec<Deed>) {
        let Self { system, told, .. } = self;
        let mut deeds = vec![sql::note_event(system.scope(), told, system.now())];
        let Some(attempt) = &known.attempt else {
            let is_money = matches!(told.heard, Heard::Completed { paid: true } | Heard::Arrived);
            if !is_money {
                return ("unknown", deeds);
            }
            deeds.extend(self.stray(None, "nobody has begun such a payment here"));
            return ("stray", deeds);
        };
        match (follows(attempt.standing, told.heard), payment) {
            (Follows::Nothing, _) => ("nothing new", deeds),
            (Follows::Mark(to), _) => {
                deeds.extend(self.follow(attempt, to, None));
                deeds.push(self.noted(attempt, to));
                ("marked", deeds)
            }
            (Follows::Record, None) => {
                deeds.extend(self.follow(attempt, Standing::Paid, None));
                deeds.extend(
                    self.stray(Some(attempt), "a record is in INR or USD, above zero and below a billion"),
                );
                ("stray", deeds)
            }
            (Follows::Record, Some(payment)) => match payment.seen(&known.earlier) {
                // Somebody has typed it in from the gateway's receipt.
                Seen::Twice(id) => {
                    deeds.extend(self.follow(attempt, Standing::Paid, Some(id)));
                    deeds.push(self.noted(attempt, Standing::Paid));
                    ("recorded before", deeds)
                }
                Seen::Never | Seen::SameInvoice(_) => {
                    deeds.extend(self.record(known, attempt, payment.clone()));
                    ("recorded", deeds)
                }
            },
        }
    }

    /// On behalf of whoever has begun it, whatever became of that person's access since.
    fn record(&self, known: &Known, attempt: &Attempt, payment: NewPayment) -> Vec<Deed> {
        let mut payment = payment;
        if payment.amount != attempt.amount {
            payment.note = format!(
                "Paid online. The payment was begun with {}; the gateway took {}.",
                attempt.amount.words(),
                payment.amount.words()
            );
        }
        let recording = Recording {
            app: self.system.app(),
            org: self.org,
            actor: &actor(),
            person: &attempt.by_person,
            name: &attempt.by_name,
            by_kind: ByKind::System,
            organisation: attempt.organisation.as_str(),
            payment: &payment,
            today: self.today,
            ground: &known.ground,
            proofs: &[],
            readers: &known.readers,
            taken_up: true,
        };
        let made = recording.make();
        let mut deeds = made.deeds;
        deeds.extend(self.follow(attempt, Standing::Paid, Some(&made.id)));
        deeds
    }

    fn follow(
        &self,
        attempt: &Attempt,
        to: Standing,
        record: Option<&crate::kernel::PaymentId>,
    ) -> Vec<Deed> {
        sql::follow(self.org, &attempt.id, (attempt.standing, to), record, self.system.now())
    }

    fn noted(&self, attempt: &Attempt, to: Standing) -> Deed {
        let entry = audit::Entry {
            action: "payment.told",
            target: attempt.id.as_str(),
            before: Some(json!({ "status": attempt.standing })),
            after: Some(json!({ "status": to, "message": self.told.id })),
        };
        entry.deed(self.org, self.system.app(), &actor())
    }

    /// Money without a record: somebody has to look.
    fn stray(&self, attempt: Option<&Attempt>, why: &str) -> [Deed; 2] {
        let Self { system, told, org, .. } = self;
        let app = system.app();
        let amount = match &told.paid {
            Paid::Amount(amount) => amount.words(),
            Paid::Unheard(said) => said.clone(),
        };
        let stray = Stray {
            amount: amount.clone(),
            invoice: told.invoice.as_str().to_owned(),
            reference: told.reference.clone(),
            organisation: attempt.map(|it| it.organisation.as_str().to_owned()),
            why: why.to_owned(),
        };
        let entry = audit::Entry {
            action: "payment.stray",
            target: told.session.as_str(),
            before: None,
            after: Some(json!({ "amount": amount, "reference": told.reference, "message": told.id })),
        };
        // An organisation that nobody knows can have neither mail nor log.
        match attempt {
            Some(_) => [stray.deed(*org, app), entry.deed(*org, app, &actor())],
            None => [stray.deed(system.scope(), app), entry.deed(system.scope(), app, &actor())],
        }
    }
}

fn actor() -> Actor {
    Actor { person: None, name: WHO.to_owned() }
}

fn day(system: &System, at: i64) -> Result<Day, Error> {
    Day::today(at, system.app().config().zone).ok_or(Error::Ours("there is no such day"))
}

fn is_repeated(error: &Error) -> bool {
    matches!(error, Error::Database(said) if said.names("gateway_event.id"))
}
