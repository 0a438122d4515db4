//! Statements that are bound to one organisation or one person. Only a door hands out the scope that makes them.

use std::marker::PhantomData;
use std::vec::IntoIter;

use serde::de::DeserializeOwned;

use crate::db::{Arg, DbError, Rows, Stmt};
use crate::kernel::{MailId, OrgId, PersonId};

/// Whose statements these are. What a scope binds stands first; what follows counts from there.
pub trait Scope {
    fn bind(&self, stmt: Stmt) -> Stmt;
    /// For the organisation's column of an audit or outbox row.
    fn org_id(&self) -> Option<&OrgId>;

    fn query<A: FromRows>(&self, stmt: Stmt) -> Query<A> {
        Query { stmt: self.bind(stmt), answer: PhantomData }
    }

    fn deed(&self, stmt: Stmt) -> Deed {
        Deed { stmt: self.bind(stmt), mail: None }
    }

    /// For `audit`, `outbox`, `link`, `throttle` and `once` alone (tidy): their statements are the same for all
    /// scopes, and where one needs the organisation it takes it from `org_id`.
    fn unbound(&self, stmt: Stmt) -> Deed {
        Deed { stmt, mail: None }
    }

    /// For `once` alone: its rows belong to whoever sent the key.
    fn unbound_query<A: FromRows>(&self, stmt: Stmt) -> Query<A> {
        Query { stmt, answer: PhantomData }
    }
}

/// The organisation of the path. In every statement made here it is `?1`; what follows counts from `?2`,
/// so an application cannot pass another organisation's id even by mistake.
/// ```compile_fail,E0423
/// fn forge(org: portal::kernel::OrgId) { portal::access::OrgScope(org); }
/// ```
pub struct OrgScope(OrgId);

/// Who is signed in, as `?1`.
pub struct PersonScope(PersonId);

/// Nobody in particular: sign-in, one-time links, jobs. Binds nothing, so only those doors have it.
pub struct Anyone(());

/// What to ask, and what the rows become: `Query<Vec<Contact>>`, or `Query<Option<Contact>>` for at most one.
pub struct Query<A> {
    stmt: Stmt,
    answer: PhantomData<fn() -> A>,
}

/// A statement that changes something, or stops the batch with a verdict. Only a door's `write` takes it.
pub struct Deed {
    pub(super) stmt: Stmt,
    pub(super) mail: Option<MailId>,
}

impl Deed {
    /// This deed writes that outbox row: the queue hears of it as soon as the batch is through.
    #[must_use]
    pub fn mailing(mut self, id: &MailId) -> Self {
        self.mail = Some(id.clone());
        self
    }
}

impl OrgScope {
    pub(super) fn new(org: OrgId) -> Self {
        Self(org)
    }

    #[must_use]
    pub fn id(&self) -> &OrgId {
        &self.0
    }
}

impl PersonScope {
    pub(super) fn new(person: PersonId) -> Self {
        Self(person)
    }
}

impl Anyone {
    pub(super) fn new() -> Self {
        Self(())
    }
}

impl Scope for OrgScope {
    fn bind(&self, mut stmt: Stmt) -> Stmt {
        stmt.args.insert(0, Arg::from(self.0.as_str()));
        stmt
    }

    fn org_id(&self) -> Option<&OrgId> {
        Some(&self.0)
    }
}

impl Scope for PersonScope {
    fn bind(&self, mut stmt: Stmt) -> Stmt {
        stmt.args.insert(0, Arg::from(self.0.as_str()));
        stmt
    }

    fn org_id(&self) -> Option<&OrgId> {
        None
    }
}

impl Scope for Anyone {
    fn bind(&self, stmt: Stmt) -> Stmt {
        stmt
    }

    fn org_id(&self) -> Option<&OrgId> {
        None
    }
}

pub trait FromRows: Sized {
    fn from_rows(rows: Rows) -> Result<Self, DbError>;
}

impl<T: DeserializeOwned> FromRows for Vec<T> {
    fn from_rows(rows: Rows) -> Result<Self, DbError> {
        rows.decode()
    }
}

impl<T: DeserializeOwned> FromRows for Option<T> {
    fn from_rows(rows: Rows) -> Result<Self, DbError> {
        Ok(rows.decode()?.into_iter().next())
    }
}

/// One query or a tuple of them: what travels behind the gate in one batch.
pub trait Questions {
    type Answers;
    fn ask(self, batch: &mut Vec<Stmt>);
    fn answers(rows: &mut IntoIter<Rows>) -> Result<Self::Answers, DbError>;
}

impl<A: FromRows> Questions for Query<A> {
    type Answers = A;

    fn ask(self, batch: &mut Vec<Stmt>) {
        batch.push(self.stmt);
    }

    fn answers(rows: &mut IntoIter<Rows>) -> Result<A, DbError> {
        A::from_rows(rows.next().ok_or_else(|| DbError("an answer is missing".into()))?)
    }
}

/// Nothing to ask but whether I may.
impl Questions for () {
    type Answers = ();

    fn ask(self, _: &mut Vec<Stmt>) {}

    fn answers(_: &mut IntoIter<Rows>) -> Result<(), DbError> {
        Ok(())
    }
}

macro_rules! tuples {
    ($(($($kind:ident $query:ident),*))*) => {$(
        impl<$($kind: Questions),*> Questions for ($($kind,)*) {
            type Answers = ($($kind::Answers,)*);

            fn ask(self, batch: &mut Vec<Stmt>) {
                let ($($query,)*) = self;
                $($query.ask(batch);)*
            }

            fn answers(rows: &mut IntoIter<Rows>) -> Result<Self::Answers, DbError> {
                Ok(($($kind::answers(rows)?,)*))
            }
        }
    )*};
}

tuples!((A a, B b) (A a, B b, C c) (A a, B b, C c, D d) (A a, B b, C c, D d, E e));
