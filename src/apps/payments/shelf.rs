//! Proofs on their way into the store: the object first, under a random key, its row later. Whatever has no row in the
//! end is taken out again, at once where that is possible and by the daily sweep where not.

use axum::http::StatusCode;

use super::deed::Proof;
use super::rules::proof::{Kind, clean_name};
use crate::access::{App, OrgScope, Sent};
use crate::error::Error;

/// Everything that is stored here.
pub const PREFIX: &str = "payments/";

#[derive(Default)]
pub struct Shelf {
    pub proofs: Vec<Proof>,
}

impl Shelf {
    /// One file, whose bytes are handed on and not copied.
    pub async fn put(&mut self, app: &App, org: &OrgScope, file: Sent, kind: Kind) -> Result<(), Error> {
        let key = u128::from_be_bytes(app.random::<16>());
        let object = format!("{PREFIX}{}/{key:032x}", org.id().as_str());
        let (name, size) = (clean_name(&file.name, kind), file.bytes.len());
        let stored = app.files().put(object.clone(), kind.media_type(), file.bytes).await;
        // Even a refusal may have come too late to keep the object out.
        self.proofs.push(Proof { id: app.new_id(), name, kind, size, object });
        stored.map_err(|why| out_of_reach(app, &why.0))
    }

    /// Nothing will ever name them.
    pub fn clear(&mut self, app: &App) {
        let keys: Vec<String> = self.proofs.drain(..).map(|it| it.object).collect();
        if !keys.is_empty() {
            let gone = app.files().delete(keys);
            app.later("proofs", async move { gone.await.map_err(|it| it.0) });
        }
    }
}

/// The store does not answer; nothing was recorded.
pub fn out_of_reach(app: &App, why: &str) -> Error {
    app.log(&serde_json::json!({ "request_id": app.caller().request, "files": why }));
    let said = "The files could not be reached, and nothing was recorded. Try again in a moment.";
    Error::refused(StatusCode::SERVICE_UNAVAILABLE, "try-again", said)
}
