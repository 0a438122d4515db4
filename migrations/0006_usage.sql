-- What the products report about their use, what has been told about it, and the organisation report.

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
