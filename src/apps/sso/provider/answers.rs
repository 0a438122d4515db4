use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::super::rules::Refusal;
use crate::answer::{Answer, Asker, Faces};
use crate::error::Error;

/// These addresses have one reader, a program, although they do not lie under `/api/`.
struct Said {
    status: StatusCode,
    body: Value,
}

impl Faces for Said {
    fn page(&self, asker: &Asker) -> Response {
        self.json(asker)
    }

    fn json(&self, _: &Asker) -> Response {
        (self.status, Json(&self.body)).into_response()
    }
}

/// An error that is not of the protocol's making.
struct Problem(Error);

impl Faces for Problem {
    fn page(&self, asker: &Asker) -> Response {
        self.0.json(asker)
    }

    fn json(&self, asker: &Asker) -> Response {
        self.0.json(asker)
    }

    fn cause(&self) -> Option<String> {
        self.0.cause()
    }
}

/// What a call of a program can end in besides success.
pub enum Trouble {
    Refused(StatusCode, Refusal),
    /// 401, with the scheme by which the caller may show itself.
    Challenged(&'static str, Refusal),
    Failed(Error),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(StatusCode::BAD_REQUEST, refusal)
    }
}

pub fn said(body: Value) -> Answer {
    Answer::of(Said { status: StatusCode::OK, body })
}

/// What anybody may keep for a while; a new key is known everywhere within this time.
pub fn published(body: Value) -> Answer {
    said(body).with(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"))
}

pub fn told(outcome: Result<Value, Trouble>) -> Answer {
    let refused = |status, it: Refusal| {
        let body = json!({ "error": it.error, "error_description": it.said });
        Answer::of(Said { status, body })
    };
    match outcome {
        Ok(body) => said(body),
        Err(Trouble::Refused(status, it)) => refused(status, it),
        Err(Trouble::Challenged(scheme, it)) => {
            let challenge = match it.error {
                "" => format!("{scheme} realm=\"portal\""),
                error => format!("{scheme} realm=\"portal\", error=\"{error}\""),
            };
            let answer = refused(StatusCode::UNAUTHORIZED, it);
            match HeaderValue::from_str(&challenge) {
                Ok(challenge) => answer.with(header::WWW_AUTHENTICATE, challenge),
                Err(_) => answer,
            }
        }
        Err(Trouble::Failed(error)) => Answer::of(Problem(error)),
    }
}
