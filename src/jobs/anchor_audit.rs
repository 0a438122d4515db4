//! Writes down, where somebody with the database alone cannot reach, how far each chain of the audit log has come
//! (decision 0003).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::access::{Scope, System};
use crate::error::Error;
use crate::sql;

/// So many chains a run; the others come in five minutes.
const MOST: usize = 500;

#[derive(Deserialize, Serialize)]
struct Head {
    chain: String,
    seq: i64,
    hash: String,
}

/// One file for the chains that grew since the last one. Run twice, it says the same thing twice.
pub async fn anchor_audit(system: &System) -> Result<Value, Error> {
    let grown = system
        .scope()
        .query(sql!("select chain, seq, hash from audit_head where anchored < seq order by chain limit 500"));
    let heads: Vec<Head> = system.read(grown).await?;
    if heads.is_empty() {
        return Ok(json!({ "anchored": 0, "more": false }));
    }
    let file = json!({ "at": system.now(), "heads": heads }).to_string();
    let key = format!("audit/anchors/{}-{}.json", system.now(), system.app().caller().request.as_str());
    if let Err(why) = system.app().files().put(key, "application/json", file.into_bytes()).await {
        return Ok(json!({ "anchored": 0, "more": true, "error": why.to_string() }));
    }
    let reached = sql!(
        "update audit_head set anchored = max(anchored, reached.value ->> 'seq')
           from json_each(?1) as reached where audit_head.chain = reached.value ->> 'chain'",
        json!(heads).to_string(),
    );
    system.write(vec![system.scope().deed(reached)]).await?;
    Ok(json!({ "anchored": heads.len(), "more": heads.len() == MOST }))
}
