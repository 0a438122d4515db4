//! Everything a request can end in besides success, and the one place that turns it into HTTP.

pub mod problems;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Serialize;

use crate::answer::{Answer, Asker, Faces};
use crate::db::DbError;
use crate::kernel::FieldError;
use crate::page::{self, Frame, Place};

/// Signing in leads back no further; a longer address would make a header that clients refuse.
const LONGEST_BACK: usize = 500;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("Sign in and try again.")]
    SignedOut,
    /// The sentence names the role needed and who can grant it; the frame is that of the organisation.
    #[error("{detail}")]
    Forbidden { detail: String, frame: Option<Box<Frame>> },
    /// Not there, not yours, or not for you to know: one answer for all three.
    #[error(
        "This address leads nowhere, or to something that is not yours to see. Check it, or start from your home page."
    )]
    NotFound,
    #[error(
        "This request came from another site and was not carried out. Open the portal and try again there."
    )]
    CrossSite,
    #[error("This address does not answer {0}. The Allow header lists what it does.")]
    Method(String),
    #[error("{}", .0.detail)]
    Refused(Box<Refused>),
    #[error("Something went wrong on our side, and nothing was saved. Try again in a moment.")]
    Database(#[from] DbError),
    /// What cannot happen while the code and the configuration are right; the text is for the log.
    #[error("Something went wrong on our side, and nothing was saved. Try again in a moment.")]
    Ours(&'static str),
}

/// A rule said no, or a field does not parse.
#[derive(Debug)]
pub struct Refused {
    pub status: StatusCode,
    pub code: &'static str,
    /// What happened, why, and what to do next.
    pub detail: String,
    pub errors: Vec<FieldError>,
    /// Seconds.
    pub retry_after: Option<i64>,
    page: Option<Html<String>>,
}

/// RFC 9457, as every refusal of the API answers.
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = Problem))]
pub struct ProblemDetails<'a> {
    /// `/problems/<code>`: a page that says what it means and what to do.
    #[serde(rename = "type")]
    pub kind: String,
    pub title: &'static str,
    pub status: u16,
    /// What happened this time, and what to do next.
    pub detail: String,
    /// For support; the same as in the header `X-Request-Id`.
    pub request_id: &'a str,
    /// One entry for each field that is at fault; none where no field is.
    pub errors: &'a [FieldError],
}

impl Error {
    #[must_use]
    pub fn refused(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        let (detail, errors) = (detail.into(), Vec::new());
        Self::Refused(Box::new(Refused { status, code, detail, errors, retry_after: None, page: None }))
    }

    #[must_use]
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = "Some fields need another look; each of them says why.";
        Self::refused(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail).with_errors(errors)
    }

    /// A field that parses and that a rule refuses; the code of the problem is that of the field.
    #[must_use]
    pub fn unprocessable(error: FieldError) -> Self {
        Self::refused(StatusCode::UNPROCESSABLE_ENTITY, error.code, error.message.clone())
            .with_errors(vec![error])
    }

    /// The same for several fields at once; the code of the problem is that of the first.
    #[must_use]
    pub fn unprocessable_all(errors: Vec<FieldError>) -> Self {
        let (code, said) =
            errors.first().map_or(("invalid", String::new()), |it| (it.code, it.message.clone()));
        Self::refused(StatusCode::UNPROCESSABLE_ENTITY, code, said).with_errors(errors)
    }

    #[must_use]
    pub fn conflict(error: FieldError) -> Self {
        Self::refused(StatusCode::CONFLICT, error.code, error.message.clone()).with_errors(vec![error])
    }

    /// 429.
    #[must_use]
    pub fn slow_down(seconds: i64, detail: impl Into<String>) -> Self {
        let mut error = Self::refused(StatusCode::TOO_MANY_REQUESTS, "slow-down", detail);
        if let Self::Refused(refused) = &mut error {
            refused.retry_after = Some(seconds.max(1));
        }
        error
    }

    /// For a refusal whose status is none of the above.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        if let Self::Refused(refused) = &mut self {
            refused.errors = errors;
        }
        self
    }

    /// The screen to show again, with the form as it was typed. Only a refusal has one. What is not about a
    /// field stands above the form.
    #[must_use]
    pub fn on_screen(mut self, screen: impl FnOnce(Vec<FieldError>) -> Html<String>) -> Self {
        if let Self::Refused(refused) = &mut self {
            let mut errors = refused.errors.clone();
            if errors.is_empty() {
                errors.push(FieldError::new("", refused.code, refused.detail.clone()));
            }
            refused.page = Some(screen(errors));
        }
        self
    }

    /// The code of `/problems/<code>`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.status_and_code().1
    }

    /// The verdict that a deed's own `require` put into the failed batch.
    #[must_use]
    pub fn verdict(&self) -> Option<&str> {
        if let Self::Database(said) = self { said.verdict() } else { None }
    }

    fn status_and_code(&self) -> (StatusCode, &'static str) {
        match self {
            Self::SignedOut => (StatusCode::UNAUTHORIZED, "sign-in-required"),
            Self::Forbidden { .. } => (StatusCode::FORBIDDEN, "role-required"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not-found"),
            Self::CrossSite => (StatusCode::FORBIDDEN, "cross-site"),
            Self::Method(_) => (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed"),
            Self::Refused(refused) => (refused.status, refused.code),
            Self::Database(said) if is_passing(said) => (StatusCode::SERVICE_UNAVAILABLE, "try-again"),
            Self::Database(said) if is_behind(said) => (StatusCode::SERVICE_UNAVAILABLE, "not-healthy"),
            Self::Database(_) | Self::Ours(_) => (StatusCode::INTERNAL_SERVER_ERROR, "our-fault"),
        }
    }

    fn title(&self) -> &'static str {
        problems::find(self.code()).map_or("This was not accepted", |it| it.title)
    }

    /// What is told of it; of a database's own words only that something, and what to do.
    fn said(&self) -> String {
        match self {
            Self::Database(said) if is_behind(said) => "The portal is being brought up to date, and nothing was saved. \
                Try again in a minute; if this stays, tell whoever runs the portal that a migration is missing."
                .to_owned(),
            other => other.to_string(),
        }
    }

    fn field_errors(&self) -> &[FieldError] {
        if let Self::Refused(refused) = self { &refused.errors } else { &[] }
    }

    fn retry_after(&self) -> Option<i64> {
        match self {
            Self::Refused(refused) => refused.retry_after,
            Self::Database(said) if is_passing(said) => Some(5),
            Self::Database(said) if is_behind(said) => Some(60),
            _ => None,
        }
    }

    fn finish(&self, mut response: Response) -> Response {
        let retry_after = self.retry_after().map(|it| HeaderValue::from(it.unsigned_abs()));
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response
    }
}

/// What D1 says when it is overloaded, restarting or out of reach; a later try may succeed (platform 1.6).
fn is_passing(said: &DbError) -> bool {
    [
        "Network connection lost",
        "storage caused object to be reset",
        "reset because its code was updated",
        "transient issue",
        "overloaded",
        "exceeded timeout",
    ]
    .iter()
    .any(|it| said.names(it))
}

/// What `SQLite` says to a statement of newer code: it came before the migration that it needs (security 8.4).
fn is_behind(said: &DbError) -> bool {
    let lacks = [
        "no such table: ",
        "no such column: ",
        " has no column named ",
        "no such index: ",
        "no such trigger: ",
    ];
    lacks.iter().any(|it| said.names(it))
}

impl Faces for Error {
    fn page(&self, asker: &Asker) -> Response {
        let status = self.status_and_code().0;
        let response = match self {
            Self::SignedOut => {
                let back =
                    asker.page.as_deref().filter(|it| *it != "/" && it.len() <= LONGEST_BACK).map(|it| {
                        let to: String = form_urlencoded::byte_serialize(it.as_bytes()).collect();
                        format!("?to={to}")
                    });
                Redirect::to(&format!("/sign-in{}", back.unwrap_or_default())).into_response()
            }
            Self::Refused(refused) if let Some(page) = &refused.page => {
                (status, page.clone()).into_response()
            }
            other => {
                let frame = match other {
                    Self::Forbidden { frame: Some(frame), .. } => (**frame).clone(),
                    _ => Frame { brand: asker.brand.clone(), place: Place::Doorstep, flash: None },
                };
                let fault =
                    matches!(other, Self::Database(_) | Self::Ours(_)).then(|| asker.request.as_str());
                let action = Some(("Go to your home page", "/"));
                let said = other.said();
                let page = page::problem(&frame, status.as_u16(), other.title(), &said, "", fault, action);
                (status, page).into_response()
            }
        };
        self.finish(response)
    }

    fn json(&self, asker: &Asker) -> Response {
        let (status, code) = self.status_and_code();
        let problem = ProblemDetails {
            kind: format!("/problems/{code}"),
            title: self.title(),
            status: status.as_u16(),
            detail: self.said(),
            request_id: asker.request.as_str(),
            errors: self.field_errors(),
        };
        let mut response = (status, Json(problem)).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        self.finish(response)
    }

    fn cause(&self) -> Option<String> {
        match self {
            Self::Database(said) => Some(said.to_string()),
            Self::Ours(said) => Some((*said).to_owned()),
            _ => None,
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        Answer::of(self).into_response()
    }
}
