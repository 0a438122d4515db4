use super::super::rules::online::Typed;
use super::super::sql::{self, Attempt};
use super::view::{AttemptPage, MakePayment};
use super::{Screen, actions};
use crate::access::matrix::{Application, allows};
use crate::access::{Access, Asked, Fields, Form, GatewayChoice, Member, Posted};
use crate::answer::{Answer, Shown, View};
use crate::apps::home;
use crate::error::Error;
use crate::kernel::PaymentSessionId;
use crate::page::Draft;

type Door = Access<Screen>;

/// For everybody. What stands behind the question mark is filled in, and anything else that is known.
pub async fn form(door: Door) -> Result<Answer, Error> {
    let (me, attempts) = door.read(sql::attempts_of(door.org(), door.person())).await?;
    let mut draft = Asked::of(door.app()).draft();
    draft.typed.remove("idempotency_key");
    let (frame, view) = (door.frame(&me), screen(&door, &me, attempts, draft));
    Ok(Answer::of(Shown { frame, view }))
}

pub async fn begin(door: Door, sent: Posted<Typed>) -> Result<Answer, Error> {
    match actions::begin(&door, &sent).await {
        Ok(done) => Ok(Answer::of(done)),
        Err((None, error)) => Err(error),
        Err((Some((me, attempts)), error)) => Err(error.on_screen(|errors| {
            let view = screen(&door, &me, attempts, sent.draft(errors));
            view.page(&door.frame(&me))
        })),
    }
}

/// One attempt, for whoever has begun it: its address opens a page to pay on.
pub async fn attempt(door: Door) -> Result<Answer, Error> {
    let id = door.named::<PaymentSessionId>("attempt");
    let (me, attempt) = match &id {
        Ok(id) => door.read(sql::attempt(door.org(), id)).await?,
        Err(_) => (door.read(()).await?.0, None),
    };
    let config = door.app().config();
    let view = AttemptPage {
        attempt: attempt.filter(|it| it.by_person == me.person).ok_or(Error::NotFound)?,
        vendor: config.brand.vendor_name.clone(),
        zone: config.zone,
        home: home(door.org().id()),
        may_record: allows(&me.roles, Application::PaymentRecord),
    };
    Ok(Answer::of(Shown { frame: door.frame(&me), view }))
}

fn screen(door: &Door, me: &Member, attempts: Vec<Attempt>, mut draft: Draft) -> MakePayment {
    let config = door.app().config();
    for (field, known) in [("name", me.name.as_str()), ("email", me.email.as_str())] {
        draft.typed.entry(field.to_owned()).or_insert_with(|| known.to_owned());
    }
    // What is begun by a mere link nobody hears of again.
    let attempts = attempts.into_iter().filter(|it| it.gateway != "link").take(5).collect();
    MakePayment {
        is_open: super::gateway(door.app()).is_some(),
        tells: matches!(config.gateway, GatewayChoice::Stripe(_)),
        attempts,
        draft,
        org_name: me.org_name.as_str().to_owned(),
        vendor: config.brand.vendor_name.clone(),
        support: config.support_email.as_str().to_owned(),
        zone: config.zone,
        at: home(door.org().id()) + "/pay",
        key: String::from(door.app().new_id::<PaymentSessionId>()),
    }
}

impl Form for Typed {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let mut text = |name| fields.text(name);
        let (invoice, currency, amount) = (text("invoice"), text("currency"), text("amount"));
        let (name, email) = (text("name"), text("email"));
        Some(Self { invoice: invoice?, currency: currency?, amount: amount?, name: name?, email: email? })
    }
}
