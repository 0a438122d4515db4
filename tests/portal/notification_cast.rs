//! What the contacts of Acme are told. Today is 22 Nov 2026, a Sunday.

use portal::kernel::Role;

pub const CATEGORIES: [&str; 8] =
    ["license", "billing", "downtime", "release", "security", "report", "account", "general"];

/// Every way to aim a notification, one row each: at Acme, at all, at Globex; at nobody's product, at one that both
/// run, at one that Acme alone had until last year, at one that nobody has; at no roles, at each set of roles; in each
/// category. The id says which it is, such as `all-old-05-billing`; published an hour ago by the vendor.
pub const EVERY_AIM: &str = "
    insert into product (id, name) values ('never', 'Never sold');
    insert into subscription (id, org_id, product_id, sku, description, quantity, unit, starts_on, valid_till, agreement,
                              cancelled_on, created_at)
      values ('s-old', 'acme', 'vaultastic', 'V', 'Archive', 1, 'users', '2024-01-01', '2024-12-31', 'contract', '2024-06-01', 1);
    insert into notification (id, org_id, product_id, roles, category, title, body, source, published_at, created_at)
    select org.value || '-' || product.value || '-' || printf('%02d', mask.value) || '-' || category.value,
           nullif(org.value, 'all'),
           case product.value when 'run' then 'skyconnect' when 'old' then 'vaultastic' when 'not' then 'never' end,
           case when mask.value < 16 then (
             select json_group_array(role.value) from json_each('[\"primary\",\"billing\",\"support\",\"technical\"]') as role
              where mask.value & (1 << role.key)) end,
           category.value, 'A title', 'A text', 'vendor', 1795324080, 1795324080
      from json_each('[\"acme\",\"all\",\"globex\"]') as org, json_each('[\"any\",\"run\",\"old\",\"not\"]') as product,
           json_each('[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]') as mask,
           json_each('[\"license\",\"billing\",\"downtime\",\"release\",\"security\",\"report\",\"account\",\"general\"]') as category;";

/// Which of them somebody with these roles may see, in words of its own: of Acme's people unless `globex`.
pub fn may_see(id: &str, org: &str, roles: &[Role]) -> bool {
    let parts: Vec<&str> = id.split('-').collect();
    let mask: usize = parts[2].parse().unwrap();
    let of_here = parts[0] == org || parts[0] == "all";
    let of_product = match parts[1] {
        "any" | "run" => true,
        "old" => org == "acme",
        _ => false,
    };
    let is_named = |mask: usize| {
        Role::ALL.iter().enumerate().any(|(at, it)| mask & (1 << at) != 0 && roles.contains(it))
    };
    let of_role = match (mask, parts[3]) {
        (16, "billing") => roles.contains(&Role::Primary) || roles.contains(&Role::Billing),
        (16, _) => true,
        (mask, _) => is_named(mask),
    };
    of_here && of_product && of_role
}

/// For people to look at: a pinned one, one for each role, one for a product, and what must not show.
pub const NEWS: &str = "
    insert into notification (id, org_id, product_id, roles, category, title, body, link, source, state, pinned_until,
                              published_at, expires_at, created_at) values
      ('n-pin', null, null, null, 'downtime', 'Maintenance on Sunday, 2:00 to 4:00',
       'Mail is **delayed** for two hours:\n\n- nothing is lost\n- [status page](https://status.vendor.example/)', null,
       'vendor', 'published', 1795900000, 1795000000, null, 1),
      ('n-bill', 'acme', null, '[\"primary\",\"billing\"]', 'billing', 'Invoice MER/0419 is ready', 'Pay it by 30 Nov 2026.',
       '/o/acme/payments', 'vendor', 'published', null, 1795200000, null, 1),
      ('n-new', null, 'skyconnect', null, 'release', 'SkyConnect 8.2', 'Search is *twice* as fast.', null, 'vendor',
       'published', null, 1795100000, null, 1),
      ('n-old', null, null, null, 'general', 'Office hours in December', 'We are closed on the 25th.', null, 'vendor',
       'published', 1795100000, 1794000000, null, 1),
      ('n-name', 'acme', null, null, 'account', 'Your organisation has a new name', 'Ann has renamed it.', '/o/acme', 'system',
       'published', null, 1793000000, null, 1),
      ('x-draft', null, null, null, 'general', 'x-hidden', '', null, 'vendor', 'draft', null, 1795000000, null, 1),
      ('x-none', null, null, null, 'general', 'x-hidden', '', null, 'vendor', 'published', null, null, null, 1),
      ('x-gone', null, null, null, 'general', 'x-hidden', '', null, 'vendor', 'withdrawn', 1795900000, 1795000000, null, 1),
      ('x-over', null, null, null, 'general', 'x-hidden', '', null, 'vendor', 'published', 1795900000, 1795000000, 1795327680, 1),
      ('x-soon', null, null, null, 'general', 'x-hidden', '', null, 'vendor', 'published', 1795900000, 1795327681, null, 1),
      ('x-them', 'globex', null, null, 'general', 'x-hidden', '', null, 'vendor', 'published', null, 1795000000, null, 1),
      ('x-have', null, 'vaultastic', null, 'general', 'x-hidden', '', null, 'vendor', 'published', null, 1795000000, null, 1);";
