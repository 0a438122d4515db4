//! What the two organisations run. Today is 22 Nov 2026.

/// Acme: `SkyConnect` ended two days ago, the trial of Vaultastic ends in four days, `ClrStream` in a year, `LegacyFlo`
/// was cancelled. Globex: `SkyConnect`, which ended long ago. The
/// licences that the cast has otherwise are gone.
pub const LICENCES: &str = "
    delete from licence; update product set name = 'Another ' || name;
    insert into product (id, name, access_grace_days, suspension_days, trial_delete_days) values
      ('p-sky', 'SkyConnect', 14, 30, null), ('p-vault', 'Vaultastic', null, null, 7),
      ('p-clr', 'ClrStream', null, null, null), ('p-flow', 'LegacyFlo', 15, null, null);
    insert into licence (id, org_id, product_id, kind, valid_from, valid_till, cancelled_on, created_at) values
      ('l-sky', 'acme', 'p-sky', 'subscription', '2025-11-21', '2026-11-20', null, 1),
      ('l-vault', 'acme', 'p-vault', 'trial', '2026-10-27', '2026-11-26', null, 1),
      ('l-clr', 'acme', 'p-clr', 'subscription', '2026-11-22', '2027-11-21', null, 1),
      ('l-flow', 'acme', 'p-flow', 'subscription', '2026-01-01', '2026-12-31', '2026-10-01', 1),
      ('l-glo', 'globex', 'p-sky', 'subscription', '2025-11-01', '2026-10-31', null, 1);
    insert into licence_event (id, org_id, licence_id, product_id, at, old_valid_till, new_valid_till, cause, by_kind,
                               by_name, note) values
      ('e-1', 'acme', 'l-sky', 'p-sky', 1763663400, null, '2026-11-20', 'order', 'vendor', null, 'Order ACME-1'),
      ('e-2', 'acme', 'l-vault', 'p-vault', 1793040000, null, '2026-11-26', 'vendor', 'vendor', null, '30 days to try, 100% of it'),
      ('e-3', 'acme', 'l-clr', 'p-clr', 1795286000, '2026-11-21', '2027-11-21', 'renewal', 'system', null, ''),
      ('e-4', 'acme', 'l-clr', 'p-clr', 1795286000, '2026-11-16', '2026-11-21', 'payment_record', 'contact', 'Bob Acme-canary', '=HYPERLINK(1)'),
      ('e-5', 'globex', 'l-glo', 'p-sky', 1793000000, null, '2026-10-31', 'order', 'vendor', null, 'Globex-canary order');";
