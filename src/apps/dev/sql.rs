use super::Kept;
use crate::access::{Anyone, Query, Scope};
use crate::kernel::MailId;
use crate::sql;

pub fn newest(scope: &Anyone) -> Query<Vec<Kept>> {
    scope.query(sql!(
        "select id, recipient, subject, body_text, body_html, attachments, sent_at
           from mailbox order by sent_at desc, id desc limit 100"
    ))
}

pub fn one(scope: &Anyone, id: &MailId) -> Query<Option<Kept>> {
    scope.query(sql!(
        "select id, recipient, subject, body_text, body_html, attachments, sent_at from mailbox where id = ?1",
        id.as_str(),
    ))
}
