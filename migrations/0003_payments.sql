-- What a customer says that it has paid; not the payment itself (domain 7). Amounts are paise or cents.
create table payment_record (
  id             text    not null primary key,
  org_id         text    not null references organisation (id),
  at             integer not null,
  recorded_on    text    not null check (recorded_on glob '????-??-??'),
  invoice_number text    not null check (length(invoice_number) between 3 and 40),
  invoice_key    text    not null,                     -- the number in capitals: what is compared
  currency       text    not null check (currency in ('INR', 'USD')),
  amount         integer not null check (amount between 1 and 99999999999),
  tax_deducted   integer not null default 0 check (tax_deducted between 0 and amount),
  paid_on        text    not null check (paid_on glob '????-??-??' and paid_on <= recorded_on),
  method         text    not null
                 check (method in ('card', 'net_banking', 'neft', 'rtgs', 'imps', 'upi', 'cheque', 'demand_draft', 'wire')),
  reference      text    not null check (length(reference) between 1 and 60),
  reference_key  text    not null,                     -- in capitals, too
  note           text    not null default '' check (length(note) <= 1000),
  status         text    not null default 'submitted'
                 check (status in ('submitted', 'under_review', 'information_needed', 'reconciled', 'rejected', 'withdrawn')),
  status_on      text    not null check (status_on glob '????-??-??'),  -- since when it stands so
  message        text    not null default '',          -- explains the status
  by_person      text    not null references person (id),
  by_name        text    not null,
  unique (org_id, id),
  check (currency = 'INR' or tax_deducted = 0)
) strict;

create index payment_record_latest on payment_record (org_id, at, id);
create index payment_record_rejected on payment_record (org_id, status_on) where status = 'rejected';
-- The duplicate guard, and how the records of an invoice are found.
create unique index payment_record_once on payment_record (org_id, invoice_key, currency, amount, reference_key)
 where status <> 'rejected';

-- A proof; the file lies in R2 under its key. The row comes after the object.
create table payment_document (
  id          text    not null primary key,
  org_id      text    not null,
  record_id   text    not null,
  name        text    not null check (length(name) between 1 and 200),  -- as it is offered for saving
  kind        text    not null check (kind in ('application/pdf', 'image/png', 'image/jpeg')),
  size        integer not null check (size between 1 and 5242880),
  object      text    not null unique,
  uploaded_at integer not null,
  foreign key (org_id, record_id) references payment_record (org_id, id)
) strict;

create index payment_document_record on payment_document (org_id, record_id, uploaded_at, id);

-- The timeline of a record. Append-only.
create table payment_event (
  id        text    not null primary key,
  org_id    text    not null,
  record_id text    not null,
  at        integer not null,
  event     text    not null
            check (event in ('submit', 'take_up', 'ask', 'answer', 'match', 'refuse', 'withdraw', 'note')),
  by_kind   text    not null check (by_kind in ('contact', 'system', 'vendor')),
  by_name   text    check ((by_kind = 'contact') = (by_name is not null)),
  message   text    not null default '',
  is_public integer not null default 1 check (is_public in (0, 1)),  -- notes of the vendor may be internal
  foreign key (org_id, record_id) references payment_record (org_id, id)
) strict;

create index payment_event_record on payment_event (org_id, record_id, at, id);

-- What a record did to each licence at submission, and why it did nothing.
create table payment_effect (
  record_id      text    not null,
  licence_id     text    not null,
  org_id         text    not null,
  old_valid_till text    not null check (old_valid_till glob '????-??-??'),
  new_valid_till text    not null check (new_valid_till glob '????-??-??' and new_valid_till >= old_valid_till),
  code           text    not null
                 check (code in ('extended', 'cancelled', 'trial', 'time_left', 'same_invoice', 'still_open', 'rejected_lately')),
  message        text    not null default '',
  primary key (record_id, licence_id),
  check ((code = 'extended') = (new_valid_till > old_valid_till)),
  foreign key (org_id, record_id) references payment_record (org_id, id),
  foreign key (org_id, licence_id) references licence (org_id, id)
) strict, without rowid;

create index payment_effect_extended on payment_effect (licence_id, record_id) where code = 'extended';

create trigger payment_is_submitted_first before insert on payment_record
when new.status <> 'submitted'
begin
  select raise(abort, 'payment_is_submitted_first');
end;

create trigger payment_status_is_followed before update of status on payment_record
when new.status <> old.status and (old.status || ' ' || new.status) not in (
  'submitted under_review', 'submitted information_needed', 'submitted reconciled', 'submitted rejected',
  'submitted withdrawn', 'under_review information_needed', 'under_review reconciled', 'under_review rejected',
  'information_needed under_review', 'information_needed rejected')
begin
  select raise(abort, 'payment_status_is_followed');
end;

-- What was declared stays as it was declared.
create trigger payment_is_never_rewritten before update of
  org_id, at, recorded_on, invoice_number, invoice_key, currency, amount, tax_deducted, paid_on, method, reference,
  reference_key, note, by_person, by_name on payment_record
begin
  select raise(abort, 'payment_is_never_rewritten');
end;

create trigger payment_event_is_never_edited before update on payment_event
begin
  select raise(abort, 'payment_event_is_append_only');
end;

create trigger payment_event_is_never_deleted before delete on payment_event
begin
  select raise(abort, 'payment_event_is_append_only');
end;

-- No stacking: not twice for an invoice, and not upon a record that is still open.
create trigger payment_effect_is_single before insert on payment_effect
when new.code = 'extended' and exists (
  select 1 from payment_effect as earlier
    join payment_record as before on before.id = earlier.record_id
    join payment_record as mine on mine.id = new.record_id
   where earlier.licence_id = new.licence_id and earlier.code = 'extended' and earlier.record_id <> new.record_id
     and (before.invoice_key = mine.invoice_key or before.status in ('submitted', 'under_review', 'information_needed')))
begin
  select raise(abort, 'payment_effect_is_single');
end;
