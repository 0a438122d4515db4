use axum::http::Method;
use serde_json::{Value, json};

use super::call::Call;
use crate::apps::staff::licensing::api::{ChangeBody, LicenceFacts, LicencePage};

const LICENCES: &str = "/api/v1/staff/licences";
const LICENCE: &str = "/api/v1/staff/licences/{licence}";
const TAG: &str = "staff: licences";

pub fn calls() -> Vec<Call> {
    vec![
        Call::new(Method::GET, LICENCES, TAG, "listEndingLicences", "List licences by the day on which they end")
            .about("Over all customers. What was cancelled, or ended more than sixty days ago, is left out.")
            .asks("q", "Part of a customer's or a product's name; at most 48 letters.", "Acme")
            .pages()
            .gives::<LicencePage>(200, "A page", json!({ "items": [licence()], "next": null })),
        Call::new(Method::GET, LICENCE, TAG, "getLicence", "Read a licence")
            .gives::<LicenceFacts>(200, "The licence", licence())
            .tagged(),
        Call::new(Method::PATCH, LICENCE, TAG, "changeLicence", "Change or cancel a licence")
            .about(
                "Either `valid_till` or `cancelled_on`. The change, its note and its cause stand in the customer's \
                 history at once; Primary and Billing get a mail.",
            )
            .matching()
            .sends::<ChangeBody>(json!({ "valid_till": "2027-01-31", "note": "A month more, as agreed on the phone." }))
            .gives::<LicenceFacts>(200, "As it stands now", licence())
            .tagged()
            .refuses(&["licence-cancelled", "end-before-start", "nothing-changes", "confirmation-needed"]),
    ]
}

fn licence() -> Value {
    json!({
        "id": "0193c1e6-77d1-7a39-9d07-1b6c6a0a8c55",
        "organisation_id": "0193c1e6-9b02-7c44-8a51-53f0c2f8a7d1",
        "organisation": "Acme Textiles",
        "product_id": "skyconnect",
        "product": "SkyConnect",
        "kind": "subscription",
        "valid_from": "2026-01-01",
        "valid_till": "2027-01-31",
        "cancelled_on": null,
        "days_left": 70,
    })
}
