use super::rules::JobRun;
use crate::access::{Anyone, Query, Scope};
use crate::sql;

pub fn runs(scope: &Anyone) -> Query<Vec<JobRun>> {
    scope.query(sql!("select job, ran_at from job_run order by job limit 100"))
}
