use axum::http::Method;
use serde_json::{Value, json};

use super::call::Call;
use crate::apps::staff::customers::api::{CustomerFacts, CustomerPage, InFull};
use crate::apps::staff::customers::{Change, NewCustomer, Replacement};
use crate::apps::staff::partners::api::{PartnerFacts, PartnerPage};
use crate::apps::staff::partners::{Change as PartnerChange, NewPartner};

const ALL: &str = "/api/v1/staff/organisations";
const SHEET: &str = "/api/v1/staff/organisations.csv";
const ONE: &str = "/api/v1/staff/organisations/{org}";
const PRIMARY: &str = "/api/v1/staff/organisations/{org}/primary";
const PARTNERS: &str = "/api/v1/staff/partners";
const PARTNER: &str = "/api/v1/staff/partners/{partner}";
const TAG: &str = "staff: customers";

const SEEKS: &str = "2 to 80 characters: what a name, a word of it, a domain, a contact's address, an order number or an \
                     invoice number begins with.";

pub fn calls() -> Vec<Call> {
    vec![
        Call::new(Method::GET, ALL, TAG, "listCustomers", "List or find customers")
            .about("By name. A search takes at most 200 customers by each way of finding.")
            .asks("q", SEEKS, "acme")
            .pages()
            .gives::<CustomerPage>(200, "A page", json!({ "items": [listed()], "next": null })),
        Call::new(Method::GET, SHEET, TAG, "exportCustomers", "The customers as a spreadsheet")
            .asks("q", SEEKS, "acme")
            .gives_sheet("At most 5,000 rows", "Organisation,Id,Channel,Partner,Domains,Primary contact"),
        Call::new(Method::POST, ALL, TAG, "createCustomer", "Set up a customer with its first contact")
            .about("The first contact is verified, Primary and Support, and gets a mail with a link to choose a password; who has one gets a mail that says so.")
            .once()
            .sends::<NewCustomer>(json!({
                "name": "Acme Textiles", "channel": "direct", "domains": ["acme.example"],
                "first_contact": { "email": "asha@acme.example", "display_name": "Asha Rao" },
            }))
            .refuses(&["partner-required"])
            .gives::<CustomerFacts>(201, "The customer", customer()),
        Call::new(Method::GET, ONE, TAG, "getCustomer", "Read a customer and its contacts")
            .gives::<InFull>(200, "The customer", in_full())
            .tagged(),
        Call::new(Method::PATCH, ONE, TAG, "changeCustomer", "Change name, channel, partner or domains")
            .about("What is left out stays as it is. Whoever goes over to ordering directly leaves the partner.")
            .matching()
            .sends::<Change>(json!({ "domains": ["acme.example", "acme-mills.example"] }))
            .refuses(&["partner-required"])
            .gives::<CustomerFacts>(200, "As it is now", customer())
            .tagged(),
        Call::new(Method::POST, PRIMARY, TAG, "replacePrimary", "Replace a Primary who is lost")
            .about("After a check outside the portal. Both get a mail, and the customer's log keeps the reason.")
            .sends::<Replacement>(json!({
                "email": "ravi@acme.example", "display_name": "Ravi Menon", "keep_previous": false,
                "reason": "Called back on the switchboard number; the director confirmed it in writing.",
            }))
            .refuses(&["already-primary", "contact-limit", "stale"])
            .gives_nothing("Replaced"),
        Call::new(Method::GET, PARTNERS, TAG, "listPartners", "List the partners")
            .about("By name.")
            .pages()
            .gives::<PartnerPage>(200, "A page", json!({ "items": [partner()], "next": null })),
        Call::new(Method::POST, PARTNERS, TAG, "createPartner", "Set up a partner")
            .once()
            .sends::<NewPartner>(json!({ "name": "Banyan Row Resellers", "domains": ["banyanrow.example"] }))
            .refuses(&["partner-exists"])
            .gives::<PartnerFacts>(201, "The partner", partner()),
        Call::new(Method::GET, PARTNER, TAG, "getPartner", "Read a partner")
            .gives::<PartnerFacts>(200, "The partner", partner())
            .tagged(),
        Call::new(Method::PATCH, PARTNER, TAG, "changePartner", "Change a partner's name or domains")
            .about("Each of its customers shows the change at once.")
            .matching()
            .sends::<PartnerChange>(json!({ "domains": ["banyanrow.example"] }))
            .refuses(&["partner-exists"])
            .gives::<PartnerFacts>(200, "As it is now", partner())
            .tagged(),
    ]
}

fn customer() -> Value {
    json!({
        "id": "0193c1e6-77d1-7a39-9d07-1b6c6a0a8c55",
        "name": "Acme Textiles",
        "channel": "direct",
        "partner_id": null,
        "partner": null,
        "domains": ["acme.example"],
        "created_at": "2026-11-22T06:08:00Z",
    })
}

fn with(mut customer: Value, more: &Value) -> Value {
    if let (Some(all), Some(more)) = (customer.as_object_mut(), more.as_object()) {
        all.extend(more.clone());
    }
    customer
}

fn listed() -> Value {
    with(customer(), &json!({ "primary": { "email": "asha@acme.example", "display_name": "Asha Rao" } }))
}

fn in_full() -> Value {
    let contact = json!({
        "id": "0193c1e6-9b02-7c44-8a51-53f0c2f8a7d1", "email": "asha@acme.example", "display_name": "Asha Rao",
        "roles": ["primary", "support"], "verified": true,
    });
    with(customer(), &json!({ "contacts": [contact], "off_domain": [] }))
}

fn partner() -> Value {
    json!({
        "id": "0193c1e6-9b02-7c44-8a51-53f0c2f8a7d2",
        "name": "Banyan Row Resellers",
        "domains": ["banyanrow.example"],
        "customers": 3,
        "created_at": "2026-11-22T06:08:00Z",
    })
}
