-- How many an announcement reaches is kept and not counted: to everybody it would be a walk through all contacts.
-- `roles` is the sum of 1 primary, 2 billing, 4 support, 8 technical; product '' is whatever product, also none.

-- What one organisation adds: JSON [[product, roles, contacts, organisations], ...]. A verified contact stands under the roles that
-- it holds, and the organisation once under all that are held there; both for each product that it has or had.
create table organisation_reach (
  org_id text not null primary key references organisation (id) on delete cascade,
  parts  text not null check (json_valid(parts))
) strict;

-- The sum over all organisations.
create table reach (
  product_id    text    not null,
  roles         integer not null,
  contacts      integer not null,
  organisations integer not null,
  primary key (product_id, roles)
) strict, without rowid;

create view reach_now (org_id, parts) as
select organisation.id,
       (select json_group_array(json_array(product_id, roles, contacts, organisations))
          from (select had.product_id, held.roles, sum(held.contacts) as contacts, sum(held.organisations) as organisations
                  from (select (select coalesce(sum((role = 'primary') + 2 * (role = 'billing') + 4 * (role = 'support')
                                                    + 8 * (role = 'technical')), 0)
                                  from role where role.org_id = contact.org_id and role.contact_id = contact.id) as roles,
                               1 as contacts, 0 as organisations
                          from contact where contact.org_id = organisation.id and contact.verified_at is not null
                        union all
                        select (select coalesce(sum((role = 'primary') + 2 * (role = 'billing') + 4 * (role = 'support')
                                                    + 8 * (role = 'technical')), 0)
                                  from role where role.org_id = organisation.id), 0, 1
                         where exists (select 1 from contact
                                        where contact.org_id = organisation.id and contact.verified_at is not null)) as held
                  join (select '' as product_id
                        union select licence.product_id from licence where licence.org_id = organisation.id
                        union select subscription.product_id from subscription
                               where subscription.org_id = organisation.id) as had
                 group by had.product_id, held.roles))
  from organisation;

insert into organisation_reach (org_id, parts) select org_id, parts from reach_now;
insert into reach (product_id, roles, contacts, organisations)
select part.value ->> 0, part.value ->> 1, sum(part.value ->> 2), sum(part.value ->> 3)
  from organisation_reach, json_each(organisation_reach.parts) as part group by 1, 2;

create trigger reach_grows_and_shrinks after update of parts on organisation_reach when new.parts <> old.parts
begin
  insert into reach (product_id, roles, contacts, organisations)
  select part ->> 0, part ->> 1, sum(sign * (part ->> 2)), sum(sign * (part ->> 3))
    from (select value as part, -1 as sign from json_each(old.parts)
          union all select value, 1 from json_each(new.parts))
   group by 1, 2 having sum(sign * (part ->> 2)) <> 0 or sum(sign * (part ->> 3)) <> 0
  on conflict (product_id, roles) do update
     set contacts = contacts + excluded.contacts, organisations = organisations + excluded.organisations;
end;

create trigger organisation_reaches_nobody_yet after insert on organisation
begin
  insert into organisation_reach (org_id, parts) values (new.id, '[]');
end;

create trigger reach_sees_new_contact after insert on contact when new.verified_at is not null
begin
  update organisation_reach set parts = (select parts from reach_now where org_id = new.org_id) where org_id = new.org_id;
end;

create trigger reach_sees_verified_contact after update of verified_at on contact when new.verified_at is not old.verified_at
begin
  update organisation_reach set parts = (select parts from reach_now where org_id = new.org_id) where org_id = new.org_id;
end;

create trigger reach_sees_contact_gone after delete on contact when old.verified_at is not null
begin
  update organisation_reach set parts = (select parts from reach_now where org_id = old.org_id) where org_id = old.org_id;
end;

create trigger reach_sees_role_given after insert on role
begin
  update organisation_reach set parts = (select parts from reach_now where org_id = new.org_id) where org_id = new.org_id;
end;

create trigger reach_sees_role_moved after update on role
begin
  update organisation_reach set parts = (select parts from reach_now where org_id = new.org_id) where org_id = new.org_id;
end;

create trigger reach_sees_role_vacant after delete on role
begin
  update organisation_reach set parts = (select parts from reach_now where org_id = old.org_id) where org_id = old.org_id;
end;

create trigger reach_sees_first_licence after insert on licence
when not exists (select 1 from subscription where org_id = new.org_id and product_id = new.product_id)
begin
  update organisation_reach set parts = (select parts from reach_now where org_id = new.org_id) where org_id = new.org_id;
end;

create trigger reach_sees_other_licence after update of org_id, product_id on licence
when new.product_id <> old.product_id or new.org_id <> old.org_id
begin
  update organisation_reach set parts = (select parts from reach_now where reach_now.org_id = organisation_reach.org_id)
   where org_id in (old.org_id, new.org_id);
end;

create trigger reach_sees_licence_gone after delete on licence
begin
  update organisation_reach set parts = (select parts from reach_now where org_id = old.org_id) where org_id = old.org_id;
end;

create trigger reach_sees_first_subscription after insert on subscription
when not exists (select 1 from licence where org_id = new.org_id and product_id = new.product_id)
 and not exists (select 1 from subscription where org_id = new.org_id and product_id = new.product_id and id <> new.id)
begin
  update organisation_reach set parts = (select parts from reach_now where org_id = new.org_id) where org_id = new.org_id;
end;

create trigger reach_sees_other_subscription after update of org_id, product_id on subscription
when new.product_id <> old.product_id or new.org_id <> old.org_id
begin
  update organisation_reach set parts = (select parts from reach_now where reach_now.org_id = organisation_reach.org_id)
   where org_id in (old.org_id, new.org_id);
end;

create trigger reach_sees_subscription_gone after delete on subscription
begin
  update organisation_reach set parts = (select parts from reach_now where org_id = old.org_id) where org_id = old.org_id;
end;
