use axum::http::StatusCode;
use serde_json::json;

use super::api::Member;
use super::rules::{self, Colleague, NewMember, NewRole, Refusal};
use super::{mail, sql};
use crate::access::{Colleague as Me, Once, Posted, Staffed, seat, stale};
use crate::answer::Done;
use crate::apps::sign_in;
use crate::audit::Entry;
use crate::error::Error;
use crate::kernel::{PersonId, StaffRole};
use crate::link::{NewLink, Purpose};

pub type Door = Staffed<seat::Members>;

pub const AT: &str = "/staff/members";

pub struct Team {
    pub me: Me,
    pub members: Vec<Colleague>,
}

pub async fn load(door: &Door) -> Result<Team, Error> {
    let (me, members) = door.read(sql::members(door.scope(), door.now())).await?;
    Ok(Team { me, members })
}

impl Team {
    pub fn member(&self, id: &PersonId) -> Result<&Colleague, Error> {
        self.members.iter().find(|it| it.id == *id).ok_or(Error::NotFound)
    }

    /// `None` for a program, which is nobody.
    pub fn myself(&self) -> Option<&PersonId> {
        self.me.key.is_none().then_some(&self.me.person)
    }
}

pub async fn add(door: &Door, posted: &Posted<NewMember>) -> Result<Done, (Option<Team>, Error)> {
    let once = Once::owned_by(posted, door.owner(), door.now());
    let (new, scope) = (posted.parse(), door.scope());
    let email = new.as_ref().ok().map(|it| &it.email);
    let questions = (once.earlier(scope), sql::known(scope, email), sql::members(scope, door.now()));
    let (me, (kept, known, members)) = door.read(questions).await.map_err(|it| (None, it))?;
    let team = Team { me, members };
    let added = async {
        let see = format!("{AT}?done=member-added");
        if let Some(done) = once.replay(kept, see.as_str())? {
            return Ok(done);
        }
        let (new, app) = (new?, door.app());
        if known.as_ref().is_some_and(|it| it.is_staff == 1) {
            return Err(Refusal::AlreadyThere.into());
        }
        let has_password = known.as_ref().is_some_and(|it| it.has_password == 1);
        let (person, name) =
            known.map_or_else(|| (app.new_id::<PersonId>(), new.display_name.clone()), |it| (it.id, it.name));
        let mut batch = sql::add(scope, &person, &new, door.now());
        let link = if has_password {
            batch.push(mail::welcome(&new.email, &name, new.role.0).deed(scope, app));
            None
        } else {
            let link = NewLink::make(app, Purpose::FirstPassword, &person, None)?;
            batch.extend(link.deeds(scope, app));
            batch.push(sign_in::first_password(&new.email, &name, &link.reference).deed(scope, app));
            Some(link)
        };
        let after = Some(json!({ "email": new.email, "display_name": name, "role": new.role.0 }));
        let entry = Entry { action: "member.added", target: person.as_str(), before: None, after };
        batch.push(entry.deed(scope, app, &door.actor(&team.me)));
        let body = json!({
            "id": person, "email": new.email, "display_name": name, "role": new.role.0,
            "since": crate::kernel::rfc3339(door.now()),
        });
        let done = Done { see: see.clone(), status: StatusCode::CREATED, body };
        match door.write(once.keep(scope, &done).into_iter().chain(batch).collect()).await {
            Ok(_) => {}
            Err(error) if once.was_beaten(&error) => {
                let (_, kept) = door.read(once.earlier(scope)).await?;
                return once.replay(kept, see)?.ok_or(error);
            }
            Err(error) => return Err(said_by_the_schema(error)),
        }
        if let Some(link) = link {
            link.point(app);
        }
        Ok(done)
    };
    added.await.map_err(|it| (Some(team), it))
}

pub async fn change(door: &Door, team: &Team, id: &PersonId, new: &NewRole) -> Result<Member, Error> {
    let (member, role) = (team.member(id)?, new.role.0);
    rules::may_touch(id, team.myself())?;
    if member.role != role {
        let said = |it: StaffRole| Some(json!({ "role": it }));
        let (before, after) = (said(member.role), said(role));
        let entry = Entry { action: "member.changed", target: id.as_str(), before, after };
        let scope = door.scope();
        let batch = vec![
            sql::unless_changed(scope, id, member.role),
            sql::change(scope, id, role),
            entry.deed(scope, door.app(), &door.actor(&team.me)),
        ];
        door.write(batch).await.map_err(said_by_the_schema)?;
    }
    Ok(Member::of(member, role))
}

/// Out at once, wherever they are signed in.
pub async fn remove(door: &Door, team: &Team, id: &PersonId) -> Result<(), Error> {
    let member = team.member(id)?;
    rules::may_touch(id, team.myself())?;
    let before = Some(json!({ "email": member.email, "display_name": member.name, "role": member.role }));
    let entry = Entry { action: "member.removed", target: id.as_str(), before, after: None };
    let scope = door.scope();
    let mut batch = vec![sql::unless_changed(scope, id, member.role)];
    batch.extend(sql::remove(scope, id, door.now()));
    batch.push(entry.deed(scope, door.app(), &door.actor(&team.me)));
    door.write(batch).await.map_err(said_by_the_schema)?;
    Ok(())
}

/// The rule let it pass and the database did not: somebody else was quicker.
fn said_by_the_schema(error: Error) -> Error {
    if error.verdict() == Some("stale") {
        return stale();
    }
    match &error {
        Error::Database(said) if said.names("last_admin_stays") => Refusal::LastAdmin.into(),
        Error::Database(said) if said.names("staff.person_id") => Refusal::AlreadyThere.into(),
        _ => error,
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::conflict(refusal.said())
    }
}
