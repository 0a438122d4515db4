use serde::Deserialize;

use crate::db::Stmt;
use crate::kernel::MailId;
use crate::sql;

/// A mail as the transport of development took it.
#[derive(Deserialize)]
pub struct Kept {
    pub id: MailId,
    pub recipient: String,
    pub subject: String,
    pub body_text: String,
    pub body_html: String,
    pub attachments: String,
    pub sent_at: i64,
}

#[derive(Deserialize)]
pub struct HtmlPart {
    pub body_html: String,
}

pub fn newest() -> Stmt {
    sql!(
        "select id, recipient, subject, body_text, body_html, attachments, sent_at
           from mailbox order by sent_at desc, id desc limit 100"
    )
}

pub fn html_part(id: &MailId) -> Stmt {
    sql!("select body_html from mailbox where id = ?1", id.as_str())
}
