use super::rules::{HowMany, JobRun, MOST_COUNTED, OLDEST, Stuck, Waiting};
use crate::access::{Anyone, Query, Scope};
use crate::sql;

pub fn runs(scope: &Anyone) -> Query<Vec<JobRun>> {
    scope.query(sql!("select job, ran_at from job_run order by job limit 100"))
}

/// Of the hundred that wait longest: those with an answer first, then by age. How many of the hundred there are, and
/// how many with an answer, is counted while they are at hand.
pub fn waiting(scope: &Anyone) -> Query<Vec<Waiting>> {
    scope.query(sql!(
        "select oldest.id, organisation.name as org, oldest.invoice_number, oldest.recorded_on, oldest.status,
                coalesce(oldest.last = 'answer', 0) as is_answered, count(*) over () as of_all,
                sum(coalesce(oldest.last = 'answer', 0)) over () as answered_of_all
           from (select record.id, record.org_id, record.invoice_number, record.recorded_on, record.status, record.at,
                        (select event from payment_event as step
                          where step.org_id = record.org_id and step.record_id = record.id
                          order by step.at desc, step.id desc limit 1) as last
                   from payment_record as record where record.status in ('submitted', 'under_review') and record.at > 0
                  order by record.at, record.id limit ?1) as oldest
           join organisation on organisation.id = oldest.org_id
          order by is_answered desc, oldest.at, oldest.id limit ?2",
        MOST_COUNTED,
        OLDEST,
    ))
}

pub fn stuck(scope: &Anyone) -> Query<Vec<Stuck>> {
    scope.query(sql!(
        "select recipient, reason, state_at from outbox
          where state in ('failed', 'bounced') and state_at > 0 order by state_at, id limit ?1",
        OLDEST,
    ))
}

pub fn how_many_stuck(scope: &Anyone) -> Query<Option<HowMany>> {
    scope.query(sql!(
        "select count(*) as found
           from (select 1 from outbox where state in ('failed', 'bounced') and state_at > 0 limit ?1)",
        MOST_COUNTED,
    ))
}
