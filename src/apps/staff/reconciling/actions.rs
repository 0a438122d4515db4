use axum::http::StatusCode;
use serde_json::json;

use super::api::{DecidedFacts, MovedFacts, NotedFacts};
use super::mail::{News, sentences};
use super::rules::{Decision, Licence, Moved, Record, Refusal, Remark, Step};
use super::{path_of, sql};
use crate::access::{Colleague, Once, Posted, Staffed, seat};
use crate::answer::Done;
use crate::apps::staff::told::{self, Reader};
use crate::audit;
use crate::error::Error;
use crate::kernel::{EventId, PaymentEventId, PaymentId};

pub type Door = Staffed<seat::Reconciling>;

/// A licence of the same customer that moves meanwhile is met this often.
const MOST_TRIES: usize = 5;

pub struct Known {
    pub me: Colleague,
    pub record: Record,
    pub timeline: Vec<Step>,
    pub licences: Vec<Licence>,
    readers: Vec<Reader>,
}

pub async fn load(door: &Door) -> Result<Known, Error> {
    let once: Option<&Once<'_>> = None;
    Ok(load_once(door, once).await?.0)
}

async fn load_once(
    door: &Door,
    once: Option<&Once<'_>>,
) -> Result<(Known, Option<crate::access::Kept>), Error> {
    let (scope, id) = (door.scope(), door.named::<PaymentId>("payment")?);
    let facts = (
        sql::record(scope, &id),
        sql::timeline(scope, &id),
        sql::licences(scope, &id),
        sql::readers(scope, &id),
    );
    let (me, (record, timeline, licences, readers), kept) = if let Some(once) = once {
        let (me, (facts, kept)) = door.read((facts, once.earlier(scope))).await?;
        (me, facts, kept)
    } else {
        let (me, facts) = door.read(facts).await?;
        (me, facts, None)
    };
    let record = record.ok_or(Error::NotFound)?;
    Ok((Known { me, record, timeline, licences, readers }, kept))
}

pub async fn decide(door: &Door, posted: &Posted<Decision>) -> Result<Done, (Option<Known>, Error)> {
    let once = Once::owned_by(posted, door.owner(), door.now());
    let mut lost: Option<Error> = None;
    for _ in 0..MOST_TRIES {
        let (known, kept) = load_once(door, Some(&once)).await.map_err(|it| (None, it))?;
        let attempt = async {
            if let Some(done) = once.replay(kept, path_of(&known.record.id))? {
                return Ok(Some(done));
            }
            if lost.is_some() {
                // A colleague was quicker; what was decided is not decided over.
                let said = format!(
                    "A colleague decided this payment a moment ago. {} Look at it again.",
                    known.record.standing()
                );
                return Err(Error::refused(StatusCode::CONFLICT, "not-in-this-state", said));
            }
            let decision = posted.parse()?;
            one(door, &known, &decision, &once).await
        };
        match attempt.await {
            Ok(Some(done)) => return Ok(done),
            Ok(None) => {}
            Err(error) if error.verdict() == Some("not-in-this-state") => lost = Some(error),
            Err(error) => return Err((Some(known), error)),
        }
    }
    let said = "The licences of this customer are being changed by several people at once. Nothing was decided; try \
                again in a moment.";
    Err((None, Error::refused(StatusCode::SERVICE_UNAVAILABLE, "try-again", said)))
}

/// `None` when a licence moved between reading and writing, or the same request was quicker.
async fn one(
    door: &Door,
    known: &Known,
    decision: &Decision,
    once: &Once<'_>,
) -> Result<Option<Done>, Error> {
    let record = &known.record;
    let (next, moved) = record.decide(decision, &known.licences).map_err(|it| match it {
        Refusal::State(said) => Error::refused(StatusCode::CONFLICT, "not-in-this-state", said),
        Refusal::Fields(errors) => Error::unprocessable_all(errors),
    })?;
    let (org, app) = (door.at(&record.org_id), door.app());
    let (step, events) =
        (app.new_id::<PaymentEventId>(), moved.iter().map(|_| app.new_id()).collect::<Vec<EventId>>());
    let message = message(decision, &moved);
    let decided = sql::Decided {
        record,
        decision,
        next,
        moved: &moved,
        events: &events,
        step: &step,
        colleague: &known.me.name,
        message: &message,
        today: door.today()?,
        now: door.now(),
    };
    let facts = |it: &Moved| MovedFacts {
        id: it.licence.id.clone(),
        product: it.licence.product.clone(),
        old_valid_till: it.licence.valid_till,
        new_valid_till: it.till,
    };
    let facts: Vec<MovedFacts> = moved.iter().map(facts).collect();
    let entry = audit::Entry {
        action: "payment.decided",
        target: record.id.as_str(),
        before: Some(json!({ "status": record.status })),
        after: Some(json!({ "status": next, "message": message, "licences": facts })),
    };
    let done = Done {
        see: format!("{}?done=payment-{}", path_of(&record.id), next.code().replace('_', "-")),
        status: StatusCode::OK,
        body: json!(DecidedFacts {
            id: record.id.clone(),
            status: next,
            message: message.clone(),
            licences: facts
        }),
    };
    let mut deeds = once.keep(door.scope(), &done);
    deeds.extend(sql::decide(&org, &decided));
    deeds.push(entry.deed(&org, app, &door.actor(&known.me)));
    let news = News::of(record, decision.action, &message, &moved);
    deeds.push(told::notify(door.scope(), &news.notices(|| app.new_id()), door.now()));
    deeds.extend(news.letters(&known.readers).into_iter().map(|it| it.deed(&org, app)));
    match door.write(deeds).await {
        Ok(_) => Ok(Some(done)),
        Err(error) if error.verdict() == Some("facts-changed") || once.was_beaten(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What the customer reads on the record and in its timeline.
fn message(decision: &Decision, moved: &[Moved]) -> String {
    let typed = decision.message.as_str();
    let mut parts: Vec<String> = if typed.is_empty() { Vec::new() } else { vec![typed.to_owned()] };
    parts.extend(sentences(moved));
    parts.join("\n")
}

/// A note that is sent twice is one note.
pub async fn remark(door: &Door, posted: &Posted<Remark>) -> Result<Done, (Option<Known>, Error)> {
    let once = Once::owned_by(posted, door.owner(), door.now());
    let mut tries = 0;
    loop {
        let (known, kept) = load_once(door, Some(&once)).await.map_err(|it| (None, it))?;
        let attempt = async {
            match once.replay(kept, noted(&known.record.id))? {
                Some(done) => Ok(done),
                None => note(door, &known, &posted.parse()?, &once).await,
            }
        };
        match attempt.await {
            Ok(done) => return Ok(done),
            Err(error) if tries == 0 && once.was_beaten(&error) => tries += 1,
            Err(error) => return Err((Some(known), error)),
        }
    }
}

async fn note(door: &Door, known: &Known, remark: &Remark, once: &Once<'_>) -> Result<Done, Error> {
    let (org, app, record) = (door.at(&known.record.org_id), door.app(), &known.record);
    let id: PaymentEventId = app.new_id();
    let entry = audit::Entry {
        action: "payment.noted",
        target: record.id.as_str(),
        before: None,
        after: Some(json!({ "text": remark.text, "public": remark.public })),
    };
    let facts = json!(NotedFacts { id: id.clone() });
    let done = Done { see: noted(&record.id), status: StatusCode::CREATED, body: facts };
    let mut deeds = once.keep(door.scope(), &done);
    deeds.push(sql::remark(&org, record, remark, (&id, &known.me.name), door.now()));
    deeds.push(entry.deed(&org, app, &door.actor(&known.me)));
    door.write(deeds).await?;
    Ok(done)
}

fn noted(id: &PaymentId) -> String {
    path_of(id) + "?done=payment-noted"
}
