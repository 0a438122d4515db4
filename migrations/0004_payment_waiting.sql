-- What the daily look at records that wait for the vendor goes by.

-- When it was noticed that the vendor has let it wait too long; null: not yet, or it never did.
alter table payment_record add column overdue_on text check (overdue_on glob '????-??-??');

create index payment_record_invoice on payment_record (org_id, invoice_key, at, id);
create index payment_record_ageing on payment_record (recorded_on, id)
 where overdue_on is null and status in ('submitted', 'under_review');
create index payment_record_overdue on payment_record (overdue_on, id) where overdue_on is not null;
