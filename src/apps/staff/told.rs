//! Whom the vendor's deeds concern: who holds Primary and Billing, as mail and as notification.

use serde::Deserialize;
use serde_json::json;

use crate::access::{Anyone, Deed, Query, Scope};
use crate::kernel::{DisplayName, Email, NotificationId, OrgId, Role};
use crate::sql;

/// Who holds a role that is written to: a line for each role.
#[derive(Debug, Clone, Deserialize)]
pub struct Reader {
    pub org_id: OrgId,
    pub role: Role,
    pub name: DisplayName,
    pub email: Email,
}

/// One mail for each address, whatever roles it holds.
pub struct Recipient<'a> {
    pub name: &'a DisplayName,
    pub email: &'a Email,
    pub roles: Vec<Role>,
}

/// Primary and Billing of these organisations, a list as JSON.
#[must_use]
pub fn readers(scope: &Anyone, orgs: &str) -> Query<Vec<Reader>> {
    const HOLDERS: &str = "select role.org_id, role.role, person.display_name as name, person.email
           from json_each(?1) as org
           join role on role.org_id = org.value and role.role in ('primary', 'billing')
           join contact on contact.org_id = role.org_id and contact.id = role.contact_id
           join person on person.id = contact.person_id
          order by role.org_id, role.role desc";
    scope.query(sql!(HOLDERS, orgs))
}

/// Those of the organisation who hold one of the roles.
#[must_use]
pub fn recipients<'a>(readers: &'a [Reader], org: &OrgId, wanted: &[Role]) -> Vec<Recipient<'a>> {
    let mut found: Vec<Recipient<'a>> = Vec::new();
    for reader in readers.iter().filter(|it| it.org_id == *org && wanted.contains(&it.role)) {
        match found.iter_mut().find(|it| *it.email == reader.email) {
            Some(known) => known.roles.push(reader.role),
            None => {
                found.push(Recipient { name: &reader.name, email: &reader.email, roles: vec![reader.role] });
            }
        }
    }
    found
}

/// `You get this because you are Primary and Billing contact of Acme.`
#[must_use]
pub fn reason(roles: &[Role], organisation: &str) -> String {
    let roles: Vec<&str> = roles.iter().map(|it| it.label()).collect();
    format!("You get this because you are {} contact of {organisation}.", roles.join(" and "))
}

/// What contacts find among their notifications.
pub struct Notice {
    pub id: NotificationId,
    pub org: OrgId,
    /// Who may see it.
    pub roles: &'static [Role],
    /// `license` or `billing`.
    pub category: &'static str,
    pub title: String,
    pub body: String,
    /// Below the organisation's home.
    pub path: String,
}

const MOST_TITLE: usize = 120;
const MOST_BODY: usize = 5000;

/// Cut to what a notification holds.
#[must_use]
pub fn notify(scope: &Anyone, notices: &[Notice], now: i64) -> Deed {
    let row = |it: &Notice| {
        let title: String = it.title.chars().take(MOST_TITLE).collect();
        let body: String = it.body.chars().take(MOST_BODY).collect();
        json!({ "id": it.id, "org": it.org, "roles": it.roles, "category": it.category, "title": title, "body": body,
                "path": it.path })
    };
    scope.deed(sql!(
        "insert into notification (id, org_id, roles, category, title, body, link, source, published_at, created_at)
         select value ->> 'id', value ->> 'org', value -> 'roles', value ->> 'category', value ->> 'title',
                value ->> 'body', '/o/' || (value ->> 'org') || (value ->> 'path'), 'system', ?2, ?2
           from json_each(?1)",
        json!(notices.iter().map(row).collect::<Vec<_>>()).to_string(),
        now,
    ))
}
