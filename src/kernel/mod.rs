//! Words that every application shares. No I/O, no HTTP, no SQL, no clock.

mod day;
mod email;
mod field;
mod flag;
mod ids;
mod moment;
mod name;
mod password;
mod role;
mod token;

pub use day::{BadDay, Day};
pub use email::{BadEmail, Email};
pub use field::FieldError;
pub use flag::Flag;
pub use ids::{AuditId, BadId, ContactId, EventId, ExtensionId, LicenceId, LinkId, MailId, OrderId, OrgId, PersonId, ProductId, RequestId, SessionId};
pub use moment::{BadZone, Zone, rfc3339};
pub use name::{DisplayName, OrgName, PlainText};
pub use password::{BadPassword, Password};
pub use role::Role;
pub use token::{Token, TokenHash};
