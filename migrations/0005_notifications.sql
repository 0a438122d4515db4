-- Notifications: what was read, what is mailed to whom, the weekly digest.

-- What is pinned now is found among what was ever pinned; the list and the digest go by the moment of publishing.
create index notification_pinned on notification (org_id, pinned_until) where pinned_until is not null;
create index notification_published on notification (published_at);
-- The home page asks what is still open.
create index payment_record_open on payment_record (org_id, at, id)
 where status in ('submitted', 'under_review', 'information_needed');

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
