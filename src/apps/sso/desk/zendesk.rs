use chrono::DateTime;
use jwt_compact::alg::{Hs256, Hs256Key};
use jwt_compact::{AlgorithmExt, Claims, Header};
use serde::Serialize;

use super::super::rules::subject_id;
use crate::access::{App, Member};
use crate::kernel::AuditId;

/// What Zendesk wants to know of somebody. It takes a statement once, by its `jti`, and within three minutes.
#[derive(Serialize)]
struct Statement {
    jti: String,
    email: String,
    name: String,
    external_id: String,
    organization: String,
}

/// Signed with the secret that both sides hold, so Zendesk could make one, too: this is the lesser way.
pub fn statement(app: &App, me: &Member) -> Option<String> {
    let secret = app.secrets().zendesk.as_ref()?;
    let mut claims = Claims::new(Statement {
        jti: String::from(app.new_id::<AuditId>()),
        email: me.email.as_str().to_owned(),
        name: me.name.as_str().to_owned(),
        external_id: subject_id(&me.person),
        organization: me.org_name.as_str().to_owned(),
    });
    claims.issued_at = DateTime::from_timestamp(app.now(), 0);
    claims.expiration = DateTime::from_timestamp(app.now() + 60, 0);
    Hs256.token(&Header::empty().with_token_type("JWT"), &claims, &Hs256Key::new(secret.as_bytes())).ok()
}
