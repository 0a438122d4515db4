//! Demo data of the licences: every state there is, and a history of 400 rows at Sundaram Analytics. Days count from
//! today, the vendor's. The products are those of the order book, which is loaded before.

use serde_json::{Value, json};

use crate::db::{Arg, Stmt};
use crate::kernel::Day;

const ACME: &str = "201";
const HARBOUR: &str = "202";
const SUNDARAM: &str = "203";
const KESTREL: &str = "204";

/// Organisation, product, kind, first and last day, day of cancellation. Active, expiring soon, a trial, cancelled;
/// ending in 12 days; expired within its grace; an expired trial.
type Row = (&'static str, &'static str, &'static str, i64, i64, Option<i64>);

const LICENCES: [Row; 11] = [
    (ACME, "skyconnect", "subscription", -410, 319, None),
    (ACME, "vaultastic", "subscription", -395, 64, None),
    (ACME, "clrstream", "subscription", -360, 200, None),
    (ACME, "legacyflo", "subscription", -300, 65, Some(-30)),
    (ACME, "ideolve", "trial", -10, 20, None),
    (HARBOUR, "skyconnect", "subscription", -353, 12, None),
    (HARBOUR, "vaultastic", "subscription", -353, 12, None),
    (SUNDARAM, "skyconnect", "subscription", -700, -6, None),
    (SUNDARAM, "vaultastic", "subscription", -700, -6, None),
    (KESTREL, "skyconnect", "subscription", -150, 215, None),
    (KESTREL, "clrstream", "trial", -33, -3, None),
];

#[must_use]
pub fn fill(today: Day, now: i64) -> Vec<Stmt> {
    let on = |days: i64| shifted(today, days).to_string();
    let licence = |at: usize, row: &Row| {
        let (org, product, kind, from, till, cancelled) = *row;
        json!({
            "id": id(8, at), "org": organisation(org), "product": product, "kind": kind, "from": on(from),
            "till": on(till), "cancelled": cancelled.map(on), "at": now + 86_400 * from,
        })
    };
    let licences: Vec<Value> = LICENCES.iter().enumerate().map(|(at, row)| licence(at, row)).collect();
    let (requests, grants) = requests(today, now);
    let text = |rows: &[Value]| Arg::from(json!(rows).to_string());
    vec![
        Stmt { sql: FILL_LICENCES, args: vec![text(&licences)] },
        Stmt { sql: FILL_FIRST_EVENTS, args: vec![text(&licences)] },
        Stmt { sql: FILL_LONG_HISTORY, args: vec![organisation(SUNDARAM).into(), on(0).into(), now.into()] },
        Stmt { sql: FILL_REQUESTS, args: vec![text(&requests)] },
        Stmt { sql: FILL_GRANTS, args: vec![text(&grants)] },
    ]
}

/// Vaultastic of Sundaram has been extended twice within the window, so a third request was refused; `SkyConnect` can
/// be extended.
fn requests(today: Day, now: i64) -> (Vec<Value>, Vec<Value>) {
    let request = |at: usize, ago: i64, granted: bool, message: String, next: Option<i64>| {
        let (status, code) = if granted { ("granted", "GRANTED") } else { ("rejected", "LIMIT_REACHED") };
        json!({
            "id": id(10, at), "event": id(9, 1000 + at), "org": organisation(SUNDARAM), "licence": id(8, 8),
            "at": now - 86_400 * ago - 5400, "on": shifted(today, -ago).to_string(), "status": status, "code": code,
            "message": message, "till": shifted(today, if granted { 1 - ago } else { -6 }).to_string(),
            "before": shifted(today, -ago - 1).to_string(),
            "next": next.map(|it| shifted(today, it).to_string()),
        })
    };
    let words = |days: i64| shifted(today, days).words();
    let granted = |ago: i64| {
        format!(
            "Licence extended by 1 day, valid till {}. Product screens will show it within 2 hours.",
            words(1 - ago)
        )
    };
    let limit = format!(
        "This facility has been used twice in the last 90 days, on {} and {}. Next possible on {}.",
        words(-48),
        words(-21),
        words(42)
    );
    let grants = vec![request(0, 48, true, granted(48), None), request(1, 21, true, granted(21), None)];
    let mut all = grants.clone();
    all.push(request(2, 4, false, limit, Some(42)));
    (all, grants)
}

fn organisation(short: &str) -> String {
    format!("01938a00-0000-7000-8000-000000000{short}")
}

fn id(kind: usize, at: usize) -> String {
    format!("01938a00-0000-7000-8000-{kind:04x}{at:08x}")
}

fn shifted(day: Day, by: i64) -> Day {
    if by < 0 { day.minus(by.unsigned_abs()) } else { day.plus(by.unsigned_abs()) }
}

const FILL_LICENCES: &str =
    "insert into licence (id, org_id, product_id, kind, valid_from, valid_till, cancelled_on, created_at)
     select value ->> 'id', value ->> 'org', value ->> 'product', value ->> 'kind', value ->> 'from', value ->> 'till',
            value ->> 'cancelled', value ->> 'at'
       from json_each(?1)";

const FILL_FIRST_EVENTS: &str =
    "insert into licence_event (id, org_id, licence_id, product_id, at, new_valid_till, cause, by_kind, note)
     select replace(value ->> 'id', '-0008', '-0009'), value ->> 'org', value ->> 'id', value ->> 'product',
            value ->> 'at', value ->> 'till', iif(value ->> 'kind' = 'trial', 'vendor', 'order'), 'vendor',
            iif(value ->> 'kind' = 'trial', 'Thirty days to try it', 'The order was booked')
       from json_each(?1)
      union all
     select replace(value ->> 'id', '-0008', '-0019'), value ->> 'org', value ->> 'id', value ->> 'product',
            unixepoch(value ->> 'cancelled'), value ->> 'till', 'cancellation', 'vendor', 'Cancelled as agreed by mail'
       from json_each(?1) where value ->> 'cancelled' is not null";

/// 396 changes of two licences, each a few days on, which makes 400 with the first ones and two extensions.
const FILL_LONG_HISTORY: &str = "with recursive step (n) as (select 0 union all select n + 1 from step where n < 395)
     insert into licence_event (id, org_id, licence_id, product_id, at, old_valid_till, new_valid_till, cause, by_kind,
                                by_name, note)
     select printf('01938a00-0000-7000-8000-0029%08x', n), licence.org_id, licence.id, licence.product_id,
            ?3 - 86400 * (10 + 3 * (197 - n / 2)), date(?2, (-9 - 3 * (197 - n / 2)) || ' days'),
            date(?2, (-6 - 3 * (197 - n / 2)) || ' days'),
            case when n % 20 = 7 then 'payment_record' when n % 66 = 3 then 'renewal' else 'vendor' end,
            case when n % 20 = 7 then 'contact' when n % 66 = 3 then 'system' else 'vendor' end,
            iif(n % 20 = 7, 'Lakshmi Sundaram', null),
            case when n % 20 = 7 then printf('Invoice SA/%04d', 4000 + n) when n % 66 = 3 then ''
                 else 'Moved on while the invoices of the quarter are settled' end
       from step
       join licence on licence.org_id = ?1 and licence.product_id = iif(n % 2, 'vaultastic', 'skyconnect')";

const FILL_REQUESTS: &str =
    "insert into extension_request (id, org_id, licence_id, product_id, at, requested_on, reason, description, by_person,
                                    by_name, status, code, message, valid_till, next_possible_on)
     select value ->> 'id', value ->> 'org', value ->> 'licence', 'vaultastic', value ->> 'at', value ->> 'on',
            'payment_overdue', 'The payment run of our bank is on Friday.', person.id, person.display_name,
            value ->> 'status', value ->> 'code', value ->> 'message', value ->> 'till', value ->> 'next'
       from json_each(?1)
       join role on role.org_id = value ->> 'org' and role.role = 'billing'
       join contact on contact.id = role.contact_id
       join person on person.id = contact.person_id";

const FILL_GRANTS: &str =
    "insert into licence_event (id, org_id, licence_id, product_id, at, old_valid_till, new_valid_till, cause, by_kind,
                                by_name, note)
     select value ->> 'event', value ->> 'org', value ->> 'licence', 'vaultastic', value ->> 'at', value ->> 'before',
            value ->> 'till', 'extension_request', 'contact', request.by_name,
            'We need more time to pay overdue invoices: ' || request.description
       from json_each(?1)
       join extension_request as request on request.id = value ->> 'id'";
