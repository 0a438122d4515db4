-- Products, orders, subscriptions, licences with every change of them, extension requests, expiry flags,
-- notifications and calendar feeds.

-- What the vendor sells. The days of grace are shown, never enforced here (domain 6.4).
create table product (
  id                text    not null primary key,
  name              text    not null unique,
  access_grace_days integer check (access_grace_days >= 0),  -- after expiry users still have access this long
  suspension_days   integer check (suspension_days >= 0),    -- and this long until something happens to the account
  trial_delete_days integer check (trial_delete_days >= 0)   -- of a trial: until its data is deleted
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
  unique (org_id, number),
  unique (org_id, id)
) strict;

create index sales_order_latest on sales_order (org_id, ordered_on, id);

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
  created_at   integer not null
) strict;

create index subscription_org on subscription (org_id, product_id, valid_till);

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
  created_at   integer not null
) strict;

create index notification_org on notification (org_id, published_at, id);

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
