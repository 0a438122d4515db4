-- The whole schema as it stands. `tests/portal/schema.rs` proves that it equals migrations/*.sql.
-- Times are seconds since 1970 and end in _at; days are yyyy-mm-dd and end in _on.

-- Somebody with one address and one password, in however many organisations (domain Q18).
create table person (
  id            text    not null primary key,
  email         text    not null unique,
  display_name  text    not null,
  password      text,                                  -- Argon2id in PHC form; null until the first one is set
  session_epoch integer not null default 0,            -- raised by one, it ends every session of the person
  version       integer not null default 1,            -- for If-Match
  created_at    integer not null
) strict;

-- The vendor's own people.
create table staff (
  person_id  text    not null primary key references person (id),
  role       text    not null check (role in ('sales', 'billing', 'support', 'publisher', 'admin')),
  created_at integer not null
) strict, without rowid;

-- One row, once the one-time secret of the installation has been used.
create table installation (
  id     integer not null primary key check (id = 1),
  set_at integer not null
) strict;

-- Through whom customers order. Each of those repeats name and domains, and triggers hold them to it.
create table partner (
  id         text    not null primary key,
  name       text    not null check (length(name) between 2 and 120),
  domains    text    not null default '[]' check (json_valid(domains)),
  version    integer not null default 1,               -- for If-Match
  created_at integer not null
) strict;

create unique index partner_name on partner (name collate nocase);

-- A customer.
create table organisation (
  id               text    not null primary key,
  name             text    not null check (length(name) between 2 and 120),
  channel          text    not null default 'direct' check (channel in ('direct', 'partner')),
  partner_name     text,
  customer_domains text    not null default '[]' check (json_valid(customer_domains)),
  partner_domains  text    not null default '[]' check (json_valid(partner_domains)),
  version          integer not null default 1,         -- of name, channel, partner and domains, for If-Match
  roles_version    integer not null default 1,         -- of who holds which role, for If-Match
  created_at       integer not null,
  partner_id       text    references partner (id),     -- whose name and domains the columns above repeat
  check ((channel = 'partner') = (partner_name is not null))
) strict;

-- A person as a contact of an organisation. The name is what the Primary typed; the person's own name shows
-- from the moment of verification on.
create table contact (
  id          text    not null primary key,
  org_id      text    not null references organisation (id),
  person_id   text    not null references person (id),
  name        text    not null check (length(name) between 1 and 80),
  verified_at integer,
  created_at  integer not null,
  unique (org_id, person_id),
  unique (org_id, id)
) strict;

create index contact_person on contact (person_id);

-- One holder for each role, and the pair (org_id, contact_id) can never name another organisation's contact.
create table role (
  org_id     text not null,
  role       text not null check (role in ('primary', 'billing', 'support', 'technical')),
  contact_id text not null,
  primary key (org_id, role),
  foreign key (org_id, contact_id) references contact (org_id, id) on delete cascade
) strict, without rowid;

create index role_contact on role (org_id, contact_id);

create table session (
  id           text    not null primary key,
  person_id    text    not null references person (id) on delete cascade,
  device       text    not null,                       -- in words, such as "Firefox on Windows"
  address      text    not null,                       -- where the sign-in came from
  created_at   integer not null,
  last_seen_at integer not null,                       -- at most 20 minutes behind; KV is fresher
  expires_at   integer not null,
  ended_at     integer
) strict;

create index session_person on session (person_id, expires_at);
create index session_expires_at on session (expires_at);

-- One-time links. The token is in no column: it is the HMAC of the id, and only its hash is kept.
create table link (
  id         text    not null primary key,
  hash       text    not null unique,
  purpose    text    not null check (purpose in ('verify', 'first_password', 'reset')),
  person_id  text    not null references person (id) on delete cascade,
  contact_id text    references contact (id) on delete cascade,
  created_at integer not null,
  expires_at integer not null,
  used_at    integer,
  voided_at  integer,
  check ((purpose = 'verify') = (contact_id is not null))
) strict;

create index link_contact on link (contact_id, created_at) where contact_id is not null;
create index link_person on link (person_id, purpose);
create index link_expires_at on link (expires_at);

-- Attempts within a window, by what is attacked or by who attacks: "account:<address>", "device:<id>", "from:<ip>".
create table throttle (
  bucket     text    not null primary key,
  attempts   integer not null,
  started_at integer not null
) strict, without rowid;

create index throttle_started_at on throttle (started_at);

-- Every mail, written in the batch of the deed that causes it. The queue carries its id only.
create table outbox (
  id          text    not null primary key,
  kind        text    not null,
  org_id      text,
  contact_id  text,                                    -- no reference: a mail may outlive its contact
  recipient   text,                                    -- null: there is nobody to write to, and nobody may notice
  payload     text    not null check (json_valid(payload)),
  state       text    not null default 'queued'
              check (state in ('queued', 'sending', 'sent', 'failed', 'dropped', 'bounced')),
  attempts    integer not null default 0,
  lease_until integer,
  created_at  integer not null,
  state_at    integer not null,
  error       text,                                    -- in the words of the other side; for the log and for staff
  reason      text check (reason in ('unknown_address', 'mailbox_full', 'too_large', 'suppressed', 'refused', 'gave_up',
                                     'unmade'))        -- what the Primary is told of a failed or bounced one
) strict;

create index outbox_open on outbox (state, state_at) where state in ('queued', 'sending');
create index outbox_contact on outbox (contact_id, created_at) where contact_id is not null;
create index outbox_created_at on outbox (created_at);
create index outbox_undelivered on outbox (state_at) where state in ('failed', 'bounced');

-- The development mailbox: what the transport of development and test "sends".
create table mailbox (
  id          text    not null primary key,            -- of the outbox row, so a second delivery changes nothing
  recipient   text    not null,
  subject     text    not null,
  body_text   text    not null,
  body_html   text    not null,
  attachments text    not null default '[]' check (json_valid(attachments)),
  sent_at     integer not null
) strict;

create index mailbox_sent_at on mailbox (sent_at);

-- The first answer to an Idempotency-Key, for 24 hours.
create table idempotency (
  owner      text    not null,                         -- a person's id, or the hash of a key
  key        text    not null,
  request    text    not null,                         -- hash of method, path and body
  status     integer not null,
  answer     text    not null,
  created_at integer not null,
  primary key (owner, key)
) strict, without rowid;

create index idempotency_created_at on idempotency (created_at);

-- Who did what. Append-only.
create table audit (
  id         text    not null primary key,
  org_id     text,                                     -- null: about a person or the installation
  at         integer not null,
  actor_id   text,                                     -- a person; null for the system or somebody unknown
  actor_name text    not null,
  action     text    not null,
  target     text    not null,
  before     text    check (before is null or json_valid(before)),
  after      text    check (after is null or json_valid(after)),
  address    text    not null,
  request_id text    not null,
  digest     text,                                     -- SHA-256 of all columns before this one
  seq        integer,                                  -- place in the chain of its organisation
  hash       text                                      -- SHA-256 of the hash before it and its own digest
) strict;

create unique index audit_chain on audit (ifnull(org_id, ''), seq);
-- The log is read newest first: of an organisation, of a person, of all.
create index audit_org on audit (org_id, at);
create index audit_actor on audit (actor_id, at);
create index audit_name on audit (actor_name, at);
create index audit_action on audit (action, at);
create index audit_latest on audit (at);

-- Where each chain ends, and how far it was written to another place (src/jobs/anchor_audit.rs).
create table audit_head (
  chain    text    not null primary key,               -- the organisation, or empty for the installation
  seq      integer not null,
  hash     text    not null,
  anchored integer not null default 0
) strict, without rowid;

create index audit_head_open on audit_head (chain) where anchored < seq;

-- When each job last ran.
create table job_run (
  job      text    not null primary key,
  ran_at   integer not null,
  report   text    not null check (json_valid(report))
) strict, without rowid;

-- What a person has read of an organisation's notifications, one by one.
create table notification_read (
  person_id       text    not null references person (id) on delete cascade,
  org_id          text    not null references organisation (id),
  notification_id text    not null references notification (id),
  read_at         integer not null,
  primary key (person_id, org_id, notification_id)
) strict, without rowid;

-- And all at once: whatever was published up to here counts as read.
create table notification_mark (
  person_id    text    not null references person (id) on delete cascade,
  org_id       text    not null references organisation (id),
  read_through integer not null,
  primary key (person_id, org_id)
) strict, without rowid;

-- What a person chose. No row: the usual of the category (src/apps/notifications/rules.rs).
create table notification_preference (
  person_id  text    not null references person (id) on delete cascade,
  org_id     text    not null references organisation (id),
  category   text    not null
             check (category in ('license', 'billing', 'downtime', 'release', 'security', 'report', 'account', 'general')),
  mail       text    not null check (mail in ('on', 'weekly', 'off')),
  changed_at integer not null,
  primary key (person_id, org_id, category),
  check (category not in ('license', 'security') or mail = 'on')
) strict, without rowid;

-- The mails of one notification: how far the contacts have been gone through, by their ids.
create table notification_mailing (
  notification_id text    not null primary key references notification (id),
  reached         text    not null default '',
  mails           integer not null default 0,
  done_at         integer
) strict, without rowid;

create index notification_mailing_open on notification_mailing (notification_id) where done_at is null;

-- The digest of one week, named after its Monday: how far the contacts have been gone through.
create table digest_week (
  week    text    not null primary key check (week glob '????-??-??'),
  reached text    not null default '',
  mails   integer not null default 0,
  done_at integer
) strict, without rowid;

-- One digest for each person, organisation and week, whatever runs twice.
create table digest (
  week      text    not null,
  org_id    text    not null references organisation (id),
  person_id text    not null references person (id) on delete cascade,
  mail_id   text    not null,
  primary key (week, org_id, person_id)
) strict, without rowid;

create trigger contact_limit before insert on contact
when (select count(*) from contact where org_id = new.org_id) >= 5
begin
  select raise(abort, 'contact_limit');
end;

create trigger contact_stays_verified before update of org_id, verified_at on contact
when new.org_id <> old.org_id or (old.verified_at is not null and new.verified_at is null)
begin
  select raise(abort, 'contact_stays_verified');
end;

create trigger primary_cannot_be_deleted before delete on contact
when exists (select 1 from role where org_id = old.org_id and role = 'primary' and contact_id = old.id)
begin
  select raise(abort, 'primary_cannot_be_deleted');
end;

create trigger role_needs_verified_contact before insert on role
when not exists (select 1 from contact
                  where org_id = new.org_id and id = new.contact_id and verified_at is not null)
begin
  select raise(abort, 'role_needs_verified_contact');
end;

-- The insert trigger alone would leave a way round: moving a role.
create trigger moved_role_needs_verified_contact before update of org_id, contact_id on role
when not exists (select 1 from contact
                  where org_id = new.org_id and id = new.contact_id and verified_at is not null)
begin
  select raise(abort, 'role_needs_verified_contact');
end;

create trigger primary_is_never_vacant before delete on role
when old.role = 'primary'
begin
  select raise(abort, 'primary_is_never_vacant');
end;

create trigger role_keeps_its_name before update of role on role
begin
  select raise(abort, 'role_keeps_its_name');
end;

create trigger audit_is_never_edited before update on audit
begin
  select raise(abort, 'audit_is_append_only');
end;

create trigger audit_is_never_deleted before delete on audit
begin
  select raise(abort, 'audit_is_append_only');
end;

create trigger audit_is_chained before insert on audit
when new.digest is null or new.seq is null or new.hash is null
begin
  select raise(abort, 'audit_is_chained');
end;

create trigger audit_moves_its_head after insert on audit
begin
  insert into audit_head (chain, seq, hash) values (ifnull(new.org_id, ''), new.seq, new.hash)
  on conflict (chain) do update set seq = excluded.seq, hash = excluded.hash;
end;


-- What the vendor sells. The days of grace are shown, never enforced here (domain 6.4).
create table product (
  id                text    not null primary key,
  name              text    not null unique,
  access_grace_days integer check (access_grace_days >= 0),  -- after expiry users still have access this long
  suspension_days   integer check (suspension_days >= 0),    -- and this long until something happens to the account
  trial_delete_days integer check (trial_delete_days >= 0),  -- of a trial: until its data is deleted
  version           integer not null default 1               -- rises with every change
) strict, without rowid;

-- A purchase that the vendor has booked; a draft is never here (domain 5.4).
create table sales_order (
  id         text    not null primary key,
  org_id     text    not null references organisation (id),
  number     text    not null,
  ordered_on text    not null check (ordered_on glob '????-??-??'),
  po_number  text,
  po_on      text    check (po_on glob '????-??-??'),
  partner    text,                                     -- null: ordered directly
  agreement  text    not null check (agreement in ('contract', 'ppu_prepaid', 'ppu_postpaid')),
  kind       text    not null check (kind in ('new', 'renewal', 'top_up', 'cancellation')),
  state      text    not null default 'booked' check (state in ('booked', 'amended', 'cancelled')),
  created_at integer not null,
  cancelled_on text  check (cancelled_on glob '????-??-??'),
  cancellation_note text not null default '',          -- what the customer is told about it
  unique (org_id, number),
  unique (org_id, id)
) strict;

create index sales_order_latest on sales_order (org_id, ordered_on, id);
create index sales_order_recent on sales_order (created_at, id);

create table order_line (
  org_id      text    not null,
  order_id    text    not null,
  line        integer not null check (line > 0),
  product_id  text    not null references product (id),
  sku         text    not null,
  description text    not null,
  quantity    integer check (quantity > 0),            -- null: metered, PPU-Postpaid
  unit        text    not null,
  valid_from  text    not null check (valid_from glob '????-??-??'),
  valid_till  text    not null check (valid_till glob '????-??-??' and valid_till >= valid_from),
  primary key (order_id, line),
  foreign key (org_id, order_id) references sales_order (org_id, id)
) strict, without rowid;

create index order_line_product on order_line (org_id, product_id, order_id);
create index order_line_sku on order_line (org_id, sku);

-- What is in force as the sum of the orders. The state follows from the dates (domain 5.4).
create table subscription (
  id           text    not null primary key,
  org_id       text    not null references organisation (id),
  order_id     text    references sales_order (id),
  product_id   text    not null references product (id),
  sku          text    not null,
  description  text    not null,
  quantity     integer check (quantity > 0),
  unit         text    not null,
  starts_on    text    not null check (starts_on glob '????-??-??'),
  valid_till   text    not null check (valid_till glob '????-??-??' and valid_till >= starts_on),
  agreement    text    not null check (agreement in ('contract', 'ppu_prepaid', 'ppu_postpaid')),
  is_trial     integer not null default 0 check (is_trial in (0, 1)),
  cancelled_on text    check (cancelled_on glob '????-??-??'),
  renewed_by   text    references subscription (id),
  created_at   integer not null,
  cancellation_note text not null default ''           -- what the customer is told about it
) strict;

create index subscription_org on subscription (org_id, product_id, valid_till);
create index subscription_order on subscription (order_id);
create index subscription_renewed on subscription (renewed_by) where renewed_by is not null;

-- Permission to run one product. valid_till is the last day.
create table licence (
  id           text    not null primary key,
  org_id       text    not null references organisation (id),
  product_id   text    not null references product (id),
  kind         text    not null check (kind in ('subscription', 'trial')),
  valid_from   text    not null check (valid_from glob '????-??-??'),
  valid_till   text    not null check (valid_till glob '????-??-??' and valid_till >= valid_from),
  cancelled_on text    check (cancelled_on glob '????-??-??'),
  version      integer not null default 1,             -- rises with every change: SEQUENCE of the calendar event
  flag_on      text    check (flag_on glob '????-??-??'),  -- when its next threshold is crossed; null: none is left
  created_at   integer not null,
  unique (org_id, product_id),
  unique (org_id, id)
) strict;

create index licence_due on licence (flag_on, id) where cancelled_on is null;
create index licence_ending on licence (valid_till, id) where cancelled_on is null;

-- Every change of a licence. Append-only.
create table licence_event (
  id             text    not null primary key,
  org_id         text    not null,
  licence_id     text    not null,
  product_id     text    not null references product (id),
  at             integer not null,
  old_valid_till text    check (old_valid_till glob '????-??-??'),
  new_valid_till text    not null check (new_valid_till glob '????-??-??'),
  cause          text    not null
                 check (cause in ('order', 'renewal', 'extension_request', 'payment_record', 'vendor', 'cancellation')),
  by_kind        text    not null check (by_kind in ('contact', 'system', 'vendor')),
  by_name        text    check ((by_kind = 'contact') = (by_name is not null)),
  note           text    not null default '',
  foreign key (org_id, licence_id) references licence (org_id, id)
) strict;

create index licence_event_latest on licence_event (org_id, at, id);
create index licence_event_product on licence_event (org_id, product_id, at, id);

-- Granted and rejected alike (domain 6.2).
create table extension_request (
  id               text    not null primary key,
  org_id           text    not null,
  licence_id       text    not null,
  product_id       text    not null references product (id),
  at               integer not null,
  requested_on     text    not null check (requested_on glob '????-??-??'),
  reason           text    not null check (reason in ('renewal_delayed', 'payment_overdue', 'trial_extension')),
  description      text    not null check (length(description) between 10 and 500),
  by_person        text    not null references person (id),
  by_name          text    not null,
  status           text    not null check (status in ('granted', 'rejected')),
  code             text    not null check (code in ('GRANTED', 'NOT_EXPIRED', 'LIMIT_REACHED', 'CANCELLED')),
  message          text    not null,
  valid_till       text    not null check (valid_till glob '????-??-??'),  -- after the decision
  next_possible_on text    check (next_possible_on glob '????-??-??'),
  check ((status = 'granted') = (code = 'GRANTED')),
  foreign key (org_id, licence_id) references licence (org_id, id)
) strict;

create index extension_request_latest on extension_request (org_id, at, id);
create index extension_request_granted on extension_request (licence_id, requested_on) where status = 'granted';
create index extension_request_granted_org on extension_request (org_id, requested_on) where status = 'granted';

-- A licence that crossed a threshold, once for each date it was valid till: -30 is thirty days before, 7 a week after.
create table licence_flag (
  licence_id text    not null references licence (id),
  threshold  integer not null,
  valid_till text    not null,
  org_id     text    not null,
  flagged_at integer not null,
  primary key (licence_id, threshold, valid_till)
) strict, without rowid;

-- What the vendor tells many. Customers see the notifications that were made of it: one for everybody, or one for each
-- organisation of its audience.
create table announcement (
  id            text    not null primary key,
  title         text    not null check (length(title) between 1 and 120),
  body          text    not null check (length(body) between 1 and 5000),
  category      text    not null
                check (category in ('license', 'billing', 'downtime', 'release', 'security', 'report', 'account', 'general')),
  link          text,
  product_id    text    references product (id),
  roles         text    check (json_valid(roles)),
  org_ids       text    check (json_valid(org_ids)),
  state         text    not null default 'draft' check (state in ('draft', 'published', 'withdrawn')),
  pinned_until  integer,
  expires_at    integer,
  published_at  integer check (published_at is not null or state = 'draft'),
  made_by       text    not null references person (id),
  made_by_name  text    not null,
  created_at    integer not null,
  version       integer not null default 1
) strict;

create index announcement_latest on announcement (created_at, id);

-- What the portal or the vendor tells the contacts of an organisation, or of all (org_id null).
create table notification (
  id           text    not null primary key,
  org_id       text    references organisation (id),
  product_id   text    references product (id),         -- only for who uses it
  roles        text    check (json_valid(roles)),       -- JSON list of roles that may see it; null: every contact
  category     text    not null
               check (category in ('license', 'billing', 'downtime', 'release', 'security', 'report', 'account', 'general')),
  title        text    not null check (length(title) between 1 and 120),
  body         text    not null check (length(body) <= 5000),
  link         text,                                    -- a path inside the portal
  source       text    not null check (source in ('vendor', 'system')),
  state        text    not null default 'published' check (state in ('draft', 'published', 'withdrawn')),
  pinned_until integer,
  published_at integer,
  expires_at   integer,
  created_at   integer not null,
  announcement_id text references announcement (id)    -- what it was made of, when the vendor told many
) strict;

create index notification_announcement on notification (announcement_id) where announcement_id is not null;
create index notification_org on notification (org_id, published_at, id);
-- What is pinned now is found among what was ever pinned; the digest goes by the moment of publishing.
create index notification_pinned on notification (org_id, pinned_until) where pinned_until is not null;
create index notification_published on notification (published_at);

-- A private address of one person's calendar of one organisation. The token is in no column.
create table calendar_feed (
  id         text    not null primary key,
  hash       text    not null unique,
  person_id  text    not null references person (id) on delete cascade,
  org_id     text    not null references organisation (id),
  created_at integer not null,
  revoked_at integer
) strict;

create index calendar_feed_person on calendar_feed (person_id, org_id) where revoked_at is null;

-- Whoever moves the date starts its thresholds anew; the first is crossed thirty days before.
create trigger licence_is_flagged_from after insert on licence
begin
  update licence set flag_on = date(new.valid_till, '-30 days') where id = new.id;
end;

create trigger moved_licence_is_flagged_anew after update of valid_till on licence
when new.valid_till <> old.valid_till
begin
  update licence set flag_on = date(new.valid_till, '-30 days') where id = new.id;
end;

create trigger licence_event_is_never_edited before update on licence_event
begin
  select raise(abort, 'licence_event_is_append_only');
end;

create trigger licence_event_is_never_deleted before delete on licence_event
begin
  select raise(abort, 'licence_event_is_append_only');
end;

-- The twice-in-ninety-days rule when it is counted by licence; by organisation it is counted by the statement.
create trigger extension_limit before insert on extension_request
when new.status = 'granted' and (
  select count(*) from extension_request
   where licence_id = new.licence_id and status = 'granted'
     and requested_on > date(new.requested_on, '-90 days')) >= 2
begin
  select raise(abort, 'extension_limit');
end;

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
  overdue_on     text    check (overdue_on glob '????-??-??'),  -- the vendor has let it wait too long since
  decided_by     text,                                 -- for colleagues only: a customer reads of the vendor's team
  decided_at     integer,
  unique (org_id, id),
  check (currency = 'INR' or tax_deducted = 0)
) strict;

create index payment_record_latest on payment_record (org_id, at, id);
-- The queue of the billing team: by status, the oldest first.
create index payment_record_queue on payment_record (status, at, id);
create index payment_record_rejected on payment_record (org_id, status_on) where status = 'rejected';
-- The home page asks what is still open.
create index payment_record_open on payment_record (org_id, at, id)
 where status in ('submitted', 'under_review', 'information_needed');
-- The duplicate guard, and how the records of an invoice are found.
create unique index payment_record_once on payment_record (org_id, invoice_key, currency, amount, reference_key)
 where status <> 'rejected';
create index payment_record_invoice on payment_record (org_id, invoice_key, at, id);
create index payment_record_ageing on payment_record (recorded_on, id)
 where overdue_on is null and status in ('submitted', 'under_review');
create index payment_record_overdue on payment_record (overdue_on, id) where overdue_on is not null;

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
  colleague text,                                      -- who of the vendor's team, for colleagues only
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

-- A program that may ask who somebody is: the help desk. Staff enter it.
create table oidc_client (
  id            text    not null primary key,
  name          text    not null check (length(name) between 1 and 80),
  kind          text    not null check (kind in ('oidc', 'zendesk', 'freshworks')),
  redirect_uris text    not null default '[]' check (json_valid(redirect_uris)), -- compared byte by byte
  login_uri     text,                                  -- where the launcher leads; null: it does not
  secret_hash   text,                                  -- null: a public client, held by PKCE alone
  enabled       integer not null default 1 check (enabled in (0, 1)),
  version       integer not null default 1,            -- for If-Match
  created_at    integer not null,
  check (kind = 'oidc' or secret_hash is null)
) strict;

create index oidc_client_latest on oidc_client (created_at, id);
create index oidc_client_named on oidc_client (name collate nocase);
create index oidc_client_launched on oidc_client (enabled, created_at) where login_uri is not null;

-- Good for one exchange within a minute. It stays for a day, so that a second exchange is noticed.
create table oidc_code (
  hash           text    not null primary key,
  client_id      text    not null references oidc_client (id),
  person_id      text    not null references person (id) on delete cascade,
  org_id         text    not null references organisation (id),
  redirect_uri   text    not null,
  scope          text    not null,
  nonce          text,
  code_challenge text    not null check (length(code_challenge) = 43),
  auth_at        integer not null,                     -- when the person signed in
  created_at     integer not null,
  expires_at     integer not null,
  used_at        integer,
  check (expires_at between created_at and created_at + 60)
) strict, without rowid;

create index oidc_code_expires_at on oidc_code (expires_at);
create index oidc_code_person on oidc_code (person_id);

-- What opens userinfo for ten minutes: person and organisation are those of its code.
create table oidc_token (
  hash       text    not null primary key,
  code_hash  text    not null references oidc_code (hash) on delete cascade,
  created_at integer not null,
  expires_at integer not null,
  revoked_at integer
) strict, without rowid;

create index oidc_token_code on oidc_token (code_hash);
create index oidc_token_expires_at on oidc_token (expires_at);
-- Whoever publishes, by whatever way: the mails of it are made once. What the portal says by itself has mails of its own.
create trigger published_notification_is_mailed after insert on notification
when new.source = 'vendor' and new.state = 'published'
begin
  insert or ignore into notification_mailing (notification_id) values (new.id);
end;

create trigger notification_is_mailed_when_published after update of state on notification
when new.source = 'vendor' and new.state = 'published' and old.state <> 'published'
begin
  insert or ignore into notification_mailing (notification_id) values (new.id);
end;

-- Keys of the vendor's programs. The key itself is shown once and kept nowhere.
create table api_key (
  id           text    not null primary key,
  hash         text    not null unique,                -- SHA-256 of the key, in hex
  prefix       text    not null,                       -- its first characters, to tell keys apart
  name         text    not null check (length(name) between 1 and 80),
  scopes       text    not null check (json_valid(scopes)),  -- a list of staff roles
  made_by      text    not null references person (id),
  created_at   integer not null,
  expires_at   integer not null check (expires_at > created_at),
  last_used_at integer,                                -- at most five minutes behind
  revoked_at   integer,
  follows      text    references api_key (id),        -- whose successor it is
  warned_at    integer                                 -- when its end was announced
) strict;

create index api_key_latest on api_key (created_at, id);
create index api_key_follows on api_key (follows) where follows is not null;
create index api_key_maker on api_key (made_by, created_at);
create index api_key_name on api_key (name collate nocase) where revoked_at is null;
create index api_key_ending on api_key (expires_at) where revoked_at is null and warned_at is null;

create index organisation_partner on organisation (partner_id, name collate nocase, id) where partner_id is not null;
create index organisation_by_name on organisation (name collate nocase, id);

-- What the staff find a customer by: its name, each word of it, its domains; in lower case.
create table organisation_word (
  word   text not null,
  org_id text not null references organisation (id) on delete cascade,
  primary key (word, org_id)
) strict, without rowid;

create index organisation_word_org on organisation_word (org_id);

create index sales_order_number on sales_order (number collate nocase, org_id);
create index payment_record_by_invoice on payment_record (invoice_key, org_id);

-- The work queue: what waits longest comes first.
create index payment_record_oldest on payment_record (at, id) where status in ('submitted', 'under_review');
create index outbox_org on outbox (org_id, created_at, id) where org_id is not null;

-- Somebody of the staff sees what a contact sees: reading only, one at a time in a session, for half an hour.
create table view_as (
  id         text    not null primary key,
  session_id text    not null,                         -- of the staff; another session of theirs sees nothing of it
  person_id  text    not null references person (id),  -- of the staff
  org_id     text    not null,
  contact_id text    not null,
  reason     text    not null check (length(reason) between 10 and 300),
  started_at integer not null,
  ends_at    integer not null check (ends_at > started_at),
  ended_at   integer,
  foreign key (org_id, contact_id) references contact (org_id, id) on delete cascade
) strict;

create unique index view_as_running on view_as (session_id) where ended_at is null;
create index view_as_contact on view_as (org_id, contact_id);
create index view_as_ends on view_as (ends_at);

create trigger view_as_is_short before insert on view_as
when new.ends_at > new.started_at + 1800
begin
  select raise(abort, 'view_as_is_short');
end;

create trigger view_as_is_never_prolonged before update of session_id, org_id, contact_id, started_at, ends_at on view_as
when new.ends_at > old.ends_at or new.session_id <> old.session_id or new.org_id <> old.org_id
     or new.contact_id <> old.contact_id or new.started_at <> old.started_at
begin
  select raise(abort, 'view_as_is_never_prolonged');
end;

create trigger partner_is_told_truthfully before insert on organisation
when new.partner_id is not null and not exists (
  select 1 from partner
   where id = new.partner_id and name = new.partner_name and domains = new.partner_domains)
begin
  select raise(abort, 'partner_is_told_truthfully');
end;

create trigger moved_partner_is_told_truthfully before update of partner_id, partner_name, partner_domains on organisation
when new.partner_id is not null and not exists (
  select 1 from partner
   where id = new.partner_id and name = new.partner_name and domains = new.partner_domains)
begin
  select raise(abort, 'partner_is_told_truthfully');
end;

create trigger partner_is_known_by_its_customers after update of name, domains on partner
begin
  update organisation set partner_name = new.name, partner_domains = new.domains, version = version + 1
   where partner_id = new.id;
end;

create trigger organisation_is_found_by after insert on organisation
begin
  insert or ignore into organisation_word (word, org_id)
  select lower(new.name), new.id
  union
  select value, new.id from json_each('[' || replace(json_quote(lower(new.name)), ' ', '","') || ']') where value <> ''
  union
  select lower(value), new.id from json_each(new.customer_domains);
end;

create trigger changed_organisation_is_found_by after update of name, customer_domains on organisation
when new.name <> old.name or new.customer_domains <> old.customer_domains
begin
  delete from organisation_word where org_id = new.id;
  insert or ignore into organisation_word (word, org_id)
  select lower(new.name), new.id
  union
  select value, new.id from json_each('[' || replace(json_quote(lower(new.name)), ' ', '","') || ']') where value <> ''
  union
  select lower(value), new.id from json_each(new.customer_domains);
end;

-- Nobody could ever grant a staff role again.
create trigger last_admin_stays before delete on staff
when old.role = 'admin' and (select count(*) from staff where role = 'admin') < 2
begin
  select raise(abort, 'last_admin_stays');
end;

create trigger last_admin_keeps_the_role before update of role on staff
when old.role = 'admin' and new.role <> 'admin' and (select count(*) from staff where role = 'admin') < 2
begin
  select raise(abort, 'last_admin_stays');
end;


-- What of a product is measured. Label and unit are the vendor's words.
create table sub_product (
  product_id text not null references product (id),
  id         text not null check (length(id) between 1 and 36 and id not glob '*[^a-zA-Z0-9-]*'),
  label      text not null,
  unit       text not null,
  primary key (product_id, id)
) strict, without rowid;

-- What one of an SKU holds: a pack of storage credits may be 100 GB. An SKU that is on no such list buys what its
-- quantity says, where its unit is that of the sub-product.
create table sub_product_sku (
  product_id  text    not null,
  sub_product text    not null,
  sku         text    not null,
  each        integer not null check (each > 0),
  primary key (product_id, sku, sub_product),
  foreign key (product_id, sub_product) references sub_product (product_id, id)
) strict, without rowid;

-- What was in use at the end of a day. The import writes it, and may write it again.
create table usage_sample (
  org_id      text    not null references organisation (id),
  product_id  text    not null,
  sub_product text    not null,
  used_on     text    not null check (used_on glob '????-??-??'),
  used        real    not null check (used between 0 and 1e15),
  updated_at  integer not null,
  primary key (org_id, product_id, sub_product, used_on),
  foreign key (product_id, sub_product) references sub_product (product_id, id)
) strict, without rowid;

-- One line for each series of samples, so that nobody has to look through them to know which there are.
create table usage_meter (
  org_id       text    not null,
  product_id   text    not null,
  sub_product  text    not null,
  first_on     text    not null,
  last_on      text    not null,
  last_used    real    not null,
  updated_at   integer not null,
  changed_from text,                                   -- the first day to look at for over-use; null: looked at
  version      integer not null default 1,             -- rises with every change
  primary key (org_id, product_id, sub_product)
) strict, without rowid;

create index usage_meter_changed on usage_meter (org_id, product_id, sub_product) where changed_from is not null;

-- A share of what was bought that was reached, once for each billing period.
create table usage_alert (
  org_id      text    not null references organisation (id),
  product_id  text    not null,
  sub_product text    not null,
  period      text    not null check (period glob '????-??'),
  threshold   integer not null check (threshold in (80, 90, 100)),
  crossed_on  text    not null check (crossed_on glob '????-??-??'),
  used        real    not null,
  purchased   integer not null,
  told_at     integer not null,
  primary key (org_id, period, product_id, sub_product, threshold),
  foreign key (product_id, sub_product) references sub_product (product_id, id)
) strict, without rowid;

-- A consolidated report that somebody asked for. It lies in R2 under its key once it is made.
create table report (
  id        text    not null primary key,
  org_id    text    not null references organisation (id),  -- where it was asked for
  person_id text    not null references person (id) on delete cascade,
  asked_at  integer not null,
  object    text    not null unique,
  made_at   integer,
  size      integer check (size >= 0),
  covers    text    not null default '[]' check (json_valid(covers))  -- the organisations in it
) strict;

create index report_person on report (person_id, asked_at);
create index report_asked_at on report (asked_at);

create trigger usage_is_noted after insert on usage_sample
begin
  insert into usage_meter (org_id, product_id, sub_product, first_on, last_on, last_used, updated_at, changed_from)
  values (new.org_id, new.product_id, new.sub_product, new.used_on, new.used_on, new.used, new.updated_at, new.used_on)
  on conflict (org_id, product_id, sub_product) do update set
    first_on = min(first_on, excluded.first_on),
    last_used = iif(excluded.last_on >= last_on, excluded.last_used, last_used),
    last_on = max(last_on, excluded.last_on),
    updated_at = max(updated_at, excluded.updated_at),
    changed_from = min(coalesce(changed_from, excluded.changed_from), excluded.changed_from),
    version = version + 1;
end;

create trigger changed_usage_is_noted after update of used, updated_at on usage_sample
begin
  update usage_meter set
    last_used = iif(new.used_on = last_on, new.used, last_used),
    updated_at = max(updated_at, new.updated_at),
    changed_from = iif(new.used = old.used, changed_from, min(coalesce(changed_from, new.used_on), new.used_on)),
    version = version + 1
   where org_id = new.org_id and product_id = new.product_id and sub_product = new.sub_product;
end;

create trigger report_is_asked_for_seldom before insert on report
when exists (select 1 from report where person_id = new.person_id and asked_at > new.asked_at - 600)
begin
  select raise(abort, 'report_is_asked_for_seldom');
end;

-- How many an announcement reaches is kept and not counted: to everybody it would be a walk through all contacts.
-- `roles` is the sum of 1 primary, 2 billing, 4 support, 8 technical; product '' is whatever product, also none.

-- What one organisation adds: JSON [[product, roles, contacts, organisations], ...]. A verified contact stands under the roles that
-- it holds, and the organisation once under all that are held there; both for each product that it has or had.
create table organisation_reach (
  org_id text not null primary key references organisation (id) on delete cascade,
  parts  text not null check (json_valid(parts))
) strict;

-- The sum over all organisations.
create table reach (
  product_id    text    not null,
  roles         integer not null,
  contacts      integer not null,
  organisations integer not null,
  primary key (product_id, roles)
) strict, without rowid;

create view reach_now (org_id, parts) as
select organisation.id,
       (select json_group_array(json_array(product_id, roles, contacts, organisations))
          from (select had.product_id, held.roles, sum(held.contacts) as contacts, sum(held.organisations) as organisations
                  from (select (select coalesce(sum((role = 'primary') + 2 * (role = 'billing') + 4 * (role = 'support')
                                                    + 8 * (role = 'technical')), 0)
                                  from role where role.org_id = contact.org_id and role.contact_id = contact.id) as roles,
                               1 as contacts, 0 as organisations
                          from contact where contact.org_id = organisation.id and contact.verified_at is not null
                        union all
                        select (select coalesce(sum((role = 'primary') + 2 * (role = 'billing') + 4 * (role = 'support')
                                                    + 8 * (role = 'technical')), 0)
                                  from role where role.org_id = organisation.id), 0, 1
                         where exists (select 1 from contact
                                        where contact.org_id = organisation.id and contact.verified_at is not null)) as held
                  join (select '' as product_id
                        union select licence.product_id from licence where licence.org_id = organisation.id
                        union select subscription.product_id from subscription
                               where subscription.org_id = organisation.id) as had
                 group by had.product_id, held.roles))
  from organisation;

create trigger reach_grows_and_shrinks after update of parts on organisation_reach when new.parts <> old.parts
begin
  insert into reach (product_id, roles, contacts, organisations)
  select part ->> 0, part ->> 1, sum(sign * (part ->> 2)), sum(sign * (part ->> 3))
    from (select value as part, -1 as sign from json_each(old.parts)
          union all select value, 1 from json_each(new.parts))
   group by 1, 2 having sum(sign * (part ->> 2)) <> 0 or sum(sign * (part ->> 3)) <> 0
  on conflict (product_id, roles) do update
     set contacts = contacts + excluded.contacts, organisations = organisations + excluded.organisations;
end;

create trigger organisation_reaches_nobody_yet after insert on organisation
begin
  insert into organisation_reach (org_id, parts) values (new.id, '[]');
end;

create trigger reach_sees_new_contact after insert on contact when new.verified_at is not null
begin
  update organisation_reach set parts = (select parts from reach_now where org_id = new.org_id) where org_id = new.org_id;
end;

create trigger reach_sees_verified_contact after update of verified_at on contact when new.verified_at is not old.verified_at
begin
  update organisation_reach set parts = (select parts from reach_now where org_id = new.org_id) where org_id = new.org_id;
end;

create trigger reach_sees_contact_gone after delete on contact when old.verified_at is not null
begin
  update organisation_reach set parts = (select parts from reach_now where org_id = old.org_id) where org_id = old.org_id;
end;

create trigger reach_sees_role_given after insert on role
begin
  update organisation_reach set parts = (select parts from reach_now where org_id = new.org_id) where org_id = new.org_id;
end;

create trigger reach_sees_role_moved after update on role
begin
  update organisation_reach set parts = (select parts from reach_now where reach_now.org_id = organisation_reach.org_id)
   where org_id in (old.org_id, new.org_id);
end;

create trigger reach_sees_role_vacant after delete on role
begin
  update organisation_reach set parts = (select parts from reach_now where org_id = old.org_id) where org_id = old.org_id;
end;

create trigger reach_sees_first_licence after insert on licence
when not exists (select 1 from subscription where org_id = new.org_id and product_id = new.product_id)
begin
  update organisation_reach set parts = (select parts from reach_now where org_id = new.org_id) where org_id = new.org_id;
end;

create trigger reach_sees_other_licence after update of org_id, product_id on licence
when new.product_id <> old.product_id or new.org_id <> old.org_id
begin
  update organisation_reach set parts = (select parts from reach_now where reach_now.org_id = organisation_reach.org_id)
   where org_id in (old.org_id, new.org_id);
end;

create trigger reach_sees_licence_gone after delete on licence
begin
  update organisation_reach set parts = (select parts from reach_now where org_id = old.org_id) where org_id = old.org_id;
end;

create trigger reach_sees_first_subscription after insert on subscription
when not exists (select 1 from licence where org_id = new.org_id and product_id = new.product_id)
 and not exists (select 1 from subscription where org_id = new.org_id and product_id = new.product_id and id <> new.id)
begin
  update organisation_reach set parts = (select parts from reach_now where org_id = new.org_id) where org_id = new.org_id;
end;

create trigger reach_sees_other_subscription after update of org_id, product_id on subscription
when new.product_id <> old.product_id or new.org_id <> old.org_id
begin
  update organisation_reach set parts = (select parts from reach_now where reach_now.org_id = organisation_reach.org_id)
   where org_id in (old.org_id, new.org_id);
end;

create trigger reach_sees_subscription_gone after delete on subscription
begin
  update organisation_reach set parts = (select parts from reach_now where org_id = old.org_id) where org_id = old.org_id;
end;
