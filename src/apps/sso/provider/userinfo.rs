use axum::http::{HeaderMap, header};
use serde_json::{Value, json};

use super::super::rules::{Claims, Refusal};
use super::answers::{Trouble, told};
use super::authorize::support;
use super::sql;
use crate::access::{Doorstep, Fields, Form, Posted};
use crate::answer::Answer;
use crate::error::Error;
use crate::kernel::Token;

pub const PATH: &str = "/sso/userinfo";

const NO_TOKEN: Refusal = Refusal { error: "", said: "Send the access token as Authorization: Bearer." };
const BAD_TOKEN: Refusal =
    Refusal { error: "invalid_token", said: "The access token is not good, or not good any more." };
const TWO_TOKENS: Refusal =
    Refusal { error: "invalid_request", said: "The access token was sent in two ways; send it in one." };

/// RFC 6750, 2.2.
pub struct InBody(Option<String>);

impl Form for InBody {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let token = fields.hidden("access_token").filter(|it| !it.is_empty());
        fields.ignore_the_rest();
        Some(Self(token))
    }
}

/// GET /sso/userinfo
pub async fn show(door: Doorstep, headers: HeaderMap) -> Answer {
    told(open(&door, &headers, None).await)
}

/// POST /sso/userinfo. A body that is no form holds no token.
pub async fn show_posted(door: Doorstep, headers: HeaderMap, posted: Posted<InBody>) -> Answer {
    let in_body = posted.parse().ok().and_then(|it| it.0);
    told(open(&door, &headers, in_body).await)
}

async fn open(door: &Doorstep, headers: &HeaderMap, in_body: Option<String>) -> Result<Value, Trouble> {
    door.app().secrets().signing.as_ref().ok_or(Error::NotFound)?;
    let mut sent: Vec<String> = headers.get_all(header::AUTHORIZATION).iter().map(bearer).collect();
    sent.extend(in_body);
    let token = match sent.as_slice() {
        [] => return Err(Trouble::Challenged("Bearer", NO_TOKEN)),
        [token] => token.clone(),
        _ => return Err(TWO_TOKENS.into()),
    };
    let bad = || Trouble::Challenged("Bearer", BAD_TOKEN);
    let token = Token::try_from(token).map_err(|_| bad())?;
    let opened = door.read(sql::opened(door.scope(), &token.hash(), support(), door.now())).await?;
    let opened = opened.ok_or_else(bad)?;
    Ok(json!(Claims::of(opened.subject, &opened.scope)))
}

/// Nothing of a header that speaks of something else.
fn bearer(header: &axum::http::HeaderValue) -> String {
    let (scheme, token) = header.to_str().ok().and_then(|it| it.split_once(' ')).unwrap_or_default();
    if scheme.eq_ignore_ascii_case("bearer") { token.to_owned() } else { String::new() }
}
