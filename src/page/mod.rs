//! The design system: every screen is made of these functions, and nothing else writes HTML structure.
//!
//! Plain HTML works alone; `public/app.js` only adds comfort, and finds its places by `data-` attributes.

#![expect(
    clippy::needless_pass_by_value,
    reason = "markup is made to be handed over: callers write html! in place"
)]

mod block;
mod chart;
mod confirm;
mod feed;
mod field;
mod filter;
mod form;
mod frame;
mod glance;
mod group;
mod help;
mod icon;
mod mail;
mod markdown;
mod moment;
mod shell;
mod table;
mod tone;

pub use block::{
    Tile, card, code_line, columns, definition, door, empty_state, gauge, launcher, meter, notice, pair,
    section, segments, stack, steps, tabs,
};
pub use chart::{Chart, Mark, chart};
pub use confirm::{Question, confirm};
pub use feed::{Entry, feed};
pub use field::Field;
pub use filter::{Control, FilterBar, filter_bar};
pub use form::{
    Choice, Draft, Kind, actions, button, button_about, button_link, checkbox, link_form, select,
};
pub use frame::{
    Brand, Elsewhere, Flash, Frame, NavItem, Place, Viewing, page_head, print_button, problem, screen,
};
pub use glance::{Glance, glances};
pub use group::{button_named, grid, group};
pub use help::accessibility;
pub use icon::Icon;
pub use mail::{Attachment, Mail, MailButton, MailText};
pub use markdown::{gist, inside, markdown, plain};
pub use moment::moment;
pub use table::{Column, ColumnKind, pages, person, table};
pub use tone::{Tone, badge, badges, tag};
