use serde::{Deserialize, Serialize};

/// When a job last ran to its end.
#[derive(Debug, Deserialize, Serialize)]
pub struct JobRun {
    pub job: String,
    pub ran_at: i64,
}

/// The rarest cron fires once a day; a job that was silent for longer has stopped.
const SILENT_AFTER: i64 = 26 * 3600;

impl JobRun {
    pub fn has_stopped(&self, now: i64) -> bool {
        now - self.ran_at > SILENT_AFTER
    }
}
