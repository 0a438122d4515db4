//! What waits for somebody, and since when.

use serde::{Deserialize, Serialize};

use crate::kernel::{Day, OrgId};

/// When a job last ran to its end; never, where nothing is known of it.
#[derive(Debug, Deserialize, Serialize)]
pub struct JobRun {
    pub job: String,
    pub ran_at: i64,
}

/// A payment record that the vendor has to decide.
#[derive(Debug, Deserialize)]
pub struct Waiting {
    pub org_id: OrgId,
    pub org: String,
    pub invoice_number: String,
    pub recorded_on: Day,
    /// The customer has answered the vendor's question, and nobody has looked since.
    pub is_answered: i64,
}

/// A mail that could not be delivered.
#[derive(Debug, Deserialize)]
pub struct Stuck {
    pub recipient: Option<String>,
    pub error: Option<String>,
    pub state_at: i64,
}

#[derive(Debug, Deserialize)]
pub struct Counts {
    pub waiting: i64,
    pub answered: i64,
    pub stuck: i64,
}

/// Counting ends here; the page says "99+".
pub const MOST_COUNTED: i64 = 100;
/// Of each list.
pub const OLDEST: i64 = 6;

/// Every five minutes, and a few times may be lost.
const OFTEN: i64 = 30 * 60;
/// Once a day, and some hours of patience.
const DAILY: i64 = 26 * 3600;
/// The jobs that must be seen, and how long they may be silent. Others are shown as they come and count as daily.
const JOBS: [(&str, i64); 3] = [("resend", OFTEN), ("expire_licences", OFTEN), ("retain", DAILY)];
/// What people call them.
const TITLES: [(&str, &str); 11] = [
    ("resend", "Sending waiting mails again"),
    ("anchor_audit", "Anchoring the audit log"),
    ("expire_licences", "Telling of licences that end"),
    ("announce", "Mailing notifications"),
    ("digest", "The weekly digest"),
    ("watch_usage", "Watching usage"),
    ("age_payments", "Watching payments that wait"),
    ("warn_of_keys", "Warning of keys that end"),
    ("retain", "Forgetting what is old"),
    ("sweep_proofs", "Sweeping proofs of payment"),
    ("sweep_reports", "Sweeping reports"),
];

/// Working days after which a payment waits too long.
const PATIENCE: i64 = 3;

impl JobRun {
    #[must_use]
    pub fn has_stopped(&self, now: i64) -> bool {
        let patience = JOBS.iter().find(|it| it.0 == self.job).map_or(DAILY, |it| it.1);
        now - self.ran_at > patience
    }

    #[must_use]
    pub fn title(&self) -> &str {
        TITLES.iter().find(|it| it.0 == self.job).map_or(self.job.as_str(), |it| it.1)
    }

    #[must_use]
    pub fn has_run(&self) -> bool {
        self.ran_at > 0
    }
}

/// With those that have never run.
#[must_use]
pub fn all_jobs(mut runs: Vec<JobRun>) -> Vec<JobRun> {
    for (job, _) in JOBS {
        if runs.iter().all(|it| it.job != job) {
            runs.push(JobRun { job: job.to_owned(), ran_at: 0 });
        }
    }
    runs
}

/// Monday to Friday after the day itself, today included.
#[must_use]
pub fn working_days(since: Day, today: Day) -> i64 {
    let span = u64::try_from(today.since(since)).unwrap_or(0);
    let days = (1..=span.min(60)).filter(|it| !since.plus(*it).is_weekend());
    i64::try_from(days.count()).unwrap_or(0)
}

impl Waiting {
    #[must_use]
    pub fn is_overdue(&self, today: Day) -> bool {
        working_days(self.recorded_on, today) > PATIENCE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekends_do_not_count() {
        let day = |text: &str| Day::try_from(text.to_owned()).unwrap();
        for (since, today, days) in [
            ("2026-11-20", "2026-11-20", 0), // a Friday
            ("2026-11-20", "2026-11-22", 0),
            ("2026-11-20", "2026-11-23", 1),
            ("2026-11-18", "2026-11-24", 4),
            ("2026-11-24", "2026-11-18", 0),
            ("2025-01-01", "2026-11-18", 42), // it is late enough after two months
        ] {
            assert_eq!(working_days(day(since), day(today)), days, "{since} {today}");
        }
    }

    #[test]
    fn a_job_that_never_ran_has_stopped() {
        let now = 1_795_327_680;
        let runs = all_jobs(vec![JobRun { job: "resend".to_owned(), ran_at: now - 600 }]);
        let said: Vec<(&str, bool)> = runs.iter().map(|it| (it.job.as_str(), it.has_stopped(now))).collect();
        assert_eq!(said, [("resend", false), ("expire_licences", true), ("retain", true)]);
        assert!(JobRun { job: "resend".to_owned(), ran_at: now - 1801 }.has_stopped(now));
        assert!(!JobRun { job: "retain".to_owned(), ran_at: now - 86_400 }.has_stopped(now));
    }
}
