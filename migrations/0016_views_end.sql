-- A view as a contact lasts half an hour, whoever writes it down, and is forgotten a month after it ended: the audit log
-- keeps that it was.

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
