use axum::http::Method;
use serde_json::{Value, json};

use super::call::Call;
use crate::apps::staff::catalogue::api::{NewProductBody, ProductFacts, ProductPage, TermsBody};

const PRODUCTS: &str = "/api/v1/staff/products";
const PRODUCT: &str = "/api/v1/staff/products/{product}";
const TAG: &str = "staff: products";

pub fn calls() -> Vec<Call> {
    vec![
        Call::new(Method::GET, PRODUCTS, TAG, "listProducts", "List the catalogue").gives::<ProductPage>(
            200,
            "All of it",
            json!({ "items": [product()] }),
        ),
        Call::new(Method::POST, PRODUCTS, TAG, "addProduct", "Add a product")
            .once()
            .sends::<NewProductBody>(product())
            .gives::<ProductFacts>(201, "The product", product())
            .refuses(&["product-exists", "out-of-range", "before-the-grace"]),
        Call::new(Method::GET, PRODUCT, TAG, "getProduct", "Read a product")
            .gives::<ProductFacts>(200, "The product", product())
            .tagged(),
        Call::new(Method::PATCH, PRODUCT, TAG, "changeProduct", "Change a product")
            .about("Name and days together: days that are left out are no longer stated.")
            .matching()
            .sends::<TermsBody>(
                json!({ "name": "SkyConnect", "access_grace_days": 14, "suspension_days": 30 }),
            )
            .gives::<ProductFacts>(200, "As it is now", product())
            .tagged()
            .refuses(&["product-exists", "out-of-range", "before-the-grace"]),
    ]
}

fn product() -> Value {
    json!({
        "id": "skyconnect",
        "name": "SkyConnect",
        "access_grace_days": 14,
        "suspension_days": 30,
        "trial_delete_days": null,
    })
}
