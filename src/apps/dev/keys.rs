//! Demo data of API keys: one in daily use, one that ends soon, one that was revoked. Nobody knows the keys themselves:
//! their hashes are of nothing.

use serde_json::json;

use crate::db::{Arg, Stmt};

const DAY: i64 = 86_400;

/// Name, scopes; days ago it was made, days until it ends; seconds since its last use, days since it was revoked.
type Row = (&'static str, &'static [&'static str], i64, i64, Option<i64>, Option<i64>);

const KEYS: [Row; 3] = [
    ("ERP", &["sales", "billing"], 90, 275, Some(900), None),
    ("Usage of SkyConnect", &["support"], 354, 11, Some(10_800), None),
    ("Trial of a help desk", &["support"], 200, 165, None, Some(30)),
];

const FILL: &str = "insert into api_key (id, hash, prefix, name, scopes, made_by, created_at, expires_at, last_used_at, revoked_at)
    select value ->> 'id', value ->> 'hash', value ->> 'prefix', value ->> 'name', value ->> 'scopes', admin.id,
           value ->> 'made', value ->> 'ends', value ->> 'used', value ->> 'revoked'
      from json_each(?1) join person as admin on admin.email = 'admin@vendor.example'";

pub fn fill(now: i64) -> Vec<Stmt> {
    let keys: Vec<_> = KEYS
        .into_iter()
        .zip(1..)
        .map(|((name, scopes, made, ends, used, revoked), at)| {
            json!({
                "id": format!("01938a00-0000-7000-8000-00b00000000{at}"), "hash": format!("{at:064}"),
                "prefix": format!("portal_demo{at}"), "name": name, "scopes": json!(scopes).to_string(),
                "made": now - made * DAY, "ends": now + ends * DAY, "used": used.map(|it| now - it),
                "revoked": revoked.map(|it| now - it * DAY),
            })
        })
        .collect();
    vec![Stmt { sql: FILL, args: vec![Arg::from(json!(keys).to_string())] }]
}
