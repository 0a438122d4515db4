use serde::Deserialize;
use serde_json::json;

use crate::access::{Anyone, Query, Scope};
use crate::db::schema;
use crate::sql;

#[derive(Deserialize)]
pub struct Missing {
    pub name: String,
}

/// What the schema has and this database has not: tables, and the triggers that hold the rules.
#[must_use]
pub fn missing(scope: &Anyone) -> Query<Vec<Missing>> {
    let expected: Vec<&str> = schema::names().collect();
    scope.query(sql!(
        "select value as name from json_each(?1) where value not in (select name from sqlite_schema)",
        json!(expected).to_string(),
    ))
}

#[derive(Deserialize)]
pub struct Heartbeat {
    pub at: Option<i64>,
}

/// When the job that flags licences last ran to its end.
pub fn heartbeat(scope: &Anyone) -> Query<Option<Heartbeat>> {
    scope.query(sql!("select max(ran_at) as at from job_run where job = 'expire_licences'"))
}
