use serde_json::json;

use super::rules::{NewName, Organisation};
use super::{mail, sql};
use crate::access::{Access, ContactManager, Member, stale};
use crate::apps::notifications::{Category, Notice, quoted};
use crate::audit;
use crate::error::Error;

/// Takes effect at once for all contacts (domain 3.3).
pub async fn rename(
    door: &Access<ContactManager>,
    me: &Member,
    org: &Organisation,
    new: &NewName,
) -> Result<Organisation, Error> {
    if org.name == new.name {
        return Ok(org.clone());
    }
    let mut deeds = sql::rename(door.org(), org.version, new);
    let entry = audit::Entry {
        action: "organisation.renamed",
        target: org.id.as_str(),
        before: Some(json!({ "name": org.name })),
        after: Some(json!({ "name": new.name })),
    };
    deeds.push(notice(me, org, new).deed(door.org(), door.app()));
    deeds.push(mail::renamed(me, &org.name, &new.name).deed(door.org(), door.app()));
    deeds.push(entry.deed(door.org(), door.app(), &door.actor(me)));
    door.write(deeds).await.map_err(|it| if it.verdict() == Some("stale") { stale() } else { it })?;
    Ok(Organisation { name: new.name.clone(), version: org.version + 1, ..org.clone() })
}

/// To every contact (domain 3.3).
fn notice(me: &Member, org: &Organisation, new: &NewName) -> Notice {
    let (by, before, after) =
        (quoted(me.name.as_str()), quoted(org.name.as_str()), quoted(new.name.as_str()));
    Notice {
        category: Category::Account,
        title: "Your organisation has a new name".to_owned(),
        body: format!(
            "{by} has renamed **{before}** to **{after}**. Orders and invoices keep the legal name that we have on record."
        ),
        path: "",
    }
}
