//! The lists of the Order Book as files, read back by a reader that forgives nothing.

use axum::http::StatusCode;
use serde_json::json;

use crate::fixtures::Portal;
use crate::orders::{ALL_STATES, API, MANY, PAGE, get, items};

/// A reader of RFC 4180 that forgives nothing.
fn parse(sheet: &str) -> Vec<Vec<String>> {
    let mut rest = sheet.strip_prefix('\u{feff}').expect("a byte order mark");
    let (mut rows, mut row) = (Vec::new(), Vec::new());
    while !rest.is_empty() {
        let cell = if let Some(quoted) = rest.strip_prefix('"') {
            let mut end = 0;
            loop {
                end += quoted[end..].find('"').expect("an end of the quotes");
                if !quoted[end + 1..].starts_with('"') {
                    break;
                }
                end += 2;
            }
            rest = &quoted[end + 1..];
            quoted[..end].replace("\"\"", "\"")
        } else {
            let end = rest.find([',', '\r', '\n', '"']).expect("an end of the cell");
            let cell = rest[..end].to_owned();
            rest = &rest[end..];
            cell
        };
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\0']), "{cell:?} would run");
        // What an accountant's program takes for text is the text without its mark.
        row.push(cell.strip_prefix('\'').map_or_else(|| cell.clone(), str::to_owned));
        if let Some(next) = rest.strip_prefix(',') {
            rest = next;
        } else {
            rest = rest.strip_prefix("\r\n").expect("CRLF at the end of a row");
            rows.push(std::mem::take(&mut row));
        }
    }
    assert!(row.is_empty() && rows.iter().all(|it| it.len() == rows[0].len()), "every row has every cell");
    rows
}

#[test]
fn a_file_brings_back_what_the_list_says() {
    let evil = format!(
        "{MANY} update order_line set description = '=1+1' where order_id = 'm-0249';
         update order_line set description = '@SUM(A1), \"so\"' || char(10) || 'twice', sku = '+cmd|'' /C calc''!A0' where order_id = 'm-0248';
         update order_line set description = char(9) || '-2', unit = 'ü' where order_id = 'm-0247';"
    );
    for query in ["", "?q=SO-25-02", "?product=vaultastic&from=2025-02-01"] {
        let portal = Portal::after(&evil);
        let file = portal.get(&format!("{API}/orders.csv{query}"), "bob");
        assert_eq!(file.status, StatusCode::OK);
        assert!(file.header("content-type").starts_with("text/csv; charset=utf-8"));
        assert_eq!(
            file.header("content-disposition"),
            "attachment; filename=\"acme-canary_orders_2026-11-22.csv\""
        );
        assert_eq!(file.body, portal.get(&format!("{PAGE}/history.csv{query}"), "bob").body);

        let (mut listed, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = portal.get(
                &format!(
                    "{API}/orders{}{}limit=100{cursor}",
                    if query.is_empty() { "?" } else { query },
                    if query.is_empty() { "" } else { "&" }
                ),
                "bob",
            );
            listed.extend(items(&page));
            let Some(next) = page.json()["next"].as_str().map(str::to_owned) else { break };
            cursor = format!("&cursor={next}");
        }
        let rows = parse(&file.body);
        assert_eq!(rows.len() - 1, listed.len(), "{query}");
        for (row, order) in rows[1..].iter().zip(&listed) {
            let line = &order["lines"][0];
            for (at, value) in [
                (0, &order["number"]),
                (1, &order["ordered_on"]),
                (2, &order["po_number"]),
                (9, &line["product"]),
                (10, &line["sku"]),
                (11, &line["description"]),
                (13, &line["unit"]),
                (15, &line["valid_till"]),
            ] {
                assert_eq!(row[at], value.as_str().unwrap_or_default(), "{row:?}");
            }
            assert_eq!(row[12], line["quantity"].to_string());
        }
    }
    let now = get(ALL_STATES, &format!("{API}/subscriptions.csv?show=all"));
    assert_eq!(
        now.header("content-disposition"),
        "attachment; filename=\"acme-canary_subscriptions_2026-11-22.csv\""
    );
    let rows = parse(&now.body);
    assert_eq!(rows.len(), 8);
    assert_eq!(rows[1][8], "Expired");
    assert_eq!(parse(&get(ALL_STATES, &format!("{PAGE}.csv")).body).len(), 6);
}

/// No export holds up the database: beyond the limit it asks for parts.
#[test]
fn a_file_has_an_end() {
    let script = MANY.replace("i < 250", "i < 5001");
    let answer = get(&script, &format!("{API}/orders.csv"));
    assert_eq!(
        (answer.status, answer.json()["errors"][0]["code"].clone()),
        (StatusCode::UNPROCESSABLE_ENTITY, json!("too-many"))
    );
    assert_eq!(get(&script, &format!("{API}/orders.csv?to=2025-12-31")).status, StatusCode::OK);
}
