use serde_json::{Map, Value, json};

use super::handlers::{Chosen, Door, by, reader};
use super::rules::{Preference, in_force};
use super::sql;
use crate::access::Member;
use crate::audit;
use crate::error::Error;

/// Reading is nothing to keep a log of.
pub async fn read(door: &Door) -> Result<(), Error> {
    let id = door.named("notification");
    let (_, note) = match &id {
        Ok(id) => door.read_as(|me| sql::one(door.org(), by(me, door), id)).await?,
        Err(_) => (door.read(()).await?.0, None),
    };
    let note = note.ok_or(Error::NotFound)?;
    door.write(vec![sql::read(door.org(), reader(door), &note.id)]).await.map(drop)
}

pub async fn read_all(door: &Door) -> Result<(), Error> {
    door.read(()).await?;
    door.write(sql::read_all(door.org(), reader(door))).await.map(drop)
}

/// Only what differs is written down, so that who never chose keeps the usual, whatever that will be.
pub async fn prefer(door: &Door, me: &Member, before: &[Preference], chosen: &Chosen) -> Result<(), Error> {
    let (mut was, mut is) = (Map::new(), Map::new());
    for (category, choice) in &chosen.0 {
        let earlier = in_force(*category, before);
        if earlier != *choice {
            was.insert(category.code().to_owned(), json!(earlier));
            is.insert(category.code().to_owned(), json!(choice));
        }
    }
    if is.is_empty() {
        return Ok(());
    }
    let is = Value::Object(is);
    let deed = sql::prefer(door.org(), reader(door), &is.to_string());
    let entry = audit::Entry {
        action: "notifications.preferred",
        target: door.person().as_str(),
        before: Some(Value::Object(was)),
        after: Some(is),
    };
    door.write(vec![deed, entry.deed(door.org(), door.app(), &door.actor(me))]).await.map(drop)
}
