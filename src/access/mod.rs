//! Who may open what. A request reaches the database only through a door, and the door asks first.

mod app;
mod asked;
mod config;
pub mod desk;
mod door;
mod doorstep;
mod form;
mod gate;
mod gateway_config;
mod hash;
mod keys;
mod mail_config;
pub mod matrix;
mod nearest;
pub(crate) mod notices;
mod once;
mod outside;
mod probe;
mod routes;
mod scope;
mod serve;
mod session;
mod signed_in;
mod signing;
mod staffed;
mod trail;
mod viewing;

pub use app::{
    App, Caller, Files, Held, Kv, Later, Listed, Listing, MailQueue, Services, Signer, Unreachable,
};
pub use asked::{Asked, MOST_ROWS, too_many};
pub use config::{BadConfig, Config, Environment, Links};
pub use door::{
    Access, BillDesk, ContactManager, Dashboards, Documentation, HelpDesk, Home, LicenseExtension, Member,
    Notifications, OrderBook, PaymentGateway, PaymentRecord, Screen,
};
pub use doorstep::{Doorstep, System};
pub use form::{Fields, Form, Limits, Posted, Row, Sent, Uploaded, WithFiles, refused_files, stale};
pub use gate::Actor;
pub use gateway_config::GatewayChoice;
pub use hash::Verdict;
pub use keys::{BadKeys, Keyring, Secrets};
pub use mail_config::{MailConfig, Relay, Security, Transport};
pub use once::{Kept, Once};
pub use outside::{Call, Declined, Outside, Parcel, Reply, Wire, in_time};
pub use routes::{Endpoint, Guard, Routes};
pub use scope::{Anyone, Deed, FromRows, OrgScope, PersonScope, Query, Questions, Scope};
pub use serve::{HEADERS, HEARD, bytes_of, form_may_lead_to, serve};
pub use session::{
    Claim, KnownDevice, LIFETIME as SESSION_LIFETIME, Record, SILENCE as SESSION_SILENCE, no_session_cookie,
};
pub use signed_in::{Person, SignedIn};
pub use signing::{SigningKey, SigningKeys};
pub use staffed::{Colleague, Seat, Staffed, key_hash, seat};
pub use trail::{Line, digest};
pub use viewing::Viewer;
