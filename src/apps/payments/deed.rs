//! A payment record as the deeds of one batch, whoever writes it: the customer's form, or a gateway's word that money
//! has come.

use serde_json::{Value, json};

use super::ground::Ground;
use super::mail::{self, About, News};
use super::records::{ByKind, Effect, Happened};
use super::rules::bridge::{self, Licence};
use super::rules::proof::Kind;
use super::rules::{NewPayment, Status};
use super::sql::{self, Notice, Said};
use crate::access::{Actor, App, Deed, OrgScope};
use crate::apps::licences::mail::Reader;
use crate::audit;
use crate::kernel::{Day, EventId, NotificationId, PaymentDocumentId, PaymentEventId, PaymentId, PersonId};

/// Characters of a notification's title.
const MOST_TITLE: usize = 120;

/// A file that lies in the store; its row is still to come.
pub struct Proof {
    pub id: PaymentDocumentId,
    /// As it is offered for saving.
    pub name: String,
    pub kind: Kind,
    pub size: usize,
    /// The key.
    pub object: String,
}

/// What is to be recorded, and everything it depends on.
pub struct Recording<'a> {
    pub app: &'a App,
    pub org: &'a OrgScope,
    /// For the audit.
    pub actor: &'a Actor,
    /// The contact who paid, and whether it was the contact or a gateway that said so.
    pub person: &'a PersonId,
    pub name: &'a str,
    pub by_kind: ByKind,
    pub organisation: &'a str,
    pub payment: &'a NewPayment,
    pub today: Day,
    pub ground: &'a Ground,
    pub proofs: &'a [Proof],
    pub readers: &'a [Reader],
    /// Money that a gateway has seen waits for no one to take it up.
    pub taken_up: bool,
}

/// The batch, and what it will have done.
pub struct Made {
    pub id: PaymentId,
    pub status: Status,
    pub effects: Vec<Effect>,
    pub deeds: Vec<Deed>,
}

impl Recording<'_> {
    /// The first deed stops the batch with `facts-changed` when the ground is no longer what it was; two unique keys
    /// and a trigger stop it when the same payment or another extension was quicker: see `was_overtaken`.
    #[must_use]
    pub fn make(&self) -> Made {
        let Self { app, org, payment, today, ground, .. } = *self;
        let id: PaymentId = app.new_id();
        let said = Said { by_kind: self.by_kind, name: self.name, at: app.now() };
        let decided = ground.effects(&payment.invoice, today);
        let effects: Vec<Effect> = decided.iter().map(|(licence, it)| written(licence, *it)).collect();
        let moves = effects.iter().any(Effect::has_moved);

        let mut deeds = vec![
            sql::ground_holds(org, &payment.invoice.key(), &ground.said),
            sql::insert(org, &id, payment, self.person, &said, today),
        ];
        if !self.proofs.is_empty() {
            let rows: Vec<Value> = self.proofs.iter().map(Proof::row).collect();
            deeds.push(sql::documents(org, &id, &rows, app.now()));
        }
        // Both happen in one second, and the timeline is in the order of the ids then.
        let mut events: [PaymentEventId; 2] = [app.new_id(), app.new_id()];
        events.sort();
        let [first, second] = events;
        deeds.push(sql::event(org, &first, &id, Happened::Submit, &said, ""));
        if self.taken_up {
            let step = Said { by_kind: ByKind::System, ..said };
            deeds.push(sql::event(org, &second, &id, Happened::TakeUp, &step, ""));
            deeds.extend(sql::move_on(org, &id, (Status::Submitted, Status::UnderReview), today, ""));
        }
        if !decided.is_empty() {
            let on = decided.iter().map(|(licence, effect)| (*licence, *effect, app.new_id::<EventId>()));
            let note = format!("Payment of invoice {} recorded", payment.invoice.as_str());
            deeds.extend(sql::effects(org, &id, &on.collect::<Vec<_>>(), &said, &note));
        }
        deeds.push(self.audited(&id, &effects));

        let news = self.news(&id, &effects);
        let (title, how) = if self.is_online() {
            (format!("Invoice {} was paid online", payment.invoice.as_str()), "paid")
        } else {
            (format!("Payment of invoice {} recorded", payment.invoice.as_str()), "recorded")
        };
        let title: String = title.chars().take(MOST_TITLE).collect();
        let body =
            [vec![format!("{}, {how} by {}.", payment.amount.words(), self.name)], news.licences.clone()];
        let path = format!("/payments/{}", id.as_str());
        let notice = Notice {
            title: &title,
            body: &body.concat().join(" "),
            path: if moves { "" } else { &path }, // Primary cannot open the record
            primary_too: moves,
        };
        deeds.push(sql::notify(org, &app.new_id::<NotificationId>(), &notice, app.now()));
        let letters = mail::to_customer(self.readers, &news, moves);
        let letters = letters.into_iter().chain([mail::to_vendor(app.config(), &news)]);
        deeds.extend(letters.map(|it| it.deed(org, app)));
        let status = if self.taken_up { Status::UnderReview } else { Status::Submitted };
        Made { id, status, effects, deeds }
    }

    /// The gateway said so, and not a person.
    fn is_online(&self) -> bool {
        self.by_kind == ByKind::System
    }

    fn audited(&self, id: &PaymentId, effects: &[Effect]) -> Deed {
        let Self { app, org, payment, .. } = self;
        let moved: Vec<Value> = effects
            .iter()
            .filter(|it| it.has_moved())
            .map(|it| json!({ "licence": it.licence_id, "from": it.old_valid_till, "to": it.new_valid_till }))
            .collect();
        let entry = audit::Entry {
            action: "payment.recorded",
            target: id.as_str(),
            before: None,
            after: Some(json!({
                "invoice": payment.invoice.as_str(), "amount": payment.amount, "tax_deducted": payment.tax_deducted,
                "reference": payment.reference, "documents": self.proofs.len(), "moved": moved,
            })),
        };
        entry.deed(*org, app, self.actor)
    }

    fn news(&self, id: &PaymentId, effects: &[Effect]) -> News {
        let Self { payment, org, .. } = self;
        let about = About {
            org: org.id().clone(),
            organisation: self.organisation.to_owned(),
            record: id.clone(),
            invoice: payment.invoice.as_str().to_owned(),
            amount: payment.amount.words(),
            tax: Some(payment.tax_deducted).filter(|it| it.minor() > 0).map(crate::kernel::Money::words),
            paid_on: payment.paid_on,
            method: payment.method.label().to_owned(),
            reference: payment.reference.clone(),
            by: self.name.to_owned(),
        };
        let moved = effects.iter().filter(|it| it.has_moved());
        let licences =
            moved.map(|it| format!("{} is now valid till {}.", it.product, it.new_valid_till.words()));
        News {
            about,
            what: Happened::Submit,
            message: String::new(),
            licences: licences.collect(),
            online: self.is_online(),
        }
    }
}

impl Proof {
    /// For `sql::documents`.
    #[must_use]
    pub fn row(&self) -> Value {
        let Self { id, name, kind, size, object } = self;
        json!({ "id": id, "name": name, "kind": kind.media_type(), "size": size, "object": object })
    }
}

fn written(licence: &Licence, effect: bridge::Effect) -> Effect {
    let new_valid_till = match effect {
        bridge::Effect::Extended { to, .. } => to,
        bridge::Effect::Unchanged(_) => licence.valid_till,
    };
    Effect {
        licence_id: licence.id.clone(),
        product: licence.product.clone(),
        old_valid_till: licence.valid_till,
        new_valid_till,
        code: effect.code().to_owned(),
        message: effect.said(),
    }
}
