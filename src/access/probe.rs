//! Whether what the installation is bound to answers. For the self-check; nothing else waits for all of it.

use futures::join;

use super::app::{App, Unreachable};
use crate::kernel::MailId;

/// What one binding said.
pub struct Probe {
    pub binding: &'static str,
    /// What went wrong, in the platform's words.
    pub fault: Option<String>,
}

const KEY: &str = "self-check";
/// Seconds; KV takes no less.
const SHORT: u64 = 60;

impl App {
    /// Puts, reads and deletes things that nobody looks for, all bindings at the same time. The queue gets the id of a
    /// mail that does not exist, and its consumer passes over it.
    pub async fn probe(&self) -> Vec<Probe> {
        let (sessions, tokens, documents, mail) = join!(
            self.sessions_answer(),
            self.tokens_answer(),
            self.documents_answer(),
            self.queue_answers()
        );
        [("SESSIONS", sessions), ("TOKENS", tokens), ("DOCUMENTS", documents), ("MAIL", mail)]
            .map(|(binding, said)| Probe { binding, fault: said.err() })
            .into()
    }

    async fn sessions_answer(&self) -> Result<(), String> {
        let kv = &self.services.sessions;
        kv.put(KEY.to_owned(), KEY.to_owned(), SHORT).await.map_err(said)?;
        kv.get(KEY.to_owned()).await.map(drop).map_err(said)
    }

    async fn tokens_answer(&self) -> Result<(), String> {
        let kv = &self.services.tokens;
        kv.put(KEY.to_owned(), KEY.to_owned(), SHORT).await.map_err(said)?;
        kv.get(KEY.to_owned()).await.map(drop).map_err(said)
    }

    async fn documents_answer(&self) -> Result<(), String> {
        let (files, key) = (self.files(), format!("{KEY}/{:032x}", u128::from_be_bytes(self.random())));
        files.put(key.clone(), "text/plain", KEY.as_bytes().to_vec()).await.map_err(said)?;
        let found = files.get(key.clone()).await.map_err(said)?;
        files.delete(vec![key]).await.map_err(said)?;
        if found.as_deref() == Some(KEY.as_bytes()) {
            Ok(())
        } else {
            Err("what was put was not there again".to_owned())
        }
    }

    async fn queue_answers(&self) -> Result<(), String> {
        let nobody = MailId::try_from(KEY.to_owned()).map_err(|it| it.to_string())?;
        self.services.mail.send(vec![nobody]).await.map_err(said)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "shape of map_err")]
fn said(error: Unreachable) -> String {
    error.to_string()
}
