use super::rules::{Order, Product, Subscription, Wanted, WantedNow};
use crate::access::{OrgScope, Query, Scope};
use crate::kernel::{Day, OrderId};
use crate::sql;

/// Later than every day there is.
const NO_DAY: &str = "9999-12-31";

/// An order with its lines as JSON, so that a list of orders stays one statement.
macro_rules! orders {
    () => {
        "select booked.id, booked.number, booked.ordered_on, booked.po_number, booked.po_on, booked.partner,
                booked.agreement, booked.kind, booked.state, booked.cancelled_on, booked.cancellation_note,
                (select json_group_array(json_object('line', line, 'product_id', product_id, 'product', product,
                          'sku', sku, 'description', description, 'quantity', quantity, 'unit', unit,
                          'valid_from', valid_from, 'valid_till', valid_till))
                   from (select order_line.line, order_line.product_id, product.name as product, order_line.sku,
                                order_line.description, order_line.quantity, order_line.unit,
                                order_line.valid_from, order_line.valid_till
                           from order_line
                           join product on product.id = order_line.product_id
                          where order_line.order_id = booked.id
                          order by order_line.line)) as lines
           from sales_order as booked "
    };
}

/// Newest first. One upper bound serves the cursor and the last day alike, so that the index finds the first row.
pub fn orders(org: &OrgScope, wanted: &Wanted) -> Query<Vec<Order>> {
    let end = wanted.to.map_or_else(|| NO_DAY.to_owned(), |it| it.plus(1).to_string());
    let after = wanted.page.after.as_ref().map(|it| (it.key.to_string(), it.id.as_str().to_owned()));
    let (day, id) = after.filter(|it| it.0 < end).unwrap_or((end, String::new()));
    org.query(sql!(
        concat!(
            orders!(),
            "where booked.org_id = ?1 and booked.ordered_on >= ?2 and (booked.ordered_on, booked.id) < (?3, ?4)
               and (?5 is null or exists (
                    select 1 from order_line
                     where order_line.org_id = ?1 and order_line.product_id = ?5 and order_line.order_id = booked.id))
               and (?6 is null or booked.number like ?6 escape '\\' or booked.po_number like ?6 escape '\\' or exists (
                    select 1 from order_line where order_line.order_id = booked.id and order_line.sku like ?6 escape '\\'))
             order by booked.ordered_on desc, booked.id desc
             limit ?7"
        ),
        wanted.from.map_or_else(String::new, String::from),
        day,
        id,
        wanted.product.as_ref().map(|it| it.as_str().to_owned()),
        wanted.q.as_ref().map(|it| it.pattern().to_owned()),
        wanted.page.wanted(),
    ))
}

pub fn order(org: &OrgScope, id: &OrderId) -> Query<Option<Order>> {
    org.query(sql!(concat!(orders!(), "where booked.org_id = ?1 and booked.id = ?2"), id.as_str()))
}

/// What ends first stands first within its product. What is over is left out as `State::is_current` says.
pub fn subscriptions(org: &OrgScope, wanted: &WantedNow, today: Day) -> Query<Vec<Subscription>> {
    let after = wanted.page.after.as_ref();
    let (product, till) = after
        .map_or((String::new(), String::new()), |it| (it.key.0.as_str().to_owned(), it.key.1.to_string()));
    org.query(sql!(
        "select mine.id, mine.product_id, product.name as product, mine.sku, mine.description, mine.quantity,
                mine.unit, mine.starts_on, mine.valid_till, mine.agreement, mine.is_trial, mine.cancelled_on,
                successor.starts_on as renewed_on, booked.id as order_id, booked.number as order_number
           from subscription as mine
           join product on product.id = mine.product_id
           left join subscription as successor on successor.id = mine.renewed_by and successor.org_id = mine.org_id
           left join sales_order as booked on booked.id = mine.order_id and booked.org_id = mine.org_id
          where mine.org_id = ?1 and (mine.product_id, mine.valid_till, mine.id) > (?2, ?3, ?4)
            and (?5 is null or mine.product_id = ?5)
            and (?6 or ((mine.cancelled_on is null or mine.cancelled_on > ?7)
                        and (mine.starts_on > ?7 or successor.starts_on is null
                             or (successor.starts_on > ?7 and mine.valid_till >= ?7))))
          order by mine.product_id, mine.valid_till, mine.id
          limit ?8",
        product,
        till,
        after.map_or("", |it| it.id.as_str()),
        wanted.product.as_ref().map(|it| it.as_str().to_owned()),
        wanted.past_too,
        today.to_string(),
        wanted.page.wanted(),
    ))
}

/// The catalogue is short; what this organisation never had is left out.
pub fn products(org: &OrgScope) -> Query<Vec<Product>> {
    org.query(sql!(
        "select product.id, product.name from product
          where exists (select 1 from order_line where org_id = ?1 and product_id = product.id)
             or exists (select 1 from subscription where org_id = ?1 and product_id = product.id)
          order by product.name"
    ))
}
