use axum::http::StatusCode;
use futures::join;
use serde::Serialize;

use super::sql::{self, Chooser, Entrant};
use super::{account_bucket, discreet, hashed, known_as, mail, rules, verify, view, with_device};
use crate::access::{Actor, Doorstep, Fields, Form, Posted};
use crate::answer::{Answer, Done};
use crate::audit::Entry;
use crate::error::Error;
use crate::kernel::{Email, PersonId, Token};
use crate::link::{self, NewLink, Purpose};
use crate::page::Draft;
use crate::throttle::{self, Attempts, Limit};

/// Mails that one address may be sent in this way.
const ADDRESS: Limit = Limit { most: 5, within: 3600 };
const NETWORK: Limit = Limit { most: 20, within: 900 };

pub struct Address(String);

impl Form for Address {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        fields.checked::<Email>("email").map(Self)
    }
}

/// `POST /api/v1/password-resets`: what is said whoever asks.
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema))]
pub struct Accepted {
    /// Always `accepted`.
    status: &'static str,
}

pub async fn forgotten(door: Doorstep) -> Answer {
    let was_sent = door.app().caller().asked.ends_with("?sent");
    let frame = door.frame();
    view::page(if was_sent { view::sent(&frame) } else { view::forgotten(&frame, &Draft::default()) })
}

pub async fn request(door: Doorstep, posted: Posted<Address>) -> Result<Answer, Error> {
    match send_link(&door, posted.parse()).await {
        Ok(()) => {
            let (see, body) =
                ("/forgot-password?sent".to_owned(), serde_json::json!(Accepted { status: "accepted" }));
            Ok(Answer::of(Done { see, status: StatusCode::ACCEPTED, body }))
        }
        Err(error) => Err(error.on_screen(|errors| view::forgotten(&door.frame(), &posted.draft(errors)))),
    }
}

/// The same two batches for an address that is known, unknown, not verified or asked for too often; only what the
/// mail's row says differs, and the consumer drops it when it has no recipient (security 1.5).
async fn send_link(door: &Doorstep, typed: Result<Address, Error>) -> Result<(), Error> {
    let (scope, app, now) = (door.scope(), door.app(), door.now());
    let email = known_as(&typed?.0);
    let batch = vec![
        NETWORK.count(scope, &throttle::from_here("reset-from", app), now),
        ADDRESS.count(scope, &format!("reset:{email}"), now),
        sql::entrant(scope, &email),
    ];
    let mut rows = door.write(batch).await?.into_iter();
    let mut next = || rows.next().ok_or(Error::Ours("an answer of the batch is missing"));
    let said = "Too many links were asked for from your network. Wait a few minutes and try again.";
    Attempts::of(next()?)?.check(NETWORK, now, said)?;
    let is_too_often = Attempts::of(next()?)?.exceed(ADDRESS);
    let found: Option<Entrant> = next()?.decode()?.into_iter().next();
    let owner = found.filter(|it| it.is_welcome() && !is_too_often);

    let (purpose, kind) = match &owner {
        Some(owner) if owner.password.is_none() => (Purpose::FirstPassword, mail::FIRST_PASSWORD),
        _ => (Purpose::Reset, mail::RESET),
    };
    let nobody: PersonId = app.new_id();
    let link = NewLink::make(app, purpose, owner.as_ref().map_or(&nobody, |it| &it.id), None)?;
    let mut deeds = link.deeds(scope, app);
    let to = owner.map(|it| (it.email, it.name));
    deeds.push(mail::link(kind, to, &link.reference).deed(scope, app));
    door.write(deeds).await?;
    link.point(app);
    Ok(())
}

pub struct Choice {
    token: String,
    new_password: String,
}

impl Form for Choice {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        fields.repeated("new_password", "new_password_again");
        let (token, new_password) = (fields.checked::<Token>("token"), fields.read("new_password"));
        Some(Self { token: token?, new_password: new_password? })
    }
}

pub async fn form(door: Doorstep) -> Answer {
    discreet(Ok(view::page(view::choose(&door.frame(), &Draft::default()))))
}

pub async fn choose(door: Doorstep, posted: Posted<Choice>) -> Answer {
    let chosen = set(&door, posted.parse()).await;
    discreet(chosen.map_err(|it| {
        let is_spent = it.code() == link::SPENT;
        it.on_screen(|errors| {
            if is_spent {
                view::spent(&door.frame(), view::Spent::Password)
            } else {
                view::choose(&door.frame(), &posted.draft(errors))
            }
        })
    }))
}

async fn set(door: &Doorstep, typed: Result<Choice, Error>) -> Result<Answer, Error> {
    let Choice { token, new_password } = typed?;
    let (scope, app, now) = (door.scope(), door.app(), door.now());
    let Ok(token) = Token::try_from(token) else { return Err(verify::junk(door).await) };
    let hash = token.hash();
    let asked =
        door.read((sql::chooser(scope, hash.as_str(), now), sql::organisations_behind(scope, hash.as_str())));
    let (found, pointed) = join!(asked, link::is_pointed_at(app, &token));
    verify::count_unless(pointed, door).await?;
    let (chooser, organisations) = found?;
    let Chooser { person, email, name, has_password } = chooser.ok_or_else(verify::spent)?;

    let organisations: Vec<String> = organisations.into_iter().map(|it| it.name).collect();
    let vendor = &app.config().brand.vendor_name;
    let context =
        rules::Context { email: &email, name: name.as_str(), vendor, organisations: &organisations };
    let password = rules::new_password("new_password", new_password, &context);
    let password = password.map_err(|it| Error::invalid(vec![it]))?;

    let mut deeds = link::use_up(scope, &hash, now);
    deeds.push(sql::set_password(scope, &person, &hashed(app, &password)?));
    deeds.push(sql::end_all(scope, &person, now));
    deeds.push(sql::void_links(scope, &person, now));
    deeds.push(throttle::clear(scope, &account_bucket(email.as_str())));
    let action = if has_password.0 { "password.reset" } else { "password.set" };
    let actor = Actor { person: Some(person.clone()), name: name.as_str().to_owned() };
    deeds.push(Entry { action, target: person.as_str(), before: None, after: None }.deed(scope, app, &actor));
    if has_password.0 {
        deeds.push(mail::password_changed(app, &email, &name).deed(scope, app));
    }
    door.write(deeds).await.map_err(verify::spent_meanwhile)?;
    // Whoever read the mail is the owner; their attempts now count apart from an attacker's.
    with_device(app, Answer::of(Done::quietly("/sign-in?done=password-set")), door.device(), &person)
}
