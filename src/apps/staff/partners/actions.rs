use axum::http::StatusCode;
use serde_json::json;

use super::api::PartnerFacts;
use super::rules::{self, Change, NewPartner, Partner};
use super::sql;
use crate::access::{Colleague, Once, Posted, Staffed, seat, stale};
use crate::answer::Done;
use crate::apps::staff::customers::sorted;
use crate::audit::Entry;
use crate::error::Error;
use crate::kernel::PartnerId;

pub type Door = Staffed<seat::CustomerBook>;

pub fn at(id: &PartnerId) -> String {
    format!("/staff/partners/{}", id.as_str())
}

pub async fn create(door: &Door, posted: &Posted<NewPartner>) -> Result<Done, (Option<Colleague>, Error)> {
    let (once, scope, app) = (Once::owned_by(posted, door.owner(), door.now()), door.scope(), door.app());
    let (me, kept) = door.read(once.earlier(scope)).await.map_err(|it| (None, it))?;
    let made = async {
        if let Some(done) = once.replay(kept, "/staff/partners")? {
            return Ok(done);
        }
        let NewPartner { name, domains } = posted.parse()?;
        let partner = Partner {
            id: app.new_id(),
            name,
            domains: sorted(domains),
            version: 1,
            created_at: door.now(),
            customers: 0,
        };
        let facts = json!(PartnerFacts::of(&partner));
        let after = Some(json!({ "name": partner.name, "domains": partner.domains }));
        let entry = Entry { action: "partner.created", target: partner.id.as_str(), before: None, after };
        let see = at(&partner.id) + "?done=partner-created";
        let done = Done { see, status: StatusCode::CREATED, body: facts };
        let mut batch = once.keep(scope, &done);
        batch.push(sql::create(scope, &partner));
        batch.push(entry.deed(scope, app, &door.actor(&me)));
        match door.write(batch).await {
            Ok(_) => Ok(done),
            Err(error) if once.was_beaten(&error) => {
                let (_, kept) = door.read(once.earlier(scope)).await?;
                once.replay(kept, "/staff/partners")?.ok_or(error)
            }
            Err(error) => Err(said_by_the_schema(error)),
        }
    };
    made.await.map_err(|it| (Some(me.clone()), it))
}

/// As it is afterwards, with its new version.
pub async fn change(
    door: &Door,
    me: &Colleague,
    partner: &Partner,
    posted: &Posted<Change>,
) -> Result<(PartnerFacts, i64), Error> {
    posted.matches(partner.version)?;
    let changed = partner.changed(posted.parse()?);
    let facts = PartnerFacts::of(&changed);
    if changed.name == partner.name && changed.domains == partner.domains {
        return Ok((facts, partner.version));
    }
    let (scope, app) = (door.scope(), door.app());
    let said = |it: &Partner| Some(json!({ "name": it.name, "domains": it.domains }));
    let (before, after) = (said(partner), said(&changed));
    let entry = Entry { action: "partner.changed", target: partner.id.as_str(), before, after };
    let mut batch = sql::change(scope, &changed);
    batch.push(entry.deed(scope, app, &door.actor(me)));
    door.write(batch).await.map_err(said_by_the_schema)?;
    Ok((facts, partner.version + 1))
}

fn said_by_the_schema(error: Error) -> Error {
    match &error {
        _ if error.verdict() == Some("stale") => stale(),
        Error::Database(said) if said.names("partner.name") || said.names("partner_name") => {
            Error::conflict(rules::name_taken())
        }
        _ => error,
    }
}
