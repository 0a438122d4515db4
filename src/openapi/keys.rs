use axum::http::Method;
use serde_json::{Value, json};

use super::call::Call;
use crate::apps::staff::keys::api::{KeyPage, MadeFacts, NewKeyFacts, RotationFacts};

const KEYS: &str = "/api/v1/staff/api-keys";
const KEY: &str = "/api/v1/staff/api-keys/{key}";
const ROTATION: &str = "/api/v1/staff/api-keys/{key}/rotation";
const TAG: &str = "staff: keys";

pub fn calls() -> Vec<Call> {
    vec![
        Call::new(Method::GET, KEYS, TAG, "listApiKeys", "List the keys of the vendor's programs")
            .about("For Admins, and for keys with the scope `admin`. Newest first, at most 200; no key is in it.")
            .gives::<KeyPage>(200, "The keys", json!({ "items": [key()] })),
        Call::new(Method::POST, KEYS, TAG, "makeApiKey", "Make a key")
            .about(
                "The answer is the only one that has the key in it. A key has at most the scopes of who makes it and lives \
                 for a year at most. There is no Idempotency-Key here, since no answer with a key in it is kept: a second \
                 attempt with the same name is refused, and the key whose answer was lost can be revoked.",
            )
            .sends::<NewKeyFacts>(json!({ "name": "ERP", "scopes": ["sales", "billing"], "expires_on": "2027-05-31" }))
            .refuses(&["key-exists"])
            .gives::<MadeFacts>(201, "The key, this once", made()),
        Call::new(Method::POST, ROTATION, TAG, "rotateApiKey", "Make a successor of a key")
            .about("Same name, same scopes. The old key goes on for as long as `overlap` says, and never longer than before.")
            .sends::<RotationFacts>(json!({ "overlap": "week", "expires_on": "2027-05-31" }))
            .refuses(&["key-ended"])
            .gives::<MadeFacts>(201, "The new key, this once", made()),
        Call::new(Method::DELETE, KEY, TAG, "revokeApiKey", "Revoke a key")
            .gives_nothing("It opens nothing from now on"),
    ]
}

fn key() -> Value {
    json!({
        "id": "0193c1e6-77d1-7a39-9d07-1b6c6a0a8c55",
        "name": "ERP",
        "prefix": "portal_Zk3vT",
        "scopes": ["sales", "billing"],
        "made_by": "Asha Rao",
        "created_at": "2026-11-22T06:08:00Z",
        "expires_at": "2027-05-31T18:30:00Z",
        "last_used_at": null,
        "state": "active",
    })
}

fn made() -> Value {
    json!({
        "id": "0193c1e6-77d1-7a39-9d07-1b6c6a0a8c55",
        "key": "portal_Zk3vT0yX4r1qk8mQ2wA9sD7fG5hJ3lP6oI1uB0nV2cE",
        "name": "ERP",
        "scopes": ["sales", "billing"],
        "expires_on": "2027-05-31",
    })
}
