//! Person and session. What these calls take has no type of its own in the handlers, so it is written down here.

#![expect(dead_code, reason = "the fields are there to be described; nobody reads them")]

use axum::http::Method;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::call::Call;
use crate::apps::me::{Me, SessionList};
use crate::apps::sign_in::{Accepted, SignedInAnswer, Verified};
use crate::kernel::{DisplayName, Email};

const SESSION: &str = "/api/v1/session";
const ME: &str = "/api/v1/me";
const TAG: &str = "person";

#[derive(ToSchema)]
struct Credentials {
    email: Email,
    password: String,
}

#[derive(ToSchema)]
struct NewDisplayName {
    display_name: DisplayName,
}

#[derive(ToSchema)]
struct PasswordChange {
    current_password: String,
    /// At least 15 characters, at most 1024 bytes; no common one, and none made of the address.
    new_password: String,
}

#[derive(ToSchema)]
struct Address {
    email: Email,
}

#[derive(ToSchema)]
struct PasswordChoice {
    /// The code from the mail.
    token: String,
    /// At least 15 characters, at most 1024 bytes; no common one, and none made of the address.
    new_password: String,
}

#[derive(ToSchema)]
struct Confirmation {
    /// The code from the mail.
    token: String,
}

#[rustfmt::skip] // one entry after the other, each as short as it is
pub fn calls() -> Vec<Call> {
    vec![
        Call::new(Method::POST, SESSION, TAG, "signIn", "Sign in")
            .about("Sets the cookie `__Host-session`. The refusal is the same for an unknown address, one that has no \
                    password yet, and a wrong password.")
            .sends::<Credentials>(json!({ "email": "asha@acme.example", "password": "a phrase of her own" }))
            .gives::<SignedInAnswer>(200, "Who you are, and where you are a contact", signed_in())
            .refuses(&["bad-credentials", "slow-down"]),
        Call::new(Method::DELETE, SESSION, TAG, "signOut", "Sign out")
            .about("The session is dead at once, everywhere.")
            .gives_nothing("The session has ended"),
        Call::new(Method::GET, ME, TAG, "getMe", "Read who you are and where you are a contact")
            .gives::<Me>(200, "You", me())
            .tagged(),
        Call::new(Method::PATCH, ME, TAG, "renameMe", "Change your display name")
            .about("The name is yours, and the same in every organisation.")
            .matching()
            .sends::<NewDisplayName>(json!({ "display_name": "Asha Rao" }))
            .gives::<Me>(200, "You, as you are now", me())
            .tagged(),
        Call::new(Method::PUT, "/api/v1/me/password", TAG, "changePassword", "Change your password")
            .about("Every other session of yours ends at once.")
            .sends::<PasswordChange>(json!({ "current_password": "a phrase of her own", "new_password": "another phrase of hers" }))
            .gives_nothing("The password is changed")
            .refuses(&["bad-credentials", "slow-down"]),
        Call::new(Method::GET, "/api/v1/me/sessions", TAG, "listSessions", "List where you are signed in")
            .gives::<SessionList>(200, "Your sessions, newest first", sessions()),
        Call::new(Method::DELETE, "/api/v1/me/sessions/{session}", TAG, "endSession", "End one of your sessions")
            .gives_nothing("That session has ended")
            .refuses(&["not-found"]),
        Call::new(Method::POST, "/api/v1/password-resets", TAG, "askForReset", "Ask for a link to set a new password")
            .about("The answer is the same whether or not the address is known.")
            .sends::<Address>(json!({ "email": "asha@acme.example" }))
            .gives::<Accepted>(202, "If somebody has this address, a mail is on its way", json!({ "status": "accepted" }))
            .refuses(&["slow-down"]),
        Call::new(Method::POST, "/api/v1/password-resets/confirm", TAG, "choosePassword", "Set a password with the code from a mail")
            .about("Also the first password. Every session of the person ends.")
            .sends::<PasswordChoice>(json!({ "token": token(), "new_password": "another phrase of hers" }))
            .gives_nothing("The password is set")
            .refuses(&["link-spent", "slow-down"]),
        Call::new(Method::POST, "/api/v1/verifications/confirm", TAG, "confirmAddress", "Confirm an address with the code from a mail")
            .about("Who has no password yet gets a mail to choose one.")
            .sends::<Confirmation>(json!({ "token": token() }))
            .gives::<Verified>(200, "The address is confirmed", json!({ "organisation": { "name": "Acme Textiles" }, "needs_password": true }))
            .refuses(&["link-spent", "slow-down"]),
    ]
}

fn token() -> &'static str {
    "u3Yx0cJr5mT1nPq8Lw2Zk9Hs4Vb7Gd6Fa1Ee0Rt5YiU"
}

fn signed_in() -> Value {
    let person = json!({ "id": "0193c1e6-9b02-7c44-8a51-53f0c2f8a7d1", "email": "asha@acme.example", "display_name": "Asha Rao" });
    json!({ "person": person, "organisations": organisations() })
}

fn me() -> Value {
    json!({
        "id": "0193c1e6-9b02-7c44-8a51-53f0c2f8a7d1",
        "email": "asha@acme.example",
        "display_name": "Asha Rao",
        "organisations": organisations(),
    })
}

fn organisations() -> Value {
    json!([{ "id": "0193c1e6-77d1-7a39-9d07-1b6c6a0a8c55", "name": "Acme Textiles", "roles": ["billing"] }])
}

fn sessions() -> Value {
    let session = json!({
        "id": "5f1c0b7a9e3d4c2f8a6b1d0e7c5f3a92",
        "device": "Firefox on Linux",
        "address": "192.0.2.1",
        "created_at": "2026-11-22T06:08:00Z",
        "last_seen_at": "2026-11-22T06:28:00Z",
        "current": true,
    });
    json!({ "items": [session], "next": null })
}
