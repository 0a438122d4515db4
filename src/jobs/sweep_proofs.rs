//! Takes out of the store what no record names: files of an upload that was cut off between the object and its row.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::access::{Query, Scope, System};
use crate::apps::payments::PREFIX;
use crate::error::Error;
use crate::sql;

/// An upload takes minutes; after a day nobody is still about to write its row.
const OLD: i64 = 24 * 3600;
/// Lists of up to 1,000 keys a run. The next run goes on where this one ends.
const ROUNDS: usize = 50;

#[derive(Deserialize)]
struct Named {
    object: String,
}

#[derive(Deserialize)]
struct Ran {
    next: Option<String>,
}

pub async fn sweep_proofs(system: &System) -> Result<Value, Error> {
    let mut next = system.read(where_it_ended(system)).await?.and_then(|it| it.next);
    let (mut looked_at, mut deleted) = (0, 0);
    for _ in 0..ROUNDS {
        let listed = match system.app().files().list(PREFIX.to_owned(), next.clone()).await {
            Ok(listed) => listed,
            // A place that the store no longer knows: the next run begins at the beginning.
            Err(why) => {
                return Ok(
                    json!({ "looked_at": looked_at, "deleted": deleted, "next": null, "error": why.to_string() }),
                );
            }
        };
        looked_at += listed.files.len();
        let old = listed.files.into_iter().filter(|it| it.uploaded_at < system.now() - OLD);
        let old: Vec<String> = old.map(|it| it.key).collect();
        if !old.is_empty() {
            let named: HashSet<String> =
                system.read(those_named(system, &old)).await?.into_iter().map(|it| it.object).collect();
            let orphans: Vec<String> = old.into_iter().filter(|it| !named.contains(it)).collect();
            if !orphans.is_empty() {
                let count = orphans.len();
                match system.app().files().delete(orphans).await {
                    Ok(()) => deleted += count,
                    Err(why) => {
                        return Ok(
                            json!({ "looked_at": looked_at, "deleted": deleted, "next": next, "error": why.to_string() }),
                        );
                    }
                }
            }
        }
        next = listed.next;
        if next.is_none() {
            break;
        }
    }
    Ok(json!({ "looked_at": looked_at, "deleted": deleted, "next": next }))
}

fn where_it_ended(system: &System) -> Query<Option<Ran>> {
    system.scope().query(sql!("select report ->> 'next' as next from job_run where job = 'sweep_proofs'"))
}

fn those_named(system: &System, keys: &[String]) -> Query<Vec<Named>> {
    system.scope().query(sql!(
        "select object from payment_document where object in (select value from json_each(?1))",
        json!(keys).to_string(),
    ))
}
