use super::rules::Partner;
use crate::access::{Anyone, Deed, Query, Scope};
use crate::kernel::{PageOf, PartnerId};
use crate::sql;

macro_rules! partners {
    () => {
        "select id, name, domains, version, created_at,
                (select count(*) from organisation where organisation.partner_id = partner.id) as customers
           from partner "
    };
}

pub fn partners(scope: &Anyone, page: &PageOf<String, PartnerId>) -> Query<Vec<Partner>> {
    let (name, id) = page.after.as_ref().map_or(("", ""), |it| (it.key.as_str(), it.id.as_str()));
    scope.query(sql!(
        concat!(
            partners!(),
            "where name collate nocase >= ?1 and (name collate nocase > ?1 or id > ?2) order by name collate nocase, id limit ?3"
        ),
        name,
        id,
        page.wanted(),
    ))
}

pub fn partner(scope: &Anyone, id: &PartnerId) -> Query<Option<Partner>> {
    scope.query(sql!(concat!(partners!(), "where id = ?1"), id.as_str()))
}

pub fn create(scope: &Anyone, partner: &Partner) -> Deed {
    scope.deed(sql!(
        "insert into partner (id, name, domains, created_at) values (?1, ?2, ?3, ?4)",
        partner.id.as_str(),
        partner.name.as_str(),
        serde_json::json!(partner.domains).to_string(),
        partner.created_at,
    ))
}

/// A trigger tells its customers.
pub fn change(scope: &Anyone, partner: &Partner) -> Vec<Deed> {
    vec![
        scope.deed(sql!(
            "select case when (select version from partner where id = ?1) = ?2
                    then 1 else json_extract('{}', 'stale') end",
            partner.id.as_str(),
            partner.version,
        )),
        scope.deed(sql!(
            "update partner set name = ?2, domains = ?3, version = version + 1 where id = ?1",
            partner.id.as_str(),
            partner.name.as_str(),
            serde_json::json!(partner.domains).to_string(),
        )),
    ]
}
