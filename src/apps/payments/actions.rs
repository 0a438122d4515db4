//! A payment is recorded: its proofs are put away one by one, then everything else is one batch.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::api::Recorded;
use super::deed::Recording;
use super::ground::Ground;
use super::records::ByKind;
use super::rules::proof::{self, Kind};
use super::rules::{Earlier, NewPayment, Seen, Typed};
use super::shelf::Shelf;
use super::sql;
use crate::access::{Access, Kept, Member, Once, PaymentRecord, Posted, Uploaded, refused_files};
use crate::answer::Done;
use crate::apps::licences::{self, mail::Reader};
use crate::error::Error;
use crate::kernel::{Day, FieldError, PaymentId};

type Door = Access<PaymentRecord>;

/// Of forty at once one writes and the others find it written, so a second look is enough; the rest is for the vendor's
/// own changes meanwhile.
const MOST_TRIES: usize = 5;

/// Fields that may still come behind a file.
const NEEDED: [&str; 6] = ["invoice_number", "currency", "amount", "paid_on", "method", "reference"];

/// What the decision rests on, and what the form shows.
pub struct Known {
    pub me: Member,
    pub ground: Ground,
    pub today: Day,
    /// The record that says the same already.
    pub twice: Option<PaymentId>,
    readers: Vec<Reader>,
    earlier: Vec<Earlier>,
    kept: Option<Kept>,
}

/// With what the form shows again, once the gate has let somebody in.
pub type Refusal = (Option<Box<Known>>, Error);

pub fn today(door: &Door) -> Result<Day, Error> {
    Day::today(door.now(), door.app().config().zone).ok_or(Error::Ours("there is no such day"))
}

/// For the form, before anything is typed.
pub async fn look(door: &Door) -> Result<Known, Error> {
    let (me, ground) = door.read(sql::ground(door.org(), "")).await?;
    let ground = ground.ok_or(Error::Ours("the ground of a decision is a row"))?;
    Ok(Known {
        me,
        ground,
        today: today(door)?,
        twice: None,
        readers: Vec::new(),
        earlier: Vec::new(),
        kept: None,
    })
}

/// Once, whatever its key is sent with. Nothing is stored before the gate has spoken, and nothing stays stored that
/// no record names.
pub async fn record(door: &Door, sent: &mut Uploaded<Typed>, at: &str) -> Result<Done, Refusal> {
    let mut shelf = Shelf::default();
    let done = put_and_write(door, sent, &mut shelf, at).await;
    sent.finish().await;
    match &done {
        // Whatever the database did not say no to, it may have written: those objects are left to the sweep.
        Err((_, error)) if !is_settled(error) => {}
        Ok((_, true)) => {}
        Ok((_, false)) | Err(_) => shelf.clear(door.app()),
    }
    done.map(|it| it.0)
}

/// With whether a record was made now, or the answer is that of an earlier time.
async fn put_and_write(
    door: &Door,
    sent: &mut Uploaded<Typed>,
    shelf: &mut Shelf,
    at: &str,
) -> Result<(Done, bool), Refusal> {
    let today = today(door).map_err(|it| (None, it))?;
    sent.texts().await;
    let first = check(sent.form(), today).ok();
    let mut key = sent.key().map(str::to_owned);
    let mut known = load(door, sent, first.as_ref(), today).await?;
    let may_store = known.kept.is_none() && (first.is_some() || NEEDED.iter().any(|it| !sent.has(it)));
    let wrong = match put(door, sent, shelf, may_store).await {
        Ok(wrong) => wrong,
        Err(error) => return Err((Some(known), error)),
    };
    let mut payment = first;
    for _ in 0..MOST_TRIES {
        let step = async {
            if let Some(done) = replay(door, sent, &mut known, at)? {
                return Ok(Some((done, false)));
            }
            let now_payment = agreed(sent, &wrong, shelf.proofs.is_empty(), today)?;
            let is_known = payment.as_ref() == Some(&now_payment) && sent.key() == key.as_deref();
            let payment = payment.insert(now_payment);
            // Fields came behind the files, so the facts that go with them are still to be read.
            if is_known { write(door, sent, &mut known, payment, shelf, at).await } else { Ok(None) }
        };
        match step.await {
            Ok(Some(done)) => return Ok(done),
            Ok(None) => {
                key = sent.key().map(str::to_owned);
                known = load(door, sent, payment.as_ref(), today).await?;
            }
            Err(error) => return Err((Some(known), error)),
        }
    }
    let said = "This invoice is being worked on by several people at once. Nothing was recorded; try again in a moment.";
    Err((Some(known), Error::refused(StatusCode::SERVICE_UNAVAILABLE, "try-again", said)))
}

async fn load(
    door: &Door,
    sent: &Uploaded<Typed>,
    payment: Option<&NewPayment>,
    today: Day,
) -> Result<Box<Known>, Refusal> {
    let org = door.org();
    let key = payment.map(|it| it.invoice.key()).unwrap_or_default();
    let once = Once::of(sent.form(), door.person(), door.now());
    let questions =
        (sql::ground(org, &key), sql::earlier(org, payment), licences::readers(org), once.earlier(org));
    let (me, (ground, earlier, readers, kept)) = door.read(questions).await.map_err(|it| (None, it))?;
    let ground = ground.ok_or((None, Error::Ours("the ground of a decision is a row")))?;
    Ok(Box::new(Known { me, ground, today, twice: None, readers, earlier, kept }))
}

/// Reads the files, and puts away those that may be kept. Answers what is wrong with the others.
async fn put(
    door: &Door,
    sent: &mut Uploaded<Typed>,
    shelf: &mut Shelf,
    may_store: bool,
) -> Result<Vec<FieldError>, Error> {
    let mut wrong = Vec::new();
    while let Some(file) = sent.file().await {
        match Kind::of(&file.bytes) {
            Err(why) => wrong.push(proof::refused(&file.name, why)),
            Ok(kind) if may_store && wrong.is_empty() => {
                shelf.put(door.app(), door.org(), file, kind).await?;
            }
            Ok(_) => {}
        }
    }
    wrong.extend_from_slice(sent.flaws());
    Ok(wrong)
}

fn replay(door: &Door, sent: &Uploaded<Typed>, known: &mut Known, at: &str) -> Result<Option<Done>, Error> {
    let done = Once::of(sent.form(), door.person(), door.now()).replay(known.kept.take(), "")?;
    Ok(done.map(|it| Done { see: seen_at(at, id_in(&it.body)), ..it }))
}

fn check(form: &Posted<Typed>, today: Day) -> Result<NewPayment, Error> {
    NewPayment::check(&form.parse()?, today).map_err(Error::invalid)
}

/// The payment, once everything has been read; every flaw of fields and files at once.
fn agreed(
    sent: &Uploaded<Typed>,
    wrong: &[FieldError],
    has_none: bool,
    today: Day,
) -> Result<NewPayment, Error> {
    let checked = check(sent.form(), today);
    let mut flaws = match &checked {
        Ok(_) => Vec::new(),
        Err(Error::Refused(refused)) if refused.code == "invalid" => refused.errors.clone(),
        Err(_) => return checked,
    };
    let whole = flaws.iter().any(|it| it.field.is_empty());
    flaws.extend_from_slice(wrong);
    if has_none && wrong.is_empty() && flaws.is_empty() && checked.is_ok() {
        flaws.push(proof::missing());
    }
    if flaws.is_empty() || whole { checked } else { Err(refused_files(flaws)) }
}

/// Nothing when a fact changed between reading and writing.
async fn write(
    door: &Door,
    sent: &Uploaded<Typed>,
    known: &mut Known,
    payment: &NewPayment,
    shelf: &Shelf,
    at: &str,
) -> Result<Option<(Done, bool)>, Error> {
    let same_invoice = match payment.seen(&known.earlier) {
        Seen::Never => Vec::new(),
        Seen::SameInvoice(others) => others.into_iter().cloned().collect(),
        Seen::Twice(id) => {
            let id = id.clone();
            let said = twice(door, &id);
            known.twice = Some(id);
            return Err(Error::conflict(FieldError::new("reference", "duplicate-payment", said)));
        }
    };
    let (app, org) = (door.app(), door.org());
    let recording = Recording {
        app,
        org,
        actor: &door.actor(&known.me),
        person: door.person(),
        name: known.me.name.as_str(),
        by_kind: ByKind::Contact,
        organisation: known.me.org_name.as_str(),
        payment,
        today: known.today,
        ground: &known.ground,
        proofs: &shelf.proofs,
        readers: &known.readers,
        taken_up: false,
    };
    let made = recording.make();
    let body = json!(Recorded::of(&made.id, made.status, &made.effects, same_invoice));
    let done = Done { see: seen_at(at, made.id.as_str()), status: StatusCode::CREATED, body };
    let once = Once::of(sent.form(), door.person(), door.now());
    let deeds = once.keep(org, &done).into_iter().chain(made.deeds);
    match door.write(deeds.collect()).await {
        Ok(_) => Ok(Some((done, true))),
        Err(error) if was_overtaken(&error) || once.was_beaten(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Somebody else was quicker: read again and decide again.
#[must_use]
pub fn was_overtaken(error: &Error) -> bool {
    let laws = [
        "payment_record.org_id, payment_record.invoice_key, payment_record.currency",
        "payment_effect_is_single",
    ];
    error.verdict() == Some("facts-changed")
        || matches!(error, Error::Database(said) if laws.iter().any(|it| said.names(it)))
}

/// The database has said no, so nothing was written. Of a lost answer nobody knows.
#[must_use]
pub fn is_settled(error: &Error) -> bool {
    match error {
        Error::Database(said) => error.verdict().is_some() || said.names("constraint failed"),
        _ => true,
    }
}

fn id_in(body: &Value) -> &str {
    body.get("id").and_then(Value::as_str).unwrap_or_default()
}

fn seen_at(at: &str, id: &str) -> String {
    format!("{at}/{id}?done=payment-recorded")
}

fn twice(door: &Door, id: &PaymentId) -> String {
    let asked = door.app().caller().asked.as_str();
    let path = asked.split('?').next().unwrap_or_default().trim_end_matches("/new");
    format!(
        "This payment is recorded already: the same invoice, amount and reference stand in {path}/{}.",
        id.as_str()
    )
}
