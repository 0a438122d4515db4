-- The answers that are kept belong to a person or to a program with a key, so their owner is no person's id alone.
-- They live for a day and only spare a repetition, so they start anew.
drop table idempotency;

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
  revoked_at   integer
) strict;

create index api_key_latest on api_key (created_at, id);
