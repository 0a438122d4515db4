use super::rules::Undelivered;
use crate::access::{Anyone, Deed, Query, Scope};
use crate::kernel::{MailId, PageOf};
use crate::sql;

macro_rules! mails {
    () => {
        "select outbox.id, outbox.kind, outbox.org_id, organisation.name as org, outbox.recipient, outbox.attempts,
                outbox.state_at, outbox.reason, outbox.error
           from outbox left join organisation on organisation.id = outbox.org_id "
    };
}

/// Later than anything that has happened.
const END_OF_TIME: i64 = 1 << 40;

/// The newest failure first.
pub fn undelivered(scope: &Anyone, page: &PageOf<i64, MailId>) -> Query<Vec<Undelivered>> {
    let (at, id) = page.after.as_ref().map_or((END_OF_TIME, ""), |it| (it.key, it.id.as_str()));
    scope.query(sql!(
        concat!(
            mails!(),
            "where outbox.state in ('failed', 'bounced') and (outbox.state_at, outbox.id) < (?1, ?2)
              order by outbox.state_at desc, outbox.id desc limit ?3"
        ),
        at,
        id,
        page.wanted(),
    ))
}

pub fn one(scope: &Anyone, id: &MailId) -> Query<Option<Undelivered>> {
    scope.query(sql!(concat!(mails!(), "where outbox.id = ?1"), id.as_str()))
}

/// As on its first day: the tries are counted from the moment it was made.
pub fn again(scope: &Anyone, id: &MailId, now: i64) -> Vec<Deed> {
    let stuck = scope.deed(sql!(
        "select case when exists (select 1 from outbox where id = ?1 and state in ('failed', 'bounced'))
                then 1 else json_extract('{}', 'not-stuck') end",
        id.as_str(),
    ));
    let queued = scope.deed(sql!(
        "update outbox set state = 'queued', attempts = 0, lease_until = null, created_at = ?2, state_at = ?2, error = null,
                reason = null
          where id = ?1",
        id.as_str(),
        now,
    ));
    vec![stuck, queued.mailing(id)]
}
