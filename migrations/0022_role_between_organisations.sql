-- A role that moves to a contact of another organisation is one less there and one more here.
drop trigger reach_sees_role_moved;

create trigger reach_sees_role_moved after update on role
begin
  update organisation_reach set parts = (select parts from reach_now where reach_now.org_id = organisation_reach.org_id)
   where org_id in (old.org_id, new.org_id);
end;
