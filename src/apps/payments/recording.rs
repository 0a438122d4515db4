//! The form, what it sends, and the way back to a proof.

use super::actions::{self, Known};
use super::follow;
use super::form_view::{Helper, RecordPayment};
use super::record_view::{RecordPage, Withdrawal};
use super::rules::answered::Reply;
use super::rules::withheld::Section;
use super::rules::{Event, Typed, proof};
use super::shelf::out_of_reach;
use super::sql;
use crate::access::{Access, Asked, Fields, Form, Limits, PaymentRecord, Uploaded, WithFiles};
use crate::answer::{Answer, Attached, Shown, View};
use crate::apps::home;
use crate::error::Error;
use crate::kernel::{Currency, Money, PaymentDocumentId, PaymentId};
use crate::page::Draft;

type Door = Access<PaymentRecord>;

/// What stands behind the question mark is typed in already: the way back from the helper, and from another record.
pub async fn form(door: Door) -> Result<Answer, Error> {
    let known = actions::look(&door).await?;
    let mut draft = Asked::of(door.app()).draft();
    draft.typed.remove("idempotency_key");
    let helper = work_out(&mut draft);
    let frame = door.frame(&known.me);
    Ok(Answer::of(Shown { frame, view: screen(&door, known, draft, helper) }))
}

pub async fn record(door: Door, mut sent: Uploaded<Typed>) -> Result<Answer, Error> {
    match actions::record(&door, &mut sent, &at(&door)).await {
        Ok(done) => Ok(Answer::of(done)),
        Err((None, error)) => Err(error),
        Err((Some(known), error)) => Err(error.on_screen(|errors| {
            let frame = door.frame(&known.me);
            let mut draft = sent.form().draft(errors);
            draft.typed.remove(proof::FIELD);
            screen(&door, *known, draft, None).page(&frame)
        })),
    }
}

/// The record's own page shows the refusal, with what was written.
pub async fn reply(door: Door, mut sent: Uploaded<Reply>) -> Result<Answer, Error> {
    match follow::reply(&door, &mut sent, &at(&door)).await {
        Ok(done) => Ok(Answer::of(done)),
        Err((None, error)) => Err(error),
        Err((Some(standing), error)) => Err(error.on_screen(|errors| {
            let frame = door.frame(&standing.me);
            let mut draft = sent.form().draft(errors);
            draft.typed.remove(proof::FIELD);
            on_record(&door, *standing, draft).page(&frame)
        })),
    }
}

pub async fn ask_withdrawal(door: Door) -> Result<Answer, Error> {
    let standing = follow::look(&door).await?;
    let frame = door.frame(&standing.me);
    if let Err(error) = follow::next(standing.record.status, Event::Withdraw) {
        return Err(error.on_screen(|it| on_record(&door, standing, Draft::blank(it)).page(&frame)));
    }
    Ok(Answer::of(Shown { frame, view: Withdrawal { record: standing.record, at: at(&door) } }))
}

pub async fn withdraw(door: Door) -> Result<Answer, Error> {
    let standing = follow::look(&door).await?;
    match follow::withdraw(&door, &standing, &at(&door)).await {
        Ok(done) => Ok(Answer::of(done)),
        Err(error) => {
            let frame = door.frame(&standing.me);
            Err(error.on_screen(|it| on_record(&door, standing, Draft::blank(it)).page(&frame)))
        }
    }
}

/// Without its timeline, which is one click away.
fn on_record(door: &Door, standing: follow::Standard, draft: Draft) -> RecordPage {
    let config = door.app().config();
    RecordPage {
        org_name: standing.me.org_name.as_str().to_owned(),
        record: standing.record,
        timeline: Vec::new(),
        siblings: Vec::new(),
        zone: config.zone,
        vendor: config.brand.vendor_name.clone(),
        at: at(door),
        draft,
        key: new_key(door),
    }
}

pub fn new_key(door: &Door) -> String {
    String::from(door.app().new_id::<PaymentId>())
}

pub async fn document(door: Door) -> Result<Answer, Error> {
    let ids = door.named::<PaymentId>("payment").ok().zip(door.named::<PaymentDocumentId>("document").ok());
    let found = match &ids {
        Some((record, id)) => door.read(sql::document(door.org(), record, id)).await?.1,
        None => door.read(()).await.map(|_| None)?,
    };
    let stored = found.ok_or(Error::NotFound)?;
    let bytes = door.app().files().get(stored.object).await;
    let bytes = bytes.map_err(|why| out_of_reach(door.app(), &why.0))?;
    let bytes = bytes.ok_or(Error::Ours("a proof has a row and no object"))?;
    Ok(Answer::of(Attached { name: stored.name, kind: stored.kind.media_type(), bytes }))
}

/// The tax that follows from the value without GST goes into its field; an amount that was typed stays.
fn work_out(draft: &mut Draft) -> Option<Helper> {
    let typed = draft.value("tax_value").filter(|it| !it.trim().is_empty())?.to_owned();
    let section = Section::try_from(draft.value("tax_section").unwrap_or_default().to_owned());
    let value = Money::typed(&typed, Currency::Inr);
    let flaw = |field: &str, said: String| crate::kernel::FieldError::new(field, "malformed", said);
    let (section, value) = match (section, value) {
        (Ok(section), Ok(value)) => (section, value),
        (section, value) => {
            draft.errors.extend(section.err().map(|it| flaw("tax_section", it.to_string())));
            draft.errors.extend(value.err().map(|it| flaw("tax_value", it.to_string())));
            return None;
        }
    };
    let withheld = section.withheld(value)?;
    draft.typed.insert("currency".to_owned(), Currency::Inr.code().to_owned());
    draft.typed.insert("tax_deducted".to_owned(), withheld.tax.plain());
    if draft.value("amount").is_none_or(|it| it.trim().is_empty()) {
        draft.typed.insert("amount".to_owned(), withheld.received.plain());
    }
    Some(Helper { section, withheld })
}

fn screen(door: &Door, known: Known, draft: Draft, helper: Option<Helper>) -> RecordPayment {
    let config = door.app().config();
    let Known { ground, today, twice, .. } = known;
    RecordPayment {
        preview: ground.preview(today),
        today,
        draft,
        helper,
        twice,
        vendor: config.brand.vendor_name.clone(),
        at: at(door),
        key: new_key(door),
    }
}

fn at(door: &Door) -> String {
    home(door.org().id()) + "/payments"
}

impl Form for Typed {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let mut text = |name| fields.text(name);
        let typed = (
            (text("invoice_number"), text("currency"), text("amount"), text("tax_deducted")),
            (text("paid_on"), text("method"), text("reference"), text("note")),
        );
        // What the helper was given travels with the form, and says nothing.
        for name in ["tax_value", "tax_section"] {
            fields.hidden(name);
        }
        let ((invoice_number, currency, amount, tax_deducted), (paid_on, method, reference, note)) = typed;
        Some(Self {
            invoice_number: invoice_number?,
            currency: currency?,
            amount: amount?,
            tax_deducted: tax_deducted?,
            paid_on: paid_on?,
            method: method?,
            reference: reference?,
            note: note?,
        })
    }
}

impl Form for Reply {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        Some(Self { note: fields.text("note")? })
    }
}

impl WithFiles for Reply {
    const LIMITS: Limits = Typed::LIMITS;
}

impl WithFiles for Typed {
    const LIMITS: Limits = Limits { field: proof::FIELD, files: proof::MOST_FILES, bytes: proof::MOST_BYTES };
}
