//! Mail 12 of domain 12: an organisation has a new name.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::access::Member;
use crate::kernel::OrgName;
use crate::outbox::{Letter, Mailing};
use crate::page::{Mail, MailText};

const RENAMED: &str = "orgs.renamed";

#[derive(Serialize, Deserialize)]
struct Renamed {
    name: String,
    before: String,
    after: String,
}

/// To the Primary, who alone can do it: should it have been somebody else, they learn of it.
#[must_use]
pub fn renamed(me: &Member, before: &OrgName, after: &OrgName) -> Letter {
    let payload = json!(Renamed {
        name: me.name.as_str().to_owned(),
        before: before.as_str().to_owned(),
        after: after.as_str().to_owned(),
    });
    Letter { kind: RENAMED, to: Some(me.email.clone()), contact: None, payload }
}

/// `None` when the payload is not one of ours.
#[must_use]
pub fn render(kind: &str, payload: &Value, mailing: &Mailing) -> Option<Mail> {
    if kind != RENAMED {
        return None;
    }
    let Renamed { name, before, after } = Renamed::deserialize(payload).ok()?;
    let text = MailText {
        subject: format!("{before} is now called {after}"),
        greeting: format!("Hello {name},"),
        lines: vec![
            format!("You have renamed {before} to {after}. All its contacts see the new name from now on."),
            "Orders and invoices keep the legal name that we have on record.".to_owned(),
        ],
        after: vec!["If this was not you, change your password and write to us.".to_owned()],
        reason: format!("You get this because you are the Primary contact of {after}."),
        ..MailText::default()
    };
    Some(text.dressed(&mailing.config.brand))
}
