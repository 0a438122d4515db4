//! Words that every application shares. No I/O, no HTTP, no SQL, no clock.

pub mod csv;
mod day;
mod domain;
mod email;
mod field;
mod flag;
mod grouped;
mod ids;
mod limit_scope;
mod line;
mod moment;
mod money;
mod name;
mod page_of;
mod password;
mod role;
mod search;
mod token;

pub use day::{BadDay, Day};
pub use domain::{BadDomain, Domain};
pub use email::{BadEmail, Email};
pub use field::FieldError;
pub use flag::Flag;
pub use grouped::grouped;
pub use ids::{
    ApiKeyId, AuditId, BadId, ClientId, ContactId, EventId, ExtensionId, FeedId, LicenceId, LinkId, MailId,
    NoticeId, NotificationId, OrderId, OrgId, PartnerId, PaymentDocumentId, PaymentEventId, PaymentId,
    PaymentSessionId, PersonId, ProductId, ReportId, RequestId, SessionId, SubProductId, SubscriptionId,
    ViewAsId,
};
pub use limit_scope::{BadLimitScope, LimitScope};
pub use line::{BadText, Line, Note};
pub use moment::{BadZone, Zone, rfc3339};
pub use money::{BadCurrency, BadMoney, Currency, Money};
pub use name::{DisplayName, OrgName, PlainText, Reason, is_tricky};
pub use page_of::{BadCursor, BadLimit, Cursor, Limit, PageOf};
pub use password::{BadPassword, Password};
pub use role::{Role, StaffRole};
pub use search::{BadSearch, Search};
pub use token::{Token, TokenHash};
