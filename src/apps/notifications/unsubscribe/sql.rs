use serde::Deserialize;

use super::super::rules::{Category, Choice, Preference, in_force};
use crate::access::{Anyone, Deed, Query, Scope};
use crate::kernel::{DisplayName, OrgId, OrgName, PersonId};
use crate::sql;

/// Whose mails these are, as long as they are a contact there.
#[derive(Deserialize)]
pub struct Known {
    pub org_name: OrgName,
    pub name: DisplayName,
    /// A JSON list.
    chosen: String,
}

impl Known {
    pub fn choice(&self, category: Category) -> Choice {
        let chosen: Vec<Preference> = serde_json::from_str(&self.chosen).unwrap_or_default();
        in_force(category, &chosen)
    }
}

pub fn known(scope: &Anyone, org: &OrgId, person: &PersonId) -> Query<Option<Known>> {
    scope.query(sql!(
        "select organisation.name as org_name, person.display_name as name,
                (select json_group_array(json_object('category', category, 'mail', mail))
                   from notification_preference as chosen
                  where chosen.person_id = ?2 and chosen.org_id = ?1) as chosen
           from contact
           join organisation on organisation.id = contact.org_id
           join person on person.id = contact.person_id
          where contact.org_id = ?1 and contact.person_id = ?2",
        org.as_str(),
        person.as_str(),
    ))
}

/// `off` is a JSON object of the categories; whoever has left meanwhile has nothing to stop.
pub fn stop(scope: &Anyone, org: &OrgId, person: &PersonId, off: &str, now: i64) -> Deed {
    scope.deed(sql!(
        "insert into notification_preference (org_id, person_id, category, mail, changed_at)
         select contact.org_id, contact.person_id, json_each.key, json_each.value, ?3
           from contact, json_each(?4) where contact.org_id = ?1 and contact.person_id = ?2
         on conflict (person_id, org_id, category) do update
            set mail = excluded.mail, changed_at = excluded.changed_at where mail <> excluded.mail",
        org.as_str(),
        person.as_str(),
        now,
        off,
    ))
}
