use axum::http::StatusCode;
use serde_json::{Value, json};

use super::api::{DecidedLicence, DecisionFacts};
use super::history::Outcome;
use super::mail::{self, Decided, Reader};
use super::rules::{self, Decision, Facts, Grant, Licence, NewRequest, Policy};
use super::sql;
use crate::access::{Access, LicenseExtension, Member, Once, Posted};
use crate::answer::Done;
use crate::audit;
use crate::error::Error;
use crate::kernel::{Day, EventId, ExtensionId, FieldError, NotificationId};

/// A request meets at most as many changes of its facts as there are grants left, and now and then the vendor.
const MOST_TRIES: usize = 5;

/// What a decision rests on, and what the form shows.
pub struct Known {
    pub me: Member,
    pub licences: Vec<Licence>,
    pub grants: Vec<Grant>,
    readers: Vec<Reader>,
    pub policy: Policy,
    pub today: Day,
}

pub fn today(door: &Access<LicenseExtension>) -> Result<Day, Error> {
    Day::today(door.now(), door.app().config().zone).ok_or(Error::NotFound)
}

pub fn policy(door: &Access<LicenseExtension>) -> Policy {
    Policy::stated(door.app().config().extension_limit_scope)
}

pub async fn load(door: &Access<LicenseExtension>) -> Result<Known, Error> {
    let (org, policy, today) = (door.org(), policy(door), today(door)?);
    let questions = (sql::licences(org), sql::grants(org, &policy, today), sql::readers(org));
    let (me, (licences, grants, readers)) = door.read(questions).await?;
    Ok(Known { me, licences, grants, readers, policy, today })
}

impl Known {
    pub fn facts<'a>(&'a self, licence: &'a Licence) -> Facts<'a> {
        Facts { licence, grants: &self.grants, today: self.today }
    }
}

/// Decides once, whatever its key is sent with. Both outcomes are written down; `see` is where the page goes on.
pub async fn request(
    door: &Access<LicenseExtension>,
    posted: &Posted<NewRequest>,
    see: &str,
) -> Result<Done, (Option<Known>, Error)> {
    let once = Once::of(posted, door.person(), door.now());
    let (org, policy) = (door.org(), policy(door));
    let today = today(door).map_err(|it| (None, it))?;
    for _ in 0..MOST_TRIES {
        let questions =
            (sql::licences(org), sql::grants(org, &policy, today), sql::readers(org), once.earlier(org));
        let (me, (licences, grants, readers, kept)) = door.read(questions).await.map_err(|it| (None, it))?;
        let known = Known { me, licences, grants, readers, policy, today };
        let done = async {
            if let Some(done) = once.replay(kept, see)? {
                return Ok(Some(done));
            }
            decide(door, &known, &posted.parse()?, &once, see).await
        };
        match done.await {
            Ok(Some(done)) => return Ok(done),
            Ok(None) => {}
            Err(error) => return Err((Some(known), error)),
        }
    }
    let said = "This licence is being changed by several people at once. Nothing was decided; try again in a moment.";
    Err((None, Error::refused(StatusCode::SERVICE_UNAVAILABLE, "try-again", said)))
}

/// `None` when a fact changed between reading and writing.
async fn decide(
    door: &Access<LicenseExtension>,
    known: &Known,
    asked: &NewRequest,
    once: &Once<'_>,
    see: &str,
) -> Result<Option<Done>, Error> {
    let licence = known.licences.iter().find(|it| it.id == asked.licence_id).ok_or_else(unknown_licence)?;
    if !rules::fits(asked.reason, licence) {
        return Err(not_a_trial());
    }
    let (app, org) = (door.app(), door.org());
    let facts = known.facts(licence);
    let decision = known.policy.decide(&facts);
    let message = decision.message(&known.policy);
    let valid_till = match decision {
        Decision::Granted { valid_till } => valid_till,
        Decision::Rejected(_) => licence.valid_till,
    };
    let id: ExtensionId = app.new_id();
    let record = sql::Record {
        id: &id,
        asked,
        facts: &facts,
        decision: &decision,
        message: &message,
        valid_till,
        by: door.person(),
        by_name: known.me.name.as_str(),
        now: door.now(),
    };
    let flash = if decision.is_granted() { "extension-granted" } else { "extension-rejected" };
    let done =
        Done { see: format!("{see}?done={flash}"), status: StatusCode::CREATED, body: answer(&record) };
    let mut deeds = once.keep(org, &done);
    deeds.extend([sql::facts_hold(org, &known.policy, &facts), sql::record(org, &record)]);
    if decision.is_granted() {
        deeds.extend(sql::extend(org, &record, &app.new_id::<EventId>()));
    }
    let entry = audit::Entry {
        action: if decision.is_granted() { "extension.granted" } else { "extension.rejected" },
        target: licence.id.as_str(),
        before: Some(json!({ "valid_till": licence.valid_till })),
        after: Some(json!({ "valid_till": valid_till, "request": id, "code": decision.code() })),
    };
    deeds.push(entry.deed(org, app, &door.actor(&known.me)));
    let decided = told(door, known, &record);
    deeds.push(sql::notify(org, &app.new_id::<NotificationId>(), &record, &title(&decided)));
    deeds.extend(mail::decision(&known.me, &known.readers, &decided).into_iter().map(|it| it.deed(org, app)));
    match door.write(deeds).await {
        Ok(_) => Ok(Some(done)),
        Err(error) if error.verdict() == Some("facts-changed") || limit_said_no(&error) => Ok(None),
        // The same request was under way twice; the other one has been decided.
        Err(error) if once.was_beaten(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

fn told(door: &Access<LicenseExtension>, known: &Known, it: &sql::Record) -> Decided {
    Decided {
        organisation: known.me.org_name.as_str().to_owned(),
        org: door.org().id().clone(),
        product: it.facts.licence.product.clone(),
        granted: it.decision.is_granted(),
        valid_till: it.valid_till,
        message: it.message.to_owned(),
        by: it.by_name.to_owned(),
        reason: it.asked.reason.label().to_owned(),
        description: it.asked.description.as_str().to_owned(),
    }
}

/// As much of it as the notification holds.
fn title(decided: &Decided) -> String {
    mail::subject(decided).chars().take(120).collect()
}

fn answer(it: &sql::Record) -> Value {
    json!(DecisionFacts {
        id: it.id.clone(),
        status: if it.decision.is_granted() { Outcome::Granted } else { Outcome::Rejected },
        code: it.decision.code(),
        message: it.message.to_owned(),
        licence: DecidedLicence { id: it.facts.licence.id.clone(), valid_till: it.valid_till },
        next_possible_on: it.decision.next_possible_on(),
    })
}

/// The trigger of the schema, should anything get past the guard.
fn limit_said_no(error: &Error) -> bool {
    matches!(error, Error::Database(said) if said.names("extension_limit"))
}

fn unknown_licence() -> Error {
    let said = "This organisation has no such licence. Choose one of the list.";
    Error::invalid(vec![FieldError::new("licence_id", "unknown-licence", said)])
}

fn not_a_trial() -> Error {
    let said = "This licence is no trial. Choose the reason that fits a paid licence.";
    Error::invalid(vec![FieldError::new("reason", "not-a-trial", said)])
}
