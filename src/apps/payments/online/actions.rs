//! A payment is begun: the gateway makes a place for it, and the portal notes where that is.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::super::rules::online::{MOST, Order, Typed, WITHIN};
use super::super::sql::{self, Attempt, Beginner};
use super::{Begun, Screen, Wish};
use crate::access::{Access, Member, Once, Posted};
use crate::answer::Done;
use crate::apps::home;
use crate::audit;
use crate::error::Error;
use crate::kernel::PaymentSessionId;

type Door = Access<Screen>;

/// With what the form shows again, once the gate has let somebody in.
pub type Refusal = (Option<(Member, Vec<Attempt>)>, Error);

/// The gateway first, the row after: what it has made and nobody was led to, nobody can pay.
pub async fn begin(door: &Door, sent: &Posted<Typed>) -> Result<Done, Refusal> {
    let (org, now) = (door.org(), door.now());
    let once = Once::of(sent, door.person(), now);
    let questions = (sql::attempts_of(org, door.person()), once.earlier(org));
    let (me, (attempts, kept)) = door.read(questions).await.map_err(|it| (None, it))?;
    let done = async {
        if let Some(done) = once.replay(kept, "")? {
            return Ok(Done { see: see(door, id_in(&done.body)), ..done });
        }
        let order = Order::check(&sent.parse()?).map_err(Error::invalid)?;
        if attempts.iter().filter(|it| it.started_at > now - WITHIN).count() >= MOST {
            return Err(too_many());
        }
        write(door, &me, &order, &once).await
    };
    match done.await {
        // Another request with this key was quicker, and leads to its own attempt.
        Err(error) if once.was_beaten(&error) => {
            let (_, kept) = door.read(once.earlier(org)).await.map_err(|it| (None, it))?;
            let done = once.replay(kept, "").ok().flatten().ok_or((None, error))?;
            Ok(Done { see: see(door, id_in(&done.body)), ..done })
        }
        done => done.map_err(|error| (Some((me, attempts)), error)),
    }
}

async fn write(door: &Door, me: &Member, order: &Order, once: &Once<'_>) -> Result<Done, Error> {
    let (app, org, now) = (door.app(), door.org(), door.now());
    let gateway = super::gateway(app).ok_or_else(not_set_up)?;
    let id: PaymentSessionId = app.new_id();
    let wish = Wish { id: &id, org: org.id(), organisation: me.org_name.as_str(), order };
    let Begun { url, gateway_id } = gateway.begin(app, &wish).await?;
    let done = Done { see: see(door, id.as_str()), status: StatusCode::CREATED, body: json!({ "id": id }) };
    let by = Beginner { person: door.person(), name: me.name.as_str() };
    let there = (gateway.code(), gateway_id.as_deref(), url.as_str());
    let mut deeds = vec![sql::not_too_many(org, door.person(), now)];
    deeds.extend(once.keep(org, &done));
    deeds.push(sql::begin(org, &id, order, there, &by, now));
    let entry = audit::Entry {
        action: "payment.begun",
        target: id.as_str(),
        before: None,
        after: Some(
            json!({ "invoice": order.invoice.as_str(), "amount": order.amount, "gateway": gateway.code() }),
        ),
    };
    deeds.push(entry.deed(org, app, &door.actor(me)));
    match door.write(deeds).await {
        Err(error) if error.verdict() == Some("slow-down") => Err(too_many()),
        written => written.map(|_| done),
    }
}

fn see(door: &Door, id: &str) -> String {
    format!("{}/pay/{id}", home(door.org().id()))
}

fn id_in(body: &Value) -> &str {
    body.get("id").and_then(Value::as_str).unwrap_or_default()
}

fn too_many() -> Error {
    let said =
        "You have begun many payments in the last ten minutes. Go on with one of them, or wait a little.";
    Error::slow_down(WITHIN, said)
}

fn not_set_up() -> Error {
    let said =
        "Paying online is not set up here. Pay by bank transfer to the account that the invoice names.";
    Error::refused(StatusCode::CONFLICT, "no-gateway", said)
}
