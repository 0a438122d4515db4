//! What a calendar program gets that knows the address. It has no session; the token says for whom it asks, and the
//! database says whether that person may still see the licences.

mod sql;

use serde::Deserialize;

use super::IcsFile;
use super::rules::{Dated, Kind, Place};
use crate::access::Doorstep;
use crate::access::matrix::{Application, openers};
use crate::answer::Answer;
use crate::error::Error;
use crate::kernel::{Day, LicenceId, OrgId, OrgName, ProductId, Token};

/// A licence beside its organisation; none of it where the organisation has no licence yet.
#[derive(Deserialize)]
pub struct Found {
    org_id: OrgId,
    org_name: OrgName,
    id: Option<LicenceId>,
    product_id: Option<ProductId>,
    product: Option<String>,
    kind: Option<Kind>,
    valid_till: Option<Day>,
    cancelled_on: Option<Day>,
    version: Option<i64>,
}

/// GET /calendar/{token}.ics
pub async fn show(door: Doorstep) -> Result<Answer, Error> {
    let path = door.app().caller().asked.split('?').next().unwrap_or_default();
    let token = path.rsplit('/').next().and_then(|it| it.strip_suffix(".ics")).unwrap_or_default();
    let token = Token::try_from(token.to_owned()).map_err(|_| Error::NotFound)?;
    let roles = openers(Application::OrderBook).unwrap_or_default();
    let found = door.read(sql::licences(door.scope(), &token.hash(), roles)).await?;
    let first = found.first().ok_or(Error::NotFound)?;
    let place = Place::of(door.app().config(), &first.org_id, first.org_name.clone());
    let licences: Vec<Dated> = found.into_iter().filter_map(Found::dated).collect();
    Ok(Answer::of(IcsFile { name: None, text: place.calendar(&licences, door.now()) }))
}

impl Found {
    fn dated(self) -> Option<Dated> {
        Some(Dated {
            id: self.id?,
            product_id: self.product_id?,
            product: self.product?,
            kind: self.kind?,
            valid_till: self.valid_till?,
            cancelled_on: self.cancelled_on,
            version: self.version?,
        })
    }
}
