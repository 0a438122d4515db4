use serde::Deserialize;
use serde_json::json;

use super::rules::{Audience, Notice, Product, Reach, State, Text};
use crate::access::{Anyone, Deed, Query, Scope};
use crate::db::Arg;
use crate::kernel::{Day, Flag, NoticeId, NotificationId, OrgId, PageOf, PersonId, ProductId, Zone};
use crate::sql;

macro_rules! notices {
    () => {
        "select notice.id, notice.title, notice.body, notice.category, notice.link, notice.product_id,
                product.name as product, notice.roles, notice.org_ids,
                (select json_group_array(organisation.name) from json_each(notice.org_ids) as one
                   join organisation on organisation.id = one.value) as org_names,
                notice.state, notice.pinned_until, notice.expires_at, notice.published_at, notice.made_by_name,
                notice.created_at, notice.version
           from announcement as notice left join product on product.id = notice.product_id "
    };
}

/// Newest first.
pub fn notices(scope: &Anyone, page: &PageOf<i64, NoticeId>) -> Query<Vec<Notice>> {
    let (at, id) = page.after.as_ref().map_or((1 << 40, ""), |it| (it.key, it.id.as_str()));
    scope.query(sql!(
        concat!(
            notices!(),
            "where (notice.created_at, notice.id) < (?1, ?2)
              order by notice.created_at desc, notice.id desc limit ?3"
        ),
        at,
        id,
        page.wanted(),
    ))
}

pub fn notice(scope: &Anyone, id: &NoticeId) -> Query<Option<Notice>> {
    scope.query(sql!(concat!(notices!(), "where notice.id = ?1"), id.as_str()))
}

/// How many verified contacts, in how many organisations, it would reach at this moment, from what the schema keeps of each
/// organisation and of all. It says once more, of numbers, what `meant_for!` says of a contact: without roles and not
/// about money it is for every contact, else for who holds one of them.
macro_rules! reach {
    () => {
        "with note as (
           select org_ids, coalesce(product_id, '') as product_id, roles is null and category <> 'billing' as is_for_all,
                  (select sum(case value when 'primary' then 1 when 'billing' then 2 when 'support' then 4 else 8 end)
                     from json_each(coalesce(roles, '[\"primary\",\"billing\"]'))) as wanted
             from announcement where id = ?1),
         kept as (
           select reach.product_id, reach.roles, reach.contacts, reach.organisations
             from note join reach on note.org_ids is null and reach.product_id = note.product_id
           union all
           select part.value ->> 0, part.value ->> 1, part.value ->> 2, part.value ->> 3
             from note join json_each(note.org_ids) as one join organisation_reach on org_id = one.value
             join json_each(organisation_reach.parts) as part on part.value ->> 0 = note.product_id)
         select coalesce(sum(contacts), 0) as contacts, coalesce(sum(organisations), 0) as organisations
           from note join kept where is_for_all or kept.roles & wanted"
    };
}

pub fn reach_of(scope: &Anyone, id: &NoticeId) -> Query<Option<Reach>> {
    scope.query(sql!(reach!(), id.as_str()))
}

/// Behind what was changed, in the same batch: `Notice`, then `Reach`.
pub fn as_it_is_now(scope: &Anyone, id: &NoticeId) -> [Deed; 2] {
    [
        scope.deed(sql!(concat!(notices!(), "where notice.id = ?1"), id.as_str())),
        scope.deed(sql!(reach!(), id.as_str())),
    ]
}

#[derive(Debug, Clone, Deserialize)]
pub struct Named {
    /// As it was typed.
    pub typed: String,
    pub id: Option<OrgId>,
    pub is_only_one: Flag,
}

/// Which organisations were typed, by id or by whole name.
pub fn named(scope: &Anyone, typed: &[String]) -> Query<Vec<Named>> {
    scope.query(sql!(
        "select word.value as typed,
                coalesce((select id from organisation where id = word.value),
                         (select id from organisation where name = word.value collate nocase limit 1)) as id,
                (select count(*) from (select 1 from organisation where name = word.value collate nocase limit 2)) < 2
                  as is_only_one
           from json_each(?1) as word",
        json!(typed).to_string(),
    ))
}

/// Every one of them is there, and the product is: or the batch stops.
pub fn audience_is_there(scope: &Anyone, audience: &Audience) -> Deed {
    scope.deed(sql!(
        "select case
           when exists (select 1 from json_each(?1) as one
                         where not exists (select 1 from organisation where organisation.id = one.value))
           then json_extract('{}', 'no-such-organisation')
           when ?2 is not null and not exists (select 1 from product where id = ?2)
           then json_extract('{}', 'no-such-product') else 1 end",
        ids(&audience.organisations),
        audience.product.as_ref().map(ProductId::as_str),
    ))
}

pub struct Author<'a> {
    pub id: &'a PersonId,
    pub name: &'a str,
}

/// ?1 the announcement, ?2 to ?10 all of its words.
fn words(id: &NoticeId, text: &Text, zone: Zone) -> Vec<Arg> {
    let Text { title, body, category, link, audience, pinned_until, expires_on } = text;
    vec![
        id.as_str().into(),
        title.as_str().into(),
        body.as_str().into(),
        category.code().into(),
        link.as_ref().map(super::Link::as_str).into(),
        audience.product.as_ref().map(ProductId::as_str).into(),
        roles(audience).into(),
        ids(&audience.organisations).into(),
        end(*pinned_until, zone).into(),
        end(*expires_on, zone).into(),
    ]
}

pub fn draft(scope: &Anyone, id: &NoticeId, text: &Text, by: &Author, zone: Zone, now: i64) -> Deed {
    let mut args = words(id, text, zone);
    args.extend([by.id.as_str().into(), by.name.into(), now.into()]);
    let mut stmt = sql!(
        "insert into announcement (id, title, body, category, link, product_id, roles, org_ids, pinned_until, expires_at,
                                         made_by, made_by_name, created_at)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
    );
    stmt.args = args;
    scope.deed(stmt)
}

pub fn unless_changed(scope: &Anyone, id: &NoticeId, version: i64) -> Deed {
    scope.deed(sql!(
        "select case when exists (select 1 from announcement where id = ?1 and version = ?2)
                then 1 else json_extract('{}', 'stale') end",
        id.as_str(),
        version,
    ))
}

/// All of its words; what customers have of it follows.
pub fn rewrite(scope: &Anyone, id: &NoticeId, text: &Text, zone: Zone) -> [Deed; 2] {
    [
        sql!("update announcement set title = ?2, body = ?3, category = ?4, link = ?5, product_id = ?6, roles = ?7,
                org_ids = ?8, pinned_until = ?9, expires_at = ?10, version = version + 1
          where id = ?1"),
        sql!("update notification set title = ?2, body = ?3, category = ?4, link = ?5, pinned_until = ?9, expires_at = ?10
          where announcement_id = ?1"),
    ]
    .map(|mut stmt| {
        stmt.args = words(id, text, zone);
        scope.deed(stmt)
    })
}

/// `copies`: for everybody one of it, otherwise one for each organisation.
pub fn publish(
    scope: &Anyone,
    id: &NoticeId,
    copies: &[(NotificationId, Option<OrgId>)],
    now: i64,
) -> [Deed; 2] {
    [
        scope.deed(sql!(
            "update announcement set state = 'published', published_at = ?2, version = version + 1 where id = ?1",
            id.as_str(),
            now,
        )),
        scope.deed(sql!(
            "insert into notification (id, org_id, product_id, roles, category, title, body, link, source, state,
                                       pinned_until, published_at, expires_at, created_at, announcement_id)
             select copy.value ->> 0, copy.value ->> 1, product_id, roles, category, title, body, link, 'vendor',
                    'published', pinned_until, ?2, announcement.expires_at, ?2, announcement.id
               from announcement, json_each(?3) as copy where announcement.id = ?1",
            id.as_str(),
            now,
            json!(copies).to_string(),
        )),
    ]
}

pub fn withdraw(scope: &Anyone, id: &NoticeId) -> [Deed; 2] {
    let gone = State::Withdrawn.code();
    [
        scope.deed(sql!(
            "update announcement set state = ?2, version = version + 1 where id = ?1",
            id.as_str(),
            gone
        )),
        scope.deed(sql!("update notification set state = ?2 where announcement_id = ?1", id.as_str(), gone)),
    ]
}

pub fn products(scope: &Anyone) -> Query<Vec<Product>> {
    scope.query(sql!("select id, name from product order by name limit 200"))
}

fn ids(organisations: &[OrgId]) -> Option<String> {
    (!organisations.is_empty()).then(|| json!(organisations).to_string())
}

fn roles(audience: &Audience) -> Option<String> {
    (!audience.roles.is_empty()).then(|| json!(audience.roles).to_string())
}

/// A last day belongs to it.
fn end(on: Option<Day>, zone: Zone) -> Option<i64> {
    on.map(|it| zone.start_of(it.plus(1)))
}
