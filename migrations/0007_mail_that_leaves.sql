-- A mail may come back (state bounced), and whatever did not arrive says why. SQLite cannot change a check constraint,
-- so the table is built anew; nothing refers to it. Rows keep their order.

create table outbox_anew (
  id          text    not null primary key,
  kind        text    not null,
  org_id      text,
  contact_id  text,
  recipient   text,
  payload     text    not null check (json_valid(payload)),
  state       text    not null default 'queued'
              check (state in ('queued', 'sending', 'sent', 'failed', 'dropped', 'bounced')),
  attempts    integer not null default 0,
  lease_until integer,
  created_at  integer not null,
  state_at    integer not null,
  error       text,
  reason      text check (reason in ('unknown_address', 'mailbox_full', 'too_large', 'suppressed', 'refused', 'gave_up',
                                     'unmade'))
) strict;

insert into outbox_anew (id, kind, org_id, contact_id, recipient, payload, state, attempts, lease_until, created_at,
                         state_at, error)
select id, kind, org_id, contact_id, recipient, payload, state, attempts, lease_until, created_at, state_at, error
  from outbox order by rowid;

drop table outbox;
alter table outbox_anew rename to outbox;

create index outbox_open on outbox (state, state_at) where state in ('queued', 'sending');
create index outbox_contact on outbox (contact_id, created_at) where contact_id is not null;
create index outbox_created_at on outbox (created_at);
create index outbox_undelivered on outbox (state_at) where state in ('failed', 'bounced');
