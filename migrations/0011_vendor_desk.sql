-- What the vendor's staff and programs do: orders that are cancelled, decisions on payments, the catalogue.

alter table sales_order add column cancelled_on text check (cancelled_on glob '????-??-??');
-- What the customer is told about the cancellation.
alter table sales_order add column cancellation_note text not null default '';
alter table subscription add column cancellation_note text not null default '';
-- Rises with every change.
alter table product add column version integer not null default 1;
-- Who decided last, for colleagues only: a customer reads of the vendor's team.
alter table payment_record add column decided_by text;
alter table payment_record add column decided_at integer;
alter table payment_event add column colleague text;

create index sales_order_recent on sales_order (created_at, id);
create index licence_ending on licence (valid_till, id) where cancelled_on is null;
-- The queue of the billing team: by status, the oldest first.
create index payment_record_queue on payment_record (status, at, id);
create index subscription_order on subscription (order_id);
create index subscription_renewed on subscription (renewed_by) where renewed_by is not null;
