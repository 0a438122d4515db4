//! Contact Manager: contacts, their verification, and who holds which role (domain 4).

mod actions;
pub mod api;
pub mod mail;
mod roles_view;
mod rules;
mod sql;
mod view;

use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use serde_json::json;

use crate::access::{Access, ContactManager, Fields, Form, Posted, Routes};
use crate::answer::{Answer, Done, Shown};
use crate::apps::home;
use crate::error::Error;
use crate::kernel::ContactId;
use crate::page::Draft;
use actions::Known;
use api::{Delivery, MailQueued};
use rules::Assignment;

pub use rules::{Assignment as Roles, Channel, Holding, MOST_CONTACTS, NewContact, is_off_domain};

pub fn routes() -> Routes {
    Routes::default()
        .page::<ContactManager>(&Method::GET, "/contacts", get(list))
        .page::<ContactManager>(&Method::POST, "/contacts", post(add))
        .page::<ContactManager>(&Method::GET, "/contacts/{contact}/removal", get(ask_removal))
        .page::<ContactManager>(&Method::POST, "/contacts/{contact}/removal", post(remove))
        .page::<ContactManager>(&Method::POST, "/contacts/{contact}/verification", post(verify))
        .page::<ContactManager>(&Method::GET, "/roles", get(show_roles))
        .page::<ContactManager>(&Method::POST, "/roles", post(assign))
        .api::<ContactManager>(&Method::GET, "/contacts", get(list))
        .api::<ContactManager>(&Method::POST, "/contacts", post(add))
        .api::<ContactManager>(&Method::DELETE, "/contacts/{contact}", delete(remove))
        .api::<ContactManager>(&Method::POST, "/contacts/{contact}/verification", post(verify))
        .api::<ContactManager>(&Method::GET, "/roles", get(show_roles))
        .api::<ContactManager>(&Method::PUT, "/roles", put(assign))
}

/// What the form of Manage Roles says besides the roles.
struct Wish {
    roles: Assignment,
    /// The question about handing over the Primary role has been answered.
    handing_over: bool,
}

async fn list(door: Access<ContactManager>) -> Result<Answer, Error> {
    let known = actions::load(&door).await?;
    let frame = door.frame(&known.me);
    Ok(Answer::of(Shown { frame, view: screen(&door, known, Draft::default(), Draft::default()) }))
}

async fn add(door: Access<ContactManager>, posted: Posted<NewContact>) -> Result<Answer, Error> {
    match actions::add(&door, &posted, &at(&door)).await {
        Ok(done) => Ok(Answer::of(done)),
        Err((None, error)) => Err(error),
        Err((Some(known), error)) => Err(error.on_screen(|errors| {
            let frame = door.frame(&known.me);
            crate::answer::View::page(&screen(&door, known, posted.draft(errors), Draft::default()), &frame)
        })),
    }
}

async fn ask_removal(door: Access<ContactManager>) -> Result<Answer, Error> {
    let known = actions::load(&door).await?;
    let contact = known.contact(&door.named("contact")?)?.clone();
    rules::may_remove(&contact, &known.holdings)?;
    let roles = rules::roles_of(&contact, &known.holdings);
    let frame = door.frame(&known.me);
    let org_name = known.me.org_name.as_str().to_owned();
    Ok(Answer::of(Shown { frame, view: view::Removal { contact, roles, org_name, at: at(&door) } }))
}

async fn remove(door: Access<ContactManager>) -> Result<Answer, Error> {
    let known = actions::load(&door).await?;
    match actions::remove(&door, &known, &door.named("contact")?).await {
        Ok(()) => Ok(Answer::of(Done::quietly(at(&door) + "?done=contact-deleted"))),
        Err(error) => Err(on_list(&door, known, error)),
    }
}

async fn verify(door: Access<ContactManager>) -> Result<Answer, Error> {
    let known = actions::load(&door).await?;
    match actions::verify(&door, &known, &door.named("contact")?).await {
        Ok(()) => {
            let see = at(&door) + "?done=verification-sent";
            let body = json!(MailQueued { status: Delivery::Queued });
            Ok(Answer::of(Done { see, status: StatusCode::ACCEPTED, body }))
        }
        Err(error) => Err(on_list(&door, known, error)),
    }
}

async fn show_roles(door: Access<ContactManager>) -> Result<Answer, Error> {
    let known = actions::load(&door).await?;
    let frame = door.frame(&known.me);
    Ok(Answer::of(Shown { frame, view: role_form(&door, known, Draft::default()) }))
}

async fn assign(door: Access<ContactManager>, posted: Posted<Wish>) -> Result<Response, Error> {
    let known = actions::load(&door).await?;
    let frame = door.frame(&known.me);
    let version = known.terms.roles_version;
    let parsed = posted.matches(version).and_then(|()| posted.parse());
    if let Ok(wish) = &parsed
        && !is_program(&door)
        && !wish.handing_over
        && actions::must_be_asked(&known, &wish.roles)
    {
        let to = wish.roles.primary.as_ref().and_then(|it| known.contact(it).ok());
        let to = to.map_or_else(String::new, |it| it.display_name.as_str().to_owned());
        let question = roles_view::HandOver { wished: wish.roles.clone(), to, version, at: roles_at(&door) };
        return Ok(question.page(&frame).into_response());
    }
    let assigned = match parsed {
        Ok(wish) => actions::assign(&door, &known, &wish.roles).await.map(|it| (it, wish)),
        Err(error) => Err(error),
    };
    match assigned {
        Ok(((roles, new_version), wish)) => {
            let see = if actions::hands_over(&known, &wish.roles) {
                home(door.org().id()) + "?done=primary-handed-over"
            } else if new_version == version {
                at(&door)
            } else {
                at(&door) + "?done=roles-assigned"
            };
            let done = Done { see, status: StatusCode::OK, body: json!(roles) };
            Ok(Answer::of(done).tagged(new_version).into_response())
        }
        Err(error) => Err(error.on_screen(|errors| {
            let form = role_form(&door, known, posted.draft(errors));
            crate::answer::View::page(&form, &frame)
        })),
    }
}

/// The list again, with what was refused above it.
fn on_list(door: &Access<ContactManager>, known: Known, error: Error) -> Error {
    error.on_screen(|errors| {
        let frame = door.frame(&known.me);
        crate::answer::View::page(&screen(door, known, Draft::default(), Draft::blank(errors)), &frame)
    })
}

fn at(door: &Access<ContactManager>) -> String {
    home(door.org().id()) + "/contacts"
}

fn roles_at(door: &Access<ContactManager>) -> String {
    home(door.org().id()) + "/roles"
}

fn is_program(door: &Access<ContactManager>) -> bool {
    door.app().caller().asked.starts_with("/api/")
}

fn screen(door: &Access<ContactManager>, known: Known, draft: Draft, refusal: Draft) -> view::ContactList {
    let Known { contacts, holdings, .. } = known;
    let key = String::from(door.app().new_id::<ContactId>());
    view::ContactList {
        contacts,
        holdings,
        draft,
        refusal,
        at: at(door),
        zone: door.app().config().zone,
        key,
    }
}

fn role_form(door: &Access<ContactManager>, known: Known, draft: Draft) -> roles_view::RoleForm {
    let Known { contacts, holdings, terms, .. } = known;
    let assignment = Assignment::of(&holdings);
    let off_domain = rules::off_domain(&terms, &assignment, &contacts);
    let version = terms.roles_version;
    roles_view::RoleForm { contacts, assignment, off_domain, version, draft, at: roles_at(door) }
}

impl Form for NewContact {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let (display_name, email) = (fields.read("display_name"), fields.read("email"));
        let send_verification = fields.flag("send_verification", true);
        Some(Self { display_name: display_name?, email: email?, send_verification: send_verification? })
    }
}

impl Form for Wish {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let (primary, billing) = (fields.read_or_none("primary"), fields.read_or_none("billing"));
        let (support, technical) = (fields.read_or_none("support"), fields.read_or_none("technical"));
        let handing_over = fields.hidden("handing_over").is_some();
        let roles =
            Assignment { primary: primary?, billing: billing?, support: support?, technical: technical? };
        Some(Self { roles, handing_over })
    }
}
