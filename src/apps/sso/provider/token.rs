use axum::http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};

use super::super::rules::{
    Client, INVALID_CLIENT, INVALID_GRANT, Presented, Refusal, TOKEN_LIFETIME, verifies,
};
use super::answers::{Trouble, told};
use super::authorize::support;
use super::sql::{self, Code};
use super::statement::{About, assertion, subject};
use crate::access::{Actor, Doorstep, Fields, Form, Posted};
use crate::answer::Answer;
use crate::audit::Entry;
use crate::error::Error;
use crate::kernel::{Token, TokenHash};
use crate::throttle::{Attempts, Limit, from_here};

pub const PATH: &str = "/sso/token";

/// Of one client from one network: more sign-ons in a minute than any help desk has.
const MOST: Limit = Limit { most: 600, within: 60 };
const TOO_MANY: Refusal =
    Refusal { error: "slow_down", said: "There were too many requests within a minute." };

pub struct Exchange {
    grant_type: Option<String>,
    code: Option<String>,
    redirect_uri: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    code_verifier: Option<String>,
}

impl Form for Exchange {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let mut take = |name| fields.hidden(name).filter(|it| !it.is_empty());
        let exchange = Self {
            grant_type: take("grant_type"),
            code: take("code"),
            redirect_uri: take("redirect_uri"),
            client_id: take("client_id"),
            client_secret: take("client_secret"),
            code_verifier: take("code_verifier"),
        };
        fields.ignore_the_rest();
        Some(exchange)
    }
}

/// POST /sso/token
pub async fn exchange(door: Doorstep, headers: HeaderMap, posted: Posted<Exchange>) -> Answer {
    told(answer(&door, &headers, &posted).await)
}

async fn answer(door: &Doorstep, headers: &HeaderMap, posted: &Posted<Exchange>) -> Result<Value, Trouble> {
    door.app().secrets().signing.as_ref().ok_or(Error::NotFound)?;
    let form = posted.parse().map_err(unreadable)?;
    let by = present(headers, &form)?;
    let (client, found) = look(door, &by, form.code.as_deref()).await?;
    let client = client.filter(|it| by.is(it)).ok_or_else(|| not_the_one(&by))?;
    match form.grant_type.as_deref() {
        Some("authorization_code") => {}
        Some(_) => return Err(unfit("unsupported_grant_type", "The only grant_type is authorization_code.")),
        None => return Err(unfit("invalid_request", "grant_type is missing.")),
    }
    let missing = |said| unfit("invalid_request", said);
    form.code.ok_or(missing("code is missing."))?;
    let redirect_uri = form.redirect_uri.ok_or(missing("redirect_uri is missing."))?;
    let verifier = form.code_verifier.ok_or(missing("code_verifier is missing (RFC 7636)."))?;
    // Whoever is the wrong client, or brings the wrong address or verifier, does not use the code up.
    let (hash, code) = found.filter(|it| it.1.client_id == client.id).ok_or(INVALID_GRANT)?;
    if code.used_at.is_some() {
        return Err(replayed(door, &client, &hash, &code).await);
    }
    let good = code.redirect_uri == redirect_uri
        && code.expires_at > door.now()
        && verifies(&verifier, &code.challenge);
    if !good {
        return Err(INVALID_GRANT.into());
    }
    issue(door, &client, &hash, code).await
}

fn present(headers: &HeaderMap, form: &Exchange) -> Result<Presented, Trouble> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let header = all.next().map(|it| it.to_str().unwrap_or_default());
    if all.next().is_some() {
        return Err(unfit("invalid_request", "There are two Authorization headers."));
    }
    Presented::read(header, form.client_id.as_deref(), form.client_secret.as_deref()).map_err(|it| {
        match header {
            Some(_) if it == INVALID_CLIENT => Trouble::Challenged("Basic", it),
            _ if it == INVALID_CLIENT => Trouble::Refused(StatusCode::UNAUTHORIZED, it),
            _ => it.into(),
        }
    })
}

fn not_the_one(by: &Presented) -> Trouble {
    if by.by_header {
        Trouble::Challenged("Basic", INVALID_CLIENT)
    } else {
        Trouble::Refused(StatusCode::UNAUTHORIZED, INVALID_CLIENT)
    }
}

type Found = Option<(TokenHash, Code)>;

/// Counts first and looks second, in one batch.
async fn look(
    door: &Doorstep,
    by: &Presented,
    code: Option<&str>,
) -> Result<(Option<Client>, Found), Trouble> {
    let (scope, now) = (door.scope(), door.now());
    let hash = code.and_then(|it| Token::try_from(it.to_owned()).ok()).map(|it| it.hash());
    let network = from_here("from", door.app());
    let mut deeds =
        vec![sql::count_attempt(scope, &by.client, &network, MOST, now), sql::presented(scope, by)];
    deeds.extend(hash.iter().map(|it| sql::code(scope, it)));
    let mut rows = door.write(deeds).await?.into_iter();
    let mut next = || rows.next().ok_or(Error::Ours("an answer of the batch is missing"));
    if Attempts::of(next()?)?.exceed(MOST) {
        return Err(Trouble::Refused(StatusCode::TOO_MANY_REQUESTS, TOO_MANY));
    }
    let client = next()?.decode().map_err(Error::from)?.into_iter().next();
    let Some(hash) = hash else { return Ok((client, None)) };
    let code = next()?.decode().map_err(Error::from)?.into_iter().next();
    Ok((client, code.map(|it| (hash, it))))
}

/// The code's role and its being unused are asked again, in the transaction that uses it up.
async fn issue(door: &Doorstep, client: &Client, hash: &TokenHash, code: Code) -> Result<Value, Trouble> {
    let token = Token::from_bytes(door.app().random());
    let deeds = sql::exchange(door.scope(), hash, &token.hash(), support(), door.now());
    let rows = match door.write(deeds.into()).await {
        Ok(rows) => rows,
        Err(error) if error.verdict() == Some(sql::NOT_SUPPORT) => return Err(INVALID_GRANT.into()),
        Err(error) if error.verdict() == Some(sql::SPENT) => {
            return Err(replayed(door, client, hash, &code).await);
        }
        Err(error) => return Err(error.into()),
    };
    let about = About {
        client,
        scope: &code.scope,
        nonce: code.nonce,
        auth_at: code.auth_at,
        access_token: Some(token.reveal()),
    };
    let id_token = assertion(door.app(), subject(rows.into_iter().next_back())?, about).await?;
    Ok(json!({
        "access_token": token.reveal(),
        "token_type": "Bearer",
        "expires_in": TOKEN_LIFETIME,
        "scope": code.scope,
        "id_token": id_token,
    }))
}

/// Two have had this code: what the first one got counts no more.
async fn replayed(door: &Doorstep, client: &Client, hash: &TokenHash, code: &Code) -> Trouble {
    let entry = Entry {
        action: "sso.code_replayed",
        target: client.name.as_str(),
        before: None,
        after: Some(json!({ "client": client.id, "person": code.person_id })),
    };
    let actor = Actor { person: None, name: client.name.clone() };
    let audit = entry.deed_in(Some(&code.org_id), door.scope(), door.app(), &actor);
    match door.write(vec![sql::revoke(door.scope(), hash, door.now()), audit]).await {
        Ok(_) => INVALID_GRANT.into(),
        Err(error) => error.into(),
    }
}

/// A body that is no form, or too large, keeps its own status; the rest is what the standard says.
fn unreadable(error: Error) -> Trouble {
    let said = Refusal {
        error: "invalid_request",
        said: "Send application/x-www-form-urlencoded in UTF-8, at most 64 kB, each parameter once.",
    };
    match error {
        Error::Refused(it) if it.status != StatusCode::UNPROCESSABLE_ENTITY => {
            Trouble::Refused(it.status, said)
        }
        _ => said.into(),
    }
}

fn unfit(error: &'static str, said: &'static str) -> Trouble {
    Refusal { error, said }.into()
}
