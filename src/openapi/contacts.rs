use axum::http::Method;
use serde_json::{Value, json};

use super::call::Call;
use crate::apps::contacts::api::{ContactFacts, ContactPage, MailQueued};
use crate::apps::contacts::{NewContact, Roles};

const CONTACTS: &str = "/api/v1/organisations/{org}/contacts";
const CONTACT: &str = "/api/v1/organisations/{org}/contacts/{contact}";
const VERIFICATION: &str = "/api/v1/organisations/{org}/contacts/{contact}/verification";
const ROLES: &str = "/api/v1/organisations/{org}/roles";
const TAG: &str = "contacts";

pub fn calls() -> Vec<Call> {
    vec![
        Call::new(Method::GET, CONTACTS, TAG, "listContacts", "List the contacts of an organisation")
            .about("For the Primary contact. At most five, in the order in which they were added.")
            .gives::<ContactPage>(200, "All contacts", json!({ "items": [verified(), unverified()], "limit": 5 })),
        Call::new(Method::POST, CONTACTS, TAG, "addContact", "Add a contact")
            .about("Without a mail the contact stays unverified until the mail is sent later.")
            .once()
            .sends::<NewContact>(json!({ "display_name": "Asha Rao", "email": "asha@acme.example", "send_verification": true }))
            .gives::<ContactFacts>(201, "The contact, unverified", unverified())
            .refuses(&["contact-limit", "contact-exists"]),
        Call::new(Method::DELETE, CONTACT, TAG, "deleteContact", "Delete a contact")
            .about("Ends the person's access to this organisation at once; the roles held fall vacant.")
            .gives_nothing("The contact is deleted")
            .refuses(&["primary-cannot-be-deleted"]),
        Call::new(Method::POST, VERIFICATION, TAG, "sendVerification", "Send the verification mail again")
            .about("With a new link; the older one no longer works. A minute between two mails, six within a day.")
            .gives::<MailQueued>(202, "The mail is on its way", json!({ "status": "queued" }))
            .refuses(&["already-verified", "slow-down"]),
        Call::new(Method::GET, ROLES, TAG, "getRoles", "Read who holds which role")
            .gives::<Roles>(200, "Ids of contacts", roles())
            .tagged(),
        Call::new(Method::PUT, ROLES, TAG, "assignRoles", "Assign the roles")
            .about("All four at once. Whoever gains or loses a role gets a mail. Handing over Primary ends your own access here.")
            .matching()
            .sends::<Roles>(roles())
            .gives::<Roles>(200, "As they are now", roles())
            .tagged()
            .refuses(&["role-needs-verified-contact", "primary-required"]),
    ]
}

fn verified() -> Value {
    json!({
        "id": "0193c1e6-77d1-7a39-9d07-1b6c6a0a8c55",
        "email": "primary@acme.example",
        "display_name": "Ann Mathew",
        "roles": ["primary", "support"],
        "status": "verified",
        "verified_at": "2026-11-20T08:15:30Z",
        "mail": { "state": "none", "at": null },
    })
}

fn unverified() -> Value {
    json!({
        "id": "0193c1e6-9b02-7c44-8a51-53f0c2f8a7d1",
        "email": "asha@acme.example",
        "display_name": "Asha Rao",
        "roles": [],
        "status": "unverified",
        "verified_at": null,
        "mail": { "state": "queued", "at": "2026-11-22T06:08:00Z" },
    })
}

fn roles() -> Value {
    json!({
        "primary": "0193c1e6-77d1-7a39-9d07-1b6c6a0a8c55",
        "billing": "0193c1e6-9b02-7c44-8a51-53f0c2f8a7d1",
        "support": "0193c1e6-77d1-7a39-9d07-1b6c6a0a8c55",
        "technical": null,
    })
}
