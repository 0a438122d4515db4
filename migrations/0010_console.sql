-- The vendor's console: partners, what customers are found by, and staff who look at the portal as a contact does.

-- A partner was a name and domains in each of its customers. It becomes a row of its own, and each customer keeps the
-- copies, because the pages and orders of customers read them; triggers hold the copies to what the partner says.
create table partner (
  id         text    not null primary key,
  name       text    not null check (length(name) between 2 and 120),
  domains    text    not null default '[]' check (json_valid(domains)),
  version    integer not null default 1,               -- for If-Match
  created_at integer not null
) strict;

create unique index partner_name on partner (name collate nocase);

alter table organisation add column partner_id text references partner (id);

insert into partner (id, name, domains, created_at)
select lower(hex(randomblob(16))), partner_name, max(partner_domains), min(created_at) from organisation
 where length(partner_name) between 2 and 120 group by partner_name collate nocase;

update organisation
   set partner_id = partner.id, partner_name = partner.name, partner_domains = partner.domains
  from partner where partner.name = organisation.partner_name collate nocase;

create index organisation_partner on organisation (partner_id, name collate nocase, id) where partner_id is not null;
create index organisation_by_name on organisation (name collate nocase, id);

-- What the staff find a customer by: its name, each word of it, its domains; in lower case.
create table organisation_word (
  word   text not null,
  org_id text not null references organisation (id) on delete cascade,
  primary key (word, org_id)
) strict, without rowid;

create index organisation_word_org on organisation_word (org_id);

insert or ignore into organisation_word (word, org_id)
select lower(name), id from organisation
union
select word.value, organisation.id
  from organisation, json_each('[' || replace(json_quote(lower(name)), ' ', '","') || ']') as word where word.value <> ''
union
select lower(domain.value), organisation.id from organisation, json_each(customer_domains) as domain;

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
