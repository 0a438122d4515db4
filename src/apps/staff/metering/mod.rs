//! Usage as the products report it: many samples in one call, each of them stored or named with what is wrong.

mod actions;
pub mod api;
mod rules;
mod sql;

use axum::http::Method;
use axum::routing::post;

use self::actions::Door;
use self::rules::{Import, MOST_SAMPLES, Sample};
use crate::access::{Fields, Form, Posted, Routes, seat};
use crate::answer::Answer;
use crate::error::Error;

pub fn routes() -> Routes {
    Routes::default().desk_api::<seat::Metering>(&Method::POST, "/usage", post(import))
}

async fn import(door: Door, posted: Posted<Import>) -> Result<Answer, Error> {
    actions::import(&door, &posted).await.map(Answer::of)
}

impl Form for Import {
    const MOST: usize = 512 * 1024;
    const LARGE: &'static str = "This is more than 512 kB. Send the samples in several calls.";

    fn from_fields(fields: &mut Fields) -> Option<Self> {
        Some(Self { rows: fields.rows("items", MOST_SAMPLES, sample)? })
    }
}

fn sample(fields: &mut Fields) -> Option<Sample> {
    let (org, product) = (fields.read("organisation_id"), fields.read("product_id"));
    let (sub_product, used_on) = (fields.read("sub_product"), fields.read("date"));
    let used = fields.decimal("used");
    Some(Sample { org: org?, product: product?, sub_product: sub_product?, used_on: used_on?, used: used? })
}
