//! Demo data of the dashboards: a series that grows and passes what was bought, one that comes near, one without a
//! quantity, one with days missing, one with a single day. Days count from today, the vendor's.

use serde_json::{Value, json};

use crate::db::{Arg, Stmt};
use crate::kernel::Day;

/// Product, sub-product, what it is called, its unit.
const KINDS: [(&str, &str, &str, &str); 8] = [
    ("skyconnect", "mailboxes", "Mailboxes", "users"),
    ("skyconnect", "storage", "Extra storage", "GB"),
    ("vaultastic", "active-store", "Active Store", "GB"),
    ("vaultastic", "open-store", "Open Store", "GB"),
    ("clrstream", "inbound", "Inbound mail", "users"),
    ("clrstream", "outbound", "Outbound mail", "users"),
    ("legacyflo", "migration", "Migrated mail", "GB"),
    ("ideolve", "team", "Members", "users"),
];

/// What one pack holds, in the unit of the sub-product.
const PACKS: [(&str, &str, i64); 4] = [
    ("active-store", "Vaultastic-Continuity", 500),
    ("active-store", "Vaultastic-Compliance", 500),
    ("active-store", "Vaultastic-Supervision", 500),
    ("open-store", "Vaultastic-StorageCredits", 100),
];

struct Series {
    org: &'static str,
    product: &'static str,
    sub_product: &'static str,
    /// First and last day.
    days: (i64, i64),
    /// Of the first and the last day, in hundredths.
    used: (i64, i64),
    /// How far a day may stand off the way between them, in hundredths.
    off: i64,
    /// Days without a report.
    missing: (i64, i64),
}

const fn series(
    org: &'static str,
    of: (&'static str, &'static str),
    days: (i64, i64),
    used: (i64, i64),
    off: i64,
    missing: (i64, i64),
) -> Series {
    Series { org, product: of.0, sub_product: of.1, days, used, off, missing }
}

const SERIES: [Series; 10] = [
    series("201", ("skyconnect", "mailboxes"), (-400, -1), (18_000, 26_700), 300, (-13, -11)),
    series("201", ("skyconnect", "storage"), (-400, -1), (31_050, 78_240), 900, (1, 1)),
    series("201", ("vaultastic", "active-store"), (-390, -1), (81_200, 166_480), 600, (1, 1)),
    series("201", ("vaultastic", "open-store"), (-60, -1), (4_000, 21_375), 150, (-40, -36)),
    series("201", ("clrstream", "inbound"), (-359, -1), (19_000, 26_200), 300, (1, 1)),
    series("201", ("legacyflo", "migration"), (-299, -31), (0, 51_290), 0, (1, 1)),
    series("201", ("ideolve", "team"), (-1, -1), (600, 600), 0, (1, 1)),
    series("202", ("skyconnect", "mailboxes"), (-350, -1), (9_000, 13_000), 0, (1, 1)),
    series("202", ("vaultastic", "active-store"), (-350, -1), (21_000, 61_310), 400, (1, 1)),
    series("203", ("skyconnect", "mailboxes"), (-400, -1), (4_100, 7_000), 100, (1, 1)),
];

/// What has been told of them: organisation, product, sub-product, the shares, used in hundredths, purchased.
type Told = (&'static str, &'static str, &'static str, &'static [i64], i64, i64);

const TOLD: [Told; 4] = [
    ("201", "skyconnect", "mailboxes", &[80, 90], 26_700, 275),
    ("201", "skyconnect", "storage", &[80, 90, 100], 78_240, 750),
    ("201", "vaultastic", "active-store", &[80], 166_480, 2000),
    ("202", "skyconnect", "mailboxes", &[80, 90, 100], 13_000, 130),
];

#[must_use]
pub fn fill(today: Day, now: i64) -> Vec<Stmt> {
    let on = |days: i64| shifted(today, days).to_string();
    let org = |it: &str| format!("01938a00-0000-7000-8000-000000000{it}");
    let kinds: Vec<Value> =
        KINDS.iter().map(|it| json!({ "product": it.0, "id": it.1, "label": it.2, "unit": it.3 })).collect();
    let packs: Vec<Value> = PACKS.iter().map(|it| json!({ "of": it.0, "sku": it.1, "each": it.2 })).collect();
    let series: Vec<Value> = SERIES
        .iter()
        .map(|it| {
            json!({
                "org": org(it.org), "product": it.product, "sub_product": it.sub_product, "first": on(it.days.0),
                "days": it.days.1 - it.days.0, "from": it.used.0, "to": it.used.1, "off": it.off,
                "gone": on(it.missing.0), "back": on(it.missing.1),
            })
        })
        .collect();
    let told = TOLD.iter().flat_map(|&(of, product, sub_product, shares, used, purchased)| {
        let told = move |share: &i64| {
            json!({
                "org": org(of), "product": product, "sub_product": sub_product, "share": share, "used": used,
                "purchased": purchased,
            })
        };
        shares.iter().map(told)
    });
    let told: Vec<Value> = told.collect();
    let list = |rows: &[Value]| Arg::from(json!(rows).to_string());
    vec![
        Stmt { sql: FILL_KINDS, args: vec![list(&kinds)] },
        Stmt { sql: FILL_PACKS, args: vec![list(&packs)] },
        Stmt { sql: FILL_SAMPLES, args: vec![list(&series), Arg::from(now - 5400)] },
        Stmt { sql: FILL_ALERTS, args: vec![list(&told), Arg::from(on(-1)), Arg::from(now - 3600)] },
        Stmt { sql: "update usage_meter set changed_from = null", args: Vec::new() },
    ]
}

fn shifted(day: Day, days: i64) -> Day {
    if days < 0 { day.minus(days.unsigned_abs()) } else { day.plus(days.unsigned_abs()) }
}

const FILL_KINDS: &str = "insert into sub_product (product_id, id, label, unit)
     select value ->> 'product', value ->> 'id', value ->> 'label', value ->> 'unit' from json_each(?1)";

const FILL_PACKS: &str = "insert into sub_product_sku (product_id, sub_product, sku, each)
     select 'vaultastic', value ->> 'of', value ->> 'sku', value ->> 'each' from json_each(?1)";

/// Quieter at the end of each week, and a little off the straight way on each day.
const FILL_SAMPLES: &str = "with recursive day (n) as (select 0 union all select n + 1 from day where n < 400)
     insert into usage_sample (org_id, product_id, sub_product, used_on, used, updated_at)
     select value ->> 'org', value ->> 'product', value ->> 'sub_product', date(value ->> 'first', '+' || n || ' days'),
            max(0, (value ->> 'from')
              + ((value ->> 'to') - (value ->> 'from')) * n * n / max(1, (value ->> 'days') * (value ->> 'days'))
              - iif(n < value ->> 'days', (value ->> 'off') * ((n * 7919) % 11) / 10, 0))
              / iif(value ->> 'sub_product' in ('mailboxes', 'inbound', 'team'), 100, 1)
              / iif(value ->> 'sub_product' in ('mailboxes', 'inbound', 'team'), 1, 100.0),
            ?2
       from json_each(?1)
       join day on n <= value ->> 'days'
      where date(value ->> 'first', '+' || n || ' days') not between value ->> 'gone' and value ->> 'back'
         or value ->> 'gone' > date(value ->> 'first', '+' || (value ->> 'days') || ' days')";

const FILL_ALERTS: &str = "insert into usage_alert (org_id, product_id, sub_product, period, threshold, crossed_on, used,
                                                purchased, told_at)
     select value ->> 'org', value ->> 'product', value ->> 'sub_product', substr(?2, 1, 7), value ->> 'share', ?2,
            (value ->> 'used') / 100.0, value ->> 'purchased', ?3
       from json_each(?1)";
