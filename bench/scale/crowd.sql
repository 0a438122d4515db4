-- The others: :orgs organisations, the same ones at each run, for a number `i` gives always the same row. `n` has the
-- numbers from 0 to :orgs.

-- Organisations
insert into organisation (id, name, customer_domains, created_at)
  select printf('019b0000-0000-7000-8000-%012d', i),
         json_extract('["Amber","Birch","Cedar","Delta","Ember","Falcon","Granite","Harbour","Indigo","Jasper","Kestrel","Lotus","Maple","Nimbus","Ocean","Pioneer","Quartz","River","Summit","Tulip"]', '$[' || (i * 7919 % 20) || ']')
         || ' ' ||
         json_extract('["Analytics","Builders","Chemicals","Dairies","Energy","Foods","Garments","Hospitals","Insurance","Jewellers","Kitchens","Logistics","Motors","Networks","Optics","Paper","Quarries","Retail","Steel","Textiles"]', '$[' || (i * 104729 / 20 % 20) || ']')
         || ' ' || i,
         '["c' || i || '.example"]', unixepoch() - 86400 * (i * 7919 % 1500 + 30)
    from n;

-- Contacts
insert into person (id, email, display_name, created_at)
  select printf('019b0001-0000-7000-8000-%012d', 4 * i + k.value), 'p' || k.value || '@c' || i || '.example', 'Person ' || i || '.' || k.value,
         unixepoch() - 86400 * 30
    from n, json_each('[0,1,2,3]') as k;
insert into contact (id, org_id, person_id, name, verified_at, created_at)
  select printf('019b0002-0000-7000-8000-%012d', 4 * i + k.value), printf('019b0000-0000-7000-8000-%012d', i),
         printf('019b0001-0000-7000-8000-%012d', 4 * i + k.value), 'Person ' || i || '.' || k.value, unixepoch() - 86400 * 29,
         unixepoch() - 86400 * 30
    from n, json_each('[0,1,2,3]') as k;
insert into role (org_id, role, contact_id)
  select printf('019b0000-0000-7000-8000-%012d', i), k.value, printf('019b0002-0000-7000-8000-%012d', 4 * i + k.key)
    from n, json_each('["primary","billing","support","technical"]') as k;

-- Orders
insert into sales_order (id, org_id, number, ordered_on, agreement, kind, created_at)
  select printf('019b0003-0000-7000-8000-%012d', 3 * i + k.value), printf('019b0000-0000-7000-8000-%012d', i),
         'MER/' || (3 * i + k.value), date('now', printf('%+d days', -(k.value * 365 + i * 7919 % 365))), 'contract',
         iif(k.value = 2, 'new', 'renewal'), unixepoch() - 86400 * (k.value * 365 + i * 7919 % 365)
    from n, json_each('[0,1,2]') as k;
insert into order_line (org_id, order_id, line, product_id, sku, description, quantity, unit, valid_from, valid_till)
  select printf('019b0000-0000-7000-8000-%012d', i), printf('019b0003-0000-7000-8000-%012d', 3 * i + k.value), 1, 'scale-' || (i % 8),
         'SKU-' || (i % 7), 'Scale Product', 10 + i % 90, 'GB', date('now', printf('%+d days', -(k.value * 365 + i * 7919 % 365))),
         date('now', printf('%+d days', -((k.value - 1) * 365 + i * 7919 % 365)))
    from n, json_each('[0,1,2]') as k;
insert into subscription (id, org_id, order_id, product_id, sku, description, quantity, unit, starts_on, valid_till, agreement, created_at)
  select printf('019b0004-0000-7000-8000-%012d', 2 * i + k.value), printf('019b0000-0000-7000-8000-%012d', i),
         printf('019b0003-0000-7000-8000-%012d', 3 * i + k.value), 'scale-' || ((i + k.value) % 8), 'SKU-' || (i % 7), 'Scale Product',
         1000 + i % 90, 'GB', date('now', printf('%+d days', -(k.value * 365 + i * 7919 % 365))),
         date('now', printf('%+d days', -((k.value - 1) * 365 + i * 7919 % 365))), 'contract', unixepoch() - 86400 * (k.value * 365)
    from n, json_each('[0,1]') as k;

-- Licences: of three products each. One in fifty is due for a reminder, the others were told.
insert into licence (id, org_id, product_id, kind, valid_from, valid_till, created_at)
  select printf('019b0005-0000-7000-8000-%012d', 3 * i + k.value), printf('019b0000-0000-7000-8000-%012d', i),
         'scale-' || ((i + k.value) % 8), iif(i % 10, 'subscription', 'trial'), date('now', '-2 years'),
         date('now', printf('%+d days', ((i * 7919 + k.value * 97) % 760 - 30))), unixepoch() - 86400 * 700
    from n, json_each('[0,1,2]') as k;
update licence set flag_on = iif(valid_till > date('now'), date('now', '+1 day'), null)
 where flag_on <= date('now') and id >= '019b0005' and id < '019b0006' and substr(id, -2) not in ('07', '57');

-- History of licences: ten changes of each
insert into licence_event (id, org_id, licence_id, product_id, at, old_valid_till, new_valid_till, cause, by_kind)
  select printf('019b0006-0000-7000-8000-%012d', 30 * i + 3 * e.value + k.value), printf('019b0000-0000-7000-8000-%012d', i),
         printf('019b0005-0000-7000-8000-%012d', 3 * i + k.value), 'scale-' || ((i + k.value) % 8),
         unixepoch() - 86400 * (e.value * 60 + i * 7919 % 60), date('now', printf('%+d days', -(e.value * 60))),
         date('now', printf('%+d days', -(e.value * 60 - 60))), 'renewal', 'vendor'
    from n, json_each('[9,8,7,6,5,4,3,2,1,0]') as e, json_each('[0,1,2]') as k;

-- History of the rest: what was refused, payments and what became of them, the audit log
insert into extension_request (id, org_id, licence_id, product_id, at, requested_on, reason, description, by_person, by_name, status,
                               code, message, valid_till)
  select printf('019b0007-0000-7000-8000-%012d', i), printf('019b0000-0000-7000-8000-%012d', i),
         printf('019b0005-0000-7000-8000-%012d', 3 * i), 'scale-' || (i % 8), unixepoch() - 86400 * (i % 300),
         date('now', printf('%+d days', -(i % 300))), 'payment_overdue', 'The payment is on its way.',
         printf('019b0001-0000-7000-8000-%012d', 4 * i + 1), 'Person', 'rejected', 'NOT_EXPIRED', 'This licence has not expired.',
         date('now', '+40 days')
    from n;
insert into payment_record (id, org_id, at, recorded_on, invoice_number, invoice_key, currency, amount, paid_on, method, reference,
                            reference_key, status_on, by_person, by_name)
  select printf('019b0008-0000-7000-8000-%012d', i), printf('019b0000-0000-7000-8000-%012d', i), unixepoch() - 86400 * (i % 700) - i % 86400,
         date('now', printf('%+d days', -(i % 700 + 1))), 'MER/INV/' || i, 'MER/INV/' || i, 'INR', 100000 + i,
         date('now', printf('%+d days', -(i % 700 + 2))), 'neft', 'UTR' || i, 'UTR' || i, date('now', printf('%+d days', -(i % 700 + 1))),
         printf('019b0001-0000-7000-8000-%012d', 4 * i + 1), 'Person'
    from n;
insert into payment_event (id, org_id, record_id, at, event, by_kind, by_name)
  select replace(id, '019b0008', '019b0009'), org_id, id, at, 'submit', 'contact', by_name
    from payment_record where id >= '019b0008' and id < '019b0009';
insert into payment_event (id, org_id, record_id, at, event, by_kind)
  select replace(id, '019b0008', '019b000a'), org_id, id, at + 3600, 'match', 'vendor'
    from payment_record where id >= '019b0008' and id < '019b0009';
insert into payment_document (id, org_id, record_id, name, kind, size, object, uploaded_at)
  select replace(id, '019b0008', '019b000b'), org_id, id, 'advice.pdf', 'application/pdf', 1000, 'scale/' || id, at
    from payment_record where id >= '019b0008' and id < '019b0009';
update payment_record set status = 'reconciled'
 where id >= '019b0008' and id < '019b0009' and at < unixepoch() - 86400 * 14;
insert into audit (id, org_id, at, actor_id, actor_name, action, target, address, request_id, digest, seq, hash)
  select printf('019b000c-0000-7000-8000-%012d', 10 * i + k.value), printf('019b0000-0000-7000-8000-%012d', i),
         unixepoch() - 86400 * 300 + i % 86400 + k.value * 86400, printf('019b0001-0000-7000-8000-%012d', 4 * i), 'Person',
         iif(k.value % 2, 'contact.added', 'list.exported'), 'x', '10.0.0.1', 'r-' || i, printf('%064x', i), k.value + 1, printf('%064x', i)
    from n, json_each('[0,1,2,3,4,5,6,7,8,9]') as k;
update audit_head set anchored = seq where substr(chain, -2) <> '07';

-- Notifications, mails and who is signed in
insert into notification (id, org_id, category, title, body, source, published_at, created_at)
  select printf('019b000d-0000-7000-8000-%012d', 2 * i + k.value), printf('019b0000-0000-7000-8000-%012d', i),
         iif(k.value, 'general', 'billing'), 'News number ' || i, 'A text of some words.', 'system',
         unixepoch() - 86400 * (i % 60) - k.value, unixepoch() - 86400 * (i % 60)
    from n, json_each('[0,1]') as k;
insert into notification_preference (person_id, org_id, category, mail, changed_at)
  select printf('019b0001-0000-7000-8000-%012d', 4 * i), printf('019b0000-0000-7000-8000-%012d', i), 'billing', 'weekly', 1
    from n where i % 10 = 0;
insert into outbox (id, kind, org_id, contact_id, recipient, payload, state, created_at, state_at)
  select printf('019b000e-0000-7000-8000-%012d', 2 * i + k.value), 'contacts.verify', printf('019b0000-0000-7000-8000-%012d', i),
         printf('019b0002-0000-7000-8000-%012d', 4 * i + k.value), 'p' || k.value || '@c' || i || '.example', '{}',
         iif(i % 1000, 'sent', 'bounced'), unixepoch() - 86400 * (i % 60), unixepoch() - 86400 * (i % 60)
    from n, json_each('[0,1]') as k;
insert into session (id, person_id, device, address, created_at, last_seen_at, expires_at)
  select printf('%032x', i), printf('019b0001-0000-7000-8000-%012d', 4 * i), 'Firefox on Windows', '10.0.0.1', unixepoch() - 600,
         unixepoch() - 600, unixepoch() + 80000
    from n;

-- Usage: one organisation in a hundred has 2,000 samples
insert into sub_product (product_id, id, label, unit) select 'scale-' || p.value, 'a' || k.value, 'Store ' || k.value, 'GB'
    from json_each('[0,1,2,3,4,5,6,7]') as p, json_each('[0,1,2,3,4]') as k;
insert into usage_sample (org_id, product_id, sub_product, used_on, used, updated_at)
  select printf('019b0000-0000-7000-8000-%012d', org.i), 'scale-' || (org.i % 8), 'a' || k.value, date('now', printf('%+d days', -(399 - day.i))),
         700 + day.i % 200, unixepoch()
    from n as org, json_each('[0,1,2,3,4]') as k, n as day
   where org.i % 100 = 0 and day.i < 400;
update usage_meter set changed_from = null where substr(org_id, -4) <> '0700';
