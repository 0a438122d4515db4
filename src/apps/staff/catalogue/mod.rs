//! The catalogue: what the vendor sells, with the days of grace that the portal shows.

mod actions;
pub mod api;
mod rules;
mod sql;
mod view;

use axum::http::Method;
use axum::routing::{get, patch, post};

use self::actions::Door;
use self::rules::{NewProduct, Terms};
use self::view::{ProductForm, Products};
use crate::access::{Fields, Form, Posted, Routes, seat};
use crate::answer::{Answer, Shown, View};
use crate::error::Error;
use crate::kernel::EventId;
use crate::page::Draft;

use seat::Catalogue;

pub fn routes() -> Routes {
    const ONE: &str = "/products/{product}";
    Routes::default()
        .desk::<Catalogue>(&Method::GET, "/products", get(list))
        .desk::<Catalogue>(&Method::GET, "/products/new", get(blank))
        .desk::<Catalogue>(&Method::POST, "/products", post(add))
        .desk::<Catalogue>(&Method::GET, ONE, get(show))
        .desk::<Catalogue>(&Method::POST, ONE, post(change))
        .desk_api::<Catalogue>(&Method::GET, "/products", get(list))
        .desk_api::<Catalogue>(&Method::POST, "/products", post(add))
        .desk_api::<Catalogue>(&Method::GET, ONE, get(show))
        .desk_api::<Catalogue>(&Method::PATCH, ONE, patch(change))
}

async fn list(door: Door) -> Result<Answer, Error> {
    let (me, products) = door.read(sql::products(door.scope())).await?;
    Ok(Answer::of(Shown { frame: door.frame(&me), view: Products { products } }))
}

async fn blank(door: Door) -> Result<Answer, Error> {
    let (me, ()) = door.read(()).await?;
    Ok(Answer::of(Shown { frame: door.frame(&me), view: new(&door, Draft::default()) }))
}

async fn add(door: Door, posted: Posted<NewProduct>) -> Result<Answer, Error> {
    match actions::add(&door, &posted).await {
        Ok(done) => Ok(Answer::of(done)),
        Err((None, error)) => Err(error),
        Err((Some(me), error)) => {
            Err(error.on_screen(|errors| new(&door, posted.draft(errors)).page(&door.frame(&me))))
        }
    }
}

async fn show(door: Door) -> Result<Answer, Error> {
    let (me, product) = actions::one(&door).await?;
    let view = ProductForm { product: Some(product), draft: Draft::default(), key: String::new() };
    Ok(Answer::of(Shown { frame: door.frame(&me), view }))
}

async fn change(door: Door, posted: Posted<Terms>) -> Result<Answer, Error> {
    let (me, product) = actions::one(&door).await?;
    let parsed = posted.matches(product.version).and_then(|()| posted.parse());
    let done = match parsed {
        Ok(terms) => actions::change(&door, &me, &product, &terms).await,
        Err(error) => Err(error),
    };
    match done {
        Ok((done, version)) => Ok(Answer::of(done).tagged(version)),
        Err(error) => Err(error.on_screen(|errors| {
            let view =
                ProductForm { product: Some(product), draft: posted.draft(errors), key: String::new() };
            view.page(&door.frame(&me))
        })),
    }
}

fn new(door: &Door, draft: Draft) -> ProductForm {
    ProductForm { product: None, draft, key: String::from(door.app().new_id::<EventId>()) }
}

impl Form for Terms {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let (name, access) = (fields.read("name"), fields.whole("access_grace_days"));
        let (end, trial) = (fields.whole("suspension_days"), fields.whole("trial_delete_days"));
        Some(Self {
            name: name?,
            access_grace_days: access?,
            suspension_days: end?,
            trial_delete_days: trial?,
        })
    }
}

impl Form for NewProduct {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let (id, terms) = (fields.read("id"), Terms::from_fields(fields));
        Some(Self { id: id?, terms: terms? })
    }
}
