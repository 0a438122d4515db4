use axum::http::StatusCode;
use serde_json::json;

use super::api::ProductFacts;
use super::rules::{NewProduct, Product, Terms};
use super::sql;
use crate::access::{Colleague, Once, Posted, Staffed, seat, stale};
use crate::answer::Done;
use crate::audit;
use crate::error::Error;
use crate::kernel::{FieldError, ProductId};

pub type Door = Staffed<seat::Catalogue>;

const AT: &str = "/staff/products";

pub async fn one(door: &Door) -> Result<(Colleague, Product), Error> {
    let id: ProductId = door.named("product")?;
    let (me, product) = door.read(sql::product(door.scope(), &id)).await?;
    Ok((me, product.ok_or(Error::NotFound)?))
}

/// `None` instead of the colleague: nobody was let in.
pub async fn add(door: &Door, posted: &Posted<NewProduct>) -> Result<Done, (Option<Colleague>, Error)> {
    let once = Once::owned_by(posted, door.owner(), door.now());
    let (me, (products, kept)) = door
        .read((sql::products(door.scope()), once.earlier(door.scope())))
        .await
        .map_err(|it| (None, it))?;
    let add = async {
        if let Some(done) = once.replay(kept, AT)? {
            return Ok(done);
        }
        let new = posted.parse()?;
        taken(&products, &new)?;
        let flaws = new.terms.flaws();
        if !flaws.is_empty() {
            return Err(Error::unprocessable_all(flaws));
        }
        let facts = ProductFacts::of(&after(&new.id, &new.terms, 1));
        let see = format!("{AT}?done=product-added");
        let done = Done { see, status: StatusCode::CREATED, body: json!(facts) };
        let entry = audit::Entry {
            action: "product.added",
            target: new.id.as_str(),
            before: None,
            after: Some(json!(facts)),
        };
        let mut deeds = once.keep(door.scope(), &done);
        deeds.push(sql::add(door.scope(), &new));
        deeds.push(entry.deed(door.scope(), door.app(), &door.actor(&me)));
        door.write(deeds).await.map_err(unique)?;
        Ok(done)
    };
    add.await.map_err(|it| (Some(me.clone()), it))
}

/// The new version comes with it.
pub async fn change(
    door: &Door,
    me: &Colleague,
    product: &Product,
    terms: &Terms,
) -> Result<(Done, i64), Error> {
    let flaws = terms.flaws();
    if !flaws.is_empty() {
        return Err(Error::unprocessable_all(flaws));
    }
    let now = after(&product.id, terms, product.version + 1);
    let facts = ProductFacts::of(&now);
    let entry = audit::Entry {
        action: "product.changed",
        target: product.id.as_str(),
        before: Some(json!(ProductFacts::of(product))),
        after: Some(json!(facts)),
    };
    let mut deeds = sql::change(door.scope(), product, terms);
    deeds.push(entry.deed(door.scope(), door.app(), &door.actor(me)));
    door.write(deeds).await.map_err(|it| if it.verdict() == Some("stale") { stale() } else { unique(it) })?;
    let done = Done { see: format!("{AT}?done=product-changed"), status: StatusCode::OK, body: json!(facts) };
    Ok((done, now.version))
}

fn after(id: &ProductId, terms: &Terms, version: i64) -> Product {
    Product {
        id: id.clone(),
        name: terms.name.as_str().to_owned(),
        access_grace_days: terms.access_grace_days,
        suspension_days: terms.suspension_days,
        trial_delete_days: terms.trial_delete_days,
        version,
    }
}

fn taken(products: &[Product], new: &NewProduct) -> Result<(), Error> {
    if products.iter().any(|it| it.id == new.id) {
        return Err(id_taken());
    }
    if products.iter().any(|it| it.name == new.terms.name.as_str()) {
        return Err(name_taken());
    }
    Ok(())
}

/// What two at the same moment learn from the schema.
fn unique(error: Error) -> Error {
    match &error {
        Error::Database(said) if said.names("product.name") => name_taken(),
        Error::Database(said) if said.names("product.id") => id_taken(),
        _ => error,
    }
}

fn id_taken() -> Error {
    let said = "Another product has this id. Choose another one; it stays for good.";
    Error::conflict(FieldError::new("id", "product-exists", said))
}

fn name_taken() -> Error {
    let said =
        "Another product has this name. Customers tell products by their names, so choose another one.";
    Error::conflict(FieldError::new("name", "product-exists", said))
}
