use axum::http::Method;
use serde_json::{Value, json};

use super::call::Call;
use crate::apps::orgs::NewName;
use crate::apps::orgs::api::Facts;

const ORG: &str = "/api/v1/organisations/{org}";
const TAG: &str = "organisation";

pub fn calls() -> Vec<Call> {
    vec![
        Call::new(Method::GET, ORG, TAG, "getOrganisation", "Read an organisation, your roles in it and what they open")
            .gives::<Facts>(200, "The organisation", facts("Acme Textiles"))
            .tagged(),
        Call::new(Method::PATCH, ORG, TAG, "renameOrganisation", "Rename an organisation")
            .about("For the Primary contact. The name changes at once for everybody; invoices keep the legal name.")
            .matching()
            .sends::<NewName>(json!({ "name": "Acme Mills" }))
            .gives::<Facts>(200, "As it is now", facts("Acme Mills"))
            .tagged(),
    ]
}

fn facts(name: &str) -> Value {
    let open =
        ["notifications", "contact_manager", "order_book", "dashboards", "documentation", "payment_gateway"];
    json!({ "id": "0193c1e6-77d1-7a39-9d07-1b6c6a0a8c55", "name": name, "roles": ["primary"], "applications": open })
}
