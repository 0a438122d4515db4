//! The contract as an `OpenAPI` 3.1 document, made of the routes, the types and the problems of the code. It exists in
//! the host build only: the text lies in `public/api/v1/openapi.json`, where it costs the Worker nothing, and a test
//! holds it to what this module says (`UPDATE=1 cargo test --test portal openapi` writes it anew).

mod audit;
mod call;
mod contacts;
mod dashboards;
mod keys;
mod licences;
mod notices;
mod notifications;
mod orders;
mod orgs;
mod payments;
mod person;
mod staff_booking;
mod staff_customers;
mod staff_members;
mod words;

use std::collections::BTreeMap;

use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder, PathsBuilder};
use utoipa::{PartialSchema, ToSchema};

use crate::access::Endpoint;
use crate::error::ProblemDetails;
use call::Call;

const ABOUT: &str = "\
Everything that people do on the portal's pages, for programs: the same rules, the same answers.

Sign in with the session cookie. The vendor's own programs send an API key as `Authorization: Bearer` to the calls \
under `/api/v1/staff`; its scopes are the staff roles that open each of them. The organisation is always in the path; \
what you are no verified contact of is not found. A refusal is `application/problem+json` (RFC 9457), and its `type` leads \
to a page that says what to do. A read that can be changed carries an `ETag`; send it back as `If-Match`. A `POST` that \
creates takes an `Idempotency-Key`: the same key with the same body gets the first answer again for 24 hours.";

/// One entry for each call of the contract: a new application adds its list here.
fn calls() -> Vec<Call> {
    [
        person::calls(),
        orgs::calls(),
        contacts::calls(),
        orders::calls(),
        licences::calls(),
        payments::calls(),
        audit::calls(),
        keys::calls(),
        notices::calls(),
        staff_customers::calls(),
        staff_members::calls(),
        staff_booking::calls(),
        notifications::calls(),
        dashboards::calls(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// `index` says who may make a call, and so which refusals it can meet at the door.
#[must_use]
pub fn document(index: &[Endpoint]) -> OpenApi {
    let (mut paths, mut components) = (PathsBuilder::new(), ComponentsBuilder::new());
    let mut refusals = BTreeMap::new();
    let mut named = vec![(ProblemDetails::name().into_owned(), ProblemDetails::schema())];
    ProblemDetails::schemas(&mut named);
    for mut call in calls() {
        let guard =
            index.iter().find(|it| it.method == call.method && it.path == call.path).map(|it| it.guard);
        named.append(&mut call.schemas);
        paths = paths.path(call.path, call.item(guard, &mut refusals));
    }
    for (name, schema) in named {
        components = components.schema(name, schema);
    }
    components = components.responses_from_iter(refusals);
    let session = ApiKeyValue::with_description(
        "__Host-session",
        "Set by signing in; ends after an hour without a request.",
    );
    components = components
        .security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(session)))
        .security_scheme("key", SecurityScheme::Http(key()));
    let info =
        InfoBuilder::new().title("Customer account portal").version("1").description(Some(ABOUT)).build();
    OpenApiBuilder::new().info(info).paths(paths).components(Some(components.build())).build()
}

/// Of the vendor's programs; no customer has one.
fn key() -> Http {
    let mut key = Http::new(HttpAuthScheme::Bearer);
    key.bearer_format = Some("portal_ and 43 letters, digits, - or _".to_owned());
    key.description = Some(
        "An API key that an Admin has made in the console. It opens `/api/v1/staff` as far as its scopes reach, lives for \
         a year at most, and is shown once."
            .to_owned(),
    );
    key
}

/// As it lies in `public/`.
pub fn text(index: &[Endpoint]) -> Result<String, serde_json::Error> {
    Ok(document(index).to_pretty_json()? + "\n")
}
