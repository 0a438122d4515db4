//! Who did what, when, from where, before and after. A row is written in the batch of its deed, so one is never
//! there without the other; triggers refuse to change or delete it.

use serde_json::Value;

use crate::access::{Actor, App, Deed, Scope};
use crate::db::Stmt;
use crate::kernel::{AuditId, OrgId};

/// One line of the log. No secret may stand in `before` or `after`.
pub struct Entry<'a> {
    /// Thing and verb: `contact.added`.
    pub action: &'static str,
    /// Id of the thing, or a word for it.
    pub target: &'a str,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

impl Entry<'_> {
    /// `scope` decides the organisation the line belongs to.
    #[must_use]
    pub fn deed(self, scope: &impl Scope, app: &App, actor: &Actor) -> Deed {
        self.deed_in(scope.org_id(), scope, app, actor)
    }

    /// For a deed that belongs to an organisation and came in by no door of it, such as a one-time link.
    #[must_use]
    pub fn deed_in(self, org: Option<&OrgId>, scope: &impl Scope, app: &App, actor: &Actor) -> Deed {
        let org = org.map(|it| it.as_str().to_owned());
        let caller = app.caller();
        scope.unbound(Stmt {
            sql: INSERT,
            args: vec![
                String::from(app.new_id::<AuditId>()).into(),
                org.into(),
                app.now().into(),
                actor.person.as_ref().map(|it| it.as_str().to_owned()).into(),
                actor.name.as_str().into(),
                self.action.into(),
                self.target.into(),
                self.before.map(|it| it.to_string()).into(),
                self.after.map(|it| it.to_string()).into(),
                caller.address.as_str().into(),
                caller.request.as_str().into(),
            ],
        })
    }
}

const INSERT: &str = "insert into audit
  (id, org_id, at, actor_id, actor_name, action, target, before, after, address, request_id)
  values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
