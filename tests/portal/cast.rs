//! Who there is: the migrations, and two organisations with everybody in them.

use std::sync::LazyLock;

use portal::db::Db;
use portal::kernel::Password;

use crate::fixtures::{PASSWORD, pepper};
use crate::without;

pub const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/0001_portal.sql"),
    include_str!("../../migrations/0002_orders_and_licences.sql"),
    include_str!("../../migrations/0003_payments.sql"),
    include_str!("../../migrations/0004_payment_waiting.sql"),
    include_str!("../../migrations/0005_notifications.sql"),
    include_str!("../../migrations/0006_usage.sql"),
    include_str!("../../migrations/0007_mail_that_leaves.sql"),
    include_str!("../../migrations/0008_sign_on.sql"),
    include_str!("../../migrations/0009_staff.sql"),
    include_str!("../../migrations/0010_console.sql"),
    include_str!("../../migrations/0011_vendor_desk.sql"),
    include_str!("../../migrations/0012_audit_keys_announcements.sql"),
    include_str!("../../migrations/0013_announcements.sql"),
    include_str!("../../migrations/0014_pay_online.sql"),
    include_str!("../../migrations/0016_views_end.sql"),
    include_str!("../../migrations/0020_client_names.sql"),
    include_str!("../../migrations/0021_reach.sql"),
    include_str!("../../migrations/0022_role_between_organisations.sql"),
];

/// Ann, Bob, Sue and Tom hold the four roles of Acme, Ned is its contact without one. Gus is Primary of Globex, where
/// Ned is verified too and Una is not. Eve is nobody's contact. Ann, Ned and Gus know a password; Una never had one.
/// `pa-row` is a partner without customers. The vendor's own people are `st-sales`, `st-billing`, `st-support`, `st-publisher` and `st-admin`; a key with each
/// scope is named like its role. Everybody verified has a session named like them. Each organisation has ordered something for 2026: order `o-acme`,
/// subscription `s-acme`, licence `l-acme`, and recorded a payment of it: `p-acme`, with its proof `d-acme`. Every text of an organisation
/// carries its canary word.
pub const TWO_ORGS: &str = "
    insert into person (id, email, display_name, created_at) values
      ('ann', 'ann@acme-canary.example', 'Ann Acme-canary', 1), ('bob', 'bob@acme-canary.example', 'Bob Acme-canary', 1),
      ('sue', 'sue@acme-canary.example', 'Sue Acme-canary', 1), ('tom', 'tom@acme-canary.example', 'Tom Acme-canary', 1),
      ('ned', 'ned@both.example', 'Ned', 1), ('una', 'una@both.example', 'Una', 1),
      ('gus', 'gus@globex-canary.example', 'Gus Globex-canary', 1), ('eve', 'eve@nowhere.example', 'Eve', 1);
    insert into partner (id, name, domains, created_at) values ('pa-row', 'The Row', '[\"row.example\"]', 1);
    insert into organisation (id, name, customer_domains, created_at) values
      ('acme', 'Acme-canary', '[\"acme-canary.example\"]', 1), ('globex', 'Globex-canary', '[]', 1);
    insert into contact (id, org_id, person_id, name, verified_at, created_at) values
      ('c-ann', 'acme', 'ann', 'Ann Acme-canary', 1, 1), ('c-bob', 'acme', 'bob', 'Bob Acme-canary', 1, 2),
      ('c-sue', 'acme', 'sue', 'Sue Acme-canary', 1, 3), ('c-tom', 'acme', 'tom', 'Tom Acme-canary', 1, 4),
      ('c-gus', 'globex', 'gus', 'Gus Globex-canary', 1, 1), ('c-una', 'globex', 'una', 'Una', null, 2),
      ('c-ned', 'globex', 'ned', 'Ned', 1, 3);
    insert into role (org_id, role, contact_id) values
      ('acme', 'primary', 'c-ann'), ('acme', 'billing', 'c-bob'), ('acme', 'support', 'c-sue'),
      ('acme', 'technical', 'c-tom'), ('globex', 'primary', 'c-gus');
    insert into person (id, email, display_name, created_at)
      select 'st-' || value, value || '@vendor.example', 'The ' || value || ' colleague', 1
        from json_each('[\"sales\", \"billing\", \"support\", \"publisher\", \"admin\"]');
    insert into staff (person_id, role, created_at) select id, substr(id, 4), 1 from person where id like 'st-%';
    insert into api_key (id, hash, prefix, name, scopes, made_by, created_at, expires_at)
      select 'k-' || value, value, 'portal_' || value, value || ' program', json_array(value), 'st-admin', 1, 1800000000
        from json_each('[\"sales\", \"billing\", \"support\", \"publisher\", \"admin\"]');
    insert into session (id, person_id, device, address, created_at, last_seen_at, expires_at)
      select id, id, 'Firefox on Linux', '192.0.2.1', 1795327000, 1795327600, 1795400000 from person;
    insert into session (id, person_id, device, address, created_at, last_seen_at, expires_at, ended_at) values
      ('ended', 'ann', 'Firefox on Linux', '192.0.2.1', 1795327000, 1795327600, 1795400000, 1795327650);
    insert into session (id, person_id, device, address, created_at, last_seen_at, expires_at) values
      ('asleep', 'ann', 'Firefox on Linux', '192.0.2.1', 1795300000, 1795324079, 1795400000);
    insert into product (id, name, access_grace_days, suspension_days) values
      ('skyconnect', 'SkyConnect', 14, 30), ('vaultastic', 'Vaultastic v4', null, null);
    insert into sales_order (id, org_id, number, ordered_on, po_number, agreement, kind, created_at)
      select 'o-' || id, id, 'SO-1-' || name, '2026-01-01', 'PO-' || name, 'contract', 'new', 1 from organisation;
    insert into order_line select id, 'o-' || id, 1, 'skyconnect', 'SKY-MAIL', 'Mailboxes of ' || name, 40, 'users',
      '2026-01-01', '2026-12-31' from organisation;
    insert into subscription (id, org_id, order_id, product_id, sku, description, quantity, unit, starts_on, valid_till,
                              agreement, created_at)
      select 's-' || id, id, 'o-' || id, 'skyconnect', 'SKY-MAIL', 'Mailboxes of ' || name, 40, 'users',
             '2026-01-01', '2026-12-31', 'contract', 1 from organisation;
    insert into licence (id, org_id, product_id, kind, valid_from, valid_till, created_at)
      select 'l-' || id, id, 'skyconnect', 'subscription', '2026-01-01', '2026-12-31', 1 from organisation;
    insert into payment_record (id, org_id, at, recorded_on, invoice_number, invoice_key, currency, amount, paid_on, method,
                                reference, reference_key, note, status_on, by_person, by_name)
      select 'p-' || id, id, 1795000000, '2026-11-18', 'INV-' || name, upper('INV-' || name), 'INR', 19824000, '2026-11-17',
             'neft', 'UTR-' || name, upper('UTR-' || name), 'Paid by ' || name, '2026-11-18', 'ann', name from organisation;
    insert into payment_event (id, org_id, record_id, at, event, by_kind, by_name, message)
      select 'e-' || id, id, 'p-' || id, 1795000000, 'submit', 'contact', name, 'Recorded by ' || name from organisation;
    insert into payment_document (id, org_id, record_id, name, kind, size, object, uploaded_at)
      select 'd-' || id, id, 'p-' || id, name || '.pdf', 'application/pdf', 60, 'payments/' || id || '/0', 1795000000
        from organisation;
    insert into report (id, org_id, person_id, asked_at, object, made_at, covers)
      select 'r-' || org_id, org_id, person_id, 1795324080, 'payments/' || org_id || '/0', 1795324081, json_array(org_id)
        from role join contact using (org_id) where role = 'primary' and contact.id = role.contact_id;";

/// He takes the fifth and last place of Acme.
pub const NED_JOINS: &str = "insert into contact (id, org_id, person_id, name, verified_at, created_at)
     values ('c-ned2', 'acme', 'ned', 'Ned Acme-canary', 1, 5);";

/// Hashing takes a tenth of a second, so the cast shares one hash.
static STORED: LazyLock<String> =
    LazyLock::new(|| pepper().hash(&Password::try_from(PASSWORD.to_owned()).unwrap(), [7; 16]).unwrap());

/// Migrations take as long as a test, so they run once and each portal gets a copy of what they made.
pub static CAST: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let migrations = without::migrations();
    image(&migrations.iter().map(String::as_str).collect::<Vec<_>>())
});

/// Everybody, after these migrations.
pub fn image(migrations: &[&str]) -> Vec<u8> {
    let know = format!("update person set password = '{}' where id in ('ann', 'ned', 'gus');", *STORED);
    Db::open(&[migrations, &[TWO_ORGS, &know]].concat()).unwrap().image().unwrap()
}
