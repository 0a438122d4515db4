use crate::access::{Anyone, Query, Scope};
use crate::apps::audit::lines::{Filter, Line};
use crate::kernel::{OrgId, PageOf, Zone};
use crate::sql;

/// ?1 organisation, ?2 from, ?3 and ?4 where it goes on, ?5 action, ?6 actor, ?7 how many.
macro_rules! lines {
    ($by:literal, $first:literal) => {
        concat!(
            "select audit.id, audit.at, audit.actor_id, audit.actor_name, audit.action, audit.target, audit.before,
                    audit.after, audit.address, audit.request_id, audit.org_id, audit.rowid as place,
                    (select organisation.name from organisation where organisation.id = audit.org_id) as org_name
               from audit indexed by ",
            $by,
            " where ",
            $first,
            " and audit.at >= ?2 and (audit.at, audit.rowid) < (?3, ?4)
               and (?1 is null or audit.org_id = ?1) and (?5 is null or audit.action = ?5)
               and (?6 is null or audit.actor_id = ?6 or audit.actor_name = ?6
                    or audit.actor_id = (select person.id from person where person.email = lower(?6)))
             order by audit.at desc, audit.rowid desc limit ?7"
        )
    };
}

/// Newest first, by the index of whatever narrows it most: no answer reads the log of everybody to its end.
pub fn lines(
    scope: &Anyone,
    org: Option<&OrgId>,
    filter: &Filter,
    zone: Zone,
    page: &PageOf<i64, i64>,
) -> Query<Vec<Line>> {
    let (from, end) = filter.days.bounds(zone);
    let after = page.after.as_ref().filter(|it| it.key < end);
    let (at, place) = after.map_or((end, 0), |it| (it.key, it.id));
    let actor = filter.actor.as_ref().map(|it| it.0.as_str());
    let action = filter.action.as_ref().map(|it| it.0.as_str());
    let mut asked = match (org, actor, action) {
        (Some(_), _, _) => sql!(lines!("audit_org", "audit.org_id = ?1")),
        (None, Some(actor), _) if actor.contains('@') => sql!(lines!(
            "audit_actor",
            "audit.actor_id = (select person.id from person where person.email = lower(?6))"
        )),
        (None, Some(actor), _) if actor.len() == 36 && !actor.contains(' ') => {
            sql!(lines!("audit_actor", "audit.actor_id = ?6"))
        }
        (None, Some(_), _) => sql!(lines!("audit_name", "audit.actor_name = ?6")),
        (None, None, Some(_)) => sql!(lines!("audit_action", "audit.action = ?5")),
        (None, None, None) => sql!(lines!("audit_latest", "true")),
    };
    asked.args = vec![
        org.map(|it| it.as_str().to_owned()).into(),
        from.into(),
        at.into(),
        place.into(),
        action.map(str::to_owned).into(),
        actor.map(str::to_owned).into(),
        page.wanted().into(),
    ];
    scope.query(asked)
}
