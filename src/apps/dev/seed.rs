//! The demo data, loaded again from scratch in one batch: all of it is there, or everything is as it was.
//!
//! `demo.json` says who there is; its ids never change. Times in it are days before now.

use axum::http::StatusCode;

use crate::access::{Anyone, App, Deed, Scope};
use crate::db::{Arg, Stmt, schema};
use crate::error::Error;
use crate::kernel::{Day, Password};

/// Of everybody who has one.
pub const PASSWORD: &str = "demo password, not for production";

const DEMO: &str = include_str!("demo.json");

/// Six laws of the schema forbid what happens here: they are lifted and put back, by the text of the schema
/// itself, within the same transaction.
const LAWS: [(&str, &str); 6] = [
    ("audit_is_never_deleted", "drop trigger audit_is_never_deleted"),
    ("primary_cannot_be_deleted", "drop trigger primary_cannot_be_deleted"),
    ("primary_is_never_vacant", "drop trigger primary_is_never_vacant"),
    ("licence_event_is_never_deleted", "drop trigger licence_event_is_never_deleted"),
    ("payment_event_is_never_deleted", "drop trigger payment_event_is_never_deleted"),
    ("last_admin_stays", "drop trigger last_admin_stays"),
];

/// Every table, whoever refers to another before it.
const EMPTY: &[&str] = &[
    "delete from oidc_token",
    "delete from oidc_code",
    "delete from oidc_client",
    "delete from view_as",
    "delete from report",
    "delete from usage_alert",
    "delete from usage_meter",
    "delete from usage_sample",
    "delete from sub_product_sku",
    "delete from sub_product",
    "delete from gateway_event",
    "delete from payment_session",
    "delete from payment_effect",
    "delete from payment_event",
    "delete from payment_document",
    "delete from payment_record",
    "delete from calendar_feed",
    "delete from digest",
    "delete from digest_week",
    "delete from notification_mailing",
    "delete from notification_preference",
    "delete from notification_mark",
    "delete from notification_read",
    "delete from notification",
    "delete from announcement",
    "delete from licence_flag",
    "delete from extension_request",
    "delete from licence_event",
    "delete from licence",
    "delete from subscription",
    "delete from order_line",
    "delete from sales_order",
    "delete from product",
    "delete from job_run",
    "delete from audit",
    "delete from audit_head",
    "delete from idempotency",
    "delete from mailbox",
    "delete from outbox",
    "delete from throttle",
    "delete from link",
    "delete from session",
    "delete from role",
    "delete from contact",
    "delete from organisation_word",
    "delete from organisation_reach",
    "delete from reach",
    "delete from organisation",
    "delete from partner",
    "delete from installation",
    "delete from api_key",
    "delete from staff",
    "delete from person",
];

/// ?1 `demo.json`, ?2 now, ?3 the hash of the password.
const FILL: &[&str] = &[
    "insert into installation (id, set_at) values (1, ?2)",
    "insert into person (id, email, display_name, password, created_at)
     select value ->> 'id', value ->> 'email', value ->> 'display_name',
            case when value ->> 'knows_password' then ?3 end, ?2 - 86400 * (value ->> 'days')
       from json_each(?1, '$.person')",
    "insert into staff (person_id, role, created_at)
     select value ->> 'person_id', value ->> 'role', ?2 from json_each(?1, '$.staff')",
    "insert into partner (id, name, domains, created_at)
     select value ->> 'id', value ->> 'name', value -> 'domains', ?2 - 86400 * (value ->> 'days')
       from json_each(?1, '$.partner')",
    "insert into organisation (id, name, channel, customer_domains, partner_id, partner_name, partner_domains, created_at)
     select value ->> 'id', value ->> 'name', iif(partner.id is null, 'direct', 'partner'), value -> 'customer_domains',
            partner.id, partner.name, coalesce(partner.domains, '[]'), ?2 - 86400 * (value ->> 'days')
       from json_each(?1, '$.organisation') left join partner on partner.id = value ->> 'partner_id'",
    "insert into contact (id, org_id, person_id, name, verified_at, created_at)
     select value ->> 'id', value ->> 'org_id', value ->> 'person_id', value ->> 'name',
            case when value ->> 'verified' then ?2 - 86400 * (value ->> 'days') + 3600 end,
            ?2 - 86400 * (value ->> 'days')
       from json_each(?1, '$.contact')",
    "insert into role (org_id, role, contact_id)
     select value ->> 'org_id', value ->> 'role', value ->> 'contact_id' from json_each(?1, '$.role')",
    "insert into oidc_client (id, name, kind, redirect_uris, created_at)
     select value ->> 'id', value ->> 'name', 'oidc', value -> 'redirect_uris', ?2 - 86400 * (value ->> 'days')
       from json_each(?1, '$.oidc_client')",
    "insert into outbox (id, kind, org_id, contact_id, recipient, payload, state, attempts, lease_until, created_at,
                         state_at, error, reason)
     select value ->> 'id', value ->> 'kind', value ->> 'org_id', value ->> 'contact_id', value ->> 'recipient', '{}',
            value ->> 'state', value ->> 'attempts',
            case when value ->> 'state' = 'queued' then ?2 + 21600 end,
            ?2 - 3600 * (value ->> 'hours'), ?2 - 3600 * (value ->> 'hours') + 4, value ->> 'error', value ->> 'reason'
       from json_each(?1, '$.outbox')",
];

pub fn from_scratch(scope: &Anyone, app: &App) -> Result<Vec<Deed>, Error> {
    let password = Password::try_from(PASSWORD.to_owned()).ok();
    let hash =
        password.and_then(|it| app.secrets().pepper.hash(&it, app.random())).ok_or_else(not_possible)?;
    let args = [Arg::from(DEMO), Arg::from(app.now()), Arg::from(hash)];

    let lift = LAWS.into_iter().map(|it| it.1);
    let put_back: Option<Vec<&str>> = LAWS.into_iter().map(|it| schema::trigger(it.0)).collect();
    let plain = lift.chain(EMPTY.iter().copied()).chain(put_back.ok_or_else(not_possible)?);
    let plain = plain.map(|sql| Stmt { sql, args: Vec::new() });
    let fill = FILL.iter().copied().map(|sql| Stmt { sql, args: used(sql, &args) });
    let today = Day::today(app.now(), app.config().zone).ok_or_else(not_possible)?;
    let fill = fill.chain(super::orders::fill(today, app.now()));
    let fill = fill.chain(super::licences::fill(today, app.now()));
    let fill = fill.chain(super::payments::fill(today, app.now()));
    let fill = fill.chain(super::notifications::fill(app.now()));
    let fill = fill.chain(super::usage::fill(today, app.now()));
    let fill = fill.chain(super::keys::fill(app.now()));
    let fill = fill.chain(super::audit::fill(app.now()));
    Ok(plain.chain(fill).map(|it| scope.deed(it)).collect())
}

/// D1 and its twin want as many values as there are places for them.
pub(super) fn used(sql: &str, args: &[Arg]) -> Vec<Arg> {
    let places = ["?1", "?2", "?3"].iter().rposition(|it| sql.contains(it)).map_or(0, |it| it + 1);
    args.iter().take(places).cloned().collect()
}

fn not_possible() -> Error {
    Error::refused(StatusCode::INTERNAL_SERVER_ERROR, "our-fault", "The demo data could not be prepared.")
}
