//! Many orders in one call. Each row is booked whole or not at all, and a row that was booked before stays as it is.

use axum::http::StatusCode;
use serde_json::json;

use super::actions::{Door, Facts, busy, deeds_of, exists, ids, ledger, was_changed};
use super::api::{ImportFacts, RowFacts, RowStatus};
use super::rules::{Booked, NewOrder};
use super::sql::{self, About};
use crate::access::{Colleague, Once, Posted, Row};
use crate::answer::Done;
use crate::apps::staff::told;
use crate::error::Error;
use crate::kernel::{FieldError, OrgId};

/// Orders of one call.
pub const MOST_ORDERS: usize = 100;
const MOST_TRIES: usize = 5;

/// An order with the customer it belongs to.
pub struct OrderRow {
    pub org: OrgId,
    pub order: NewOrder,
}

pub struct Import {
    pub rows: Vec<(usize, Row<OrderRow>)>,
}

pub async fn import(door: &Door, posted: &Posted<Import>) -> Result<Done, Error> {
    let once = Once::owned_by(posted, door.owner(), door.now());
    let parsed = posted.parse();
    for _ in 0..MOST_TRIES {
        let scope = door.scope();
        let good = parsed.iter().flat_map(|it| it.rows.iter().filter_map(|it| it.1.as_ref().ok()));
        let asked: Vec<(&OrgId, &NewOrder)> = good.map(|it| (&it.org, &it.order)).collect();
        let about = About::of(&asked, door.today()?);
        let questions = (
            (sql::customers(scope, &about), sql::products(scope), sql::held(scope, &about)),
            (sql::periods(scope, &about), sql::known(scope, &about), told::readers(scope, &about.orgs)),
            once.earlier(scope),
        );
        let (me, ((customers, products, held), (periods, known, readers), kept)) =
            door.read(questions).await?;
        if let Some(done) = once.replay(kept, super::orders_path())? {
            return Ok(done);
        }
        let facts = Facts { customers, products, held, periods, known, readers };
        if let Some(done) = attempt(door, &me, &facts, &posted.parse()?, &once).await? {
            return Ok(done);
        }
    }
    Err(busy())
}

/// `None` when a fact changed between reading and writing.
async fn attempt(
    door: &Door,
    me: &Colleague,
    facts: &Facts,
    import: &Import,
    once: &Once<'_>,
) -> Result<Option<Done>, Error> {
    let mut ledger = ledger(facts, door.today()?);
    let mut booked: Vec<Booked> = Vec::new();
    let mut rows: Vec<RowFacts> = Vec::new();
    for (index, row) in &import.rows {
        let mut answer = RowFacts { index: *index, ..RowFacts::default() };
        let outcome = match row {
            Err(errors) => Err(errors.clone()),
            Ok(row) => {
                answer.organisation_id = Some(row.org.clone());
                answer.number = Some(row.order.number.as_str().to_owned());
                decide(door, facts, &booked, row).and_then(|before| {
                    if let Some(id) = before {
                        return Ok((RowStatus::Unchanged, id));
                    }
                    let customer = facts.customers.iter().find(|it| it.id == row.org).ok_or_else(unknown)?;
                    let made = ledger.book(customer, row.order.clone(), &ids(door, &row.order))?;
                    let id = made.id.clone();
                    booked.push(made);
                    Ok((RowStatus::Booked, id))
                })
            }
        };
        match outcome {
            Ok((status, id)) => (answer.status, answer.order_id) = (status, Some(id)),
            Err(errors) => answer.errors = errors,
        }
        rows.push(answer);
    }
    let body = json!(ImportFacts::of(rows));
    let done = Done { see: super::orders_path(), status: StatusCode::OK, body };
    let mut deeds = once.keep(door.scope(), &done);
    if !booked.is_empty() {
        deeds.extend(deeds_of(door, me, facts, &booked)?);
    }
    match door.write(deeds).await {
        Ok(_) => Ok(Some(done)),
        Err(error) if was_changed(&error) || once.was_beaten(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The order that is there already with the same content, if there is one; refused with another content.
fn decide(
    door: &Door,
    facts: &Facts,
    booked: &[Booked],
    row: &OrderRow,
) -> Result<Option<crate::kernel::OrderId>, Vec<FieldError>> {
    let number = row.order.number.as_str();
    if let Some(known) = facts.known.iter().find(|it| it.org_id == row.org && it.number == number) {
        if known.is(&row.order) {
            return Ok(Some(known.id.clone()));
        }
        let said = exists(door, &row.order, known).to_string();
        return Err(vec![FieldError::new("number", "order-exists", said)]);
    }
    if booked.iter().any(|it| it.org_id == row.org && it.order.number == row.order.number) {
        let said = "An earlier row of this call has the same number. Each order has its own.";
        return Err(vec![FieldError::new("number", "twice", said)]);
    }
    Ok(None)
}

fn unknown() -> Vec<FieldError> {
    let said = "There is no such customer. Take the id from the list of organisations.";
    vec![FieldError::new("organisation_id", "unknown-organisation", said)]
}
