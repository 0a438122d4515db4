use serde::Deserialize;

use super::lines::{Filter, Line};
use crate::access::{OrgScope, Query, Scope};
use crate::kernel::{PageOf, PersonId, Zone};
use crate::sql;

/// Somebody to choose in the filter.
#[derive(Debug, Deserialize)]
pub struct Known {
    pub id: PersonId,
    pub name: String,
}

/// Newest first, and of one second in the order in which the lines were written. One upper bound serves the cursor and the last day alike.
pub fn lines(org: &OrgScope, filter: &Filter, zone: Zone, page: &PageOf<i64, i64>) -> Query<Vec<Line>> {
    let (from, end) = filter.days.bounds(zone);
    let after = page.after.as_ref().filter(|it| it.key < end);
    let (at, place) = after.map_or((end, 0), |it| (it.key, it.id));
    org.query(sql!(
        "select id, at, actor_id, actor_name, action, target, before, after, address, request_id, org_id,
                null as org_name, rowid as place
           from audit
          where org_id = ?1 and at >= ?2 and (at, rowid) < (?3, ?4)
            and (?5 is null or action = ?5)
            and (?6 is null or actor_id = ?6 or actor_name = ?6
                 or actor_id = (select person.id from person where person.email = lower(?6)))
          order by at desc, rowid desc limit ?7",
        from,
        at,
        place,
        filter.action.as_ref().map(|it| it.0.as_str()),
        filter.actor.as_ref().map(|it| it.0.as_str()),
        page.wanted(),
    ))
}

/// The contacts of now; whoever has left is found by name.
pub fn known(org: &OrgScope) -> Query<Vec<Known>> {
    org.query(sql!(
        "select person.id, person.display_name as name from contact join person on person.id = contact.person_id
          where contact.org_id = ?1 order by person.display_name"
    ))
}
