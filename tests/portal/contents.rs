//! What a deed can change, as text that can be compared.

use portal::db::Stmt;
use serde::Deserialize;

use crate::fixtures::{Portal, ask};

/// A line for each row; what only notes that somebody was here is left out.
const WHAT: &[&str] = &[
    "select json_array('person', id, email, display_name, password, session_epoch) as line from person",
    "select json_array('organisation', id, name, version, roles_version, partner_id) as line from organisation",
    "select json_array('contact', id, org_id, person_id, name, verified_at) as line from contact",
    "select json_array('role', org_id, role, contact_id) as line from role",
    "select json_array('session', id, ended_at) as line from session",
    "select json_array('link', id, used_at, voided_at) as line from link",
    "select json_array('outbox', id, kind, recipient, state) as line from outbox",
    "select json_array('calendar_feed', id, revoked_at) as line from calendar_feed",
    "select json_array('staff', person_id, role) as line from staff",
    "select json_array('partner', id, version) as line from partner",
    "select json_array('view_as', id, ended_at) as line from view_as",
    "select json_array('idempotency', key, status) as line from idempotency",
    "select json_array('api_key', id, revoked_at, expires_at) as line from api_key",
    "select json_array('licence', id, valid_till, cancelled_on, version) as line from licence",
    "select json_array('licence_event', id) as line from licence_event",
    "select json_array('product', id, name, version) as line from product",
    "select json_array('sales_order', id, org_id, number, state) as line from sales_order",
    "select json_array('subscription', id, valid_till, cancelled_on, renewed_by) as line from subscription",
    "select json_array('payment_event', id, event, is_public) as line from payment_event",
    "select json_array('extension_request', id, status) as line from extension_request",
    "select json_array('notification', id, state, pinned_until) as line from notification",
    "select json_array('announcement', id, state, version) as line from announcement",
    "select json_array('order_line', order_id, line, product_id, quantity) as line from order_line",
    "select json_array('word', org_id, word) as line from organisation_word",
    "select json_array('report', id, made_at) as line from report",
    "select json_array('read', person_id, org_id, notification_id) as line from notification_read union all select json_array('read through', person_id, org_id, read_through) from notification_mark union all select json_array('mail', person_id, org_id, category, mail) from notification_preference",
    "select json_array('payment_record', id, status, overdue_on) as line from payment_record",
    "select json_array('payment_session', id, status, record_id) as line from payment_session union all select json_array('gateway_event', id) from gateway_event",
    "select json_array('payment_document', id, record_id, object) as line from payment_document",
    "select json_array('payment_effect', record_id, licence_id, code) as line from payment_effect",
    "select json_array('oidc_client', id, version, enabled, secret_hash) as line from oidc_client",
    "select json_array('oidc_code', hash, used_at) as line from oidc_code",
    "select json_array('oidc_token', hash, revoked_at) as line from oidc_token",
    "select json_array('usage_sample', org_id, product_id, sub_product, used_on, used) as line from usage_sample",
    "select json_array('audit', id) as line from audit where action not in ('access.refused', 'list.exported')",
];

impl Portal {
    /// Every row of the tables that a deed can change.
    pub fn contents(&self) -> Vec<String> {
        self.contents_without("no table")
    }

    /// The same while a table is not there.
    pub fn contents_without(&self, table: &str) -> Vec<String> {
        #[derive(Deserialize)]
        struct Line {
            line: String,
        }
        let there = WHAT.iter().filter(|it| !it.contains(&format!("from {table}")));
        let statements = there.map(|sql| Stmt { sql, args: Vec::new() });
        statements.flat_map(|it| ask::<Line>(&self.db, it).unwrap()).map(|it| it.line).collect()
    }
}
