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

alter table notification add column announcement_id text references announcement (id);
create index notification_announcement on notification (announcement_id) where announcement_id is not null;
create index if not exists organisation_by_name on organisation (name collate nocase, id);
