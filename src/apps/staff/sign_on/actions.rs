use serde_json::json;

use super::rules::{self, Client, Kind, NewClient, Switch};
use super::view::Credentials;
use super::{Door, sql};
use crate::access::{Colleague, stale};
use crate::audit::Entry;
use crate::error::Error;
use crate::kernel::{ClientId, FieldError, Token};

/// Which kinds the installation's secrets allow.
pub fn ready(door: &Door) -> Vec<Kind> {
    let secrets = door.app().secrets();
    let (signs, zendesk) = (secrets.signing.is_some(), secrets.zendesk.is_some());
    Kind::ALL.into_iter().filter(|it| if *it == Kind::Zendesk { zendesk } else { signs }).collect()
}

/// What is no id names nothing, and says so to those alone who may ask.
pub async fn find(door: &Door, id: Result<ClientId, Error>) -> Result<(Colleague, Client), Error> {
    let (me, client) = match &id {
        Ok(id) => door.read(sql::client(door.scope(), id)).await?,
        Err(_) => (door.read(()).await?.0, None),
    };
    Ok((me, client.ok_or(Error::NotFound)?))
}

pub async fn add(door: &Door, me: &Colleague, new: NewClient) -> Result<Credentials, Error> {
    let (app, scope) = (door.app(), door.scope());
    let uris = rules::addresses(&new, !app.config().is_production()).map_err(Error::unprocessable_all)?;
    let id: ClientId = app.new_id();
    let secret = (new.kind == Kind::Oidc && !new.public).then(|| Token::from_bytes(app.random()));
    let hash = secret.as_ref().map(Token::hash);
    let after = json!({
        "name": new.name, "kind": new.kind, "redirect_uris": uris, "login_uri": new.login_uri, "public": new.public,
    });
    let entry = Entry { action: "sso.client_added", target: id.as_str(), before: None, after: Some(after) };
    let deeds = vec![
        sql::name_is_free(scope, new.name.as_str()),
        sql::add(scope, &id, &new, &uris, hash.as_ref(), door.now()),
        entry.deed(scope, app, &door.actor(me)),
    ];
    match door.write(deeds).await {
        Err(error) if error.verdict() == Some("client-exists") => {
            let said = "There is a client of this name already. If you have just made it and did not see its secret, make \
                        a new secret for it in the list; otherwise choose another name.";
            return Err(Error::conflict(FieldError::new("name", "client-exists", said)));
        }
        done => done?,
    };
    Ok(Credentials {
        id,
        name: new.name.as_str().to_owned(),
        kind: new.kind,
        secret: secret.map(|it| it.reveal().to_owned()),
        issuer: app.config().origin.clone(),
    })
}

/// The old secret is void at once.
pub async fn renew(door: &Door, me: &Colleague, client: &Client) -> Result<Credentials, Error> {
    let (app, scope) = (door.app(), door.scope());
    if !client.has_secret.0 {
        let said = "This client has no secret of ours, so there is none to replace.";
        return Err(Error::conflict(FieldError::new("", "not-in-this-state", said)));
    }
    let secret = Token::from_bytes(app.random());
    let entry = Entry { action: "sso.secret_renewed", target: client.id.as_str(), before: None, after: None };
    let deeds = vec![
        sql::unless_changed(scope, client),
        sql::renew(scope, &client.id, &secret.hash()),
        entry.deed(scope, app, &door.actor(me)),
    ];
    write(door, deeds).await?;
    Ok(Credentials {
        id: client.id.clone(),
        name: client.name.clone(),
        kind: client.kind,
        secret: Some(secret.reveal().to_owned()),
        issuer: app.config().origin.clone(),
    })
}

/// Whoever signed on through a client that is off stays signed on there; nobody new does, and its tokens open nothing.
pub async fn switch(door: &Door, me: &Colleague, client: &Client, to: Switch) -> Result<&'static str, Error> {
    let (on, flash) = match to {
        Switch::On => (true, "client-on"),
        Switch::Off => (false, "client-off"),
    };
    if client.enabled.0 == on {
        return Ok(flash);
    }
    let (app, scope) = (door.app(), door.scope());
    let entry = Entry {
        action: "sso.client_switched",
        target: client.id.as_str(),
        before: Some(json!({ "enabled": client.enabled.0 })),
        after: Some(json!({ "enabled": on })),
    };
    let deeds = vec![
        sql::unless_changed(scope, client),
        sql::switch(scope, &client.id, on),
        entry.deed(scope, app, &door.actor(me)),
    ];
    write(door, deeds).await?;
    Ok(flash)
}

async fn write(door: &Door, deeds: Vec<crate::access::Deed>) -> Result<(), Error> {
    match door.write(deeds).await {
        Ok(_) => Ok(()),
        Err(error) if error.verdict() == Some("stale") => Err(stale()),
        Err(error) => Err(error),
    }
}
