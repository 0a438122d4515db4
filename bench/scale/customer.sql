-- One busy customer, the same in the small set and in the large one, whose pages are measured. Somebody holds all roles.
-- `n` has the numbers from 0 on.

insert into product (id, name) select 'scale-' || i, 'Scale Product ' || i from n where i < 10;
insert into sub_product (product_id, id, label, unit) select 'scale-0', 'm' || i, 'Meter ' || i, 'GB' from n where i < 20;
insert into organisation (id, name, customer_domains, created_at)
  values ('019a00aa-0000-7000-8000-000000000000', 'Heavy Industries', '["heavy.example"]', unixepoch() - 90000000);
insert into person (id, email, display_name, password, created_at)
  select printf('019a00ab-0000-7000-8000-%012d', i), 'p' || i || '@heavy.example', 'Person ' || i,
         (select password from person where email = 'primary@acme.example'), unixepoch() - 90000000
    from n where i < 5;
insert into contact (id, org_id, person_id, name, verified_at, created_at)
  select printf('019a00ac-0000-7000-8000-%012d', i), '019a00aa-0000-7000-8000-000000000000',
         printf('019a00ab-0000-7000-8000-%012d', i), 'Person ' || i, unixepoch() - 80000000, unixepoch() - 90000000
    from n where i < 5;
insert into role (org_id, role, contact_id)
  select '019a00aa-0000-7000-8000-000000000000', value, '019a00ac-0000-7000-8000-000000000000'
    from json_each('["primary", "billing", "support", "technical"]');
insert into sales_order (id, org_id, number, ordered_on, agreement, kind, created_at)
  select printf('019a00ad-0000-7000-8000-%012d', i), '019a00aa-0000-7000-8000-000000000000', 'HVY/' || i,
         date('now', printf('%+d days', -i)), 'contract', 'new', unixepoch() - 86400 * i
    from n where i < 1000;
insert into order_line (org_id, order_id, line, product_id, sku, description, quantity, unit, valid_from, valid_till)
  select org_id, sales_order.id, line.value, 'scale-' || (created_at % 10), 'SKU-' || (created_at % 7), 'Scale Product', 10, 'GB', ordered_on,
         date(ordered_on, '+1 year')
    from sales_order, json_each('[1, 2]') as line where org_id = '019a00aa-0000-7000-8000-000000000000';
insert into subscription (id, org_id, order_id, product_id, sku, description, quantity, unit, starts_on, valid_till, agreement, created_at)
  select printf('019a00ae-0000-7000-8000-%012d', i), '019a00aa-0000-7000-8000-000000000000',
         printf('019a00ad-0000-7000-8000-%012d', i), 'scale-' || (i % 10), 'SKU-' || (i % 7), 'Scale Product', 10000, 'GB',
         date('now', printf('%+d days', -(i * 20))), date('now', printf('%+d days', -(i * 20 - 365))), 'contract', unixepoch() - 86400 * i
    from n where i < 60;
insert into licence (id, org_id, product_id, kind, valid_from, valid_till, created_at)
  select printf('019a00af-0000-7000-8000-%012d', i), '019a00aa-0000-7000-8000-000000000000', 'scale-' || i, 'subscription',
         date('now', '-2 years'), date('now', printf('%+d days', (40 + i))), unixepoch() - 60000000
    from n where i < 10;
insert into licence_event (id, org_id, licence_id, product_id, at, old_valid_till, new_valid_till, cause, by_kind, note)
  select printf('019a00b0-0000-7000-8000-%012d', i), '019a00aa-0000-7000-8000-000000000000',
         printf('019a00af-0000-7000-8000-%012d', i % 10), 'scale-' || (i % 10), unixepoch() - 9000 * i,
         date('now', printf('%+d days', -(i / 10))), date('now', printf('%+d days', -(i / 10 - 1))), 'vendor', 'vendor', 'Moved by a day'
    from n where i < 5000;
insert into extension_request (id, org_id, licence_id, product_id, at, requested_on, reason, description, by_person, by_name, status,
                               code, message, valid_till)
  select printf('019a00b1-0000-7000-8000-%012d', i), '019a00aa-0000-7000-8000-000000000000',
         printf('019a00af-0000-7000-8000-%012d', i % 10), 'scale-' || (i % 10), unixepoch() - 86400 * i,
         date('now', printf('%+d days', -i)), 'payment_overdue', 'The payment is on its way.', '019a00ab-0000-7000-8000-000000000000',
         'Person 0', 'rejected', 'NOT_EXPIRED', 'This licence has not expired.', date('now', '+40 days')
    from n where i < 300;
insert into payment_record (id, org_id, at, recorded_on, invoice_number, invoice_key, currency, amount, paid_on, method, reference,
                            reference_key, status_on, by_person, by_name)
  select printf('019a00b2-0000-7000-8000-%012d', i), '019a00aa-0000-7000-8000-000000000000', unixepoch() - 86400 * i,
         date('now', printf('%+d days', -i)), 'HVY/INV/' || i, 'HVY/INV/' || i, 'INR', 100000 + i, date('now', printf('%+d days', -(i + 1))),
         'neft', 'UTR' || i, 'UTR' || i, date('now', printf('%+d days', -i)), '019a00ab-0000-7000-8000-000000000000', 'Person 0'
    from n where i < 1000;
insert into payment_event (id, org_id, record_id, at, event, by_kind, by_name)
  select replace(id, '019a00b2', '019a00b3'), org_id, id, at, 'submit', 'contact', by_name
    from payment_record where org_id = '019a00aa-0000-7000-8000-000000000000';
insert into payment_document (id, org_id, record_id, name, kind, size, object, uploaded_at)
  select replace(id, '019a00b2', '019a00b4'), org_id, id, 'advice.pdf', 'application/pdf', 1000, 'scale/' || id, at
    from payment_record where org_id = '019a00aa-0000-7000-8000-000000000000';
update payment_record set status = 'reconciled' where org_id = '019a00aa-0000-7000-8000-000000000000' and at < unixepoch() - 86400 * 130;
insert into notification (id, org_id, product_id, roles, category, title, body, source, published_at, created_at)
  select printf('019a00b5-0000-7000-8000-%012d', i), '019a00aa-0000-7000-8000-000000000000', iif(i % 5, null, 'scale-0'),
         iif(i % 3, null, '["primary","billing"]'), iif(i % 2, 'general', 'billing'), 'News number ' || i, 'A text of some words.', 'system',
         unixepoch() - 3600 * i, unixepoch() - 3600 * i
    from n where i < 2000;
insert into usage_sample (org_id, product_id, sub_product, used_on, used, updated_at)
  select '019a00aa-0000-7000-8000-000000000000', 'scale-0', 'm' || meter.value, date('now', printf('%+d days', -i)), 9000 - i, unixepoch()
    from json_each('[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19]') as meter, n where i < 800;
insert into audit (id, org_id, at, actor_id, actor_name, action, target, address, request_id, digest, seq, hash)
  select printf('019a00b6-0000-7000-8000-%012d', i), '019a00aa-0000-7000-8000-000000000000', unixepoch() - 86400 * 3 + i,
         '019a00ab-0000-7000-8000-000000000000', 'Person 0', iif(i % 2, 'contact.added', 'list.exported'), 'x', '10.0.0.1', 'r-' || i,
         printf('%064x', i), i + 1, printf('%064x', i)
    from n where i < 2000;
insert into outbox (id, kind, org_id, contact_id, recipient, payload, state, created_at, state_at)
  select printf('019a00b7-0000-7000-8000-%012d', i), 'contacts.verify', '019a00aa-0000-7000-8000-000000000000',
         printf('019a00ac-0000-7000-8000-%012d', i % 5), 'p' || (i % 5) || '@heavy.example', '{}', 'sent', unixepoch() - 600 * i,
         unixepoch() - 600 * i
    from n where i < 500;
insert into notification (id, category, title, body, source, published_at, created_at)
  select printf('019a00b8-0000-7000-8000-%012d', i), 'general', 'To everybody, number ' || i, 'A text.', 'system',
         unixepoch() - 43200 * i, unixepoch() - 43200 * i
    from n where i < 200;
update usage_meter set changed_from = null;

-- What the staff's pages show at most: of what waits, what failed and what a search finds, as much as they ever show.
insert into organisation (id, name, customer_domains, created_at)
  select printf('019a00c0-0000-7000-8000-%012d', i), 'Anvil Textiles ' || i, '["t' || i || '.example"]', unixepoch() - 86400 * 40
    from n where i < 250;
insert into outbox (id, kind, org_id, recipient, payload, state, created_at, state_at)
  select printf('019a00c1-0000-7000-8000-%012d', i), 'contacts.verify', '019a00aa-0000-7000-8000-000000000000', 'gone' || i || '@heavy.example',
         '{}', 'bounced', unixepoch() - 86400 * (i % 60), unixepoch() - 86400 * (i % 60)
    from n where i < 250;
