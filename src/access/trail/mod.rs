//! One line of the audit log as a statement: the only text that writes into it.

mod link;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::app::App;
use super::gate::Actor;
use crate::db::{Arg, Stmt};
use crate::kernel::{AuditId, OrgId};

/// What happened. No secret may stand in `before` or `after`.
pub struct Line<'a> {
    pub org: Option<&'a OrgId>,
    pub actor: &'a Actor,
    /// Thing and verb: `contact.added`.
    pub action: &'static str,
    /// Id of the thing, or a word for it.
    pub target: &'a str,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

impl Line<'_> {
    #[must_use]
    pub fn stmt(self, app: &App) -> Stmt {
        let caller = app.caller();
        self.written(
            String::from(app.new_id::<AuditId>()),
            app.now(),
            &caller.address,
            caller.request.as_str(),
        )
    }

    /// At another time and from elsewhere than this request: the demo data.
    #[must_use]
    pub fn written(self, id: String, at: i64, address: &str, request: &str) -> Stmt {
        let org = self.org.map(|it| it.as_str().to_owned());
        let person = self.actor.person.as_ref().map(|it| it.as_str().to_owned());
        let before = self.before.map(|it| it.to_string());
        let after = self.after.map(|it| it.to_string());
        let digest = digest(&json!([
            id,
            org,
            at,
            person,
            self.actor.name,
            self.action,
            self.target,
            before,
            after,
            address,
            request,
        ]));
        let args: Vec<Arg> = vec![
            id.into(),
            org.into(),
            at.into(),
            person.into(),
            self.actor.name.as_str().into(),
            self.action.into(),
            self.target.into(),
            before.into(),
            after.into(),
            address.into(),
            request.into(),
            digest.into(),
        ];
        Stmt { sql: link::INSERT, args }
    }
}

/// SHA-256 of the line's content: the columns in the order of the schema, as a JSON array without spaces.
#[must_use]
pub fn digest(content: &Value) -> String {
    format!("{:x}", Sha256::digest(content.to_string().as_bytes()))
}
