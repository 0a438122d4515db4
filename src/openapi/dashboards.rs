use axum::http::Method;
use serde_json::{Value, json};

use super::call::Call;
use crate::apps::dashboards::api::UsageFacts;

const USAGE: &str = "/api/v1/organisations/{org}/usage";
const USAGE_CSV: &str = "/api/v1/organisations/{org}/usage.csv";
const TAG: &str = "dashboards";

pub fn calls() -> Vec<Call> {
    vec![
        of_usage(Call::new(Method::GET, USAGE, TAG, "getUsage", "Read what was used"))
            .about(
                "For every contact with a role. One sub-product over time, against what was purchased; what is left out \
                 is chosen: the first series, and the newest month that is known. A sample is what was in use at the \
                 end of a day, and a month is as high as its highest day.",
            )
            .gives::<UsageFacts>(200, "The points of the period", usage()),
        of_usage(Call::new(Method::GET, USAGE_CSV, TAG, "exportUsage", "What was used as a spreadsheet"))
            .gives_sheet("One row for each point", "Date,Product,Sub-product,Used,Unit,Purchased,Percent"),
    ]
}

fn of_usage(call: Call) -> Call {
    call.asks("product", "Of the product with this id.", "skyconnect")
        .asks("sub_product", "What of it is measured.", "mailboxes")
        .asks("grain", "`daily` or `monthly`; `daily` where nothing is said.", "daily")
        .asks(
            "period",
            "A month, `2026-10`; a year, `2026`; a financial year that begins in April, `fy2026`. By months, a month means \
             the twelve that end with it.",
            "2026-10",
        )
}

fn usage() -> Value {
    json!({
        "product_id": "skyconnect",
        "sub_product": "mailboxes",
        "unit": "users",
        "grain": "daily",
        "from": "2026-11-01",
        "till": "2026-11-30",
        "purchased": 275,
        "points": [
            { "date": "2026-11-01", "used": 261, "purchased": 275, "percent": 94.9 },
            { "date": "2026-11-02", "used": null, "purchased": 275, "percent": null },
        ],
        "updated_at": "2026-11-22T06:08:00Z",
        "series": [{
            "product_id": "skyconnect",
            "product": "SkyConnect",
            "sub_product": "mailboxes",
            "label": "Mailboxes",
            "unit": "users",
            "first_on": "2025-10-01",
            "last_on": "2026-11-02",
        }],
    })
}
