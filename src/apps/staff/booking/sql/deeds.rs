//! An order, or a hundred, in as many statements: rows travel as JSON.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::rules::{Affected, Booked, Cancellation, Cancelled, Effect, Held, Kind, Move};
use crate::access::{Anyone, Deed, OrgScope, Scope};
use crate::apps::licences::Kind as LicenceKind;
use crate::kernel::{Day, EventId, OrderId};
use crate::sql;

/// The licences and the periods are those that the decision rests on, or the batch stops.
fn facts_hold(scope: &Anyone, booked: &[Booked], held: &[Held]) -> Deed {
    let mut licences = BTreeMap::new();
    for it in booked {
        for product in it.order.lines.iter().map(|it| &it.product_id) {
            let found = held.iter().find(|held| held.org_id == it.org_id && held.product_id == *product);
            licences.insert((&it.org_id, product), found.map(|it| it.version));
        }
    }
    let licences: Vec<Value> = licences
        .into_iter()
        .map(|((org, product), version)| json!({ "org": org, "product": product, "version": version }))
        .collect();
    let lines = booked.iter().filter(|it| it.order.kind != Kind::TopUp).flat_map(|it| {
        it.order.lines.iter().map(move |line| {
            json!({ "org": it.org_id, "product": line.product_id, "sku": line.sku, "from": line.valid_from,
                    "till": line.valid_till, "trial": it.order.is_trial })
        })
    });
    let lines: Vec<Value> = lines.collect();
    scope.deed(sql!(
        "select case
           when exists (select 1 from json_each(?1)
                         where (select version from licence
                                 where org_id = value ->> 'org' and product_id = value ->> 'product')
                               is not (value ->> 'version'))
             or exists (select 1 from json_each(?2) as line
                          join subscription as mine on mine.org_id = line.value ->> 'org'
                               and mine.product_id = line.value ->> 'product' and mine.sku = line.value ->> 'sku'
                         where mine.starts_on <= line.value ->> 'till'
                           and (line.value ->> 'trial' or not mine.is_trial)
                           and coalesce(min(mine.valid_till, date(mine.cancelled_on, '-1 day')), mine.valid_till)
                               >= max(mine.starts_on, line.value ->> 'from'))
             or exists (select 1 from json_each(?3) as earlier
                         where not exists (select 1 from subscription
                                            where id = earlier.value and renewed_by is null and cancelled_on is null))
           then json_extract('{}', 'facts-changed') else 1 end",
        json!(licences).to_string(),
        json!(lines).to_string(),
        json!(renewed(booked).filter(|it| !is_made_here(booked, it.0)).map(|it| it.0).collect::<Vec<_>>())
            .to_string(),
    ))
}

/// Earlier periods, each with the one that follows it.
fn renewed(booked: &[Booked]) -> impl Iterator<Item = (&str, &str)> {
    booked
        .iter()
        .flat_map(|it| &it.started)
        .flat_map(|it| it.renews.iter().map(move |old| (old.as_str(), it.id.as_str())))
}

fn is_made_here(booked: &[Booked], id: &str) -> bool {
    booked.iter().flat_map(|it| &it.started).any(|it| it.id.as_str() == id)
}

/// All that the orders do, but for audit and mail.
pub fn book(scope: &Anyone, booked: &[Booked], held: &[Held], now: i64) -> Vec<Deed> {
    let mut deeds = vec![facts_hold(scope, booked, held)];
    deeds.extend([orders(scope, booked, now), lines(scope, booked), periods(scope, booked, now)]);
    let pairs: Vec<[&str; 2]> = renewed(booked).map(|it| [it.0, it.1]).collect();
    if !pairs.is_empty() {
        deeds.push(scope.deed(sql!(
            "update subscription set renewed_by = pair.value ->> 1 from json_each(?1) as pair
              where subscription.id = pair.value ->> 0",
            json!(pairs).to_string(),
        )));
    }
    deeds.extend(licences(scope, booked, now));
    deeds
}

fn orders(scope: &Anyone, booked: &[Booked], now: i64) -> Deed {
    let row = |it: &Booked| {
        let order = &it.order;
        json!({ "id": it.id, "org": it.org_id, "number": order.number, "on": order.ordered_on, "po": order.po_number,
                "po_on": order.po_on, "partner": order.partner, "agreement": order.agreement, "kind": order.kind })
    };
    scope.deed(sql!(
        "insert into sales_order (id, org_id, number, ordered_on, po_number, po_on, partner, agreement, kind, created_at)
         select value ->> 'id', value ->> 'org', value ->> 'number', value ->> 'on', value ->> 'po', value ->> 'po_on',
                value ->> 'partner', value ->> 'agreement', value ->> 'kind', ?2
           from json_each(?1) where true order by key",
        json!(booked.iter().map(row).collect::<Vec<_>>()).to_string(),
        now,
    ))
}

fn lines(scope: &Anyone, booked: &[Booked]) -> Deed {
    let rows = booked.iter().flat_map(|it| {
        it.order.lines.iter().enumerate().map(move |(at, line)| {
            json!({ "order": it.id, "org": it.org_id, "line": at + 1, "product": line.product_id, "sku": line.sku,
                    "description": line.description, "quantity": line.quantity, "unit": line.unit,
                    "from": line.valid_from, "till": line.valid_till })
        })
    });
    scope.deed(sql!(
        "insert into order_line (org_id, order_id, line, product_id, sku, description, quantity, unit, valid_from,
                                 valid_till)
         select value ->> 'org', value ->> 'order', value ->> 'line', value ->> 'product', value ->> 'sku',
                value ->> 'description', value ->> 'quantity', value ->> 'unit', value ->> 'from', value ->> 'till'
           from json_each(?1)",
        json!(rows.collect::<Vec<_>>()).to_string(),
    ))
}

fn periods(scope: &Anyone, booked: &[Booked], now: i64) -> Deed {
    let rows = booked.iter().flat_map(|it| {
        it.order.lines.iter().zip(&it.started).map(move |(line, started)| {
            json!({ "id": started.id, "order": it.id, "org": it.org_id, "product": line.product_id, "sku": line.sku,
                    "description": line.description, "quantity": line.quantity, "unit": line.unit,
                    "from": line.valid_from, "till": line.valid_till, "agreement": it.order.agreement,
                    "trial": i64::from(it.order.is_trial) })
        })
    });
    scope.deed(sql!(
        "insert into subscription (id, org_id, order_id, product_id, sku, description, quantity, unit, starts_on,
                                   valid_till, agreement, is_trial, created_at)
         select value ->> 'id', value ->> 'org', value ->> 'order', value ->> 'product', value ->> 'sku',
                value ->> 'description', value ->> 'quantity', value ->> 'unit', value ->> 'from', value ->> 'till',
                value ->> 'agreement', value ->> 'trial', ?2
           from json_each(?1)",
        json!(rows.collect::<Vec<_>>()).to_string(),
        now,
    ))
}

/// New licences first, then what moves; of several moves of one licence the last one is where it stands.
fn licences(scope: &Anyone, booked: &[Booked], now: i64) -> Vec<Deed> {
    let moves: Vec<(&Booked, &Move)> =
        booked.iter().flat_map(|it| it.moves.iter().map(move |one| (it, one))).collect();
    if moves.is_empty() {
        return Vec::new();
    }
    let row = |(order, it): &(&Booked, &Move), steps: i64| {
        json!({ "id": it.licence, "org": order.org_id, "product": it.product_id, "kind": it.kind, "from": it.valid_from,
                "till": it.new_valid_till, "steps": steps })
    };
    let new: Vec<Value> =
        moves.iter().filter(|it| it.1.old_valid_till.is_none()).map(|it| row(it, 0)).collect();
    let mut last = BTreeMap::new();
    for it in moves.iter().filter(|it| it.1.old_valid_till.is_some()) {
        let steps = last.get(&it.1.licence).map_or(1, |(_, steps): &(Value, i64)| steps + 1);
        last.insert(&it.1.licence, (row(it, steps), steps));
    }
    let changed: Vec<Value> = last.into_values().map(|it| it.0).collect();
    let events = moves.iter().map(|(order, it)| {
        json!({ "id": it.event, "org": order.org_id, "licence": it.licence, "product": it.product_id,
                "old": it.old_valid_till, "new": it.new_valid_till, "cause": it.cause.code(),
                "note": event_note(order, it) })
    });
    vec![
        scope.deed(sql!(
            "insert into licence (id, org_id, product_id, kind, valid_from, valid_till, created_at)
             select value ->> 'id', value ->> 'org', value ->> 'product', value ->> 'kind', value ->> 'from',
                    value ->> 'till', ?2
               from json_each(?1)",
            json!(new).to_string(),
            now,
        )),
        scope.deed(sql!(
            "update licence set kind = value ->> 'kind', valid_from = value ->> 'from', valid_till = value ->> 'till',
                    cancelled_on = null, version = version + (value ->> 'steps')
               from json_each(?1) where licence.id = value ->> 'id'",
            json!(changed).to_string(),
        )),
        events_of(scope, &events.collect::<Vec<_>>(), now),
    ]
}

fn event_note(order: &Booked, it: &Move) -> String {
    let trial = if it.kind == LicenceKind::Trial { ", a trial" } else { "" };
    ["Order ", order.order.number.as_str(), trial].concat()
}

fn events_of(scope: &Anyone, events: &[Value], now: i64) -> Deed {
    scope.deed(sql!(
        "insert into licence_event (id, org_id, licence_id, product_id, at, old_valid_till, new_valid_till, cause,
                by_kind, note)
         select value ->> 'id', value ->> 'org', value ->> 'licence', value ->> 'product', ?2, value ->> 'old',
                value ->> 'new', value ->> 'cause', 'vendor', value ->> 'note'
           from json_each(?1)",
        json!(events).to_string(),
        now,
    ))
}

/// The order still stands as it was read; a subscription alone has none.
pub fn cancel_order(org: &OrgScope, order: &OrderId, asked: &Cancellation) -> Vec<Deed> {
    vec![
        org.deed(sql!(
            "select case when exists (select 1 from sales_order where org_id = ?1 and id = ?2 and state <> 'cancelled')
               then 1 else json_extract('{}', 'facts-changed') end",
            order.as_str(),
        )),
        org.deed(sql!(
            "update sales_order set state = 'cancelled', cancelled_on = ?3, cancellation_note = ?4
              where org_id = ?1 and id = ?2",
            order.as_str(),
            asked.cancelled_on.to_string(),
            asked.note.as_str(),
        )),
    ]
}

/// The periods, what they had followed, and the licences that go with them.
pub fn cancel(
    org: &OrgScope,
    gone: &Cancelled,
    asked: &Cancellation,
    events: &[EventId],
    now: i64,
) -> Vec<Deed> {
    let on = asked.cancelled_on.to_string();
    let ids = json!(gone.subscriptions).to_string();
    let versions: Vec<Value> =
        gone.licences.iter().map(|it| json!({ "id": it.licence, "version": it.version })).collect();
    let after = |it: &Affected| -> (Day, Option<Day>) {
        match it.effect {
            Effect::Cancelled { on } => (it.old_valid_till, Some(on)),
            Effect::Shortened { till } => (till, None),
        }
    };
    let licences: Vec<Value> = gone
        .licences
        .iter()
        .map(|it| json!({ "id": it.licence, "till": after(it).0, "cancelled": after(it).1 }))
        .collect();
    let told: Vec<Value> = gone
        .licences
        .iter()
        .zip(events)
        .map(|(it, event)| {
            json!({ "id": event, "licence": it.licence, "product": it.product_id,
                    "old": it.old_valid_till, "new": after(it).0, "note": asked.note })
        })
        .collect();
    vec![
        org.deed(sql!(
            "select case
               when (select count(*) from subscription
                      where org_id = ?1 and cancelled_on is null and id in (select value from json_each(?2)))
                    <> json_array_length(?2)
                 or exists (select 1 from json_each(?3)
                             where not exists (select 1 from licence where org_id = ?1 and id = value ->> 'id'
                                                  and version = value ->> 'version' and cancelled_on is null))
               then json_extract('{}', 'facts-changed') else 1 end",
            ids.as_str(),
            json!(versions).to_string(),
        )),
        org.deed(sql!(
            "update subscription set cancelled_on = ?3, cancellation_note = ?4
              where org_id = ?1 and id in (select value from json_each(?2))",
            ids.as_str(),
            on.as_str(),
            asked.note.as_str(),
        )),
        // What never ran has followed nothing.
        org.deed(sql!(
            "update subscription set renewed_by = null
              where org_id = ?1 and renewed_by in (select value from json_each(?2))
                and (select starts_on from subscription as gone where gone.id = subscription.renewed_by) >= ?3",
            ids.as_str(),
            on.as_str(),
        )),
        org.deed(sql!(
            "update licence set valid_till = value ->> 'till', cancelled_on = value ->> 'cancelled',
                    version = version + 1
               from json_each(?2) where licence.org_id = ?1 and licence.id = value ->> 'id'",
            json!(licences).to_string(),
        )),
        org.deed(sql!(
            "insert into licence_event (id, org_id, licence_id, product_id, at, old_valid_till, new_valid_till, cause,
                    by_kind, note)
             select value ->> 'id', ?1, value ->> 'licence', value ->> 'product', ?3, value ->> 'old', value ->> 'new',
                    'cancellation', 'vendor', value ->> 'note'
               from json_each(?2)",
            json!(told).to_string(),
            now,
        )),
    ]
}
