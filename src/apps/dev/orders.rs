//! Demo data of the Order Book. `orders.json` says what was ordered; its dates are days from today, the vendor's.

use crate::db::{Arg, Stmt};
use crate::kernel::Day;

const ORDERS: &str = include_str!("orders.json");

/// ?1 `orders.json`, ?2 today, ?3 now.
const FILL: [&str; 6] = [
    "insert into product (id, name, access_grace_days, suspension_days, trial_delete_days)
     select value ->> 'id', value ->> 'name', value ->> 'access_grace_days', value ->> 'suspension_days',
            value ->> 'trial_delete_days'
       from json_each(?1, '$.product')",
    "insert into sales_order (id, org_id, number, ordered_on, po_number, po_on, partner, agreement, kind, state,
                              created_at)
     select value ->> 'id', value ->> 'org_id', value ->> 'number', date(?2, (value ->> 'on') || ' days'),
            value ->> 'po_number', date(?2, (value ->> 'po_on') || ' days'), value ->> 'partner',
            value ->> 'agreement', value ->> 'kind', value ->> 'state', ?3 + 86400 * (value ->> 'on')
       from json_each(?1, '$.sales_order')",
    "insert into order_line (org_id, order_id, line, product_id, sku, description, quantity, unit, valid_from,
                             valid_till)
     select value ->> 'org_id', value ->> 'order_id', value ->> 'line', value ->> 'product_id', value ->> 'sku',
            value ->> 'description', value ->> 'quantity', value ->> 'unit',
            date(?2, (value ->> 'from') || ' days'), date(?2, (value ->> 'till') || ' days')
       from json_each(?1, '$.order_line')",
    "insert into subscription (id, org_id, order_id, product_id, sku, description, quantity, unit, starts_on,
                               valid_till, agreement, is_trial, cancelled_on, renewed_by, created_at)
     select value ->> 'id', value ->> 'org_id', value ->> 'order_id', value ->> 'product_id', value ->> 'sku',
            value ->> 'description', value ->> 'quantity', value ->> 'unit',
            date(?2, (value ->> 'starts_on') || ' days'), date(?2, (value ->> 'valid_till') || ' days'),
            value ->> 'agreement', coalesce(value ->> 'is_trial', 0), date(?2, (value ->> 'cancelled_on') || ' days'),
            value ->> 'renewed_by', ?3
       from json_each(?1, '$.subscription')",
    // Two years of top-ups, one in a fortnight, so that a history has pages.
    "with recursive fortnight (n) as (select 0 union all select n + 1 from fortnight where n < 44)
     insert into sales_order (id, org_id, number, ordered_on, po_number, po_on, agreement, kind, created_at)
     select printf('01938a00-0000-7000-8000-0007%08x', n), json_extract(?1, '$.tops_up'), printf('TU-%04d', 1000 + n),
            date(?2, (15 * n - 690) || ' days'), iif(n % 2, printf('SA-%d', 1000 + n), null),
            iif(n % 2, date(?2, (15 * n - 692) || ' days'), null), 'ppu_postpaid', 'top_up', ?3
       from fortnight",
    "insert into order_line (org_id, order_id, line, product_id, sku, description, quantity, unit, valid_from,
                             valid_till)
     select sales_order.org_id, sales_order.id, 1, value ->> 'product_id', value ->> 'sku', value ->> 'description',
            1 + substr(number, 4) % 5, value ->> 'unit', ordered_on, date(ordered_on, '364 days')
       from sales_order
       join json_each(?1, '$.top_up') on key = substr(number, 4) % 3
      where number like 'TU-%'",
];

pub fn fill(today: Day, now: i64) -> Vec<Stmt> {
    let args = [Arg::from(ORDERS), Arg::from(today.to_string()), Arg::from(now)];
    FILL.into_iter().map(|sql| Stmt { sql, args: super::seed::used(sql, &args) }).collect()
}
