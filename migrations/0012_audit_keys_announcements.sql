-- Each line of the audit log is chained to the one before it in its organisation; what belongs to none has a chain of
-- its own. Lines that are older than the chain are numbered and have no link.
drop trigger audit_is_never_edited;

alter table audit add column digest text;
alter table audit add column seq integer;
alter table audit add column hash text;

update audit set seq = numbered.place
  from (select id, row_number() over (partition by org_id order by at, id) as place from audit) as numbered
 where numbered.id = audit.id;

create trigger audit_is_never_edited before update on audit
begin
  select raise(abort, 'audit_is_append_only');
end;

create unique index audit_chain on audit (ifnull(org_id, ''), seq);

create trigger audit_is_chained before insert on audit
when new.digest is null or new.seq is null or new.hash is null
begin
  select raise(abort, 'audit_is_chained');
end;

-- Where each chain ends, and how far it was written to another place (src/jobs/anchor_audit.rs).
create table audit_head (
  chain    text    not null primary key,               -- the organisation, or empty for the installation
  seq      integer not null,
  hash     text    not null,
  anchored integer not null default 0
) strict, without rowid;

create index audit_head_open on audit_head (chain) where anchored < seq;

insert into audit_head (chain, seq, hash)
select ifnull(org_id, ''), max(seq), printf('%064d', 0) from audit group by ifnull(org_id, '');

create trigger audit_moves_its_head after insert on audit
begin
  insert into audit_head (chain, seq, hash) values (ifnull(new.org_id, ''), new.seq, new.hash)
  on conflict (chain) do update set seq = excluded.seq, hash = excluded.hash;
end;

-- The log is read newest first: of an organisation, of a person, of all.
create index audit_name on audit (actor_name, at);
create index audit_action on audit (action, at);
create index audit_latest on audit (at);

-- A key that is rotated has a successor; the end of each is announced once.
alter table api_key add column follows text references api_key (id);
alter table api_key add column warned_at integer;
create index api_key_follows on api_key (follows) where follows is not null;
create index api_key_maker on api_key (made_by, created_at);
create index api_key_name on api_key (name collate nocase) where revoked_at is null;
create index api_key_ending on api_key (expires_at) where revoked_at is null and warned_at is null;
