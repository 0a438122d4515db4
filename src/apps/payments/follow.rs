//! What a customer does with a record that is there: answers a question, or withdraws it.

use axum::http::StatusCode;
use serde_json::json;

use super::actions::{is_settled, today};
use super::api::Standing;
use super::deed::Proof;
use super::mail::{self, About, News};
use super::records::{ByKind, Happened, Record};
use super::rules::answered::{Reply, with_files};
use super::rules::proof::{self, Kind};
use super::rules::{Event, Status};
use super::shelf::Shelf;
use super::sql::{self, Notice, Said};
use crate::access::{Access, Deed, Kept, Member, Once, PaymentRecord, Uploaded, refused_files};
use crate::answer::Done;
use crate::apps::licences::{self, mail::Reader};
use crate::audit;
use crate::error::Error;
use crate::kernel::{FieldError, NotificationId, PaymentEventId, PaymentId};

type Door = Access<PaymentRecord>;

/// A record as it is now, and who hears of what happens to it.
pub struct Standard {
    pub me: Member,
    pub record: Record,
    readers: Vec<Reader>,
    kept: Option<Kept>,
}

pub type Refusal = (Option<Box<Standard>>, Error);

pub async fn look(door: &Door) -> Result<Standard, Error> {
    find(door, None).await
}

/// Before anybody has taken it up.
pub async fn withdraw(door: &Door, standing: &Standard, at: &str) -> Result<Done, Error> {
    let record = &standing.record;
    let to = next(record.status, Event::Withdraw)?;
    let done = done(record, to, &format!("{at}/{}?done=payment-withdrawn", record.id.as_str()));
    let deeds = deeds(door, standing, Event::Withdraw, to, "")?;
    match door.write(deeds).await {
        Err(error) if error.verdict() == Some("facts-changed") => Err(too_late(Event::Withdraw)),
        other => other.map(|_| done),
    }
}

/// The vendor has asked; words, files or both go back.
pub async fn reply(door: &Door, sent: &mut Uploaded<Reply>, at: &str) -> Result<Done, Refusal> {
    let mut shelf = Shelf::default();
    let done = put_and_write(door, sent, &mut shelf, at).await;
    sent.finish().await;
    match &done {
        Err((_, error)) if !is_settled(error) => {}
        Ok((_, true)) => {}
        Ok((_, false)) | Err(_) => shelf.clear(door.app()),
    }
    done.map(|it| it.0)
}

async fn put_and_write(
    door: &Door,
    sent: &mut Uploaded<Reply>,
    shelf: &mut Shelf,
    at: &str,
) -> Result<(Done, bool), Refusal> {
    sent.texts().await;
    let mut standing = find(door, Some(sent)).await.map_err(|it| (None, it))?;
    match write(door, sent, &mut standing, shelf, at).await {
        Ok(done) => Ok(done),
        Err(error) => Err((Some(Box::new(standing)), error)),
    }
}

async fn write(
    door: &Door,
    sent: &mut Uploaded<Reply>,
    standing: &mut Standard,
    shelf: &mut Shelf,
    at: &str,
) -> Result<(Done, bool), Error> {
    let is_repeated = standing.kept.is_some();
    let to = next(standing.record.status, Event::Answer);
    let mut wrong = Vec::new();
    while let Some(file) = sent.file().await {
        match Kind::of(&file.bytes) {
            Err(why) => wrong.push(proof::refused(&file.name, why)),
            Ok(kind) if to.is_ok() && !is_repeated && wrong.is_empty() => {
                shelf.put(door.app(), door.org(), file, kind).await?;
            }
            Ok(_) => {}
        }
    }
    let see = format!("{at}/{}?done=payment-answered", standing.record.id.as_str());
    let once = Once::of(sent.form(), door.person(), door.now());
    if let Some(done) = once.replay(standing.kept.take(), see.as_str())? {
        return Ok((done, false));
    }
    let to = to?;
    let reply = sent.form().parse()?;
    wrong.extend_from_slice(sent.flaws());
    let said = match reply.check(!shelf.proofs.is_empty() || !wrong.is_empty()) {
        Ok(said) if wrong.is_empty() => said,
        Ok(_) => return Err(refused_files(wrong)),
        Err(flaw) => return Err(refused_files([vec![flaw], wrong].concat())),
    };
    let names: Vec<&str> = shelf.proofs.iter().map(|it| it.name.as_str()).collect();
    let done = done(&standing.record, to, &see);
    let org = door.org();
    let mut batch = once.keep(org, &done);
    batch.extend(deeds(door, standing, Event::Answer, to, &with_files(&said, &names))?);
    if !shelf.proofs.is_empty() {
        let rows: Vec<_> = shelf.proofs.iter().map(Proof::row).collect();
        batch.push(sql::documents(org, &standing.record.id, &rows, door.now()));
    }
    match door.write(batch).await {
        Ok(_) => Ok((done, true)),
        // Whoever was quicker has answered, with this key or without.
        Err(error) if error.verdict() == Some("facts-changed") || once.was_beaten(&error) => {
            let again = find(door, Some(sent)).await?;
            let replayed = once.replay(again.kept, see.as_str())?;
            replayed.map(|it| (it, false)).ok_or_else(|| too_late(Event::Answer))
        }
        Err(error) => Err(error),
    }
}

async fn find(door: &Door, sent: Option<&Uploaded<Reply>>) -> Result<Standard, Error> {
    let org = door.org();
    let Ok(id) = door.named::<PaymentId>("payment") else {
        door.read(()).await?;
        return Err(Error::NotFound);
    };
    let questions = (sql::record(org, &id), licences::readers(org));
    let (me, (record, readers), kept) = match sent {
        None => {
            let (me, found) = door.read(questions).await?;
            (me, found, None)
        }
        Some(sent) => {
            let once = Once::of(sent.form(), door.person(), door.now());
            let (me, (record, readers, kept)) =
                door.read((questions.0, questions.1, once.earlier(org))).await?;
            (me, (record, readers), kept)
        }
    };
    let record = record.ok_or(Error::NotFound)?;
    Ok(Standard { me, record, readers, kept })
}

/// The status as it was read is the status that moves, or the batch stops.
fn deeds(
    door: &Door,
    standing: &Standard,
    event: Event,
    to: Status,
    message: &str,
) -> Result<Vec<Deed>, Error> {
    let (app, org) = (door.app(), door.org());
    let Standard { me, record, readers, .. } = standing;
    let what = happened(event);
    let said = Said { by_kind: ByKind::Contact, name: me.name.as_str(), at: door.now() };
    let mut deeds = sql::move_on(org, &record.id, (record.status, to), today(door)?, "");
    deeds.push(sql::event(org, &app.new_id::<PaymentEventId>(), &record.id, what, &said, message));
    let entry = audit::Entry {
        action: if event == Event::Answer { "payment.answered" } else { "payment.withdrawn" },
        target: record.id.as_str(),
        before: Some(json!({ "status": record.status })),
        after: Some(json!({ "status": to })),
    };
    deeds.push(entry.deed(org, app, &door.actor(me)));
    let news = News {
        about: About::of(org.id(), me.org_name.as_str(), record),
        what,
        message: message.to_owned(),
        licences: Vec::new(),
        online: false,
    };
    let title = format!("Payment of invoice {}: {}", record.invoice_number, what.label().to_lowercase());
    let notice = Notice {
        title: &title.chars().take(120).collect::<String>(),
        body: message,
        path: &format!("/payments/{}", record.id.as_str()),
        primary_too: false,
    };
    deeds.push(sql::notify(org, &app.new_id::<NotificationId>(), &notice, door.now()));
    let letters = mail::to_customer(readers, &news, false);
    let letters = letters.into_iter().chain([mail::to_vendor(app.config(), &news)]);
    deeds.extend(letters.map(|it| it.deed(org, app)));
    Ok(deeds)
}

fn happened(event: Event) -> Happened {
    match event {
        Event::TakeUp => Happened::TakeUp,
        Event::Ask => Happened::Ask,
        Event::Answer => Happened::Answer,
        Event::Match => Happened::Match,
        Event::Refuse => Happened::Refuse,
        Event::Withdraw => Happened::Withdraw,
    }
}

fn done(record: &Record, to: Status, see: &str) -> Done {
    let body = json!(Standing { id: record.id.clone(), status: to });
    Done { see: see.to_owned(), status: StatusCode::OK, body }
}

pub fn next(status: Status, event: Event) -> Result<Status, Error> {
    status.after(event).ok_or_else(|| too_late(event))
}

fn too_late(event: Event) -> Error {
    let said = match event {
        Event::Withdraw => {
            "This record can no longer be withdrawn: the billing team has taken it up, or it is settled. Answer its \
             question if there is one, or write to the billing team."
        }
        _ => "Nobody waits for an answer to this record. Its timeline says how it stands.",
    };
    Error::conflict(FieldError::new("", "not-in-this-state", said))
}
