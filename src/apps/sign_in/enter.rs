use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::sql::{self, Entrant, NewSession, RoleRow};
use super::{
    ACCOUNT, Membership, account_bucket, known_as, landing, mail, new_session_id, no_key, rules, view,
    with_device, with_session,
};
use crate::access::{
    Actor, Claim, Doorstep, Fields, Form, Posted, SESSION_LIFETIME, Verdict, no_session_cookie,
};
use crate::answer::{Answer, Done};
use crate::apps::sso;
use crate::audit::Entry;
use crate::db::Rows;
use crate::error::Error;
use crate::kernel::{DisplayName, Email, Password, PersonId};
use crate::throttle::{self, Attempts, Limit};

/// From one network; an office of many people shares one address.
const NETWORK: Limit = Limit { most: 100, within: 900 };

const BAD: &str = "bad-credentials";
const TOO_MANY: &str = "There were too many attempts to sign in, so this has to rest for a while. Wait a few minutes \
                        and try again, or choose a new password under \"Forgotten your password?\".";

pub struct Credentials {
    email: String,
    password: String,
    to: Option<String>,
}

impl Form for Credentials {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let (email, password, to) = (
            fields.checked::<Email>("email"),
            fields.filled("password", "Type your password."),
            fields.hidden("to"),
        );
        Some(Self { email: email?, password: password?, to: to.filter(|it| rules::inside(it)) })
    }
}

/// `POST /api/v1/session`
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema))]
pub struct SignedInAnswer {
    person: SignedInPerson,
    organisations: Vec<Membership>,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema))]
struct SignedInPerson {
    #[cfg_attr(not(target_arch = "wasm32"), schema(value_type = String))]
    id: PersonId,
    #[cfg_attr(not(target_arch = "wasm32"), schema(value_type = String))]
    email: Email,
    #[cfg_attr(not(target_arch = "wasm32"), schema(value_type = String))]
    display_name: DisplayName,
}

pub async fn form(door: Doorstep) -> Answer {
    let query = door.app().caller().asked.split_once('?').map_or("", |it| it.1);
    let to = form_urlencoded::parse(query.as_bytes()).find(|it| it.0 == "to").map(|it| it.1.into_owned());
    let mut draft = crate::page::Draft::default();
    let policy = policy(&door, to.as_deref()).await;
    draft.typed.extend(to.map(|it| ("to".to_owned(), it)));
    led_on(view::page(view::sign_in(&door.frame(), &draft)), policy)
}

/// Of a form that leads on to another site (security 1.3, trap 1).
async fn policy(door: &Doorstep, to: Option<&str>) -> Option<HeaderValue> {
    sso::form_policy(door, to.filter(|it| rules::inside(it))?).await
}

fn led_on(answer: Answer, policy: Option<HeaderValue>) -> Answer {
    match policy {
        Some(policy) => answer.with(CONTENT_SECURITY_POLICY, policy),
        None => answer,
    }
}

pub async fn sign_in(door: Doorstep, posted: Posted<Credentials>) -> Result<Answer, Error> {
    let error = match enter(&door, posted.parse()).await {
        Ok(answer) => return Ok(answer),
        Err(error) => error,
    };
    let policy = policy(&door, posted.draft(Vec::new()).value("to")).await;
    let error = error.on_screen(|errors| view::sign_in(&door.frame(), &posted.draft(errors)));
    Ok(led_on(Answer::of(error), policy))
}

async fn enter(door: &Doorstep, typed: Result<Credentials, Error>) -> Result<Answer, Error> {
    let typed = typed?;
    let (entrant, bucket) = attempt(door, &typed).await?;
    let verdict = judge(door, &typed.password, entrant.as_ref());
    match entrant {
        Some(entrant) if verdict != Verdict::Wrong => begin(door, typed, entrant, verdict, &bucket).await,
        stranger => {
            let app = door.app();
            app.log(&serde_json::json!({
                "request_id": app.caller().request, "event": "session.refused", "address": app.caller().address,
                "person": stranger.map(|it| it.id),
            }));
            Err(bad_credentials())
        }
    }
}

/// Counts first and looks second, in one batch that is the same for everybody.
async fn attempt(door: &Doorstep, typed: &Credentials) -> Result<(Option<Entrant>, String), Error> {
    let (scope, app, now) = (door.scope(), door.app(), door.now());
    let email = known_as(&typed.email);
    let account = match email.as_str() {
        "" => account_bucket(&format!("{:x}", Sha256::digest(typed.email.as_bytes()))),
        email => account_bucket(email),
    };
    let network = throttle::from_here("from", app);
    let batch = vec![
        sql::count_attempt(scope, &email, &account, door.device(), now),
        NETWORK.count(scope, &network, now),
        sql::entrant(scope, &email),
    ];
    let mut rows = door.write(batch).await?.into_iter();
    let mut next = || rows.next().ok_or(Error::Ours("an answer of the batch is missing"));
    let (here, there) = (Attempts::of(next()?)?, Attempts::of(next()?)?);
    here.check(ACCOUNT, now, TOO_MANY)?;
    there.check(NETWORK, now, TOO_MANY)?;
    Ok((next()?.decode()?.into_iter().next(), here.bucket))
}

/// Somebody unknown, not verified or without a password costs the same hash as a wrong password does.
fn judge(door: &Doorstep, typed: &str, entrant: Option<&Entrant>) -> Verdict {
    if typed.len() > Password::MOST_BYTES {
        return Verdict::Wrong;
    }
    let stored = entrant.filter(|it| it.is_welcome()).and_then(|it| it.password.as_deref());
    door.app().secrets().pepper.verify(typed, stored)
}

async fn begin(
    door: &Doorstep,
    typed: Credentials,
    entrant: Entrant,
    verdict: Verdict,
    bucket: &str,
) -> Result<Answer, Error> {
    let (scope, app, now) = (door.scope(), door.app(), door.now());
    let Entrant { id, email, name, password, epoch, is_staff, has_been_here, .. } = entrant;
    let claim = Claim { id: new_session_id(app)?, person: id.clone(), epoch };
    let session = NewSession {
        claim: &claim,
        device: &app.caller().device,
        address: &app.caller().address,
        now,
        expires_at: now + SESSION_LIFETIME,
    };
    let mut deeds = vec![sql::unless_changed(scope, &id, epoch), sql::start(scope, &session)];
    deeds.extend(door.claim().map(|it| sql::end(scope, &it.id, now)));
    if let (Verdict::RightButOld, Some(old), Ok(typed)) =
        (verdict, &password, Password::try_from(typed.password))
    {
        let new = super::hashed(app, &typed)?;
        deeds.push(sql::hash_again(scope, &id, old, &new));
    }
    deeds.push(throttle::clear(scope, bucket));
    deeds.push(throttle::give_back(scope, &throttle::from_here("from", app)));
    let actor = Actor { person: Some(id.clone()), name: name.as_str().to_owned() };
    let after = Some(serde_json::json!({ "device": app.caller().device }));
    let started = Entry { action: "session.started", target: claim.id.as_str(), before: None, after };
    deeds.push(started.deed(scope, app, &actor));
    let is_known = door.device().is_some_and(|it| it.person == id);
    if has_been_here.0 && !is_known {
        deeds.push(mail::new_device(app, &email, &name).deed(scope, app));
    }
    deeds.push(sql::memberships_of(scope, &id));
    let rows = door
        .write(deeds)
        .await
        .map_err(|it| if it.verdict() == Some(BAD) { bad_credentials() } else { it })?;
    let memberships = rows.into_iter().next_back().map(Rows::decode).transpose()?;
    let organisations = RoleRow::fold(memberships.unwrap_or_default());
    app.remember(&claim.id, None);
    let see = typed.to.unwrap_or_else(|| landing(&organisations, is_staff.0));
    let person = SignedInPerson { id: id.clone(), email, display_name: name };
    let body = serde_json::json!(SignedInAnswer { person, organisations });
    let answer = with_session(app, Answer::of(Done { see, status: StatusCode::OK, body }), &claim)?;
    with_device(app, answer, door.device(), &id)
}

/// One sentence for all of them: unknown, not verified, no password yet, wrong password.
fn bad_credentials() -> Error {
    let said = "The e-mail address or the password is not correct. Check both, or ask for a link to choose a new \
                password. If you have not confirmed your address yet, use the link in the mail that was sent to you.";
    Error::refused(StatusCode::UNAUTHORIZED, BAD, said)
}

/// `POST /sign-out`: whoever asks is signed out afterwards, also if they were not signed in any more.
pub async fn sign_out(door: Doorstep) -> Result<Answer, Error> {
    if let Some(claim) = door.claim()
        && let Some(leaver) = door.read(sql::leaver(door.scope(), &claim)).await?
    {
        let actor = Actor { person: Some(claim.person), name: leaver.name.into() };
        let ended = Entry { action: "session.ended", target: claim.id.as_str(), before: None, after: None };
        let deeds =
            vec![sql::end(door.scope(), &claim.id, door.now()), ended.deed(door.scope(), door.app(), &actor)];
        door.write(deeds).await?;
    }
    forgetting(Answer::of(Done::quietly("/sign-in?done=signed-out")))
}

/// The browser forgets the session and what it kept of its pages.
pub fn forgetting(answer: Answer) -> Result<Answer, Error> {
    let cookie = no_session_cookie().ok_or_else(no_key)?;
    let clear = HeaderValue::from_static("\"cache\", \"storage\"");
    let answer = answer.with(axum::http::header::SET_COOKIE, cookie);
    Ok(answer.with(HeaderName::from_static("clear-site-data"), clear))
}
