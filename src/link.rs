//! One-time links: what a mail carries to prove that its reader owns the address. KV holds a pointer that expires
//! with the link and makes junk cheap to count; D1 judges, in the batch of the effect (architecture, idea 2).

use crate::access::{App, Deed, Scope};
use crate::db::Stmt;
use crate::error::Error;
use crate::kernel::{ContactId, LinkId, PersonId, Token, TokenHash};
use crate::outbox::LinkRef;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Somebody agrees to be a contact of an organisation.
    Verify,
    FirstPassword,
    Reset,
}

/// What `require` says when the link cannot be used (any more).
pub const SPENT: &str = "link-spent";

impl Purpose {
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::FirstPassword => "first_password",
            Self::Reset => "reset",
        }
    }

    /// Seconds: 7 days, 72 hours, 60 minutes (domain, preamble).
    #[must_use]
    pub fn lifetime(self) -> i64 {
        match self {
            Self::Verify => 7 * 24 * 3600,
            Self::FirstPassword => 72 * 3600,
            Self::Reset => 3600,
        }
    }
}

pub struct NewLink {
    pub reference: LinkRef,
    purpose: Purpose,
    person: PersonId,
    contact: Option<ContactId>,
}

impl NewLink {
    /// `contact` belongs to `Purpose::Verify` and to no other; the link is then for whoever that contact is, and
    /// `person` does not count.
    pub fn make(
        app: &App,
        purpose: Purpose,
        person: &PersonId,
        contact: Option<&ContactId>,
    ) -> Result<Self, Error> {
        let id: LinkId = app.new_id();
        let token = app.secrets().session.link_token(&id).ok_or_else(no_key)?;
        let reference = LinkRef { hash: token.hash(), id };
        Ok(Self { reference, purpose, person: person.clone(), contact: contact.cloned() })
    }

    /// Voids what the person (or the contact) still has of the same purpose, and adds this one. Inserts nothing
    /// where the person does not exist.
    #[must_use]
    pub fn deeds(&self, scope: &impl Scope, app: &App) -> Vec<Deed> {
        let contact = self.contact.as_ref().map(|it| it.as_str().to_owned());
        let void = Stmt {
            sql: "update link set voided_at = ?1
                   where purpose = ?3 and used_at is null and voided_at is null
                     and (contact_id = ?4 or (?4 is null and person_id = ?2))",
            args: vec![
                app.now().into(),
                self.person.as_str().into(),
                self.purpose.code().into(),
                contact.clone().into(),
            ],
        };
        let insert = Stmt {
            sql: "insert into link (id, hash, purpose, person_id, contact_id, created_at, expires_at)
                  select ?1, ?2, ?3, person.id, ?5, ?6, ?7 from person
                   where person.id = coalesce((select person_id from contact where id = ?5), ?4)",
            args: vec![
                self.reference.id.as_str().into(),
                self.reference.hash.as_str().into(),
                self.purpose.code().into(),
                self.person.as_str().into(),
                contact.into(),
                app.now().into(),
                (app.now() + self.purpose.lifetime()).into(),
            ],
        };
        vec![scope.unbound(void), scope.unbound(insert)]
    }

    /// Tells KV, after the batch has gone through. Should it be lost, the link works all the same.
    pub fn point(&self, app: &App) {
        let put = app.tokens().put(
            pointer(&self.reference.hash),
            self.purpose.code().to_owned(),
            self.purpose.lifetime().unsigned_abs(),
        );
        app.later("token", async move { put.await.map_err(|it| it.to_string()) });
    }
}

/// Whether KV has heard of this token: a hint only. `false` also when KV lags or lost it.
pub async fn is_pointed_at(app: &App, token: &Token) -> bool {
    matches!(app.tokens().get(pointer(&token.hash())).await, Ok(Some(_)))
}

/// The deeds that use a link up: first a statement that stops the batch with `SPENT`, then the mark.
#[must_use]
pub fn use_up(scope: &impl Scope, hash: &TokenHash, now: i64) -> Vec<Deed> {
    let args = || vec![hash.as_str().into(), now.into()];
    let still_good = Stmt {
        sql: "select case when exists (select 1 from link where hash = ?1 and used_at is null and voided_at is null
                                          and expires_at > ?2)
                     then 1 else json_extract('{}', 'link-spent') end",
        args: args(),
    };
    let mark = Stmt { sql: "update link set used_at = ?2 where hash = ?1", args: args() };
    vec![scope.unbound(still_good), scope.unbound(mark)]
}

fn pointer(hash: &TokenHash) -> String {
    format!("link:{}", hash.as_str())
}

fn no_key() -> Error {
    Error::Ours("SESSION_KEYS has no key to sign links with")
}
