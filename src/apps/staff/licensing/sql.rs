use super::rules::{After, Event, Licence, LicenceCursor};
use crate::access::{Anyone, Deed, OrgScope, Query, Scope};
use crate::kernel::{Day, EventId, LicenceId, PageOf, Search};
use crate::sql;

macro_rules! licences {
    ($where:literal) => {
        concat!(
            "select licence.id, licence.org_id, organisation.name as organisation, licence.product_id,
                    product.name as product, licence.kind, licence.valid_from, licence.valid_till, licence.cancelled_on,
                    licence.version
               from licence
               join organisation on organisation.id = licence.org_id
               join product on product.id = licence.product_id ",
            $where
        )
    };
}

/// Those that end from that day on, over all customers; what ends first stands first.
pub fn ending(
    scope: &Anyone,
    from: Day,
    q: Option<&Search>,
    page: &PageOf<Day, LicenceId>,
) -> Query<Vec<Licence>> {
    let after: Option<&LicenceCursor> = page.after.as_ref();
    let (day, id) = after.map_or_else(
        || (from.to_string(), String::new()),
        |it| (it.key.to_string(), it.id.as_str().to_owned()),
    );
    scope.query(sql!(
        licences!(
            "where licence.cancelled_on is null and (licence.valid_till, licence.id) > (?1, ?2)
               and (?3 is null or organisation.name like ?3 escape '\\' or product.name like ?3 escape '\\')
             order by licence.valid_till, licence.id limit ?4"
        ),
        day,
        id,
        q.map(Search::pattern),
        page.wanted(),
    ))
}

pub fn licence(scope: &Anyone, id: &LicenceId) -> Query<Option<Licence>> {
    scope.query(sql!(licences!("where licence.id = ?1"), id.as_str()))
}

/// Its organisation as JSON, for whoever asks about it in the same batch.
pub fn readers(scope: &Anyone, id: &LicenceId) -> Query<Vec<crate::apps::staff::told::Reader>> {
    scope.query(sql!(
        "select role.org_id, role.role, person.display_name as name, person.email
           from licence
           join role on role.org_id = licence.org_id and role.role in ('primary', 'billing')
           join contact on contact.org_id = role.org_id and contact.id = role.contact_id
           join person on person.id = contact.person_id
          where licence.id = ?1 order by role.role desc",
        id.as_str(),
    ))
}

pub fn history(scope: &Anyone, id: &LicenceId) -> Query<Vec<Event>> {
    scope.query(sql!(
        "select event.at, event.old_valid_till, event.new_valid_till, event.cause, event.by_kind, event.by_name,
                event.note
           from licence
           join licence_event as event on event.org_id = licence.org_id and event.product_id = licence.product_id
          where licence.id = ?1
          order by event.at desc, event.id desc limit 40",
        id.as_str(),
    ))
}

/// The licence is as it was read, or the batch stops; then it moves, and the customer's history says so.
pub fn change(
    org: &OrgScope,
    it: &Licence,
    after: After,
    (event, cause, note): (&EventId, &str, &str),
    now: i64,
) -> Vec<Deed> {
    vec![
        org.deed(sql!(
            "select case when exists (select 1 from licence where org_id = ?1 and id = ?2 and version = ?3)
               then 1 else json_extract('{}', 'stale') end",
            it.id.as_str(),
            it.version,
        )),
        org.deed(sql!(
            "update licence set valid_till = ?3, cancelled_on = ?4, version = version + 1 where org_id = ?1 and id = ?2",
            it.id.as_str(),
            after.valid_till.to_string(),
            after.cancelled_on.map(|it| it.to_string()),
        )),
        org.deed(sql!(
            "insert into licence_event (org_id, id, licence_id, product_id, at, old_valid_till, new_valid_till, cause,
                    by_kind, note)
             select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'vendor', ?9",
            event.as_str(),
            it.id.as_str(),
            it.product_id.as_str(),
            now,
            it.valid_till.to_string(),
            after.valid_till.to_string(),
            cause,
            note,
        )),
    ]
}
