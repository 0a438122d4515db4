//! What a customer says to a question about a payment (domain 7.4).

use super::declared::note;
use crate::kernel::FieldError;

/// Words, files, or both.
#[derive(Debug, Default, Clone)]
pub struct Reply {
    pub note: String,
}

impl Reply {
    /// Something must be said or sent.
    pub fn check(&self, has_files: bool) -> Result<String, FieldError> {
        let said = note(&self.note).map_err(|(code, message)| FieldError::new("note", code, message))?;
        if said.is_empty() && !has_files {
            let message = "Write an answer, or add a file. Both is possible, too.";
            return Err(FieldError::new("note", "required", message));
        }
        Ok(said)
    }
}

/// What an answer of files alone says in the timeline.
#[must_use]
pub fn with_files(said: &str, names: &[&str]) -> String {
    let files = match names {
        [] => return said.to_owned(),
        [one] => format!("Sent {one}"),
        many => format!("Sent {} files: {}", many.len(), many.join(", ")),
    };
    if said.is_empty() { files } else { format!("{said}\n{files}") }
}
