use axum::http::Method;
use serde_json::json;

use super::call::Call;
use crate::apps::staff::metering::api::{ImportBody, ImportFacts};

pub fn calls() -> Vec<Call> {
    vec![
        Call::new(
            Method::POST,
            "/api/v1/staff/usage",
            "staff: usage",
            "importUsage",
            "Report up to 1,000 samples of usage",
        )
        .about(
            "A sample of the same customer, product, sub-product and date is written over, so a call may be repeated. \
             Good samples are stored, whatever is wrong with the others, which are named. At most 512 kB.",
        )
        .once()
        .sends::<ImportBody>(json!({ "items": [{
            "organisation_id": "0193c1e6-77d1-7a39-9d07-1b6c6a0a8c55",
            "product_id": "skyconnect",
            "sub_product": "mailboxes",
            "date": "2026-11-21",
            "used": 231,
        }] }))
        .gives::<ImportFacts>(
            200,
            "What became of them",
            json!({ "stored": 1, "refused": 1, "items": [{ "index": 1, "errors": [
                { "field": "sub_product", "code": "unknown-sub-product", "message": "The product skyconnect has no sub-product x." },
            ] }] }),
        ),
    ]
}
