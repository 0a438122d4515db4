//! Who did what, when, from where, before and after. A row is written in the batch of its deed, so one is never
//! there without the other; triggers refuse to change or delete it, and each is chained to the one before
//! (`access::Line`, decision 0003).

use serde_json::Value;

use crate::access::{Actor, App, Deed, Line, Scope};
use crate::kernel::OrgId;

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
        let Self { action, target, before, after } = self;
        scope.unbound(Line { org, actor, action, target, before, after }.stmt(app))
    }
}
