use super::sql;
use crate::access::{Access, Member, OrderBook};
use crate::audit;
use crate::error::Error;
use crate::kernel::{FeedId, Token};

/// Nobody but the answer to this request ever sees the token.
pub async fn create(door: &Access<OrderBook>) -> Result<(Member, Token), Error> {
    let (org, app) = (door.org(), door.app());
    let (me, earlier) = door.read(sql::feed(org, door.person())).await?;
    let (id, token): (FeedId, Token) = (app.new_id(), Token::from_bytes(app.random()));
    let mut deeds = sql::create(org, door.person(), &id, &token.hash(), door.now());
    let before = earlier.map(|it| serde_json::json!({ "revoked": it.id }));
    let entry = audit::Entry { action: "calendar.created", target: id.as_str(), before, after: None };
    deeds.push(entry.deed(org, app, &door.actor(&me)));
    door.write(deeds).await?;
    Ok((me, token))
}

/// Revoking what is revoked is no mistake.
pub async fn revoke(door: &Access<OrderBook>) -> Result<(), Error> {
    let (org, app) = (door.org(), door.app());
    let (me, feed) = door.read(sql::feed(org, door.person())).await?;
    let Some(feed) = feed else { return Ok(()) };
    let entry =
        audit::Entry { action: "calendar.revoked", target: feed.id.as_str(), before: None, after: None };
    let deeds = vec![sql::revoke(org, door.person(), door.now()), entry.deed(org, app, &door.actor(&me))];
    door.write(deeds).await?;
    Ok(())
}
