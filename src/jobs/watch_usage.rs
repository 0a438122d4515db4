//! Tells Primary and Billing that 80, 90 and 100 % of what was bought are in use, each once in a billing period, which
//! is a month: excess is billed at its end (domain 5.3, 6.4).
//!
//! What has been told is a row of `usage_alert`, written in the batch of the notification and the mails, so it does not
//! matter how often, how late or how many at a time this runs. `usage_meter.changed_from` only says where to look.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::same_id::same_id;
use super::tell_queue;
use crate::access::{Deed, Query, Scope, System};
use crate::apps::dashboards::mail::{CATEGORY, Crossing, OVER_USE, OverUse};
use crate::apps::dashboards::{Part, Sample, THRESHOLDS, purchased, reaches};
use crate::apps::notifications::mail::usual_of;
use crate::db::Rows;
use crate::error::Error;
use crate::kernel::{Day, Email, MailId, NotificationId, OrgId, PersonId, ProductId, Role, SubProductId};
use crate::sql;

/// So many meters a batch, each with up to two months of samples.
const CHUNK: usize = 200;

/// A meter with something new, and everything that there is to say about it.
#[derive(Deserialize)]
struct Found {
    org_id: OrgId,
    organisation: String,
    product_id: ProductId,
    product: String,
    sub_product: SubProductId,
    label: String,
    unit: String,
    version: i64,
    #[serde(deserialize_with = "from_json")]
    samples: Vec<Sample>,
    #[serde(deserialize_with = "from_json")]
    parts: Vec<Part>,
    #[serde(deserialize_with = "from_json")]
    told: Vec<Told>,
    #[serde(deserialize_with = "from_json")]
    /// Who has such mails at once; the notification is there for both whatever they chose, and the weekly mail
    /// collects it for who wants it so.
    readers: Vec<Reader>,
}

#[derive(Deserialize)]
struct Told {
    period: String,
    threshold: i64,
}

#[derive(Deserialize)]
struct Reader {
    person: PersonId,
    name: String,
    email: Email,
    role: Role,
}

/// What one batch is made of, as JSON for `json_each`.
#[derive(Default)]
struct Plan {
    seen: Vec<Value>,
    marks: Vec<Value>,
    notices: Vec<Value>,
    mails: Vec<Value>,
}

/// In so many batches; the next cron goes on.
pub async fn watch_usage(system: &System, rounds: usize) -> Result<Value, Error> {
    let zone = system.app().config().zone;
    let today = Day::today(system.now(), zone).ok_or(Error::NotFound)?;
    let (mut looked_at, mut crossed, mut mails) = (0, 0, 0);
    for _ in 0..rounds {
        let found = system.read(those_changed(system, today)).await?;
        let is_last = found.len() < CHUNK;
        looked_at += found.len();
        if !found.is_empty() {
            let rows = system.write(deeds(system, &plan(system, found))).await?;
            crossed += rows.get(2).map_or(0, Rows::changes);
            mails += tell_queue(system, "watch_usage", rows.into_iter().nth(1)).await?;
        }
        if is_last {
            return Ok(json!({ "looked_at": looked_at, "crossed": crossed, "mails": mails, "more": false }));
        }
    }
    Ok(json!({ "looked_at": looked_at, "crossed": crossed, "mails": mails, "more": true }))
}

/// This month and the last one, whose end may be reported late; what is older is history and no news.
fn those_changed(system: &System, today: Day) -> Query<Vec<Found>> {
    let first = today.month_before(1);
    system.scope().query(sql!(
        "select meter.org_id, organisation.name as organisation, meter.product_id, product.name as product,
                meter.sub_product, kind.label, kind.unit, meter.version,
                (select json_group_array(json_object('used_on', used_on, 'used', used)) from usage_sample as sample
                  where sample.org_id = meter.org_id and sample.product_id = meter.product_id
                    and sample.sub_product = meter.sub_product
                    and sample.used_on >= max(meter.changed_from, ?1)) as samples,
                (select json_group_array(json_object('product_id', meter.product_id, 'sub_product', meter.sub_product,
                          'quantity', mine.quantity * coalesce(pack.each, 1), 'starts_on', mine.starts_on,
                          'valid_till', mine.valid_till, 'cancelled_on', mine.cancelled_on,
                          'renewed_on', successor.starts_on))
                   from subscription as mine
                   left join subscription as successor
                     on successor.id = mine.renewed_by and successor.org_id = mine.org_id
                   left join sub_product_sku as pack on pack.product_id = meter.product_id and pack.sku = mine.sku
                    and pack.sub_product = meter.sub_product
                  where mine.org_id = meter.org_id and mine.product_id = meter.product_id and mine.valid_till >= ?1
                    and mine.quantity is not null and mine.is_trial = 0
                    and mine.agreement in ('contract', 'ppu_prepaid')
                    and (pack.each is not null
                         or (mine.unit = kind.unit and not exists (
                             select 1 from sub_product_sku as other
                              where other.product_id = meter.product_id and other.sku = mine.sku)))) as parts,
                (select json_group_array(json_object('period', period, 'threshold', threshold))
                   from usage_alert as alert
                  where alert.org_id = meter.org_id and alert.period >= ?2 and alert.product_id = meter.product_id
                    and alert.sub_product = meter.sub_product) as told,
                (select json_group_array(json_object('person', person.id, 'name', person.display_name,
                                                     'email', person.email, 'role', role.role))
                   from role
                   join contact on contact.org_id = role.org_id and contact.id = role.contact_id
                   join person on person.id = contact.person_id
                  where role.org_id = meter.org_id and role.role in ('primary', 'billing')
                    and coalesce((select mail from notification_preference as chosen
                                   where chosen.person_id = person.id and chosen.org_id = meter.org_id
                                     and chosen.category = ?3), ?4) = 'on') as readers
           from usage_meter as meter indexed by usage_meter_changed
           join organisation on organisation.id = meter.org_id
           join product on product.id = meter.product_id
           join sub_product as kind on kind.product_id = meter.product_id and kind.id = meter.sub_product
          where meter.changed_from is not null
          order by meter.org_id, meter.product_id, meter.sub_product limit 200",
        first.to_string(),
        period_of(first),
        CATEGORY.code(),
        usual_of(CATEGORY),
    ))
}

fn period_of(day: Day) -> String {
    format!("{}-{:02}", day.year(), day.month())
}

fn plan(system: &System, found: Vec<Found>) -> Plan {
    let mut plan = Plan::default();
    for it in found {
        plan.seen.push(json!({
            "org": it.org_id, "product": it.product_id, "sub_product": it.sub_product, "version": it.version,
        }));
        let mut periods: Vec<String> = it.samples.iter().map(|it| period_of(it.used_on)).collect();
        periods.sort_unstable();
        periods.dedup();
        for period in periods {
            look_at(system, &mut plan, &it, &period);
        }
    }
    plan
}

/// Marks every threshold that was reached and is not marked yet; of those only the highest is told.
fn look_at(system: &System, plan: &mut Plan, found: &Found, period: &str) {
    let mut highest = None;
    for threshold in THRESHOLDS {
        let told = found.told.iter().any(|it| it.period == period && it.threshold == threshold);
        let Some(first) = (!told).then(|| first_reaching(found, period, threshold)).flatten() else {
            continue;
        };
        let crossing = crossing(found, threshold, first);
        plan.marks.push(about(period, &crossing));
        highest = Some(crossing);
    }
    let told_more =
        |it: &Crossing| found.told.iter().any(|old| old.period == period && old.threshold > it.threshold);
    if let Some(crossing) = highest.filter(|it| !told_more(it)) {
        tell(system, plan, found, period, &crossing);
    }
}

/// The day, what was used on it, and what was in force.
fn first_reaching(found: &Found, period: &str, threshold: i64) -> Option<(Sample, i64)> {
    let days = found.samples.iter().filter(|it| period_of(it.used_on) == period);
    let reached = days.filter_map(|it| Some((it, purchased(&found.parts, it.used_on)?)));
    let reached = reached.filter(|it| reaches(it.0.used, it.1, threshold));
    reached.min_by_key(|it| it.0.used_on).map(|it| (it.0.clone(), it.1))
}

fn crossing(found: &Found, threshold: i64, (sample, purchased): (Sample, i64)) -> Crossing {
    Crossing {
        organisation: found.organisation.clone(),
        org: found.org_id.clone(),
        product_id: found.product_id.clone(),
        product: found.product.clone(),
        sub_product: found.sub_product.clone(),
        label: found.label.clone(),
        unit: found.unit.clone(),
        threshold,
        crossed_on: sample.used_on,
        used: sample.used,
        purchased,
    }
}

fn about(period: &str, it: &Crossing) -> Value {
    json!({
        "org": it.org, "product": it.product_id, "sub_product": it.sub_product, "period": period,
        "threshold": it.threshold, "crossed_on": it.crossed_on, "used": it.used, "purchased": it.purchased,
    })
}

fn tell(system: &System, plan: &mut Plan, found: &Found, period: &str, crossing: &Crossing) {
    let with = |more: Value| match (about(period, crossing), more) {
        (Value::Object(mut about), Value::Object(more)) => {
            about.extend(more);
            Value::Object(about)
        }
        (about, _) => about,
    };
    let Crossing { org, product_id, sub_product, threshold, crossed_on, .. } = crossing;
    let (product, part) = (product_id.as_str(), sub_product.as_str());
    let matter =
        |to: &str| format!("usage\n{}\n{product}\n{part}\n{period}\n{threshold}\n{to}", org.as_str());
    let at = system.app().config().zone.start_of(*crossed_on);
    let title: String = crossing.headline().chars().take(120).collect();
    plan.notices.push(with(json!({
        "id": same_id::<NotificationId>(&matter(""), at),
        "title": title,
        "body": crossing.lines().join(" "),
        "link": crossing.link(),
    })));
    let mut by_address: BTreeMap<&str, (&Reader, Vec<Role>)> = BTreeMap::new();
    for reader in &found.readers {
        by_address.entry(reader.email.as_str()).or_insert_with(|| (reader, Vec::new())).1.push(reader.role);
    }
    for (to, (reader, mut roles)) in by_address {
        roles.sort_unstable();
        let id = same_id::<MailId>(&matter(to), at);
        let Reader { person, name, .. } = reader;
        let (person, name) = (Some(person.clone()), name.clone());
        let payload = OverUse { person, name, roles, crossing: crossing.clone() };
        plan.mails.push(with(json!({ "id": id, "to": to, "payload": payload })));
    }
}

/// Whatever somebody else has told meanwhile is left out. A meter that changed meanwhile stays to be looked at.
fn deeds(system: &System, plan: &Plan) -> Vec<Deed> {
    let scope = system.scope();
    let json = |rows: &[Value]| json!(rows).to_string();
    vec![
        scope.deed(sql!(
            "insert or ignore into notification
                    (id, org_id, roles, category, title, body, link, source, published_at, created_at)
             select new.value ->> 'id', new.value ->> 'org', '[\"primary\",\"billing\"]', 'billing',
                    new.value ->> 'title', new.value ->> 'body', new.value ->> 'link', 'system', ?2, ?2
               from json_each(?1) as new
              where not exists (
                    select 1 from usage_alert as alert
                     where alert.org_id = new.value ->> 'org' and alert.period = new.value ->> 'period'
                       and alert.product_id = new.value ->> 'product' and alert.sub_product = new.value ->> 'sub_product'
                       and alert.threshold = new.value ->> 'threshold')",
            json(&plan.notices),
            system.now(),
        )),
        scope.deed(sql!(
            "insert or ignore into outbox (id, kind, org_id, recipient, payload, created_at, state_at)
             select new.value ->> 'id', ?3, new.value ->> 'org', new.value ->> 'to', new.value -> 'payload', ?2, ?2
               from json_each(?1) as new
              where not exists (
                    select 1 from usage_alert as alert
                     where alert.org_id = new.value ->> 'org' and alert.period = new.value ->> 'period'
                       and alert.product_id = new.value ->> 'product' and alert.sub_product = new.value ->> 'sub_product'
                       and alert.threshold = new.value ->> 'threshold')
             returning id",
            json(&plan.mails),
            system.now(),
            OVER_USE,
        )),
        scope.deed(sql!(
            "insert or ignore into usage_alert
                    (org_id, product_id, sub_product, period, threshold, crossed_on, used, purchased, told_at)
             select value ->> 'org', value ->> 'product', value ->> 'sub_product', value ->> 'period',
                    value ->> 'threshold', value ->> 'crossed_on', value ->> 'used', value ->> 'purchased', ?2
               from json_each(?1)",
            json(&plan.marks),
            system.now(),
        )),
        scope.deed(sql!(
            "update usage_meter set changed_from = null
               from json_each(?1) as seen
              where usage_meter.org_id = seen.value ->> 'org' and usage_meter.product_id = seen.value ->> 'product'
                and usage_meter.sub_product = seen.value ->> 'sub_product'
                and usage_meter.version = seen.value ->> 'version'",
            json(&plan.seen),
        )),
    ]
}

fn from_json<'de, D: Deserializer<'de>, T: serde::de::DeserializeOwned>(from: D) -> Result<T, D::Error> {
    serde_json::from_str(&String::deserialize(from)?).map_err(serde::de::Error::custom)
}
