use std::collections::BTreeSet;

use axum::http::StatusCode;
use serde_json::json;

use super::api::{ImportFacts, RefusedFacts};
use super::rules::{Import, Known, Sample};
use super::sql;
use crate::access::{Once, Posted, Staffed, seat};
use crate::answer::Done;
use crate::audit;
use crate::error::Error;
use crate::kernel::FieldError;

pub type Door = Staffed<seat::Metering>;

/// The good samples are stored, the others are named.
pub async fn import(door: &Door, posted: &Posted<Import>) -> Result<Done, Error> {
    let once = Once::owned_by(posted, door.owner(), door.now());
    let scope = door.scope();
    let parsed = posted.parse();
    let named = || parsed.iter().flat_map(|it| it.rows.iter().filter_map(|it| it.1.as_ref().ok()));
    let orgs = json!(named().map(|it| it.org.as_str()).collect::<BTreeSet<_>>()).to_string();
    let products = json!(named().map(|it| it.product.as_str()).collect::<BTreeSet<_>>()).to_string();
    let questions = (sql::orgs(scope, &orgs), sql::meters(scope, &products), once.earlier(scope));
    let (me, (orgs, meters, kept)) = door.read(questions).await?;
    if let Some(done) = once.replay(kept, "/staff")? {
        return Ok(done);
    }
    let known = Known {
        orgs: orgs.into_iter().map(|it| it.id).collect(),
        meters: meters.into_iter().map(|it| (it.product_id, it.id)).collect(),
    };
    let import = posted.parse()?;
    let (good, refused) = sort(&import, &known, door.today()?);
    let stored = good.len();
    let body = json!(ImportFacts { stored, refused: refused.len(), items: refused });
    let done = Done { see: "/staff".to_owned(), status: StatusCode::OK, body };
    let mut deeds = once.keep(scope, &done);
    if stored > 0 {
        deeds.extend(sql::store(scope, &good, door.now()));
        let entry = audit::Entry {
            action: "usage.imported",
            target: "usage",
            before: None,
            after: Some(json!({ "stored": stored, "organisations": known.orgs })),
        };
        deeds.push(entry.deed(scope, door.app(), &door.actor(&me)));
    }
    match door.write(deeds).await {
        Ok(_) => Ok(done),
        // The same call came twice at once; what it stores is the same.
        Err(error) if once.was_beaten(&error) => Ok(done),
        Err(error) => Err(error),
    }
}

fn sort<'a>(
    import: &'a Import,
    known: &Known,
    today: crate::kernel::Day,
) -> (Vec<&'a Sample>, Vec<RefusedFacts>) {
    let (mut good, mut refused, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (index, row) in &import.rows {
        let mut errors = match row {
            Ok(sample) => sample.flaws(known, today),
            Err(errors) => errors.clone(),
        };
        if let (Ok(sample), true) = (row, errors.is_empty()) {
            if seen.insert(sample.key()) {
                good.push(sample);
                continue;
            }
            let said = "An earlier row of this call is about the same day. Send each day once.";
            errors.push(FieldError::new("date", "twice", said));
        }
        refused.push(RefusedFacts { index: *index, errors });
    }
    (good, refused)
}
