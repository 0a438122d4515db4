//! All that a deed can change, to compare before and after.

use crate::fixtures::{Portal, ask};

impl Portal {
    /// Every row of the tables that a deed can change; what only notes that somebody was here is left out.
    pub fn contents(&self) -> Vec<String> {
        #[derive(serde::Deserialize)]
        struct Line {
            line: String,
        }
        let statements = [
            portal::sql!(
                "select json_array('person', id, email, display_name, password, session_epoch) as line from person"
            ),
            portal::sql!(
                "select json_array('organisation', id, name, version, roles_version, partner_id) as line from organisation"
            ),
            portal::sql!(
                "select json_array('contact', id, org_id, person_id, name, verified_at) as line from contact"
            ),
            portal::sql!("select json_array('role', org_id, role, contact_id) as line from role"),
            portal::sql!("select json_array('session', id, ended_at) as line from session"),
            portal::sql!("select json_array('link', id, used_at, voided_at) as line from link"),
            portal::sql!("select json_array('outbox', id, kind, recipient) as line from outbox"),
            portal::sql!("select json_array('calendar_feed', id, revoked_at) as line from calendar_feed"),
            portal::sql!("select json_array('staff', person_id, role) as line from staff"),
            portal::sql!("select json_array('partner', id, version) as line from partner"),
            portal::sql!("select json_array('view_as', id, ended_at) as line from view_as"),
            portal::sql!("select json_array('idempotency', key, status) as line from idempotency"),
            portal::sql!("select json_array('api_key', id, revoked_at, expires_at) as line from api_key"),
            portal::sql!(
                "select json_array('licence', id, valid_till, cancelled_on, version) as line from licence"
            ),
            portal::sql!("select json_array('licence_event', id) as line from licence_event"),
            portal::sql!("select json_array('product', id, name, version) as line from product"),
            portal::sql!("select json_array('usage_sample', org_id, used_on, used, updated_at) as line from usage_sample"),
            portal::sql!(
                "select json_array('sales_order', id, org_id, number, state) as line from sales_order"
            ),
            portal::sql!(
                "select json_array('subscription', id, valid_till, cancelled_on, renewed_by) as line from subscription"
            ),
            portal::sql!("select json_array('extension_request', id, status) as line from extension_request"),
            portal::sql!("select json_array('notification', id, state) as line from notification"),
            portal::sql!("select json_array('report', id, made_at) as line from report"),
            portal::sql!(
                "select json_array('read', person_id, org_id, notification_id) as line from notification_read union all
                 select json_array('read through', person_id, org_id, read_through) from notification_mark union all
                 select json_array('mail', person_id, org_id, category, mail) from notification_preference"
            ),
            portal::sql!(
                "select json_array('payment_record', id, status, overdue_on) as line from payment_record"
            ),
            portal::sql!(
                "select json_array('payment_document', id, record_id, object) as line from payment_document"
            ),
            portal::sql!(
                "select json_array('payment_effect', record_id, licence_id, code) as line from payment_effect"
            ),
            portal::sql!(
                "select json_array('oidc_client', id, version, enabled, secret_hash) as line from oidc_client"
            ),
            portal::sql!("select json_array('oidc_code', hash, used_at) as line from oidc_code"),
            portal::sql!("select json_array('oidc_token', hash, revoked_at) as line from oidc_token"),
            portal::sql!(
                "select json_array('audit', id) as line from audit
                  where action not in ('access.refused', 'list.exported')"
            ),
        ];
        let lines = statements.into_iter().flat_map(|it| ask::<Line>(&self.db, it).unwrap());
        lines.map(|it| it.line).collect()
    }
}
