use serde_json::json;

use super::rules::{Meter, Sample};
use crate::access::{Anyone, Deed, Query, Scope};
use crate::sql;

/// Rows of one statement, so that none of them runs for long.
const AT_ONCE: usize = 250;

#[derive(serde::Deserialize)]
pub struct Org {
    pub id: String,
}

/// Those of a JSON list that are there.
pub fn orgs(scope: &Anyone, orgs: &str) -> Query<Vec<Org>> {
    scope.query(sql!("select id from organisation where id in (select value from json_each(?1))", orgs))
}

/// What of these products, a JSON list, is measured.
pub fn meters(scope: &Anyone, products: &str) -> Query<Vec<Meter>> {
    scope.query(sql!(
        "select product_id, id from sub_product where product_id in (select value from json_each(?1)) limit 5000",
        products,
    ))
}

/// A sample of the same series and day is written over.
pub fn store(scope: &Anyone, samples: &[&Sample], now: i64) -> Vec<Deed> {
    let part = |samples: &[&Sample]| {
        scope.deed(sql!(
            "insert into usage_sample (org_id, product_id, sub_product, used_on, used, updated_at)
             select value ->> 'org', value ->> 'product', value ->> 'sub_product', value ->> 'used_on', value ->> 'used', ?2
               from json_each(?1) where true
             on conflict (org_id, product_id, sub_product, used_on)
             do update set used = excluded.used, updated_at = excluded.updated_at",
            json!(samples).to_string(),
            now,
        ))
    };
    samples.chunks(AT_ONCE).map(part).collect()
}
