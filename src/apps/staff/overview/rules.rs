//! What waits for somebody, and since when.

use serde::{Deserialize, Serialize};

use crate::apps::payments::rules::Status;
use crate::apps::payments::rules::ageing::WorkingDays;
use crate::kernel::{Day, PaymentId};
use crate::outbox::Reason;

/// When a job last ran to its end; never, where nothing is known of it.
#[derive(Debug, Deserialize, Serialize)]
pub struct JobRun {
    pub job: String,
    pub ran_at: i64,
}

/// A payment record that the vendor has to decide.
#[derive(Debug, Deserialize)]
pub struct Waiting {
    pub id: PaymentId,
    pub org: String,
    pub invoice_number: String,
    pub recorded_on: Day,
    pub status: Status,
    /// The customer has answered the vendor's question, and nobody has looked since.
    pub is_answered: i64,
    /// How many wait, up to `MOST_COUNTED`, and how many of them are answered.
    pub of_all: i64,
    pub answered_of_all: i64,
}

/// A mail that could not be delivered.
#[derive(Debug, Deserialize)]
pub struct Stuck {
    pub recipient: Option<String>,
    pub reason: Option<Reason>,
    pub state_at: i64,
}

/// Up to `MOST_COUNTED`.
#[derive(Debug, Deserialize)]
pub struct HowMany {
    pub found: i64,
}

#[derive(Debug)]
pub struct Counts {
    pub waiting: i64,
    pub answered: i64,
    pub stuck: i64,
}

impl Counts {
    #[must_use]
    pub fn of(waiting: &[Waiting], stuck: &HowMany) -> Self {
        let (waiting, answered) = waiting.first().map_or((0, 0), |it| (it.of_all, it.answered_of_all));
        Self { waiting, answered, stuck: stuck.found }
    }
}

/// Counting ends here; the page says "99+".
pub const MOST_COUNTED: i64 = 100;
/// Of each list.
pub const OLDEST: i64 = 6;

/// Every five minutes, and a few times may be lost.
const OFTEN: i64 = 30 * 60;
/// Once a day, and some hours of patience.
const DAILY: i64 = 26 * 3600;
/// The jobs that must be seen, and how long they may be silent; a test holds them against what the crons run.
const JOBS: [(&str, i64); 11] = [
    ("resend", OFTEN),
    ("anchor_audit", OFTEN),
    ("expire_licences", OFTEN),
    ("announce", OFTEN),
    ("digest", OFTEN),
    ("watch_usage", OFTEN),
    ("age_payments", DAILY),
    ("warn_of_keys", DAILY),
    ("retain", DAILY),
    ("sweep_proofs", DAILY),
    ("sweep_reports", DAILY),
];
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

/// Those after the day itself, today included; it is long enough after two months.
#[must_use]
pub fn working_days(calendar: &WorkingDays, since: Day, today: Day) -> usize {
    let span = u64::try_from(today.since(since)).unwrap_or(0);
    (1..=span.min(60)).filter(|it| calendar.works_on(since.plus(*it))).count()
}

impl Waiting {
    /// By the rule of the job that notes it.
    #[must_use]
    pub fn is_overdue(&self, calendar: &WorkingDays, today: Day) -> bool {
        calendar.is_late(self.recorded_on, self.status, today)
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
            let plain = WorkingDays::default();
            assert_eq!(working_days(&plain, day(since), day(today)), days, "{since} {today}");
        }
    }

    #[test]
    fn what_waits_over_a_feast_is_not_late() {
        let day = |text: &str| Day::try_from(text.to_owned()).unwrap();
        let feast = WorkingDays::without(vec![day("2026-11-19"), day("2026-11-20")]);
        let waiting = Waiting {
            id: PaymentId::try_from("p".to_owned()).unwrap(),
            org: "Acme".to_owned(),
            invoice_number: "1".to_owned(),
            recorded_on: day("2026-11-16"),
            status: Status::Submitted,
            is_answered: 0,
            of_all: 1,
            answered_of_all: 0,
        };
        let today = day("2026-11-22");
        assert!(waiting.is_overdue(&WorkingDays::default(), today) && !waiting.is_overdue(&feast, today));
        assert_eq!(working_days(&feast, waiting.recorded_on, today), 2);
        assert!(waiting.is_overdue(&feast, day("2026-11-24")));
    }

    #[test]
    fn a_job_that_never_ran_has_stopped() {
        let now = 1_795_327_680;
        let runs = all_jobs(vec![JobRun { job: "resend".to_owned(), ran_at: now - 600 }]);
        let said: Vec<(&str, bool)> = runs.iter().map(|it| (it.job.as_str(), it.has_stopped(now))).collect();
        assert_eq!(
            (said.len(), said[0], said[2]),
            (JOBS.len(), ("resend", false), ("expire_licences", true))
        );
        assert!(said[1..].iter().all(|it| it.1), "{said:?}");
        assert!(JobRun { job: "resend".to_owned(), ran_at: now - 1801 }.has_stopped(now));
        assert!(!JobRun { job: "retain".to_owned(), ran_at: now - 86_400 }.has_stopped(now));
    }
}
