//! An announcement as it is sent: whole by a page, in parts by a program that changes one.

use super::rules::{Audience, Body, Link, State, Text, Title};
use crate::access::{Fields, Form};
use crate::apps::notifications::Category;
use crate::kernel::{Day, OrgId, PlainText, ProductId, Role};

/// The organisations of a page are typed, an id or a whole name on each line; a program sends ids.
pub enum Chosen {
    Ids(Vec<OrgId>),
    Typed(Vec<String>),
}

pub struct NewNotice {
    /// Without the organisations.
    pub text: Text,
    pub organisations: Chosen,
    /// Programs may publish at once.
    pub publish: bool,
}

/// What is left out stays as it is.
#[derive(Default)]
#[expect(clippy::option_option, reason = "left out, and none, are two things")]
pub struct Patch {
    pub title: Option<Title>,
    pub body: Option<Body>,
    pub category: Option<Category>,
    pub link: Option<Option<Link>>,
    pub organisations: Option<Vec<OrgId>>,
    pub product: Option<Option<ProductId>>,
    pub roles: Option<Vec<Holder>>,
    pub pinned_until: Option<Option<Day>>,
    pub expires_on: Option<Option<Day>>,
    pub state: Option<Target>,
}

/// What a program may make of the state.
#[derive(Debug, Clone, Copy)]
pub struct Target(pub State);

/// Of a role, in a list.
#[derive(Debug, Clone, Copy)]
pub struct Holder(pub Role);

/// The last day on top, or none.
pub struct Pin(pub Option<Day>);

#[derive(Debug, thiserror::Error)]
#[error("An announcement can be published or withdrawn; it does not become a draft again.")]
pub struct BadTarget;

#[derive(Debug, thiserror::Error)]
#[error("There is no such role; there are primary, billing, support and technical.")]
pub struct BadHolder;

impl Form for NewNotice {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let (title, body, category) = (fields.read("title"), fields.read("body"), fields.read("category"));
        let (link, product) = (fields.given_or_none("link"), fields.given_or_none("product"));
        let (pinned_until, expires_on) =
            (fields.given_or_none("pinned_until"), fields.given_or_none("expires_on"));
        let (roles, organisations) = (roles(fields), organisations(fields));
        let publish = if fields.is_of_a_program() { fields.flag("publish", false) } else { Some(false) };
        let audience = Audience { organisations: Vec::new(), product: product?.flatten(), roles: roles? };
        let text = Text {
            title: title?,
            body: body?,
            category: category?,
            link: link?.flatten(),
            audience,
            pinned_until: pinned_until?.flatten(),
            expires_on: expires_on?.flatten(),
        };
        Some(Self { text, organisations: organisations?, publish: publish? })
    }
}

impl Form for Patch {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let (title, body, category) = (fields.given("title"), fields.given("body"), fields.given("category"));
        let (link, product) = (fields.given_or_none("link"), fields.given_or_none("product"));
        let (organisations, roles) = (fields.given_list("organisations"), fields.given_list("roles"));
        let (pinned_until, expires_on) =
            (fields.given_or_none("pinned_until"), fields.given_or_none("expires_on"));
        let state = fields.given("state");
        Some(Self {
            title: title?,
            body: body?,
            category: category?,
            link: link?,
            organisations: organisations?,
            product: product?,
            roles: roles?,
            pinned_until: pinned_until?,
            expires_on: expires_on?,
            state: state?,
        })
    }
}

impl Form for Pin {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        fields.read_or_none("pinned_until").map(Self)
    }
}

/// Of a program a list; of a person what is ticked.
fn roles(fields: &mut Fields) -> Option<Vec<Role>> {
    let ticked: Vec<Role> = Role::ALL.into_iter().filter(|it| fields.hidden(&tick(*it)).is_some()).collect();
    if !ticked.is_empty() {
        return Some(ticked);
    }
    fields.list::<Holder>("roles").map(|it| it.into_iter().map(|it| it.0).collect())
}

/// Name of the checkbox of a role.
pub fn tick(role: Role) -> String {
    format!("role_{}", role.code())
}

fn organisations(fields: &mut Fields) -> Option<Chosen> {
    if fields.is_of_a_program() {
        return fields.list("organisations").map(Chosen::Ids);
    }
    let typed = fields.hidden("organisations").unwrap_or_default();
    let lines = typed.lines().map(str::trim).filter(|it| !it.is_empty());
    let lines = lines.filter_map(|it| PlainText::try_from(it.to_owned()).ok()).map(String::from);
    Some(Chosen::Typed(lines.take(50).collect()))
}

impl TryFrom<String> for Target {
    type Error = BadTarget;

    fn try_from(text: String) -> Result<Self, BadTarget> {
        match text.as_str() {
            "published" => Ok(Self(State::Published)),
            "withdrawn" => Ok(Self(State::Withdrawn)),
            _ => Err(BadTarget),
        }
    }
}

impl TryFrom<String> for Holder {
    type Error = BadHolder;

    fn try_from(text: String) -> Result<Self, BadHolder> {
        Role::ALL.into_iter().find(|it| it.code() == text).map(Self).ok_or(BadHolder)
    }
}
