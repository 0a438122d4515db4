use super::rules::{Category, Filter, Notification, Preference};
use crate::access::notices::{meant_for, meant_for_me, names, read_through, unread};
use crate::access::{Deed, OrgScope, Query, Scope};
use crate::kernel::{Cursor, NotificationId, PageOf, PersonId, Search, Zone};
use crate::sql;

use super::rules::Place;

/// Later than anything that has happened.
const END_OF_TIME: i64 = 1 << 40;

/// ?1 organisation, ?2 person, ?3 now.
macro_rules! notes {
    ($by:literal) => {
        concat!(
            "select note.id as id, note.title, note.body, note.category, note.link, product.name as product, note.source,
                    note.published_at as published_at, iif(note.pinned_until > ?3, 1, 0) as pinned, not ",
            unread!("?2"),
            " as read from notification as note ",
            $by,
            " left join product on product.id = note.product_id where "
        )
    };
}

/// Those of them that this person may see.
macro_rules! mine {
    ($which:literal) => {
        concat!(notes!(""), $which, " and ", meant_for_me!("?2", "?3"))
    };
}

/// Of the organisation's own or of everybody's, the pinned or the others; ?4 to ?10 the filters.
macro_rules! arm {
    ($whose:literal, $by:literal, $which:literal) => {
        concat!(
            notes!($by),
            $whose,
            " and ",
            $which,
            " and note.published_at >= ?4 and (note.published_at, note.id) < (?5, ?6) and ",
            meant_for_me!("?2", "?3"),
            " and (?7 is null or note.category = ?7) and (?8 is null or ?8 = ",
            unread!("?2"),
            ") and (?9 is null or note.title like ?9 escape '\\' or note.body like ?9 escape '\\')"
        )
    };
}

/// What is not pinned comes by its index in the order of the list, so the arms are merged and never sorted as a whole;
/// the few that are pinned now are found first and sorted then. SQLite knows neither how many there are, so it is told.
macro_rules! both_arms {
    ($own:literal, $by:literal, $which:literal) => {
        concat!(
            arm!($own, $by, $which),
            " union all ",
            arm!("note.org_id is null", $by, $which),
            " order by published_at desc, id desc limit ?10"
        )
    };
}

/// Those that are pinned now, and the others: two answers that make one list.
pub type Lists = (Query<Vec<Notification>>, Query<Vec<Notification>>);

/// Who looks, and when.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    pub person: &'a PersonId,
    pub now: i64,
}

pub fn list(
    org: &OrgScope,
    reader: Reader,
    filter: &Filter,
    zone: Zone,
    page: &PageOf<Place, NotificationId>,
) -> Lists {
    let from = filter.from.map_or(0, |it| zone.start_of(it));
    let end = filter.to.map_or(END_OF_TIME, |it| zone.start_of(it.plus(1)));
    let after = |pinned: bool| match &page.after {
        Some(Cursor { key: (is_pinned, at), id }) if *is_pinned == pinned => {
            if *at < end {
                (*at, id.as_str())
            } else {
                (end, "")
            }
        }
        // The pinned ones are over where the others have begun.
        Some(Cursor { key: (false, _), .. }) if pinned => (-1, ""),
        _ => (end, ""),
    };
    let (pinned_at, pinned_id) = after(true);
    let (at, id) = after(false);
    let category = filter.category.map(Category::code);
    let unread = filter.unread.map(|it| it.0);
    let q = filter.q.as_ref().map(Search::pattern);
    let pinned = org.query(sql!(
        both_arms!("note.org_id = ?1", "indexed by notification_pinned", "note.pinned_until > ?3"),
        reader.person.as_str(),
        reader.now,
        from,
        pinned_at,
        pinned_id,
        category,
        unread,
        q,
        page.wanted(),
    ));
    let others = org.query(sql!(
        both_arms!(
            "note.org_id = ?1",
            "indexed by notification_org",
            "(note.pinned_until is null or note.pinned_until <= ?3)"
        ),
        reader.person.as_str(),
        reader.now,
        from,
        at,
        id,
        category,
        unread,
        q,
        page.wanted(),
    ));
    (pinned, others)
}

pub fn one(org: &OrgScope, reader: Reader, id: &NotificationId) -> Query<Option<Notification>> {
    org.query(sql!(
        mine!("note.id = ?4 and (note.org_id = ?1 or note.org_id is null)"),
        reader.person.as_str(),
        reader.now,
        id.as_str(),
    ))
}

/// Nothing where it is read already, or can no longer be seen.
pub fn read(org: &OrgScope, reader: Reader, id: &NotificationId) -> Deed {
    org.deed(sql!(
        concat!(
            "insert or ignore into notification_read (org_id, person_id, notification_id, read_at)
             select ?1, ?2, note.id, ?3 from notification as note
              where note.id = ?4 and (note.org_id = ?1 or note.org_id is null) and ",
            meant_for_me!("?2", "?3"),
            " and ",
            unread!("?2")
        ),
        reader.person.as_str(),
        reader.now,
        id.as_str(),
    ))
}

/// One row says it for all of them, so those that say it for one are no longer needed.
pub fn read_all(org: &OrgScope, reader: Reader) -> Vec<Deed> {
    vec![
        org.deed(sql!(
            "insert into notification_mark (org_id, person_id, read_through) select ?1, ?2, ?3 where true
             on conflict (person_id, org_id) do update set read_through = excluded.read_through
              where excluded.read_through > read_through",
            reader.person.as_str(),
            reader.now,
        )),
        org.deed(sql!(
            "delete from notification_read where org_id = ?1 and person_id = ?2",
            reader.person.as_str(),
        )),
    ]
}

pub fn preferences(org: &OrgScope, person: &PersonId) -> Query<Vec<Preference>> {
    org.query(sql!(
        "select category, mail from notification_preference where org_id = ?1 and person_id = ?2",
        person.as_str(),
    ))
}

/// `chosen` is a JSON object of categories and choices.
pub fn prefer(org: &OrgScope, reader: Reader, chosen: &str) -> Deed {
    org.deed(sql!(
        "insert into notification_preference (org_id, person_id, category, mail, changed_at)
         select ?1, ?2, json_each.key, json_each.value, ?3 from json_each(?4) where true
         on conflict (person_id, org_id, category) do update
            set mail = excluded.mail, changed_at = excluded.changed_at where mail <> excluded.mail",
        reader.person.as_str(),
        reader.now,
        chosen,
    ))
}

/// What the portal says by itself; `link` is a path below the organisation's home.
pub fn tell(org: &OrgScope, id: &NotificationId, notice: &super::Notice, now: i64) -> Deed {
    org.deed(sql!(
        "insert into notification (org_id, id, category, title, body, link, source, published_at, created_at)
         select ?1, ?2, ?3, ?4, ?5, '/o/' || ?1 || ?6, 'system', ?7, ?7",
        id.as_str(),
        notice.category.code(),
        notice.title.as_str(),
        notice.body.as_str(),
        notice.path,
        now,
    ))
}
