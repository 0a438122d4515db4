//! How a client shows that it is the one, and that it is the same that began.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{Client, Refusal, no};
use crate::kernel::ClientId;

/// How a client says who it is.
#[derive(Debug, PartialEq, Eq)]
pub struct Presented {
    pub client: ClientId,
    secret: Option<String>,
    /// By the header, which decides how a refusal looks.
    pub by_header: bool,
}

pub const INVALID_CLIENT: Refusal =
    no("invalid_client", "This client is not known, or did not show that it is the one.");
pub const INVALID_GRANT: Refusal =
    no("invalid_grant", "The code is not good (any more) for this client, address and verifier.");

impl Presented {
    /// RFC 6749, 2.3.1: in the header or in the form, not in both.
    pub fn read(header: Option<&str>, id: Option<&str>, secret: Option<&str>) -> Result<Self, Refusal> {
        let client = |it: &str| ClientId::try_from(it.to_owned()).map_err(|_| INVALID_CLIENT);
        let Some(header) = header else {
            let id = id.ok_or(no("invalid_request", "client_id is missing."))?;
            return Ok(Self { client: client(id)?, secret: secret.map(str::to_owned), by_header: false });
        };
        if secret.is_some() {
            return Err(no("invalid_request", "The client shows itself in two ways; it may use one."));
        }
        let (name, password) = basic(header).ok_or(INVALID_CLIENT)?;
        if id.is_some_and(|it| it != name) {
            return Err(no("invalid_request", "The form names another client than the header."));
        }
        Ok(Self {
            client: client(&name)?,
            secret: Some(password).filter(|it| !it.is_empty()),
            by_header: true,
        })
    }

    #[must_use]
    pub fn is(&self, client: &Client) -> bool {
        client.knows(self.secret.as_deref())
    }
}

/// Both halves are form-encoded before they are joined.
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, rest) = header.split_once(' ')?;
    let text = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
    let (name, password) = text.split_once(':')?;
    let plain = |it: &str| {
        let pair = format!("x={it}");
        let value = form_urlencoded::parse(pair.as_bytes()).next().map(|it| it.1.into_owned());
        value.unwrap_or_default()
    };
    scheme.eq_ignore_ascii_case("basic").then(|| (plain(name), plain(password)))
}

/// RFC 7636, 4.6.
#[must_use]
pub fn verifies(verifier: &str, challenge: &str) -> bool {
    let fits = (43..=128).contains(&verifier.len())
        && verifier.bytes().all(|it| it.is_ascii_alphanumeric() || b"-._~".contains(&it));
    let made = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    fits && bool::from(made.as_bytes().ct_eq(challenge.as_bytes()))
}
