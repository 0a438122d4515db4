//! The launcher's way to the help desk. A desk that speaks OpenID Connect is asked to begin; Zendesk gets its
//! statement from here; without either it is a plain link.

mod sql;
mod zendesk;

use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::http::{HeaderValue, Method, header};
use serde::Deserialize;
use serde_json::json;

use super::rules::{Kind, lead_back, origin_of};
use super::view::{HandOver, NoDesk};
use crate::access::{Access, HelpDesk, Member, form_may_lead_to};
use crate::answer::{Answer, Done, Shown};
use crate::audit::Entry;
use crate::error::Error;
use crate::kernel::ClientId;

/// The client that the launcher leads to: the newest that says where it begins.
#[derive(Deserialize)]
pub struct Launched {
    pub id: ClientId,
    pub name: String,
    pub kind: Kind,
    pub login_uri: String,
}

/// GET /o/{org}/helpdesk
pub async fn open(method: Method, door: Access<HelpDesk>) -> Result<Answer, Error> {
    let (me, launched) = door.read(sql::launched(door.org())).await?;
    let (config, secrets) = (door.app().config(), door.app().secrets());
    match launched {
        Some(it) if it.kind == Kind::Oidc && secrets.signing.is_some() => {
            let org = Some(door.org().id().as_str());
            Ok(go(lead_back(&it.login_uri, &[("iss", Some(&config.origin)), ("login_hint", org)])))
        }
        Some(it) if it.kind == Kind::Freshworks && secrets.signing.is_some() => Ok(go(it.login_uri)),
        Some(it) if it.kind == Kind::Zendesk && secrets.zendesk.is_some() => {
            if method == Method::HEAD {
                let allow = HeaderValue::from_static("GET");
                return Ok(Answer::of(Error::Method(method.to_string())).with(header::ALLOW, allow));
            }
            hand_over(&door, &me, it).await
        }
        Some(_) | None => Ok(plain(&door, &me)),
    }
}

/// A link to wherever the help desk is, or how to reach it without one.
fn plain(door: &Access<HelpDesk>, me: &Member) -> Answer {
    let config = door.app().config();
    if let Some(link) = &config.links.help_desk {
        return go(link.clone());
    }
    let vendor = config.brand.vendor_name.clone();
    let view = NoDesk { vendor, support: config.support_email.as_str().to_owned() };
    Answer::of(Shown { frame: door.frame(me), view })
}

fn go(to: String) -> Answer {
    Answer::of(Done::quietly(to))
}

async fn hand_over(door: &Access<HelpDesk>, me: &Member, desk: Launched) -> Result<Answer, Error> {
    let app = door.app();
    let entry = Entry {
        action: "sso.signed_on",
        target: desk.name.as_str(),
        before: None,
        after: Some(json!({ "client": desk.id })),
    };
    door.write(vec![entry.deed(door.org(), app, &door.actor(me))]).await?;
    let statement = zendesk::statement(app, me).ok_or(Error::Ours("ZENDESK_SHARED_SECRET signs nothing"))?;
    // Zendesk leads on to the address that its customers know it by.
    let ends = [Some(desk.login_uri.as_str()), app.config().links.help_desk.as_deref()];
    let ends: Vec<&str> = ends.into_iter().flatten().filter_map(origin_of).collect();
    let policy = form_may_lead_to(&ends);
    let view = HandOver { client: desk.name, to: desk.login_uri, statement };
    let answer = Answer::of(Shown { frame: door.frame(me), view });
    Ok(match policy {
        Some(policy) => answer.with(CONTENT_SECURITY_POLICY, policy),
        None => answer,
    })
}
