//! The lists as spreadsheets: one row for each line, so that it can be summed and sorted there.

use super::rules::{Line, Order, Subscription};
use crate::kernel::{Day, csv};

const ORDERS: [&str; 16] = [
    "Order number",
    "Order date",
    "PO number",
    "PO date",
    "Ordered through",
    "Order type",
    "Order state",
    "Payment agreement",
    "Line",
    "Product",
    "SKU",
    "Description",
    "Quantity",
    "Unit",
    "Valid from",
    "Valid till",
];

const SUBSCRIPTIONS: [&str; 11] = [
    "Product",
    "SKU",
    "Description",
    "Quantity",
    "Unit",
    "Start",
    "Valid till",
    "Payment agreement",
    "State",
    "Cancelled on",
    "Order number",
];

pub fn orders(orders: &[Order]) -> String {
    let rows = orders.iter().flat_map(|order| {
        let without_lines = order.lines.is_empty().then(|| order_row(order, None));
        order.lines.iter().map(|line| order_row(order, Some(line))).chain(without_lines)
    });
    csv::sheet(&ORDERS, rows)
}

fn order_row(order: &Order, line: Option<&Line>) -> Vec<String> {
    let mut row = vec![
        order.number.clone(),
        order.ordered_on.to_string(),
        order.po_number.clone().unwrap_or_default(),
        maybe(order.po_on),
        order.partner.clone().unwrap_or_else(|| "Direct".to_owned()),
        order.kind.label().to_owned(),
        order.state.label().to_owned(),
        order.agreement.label().to_owned(),
    ];
    if let Some(line) = line {
        row.extend([
            line.number.to_string(),
            line.product.clone(),
            line.sku.clone(),
            line.description.clone(),
            line.quantity.map_or_else(String::new, |it| it.to_string()),
            line.unit.clone(),
            line.valid_from.to_string(),
            line.valid_till.to_string(),
        ]);
    }
    row.resize(ORDERS.len(), String::new());
    row
}

pub fn subscriptions(subscriptions: &[Subscription], today: Day) -> String {
    let rows = subscriptions.iter().map(|it| {
        vec![
            it.product.clone(),
            it.sku.clone(),
            it.description.clone(),
            it.quantity.map_or_else(String::new, |it| it.to_string()),
            it.unit.clone(),
            it.starts_on.to_string(),
            it.valid_till.to_string(),
            it.agreement.label().to_owned(),
            it.state(today).label().to_owned(),
            maybe(it.cancelled_on),
            it.order_number.clone().unwrap_or_default(),
        ]
    });
    csv::sheet(&SUBSCRIPTIONS, rows)
}

fn maybe(day: Option<Day>) -> String {
    day.map_or_else(String::new, String::from)
}
