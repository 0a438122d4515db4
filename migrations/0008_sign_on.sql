-- Signing on to the help desk: programs that may ask who somebody is, and what they were told.

create table oidc_client (
  id            text    not null primary key,
  name          text    not null check (length(name) between 1 and 80),
  kind          text    not null check (kind in ('oidc', 'zendesk', 'freshworks')),
  redirect_uris text    not null default '[]' check (json_valid(redirect_uris)),
  login_uri     text,
  secret_hash   text,
  enabled       integer not null default 1 check (enabled in (0, 1)),
  version       integer not null default 1,
  created_at    integer not null,
  check (kind = 'oidc' or secret_hash is null)
) strict;

create index oidc_client_latest on oidc_client (created_at, id);
create index oidc_client_launched on oidc_client (enabled, created_at) where login_uri is not null;

create table oidc_code (
  hash           text    not null primary key,
  client_id      text    not null references oidc_client (id),
  person_id      text    not null references person (id) on delete cascade,
  org_id         text    not null references organisation (id),
  redirect_uri   text    not null,
  scope          text    not null,
  nonce          text,
  code_challenge text    not null check (length(code_challenge) = 43),
  auth_at        integer not null,
  created_at     integer not null,
  expires_at     integer not null,
  used_at        integer,
  check (expires_at between created_at and created_at + 60)
) strict, without rowid;

create index oidc_code_expires_at on oidc_code (expires_at);
create index oidc_code_person on oidc_code (person_id);

create table oidc_token (
  hash       text    not null primary key,
  code_hash  text    not null references oidc_code (hash) on delete cascade,
  created_at integer not null,
  expires_at integer not null,
  revoked_at integer
) strict, without rowid;

create index oidc_token_code on oidc_token (code_hash);
create index oidc_token_expires_at on oidc_token (expires_at);
