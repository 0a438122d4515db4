//! What a sign-on may ask, and what it is told. The words of the errors are those of the standards.

mod claims;
mod client;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use subtle::ConstantTimeEq;

use crate::kernel::{ClientId, OrgId, OrgName, Token, TokenHash};

pub use claims::{Claims, IdToken, Subject, half_hash, subject_id};
pub use client::{INVALID_CLIENT, INVALID_GRANT, Presented, verifies};

pub const AUTHORIZE: &str = "/sso/authorize";

/// Seconds (security 10.4.3).
pub const CODE_LIFETIME: i64 = 60;
/// Of what opens userinfo, and of the statement about who signed in.
pub const TOKEN_LIFETIME: i64 = 600;

/// Bytes of a request. Its address travels through the sign-in form, which repeats no more than this.
pub const MOST_ASKED: usize = 2_000;

/// All that is read of a request; the rest is ignored, as the standard wants.
const PARAMETERS: [&str; 17] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "max_age",
    "id_token_hint",
    "login_hint",
    "request",
    "request_uri",
    "org",
    "since",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Oidc,
    Zendesk,
    Freshworks,
}

/// A program that may ask.
#[derive(Debug, Clone, Deserialize)]
pub struct Client {
    pub id: ClientId,
    pub name: String,
    pub kind: Kind,
    /// JSON, as the table has it.
    pub redirect_uris: String,
    pub secret_hash: Option<TokenHash>,
}

/// An organisation that lets this person into the help desk.
#[derive(Debug, Clone, Deserialize)]
pub struct Desk {
    pub id: OrgId,
    pub name: OrgName,
}

/// A refusal in the words of RFC 6749.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    pub error: &'static str,
    pub said: &'static str,
}

const fn no(error: &'static str, said: &'static str) -> Refusal {
    Refusal { error, said }
}

pub const LOGIN_REQUIRED: Refusal = no("login_required", "Nobody is signed in to the portal.");
pub const CHOICE_REQUIRED: Refusal =
    no("interaction_required", "The person belongs to several organisations and has to choose one.");
pub const NOT_SUPPORT: Refusal =
    no("access_denied", "The person does not hold the Support role that opens the help desk.");

/// What was asked, by name. Empty is as good as not there.
pub struct Parameters(BTreeMap<String, Vec<String>>);

impl Parameters {
    #[must_use]
    pub fn of(query: &str) -> Self {
        let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if PARAMETERS.contains(&name.as_ref()) && !value.is_empty() {
                all.entry(name.into_owned()).or_default().push(value.into_owned());
            }
        }
        Self(all)
    }

    /// What was said once.
    #[must_use]
    pub fn one(&self, name: &str) -> Option<&str> {
        match self.0.get(name)?.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    #[must_use]
    pub fn client(&self) -> Option<ClientId> {
        ClientId::try_from(self.one("client_id")?.to_owned()).ok()
    }

    /// Something was said twice, or is no text.
    fn is_muddled(&self) -> bool {
        self.0.values().any(|it| it.len() > 1 || it.iter().any(|it| it.contains(['\u{fffd}', '\0'])))
    }

    /// The same request once more, with these changes: after signing in, after a choice.
    #[must_use]
    pub fn again(&self, changes: &[(&str, Option<&str>)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for name in PARAMETERS {
            let other = changes.iter().find(|it| it.0 == name).map(|it| it.1);
            if let Some(value) = other.unwrap_or_else(|| self.one(name)) {
                query.append_pair(name, value);
            }
        }
        format!("{AUTHORIZE}?{}", query.finish())
    }
}

impl Client {
    /// The registered address that equals this one byte by byte (security 3.7.2).
    #[must_use]
    pub fn redirect_uri<'a>(&self, asked: Option<&'a str>) -> Option<&'a str> {
        let known: Vec<String> = serde_json::from_str(&self.redirect_uris).unwrap_or_default();
        asked.filter(|it| known.iter().any(|known| known == it) && it.is_ascii())
    }

    /// A client without a secret is held by PKCE alone, and must not bring one.
    fn knows(&self, secret: Option<&str>) -> bool {
        match (&self.secret_hash, secret) {
            (None, None) => true,
            (Some(kept), Some(shown)) => Token::try_from(shown.to_owned())
                .is_ok_and(|it| it.hash().as_str().as_bytes().ct_eq(kept.as_str().as_bytes()).into()),
            _ => false,
        }
    }
}

/// A request that can be answered with yes.
#[derive(Debug, PartialEq, Eq)]
pub struct Request {
    pub scope: String,
    pub nonce: Option<String>,
    /// Of a statement that is handed over at once (Freshworks) there is none.
    pub challenge: Option<String>,
    /// Nothing may be shown.
    pub silent: bool,
    /// The person has to choose an organisation, also where there is only one.
    chooses: bool,
    /// The sign-in must not be older than this moment.
    not_before: Option<i64>,
    org: Option<OrgId>,
    hint: Option<OrgId>,
    /// Whom the client expects.
    pub subject: Option<String>,
}

impl Request {
    /// Client and address are known to belong together, so from here on a refusal is told to the client.
    pub fn read(asked: &Parameters, kind: Kind, now: i64) -> Result<Self, Refusal> {
        let unfit = |said| Err(no("invalid_request", said));
        if asked.is_muddled() {
            return unfit("A parameter was sent twice or is not UTF-8.");
        }
        if asked.one("request").is_some() {
            return Err(no("request_not_supported", "Send the parameters themselves."));
        }
        if asked.one("request_uri").is_some() {
            return Err(no("request_uri_not_supported", "Send the parameters themselves."));
        }
        let wanted = if kind == Kind::Freshworks { "id_token" } else { "code" };
        match asked.one("response_type") {
            None => return unfit("response_type is missing."),
            Some(it) if it != wanted => {
                return Err(no(
                    "unsupported_response_type",
                    "This client is answered with another response_type.",
                ));
            }
            Some(_) => {}
        }
        if asked.one("response_mode").is_some_and(|it| it != "query") {
            return unfit("The only response_mode is query.");
        }
        let scopes: Vec<&str> = asked.one("scope").unwrap_or_default().split(' ').collect();
        if !scopes.contains(&"openid") {
            return Err(no("invalid_scope", "scope must contain openid."));
        }
        let nonce = asked.one("nonce").map(str::to_owned);
        let challenge = if kind == Kind::Freshworks {
            if nonce.is_none() {
                return unfit("nonce is missing.");
            }
            None
        } else {
            Some(challenge(asked)?)
        };
        let prompts: Vec<&str> = asked.one("prompt").unwrap_or_default().split(' ').collect();
        let (silent, again) = (prompts.contains(&"none"), prompts.contains(&"login"));
        if silent && prompts.len() > 1 {
            return unfit("prompt none stands alone.");
        }
        let id = |name| asked.one(name).and_then(|it| OrgId::try_from(it.to_owned()).ok());
        Ok(Self {
            scope: scopes.into_iter().filter(|it| SCOPES.contains(it)).collect::<Vec<_>>().join(" "),
            nonce,
            challenge,
            silent,
            chooses: prompts.contains(&"select_account"),
            not_before: not_before(asked, again, now)?,
            org: id("org"),
            hint: id("login_hint"),
            subject: asked.one("id_token_hint").and_then(subject_of),
        })
    }

    /// Whether a sign-in of this moment is new enough.
    #[must_use]
    pub fn is_fresh(&self, signed_in_at: i64) -> bool {
        self.not_before.is_none_or(|it| signed_in_at >= it)
    }

    /// The organisation of this sign-on. Somebody may be Support here and Billing there, so it is never guessed where
    /// there are several.
    pub fn desk<'a>(&self, desks: &'a [Desk]) -> Result<&'a Desk, Refusal> {
        let find = |id: &OrgId| desks.iter().find(|it| it.id == *id);
        match (&self.org, desks) {
            (Some(org), _) => find(org).ok_or(NOT_SUPPORT),
            (None, []) => Err(NOT_SUPPORT),
            (None, _) if self.chooses => Err(CHOICE_REQUIRED),
            (None, [only]) => Ok(only),
            (None, _) => self.hint.as_ref().and_then(find).ok_or(CHOICE_REQUIRED),
        }
    }
}

pub const SCOPES: [&str; 3] = ["openid", "profile", "email"];

fn challenge(asked: &Parameters) -> Result<String, Refusal> {
    let unfit = |said| Err(no("invalid_request", said));
    let Some(challenge) = asked.one("code_challenge") else {
        return unfit("code_challenge is missing: PKCE is needed (RFC 7636).");
    };
    if asked.one("code_challenge_method") != Some("S256") {
        return unfit("The only code_challenge_method is S256.");
    }
    if !URL_SAFE_NO_PAD.decode(challenge).is_ok_and(|it| it.len() == 32) {
        return unfit("code_challenge is not the base64url of a SHA-256.");
    }
    Ok(challenge.to_owned())
}

/// `since` is our own mark: when this request was led to the sign-in page. A sign-in after it is the one asked for.
fn not_before(asked: &Parameters, again: bool, now: i64) -> Result<Option<i64>, Refusal> {
    let number = |name| match asked.one(name).map(str::parse::<i64>) {
        None => Ok(None),
        Some(Ok(it)) if it >= 0 => Ok(Some(it)),
        Some(_) => Err(no("invalid_request", "max_age is not a number of seconds.")),
    };
    let (max_age, since) = (number("max_age")?, number("since")?);
    let oldest = max_age.map(|it| now.saturating_sub(it)).into_iter().chain(again.then_some(now)).max();
    Ok(match (oldest, since.filter(|it| *it <= now)) {
        (Some(oldest), Some(since)) => Some(oldest.min(since)),
        (oldest, _) => oldest,
    })
}

/// Whom a token speaks of, unverified: it can only make us refuse.
fn subject_of(token: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Said {
        sub: String,
    }
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice::<Said>(&payload).ok().map(|it| it.sub)
}

/// `back` with these in its query, whatever stands there already.
#[must_use]
pub fn lead_back(back: &str, said: &[(&str, Option<&str>)]) -> String {
    let said = said.iter().filter_map(|it| Some((it.0, it.1?)));
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(said).finish();
    let mark = if back.contains('?') { "&" } else { "?" };
    format!("{back}{mark}{query}")
}

/// `https://host:port` of an address.
#[must_use]
pub fn origin_of(address: &str) -> Option<&str> {
    let (scheme, rest) = address.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next().filter(|it| !it.is_empty())?;
    ["http", "https"].contains(&scheme).then(|| address.get(..scheme.len() + 3 + host.len()))?
}
