//! Mail that comes in: reports of what could not be delivered (RFC 3464), sent to the return path that has the id of
//! the mail in it. Anybody can write to such an address, so a report changes nothing but the state of one mail, and
//! whoever does not know the id, 74 random bits of it, changes nothing at all.

use mail_parser::{MessageParser, MimeHeaders};
use serde_json::json;

use crate::access::{App, Config, Scope, System};
use crate::answer::Faces;
use crate::error::Error;
use crate::kernel::MailId;
use crate::outbox::Reason;
use crate::sql;

/// So much of a mail is looked at. The report stands in front of the letter that is sent back with it.
pub const LONGEST: usize = 256 * 1024;
/// People a report speaks of. A mail of ours has one recipient; a report may add where it was forwarded to.
const MOST_GROUPS: usize = 50;

#[derive(Debug, PartialEq)]
pub struct Report {
    /// Enhanced status code, such as `5.1.1`.
    pub status: String,
    /// In the words of the server that would not have it.
    pub said: String,
}

#[derive(Debug, PartialEq)]
pub enum Received {
    /// This mail has come back.
    Noted(MailId),
    /// For our return path, and of no use: an answering machine, a report of a delay, something broken.
    Ignored(&'static str),
    /// For an address that takes no mail.
    NotOurs,
}

/// `to` is the recipient of the envelope; the header says what its writer likes.
pub async fn receive(app: App, to: &str, raw: &[u8]) -> Received {
    let Some(id) = mail_of(app.config(), to) else { return Received::NotOurs };
    let received = match report(raw) {
        Ok(report) => match note(&System::new(app.clone()), &id, &report).await {
            Ok(true) => Received::Noted(id.clone()),
            Ok(false) => Received::Ignored("no mail of this id is out"),
            Err(error) => {
                app.log(
                    &json!({ "report": id, "error": error.cause().unwrap_or_else(|| error.to_string()) }),
                );
                return Received::Ignored("the database did not answer");
            }
        },
        Err(why) => Received::Ignored(why),
    };
    match &received {
        Received::Ignored(why) => app.log(&json!({ "report": id, "ignored": why })),
        _ => app.log(&json!({ "report": id, "noted": true })),
    }
    received
}

/// The id in `bounces+<id>@<BOUNCE_DOMAIN>`.
fn mail_of(config: &Config, to: &str) -> Option<MailId> {
    let to = to.trim().trim_start_matches('<').trim_end_matches('>').to_ascii_lowercase();
    let (local, domain) = to.rsplit_once('@')?;
    let own = config.mail.bounce_domain.as_ref()?;
    let id = local.strip_prefix("bounces+").filter(|_| domain == own)?;
    MailId::try_from(id.to_owned()).ok()
}

/// What a mail says about somebody whom it could not be delivered to; or why it is no such report.
pub fn report(raw: &[u8]) -> Result<Report, &'static str> {
    let raw = raw.get(..LONGEST).unwrap_or(raw);
    let message = MessageParser::default().parse(raw).ok_or("it is no mail")?;
    let root = message.root_part();
    let kind = root.content_type().filter(|it| {
        let is = |name: Option<&str>, word: &str| name.is_some_and(|it| it.eq_ignore_ascii_case(word));
        it.ctype().eq_ignore_ascii_case("multipart")
            && is(it.subtype(), "report")
            && is(it.attribute("report-type"), "delivery-status")
    });
    kind.ok_or("it is no report of a delivery")?;
    // Its own parts alone: a report inside a letter that is sent back speaks of somebody else's mail.
    let parts = root.sub_parts().unwrap_or_default().iter().filter_map(|it| message.part(*it));
    let status = parts.into_iter().find(|it| {
        it.content_type().is_some_and(|it| {
            let sub = it.subtype().unwrap_or_default().to_ascii_lowercase();
            it.ctype().eq_ignore_ascii_case("message")
                && matches!(sub.as_str(), "delivery-status" | "global-delivery-status")
        })
    });
    let text =
        String::from_utf8_lossy(status.ok_or("the report has no status")?.contents()).replace("\r\n", "\n");
    let mut groups = text.split("\n\n").filter(|it| !it.trim().is_empty()).take(MOST_GROUPS);
    groups.find_map(failed).ok_or("it speaks of nobody whom delivery failed for")
}

/// One group of fields, about one person.
fn failed(group: &str) -> Option<Report> {
    let fields =
        MessageParser::default().parse_headers(format!("{}\n\n", group.trim()).as_bytes())?.into_owned();
    let field = |name: &'static str| {
        let raw = fields.header_raw(name)?;
        Some(raw.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|it| !it.is_empty())
    };
    field("Final-Recipient")?;
    let action = field("Action")?;
    // A comment may follow.
    let action = action.split([' ', '(']).next().unwrap_or_default();
    let status = field("Status")?;
    let status = enhanced(status.split([' ', '(']).next().unwrap_or_default())?;
    if !action.eq_ignore_ascii_case("failed") {
        return None;
    }
    let said = field("Diagnostic-Code").unwrap_or_default();
    let said = said.chars().filter(|it| !it.is_control()).take(300).collect();
    Some(Report { status, said })
}

/// A status of failure as RFC 3463 writes it: a class, and two numbers of at most three digits. Of what is written in
/// another way the class alone is believed.
fn enhanced(status: &str) -> Option<String> {
    let class = status.chars().next().filter(|it| matches!(it, '4' | '5'))?;
    let digits = |it: &str| (1..=3).contains(&it.len()) && it.bytes().all(|it| it.is_ascii_digit());
    let parts: Vec<&str> = status.split('.').collect();
    let fits = matches!(parts.as_slice(), ["4" | "5", subject, detail] if digits(subject) && digits(detail));
    Some(if fits { status.to_owned() } else { format!("{class}.0.0") })
}

/// A mail that is on its way again, because nobody heard that it had left, need not leave once more.
async fn note(system: &System, id: &MailId, report: &Report) -> Result<bool, Error> {
    let reason = Reason::of_status(&report.status).unwrap_or(Reason::Refused);
    let came_back = sql!(
        "update outbox set state = 'bounced', lease_until = null, state_at = ?2, error = ?3, reason = ?4
          where id = ?1 and attempts > 0 and state in ('sent', 'sending', 'queued')",
        id.as_str(),
        system.now(),
        format!("{} {}", report.status, report.said).trim_end(),
        reason.code(),
    );
    let rows = system.write(vec![system.scope().deed(came_back)]).await?;
    Ok(rows.first().is_some_and(|it| it.changes() > 0))
}
