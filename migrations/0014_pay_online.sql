-- Invoices that are paid at a gateway (domain 7.5).

-- A payment that somebody has begun there. What became of it the gateway says, and nobody else.
create table payment_session (
  id             text    not null primary key,
  org_id         text    not null references organisation (id),
  gateway        text    not null check (gateway in ('link', 'stripe')),
  gateway_id     text    unique,                        -- what the gateway calls it
  url            text    not null check (url like 'http%'),
  invoice_number text    not null check (length(invoice_number) between 3 and 40),
  currency       text    not null check (currency in ('INR', 'USD')),
  amount         integer not null check (amount between 1 and 99999999999),
  payer_name     text    not null,
  payer_email    text    not null,
  by_person      text    not null references person (id),
  by_name        text    not null,
  started_at     integer not null,
  status         text    not null default 'started'
                 check (status in ('started', 'pending', 'paid', 'failed', 'expired')),
  status_at      integer not null,
  record_id      text,                                  -- null of a payment that no record could be made of
  unique (org_id, id),
  foreign key (org_id, record_id) references payment_record (org_id, id),
  check (record_id is null or status = 'paid')
) strict;

create index payment_session_latest on payment_session (org_id, by_person, started_at, id);
create unique index payment_session_record on payment_session (record_id) where record_id is not null;

-- What the gateway has told, by its own id: heard once, however often it is said.
create table gateway_event (
  id         text    not null primary key,
  kind       text    not null,
  told_at    integer not null,                          -- by the gateway's clock
  heard_at   integer not null,
  session_id text                                       -- as the gateway says; it may be none of ours
) strict;

create trigger payment_session_is_paid_once before update of status on payment_session
when old.status = 'paid'
begin
  select raise(abort, 'payment_session_is_paid_once');
end;
