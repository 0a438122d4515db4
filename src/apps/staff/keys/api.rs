//! What programs read of keys.

use serde::Serialize;

use super::rules::{ApiKey, State};
use crate::kernel::{ApiKeyId, Day, StaffRole, rfc3339};

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = ApiKeyList))]
pub struct KeyPage {
    /// Newest first, at most 200.
    pub items: Vec<KeyFacts>,
}

/// A key without the key, which is kept nowhere.
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = ApiKey))]
pub struct KeyFacts {
    pub id: ApiKeyId,
    pub name: String,
    /// The first characters of the key, to tell keys apart.
    pub prefix: String,
    pub scopes: Vec<StaffRole>,
    /// Who made it.
    pub made_by: String,
    #[cfg_attr(not(target_arch = "wasm32"), schema(format = DateTime))]
    pub created_at: String,
    #[cfg_attr(not(target_arch = "wasm32"), schema(format = DateTime))]
    pub expires_at: String,
    /// At most five minutes behind; null: never.
    #[cfg_attr(not(target_arch = "wasm32"), schema(format = DateTime, required = true))]
    pub last_used_at: Option<String>,
    pub state: KeyState,
}

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = ApiKeyState))]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    Active,
    Expired,
    Revoked,
}

/// The one answer that has the key in it.
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = MadeApiKey))]
pub struct MadeFacts {
    pub id: ApiKeyId,
    /// Shown this once.
    pub key: String,
    pub name: String,
    pub scopes: Vec<StaffRole>,
    /// Its last day.
    pub expires_on: Day,
}

/// What makes a key.
#[cfg(not(target_arch = "wasm32"))]
#[derive(utoipa::ToSchema)]
#[schema(as = NewApiKey)]
pub struct NewKeyFacts {
    /// 1 to 80 characters, unlike that of every other key that works.
    pub name: String,
    pub scopes: Vec<StaffRole>,
    /// Its last day: within a year.
    pub expires_on: Day,
}

/// How a key gets a successor.
#[cfg(not(target_arch = "wasm32"))]
#[derive(utoipa::ToSchema)]
#[schema(as = ApiKeyRotation)]
pub struct RotationFacts {
    /// How long the old key goes on: `none`, `day`, `week` or `month`.
    pub overlap: String,
    /// The last day of the new key.
    pub expires_on: Day,
}

impl KeyFacts {
    #[must_use]
    pub fn of(it: &ApiKey, now: i64) -> Self {
        Self {
            id: it.id.clone(),
            name: it.name.clone(),
            prefix: it.prefix.clone(),
            scopes: it.scopes(),
            made_by: it.made_by_name.clone(),
            created_at: rfc3339(it.created_at),
            expires_at: rfc3339(it.expires_at),
            last_used_at: it.last_used_at.map(rfc3339),
            state: match it.state(now) {
                State::Active | State::Ending => KeyState::Active,
                State::Expired => KeyState::Expired,
                State::Revoked => KeyState::Revoked,
            },
        }
    }
}
