pub mod deeds;

use super::booked::{Known, Recent, RecentCursor};
use super::rules::{Customer, Held, Period, Product};
use crate::access::{Anyone, OrgScope, Query, Scope};
use crate::kernel::{Day, OrderId, PageOf, Search};
use crate::sql;

/// Later than anything that has happened.
const END_OF_TIME: i64 = 1 << 40;

/// Whom and what an order, or a call with many, is about: lists as JSON.
pub struct About {
    pub orgs: String,
    pub products: String,
    /// Pairs of organisation and order number.
    pub numbers: String,
    /// The first day that any of the lines begins.
    pub from: Day,
}

macro_rules! periods {
    ($where:literal) => {
        concat!(
            "select mine.id, mine.org_id, mine.order_id, booked.number as order_number, mine.product_id,
                    product.name as product, mine.sku, mine.description, mine.quantity, mine.unit, mine.agreement,
                    mine.starts_on, mine.valid_till, mine.is_trial, mine.cancelled_on, mine.renewed_by
               from subscription as mine
               join product on product.id = mine.product_id
               left join sales_order as booked on booked.id = mine.order_id ",
            $where
        )
    };
}

pub fn customers(scope: &Anyone, about: &About) -> Query<Vec<Customer>> {
    scope.query(sql!(
        "select id, name, partner_name from organisation where id in (select value from json_each(?1))",
        about.orgs.as_str(),
    ))
}

/// The whole catalogue: a list to choose from.
pub fn products(scope: &Anyone) -> Query<Vec<Product>> {
    scope.query(sql!("select id, name from product order by name limit 1000"))
}

pub fn held(scope: &Anyone, about: &About) -> Query<Vec<Held>> {
    scope.query(sql!(
        "select licence.id, licence.org_id, licence.product_id, licence.kind, licence.valid_from, licence.valid_till,
                licence.cancelled_on, licence.version
           from json_each(?1) as org
           join licence on licence.org_id = org.value
          where licence.product_id in (select value from json_each(?2))",
        about.orgs.as_str(),
        about.products.as_str(),
    ))
}

/// Those that can be in the way of a line, and those that a line can follow.
pub fn periods(scope: &Anyone, about: &About) -> Query<Vec<Period>> {
    scope.query(sql!(
        periods!(
            "where mine.org_id in (select value from json_each(?1))
               and mine.product_id in (select value from json_each(?2))
               and (mine.valid_till >= ?3 or mine.renewed_by is null)
             order by mine.org_id, mine.product_id, mine.valid_till limit 20000"
        ),
        about.orgs.as_str(),
        about.products.as_str(),
        about.from.to_string(),
    ))
}

/// Orders of these numbers, as they were booked.
pub fn known(scope: &Anyone, about: &About) -> Query<Vec<Known>> {
    scope.query(sql!(
        "select booked.id, booked.org_id, booked.number, booked.ordered_on, booked.po_number, booked.po_on,
                booked.partner, booked.agreement, booked.kind,
                (select json_group_array(json_array(product_id, sku, description, quantity, unit, valid_from, valid_till))
                   from (select * from order_line where order_line.order_id = booked.id order by line)) as lines
           from json_each(?1) as wanted
           join sales_order as booked on booked.org_id = wanted.value ->> 0 and booked.number = wanted.value ->> 1",
        about.numbers.as_str(),
    ))
}

pub fn customer(org: &OrgScope) -> Query<Option<Customer>> {
    org.query(sql!("select id, name, partner_name from organisation where id = ?1"))
}

/// Everything that this customer has or had of the products that may still run.
pub fn all_periods(org: &OrgScope) -> Query<Vec<Period>> {
    org.query(sql!(periods!(
        "where mine.org_id = ?1 order by mine.product_id, mine.valid_till, mine.id limit 2000"
    )))
}

pub fn all_held(org: &OrgScope) -> Query<Vec<Held>> {
    org.query(sql!(
        "select id, org_id, product_id, kind, valid_from, valid_till, cancelled_on, version
           from licence where org_id = ?1"
    ))
}

pub fn of_order(org: &OrgScope, order: &OrderId) -> Query<Vec<Period>> {
    org.query(sql!(
        periods!("where mine.org_id = ?1 and mine.order_id = ?2 order by mine.id limit 200"),
        order.as_str(),
    ))
}

/// What was booked last, over all customers.
pub fn recent(scope: &Anyone, q: Option<&Search>, page: &PageOf<i64, OrderId>) -> Query<Vec<Recent>> {
    let after: Option<&RecentCursor> = page.after.as_ref();
    scope.query(sql!(
        "select booked.id, booked.org_id, organisation.name as organisation, booked.number, booked.ordered_on,
                booked.kind, booked.state, booked.partner, booked.created_at,
                (select group_concat(sku, ', ') from (
                   select distinct sku from order_line where order_line.order_id = booked.id order by line)) as skus
           from sales_order as booked
           join organisation on organisation.id = booked.org_id
          where (booked.created_at, booked.id) < (?1, ?2)
            and (?3 is null or booked.number like ?3 escape '\\' or booked.po_number like ?3 escape '\\'
                 or organisation.name like ?3 escape '\\')
          order by booked.created_at desc, booked.id desc limit ?4",
        after.map_or(END_OF_TIME, |it| it.key),
        after.map_or("", |it| it.id.as_str()),
        q.map(Search::pattern),
        page.wanted(),
    ))
}
