-- People, organisations, contacts and roles; sessions, one-time links, mail, audit.

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

-- A customer.
create table organisation (
  id               text    not null primary key,
  name             text    not null check (length(name) between 2 and 120),
  channel          text    not null default 'direct' check (channel in ('direct', 'partner')),
  partner_name     text,
  customer_domains text    not null default '[]' check (json_valid(customer_domains)),
  partner_domains  text    not null default '[]' check (json_valid(partner_domains)),
  version          integer not null default 1,         -- of the name, for If-Match
  roles_version    integer not null default 1,         -- of who holds which role, for If-Match
  created_at       integer not null,
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
  state       text    not null default 'queued' check (state in ('queued', 'sending', 'sent', 'failed', 'dropped')),
  attempts    integer not null default 0,
  lease_until integer,
  created_at  integer not null,
  state_at    integer not null,
  error       text
) strict;

create index outbox_open on outbox (state, state_at) where state in ('queued', 'sending');
create index outbox_contact on outbox (contact_id, created_at) where contact_id is not null;
create index outbox_created_at on outbox (created_at);

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
  person_id  text    not null references person (id) on delete cascade,
  key        text    not null,
  request    text    not null,                         -- hash of method, path and body
  status     integer not null,
  answer     text    not null,
  created_at integer not null,
  primary key (person_id, key)
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
  request_id text    not null
) strict;

create index audit_org on audit (org_id, at);
create index audit_actor on audit (actor_id, at);

-- When each job last ran.
create table job_run (
  job      text    not null primary key,
  ran_at   integer not null,
  report   text    not null check (json_valid(report))
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
