use serde::Deserialize;

use crate::kernel::SessionId;

/// Where the person is signed in.
#[derive(Debug, Clone, Deserialize)]
pub struct Session {
    pub id: SessionId,
    pub device: String,
    pub address: String,
    pub created_at: i64,
    pub last_seen_at: i64,
}
